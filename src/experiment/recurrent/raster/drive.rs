//! What drives a network when, and which of its populations excite.

use crate::base::distribution::Distribution;
use crate::base::time::Time;
use crate::engine::simulation::Keep;
use crate::network::{Connection, Data, Given, Network, Projection, Stimulus};
use crate::protocol::hypnogram::Bout;
use crate::report::figure::{self, Sign};
use crate::stimulus::{self, Brings};
use crate::synapse::weight::Weights;

/// What the weights of the population called `name` onto others are; `None` where it has none, or all are zero.
pub(super) fn sign(network: &Network, name: &str) -> Option<Sign> {
    let projections = network.projections.iter();
    let own = projections.filter(|projection| projection.source == name);
    let (low, high) = own
        .map(reach)
        .fold((0.0, 0.0), |(low, high), (least, most)| {
            (least.min(low), most.max(high))
        });
    match (low < 0.0, high > 0.0) {
        (false, true) => Some(Sign::Excitatory),
        (true, false) => Some(Sign::Inhibitory),
        (true, true) => Some(Sign::Mixed),
        (false, false) => None,
    }
}

/// The least and the largest weight of `projection`; of drawn ones those between which most lie, as a normal distribution has
/// a tail on the other side of zero.
fn reach(projection: &Projection) -> (f64, f64) {
    let given = projection.weight.as_ref().map(Distribution::bulk);
    match &projection.connection {
        Connection::Rule(_)
        | Connection::Edges(Given::File(_))
        | Connection::Tied(_)
        | Connection::Matrix(Given::File(_)) => given.unwrap_or_default(),
        Connection::Edges(Given::Here(edges)) => given.unwrap_or_else(|| match edges.weights() {
            Some(Weights::One(weight)) => listed([*weight]),
            Some(Weights::Listed { table, .. }) => listed(table.iter().copied()),
            Some(Weights::Each(weights)) => listed(weights.iter().map(|&w| f64::from(w))),
            None => (0.0, 0.0),
        }),
        Connection::Matrix(Given::Here(dense)) => {
            let rows = 0..dense.n_source();
            let weights = rows.flat_map(|source| dense.row(source));
            let (low, high) = listed(weights.map(|&w| f64::from(w)));
            // The factor from these to what an arrival adds.
            let (_, gain) = given.unwrap_or((1.0, 1.0));
            match gain < 0.0 {
                true => (high * gain, low * gain),
                false => (low * gain, high * gain),
            }
        }
    }
}

/// The least and the largest of `weights`, and zero.
fn listed(weights: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let weights = weights.into_iter();
    weights.fold((0.0, 0.0), |(low, high), w| (w.min(low), w.max(high)))
}

/// When each stimulus acts that is switched on at 0 and stays on.
pub(super) fn stimuli(network: &Network) -> Vec<figure::Stimulus> {
    let stimuli = network.stimuli.iter();
    let stimuli = stimuli.map(|stimulus| figure::Stimulus {
        name: stimulus.name.clone(),
        on: acts(stimulus),
    });
    stimuli.collect()
}

/// When each of `stimuli` acts in a run through `bouts`.
pub(super) fn on(stimuli: &[figure::Stimulus], bouts: &[Bout]) -> Vec<figure::Stimulus> {
    let stimuli = stimuli.iter().map(|stimulus| {
        let on = switched_on(&stimulus.name, bouts).into_iter();
        let on = on.flat_map(|(start, stop)| {
            let at = move |t: Time| {
                let t = start.checked_add(t.since(Time::ZERO));
                t.map_or(stop, |t| t.min(stop))
            };
            let acts = stimulus
                .on
                .iter()
                .map(move |&(from, to)| (at(from), at(to)));
            acts.filter(|(from, to)| from < to)
        });
        figure::Stimulus {
            name: stimulus.name.clone(),
            on: on.collect(),
        }
    });
    stimuli.collect()
}

/// From when to when the stimulus called `name` is on without a break: it begins anew after one, and where little is kept.
pub(in crate::experiment) fn switched_on(name: &str, bouts: &[Bout]) -> Vec<(Time, Time)> {
    let mut on: Vec<(Time, Time)> = Vec::new();
    for bout in bouts
        .iter()
        .filter(|bout| bout.on.iter().any(|on| on == name))
    {
        match on.last_mut() {
            Some((_, end)) if *end == bout.start && bout.keep == Keep::All => *end = bout.stop,
            _ => on.push((bout.start, bout.stop)),
        }
    }
    on
}

/// When a stimulus acts that is on from 0 on: noise and images all the time, a current while it flows, given spikes from the
/// first to the last.
fn acts(stimulus: &Stimulus) -> Vec<(Time, Time)> {
    let stop = Time::MAX;
    if let Some(Data::Spikes(spikes)) = &stimulus.data {
        /// A volley of one instant is a stretch too.
        const INSTANT: i64 = 1;
        let ends = spikes.first().zip(spikes.last());
        let ends =
            ends.map(|(first, last)| (first.0, Time::from_ps(last.0.ps().saturating_add(INSTANT))));
        return ends.into_iter().collect();
    }
    let entry = stimulus::entry(stimulus.kind.spec.name).ok();
    let brings = entry.and_then(|entry| (entry.build)(&stimulus.kind.values).ok());
    let Some(Brings::Current(steps)) = brings else {
        return vec![(Time::ZERO, stop)];
    };
    let ends = steps.iter().skip(1).map(|&(t, _)| t).chain([stop]);
    let flowing = steps.iter().zip(ends).filter(|((_, pa), _)| *pa != 0.0);
    let mut on: Vec<(Time, Time)> = Vec::new();
    for (from, to) in flowing.map(|(&(t, _), end)| (t, end)) {
        match on.last_mut() {
            Some((_, end)) if *end == from => *end = to,
            _ => on.push((from, to)),
        }
    }
    on
}

#[cfg(test)]
mod tests;
