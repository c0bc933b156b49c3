use super::*;
use crate::mlp::dataset::DataSet;
use crate::mlp::exam::{Tests, accuracy};
use crate::mlp::idx::ImageFile;
use crate::mlp::perceptron::Layer;
use crate::mlp::selection::{Quota, Selection};
use ndarray::array;

/// Trains to the end.
fn train(trainer: &mut Trainer, mlp: &mut Mlp, images: &Images, epochs: usize) {
    let mut stream = Stream::new(1, "test", 0);
    let done = trainer.train(mlp, images, epochs, &mut stream, |_| {
        ControlFlow::Continue(())
    });
    assert_eq!(done, Ok(ControlFlow::Continue(())));
}

fn images(width: usize, pixels: &[u8], labels: &[u8]) -> Images {
    let file = ImageFile {
        width,
        height: 1,
        pixels: pixels.to_vec(),
    };
    Images::new(file, labels.to_vec())
}

/// Sums of the last layer in f64, for one image given as bytes.
fn sums(mlp: &Mlp, image: &[u8]) -> Vec<f64> {
    let mut a: Vec<f64> = image.iter().map(|&byte| f64::from(byte) / 255.0).collect();
    for (l, layer) in mlp.layers.iter().enumerate() {
        if l > 0 {
            a.iter_mut().for_each(|x| *x = x.max(0.0));
        }
        let bias = |j| layer.bias.as_ref().map_or(0.0, |bias| f64::from(bias[j]));
        let rows = layer.weights.rows().into_iter().enumerate();
        a = rows
            .map(|(j, row)| {
                let terms = row.iter().zip(&a).map(|(&w, &a)| f64::from(w) * a);
                bias(j) + terms.sum::<f64>()
            })
            .collect();
    }
    a
}

/// The function whose gradient training follows, mean over the images.
fn objective(mlp: &Mlp, images: &Images) -> f64 {
    let of = |i| {
        let z = sums(mlp, images.image(i));
        let label = usize::from(images.label(i));
        match mlp.output {
            Output::Relu => z.iter().map(|&z| 0.5 * z.max(0.0).powi(2)).sum::<f64>() - z[label],
            Output::Softmax => z.iter().map(|z| z.exp()).sum::<f64>().ln() - z[label],
        }
    };
    (0..images.len()).map(of).sum::<f64>() / images.len() as f64
}

#[test]
fn steps_follow_the_gradient() {
    let images = images(
        4,
        &[
            0, 255, 30, 90, 200, 10, 0, 60, 130, 80, 250, 3, 9, 70, 60, 50,
        ],
        &[0, 2, 1, 2],
    );
    let training = Training {
        batch: 4,
        learning_rate: 1.0,
        momentum: 0.0,
        dropout: 0.0,
        weight_decay: 0.0,
        noise: 0.0,
    };
    for output in [Output::Relu, Output::Softmax] {
        let mut before = Mlp::random(&[4, 7, 5, 3], true, 0.8, output, 1.0, 3);
        for (l, layer) in before.layers.iter_mut().enumerate() {
            let bias = layer.bias.as_mut().unwrap();
            bias.indexed_iter_mut()
                .for_each(|(j, b)| *b = 0.13 * (l + 1) as f32 - 0.05 * j as f32);
        }
        let mut after = before.clone();
        train(&mut Trainer::new(&before, training), &mut after, &images, 1);
        let mut largest = 0.0_f64;
        let mut check = |number: &dyn Fn(&mut Mlp) -> &mut f32| {
            let slope = |h: f32| {
                let mut moved = before.clone();
                *number(&mut moved) += h;
                (objective(&moved, &images), f64::from(*number(&mut moved)))
            };
            let ((up, x_up), (down, x_down)) = (slope(1e-4), slope(-1e-4));
            let expected = (up - down) / (x_up - x_down);
            let found = f64::from(*number(&mut before.clone()) - *number(&mut after.clone()));
            assert!((found - expected).abs() < 1e-5, "{found} {expected}");
            largest = largest.max(found.abs());
        };
        for (l, layer) in before.layers.iter().enumerate() {
            for at in ndarray::indices(layer.weights.raw_dim()) {
                check(&move |mlp| &mut mlp.layers[l].weights[at]);
            }
            for j in 0..layer.weights.nrows() {
                check(&move |mlp| &mut mlp.layers[l].bias.as_mut().unwrap()[j]);
            }
        }
        assert!(largest > 0.1, "a gradient worth testing, not {largest}");
    }
}

