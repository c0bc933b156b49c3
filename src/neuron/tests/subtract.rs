//! Neurons from whose potential a spike takes the way from reset to threshold.

use super::{built, fired};
use crate::base::parameter::{ParameterError, Values};
use crate::base::stream::Stream;
use crate::base::time::{PS_PER_MS, Time};
use crate::neuron::{Model, Neurons, RowWeights, model};

const TAU_MS: f64 = 20.0;
const V_TH: f64 = 10.0;
const V_RESET: f64 = 2.0;
const N: usize = 5;

fn values(more: &[(&'static str, f64)]) -> Values {
    let numbers = [("tau_m", TAU_MS), ("v_th", V_TH), ("v_reset", V_RESET)];
    let mut values: Values = numbers.into_iter().chain(more.iter().copied()).collect();
    values.insert("reset", "subtract");
    values
}

fn models() -> [(&'static Model, Values); 2] {
    let adaptive = [("tau_w", 100.0), ("b", 0.0)];
    [
        (model("lif").expect("known"), values(&[])),
        (model("lif_adaptive").expect("known"), values(&adaptive)),
    ]
}

/// What arrives at an instant: at some, or at all.
enum Arrival {
    Some(Vec<u16>, f64),
    All(Vec<f32>),
}

fn script() -> Vec<(Time, Arrival)> {
    let mut stream = Stream::new(3, "subtract", 0);
    let mut t = 0;
    let one = |_| {
        t += 1 + (stream.exponential() * 0.7 * PS_PER_MS as f64) as i64;
        let arrival = match stream.below(3) {
            0 => Arrival::All(
                (0..N)
                    .map(|_| (9.0 * stream.uniform() - 2.0) as f32)
                    .collect(),
            ),
            _ => {
                let n = 1 + stream.below(3);
                let targets = (0..n).map(|_| stream.below(N as u64) as u16);
                // Now and then more than twice the threshold.
                Arrival::Some(targets.collect(), 28.0 * stream.uniform() - 6.0)
            }
        };
        (Time::from_ps(t), arrival)
    };
    (0..2000).map(one).collect()
}

/// Every neuron alone, step by step.
fn naive(script: &[(Time, Arrival)]) -> Vec<(Time, u32)> {
    let (mut v, mut now) = ([0.0_f64; N], Time::ZERO);
    let mut spikes = Vec::new();
    for (t, arrival) in script {
        let left = (-t.since(now).as_ms() / TAU_MS).exp();
        v.iter_mut().for_each(|v| *v *= left);
        now = *t;
        let reached: Vec<usize> = match arrival {
            Arrival::Some(targets, weight) => {
                targets.iter().for_each(|&j| v[usize::from(j)] += weight);
                targets.iter().map(|&j| usize::from(j)).collect()
            }
            Arrival::All(row) => {
                v.iter_mut().zip(row).for_each(|(v, &w)| *v += f64::from(w));
                (0..N).collect()
            }
        };
        for (j, v) in v.iter_mut().enumerate() {
            if reached.contains(&j) && *v >= V_TH {
                *v -= V_TH - V_RESET;
                spikes.push((now, j as u32));
            }
        }
    }
    spikes
}

fn run(neurons: &mut dyn Neurons, script: &[(Time, Arrival)]) -> Vec<(Time, u32)> {
    let mut spikes = Vec::new();
    for (t, arrival) in script {
        neurons.advance(*t);
        match arrival {
            Arrival::Some(targets, weight) => {
                neurons.receive_row(targets, RowWeights::One(*weight));
            }
            Arrival::All(row) => neurons.receive(&[row], 1.0),
        }
        spikes.extend(fired(neurons).into_iter().map(|j| (*t, j)));
    }
    spikes
}

#[test]
fn what_exceeds_the_threshold_is_kept() {
    let script = script();
    let expected = naive(&script);
    let twice = expected.windows(2).filter(|pair| pair[0].1 == pair[1].1);
    assert!(expected.len() > 500 && twice.count() > 50);
    for (model, values) in models() {
        for own in [false, true] {
            let mut population = built(model, N, &values, own);
            let found = run(&mut *population, &script);
            assert_eq!(found.len(), expected.len(), "{} {own}", model.spec.name);
            assert_eq!(found, expected, "{} {own}", model.spec.name);
        }
    }
}

#[test]
fn a_driven_neuron_above_its_threshold_fires_tick_by_tick() {
    // v goes to 12 mV by itself.
    let driven = values(&[("i_e", 150.0)]);
    let spikes = [false, true].map(|own| {
        let mut population = built(models()[0].0, 2, &driven, own);
        let neurons = &mut *population;
        let (mut spikes, end) = (Vec::new(), Time::from_ps(200 * PS_PER_MS));
        neurons.advance(Time::from_ps(PS_PER_MS));
        neurons.receive_row(&[1], RowWeights::One(30.0));
        spikes.extend(fired(neurons).into_iter().map(|j| (PS_PER_MS, j)));
        while neurons.next_due() < end {
            let t = neurons.next_due();
            neurons.advance(t);
            spikes.extend(fired(neurons).into_iter().map(|j| (t.ps(), j)));
        }
        spikes
    });
    let [shared, own] = &spikes;
    assert_eq!(shared.len(), own.len());
    let near = shared
        .iter()
        .zip(own)
        .all(|(a, b)| a.1 == b.1 && (a.0 - b.0).abs() <= 2);
    assert!(near);
    // 0.6 + 30 mV: 30.6, 22.6, 14.6 and below.
    let burst = shared
        .iter()
        .filter(|(t, j)| *j == 1 && *t < PS_PER_MS + 10);
    assert_eq!(burst.count(), 3);
    let regular = shared.iter().filter(|(_, j)| *j == 0).count();
    // From 2 to 10 mV of 12: 20 ms · ln 5 = 32 ms.
    assert!((5..=7).contains(&regular), "{regular}");
}

#[test]
fn a_refractory_period_needs_a_potential() {
    let refractory = values(&[("t_ref", 2.0)]);
    let model = models()[0].0;
    let setup = crate::neuron::Setup {
        size: 1,
        values: &refractory,
        each: &std::collections::BTreeMap::new(),
        stream: Stream::new(0, "test", 0),
    };
    let error = (model.build)(setup).err().expect("refused");
    assert!(matches!(
        error,
        ParameterError::Inconsistent {
            parameter: "reset",
            ..
        }
    ));
}
