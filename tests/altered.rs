//! Numbers that change while a network runs: against an independent, naive event loop that changes the same ones at the same
//! instants, equal to the picosecond; cut, saved and on any threads the same bits.

#[path = "altered/bits.rs"]
mod bits;
#[path = "fixture/log.rs"]
mod log;
#[path = "altered/naive.rs"]
mod naive;
#[path = "altered/oscillation.rs"]
mod oscillation;
#[path = "altered/ramp.rs"]
mod ramp;

use std::collections::BTreeMap;

use sharpwave::base::alteration::Alteration;
use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::stream::Stream;
use sharpwave::base::time::Time;
use sharpwave::engine::simulation::{Bout, Ended, Keep, Regime};
use sharpwave::network::path::Alterations;
use sharpwave::{Network, Simulation, values};

use log::{Log, Spikes};
use naive::Doubted;

const MS: i64 = 1_000_000_000;

/// A model, with what its neurons are declared with, and what reaches them.
#[derive(Clone, Copy)]
struct Model {
    name: &'static str,
    values: &'static [(&'static str, f64)],
    /// What excitation and inhibition add, and noise.
    weights: [f64; 3],
    rate_hz: f64,
    /// Whether neurons cross their threshold between arrivals.
    crosses: bool,
}

const MODELS: [Model; 7] = [
    Model {
        name: "lif",
        values: &[
            ("tau_m", 20.0),
            ("v_th", 20.0),
            ("v_reset", 5.0),
            ("t_ref", 2.0),
        ],
        weights: [1.5, -3.0, 2.0],
        rate_hz: 500.0,
        crosses: false,
    },
    // Noise as dense as that of large networks, which comes in pieces.
    Model {
        name: "lif",
        values: &[
            ("tau_m", 20.0),
            ("v_th", 20.0),
            ("v_reset", 5.0),
            ("t_ref", 2.0),
        ],
        weights: [1.0, -2.0, 0.07],
        rate_hz: 14_500.0,
        crosses: false,
    },
    // Above its threshold: it fires by itself.
    Model {
        name: "lif",
        values: &[
            ("tau_m", 20.0),
            ("v_th", 20.0),
            ("v_reset", 5.0),
            ("t_ref", 2.0),
            ("e_l", 19.0),
            ("i_e", 120.0),
        ],
        weights: [0.6, -2.5, 0.5],
        rate_hz: 40.0,
        crosses: true,
    },
    Model {
        name: "lif_adaptive",
        values: &[
            ("tau_m", 20.0),
            ("v_th", 20.0),
            ("v_reset", 5.0),
            ("t_ref", 2.0),
            ("tau_w", 120.0),
            ("b", 30.0),
        ],
        weights: [1.0, -2.0, 0.15],
        rate_hz: 9_000.0,
        crosses: false,
    },
    Model {
        name: "lif_adaptive",
        values: &[
            ("tau_m", 20.0),
            ("v_th", 20.0),
            ("v_reset", 5.0),
            ("t_ref", 2.0),
            ("tau_w", 120.0),
            ("b", 60.0),
            ("i_e", 500.0),
        ],
        weights: [0.6, -2.5, 0.5],
        rate_hz: 100.0,
        crosses: true,
    },
    Model {
        name: "lif_exp",
        values: &[
            ("tau_m", 20.0),
            ("c_m", 250.0),
            ("v_th", 20.0),
            ("v_reset", 5.0),
            ("t_ref", 2.0),
            ("tau_syn_ex", 2.0),
            ("tau_syn_in", 5.0),
        ],
        weights: [60.0, -60.0, 150.0],
        rate_hz: 900.0,
        crosses: true,
    },
    // As in a cortical column: noise by the bin, two in a horizon.
    Model {
        name: "lif_exp",
        values: &[
            ("tau_m", 10.0),
            ("c_m", 250.0),
            ("v_th", 20.0),
            ("v_reset", 5.0),
            ("t_ref", 2.0),
            ("tau_syn_ex", 0.5),
            ("tau_syn_in", 0.5),
        ],
        weights: [60.0, -60.0, 55.0],
        rate_hz: 17_500.0,
        crosses: true,
    },
];

