//! The engine against an independent, naive, time-stepped implementation of sleep replay, written from the published
//! algorithm and sharing no code with the engine: identical spikes, and weights equal bit for bit.

#[path = "fixture/rest.rs"]
mod rest;
#[path = "reference/time_stepped.rs"]
mod time_stepped;

use ndarray::Array2;
use proptest::prelude::*;
use sharpwave::base::parameter::Values;
use sharpwave::base::time::{Duration, PS_PER_MS, Time};
use sharpwave::engine::Observer;
use sharpwave::engine::assembly::assemble;
use sharpwave::engine::simulation::{Ended, Simulation};
use sharpwave::network::plan::dense::{DenseProjection, Plasticity};
use sharpwave::network::plan::{NetworkPlan, Population, Within};
use sharpwave::stimulus::spike_list::SpikeList;
use sharpwave::synapse::dense::Dense;

use rest::asleep;
use time_stepped::{Case, Spikes, naive};

struct Log(Vec<(Time, usize, u32)>);

impl Observer for Log {
    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        self.0
            .extend(nodes.iter().map(|&node| (t, population, node)));
    }
}

fn layer(l: usize) -> String {
    format!("layer{l}")
}

fn engine(case: &Case) -> Simulation {
    let population = |l: usize, size: usize, model: &'static str, values: Values| Population {
        name: layer(l),
        size: size as u32,
        model,
        values,
        v_m: None,
        positions: None,
    };
    let input = population(0, case.weights[0].ncols(), "relay", Values::new());
    let layers = case.weights.iter().enumerate().map(|(l, w)| {
        let values = Values::from([("tau_m", 999.5), ("v_th", case.thresholds[l])]);
        population(l + 1, w.nrows(), "lif", values)
    });
    let dense = case.weights.iter().enumerate().map(|(l, w)| {
        let values = Values::from([
            ("increment", f64::from(case.increment)),
            ("decrement", f64::from(case.decrement)),
        ]);
        let rule = "sleep_replay";
        DenseProjection {
            name: format!("{}_{}", layer(l), layer(l + 1)),
            source: l,
            target: l + 1,
            weights: Dense::from_matrix(w.view()).into(),
            gain: case.gains[l],
            axonal_delay: Duration::ZERO,
            dendritic_delay: Duration::ZERO,
            plasticity: case.plastic[l].then_some(Plasticity {
                rule,
                values,
                modulator: None,
                limit: None,
                teacher: None,
                within: Within::default(),
            }),
            short_term: None,
        }
    });
    let network = NetworkPlan {
        seed: 1,
        lanes: None,
        populations: std::iter::once(input).chain(layers).collect(),
        projections: Vec::new(),
        dense: dense.collect(),
        tied: Vec::new(),
        noise: Vec::new(),
        currents: Vec::new(),
        spikes: Vec::new(),
        modulators: Vec::new(),
        homeostasis: Vec::new(),
        changing: Default::default(),
        triggers: Vec::new(),
        pulses: Vec::new(),
        outside: Default::default(),
    };
    assemble(&network).unwrap()
}

/// Runs the engine on the case, shifted in time and cut at the given steps.
fn simulate(case: &Case, shift: Time, cuts: &[usize]) -> (Spikes, Vec<Array2<f32>>) {
    let mut engine = engine(case);
    let raster: Vec<(Time, u32)> = case
        .raster
        .iter()
        .enumerate()
        .flat_map(|(step, active)| {
            active
                .iter()
                .map(move |&i| (Time::from_ps(step as i64 * PS_PER_MS), i as u32))
        })
        .collect();
    engine.begin(&asleep(shift)).unwrap();
    let list = SpikeList::new(&raster, shift - Time::ZERO);
    engine
        .drive("list", &layer(0), 1.0, Box::new(list))
        .unwrap();
    let mut log = Log(Vec::new());
    for &cut in cuts {
        assert_eq!(
            engine.run(shift + Duration::from_ps(cut as i64 * PS_PER_MS), &mut log),
            Ended::Reached
        );
    }
    assert_eq!(
        engine.run(
            shift + Duration::from_ps(case.raster.len() as i64 * PS_PER_MS),
            &mut log,
        ),
        Ended::Reached
    );
    let mut spikes: Spikes = log
        .0
        .iter()
        .map(|&(t, population, node)| {
            assert_eq!((t - shift).ps() % PS_PER_MS, 0);
            (
                ((t - shift).ps() / PS_PER_MS) as usize,
                population,
                node as usize,
            )
        })
        .collect();
    spikes.sort_unstable();
    let weights = (0..case.weights.len())
        .map(|l| {
            let name = format!("{}_{}", layer(l), layer(l + 1));
            let weights = engine.weights(&name).unwrap();
            Array2::from_shape_vec(case.weights[l].dim(), weights.into_values()).unwrap()
        })
        .collect();
    (spikes, weights)
}