#[test]
fn momentum_by_hand() {
    // One weight w = 0, image 1, class 0: a = relu(w), g = a − 1, rate 0.5, momentum 0.5.
    // Step 1: g = −1, v = −0.5, w = 0.5. Step 2: g = −0.5, v = −0.25 − 0.25 = −0.5, w = 1.
    // Step 3: g = 0, v = −0.25, w = 1.25. A silent output (w = 0) learns: δ is not gated.
    let layer = Layer {
        weights: array![[0.0]],
        bias: None,
    };
    let mut mlp = Mlp {
        layers: vec![layer],
        output: Output::Relu,
        keep: 1.0,
    };
    let training = Training {
        batch: 1,
        learning_rate: 0.5,
        momentum: 0.5,
        dropout: 0.0,
        weight_decay: 0.0,
        noise: 0.0,
    };
    let mut trainer = Trainer::new(&mlp, training);
    let one = images(1, &[255], &[0]);
    train(&mut trainer, &mut mlp, &one, 2);
    assert_eq!(mlp.layers[0].weights[[0, 0]], 1.0);
    // The momentum stays, also in a clone.
    train(&mut trainer.clone(), &mut mlp, &one, 1);
    assert_eq!(mlp.layers[0].weights[[0, 0]], 1.25);
}

#[test]
fn the_last_batch_may_be_smaller() {
    // Five images in batches of two: 2 + 2 + 1. All alike, so the order does not matter. w = 0, g = w − 1 for each
    // batch whatever its size, rate 0.5: w = 0.5, 0.75, 0.875.
    let layer = Layer {
        weights: array![[0.0]],
        bias: None,
    };
    let mut mlp = Mlp {
        layers: vec![layer],
        output: Output::Relu,
        keep: 1.0,
    };
    let training = Training {
        batch: 2,
        learning_rate: 0.5,
        momentum: 0.0,
        dropout: 0.0,
        weight_decay: 0.0,
        noise: 0.0,
    };
    let mut stream = Stream::new(1, "test", 0);
    let mut seen = Vec::new();
    let five = images(1, &[255; 5], &[0; 5]);
    let done = Trainer::new(&mlp, training).train(&mut mlp, &five, 1, &mut stream, |progress| {
        seen.push((progress.epoch, progress.images, progress.loss));
        ControlFlow::Continue(())
    });
    assert!(done.is_ok());
    assert_eq!(mlp.layers[0].weights[[0, 0]], 0.875);
    // Losses per image ½, ⅛ and 1/32: means of 2, 4 and 5 images.
    assert_eq!(
        seen,
        [
            (1, 2, 0.5),
            (1, 4, 1.25 / 4.0),
            (1, 5, (1.25 + 1.0 / 32.0) / 5.0)
        ]
    );
}

#[test]
fn dropout_sets_its_share_to_zero_and_scales_nothing() {
    let mut stream = Stream::new(1, "test", 0);
    let mut a = Array2::from_elem((100, 1001), 2.0_f32);
    a.column_mut(7).fill(-1.0);
    relu_and_drop(a.as_slice_mut().unwrap(), 0.25, &mut stream);
    assert!(a.iter().all(|&a| a == 0.0 || a == 2.0));
    assert!(a.column(7).iter().all(|&a| a == 0.0));
    let kept = a.iter().filter(|&&a| a == 2.0).count();
    // Of 100,000: standard deviation 137.
    assert!(kept.abs_diff(75_000) < 700, "{kept}");
    // Columns that share a draw are independent: 1/16 dropped in both, of 25,000 pairs; standard deviation 38.
    let pairs = a.exact_chunks((1, 4));
    let both = pairs
        .into_iter()
        .filter(|four| four[[0, 0]] == 0.0 && four[[0, 1]] == 0.0);
    let both = both.count();
    assert!(both.abs_diff(25_000 / 16) < 200, "{both}");
}

#[test]
fn divergence_is_an_error_that_names_the_epoch() {
    let set = DataSet::patches();
    for output in [Output::Relu, Output::Softmax] {
        let mut mlp = Mlp::random(&[100, 20, 4], false, 0.1, output, 1.0, 1);
        let training = Training {
            batch: 2,
            learning_rate: 1e30,
            momentum: 0.5,
            dropout: 0.25,
            weight_decay: 0.0,
            noise: 0.0,
        };
        let mut stream = Stream::new(1, "test", 0);
        let mut trainer = Trainer::new(&mlp, training);
        let error = trainer
            .train(&mut mlp, &set.train, 50, &mut stream, |_| {
                ControlFlow::Continue(())
            })
            .unwrap_err();
        let TrainingError::Diverged { epoch, .. } = error else {
            panic!("{error}");
        };
        assert!((1..50).contains(&epoch), "{epoch}");
        assert_eq!(error.clone().after_sleeps(0), error);
        let told = error.after_sleeps(2).to_string();
        let expected = format!("training after sleep 2 diverged in epoch {epoch}: ");
        assert!(told.starts_with(&expected), "{told}");
    }
}

