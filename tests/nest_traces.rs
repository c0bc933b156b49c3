//! Single neurons under frozen input against NEST's neurons with exact spike times, whose traces are stored beside the
//! script that made them: `nest/README.md`. No NEST and no Python is needed.

#[path = "nest/trace.rs"]
mod trace;

use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::parameter::Value;
use sharpwave::base::time::Time;
use sharpwave::engine::Observer;
use sharpwave::engine::assembly::assemble;
use sharpwave::engine::simulation::Ended;
use sharpwave::network::plan::{Current, NetworkPlan, Population, SpikeInput, SpikeSource};

use trace::Trace;

/// Neurons that all receive the same: what one gets must not depend on its neighbours.
const N: u32 = 3;

/// How the neurons are computed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Path {
    /// All share their parameters.
    Shared,
    /// Each has a threshold of its own, the same for all.
    Individual,
    /// The model with adaptation, of which there is none.
    Adaptive,
}

/// Spikes of every neuron, and the times of those of the first.
struct Log(Vec<Time>);

impl Observer for Log {
    fn spikes(&mut self, _: usize, t: Time, nodes: &[u32]) {
        assert_eq!(nodes, [0, 1, 2], "at {} ms", t.as_ms());
        self.0.push(t);
    }
}

fn constant(value: f64) -> Distribution {
    Distribution::new(Shape::Constant(value)).unwrap()
}

fn network(trace: &Trace, path: Path) -> NetworkPlan {
    let mut values = trace.parameters.clone();
    let mut model = trace.model;
    match path {
        Path::Shared => {}
        Path::Individual => {
            let v_th = values["v_th"];
            values.insert("v_th", Value::Drawn(constant(v_th)));
        }
        Path::Adaptive => {
            model = "lif_adaptive";
            values.extend([("tau_w", 100.0), ("b", 0.0)]);
        }
    }
    let population = Population {
        name: "neuron".into(),
        size: N,
        model,
        values,
        v_m: Some(constant(trace.v_m).into()),
        positions: None,
    };
    let input = |(number, (weight, times)): (usize, &(f64, Vec<Time>))| SpikeInput {
        name: format!("input{number}"),
        target: 0,
        weight: *weight,
        spikes: SpikeSource::List(
            times
                .iter()
                .flat_map(|&t| (0..N).map(move |node| (t, node)))
                .collect::<Vec<_>>()
                .into(),
        ),
    };
    let current = Current {
        name: "steps".into(),
        targets: vec![0],
        steps: trace.steps.clone(),
        pulsed: false,
    };
    NetworkPlan {
        seed: 1,
        lanes: Some(1),
        populations: vec![population],
        projections: Vec::new(),
        dense: Vec::new(),
        tied: Vec::new(),
        noise: Vec::new(),
        currents: Some(current)
            .filter(|c| !c.steps.is_empty())
            .into_iter()
            .collect(),
        spikes: trace.arrivals.iter().enumerate().map(input).collect(),
        modulators: Vec::new(),
        homeostasis: Vec::new(),
        changing: Default::default(),
        triggers: Vec::new(),
        pulses: Vec::new(),
        outside: Default::default(),
    }
}

/// Spike times of a neuron, and its variables at the samples of the trace.
fn run(trace: &Trace, path: Path) -> (Vec<Time>, Vec<Vec<f64>>) {
    let mut engine = assemble(&network(trace, path)).unwrap();
    let mut log = Log(Vec::new());
    let mut samples = Vec::new();
    for (t, values) in &trace.samples {
        assert_eq!(engine.run(*t, &mut log), Ended::Reached);
        let of = |node| -> Vec<f64> {
            (0..values.len())
                .map(|variable| engine.sample_at(0, node, variable, *t))
                .collect()
        };
        assert!((1..N).all(|node| of(node) == of(0)));
        samples.push(of(0));
    }
    assert_eq!(engine.run(trace.end, &mut log), Ended::Reached);
    (log.0, samples)
}

/// Every trace with every way to compute it.
fn all() -> impl Iterator<Item = (Trace, Path)> {
    Trace::all().into_iter().flat_map(|trace| {
        let paths: &[Path] = match trace.model {
            "lif" => &[Path::Shared, Path::Individual, Path::Adaptive],
            _ => &[Path::Shared, Path::Individual],
        };
        paths.iter().map(move |&path| (trace.clone(), path))
    })
}

