//! Data of the size and shape of real runs, made up.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use sharpwave::base::matrix::Matrix;
use sharpwave::base::time::{Duration, Time};
use sharpwave::report::figure::*;

use super::ms;

/// A 15 s sleep like those on MNIST: 784-1200-1200-10, about 190,000 input spikes through an 11 × 11 window,
/// 1,600 and 1,000 hidden spikes in loose bursts, 6 of the output.
pub fn sleep() -> Raster {
    let mut rng = Pcg64Mcg::seed_from_u64(1);
    let mean_image = |x: f64, y: f64| {
        let radius = ((x - 13.5).powi(2) + ((y - 13.5) / 1.3).powi(2)).sqrt();
        (-((radius - 4.5) / 3.5).powi(2)).exp() * 0.55
    };
    let mut input = Vec::new();
    for step in 0..15_000 {
        let (x0, y0) = (rng.random_range(1..=18), rng.random_range(1..=18));
        for (x, y) in (y0..y0 + 11).flat_map(|y| (x0..x0 + 11).map(move |x| (x, y))) {
            if x < 28 && y < 28 && rng.random::<f64>() < 0.37 * mean_image(x as f64, y as f64) {
                input.push((ms(f64::from(step)), (y * 28 + x) as u64));
            }
        }
    }
    let mut hidden = |n_spikes: usize, n_active: u64| {
        let active: Vec<u64> = (0..n_active).map(|_| rng.random_range(0..1200)).collect();
        (0..n_spikes)
            .map(|_| {
                let burst = (rng.random_range(0..60_u32) as f64).powf(1.15) * 135.0;
                let t = (burst + rng.random::<f64>() * 400.0).min(14_999.0);
                (ms(t.floor()), active[rng.random_range(0..active.len())])
            })
            .collect::<Vec<_>>()
    };
    let (first, second) = (hidden(1600, 140), hidden(1000, 60));
    let output = [
        (900.0, 0),
        (1100.0, 1),
        (4310.0, 0),
        (7205.0, 1),
        (7262.0, 1),
        (13_990.0, 0),
    ];
    let layer = |name: &str, n_neurons, spikes| Layer {
        name: name.to_owned(),
        n_neurons,
        size: n_neurons,
        numbers: None,
        sign: (name != "input").then_some(Sign::Mixed),
        spikes,
    };
    Raster {
        of: String::new(),
        layers: vec![
            layer("input", 784, input),
            layer("hidden1", 1200, first),
            layer("hidden2", 1200, second),
            layer("output", 10, output.map(|(t, j)| (ms(t), j)).to_vec()),
        ],
        bouts: vec![],
        stimuli: vec![],
        origin: Time::ZERO,
        window: Window {
            start: Time::ZERO,
            stop: ms(15_000.0),
            bin: Duration::from_ms(100.0).unwrap(),
        },
        closer: None,
    }
}

