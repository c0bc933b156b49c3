//! Sampled states: when to look at which neurons, and what the run file calls it.
//!
//! A sample at T is the state after everything that happens at T: the run goes on to the tick after T and looks back by
//! one. Samples lie at multiples of their interval, so where they stand follows from the clock alone.

use crate::base::time::{Duration, Time};
use crate::config::network::{NetworkModel, SampledStates};
use crate::engine::simulation::Simulation;
use crate::neuron;
use crate::record::error::RecordError;
use crate::record::layout::Report;
use crate::record::sink::Sink;

/// One variable of some neurons.
#[derive(Debug)]
struct Probe {
    population: usize,
    variable: usize,
    neurons: Vec<u32>,
    every: Duration,
}

/// All that is sampled in a run.
#[derive(Debug, Default)]
pub struct Sampling(Vec<Probe>);

const TICK: Duration = Duration::from_ps(1);

impl Sampling {
    /// What `model` asks for.
    pub fn new(model: &NetworkModel) -> Self {
        let probes = asked(model).map(|(population, states, variable, _)| Probe {
            population,
            variable,
            neurons: states.neurons.clone(),
            every: states.every,
        });
        Self(probes.collect())
    }

    /// Where a run that stands at `now` has to be cut next: a tick after the next sample.
    pub fn next_cut(&self, now: Time) -> Time {
        let next = self.0.iter().map(|probe| probe.next(now)).min();
        next.and_then(|next| next.checked_add(TICK))
            .unwrap_or(Time::MAX)
    }

    /// Takes the samples of the instant a tick before now, if there are any.
    ///
    /// # Errors
    /// If the run file cannot be written.
    pub fn sample(&self, engine: &Simulation, file: &mut dyn Sink) -> Result<(), RecordError> {
        let t = Time::from_ps(engine.now().ps() - TICK.ps());
        for (report, probe) in self.0.iter().enumerate() {
            if t >= Time::ZERO && t == probe.next(t) {
                let value = |&node: &u32| {
                    engine.sample_at(probe.population, node, probe.variable, t) as f32
                };
                file.frame(report, &mut probe.neurons.iter().map(value))?;
            }
        }
        Ok(())
    }
}

impl Probe {
    /// The first sample at or after `t`.
    fn next(&self, t: Time) -> Time {
        let every = self.every.ps();
        let past = t.ps().rem_euclid(every);
        if past == 0 {
            return t;
        }
        Time::from_ps(t.ps().saturating_add(every - past))
    }
}

/// Every variable that is sampled: index of the population, its states, number and name.
fn asked(
    model: &NetworkModel,
) -> impl Iterator<Item = (usize, &SampledStates, usize, &'static str)> {
    model.record.states.iter().flat_map(|states| {
        let mut names = model.network.populations.iter();
        let population = names.position(|population| population.name == states.population);
        let variables = states.variables.iter();
        variables.filter_map(move |&(number, name)| Some((population?, states, number, name)))
    })
}

/// The reports of the run file, in the order of [`Sampling`]: the first variable of a population has its name, so that
/// readers of SONATA find it there; the others have their variable's name behind it, and a number where that is taken.
pub fn reports(model: &NetworkModel) -> Vec<Report> {
    let mut reports: Vec<Report> = Vec::new();
    for (at, states, number, variable) in asked(model) {
        let population = &model.network.populations[at];
        let known = neuron::model(population.model).ok();
        let known = known.and_then(|known| known.variables.get(number));
        let names = (1..).map(|number| match number {
            1 => population.name.clone(),
            2 => format!("{}.{variable}", population.name),
            _ => format!("{}.{variable}.{}", population.name, number - 1),
        });
        let free = |name: &String| reports.iter().all(|report| report.name != *name);
        let Some(name) = names.into_iter().find(free) else {
            continue;
        };
        reports.push(Report {
            name,
            variable: variable.to_owned(),
            unit: known.map_or("", |known| known.dimension.unit()).to_owned(),
            nodes: states.neurons.clone(),
            every: states.every,
        });
    }
    reports
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_report_has_a_name_of_its_own() {
        let text = r#"
            schema = 1
            experiment = "network"
            duration = "1 s"
            [population.e]
            neuron = "lif_exp"
            size = 2
            tau_m = "20 ms"
            tau_syn_ex = "2 ms"
            tau_syn_in = "2 ms"
            v_th = "20 mV"
            [record]
            states = [
                { population = "e", first = 2, variables = ["v_m", "i_ex"], every = "10 ms" },
                { population = "e", first = 1, variables = ["i_ex", "v_m"], every = "1 ms" },
                { population = "e", neurons = [1], variables = ["v_m"], every = "1 ms" },
            ]
        "#;
        let options = crate::config::Options::default();
        let model = crate::config::parse("m", text, std::path::Path::new("/"), &options).unwrap();
        let reports = reports(&model.network().unwrap());
        let names: Vec<&str> = reports.iter().map(|report| &report.name[..]).collect();
        assert_eq!(names, ["e", "e.i_ex", "e.i_ex.2", "e.v_m", "e.v_m.2"]);
    }

    fn sampling(every: [i64; 2]) -> Sampling {
        Sampling(
            every
                .map(|every| Probe {
                    population: 0,
                    variable: 0,
                    neurons: vec![0],
                    every: Duration::from_ps(every),
                })
                .into(),
        )
    }

    #[test]
    fn a_run_is_cut_a_tick_after_each_sample() {
        let sampling = sampling([10, 15]);
        let mut now = Time::ZERO;
        let mut cuts = Vec::new();
        while now < Time::from_ps(40) {
            now = sampling.next_cut(now);
            cuts.push(now.ps());
        }
        assert_eq!(cuts, [1, 11, 16, 21, 31, 41]);
        // A run that stands at a sample has it still before it.
        assert_eq!(sampling.next_cut(Time::from_ps(30)).ps(), 31);
        assert_eq!(Sampling::default().next_cut(Time::ZERO), Time::MAX);
    }
}
