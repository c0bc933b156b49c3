//! The published sleep phase on one thread, spikes counted. Floor 0.2 s, aim 0.1 s (a plain C cascade reaches 0.09 to
//! 0.12 s). And a second of the same network without plasticity under Poisson input: aim 0.06 s.
//!
//! `cargo bench --bench sleep_phase`

#[path = "protocol/phase.rs"]
mod phase;

use divan::{Bencher, black_box};
use sharpwave::base::parameter::Values;
use sharpwave::base::time::Time;
use sharpwave::base::vector::{self, Width};
use sharpwave::engine::Observer;
use sharpwave::engine::assembly::assemble;
use sharpwave::engine::simulation::Ended;
use sharpwave::stimulus::image::Timing;

fn main() {
    divan::main();
}

/// Spikes per layer.
struct Count([u64; phase::LAYERS.len()]);

impl Observer for Count {
    fn spikes(&mut self, population: usize, _t: Time, nodes: &[u32]) {
        self.0[population] += nodes.len() as u64;
    }
}

fn sleep(bencher: Bencher<'_, '_>, timing: Timing, plastic: bool) {
    bencher
        .with_inputs(|| phase::engine(plastic))
        .bench_local_values(|mut engine| {
            let mut count = Count(Default::default());
            phase::sleep(&mut engine, timing, &mut count);
            assert!(count.0[0] > 100_000 && count.0[1] > 100, "{:?}", count.0);
            black_box(count.0);
            engine
        });
}

#[divan::bench(sample_count = 10)]
fn grid(bencher: Bencher<'_, '_>) {
    sleep(bencher, Timing::Grid, true);
}

#[divan::bench(sample_count = 10)]
fn continuous(bencher: Bencher<'_, '_>) {
    sleep(bencher, Timing::Continuous, true);
}

#[divan::bench(sample_count = 10)]
fn continuous_static(bencher: Bencher<'_, '_>) {
    sleep(bencher, Timing::Continuous, false);
}

/// Every input unit a Poisson source of 20 Hz, for 1 s.
#[divan::bench(sample_count = 10)]
fn poisson_static(bencher: Bencher<'_, '_>) {
    let mut network = phase::network(false);
    network.populations[0].model = "poisson";
    network.populations[0].values = Values::from([("rate", 20.0)]);
    let second = Time::from_ms(1_000.0).expect("in range");
    bencher
        .with_inputs(|| assemble(&network).expect("possible"))
        .bench_local_values(|mut engine| {
            let mut count = Count(Default::default());
            assert_eq!(engine.run(second, &mut count), Ended::Reached);
            assert!(count.0[0] > 14_000 && count.0[1] > 100, "{:?}", count.0);
            black_box(count.0);
            engine
        });
}

#[divan::bench(sample_count = 5, args = ["baseline", "avx2"])]
fn grid_narrow(bencher: Bencher<'_, '_>, width: &str) {
    vector::limit(if width == "avx2" {
        Width::W256
    } else {
        Width::Baseline
    });
    sleep(bencher, Timing::Grid, true);
    vector::limit(Width::W512);
}
