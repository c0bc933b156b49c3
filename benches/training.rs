//! Training and testing the published network, 784-1200-1200-10, on one thread.
//!
//! A training step is 3 matrix products per layer but the first, which needs 2: per image
//! 2 · (2 · 784 · 1200 + 3 · 1200 · 1200 + 3 · 1200 · 10) = 12.5 MFLOP. A test is 4.8 MFLOP.

use std::ops::ControlFlow;

use divan::counter::ItemsCount;
use sharpwave::base::stream::Stream;
use sharpwave::mlp::conversion::Method;
use sharpwave::mlp::dataset::DataSet;
use sharpwave::mlp::exam::{self, Tests};
use sharpwave::mlp::perceptron::{Mlp, Output};
use sharpwave::mlp::training::{Trainer, Training};

fn main() {
    divan::main();
}

const LAYERS: [usize; 4] = [784, 1200, 1200, 10];

fn network() -> Mlp {
    Mlp::random(&LAYERS, false, 0.01, Output::Relu, 0.75, 1)
}

/// One epoch of the embedded digits, 5,000 images.
#[divan::bench(sample_count = 5)]
fn epoch(bencher: divan::Bencher) {
    let set = DataSet::embedded_mnist().expect("the embedded files are whole");
    let training = Training {
        batch: 100,
        learning_rate: 0.1,
        momentum: 0.5,
        dropout: 0.25,
        weight_decay: 0.0,
        noise: 0.0,
    };
    let mut mlp = network();
    let mut trainer = Trainer::new(&mlp, training);
    let mut stream = Stream::new(1, "bench", 0);
    bencher
        .counter(ItemsCount::new(set.train.len()))
        .bench_local(|| {
            trainer.train(&mut mlp, &set.train, 1, &mut stream, |_| {
                ControlFlow::Continue(())
            })
        });
}

/// The 1,000 embedded test images.
#[divan::bench(sample_count = 10)]
fn accuracy(bencher: divan::Bencher) {
    let set = DataSet::embedded_mnist().expect("the embedded files are whole");
    let mlp = network();
    let n = set.test.len();
    let tests = Tests::new(vec![set.test], Vec::new());
    bencher
        .counter(ItemsCount::new(n))
        .bench_local(|| exam::accuracy(&mlp, &tests));
}

/// Statistics of all layers over the 5,000 embedded training images.
#[divan::bench(sample_count = 5)]
fn conversion_factors(bencher: divan::Bencher) {
    let set = DataSet::embedded_mnist().expect("the embedded files are whole");
    let mlp = network();
    let tasks = [set.train];
    bencher
        .counter(ItemsCount::new(tasks[0].len()))
        .bench_local(|| Method::DataMax.factors(&mlp, &tasks));
}