#[test]
fn training_stops_when_told() {
    let set = DataSet::patches();
    let mut mlp = Mlp::random(&[100, 4], false, 0.01, Output::Softmax, 1.0, 1);
    let training = Training {
        batch: 2,
        learning_rate: 0.05,
        momentum: 0.5,
        dropout: 0.0,
        weight_decay: 0.0,
        noise: 0.0,
    };
    let mut stream = Stream::new(1, "test", 0);
    let stopped =
        Trainer::new(&mlp, training).train(&mut mlp, &set.train, 9, &mut stream, |progress| {
            match progress {
                Progress {
                    epoch: 3,
                    images: 10,
                    ..
                } => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        });
    assert_eq!(stopped, Ok(ControlFlow::Break(())));
}

#[test]
fn half_of_the_patches_are_known_after_either_task() {
    // The published toy: 4 epochs, then 2, batch 2, learning rate 0.05; 50 % after either task.
    let set = DataSet::patches();
    let pairs = Selection {
        tasks: vec![vec![0, 1], vec![2, 3]],
        quota: Quota::All,
    };
    let train_tasks = pairs.train(&set).unwrap();
    let test = Tests::new(pairs.test(&set).unwrap(), Vec::new());
    let training = Training {
        batch: 2,
        learning_rate: 0.05,
        momentum: 0.5,
        dropout: 0.0,
        weight_decay: 0.0,
        noise: 0.0,
    };
    // With squared error the old task is forgotten; with cross-entropy, two steps do not yet suffice for the new one.
    let after = [(Output::Relu, [0.0, 1.0]), (Output::Softmax, [1.0, 0.0])];
    for (output, after) in after {
        for seed in 1..=10 {
            let mut mlp = Mlp::random(&[100, 4], false, 0.01, output, 1.0, seed);
            let mut trainer = Trainer::new(&mlp, training);
            train(&mut trainer, &mut mlp, &train_tasks[0], 4);
            assert_eq!(accuracy(&mlp, &test).tasks, [1.0, 0.0], "seed {seed}");
            train(&mut trainer, &mut mlp, &train_tasks[1], 2);
            let found = accuracy(&mlp, &test);
            assert_eq!(found.tasks, after, "{output:?} seed {seed}");
            assert_eq!(found.overall, 0.5);
        }
    }
}

/// Everything that training depends on, as bytes that another process could read.
fn save(mlp: &Mlp, trainer: &Trainer, lesson: &Lesson) -> Vec<u8> {
    postcard::to_stdvec(&(mlp.parameters(), trainer.parameters(), lesson)).unwrap()
}

#[test]
fn cut_anywhere_training_goes_on_bit_for_bit() {
    let set = DataSet::patches();
    let training = Training {
        batch: 3,
        learning_rate: 0.05,
        momentum: 0.5,
        dropout: 0.25,
        weight_decay: 0.01,
        noise: 0.1,
    };
    let start = Mlp::random(&[100, 20, 4], true, 0.1, Output::Relu, 0.75, 3);
    let lesson = || {
        let lesson = Lesson::new(set.train.len(), 5, Stream::new(1, "test", 0));
        lesson.with_noise(Stream::new(1, "noise", 0))
    };
    let (mut mlp, mut trainer, mut whole) =
        (start.clone(), Trainer::new(&start, training), lesson());
    let start_of_lesson = lesson();
    let mut seen = Vec::new();
    // Four images in batches of three: two batches an epoch, and a cut after each.
    let mut cuts = vec![save(&mlp, &trainer, &whole)];
    while let Some(so_far) = trainer.step(&mut mlp, &set.train, &mut whole).unwrap() {
        seen.push(so_far);
        cuts.push(save(&mlp, &trainer, &whole));
    }
    assert_eq!(cuts.len(), 11);
    for (at, cut) in cuts.iter().enumerate() {
        // As fresh as after a restart.
        let (mut mlp, mut trainer) = (
            Mlp::random(&[100, 20, 4], true, 0.1, Output::Relu, 0.75, 9),
            Trainer::new(&start, training),
        );
        let (weights, momentum, mut lesson): (Parameters, Parameters, Lesson) =
            postcard::from_bytes(cut).unwrap();
        assert!(mlp.restore(&weights) && trainer.restore(&momentum));
        let mut later = Vec::new();
        while let Some(so_far) = trainer.step(&mut mlp, &set.train, &mut lesson).unwrap() {
            later.push(so_far);
        }
        assert_eq!(later, seen[at..], "cut after batch {at}");
        assert_eq!(&save(&mlp, &trainer, &lesson), cuts.last().unwrap());
        assert!(lesson.is_over());
    }
    // Each part of what is saved matters: without it training goes elsewhere.
    let (weights, momentum, lesson): (Parameters, Parameters, Lesson) =
        postcard::from_bytes(&cuts[5]).unwrap();
    for without in ["momentum", "weights", "lesson"] {
        let (mut mlp, mut trainer, mut lesson) = (
            start.clone(),
            Trainer::new(&start, training),
            lesson.clone(),
        );
        if without != "weights" {
            assert!(mlp.restore(&weights));
        }
        if without != "momentum" {
            assert!(trainer.restore(&momentum));
        }
        if without == "lesson" {
            lesson = start_of_lesson.clone();
        }
        while trainer
            .step(&mut mlp, &set.train, &mut lesson)
            .unwrap()
            .is_some()
        {}
        assert_ne!(
            &save(&mlp, &trainer, &lesson),
            cuts.last().unwrap(),
            "{without}"
        );
    }
}

#[test]
fn parameters_of_another_shape_are_refused() {
    let mut mlp = Mlp::random(&[4, 3, 2], false, 0.1, Output::Relu, 1.0, 1);
    for (sizes, bias) in [
        (&[4, 3][..], false),
        (&[4, 2, 2], false),
        // As many numbers in each matrix.
        (&[6, 2, 3], false),
        (&[4, 3, 2], true),
    ] {
        let other = Mlp::random(sizes, bias, 0.1, Output::Relu, 1.0, 2);
        let before = mlp.clone();
        assert!(!mlp.restore(&other.parameters()), "{sizes:?} {bias}");
        assert_eq!(mlp, before);
    }
}

#[test]
fn weight_decay_by_hand() {
    // A dark image has no gradient: w = 1 goes to 1 − 0.5 · 0.2 = 0.9, then by 0.5 · 0.1 more and 0.5 · 0.2 · 0.9: 0.76.
    let layer = Layer {
        weights: array![[1.0]],
        bias: None,
    };
    let mut mlp = Mlp {
        layers: vec![layer],
        output: Output::Relu,
        keep: 1.0,
    };
    let training = Training {
        batch: 1,
        learning_rate: 0.5,
        momentum: 0.5,
        dropout: 0.0,
        weight_decay: 0.2,
        noise: 0.0,
    };
    let mut trainer = Trainer::new(&mlp, training);
    train(&mut trainer, &mut mlp, &images(1, &[0], &[0]), 2);
    let found = mlp.layers[0].weights[[0, 0]];
    assert!((found - 0.76).abs() < 1e-6, "{found}");
}

#[test]
fn noise_on_images_is_drawn_anew_each_time() {
    // Of a grey image two weights see noise of their own: they differ, and more steps make other differences.
    let trained = |noise: f32, epochs: usize| {
        let mut mlp = Mlp::zeros(&[2, 1], Output::Relu);
        let training = Training {
            batch: 1,
            learning_rate: 0.1,
            momentum: 0.0,
            dropout: 0.0,
            weight_decay: 0.0,
            noise,
        };
        let mut trainer = Trainer::new(&mlp, training);
        let lesson = Lesson::new(1, epochs, Stream::new(1, "test", 0));
        let mut lesson = lesson.with_noise(Stream::new(1, "noise", 0));
        let grey = images(2, &[128, 128], &[0]);
        while trainer
            .step(&mut mlp, &grey, &mut lesson)
            .unwrap()
            .is_some()
        {}
        let weights = &mlp.layers[0].weights;
        weights[[0, 0]] - weights[[0, 1]]
    };
    assert_eq!(trained(0.0, 3), 0.0);
    let (one, two) = (trained(0.2, 1), trained(0.2, 2));
    assert!(one != 0.0 && two != one, "{one} {two}");
    // The same noise twice would double the difference, but for how far the output has come.
    assert!((two / one - 2.0).abs() > 0.2, "{one} {two}");
}
