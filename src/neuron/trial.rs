//! Random input for tests of populations, played as a lane plays it, and an [independent simulator](linear) of linear
//! neurons.

pub(super) mod linear;

use crate::base::stream::Stream;
use crate::base::time::Time;
use crate::neuron::{EventWeights, Events, Neurons, RowWeights};

/// Picoseconds in a millisecond.
pub(super) const MS: i64 = 1_000_000_000;

/// Something that happens to a population.
#[derive(Debug, Clone)]
pub(super) enum What {
    /// Targets of one spike, and the weight of all.
    One(Vec<u16>, f32),
    /// Targets of one spike, and the weight of each; of an even number in a list.
    Each(Vec<u16>, Vec<f32>),
    /// A weight per neuron.
    Dense(Vec<f32>),
    /// An event of noise: target and class.
    Event(u16, u8),
    /// A current into every neuron.
    Inject(f64),
}

/// What happens, in time order.
pub(super) type Script = Vec<(i64, What)>;

/// Weight of each class of events; those of one batch have one sign.
const CLASSES: [f64; 4] = [0.3, 1.1, -0.4, -0.9];

/// What to draw.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    /// Neurons.
    pub(super) size: usize,
    /// Things that happen.
    pub(super) count: usize,
    /// Mean time between two, in picoseconds.
    pub(super) gap: f64,
    /// What times are multiples of.
    pub(super) grid: i64,
    /// Largest weight of a row.
    pub(super) weight: f64,
    /// Largest current injected; none is if it is 0.
    pub(super) current: f64,
}

/// Mostly silent, with rows that make neurons fire.
pub(super) const SETTING: Setting = Setting {
    size: 12,
    count: 800,
    gap: 0.4 * MS as f64,
    grid: 1,
    weight: 5.0,
    current: 0.0,
};

/// A random script.
pub(super) fn script(seed: u64, setting: Setting) -> Script {
    let Setting { size, .. } = setting;
    let mut stream = Stream::new(seed, "trial", 0);
    let mut t = 0.0;
    (0..setting.count)
        .map(|_| {
            t += stream.exponential() * setting.gap;
            let weight =
                |stream: &mut Stream| ((1.6 * stream.uniform() - 0.6) * setting.weight) as f32;
            let targets = |stream: &mut Stream| -> Vec<u16> {
                (0..1 + stream.below(12))
                    .map(|_| stream.below(size as u64) as u16)
                    .collect()
            };
            let what = match stream.below(20) {
                0..4 => {
                    let targets = targets(&mut stream);
                    let weights = targets.iter().map(|_| weight(&mut stream)).collect();
                    What::Each(targets, weights)
                }
                4..8 => What::One(targets(&mut stream), weight(&mut stream)),
                8 => What::Dense((0..size).map(|_| weight(&mut stream)).collect()),
                9 if setting.current > 0.0 => {
                    What::Inject(setting.current * (2.0 * stream.uniform() - 1.0))
                }
                _ => What::Event(
                    stream.below(size as u64) as u16,
                    stream.below(CLASSES.len() as u64) as u8,
                ),
            };
            ((t as i64 / setting.grid + 1) * setting.grid, what)
        })
        .collect()
}

/// The instant of the first thing but noise from item `k` on, and how many items come before it. There a batch of noise
/// ends anyway, whose start decides last bits.
pub(super) fn cut_before(script: &Script, k: usize) -> (usize, i64) {
    let other = script[k..]
        .iter()
        .find(|(_, what)| !matches!(what, What::Event(..)));
    let cut = other.map_or(i64::MAX, |(t, _)| *t);
    (script.partition_point(|(t, _)| *t < cut), cut)
}

