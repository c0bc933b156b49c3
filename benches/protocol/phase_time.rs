//! The time of one sleep phase on one thread, every spike recorded in memory.

use std::fs;

use sharpwave::base::time::Time;
use sharpwave::engine::Observer;
use sharpwave::stimulus::image::Timing;

use super::{Failure, phase};

/// Repetitions per timing: the least is what the code needs, the median what a user meets.
const REPETITIONS: usize = 15;

/// CPU time of one phase and what it did.
#[derive(Debug)]
pub struct Phase {
    /// Grid or continuous.
    pub timing: Timing,
    /// Least CPU time of the repetitions, s.
    pub least_s: f64,
    /// Their median, s.
    pub median_s: f64,
    /// Spikes per layer.
    pub spikes: Vec<usize>,
}

/// Keeps every spike.
#[derive(Default)]
struct Recorder {
    layers: [Vec<(Time, u32)>; phase::LAYERS.len()],
}

impl Observer for Recorder {
    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        self.layers[population].extend(nodes.iter().map(|&node| (t, node)));
    }
}

/// Measures both timings.
pub fn measure() -> Result<[Phase; 2], Failure> {
    Ok([measure_one(Timing::Grid)?, measure_one(Timing::Continuous)?])
}

fn measure_one(timing: Timing) -> Result<Phase, Failure> {
    let mut times_s = Vec::new();
    let mut spikes = Vec::new();
    for _ in 0..REPETITIONS {
        let mut engine = phase::engine(true);
        let mut recorder = Recorder::default();
        let start = cpu_s()?;
        phase::sleep(&mut engine, timing, &mut recorder);
        times_s.push(cpu_s()? - start);
        spikes = recorder.layers.iter().map(Vec::len).collect();
    }
    times_s.sort_by(f64::total_cmp);
    Ok(Phase {
        timing,
        least_s: times_s[0],
        median_s: times_s[REPETITIONS / 2],
        spikes,
    })
}

/// CPU time that this thread has used, s: the first field of its schedstat, ns.
fn cpu_s() -> Result<f64, Failure> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let spent = text.split(' ').next().ok_or("schedstat is empty")?;
    Ok(spent.parse::<f64>()? * 1e-9)
}
