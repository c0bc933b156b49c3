//! The published sleep phase: 15 s of a 784-1200-1200-10 network that has learnt two digits, plastic, on one thread.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use sharpwave::base::parameter::Values;
use sharpwave::base::stream::Stream;
use sharpwave::base::time::{Duration, PS_PER_MS, Time};
use sharpwave::engine::Observer;
use sharpwave::engine::assembly::assemble;
use sharpwave::engine::simulation::{Ended, Simulation};
use sharpwave::mlp::conversion::{Method, gains};
use sharpwave::mlp::dataset::DataSet;
use sharpwave::mlp::images::Images;
use sharpwave::mlp::perceptron::{Mlp, Output};
use sharpwave::mlp::selection::{Quota, Selection};
use sharpwave::mlp::training::{Trainer, Training};
use sharpwave::network::plan::dense::{DenseProjection, Plasticity};
use sharpwave::network::plan::{NetworkPlan, Population};
use sharpwave::stimulus::image::{ImageNoise, Patch, Timing};
use sharpwave::synapse::dense::Dense;

/// Layers of the network, as in its model file.
pub const LAYERS: [&str; 4] = ["input", "hidden1", "hidden2", "output"];

/// Network and image after the first task.
struct Trained {
    mlp: Mlp,
    gains: Vec<f64>,
    mean: Vec<f32>,
}

/// The digits 0 and 1 of the embedded set, learnt in as many steps as published (10 epochs of 1,000 images).
static TRAINED: LazyLock<Trained> = LazyLock::new(|| {
    let set = DataSet::embedded_mnist().expect("the embedded files are whole");
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
        weight_decay: 0.0,
        noise: 0.0,
    };
    let mut stream = Stream::new(1, "bench", 0);
    let _ = Trainer::new(&mlp, training)
        .train(&mut mlp, &images[0], 10, &mut stream, |_| {
            ControlFlow::Continue(())
        })
        .expect("training converges");
    let factors = Method::DataMax
        .factors(&mlp, &images)
        .expect("every layer is active");
    Trained {
        gains: gains(55.882454, &factors),
        mean: Images::mean(&images),
        mlp,
    }
});

/// An engine about to sleep, without input, with the published parameters of class-incremental MNIST.
pub fn engine(plastic: bool) -> Simulation {
    assemble(&network(plastic)).expect("possible")
}

/// The network that sleeps, its input a population of relays.
pub fn network(plastic: bool) -> NetworkPlan {
    let Trained { mlp, gains, .. } = &*TRAINED;
    let thresholds = [14.548273, 44.560317, 38.046326];
    let population = |l: usize, size: usize, model: &'static str, values: Values| Population {
        name: LAYERS[l].into(),
        size: size as u32,
        model,
        values,
        positions: None,
        v_m: None,
    };
    let mut populations = vec![population(0, 784, "relay", Values::new())];
    let mut dense = Vec::new();
    for (l, (layer, v_th)) in mlp.layers.iter().zip(thresholds).enumerate() {
        let values = Values::from([("tau_m", 999.5), ("v_th", v_th)]);
        populations.push(population(l + 1, layer.weights.nrows(), "lif", values));
        let rule = "sleep_replay";
        let values = Values::from([("increment", 0.032064), ("decrement", 0.003344)]);
        dense.push(DenseProjection {
            name: LAYERS[l + 1].into(),
            source: l,
            target: l + 1,
            weights: Dense::from_matrix(layer.weights.view()).into(),
            gain: gains[l],
            axonal_delay: Duration::ZERO,
            dendritic_delay: Duration::ZERO,
            plasticity: plastic.then_some(Plasticity {
                rule,
                values,
                modulator: None,
                limit: None,
                teacher: None,
                within: Default::default(),
            }),
            short_term: None,
        });
    }
    NetworkPlan {
        seed: 1,
        lanes: None,
        populations,
        projections: Vec::new(),
        dense,
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
    }
}

/// Sleeps for 15 s on noise shaped like the mean digit; `observer` sees every spike.
pub fn sleep(engine: &mut Simulation, timing: Timing, observer: &mut dyn Observer) {
    // A pixel of 1 fires at twice the published rate.
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
    let noise = ImageNoise::new(&rates, Some(patch), ms, timing, 1, "sleep 1");
    let driven = engine.drive("image", LAYERS[0], 1.0, Box::new(noise));
    driven.expect("a population");
    assert_eq!(
        engine.run(Time::from_ms(15_000.0).expect("in range"), observer),
        Ended::Reached
    );
}