/// Plays part of a script until `end`, as a lane does; the spikes. The population starts from where it is.
pub(super) fn play(neurons: &mut dyn Neurons, script: &[(i64, What)], end: i64) -> Vec<(i64, u32)> {
    let mut spikes = Vec::new();
    let mut next = 0;
    let mut fired = Vec::new();
    loop {
        let is_event = |what: &What| matches!(what, What::Event(..));
        let other = script[next..].iter().find(|(_, what)| !is_event(what));
        let arrival = other.map_or(i64::MAX, |(t, _)| *t);
        let boundary = arrival.min(neurons.next_due().ps()).min(end);
        // A batch of noise: as far as its sign lasts.
        let sign = |what: &What| match what {
            What::Event(_, class) => CLASSES[usize::from(*class)] > 0.0,
            _ => false,
        };
        let batch: Vec<_> = script[next..]
            .iter()
            .take_while(|(t, what)| {
                is_event(what) && *t < boundary && sign(what) == sign(&script[next].1)
            })
            .cloned()
            .collect();
        let mut instant = boundary;
        if !batch.is_empty() {
            match deliver(neurons, &batch) {
                None => {
                    next += batch.len();
                    continue;
                }
                Some(reached) => {
                    instant = batch[reached].0;
                    next += reached + 1;
                }
            }
        } else if boundary == end {
            return spikes;
        }
        neurons.advance(Time::from_ps(instant));
        while let Some((t, what)) = script.get(next)
            && *t == instant
        {
            next += 1;
            match what {
                What::One(targets, weight) => {
                    neurons.receive_row(targets, RowWeights::One((*weight).into()))
                }
                What::Each(targets, weights) if targets.len() % 2 == 0 => {
                    let table: Vec<f64> = weights.iter().map(|&weight| weight.into()).collect();
                    let numbers: Vec<u16> = (0..table.len() as u16).collect();
                    let weights = RowWeights::Listed {
                        table: &table,
                        numbers: &numbers,
                    };
                    neurons.receive_row(targets, weights);
                }
                What::Each(targets, weights) => {
                    neurons.receive_row(targets, RowWeights::Each(weights));
                }
                What::Dense(row) => neurons.receive(&[row], 1.0),
                What::Inject(current) => neurons.inject(*current),
                What::Event(..) => {
                    deliver(neurons, &script[next - 1..next]);
                }
            }
        }
        fired.clear();
        neurons.fire(&mut fired);
        spikes.extend(fired.iter().map(|&j| (instant, j)));
    }
}

/// Delivers a batch of noise; which event, if any, may have made a neuron fire.
fn deliver(neurons: &mut dyn Neurons, batch: &[(i64, What)]) -> Option<usize> {
    let events: Vec<_> = batch
        .iter()
        .filter_map(|(t, what)| match what {
            What::Event(target, class) => Some((*t, *target, *class)),
            _ => None,
        })
        .collect();
    let weight = CLASSES[usize::from(events[0].2)];
    let growth = neurons.growth(weight);
    // A batch starts at an event before it.
    let start = events[0].0 - 7;
    let offsets: Vec<i64> = events.iter().map(|(t, ..)| t - start).collect();
    let times = || offsets.iter().map(|offset| *offset as f64);
    let grown: Vec<f64> = times().map(|x| (x * growth.rate_per_ps).exp()).collect();
    let psi = growth.delta_per_ps.map_or_else(Vec::new, |delta| {
        times()
            .map(|x| {
                if delta == 0.0 {
                    x
                } else {
                    (delta * x).exp_m1() / delta
                }
            })
            .collect()
    });
    let targets: Vec<u16> = events.iter().map(|event| event.1).collect();
    let class: Vec<u8> = events.iter().map(|event| event.2 % 2).collect();
    let weights = if weight > 0.0 {
        &CLASSES[..2]
    } else {
        &CLASSES[2..]
    };
    neurons.receive_events(Events {
        origin: Time::from_ps(start),
        offsets: &offsets,
        start: Time::from_ps(start),
        growth: &grown,
        psi: &psi,
        targets: &targets,
        weights: EventWeights::Class {
            class: &class,
            weight: weights,
        },
    })
}

/// Asserts that two lists of spikes are the same neurons at the same times up to `ticks`; how many there are.
pub(super) fn assert_alike(found: &[(i64, u32)], expected: &[(i64, u32)], ticks: i64) -> usize {
    let by_neuron = |spikes: &[(i64, u32)]| {
        let mut spikes: Vec<_> = spikes.iter().map(|&(t, j)| (j, t)).collect();
        spikes.sort_unstable();
        spikes
    };
    let (found, expected) = (by_neuron(found), by_neuron(expected));
    for (k, (a, b)) in found.iter().zip(&expected).enumerate() {
        assert!(
            a.0 == b.0 && (a.1 - b.1).abs() <= ticks,
            "spike {k}: found {a:?}, expected {b:?}"
        );
    }
    assert_eq!(found.len(), expected.len());
    found.len()
}