const SIZES: [(&str, u32); 2] = [("e", 40), ("i", 12)];

fn uniform(low: f64, high: f64) -> Distribution {
    Distribution::new(Shape::Uniform { low, high }).expect("a distribution")
}

/// Excitation and inhibition under noise. Neurons of `e` and `i` are alike, or each has a third of its parameters for
/// itself.
fn network(model: Model, seed: u64, own: bool) -> Network {
    let mut network = Network::new(seed);
    network.lanes = Some(1);
    for (name, size) in SIZES {
        let mut all = values! {};
        for (at, &(name, value)) in model.values.iter().enumerate() {
            match own && at % 3 == (seed % 3) as usize && name != "t_ref" {
                true => all.insert(name, uniform(0.95 * value, 1.05 * value)),
                false => all.insert(name, value),
            }
        }
        let population = network.population(name, size, model.name, all);
        population.expect("neurons").v_m = Some(uniform(-5.0, 15.0).into());
    }
    let [excite, inhibit, noise] = model.weights;
    for (name, source, weight, drawn) in [
        ("e_all", "e", excite, own),
        ("i_all", "i", inhibit, false),
        // Rows that are not altered lie beside those that are.
        ("e_more", "e", 0.2 * excite, false),
    ] {
        let weights = match drawn {
            true => uniform(0.5 * weight, 1.5 * weight),
            false => Distribution::new(Shape::Constant(weight)).expect("one"),
        };
        let delays = uniform(0.3, 3.0);
        let rule = network.project(name, source, ["e", "i"]);
        let rule = rule.rule("fixed_in_degree", values! { in_degree: 8_u32 });
        let rule = rule.weight(weights).axonal_delay_ms(delays);
        rule.add().expect("a projection");
    }
    let rate = values! { rate: model.rate_hz };
    let added = network.stimulate("noise", "poisson", ["e", "i"], noise, rate);
    added.expect("noise");
    network
}

/// What is altered from when on: something else every so often, now and then nothing.
fn script(model: Model, seed: u64) -> Vec<(i64, Alterations)> {
    let mut stream = Stream::new(seed, "script", 0);
    let mut script = Vec::new();
    let mut t = 0;
    for k in 0..6 {
        t += MS * (20 + stream.below(30) as i64) + stream.below(MS as u64) as i64;
        let mut all = Alterations::new();
        if k % 3 == 2 {
            script.push((t, all));
            continue;
        }
        let mut within = |low: f64, high: f64| low + (high - low) * stream.uniform();
        for (population, _) in SIZES {
            for &(name, _) in
                model
                    .values
                    .iter()
                    .chain(&[("e_l", 0.0), ("i_e", 0.0), ("c_m", 250.0)])
            {
                if within(0.0, 1.0) < 0.6 {
                    continue;
                }
                let how = match name {
                    "tau_m" | "c_m" | "tau_w" | "tau_syn_ex" | "tau_syn_in" => {
                        Alteration::factor(within(0.8, 1.3))
                    }
                    "b" | "t_ref" => Alteration::factor(within(0.0, 2.5)),
                    "v_th" => Alteration::value(within(17.0, 21.0)),
                    "v_reset" | "e_l" => Alteration::offset(within(-2.0, 1.0)),
                    _ => Alteration::offset(within(-20.0, 20.0)),
                };
                let path = format!("population.{population}.{name}");
                all.insert(path.parse().expect("a path"), how);
            }
        }
        for (path, low, high) in [
            ("projection.e_all.weight", 0.7, 1.3),
            ("projection.i_all.weight", 0.7, 1.3),
            ("stimulus.noise.rate", 0.8, 1.2),
            ("stimulus.noise.weight", 0.9, 1.1),
        ] {
            if within(0.0, 1.0) < 0.5 {
                all.insert(
                    path.parse().expect("a path"),
                    Alteration::factor(within(low, high)),
                );
            }
        }
        script.push((t, all));
    }
    script
}

