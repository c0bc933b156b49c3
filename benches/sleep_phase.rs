//! The published sleep phase: 15 s of a 784-1200-1200-10 network trained on two digits, plastic, spikes observed, one
//! thread. Floor 0.2 s, aim 0.1 s (a plain C cascade reaches 0.09 to 0.12 s).
//!
//! `cargo bench --bench sleep_phase`

use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use divan::Bencher;
use sharpwave::base::parameter::Values;
use sharpwave::base::stream::Stream;
use sharpwave::base::time::{Duration, PS_PER_MS, Time};
use sharpwave::base::vector::{self, Width};
use sharpwave::engine::{Engine, Observer};
use sharpwave::mlp::conversion::{Method, gains};
use sharpwave::mlp::dataset::DataSet;
use sharpwave::mlp::images::Images;
use sharpwave::mlp::perceptron::{Mlp, Output};
use sharpwave::mlp::selection::{Quota, Selection};
use sharpwave::mlp::training::{Trainer, Training};
use sharpwave::network::Network;
use sharpwave::network::builder::{Builder, Declaration};
use sharpwave::stimulus::image::{ImageNoise, Patch, Timing};
use sharpwave::{neuron, plasticity};

fn main() {
    divan::main();
}

/// Network and image after the first task.
struct Trained {
    mlp: Mlp,
    gains: Vec<f64>,
    mean: Vec<f32>,
}

static TRAINED: LazyLock<Trained> = LazyLock::new(|| {
    let set = DataSet::embedded_mnist().expect("embedded");
    let selection = Selection {
        tasks: vec![vec![0, 1]],
        quota: Quota::All,
    };
    let images: Vec<Images> = selection.train(&set).expect("0 and 1 are there");
    let mut mlp = Mlp::random(&[784, 1200, 1200, 10], false, 0.01, Output::Relu, 0.75, 1);
    let training = Training {
        batch: 100,
        learning_rate: 0.1,
        momentum: 0.5,
        dropout: 0.25,
    };
    let _ = Trainer::new(&mlp, training)
        .train(
            &mut mlp,
            &images[0],
            10,
            &mut Stream::new(1, "bench", 0),
            |_| ControlFlow::Continue(()),
        )
        .expect("converges");
    let factors = Method::DataMax.factors(&mlp, &images).expect("active");
    Trained {
        gains: gains(55.882454, &factors),
        mean: Images::mean(&images),
        mlp,
    }
});

/// Published parameters of class-incremental MNIST.
fn network(trained: &Trained, plastic: bool) -> Network {
    let mut builder = Builder::default();
    builder.source("input", 784).expect("first");
    let names = ["input", "hidden1", "hidden2", "output"];
    for (l, v_th) in [14.548273, 44.560317, 38.046326].into_iter().enumerate() {
        let weights = trained.mlp.layers[l].weights.view();
        let neurons = neuron::build(
            "lif",
            weights.nrows(),
            &Values::from([("tau_m", 999.5), ("v_th", v_th)]),
        );
        builder
            .neurons(names[l + 1], neurons.expect("valid"))
            .expect("new");
        let values = Values::from([("increment", 0.032064), ("decrement", 0.003344)]);
        let declaration = Declaration {
            name: names[l + 1],
            source: names[l],
            target: names[l + 1],
            weights,
            gain: trained.gains[l],
            axonal_delay: Duration::ZERO,
            plasticity: plastic.then(|| plasticity::build("sleep_replay", &values).expect("valid")),
        };
        builder.project(declaration).expect("fits");
    }
    builder.build().expect("no loop")
}

struct Count([u64; 4]);

impl Observer for Count {
    fn spikes(&mut self, population: usize, _t: Time, nodes: &[u32]) {
        self.0[population] += nodes.len() as u64;
    }
}

fn phase(bencher: Bencher<'_, '_>, timing: Timing, plastic: bool) {
    let rates: Vec<f64> = TRAINED
        .mean
        .iter()
        .map(|&x| 2.0 * 239.515363 * f64::from(x))
        .collect();
    let patch = Patch {
        ticks: 1,
        side: 11,
        width: 28,
        height: 28,
    };
    let ms = Duration::from_ps(PS_PER_MS);
    bencher
        .with_inputs(|| Engine::new(network(&TRAINED, plastic)))
        .bench_local_values(|mut engine| {
            engine.drive(
                0,
                Box::new(ImageNoise::new(
                    &rates,
                    Some(patch),
                    ms,
                    timing,
                    1,
                    "sleep 1",
                )),
            );
            let mut count = Count([0; 4]);
            engine.run(Time::from_ms(15_000.0).expect("in range"), &mut count);
            assert!(count.0[0] > 100_000 && count.0[1] > 100, "{:?}", count.0);
            black_box(count.0);
            engine
        });
}

#[divan::bench(sample_count = 10)]
fn grid(bencher: Bencher<'_, '_>) {
    phase(bencher, Timing::Grid, true);
}

#[divan::bench(sample_count = 10)]
fn continuous(bencher: Bencher<'_, '_>) {
    phase(bencher, Timing::Continuous, true);
}

#[divan::bench(sample_count = 10)]
fn continuous_static(bencher: Bencher<'_, '_>) {
    phase(bencher, Timing::Continuous, false);
}

#[divan::bench(sample_count = 5, args = ["baseline", "avx2"])]
fn grid_narrow(bencher: Bencher<'_, '_>, width: &str) {
    vector::limit(if width == "avx2" {
        Width::W256
    } else {
        Width::Baseline
    });
    phase(bencher, Timing::Grid, true);
    vector::limit(Width::W512);
}
