//! Figures at the size of real runs, and of degenerate ones: both files are whole, small enough, and say what they
//! show. The figures stay in `target/tmp/figures` to be looked at.

#[path = "figures/synthetic.rs"]
mod synthetic;

use sharpwave::analysis::weight::most_changed;
use sharpwave::analysis::weight_matrix;
use sharpwave::base::matrix::Matrix;
use sharpwave::base::time::{Duration, Time};
use sharpwave::report::FigureError;
use sharpwave::report::figure::{
    Accuracy, Course, DegreeCourse, Layer, Moment, Projection, Raster, ReceptiveFields, Rhythm,
    Rhythms, StageRaster, StageRhythm, WeightHistogram, WeightMatrix, Window,
};
use std::path::{Path, PathBuf};
use std::process::Command;
use synthetic::{run_of_five_tasks, sleep, strokes, weights};

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
            "input, every ",
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
            "means of n = 3 seeds",
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
        before,
        after,
        step: Some(0.0033),
    });
    WeightHistogram {
        projections: projections.to_vec(),
        unit: String::new(),
        of: "sleep 5 of seed 1".to_owned(),
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
            "bins of 1 step of 0.00330",
            "sleep 5 of seed 1",
        ],
    );
}

#[test]
fn the_most_changed_units() {
    let (before, after) = strokes();
    let units = most_changed(&before, &after, 8);
    let stem = fresh("receptive_fields");
    ReceptiveFields {
        layer: "the first hidden layer",
        before: &before,
        after: &after,
        width: 28,
        height: 28,
        units: units.clone(),
        unit: String::new(),
        of: "sleep 5 of seed 1".to_owned(),
    }
    .draw(&stem)
    .unwrap();
    let svg = check(
        &stem,
        &[
            "before",
            "after",
            "difference",
            "|ΔW|",
            "sleep 5 of seed 1",
            "Euclidean",
        ],
    );
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
        size: n_neurons,
        numbers: None,
        sign: None,
        spikes: spikes.iter().map(|&(t, j)| (ms(t), j)).collect(),
    };
    let draw = |name: &str, layers, stop, bin, texts: &[&str]| {
        let stem = fresh(name);
        let figure = Raster {
            of: String::new(),
            layers,
            bouts: vec![],
            stimuli: vec![],
            origin: ms(10.0),
            window: Window {
                start: ms(10.0),
                stop: ms(stop),
                bin: Duration::from_ms(bin).unwrap(),
            },
            closer: None,
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
    let draw = |name: &str, before: &Matrix, after: &Matrix, texts: &[&str]| {
        let stem = fresh(name);
        let projection = Projection {
            name: name.to_owned(),
            before,
            after,
            step: None,
        };
        let figure = WeightHistogram {
            projections: vec![projection],
            unit: "mV".to_owned(),
            of: "sleep 1 of seed 1".to_owned(),
        };
        figure.draw(&stem).unwrap();
        check(&stem, texts);

        let stem = fresh(&format!("fields_{name}"));
        let figure = ReceptiveFields {
            layer: "the first hidden layer",
            before,
            after,
            width: 2,
            height: 2,
            units: vec![0, 1, 9],
            unit: "mV".to_owned(),
            of: "sleep 1 of seed 1".to_owned(),
        };
        figure.draw(&stem).unwrap();
        check(&stem, &[]);
    };
    let constant = Matrix::from_fn(3, 4, |_, _| 0.5);
    draw(
        "constant",
        &constant,
        &constant,
        &["100.0 % of 12", "Weight (mV)", "no values"],
    );
    let nan = Matrix::from_fn(3, 4, |_, _| f32::NAN);
    draw("nan", &constant, &nan, &["no values"]);
    draw("all_nan", &nan, &nan, &["no values"]);
    let huge = Matrix::from_fn(3, 4, |j, i| match (i + j) % 2 {
        0 => f32::MAX,
        _ => f32::MIN,
    });
    draw("huge", &huge, &constant, &["before"]);
    let none = Matrix::zeros(0, 0);
    draw("none", &none, &none, &["no values", "of 0"]);
    draw("different_shapes", &constant, &none, &["no values"]);
}

/// What is zero everywhere has no scale: zero stands at its axes, and no number that is none of the run's.
#[test]
fn rates_and_strengths_of_nothing() {
    let raster = StageRaster {
        from_s: 1.0,
        length_ms: 500.0,
        rows: 10,
        every: 1,
        spikes: Vec::new(),
        rates: vec![0.0; 50],
    };
    let stage = StageRhythm {
        name: "N3".into(),
        density: Vec::new(),
        segments: 0,
        rates: vec![0.0; 50],
        raster: Some(raster),
    };
    let rhythms = Rhythms {
        populations: vec![Rhythm {
            quantum_hz: 0.1,
            population: "e".into(),
            stages: vec![stage],
        }],
        bin_ms: 10.0,
        segment_s: 4.0,
    };
    let stem = fresh("rhythms_silent");
    rhythms.draw(&stem).unwrap();
    let silent = check(&stem, &["no spikes", ">0<"]);

    let weights = WeightMatrix {
        matrix: weight_matrix::WeightMatrix {
            sizes: [4, 4],
            parts: [2, 2],
            means: vec![0.0, f64::NAN, 0.0, 0.0],
        },
        over_difference: vec![("0 s".into(), vec![(-1.0, 0.0), (1.0, 0.0)])],
        ends: ["e".into(), "e".into()],
        unit: "mV".into(),
        caption: String::new(),
    };
    let stem = fresh("strengths_of_nothing");
    weights.draw(&stem).unwrap();
    let nothing = check(&stem, &["Mean strength (mV)"]);
    for svg in [silent, nothing] {
        assert!(!svg.contains("e−") && !svg.contains("0.000000"), "{svg}");
    }
}

/// Of a population none of whose neurons is there at first.
#[test]
fn degrees() {
    let moment = |(k, n): (usize, u64)| Moment {
        time_ms: 20e3 * k as f64,
        n,
        mean: if n == 0 { f64::NAN } else { 12.0 + k as f64 },
        quantiles: [2.0, 8.0, 12.0, 15.0, 30.0]
            .map(|degree| if n == 0 { f64::NAN } else { degree }),
    };
    let course = |name: &str| Course {
        name: name.into(),
        unit: String::new(),
        moments: [0, 40, 800].into_iter().enumerate().map(moment).collect(),
        tracked: Vec::new(),
        named: 0,
        histograms: [vec![0; 3], vec![200, 500, 100]]
            .map(|counts| (vec![0.0, 12.0, 24.0, 36.0], counts)),
    };
    let figure = DegreeCourse {
        courses: vec![
            course("e_e: onto a neuron of e"),
            course("e_e: of a neuron of e"),
        ],
        bouts: Vec::new(),
        caption: "Bands: the middle 50 and 90 % of neurons.".into(),
    };
    let stem = fresh("degrees");
    figure.draw(&stem).unwrap();
    check(&stem, &["onto a neuron", "Neurons (%)", "Time (s)", "mean"]);
}