fn at(ps: i64) -> Time {
    Time::from_ps(ps)
}

/// The network with all that the script alters kept apart.
fn apart(mut network: Network, script: &[(i64, Alterations)]) -> Network {
    let paths = script.iter().flat_map(|(_, all)| all.keys().cloned());
    network.changing = paths.collect();
    network
}

fn bout(number: usize, t: i64, alterations: &Alterations) -> Bout {
    Bout {
        number: number as u64,
        name: format!("b{number}"),
        start: at(t),
        keep: Keep::All,
        on: vec!["noise".into()],
        regime: Regime {
            alterations: alterations.clone(),
            ..Regime::default()
        },
    }
}

/// Plays the script.
fn play(network: &Network, script: &[(i64, Alterations)], stop: i64) -> Spikes {
    play_on(Simulation::of(network).expect("a network"), script, stop)
}

fn play_on(mut engine: Simulation, script: &[(i64, Alterations)], stop: i64) -> Spikes {
    let mut log = Log(Vec::new());
    for (number, (t, alterations)) in script.iter().enumerate() {
        assert_eq!(engine.run(at(*t), &mut log), Ended::Reached);
        let begun = engine.begin(&bout(number + 1, *t, alterations));
        begun.expect("a bout");
    }
    assert_eq!(engine.run(at(stop), &mut log), Ended::Reached);
    log.0
}

/// Asserts that both are the same spikes, but for ticks in doubt; how many are
/// apart.
fn compare(mut found: Spikes, mut expected: Vec<Doubted>, what: &str) -> usize {
    found.sort_unstable_by_key(|&(t, p, node)| (p, node, t));
    expected.sort_by_key(|&((t, p, node), _)| (p, node, t));
    let differ = |a: &(i64, usize, u32), &(b, doubt): &Doubted| {
        (a.1, a.2) != (b.1, b.2) || (a.0 - b.0).abs() as f64 > doubt
    };
    let pairs = found.iter().zip(&expected);
    let first = pairs.clone().find(|(a, b)| differ(a, b));
    let lengths = (found.len(), expected.len());
    assert!(first.is_none(), "{what}: {first:?}, {lengths:?} spikes");
    assert_eq!(lengths.0, lengths.1, "{what}");
    pairs.filter(|(a, (b, _))| a.0 != b.0).count()
}

#[test]
fn a_changed_network_fires_as_in_the_naive_event_loop() {
    let mut changed = BTreeMap::new();
    for (number, model) in MODELS.into_iter().enumerate() {
        let (mut count, mut other) = (0, 0);
        for seed in 0..3 {
            for own in [false, true] {
                let script = script(model, 100 * number as u64 + seed);
                let stop = script.last().expect("some").0 + 40 * MS;
                let network = apart(network(model, seed, own), &script);
                let found = play(&network, &script, stop);
                let what = format!("{} {number}, seed {seed}, own {own}", model.name);
                let mut engine = Simulation::of(&network).expect("a network");
                engine.let_rows_travel();
                // Weights change while copies of them are under way.
                assert_eq!(play_on(engine, &script, stop), found, "{what}");
                let expected = naive::simulate(&network, &script, stop);
                other += compare(found.clone(), expected, &what);
                count += found.len();
                let untouched = play(&network, &[], stop);
                *changed.entry(number).or_insert(0) += usize::from(untouched != found);
            }
        }
        assert!(count > 700, "{} {number}: {count} spikes", model.name);
        // Those at arrivals are met to the tick; crossings in between are, but where roundings of both are a few.
        let most = if model.crosses { count / 2 } else { 0 };
        assert!(other <= most, "{} {number}: {other} of {count}", model.name);
    }
    // The script does something.
    assert!(changed.values().all(|&n| n == 6), "{changed:?}");
}
