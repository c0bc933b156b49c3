//! Figures at the size of real runs, and of degenerate ones: both files are whole, small enough, and say what they
//! show. The figures stay in `target/tmp/figures` to be looked at.

use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use sharpwave::analysis::weight::most_changed;
use sharpwave::base::time::{Duration, Time};
use sharpwave::report::FigureError;
use sharpwave::report::figure::{
    Accuracy, Layer, Projection, Raster, ReceptiveFields, Reference, Run, Stage, WeightHistogram,
};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The largest SVG that a browser and a text editor still take with ease.
const MAX_SVG_BYTES: usize = 2_000_000;

fn ms(t: f64) -> Time {
    Time::from_ms(t).unwrap()
}

/// A stem under `target/tmp/figures` without files of an earlier run.
fn fresh(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("figures");
    std::fs::create_dir_all(&directory).unwrap();
    for suffix in ["svg", "png"] {
        let _ = std::fs::remove_file(directory.join(format!("{name}.{suffix}")));
    }
    directory.join(name)
}

/// Checks both files and returns the text of the SVG.
fn check(stem: &Path, texts: &[&str]) -> String {
    let svg_path = stem.with_extension("svg");
    let svg = std::fs::read_to_string(&svg_path).unwrap();
    assert!(svg.len() < MAX_SVG_BYTES, "{} bytes", svg.len());
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    for element in svg.split("base64,").flat_map(|part| part.split_once('"')) {
        let plain = element.1;
        assert!(!plain.contains("NaN") && !plain.contains("inf"), "{stem:?}");
    }
    for text in texts {
        assert!(svg.contains(text), "{stem:?} lacks {text:?}");
    }
    well_formed(&svg_path);
    inside_page(&svg);

    let file = std::fs::File::open(stem.with_extension("png")).unwrap();
    let mut reader = png::Decoder::new(std::io::BufReader::new(file))
        .read_info()
        .unwrap();
    let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut rgb).unwrap();
    // 300 dpi: 300/72 pixels a point.
    let (width, height) = (attribute(&svg, "width"), attribute(&svg, "height"));
    assert_eq!(f64::from(info.width), (width * 300.0 / 72.0).ceil());
    assert_eq!(f64::from(info.height), (height * 300.0 / 72.0).ceil());
    assert!(rgb.iter().any(|&v| v < 150), "{stem:?} is blank");
    // The page has a white edge: nothing is cut off by it.
    let row = 3 * info.width as usize;
    let edge = rgb[..row].iter().chain(&rgb[rgb.len() - row..]);
    let sides = rgb
        .chunks(row)
        .flat_map(|r| r[..3].iter().chain(&r[row - 3..]));
    assert!(edge.chain(sides).all(|&v| v == 255), "{stem:?} is cut off");
    svg
}

/// A length in points from the root element.
fn attribute(svg: &str, name: &str) -> f64 {
    let start = svg.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
    let end = start + svg[start..].find("pt\"").unwrap();
    svg[start..end].parse().unwrap()
}

/// No text starts outside the page.
fn inside_page(svg: &str) {
    let (width, height) = (attribute(svg, "width"), attribute(svg, "height"));
    for element in svg.split("<text ").skip(1) {
        let Some(place) = element.strip_prefix("x=\"") else {
            continue;
        };
        let mut parts = place.split('"');
        let x: f64 = parts.next().unwrap().parse().unwrap();
        let y: f64 = parts.nth(1).unwrap().parse().unwrap();
        assert!(
            (0.0..=width).contains(&x) && (0.0..=height).contains(&y),
            "{element}"
        );
    }
}

/// Asks Python's XML parser, where there is a Python.
fn well_formed(path: &Path) {
    let script = "import sys, xml.dom.minidom as m; m.parse(sys.argv[1])";
    if let Ok(output) = Command::new("python3")
        .args(["-c", script])
        .arg(path)
        .output()
    {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", path.display());
    }
}

/// A 15 s sleep like those on MNIST: 784-1200-1200-10, about 190,000 input spikes through an 11 × 11 window,
/// 1,600 and 1,000 hidden spikes in loose bursts, 6 of the output.
fn sleep() -> Raster {
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
        spikes,
    };
    Raster {
        layers: vec![
            layer("input", 784, input),
            layer("hidden1", 1200, first),
            layer("hidden2", 1200, second),
            layer("output", 10, output.map(|(t, j)| (ms(t), j)).to_vec()),
        ],
        start: Time::ZERO,
        stop: ms(15_000.0),
        bin: Duration::from_ms(100.0).unwrap(),
    }
}