fn bits(weights: &[Array2<f32>]) -> Vec<u32> {
    weights.iter().flatten().map(|w| w.to_bits()).collect()
}

/// Random layered networks near the regime of sleep: sparse input, thresholds of a few weights.
fn case() -> impl Strategy<Value = Case> {
    (
        2_usize..40,
        1_usize..30,
        1_usize..12,
        20_usize..200,
        any::<u64>(),
    )
        .prop_map(|(n0, n1, n2, steps, seed)| {
            let mut stream = sharpwave::base::stream::Stream::new(seed, "case", 0);
            let mut matrix = |n_target, n_source| {
                Array2::from_shape_simple_fn((n_target, n_source), || {
                    ((stream.uniform() - 0.35) * 0.05) as f32
                })
            };
            let weights = vec![matrix(n1, n0), matrix(n2, n1)];
            let p = stream.uniform() * 0.4;
            let raster = (0..steps)
                .map(|_| (0..n0).filter(|_| stream.uniform() < p).collect())
                .collect();
            Case {
                weights,
                gains: vec![
                    20.0 + 100.0 * stream.uniform(),
                    20.0 + 100.0 * stream.uniform(),
                ],
                thresholds: vec![0.5 + 5.0 * stream.uniform(), 0.5 + 2.0 * stream.uniform()],
                increment: (stream.uniform() * 0.05) as f32,
                decrement: (stream.uniform() * 0.01) as f32,
                plastic: (0..2).map(|_| stream.uniform() < 0.8).collect(),
                raster,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn grid_input_reproduces_the_published_algorithm_exactly(case in case()) {
        let (mut spikes, weights) = naive(&case);
        spikes.sort_unstable();
        let (engine_spikes, engine_weights) = simulate(&case, Time::ZERO, &[]);
        prop_assert_eq!(spikes, engine_spikes);
        prop_assert_eq!(bits(&weights), bits(&engine_weights));
    }

    #[test]
    fn cuts_and_shifts_in_time_change_nothing(case in case(), cut in 0_usize..20, hours in 0_i64..24) {
        let whole = simulate(&case, Time::ZERO, &[]);
        let shift = Time::from_ps(hours * 3_600_000 * PS_PER_MS);
        let cut = simulate(&case, shift, &[cut, cut + 1, 2 * cut + 1]);
        prop_assert_eq!(&whole.0, &cut.0);
        prop_assert_eq!(bits(&whole.1), bits(&cut.1));
    }
}

#[test]
fn the_random_cases_do_spike_and_learn() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut hidden, mut output, mut changed) = (0, 0, 0);
    for _ in 0..100 {
        let case = case().new_tree(&mut runner).unwrap().current();
        let (spikes, weights) = naive(&case);
        hidden += spikes.iter().filter(|spike| spike.1 == 1).count();
        output += spikes.iter().filter(|spike| spike.1 == 2).count();
        changed += bits(&weights)
            .iter()
            .zip(bits(&case.weights))
            .filter(|(a, b)| **a != *b)
            .count();
    }
    assert!(
        hidden > 1_000 && output > 100 && changed > 1_000,
        "{hidden} {output} {changed}"
    );
}