/// By how many picoseconds `ours` is later.
fn later_ps(ours: Time, nest_ms: f64) -> f64 {
    // Whole milliseconds apart, or doubles would round the rest.
    let whole = nest_ms.floor();
    (ours.ps() - whole as i64 * 1_000_000_000) as f64 - (nest_ms - whole) * 1e9
}

/// Half a unit in the last place of a double of 400 ms is 0.03 fs; NEST adds a few such numbers.
const NEST_ROUNDING_PS: f64 = 1e-3;

/// A crossing is rounded up to the next picosecond, in `lif_exp` if it is more than 0.01 ps away.
const TICK_PS: f64 = 1.0;

/// What becomes of a picosecond until the end: the reset comes as much later as the spike, the potential is as much
/// lower as it has risen in that time, and a potential that rises more slowly at the next crossing reaches it by a
/// multiple later. Measured: 9.5.
const LATE_PS: f64 = 20.0;

/// The potential rises by up to 2 mV/ms: 4e-8 mV in 20 ps. Measured: 1.4e-8.
const LATE_MV: f64 = 4e-8;

/// Where no crossing has been rounded, only arithmetic is left. Measured: 6e-14.
const EXACT_MV: f64 = 1e-12;

/// Currents of up to 2000 pA. Measured: 3e-11.
const EXACT_PA: f64 = 1e-10;

#[test]
fn spikes_come_when_nest_says() {
    for (trace, path) in all() {
        let place = format!("{}, {path:?}", trace.name);
        let (spikes, _) = run(&trace, path);
        assert_eq!(spikes.len(), trace.spikes_ms.len(), "{place}");
        for (k, (&ours, &nest)) in spikes.iter().zip(&trace.spikes_ms).enumerate() {
            let later = later_ps(ours, nest);
            let most = if k == 0 { TICK_PS } else { LATE_PS };
            assert!(
                (-NEST_ROUNDING_PS..most + 0.01).contains(&later),
                "{place}: spike {k} is {later} ps later than {nest} ms"
            );
        }
    }
}

#[test]
fn spikes_on_arrivals_come_with_them() {
    for (trace, path) in all() {
        // Below threshold without arrivals.
        if !["delta_undriven", "delta_below_threshold"].contains(&&*trace.name) {
            continue;
        }
        let (spikes, samples) = run(&trace, path);
        for (ours, &nest) in spikes.iter().zip(&trace.spikes_ms) {
            let mut arrivals = trace.arrivals.iter().flat_map(|(_, times)| times);
            assert!(arrivals.any(|t| t == ours), "{}: {ours:?}", trace.name);
            assert!(later_ps(*ours, nest).abs() < NEST_ROUNDING_PS);
        }
        for (ours, (t, nest)) in samples.iter().zip(&trace.samples) {
            let off = (ours[0] - nest[0]).abs();
            assert!(off < EXACT_MV, "{}: {off} mV at {t:?}", trace.name);
        }
    }
}

#[test]
fn potentials_and_currents_are_those_of_nest() {
    for (trace, path) in all() {
        let place = format!("{}, {path:?}", trace.name);
        let (spikes, samples) = run(&trace, path);
        for (ours, (t, nest)) in samples.iter().zip(&trace.samples) {
            let off = |variable: usize| (ours[variable] - nest[variable]).abs();
            let most = if spikes.first().is_none_or(|first| t < first) {
                EXACT_MV
            } else {
                LATE_MV
            };
            assert!(off(0) < most, "{place}: {} mV at {} ms", off(0), t.as_ms());
            for current in 1..nest.len() {
                let off = off(current);
                assert!(off < EXACT_PA, "{place}: {off} pA at {} ms", t.as_ms());
            }
        }
    }
}

#[test]
fn the_traces_hold_spikes_and_arrivals() {
    let traces = Trace::all();
    assert_eq!(traces.len(), 16);
    for trace in traces {
        let arrivals: usize = trace.arrivals.iter().map(|(_, times)| times.len()).sum();
        assert!(trace.spikes_ms.len() >= 5, "{}", trace.name);
        assert!(arrivals > 300 || trace.name == "delta_regular");
        assert_eq!(trace.samples.len(), 235, "{}", trace.name);
    }
}