/// Five tasks of two digits, a sleep after each, three seeds.
pub fn run_of_five_tasks() -> Accuracy {
    let stages = (1..=5).flat_map(|k| {
        [("task", false), ("sleep", true)].map(|(kind, is_sleep)| Stage {
            name: format!("{kind} {k}"),
            is_sleep,
        })
    });
    let with_sleep = [
        [19.9, 20.1, 20.4, 30.2, 21.2, 35.9, 24.0, 38.8, 22.6, 45.1],
        [19.9, 19.6, 20.0, 27.1, 20.3, 31.0, 22.1, 36.9, 20.3, 38.2],
        [19.8, 19.9, 20.9, 33.8, 19.9, 37.7, 26.4, 41.0, 25.8, 43.3],
    ];
    let without = [19.9, 20.0, 19.7, 19.6, 19.2];
    let without = |shift: f64| {
        without
            .iter()
            .flat_map(move |&a| [a + shift, f64::NAN])
            .collect()
    };
    let nan = f64::NAN;
    Accuracy {
        stages: stages.collect(),
        runs: vec![
            Run {
                name: "sequential + sleep".to_owned(),
                seeds: with_sleep.map(|s| s.to_vec()).to_vec(),
            },
            Run {
                name: "sequential".to_owned(),
                seeds: vec![without(0.0), without(0.1), without(-0.2)],
            },
        ],
        references: vec![
            Reference {
                name: "joint training".to_owned(),
                seeds: vec![89.0, 89.6, 88.9],
            },
            Reference {
                name: "null: mean of weights".to_owned(),
                seeds: vec![54.5, 63.9, 57.4],
            },
        ],
        chance_percent: Some(10.0),
        tasks: ["0, 1", "2, 3", "4, 5", "6, 7", "8, 9"]
            .map(|t| format!("digits {t}"))
            .to_vec(),
        per_task_name: "Sequential + sleep".to_owned(),
        per_task: vec![
            vec![99.6, 99.1, 0.0, 71.0, 12.0, 66.8, 8.0, 70.1, 5.0, 68.0],
            vec![nan, nan, 97.4, 80.2, 0.0, 42.0, 1.0, 31.0, 0.0, 22.0],
            vec![nan, nan, nan, nan, 98.8, 66.4, 0.0, 40.5, 0.0, 37.0],
            vec![nan, nan, nan, nan, nan, nan, 98.9, 71.0, 11.0, 52.0],
            vec![nan, nan, nan, nan, nan, nan, nan, nan, 95.8, 40.2],
        ],
    }
}

/// Weights of a layer before and after a sleep that strengthens few synapses and weakens many small ones.
pub fn weights(targets: usize, sources: usize, seed: u64) -> (Matrix, Matrix) {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let before = Matrix::from_fn(targets, sources, |_, _| {
        let sum: f32 = (0..6).map(|_| rng.random::<f32>() - 0.5).sum();
        0.035 * sum
            + if rng.random::<f32>() < 0.1 {
                0.1 * rng.random::<f32>()
            } else {
                0.0
            }
    });
    let after = Matrix::from_fn(targets, sources, |target, source| {
        let w = before[(target, source)];
        if w > 0.0175 {
            w
        } else if rng.random::<f32>() < 0.03 {
            w + 0.032 * rng.random_range(1..4) as f32
        } else {
            w - 0.0033 * rng.random_range(0..20) as f32 * (1.0 - w / 0.0175).min(2.0)
        }
    });
    (before, after)
}

/// First-layer weights of ten units that look like strokes, of which sleep changes some.
pub fn strokes() -> (Matrix, Matrix) {
    let mut rng = Pcg64Mcg::seed_from_u64(5);
    let mut image = |amplitude: f32| {
        let (cx, cy) = (
            rng.random_range(9.0..19.0_f32),
            rng.random_range(9.0..19.0_f32),
        );
        let (radius, ring) = (rng.random_range(3.0..8.0_f32), rng.random::<bool>());
        let (turn, width) = (
            rng.random_range(0.0..3.1_f32),
            rng.random_range(1.5..2.5_f32),
        );
        Matrix::from_fn(1, 784, |_, k| {
            let (x, y) = ((k % 28) as f32 - cx, (k / 28) as f32 - cy);
            let distance = if ring {
                x.hypot(y) - radius
            } else {
                x * turn.cos() + y * turn.sin()
            };
            let near = (-(distance / width).powi(2)).exp();
            let inside = (-(x * x + y * y) / 120.0).exp();
            amplitude * inside * (near - 0.25) + 0.012 * (rng.random::<f32>() - 0.5)
        })
    };
    let units: Vec<(Matrix, Matrix)> = (0..12)
        .map(|unit| (image(0.12), image(0.006 * unit as f32)))
        .collect();
    let before = Matrix::from_fn(12, 784, |unit, k| units[unit].0[(0, k)]);
    let after = Matrix::from_fn(12, 784, |unit, k| before[(unit, k)] + units[unit].1[(0, k)]);
    (before, after)
}
