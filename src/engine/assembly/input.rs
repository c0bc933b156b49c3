//! What reaches a group from outside the network.

use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use crate::engine::lane::group::Member;
use crate::engine::windowed::Windowed;
use crate::network::plan::{NetworkPlan, SpikeSource};
use crate::neuron::Neurons;
use crate::stimulus::poisson::{Class, MOST_CLASSES, Poisson};
use crate::stimulus::spike_list::SpikeList;
use crate::stimulus::{Onset, Stimulus};

/// The noise of a group: a process for each sign of weights, with a class for each distinct weight. `kind` and `part`
/// name its streams.
pub(super) fn noise(
    network: &NetworkPlan,
    neurons: &dyn Neurons,
    members: &[Member],
    kind: &str,
    part: u64,
) -> Vec<Poisson> {
    let rates = |weight: f64| {
        let mut rates_hz = vec![0.0; neurons.size()];
        for noise in network.noise.iter().filter(|noise| noise.weight == weight) {
            for member in members
                .iter()
                .filter(|member| noise.targets.contains(&member.population))
            {
                let local = member.local as usize;
                rates_hz[local..local + member.len as usize]
                    .iter_mut()
                    .for_each(|rate| *rate += noise.rate_hz);
            }
        }
        Class { weight, rates_hz }
    };
    let mut weights: Vec<f64> = network.noise.iter().map(|noise| noise.weight).collect();
    weights.sort_by(f64::total_cmp);
    weights.dedup();
    let one = |(number, weights): (usize, &[f64])| {
        let sign = *weights.first()?;
        let classes: Vec<Class> = weights
            .iter()
            .map(|&weight| rates(weight))
            .filter(|class| class.rates_hz.iter().any(|&rate| rate > 0.0))
            .collect();
        let sign_name = if sign < 0.0 { "negative" } else { "positive" };
        let purpose = format!("stimulus.poisson.{kind}.{sign_name}.{number}");
        let mut stream = Stream::new(network.seed, &purpose, part);
        Poisson::new(&classes, neurons.growth(sign), Time::ZERO, &mut stream)
    };
    let (negative, positive): (Vec<f64>, Vec<f64>) =
        weights.into_iter().partition(|&weight| weight < 0.0);
    [negative, positive]
        .iter()
        .flat_map(|weights| weights.chunks(MOST_CLASSES).enumerate())
        .filter_map(one)
        .collect()
}

/// Lets the given spikes drive their populations.
pub(super) fn drive(network: &NetworkPlan, engine: &mut Windowed) {
    let mut inputs: Vec<_> = network.spikes.iter().collect();
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    for input in inputs {
        let stimulus: Box<dyn Stimulus> = match &input.spikes {
            SpikeSource::List(spikes) => Box::new(SpikeList::new(spikes, Duration::ZERO)),
            SpikeSource::Drawn(begin) => {
                let population = &network.populations[input.target];
                let purpose = format!("stimulus.{}.{}", input.name, population.name);
                begin(Onset {
                    start: Time::ZERO,
                    size: population.size,
                    stream: Stream::new(network.seed, &purpose, 0),
                })
            }
        };
        engine.drive(input.target, input.weight, stimulus);
    }
}

/// The current into a population: all of its stimuli together, from when on and how many picoamperes.
pub(super) fn steps(network: &NetworkPlan, population: usize) -> Vec<(Time, f64)> {
    let mut currents: Vec<_> = network.currents.iter().collect();
    currents.retain(|current| current.targets.contains(&population));
    currents.sort_by(|a, b| a.name.cmp(&b.name));
    let steps = currents.iter().flat_map(|current| &current.steps);
    let mut times: Vec<Time> = steps.map(|&(t, _)| t).collect();
    times.sort_unstable();
    times.dedup();
    let total = |t: Time| {
        let at = |steps: &[(Time, f64)]| {
            let taken = steps.partition_point(|&(time, _)| time <= t);
            taken.checked_sub(1).map_or(0.0, |last| steps[last].1)
        };
        currents.iter().map(|current| at(&current.steps)).sum()
    };
    times.into_iter().map(|t| (t, total(t))).collect()
}