/// Five tasks of two digits, a sleep after each, three seeds.
fn run_of_five_tasks() -> Accuracy {
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
fn weights(targets: usize, sources: usize, seed: u64) -> (Array2<f32>, Array2<f32>) {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let before = Array2::from_shape_simple_fn((targets, sources), || {
        let sum: f32 = (0..6).map(|_| rng.random::<f32>() - 0.5).sum();
        0.035 * sum
            + if rng.random::<f32>() < 0.1 {
                0.1 * rng.random::<f32>()
            } else {
                0.0
            }
    });
    let after = before.map(|&w| {
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
fn strokes() -> (Array2<f32>, Array2<f32>) {
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
        Array2::from_shape_fn((1, 784), |(_, k)| {
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
    let mut before = Array2::zeros((12, 784));
    let mut after = Array2::zeros((12, 784));
    for unit in 0..12 {
        let (old, change) = (image(0.12), image(0.006 * unit as f32));
        after.row_mut(unit).assign(&(&old + &change).row(0));
        before.row_mut(unit).assign(&old.row(0));
    }
    (before, after)
}

#[test]
fn a_sleep_of_real_size() {
    let raster = sleep();
    let n_input = raster.layers[0].spikes.len();
    assert!((150_000..230_000).contains(&n_input), "{n_input}");
    let stem = fresh("raster");
    raster.draw(&stem).unwrap();
    let svg = check(
        &stem,
        &[
            "input",
            "hidden1",
            "1,200 neurons",
            "10 neurons",
            "6 spikes",
            "Time (s)",
            "shade is spikes",
        ],
    );
    // One mark per spike, in one path for each layer that is not drawn as density.
    for n_spikes in [1600, 1000, 6] {
        let paths = svg.split("<path d=\"").skip(1);
        let marks = paths.map(|p| p[..p.find('"').unwrap()].matches('v').count());
        assert!(marks.into_iter().any(|n| n == n_spikes), "{n_spikes}");
    }
}

#[test]
fn a_run_of_five_tasks() {
    let stem = fresh("accuracy");
    run_of_five_tasks().draw(&stem).unwrap();
    check(
        &stem,
        &[
            "42.2 ± 3.6 %",
            "89.2 ± 0.4 %",
            "chance",
            "sleep 5",
            "Overall accuracy (%)",
            "digits 8, 9",
        ],
    );
}

#[test]
fn weights_of_three_projections() {
    let (first, second, third) = (
        weights(1200, 784, 2),
        weights(1200, 1200, 3),
        weights(10, 1200, 4),
    );
    let named = [
        ("input → hidden1", &first),
        ("hidden1 → hidden2", &second),
        ("hidden2 → output", &third),
    ];
    let stem = fresh("weights");
    let projections = named.map(|(name, (before, after))| Projection {
        name: name.to_owned(),
        before: before.view(),
        after: after.view(),
    });
    WeightHistogram {
        projections: projections.to_vec(),
        unit: String::new(),
    }
    .draw(&stem)
    .unwrap();
    check(
        &stem,
        &[
            "input → hidden1",
            "before",
            "after",
            "% of 940,800",
            "Synapses per bin",
        ],
    );
}

#[test]
fn the_most_changed_units() {
    let (before, after) = strokes();
    let units = most_changed(before.view(), after.view(), 8);
    let stem = fresh("receptive_fields");
    ReceptiveFields {
        before: before.view(),
        after: after.view(),
        width: 28,
        height: 28,
        units: units.clone(),
        unit: String::new(),
    }
    .draw(&stem)
    .unwrap();
    let svg = check(&stem, &["before", "after", "difference", "ΔW"]);
    assert_eq!(svg.matches(">unit ").count(), 8);
    // A picture for each unit and row, and two colour bars.
    assert_eq!(svg.matches("<image ").count(), 3 * 8 + 2);
}

#[test]
fn a_figure_is_never_overwritten() {
    let stem = fresh("twice");
    let figure = run_of_five_tasks();
    figure.draw(&stem).unwrap();
    let error = figure.draw(&stem).unwrap_err();
    assert!(matches!(error, FigureError::Exists { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("twice.svg`: the figure exists already")
    );
}

#[test]
fn sleeps_with_little_to_show() {
    let layer = |name: &str, n_neurons, spikes: &[(f64, u64)]| Layer {
        name: name.to_owned(),
        n_neurons,
        spikes: spikes.iter().map(|&(t, j)| (ms(t), j)).collect(),
    };
    let draw = |name: &str, layers, stop, bin, texts: &[&str]| {
        let stem = fresh(name);
        let figure = Raster {
            layers,
            start: ms(10.0),
            stop: ms(stop),
            bin: Duration::from_ms(bin).unwrap(),
        };
        figure.draw(&stem).unwrap();
        check(&stem, texts);
    };
    draw("raster_none", vec![], 1000.0, 50.0, &["no layers"]);
    let outside = [(9.9, 0), (1000.0, 0), (500.0, 7), (500.0, u64::MAX)];
    let silent = vec![
        layer(
            "input <&> with a name far too long for its column",
            5,
            &outside,
        ),
        layer("empty", 0, &[(500.0, 0)]),
    ];
    draw(
        "raster_silent",
        silent,
        1000.0,
        50.0,
        &["no spikes", "input &lt;&amp;&gt;", "0 neurons"],
    );
    let one = vec![layer("one", 1, &[(10.0, 0)])];
    draw(
        "raster_one",
        one.clone(),
        1000.0,
        0.0,
        &["1 neuron<", "1 spike<"],
    );
    draw("raster_instant", one.clone(), 10.0, 50.0, &["no spikes"]);
    draw("raster_backwards", one, 0.0, 50.0, &["no spikes"]);
    // A dense layer of one neuron.
    let often: Vec<_> = (0..30_000)
        .map(|k| (10.0 + f64::from(k) / 1000.0, 0))
        .collect();
    draw(
        "raster_dense",
        vec![layer("x", 1, &often)],
        1000.0,
        50.0,
        &["30,000 spikes"],
    );
}

#[test]
fn runs_with_little_to_show() {
    let draw = |name: &str, figure: Accuracy, texts: &[&str]| {
        let stem = fresh(name);
        figure.draw(&stem).unwrap();
        check(&stem, texts);
    };
    let empty = Accuracy {
        stages: vec![],
        runs: vec![],
        references: vec![],
        chance_percent: None,
        tasks: vec![],
        per_task_name: String::new(),
        per_task: vec![],
    };
    draw("accuracy_empty", empty, &["no scores", "no tasks"]);
    let mut one_seed = run_of_five_tasks();
    for run in &mut one_seed.runs {
        run.seeds.truncate(1);
    }
    one_seed.references[0].seeds = vec![f64::NAN];
    one_seed.references[1].seeds.truncate(1);
    draw("accuracy_one_seed", one_seed, &["45.1 %", "54.5 %"]);
    let mut broken = run_of_five_tasks();
    for run in &mut broken.runs {
        run.seeds = vec![vec![f64::NAN; 30], vec![], vec![f64::INFINITY]];
    }
    broken.per_task = vec![vec![f64::NAN, f64::NEG_INFINITY, 1e300]];
    broken.chance_percent = Some(f64::NAN);
    draw(
        "accuracy_not_measured",
        broken,
        &["no scores", "joint training"],
    );
}

#[test]
fn weights_with_little_to_show() {
    let draw = |name: &str, before: &Array2<f32>, after: &Array2<f32>, texts: &[&str]| {
        let stem = fresh(name);
        let projection = Projection {
            name: name.to_owned(),
            before: before.view(),
            after: after.view(),
        };
        let figure = WeightHistogram {
            projections: vec![projection],
            unit: "mV".to_owned(),
        };
        figure.draw(&stem).unwrap();
        check(&stem, texts);

        let stem = fresh(&format!("fields_{name}"));
        let figure = ReceptiveFields {
            before: before.view(),
            after: after.view(),
            width: 2,
            height: 2,
            units: vec![0, 1, 9],
            unit: "mV".to_owned(),
        };
        figure.draw(&stem).unwrap();
        check(&stem, &[]);
    };
    let constant = Array2::from_elem((3, 4), 0.5);
    draw(
        "constant",
        &constant,
        &constant,
        &["100.0 % of 12", "Weight (mV)", "no values"],
    );
    let nan = Array2::from_elem((3, 4), f32::NAN);
    draw("nan", &constant, &nan, &["no values"]);
    draw("all_nan", &nan, &nan, &["no values"]);
    let huge = Array2::from_shape_fn(
        (3, 4),
        |(j, i)| if (i + j) % 2 == 0 { f32::MAX } else { f32::MIN },
    );
    draw("huge", &huge, &constant, &["before"]);
    let none = Array2::<f32>::zeros((0, 0));
    draw("none", &none, &none, &["no values", "of 0"]);
    draw("different_shapes", &constant, &none, &["no values"]);
}
