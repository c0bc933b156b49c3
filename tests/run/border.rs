//! Bouts with all that a run can learn, record and repeat: stopped at their borders they end as if nothing had been, and the
//! table tells them apart.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use ndarray::Array2;
use sharpwave::config::{Options, parse};
use sharpwave::experiment::run::{self, Resumed, Summary, resume};
use sharpwave::mlp::perceptron::{Layer, Mlp, Output};
use sharpwave::mlp::weight_file::write_npz;
use sharpwave::run::progress::{Progress, Silent, Watch};
use sharpwave::{Recording, Time};

use super::again::left;
use super::bout::CIRCUIT;
use super::run_file::RunFile;
use super::setup::Place;

const REST: &str = r#"
[projection.e_i]
source = "e"
target = "i"
rule = "weights"
file = "WEIGHTS"
layer = 1
gain = "200 mV"
axonal_delay = "1 ms"
plasticity = { rule = "sleep_replay", increment = 0.0005, decrement = 0.0002 }
[stimulus.world]
kind = "poisson"
target = ["e", "i"]
rate = "2 kHz"
weight = "0.5 mV"
[record]
spikes = ["e", "i"]
rates = { bin = "10 ms" }
states = { population = "e", first = 2, variables = "v_m", every = "0.7 ms" }
weights = { projection = "e_i", every = "20 ms" }
[figure.raster]
populations = ["e", "i"]
[[bout]]
name = "wake"
duration = "60 ms"
stimuli = "world"
[[bout]]
name = "doze"
duration = "50 ms"
[[bout]]
name = "sleep"
duration = "40 ms"
stimuli = "rhythm"
keep = "weights"
[[bout]]
name = "dawn"
duration = "50 ms"
"#;

fn text(place: &Place) -> String {
    let path = place.path("weights.npz");
    let weights = Array2::from_shape_fn((20, 60), |(i, j)| 0.002 + ((i + j) % 5) as f32 / 500.0);
    let mlp = Mlp {
        layers: vec![Layer {
            weights,
            bias: None,
        }],
        output: Output::Relu,
        keep: 1.0,
    };
    write_npz(&path, &mlp).expect("written");
    let rest = REST.replace("WEIGHTS", &path.display().to_string());
    format!("seeds = 2\n{CIRCUIT}{rest}")
}

fn run_with(text: &str, out: &Path, watch: &dyn Watch) -> run::Finished {
    let model = parse("m.toml", text, Path::new("/"), &Options::default());
    let options = run::Options {
        out: Some(out.to_owned()),
        keep_seeds: true,
        source: text.into(),
        ..Default::default()
    };
    let model = model.unwrap_or_else(|error| panic!("{error}"));
    run::run(model, &options, watch).unwrap_or_else(|error| panic!("{error}"))
}

/// Stops where bout number `at` of the first seed has come to its end, wherever the other is then.
struct Border {
    at: AtomicU32,
    met: AtomicBool,
}

impl Watch for Border {
    fn show(&self, progress: &Progress<'_>) {
        if let Progress::Running {
            seed: 3,
            number,
            simulated,
            total,
            ..
        } = *progress
        {
            let here = number == self.at.load(Ordering::Relaxed) as usize;
            self.met
                .fetch_or(here && simulated == total, Ordering::Relaxed);
        }
    }

    fn stopped(&self) -> bool {
        self.met.load(Ordering::Relaxed)
    }
}

#[test]
fn runs_stopped_at_every_border_of_bouts_leave_what_a_whole_run_leaves() {
    let place = Place::new();
    let text = text(&place);
    assert!(run_with(&text, &place.path("whole"), &Silent).complete);
    let whole = left(&place.path("whole"));

    let file = RunFile::open(&place.path("whole/run.h5"));
    let weights = file.weights_of("e_i");
    assert_eq!(weights.len(), 11);
    // It learns in every bout.
    for pair in [0, 3, 3, 5, 6, 7, 8, 10].chunks(2) {
        assert_ne!(weights[pair[0]].1, weights[pair[1]].1, "{pair:?}");
    }
    drop(file);

    let border = |at: u32| Border {
        at: AtomicU32::new(at),
        met: AtomicBool::new(false),
    };
    let out = place.path("parts");
    assert!(!run_with(&text, &out, &border(1)).complete);
    let ended = |out: &Path| {
        let bouts = Recording::open(out).unwrap().bouts().unwrap();
        bouts.last().map(|bout| bout.name.clone())
    };
    let mut borders = vec![ended(&out)];
    for at in 2..=3 {
        // Twice at each: what has been saved there is read and saved again.
        for watch in [border(at - 1), border(at)] {
            if watch.at.load(Ordering::Relaxed) < at {
                watch.met.store(true, Ordering::Relaxed);
            }
            match resume(&out, &[], &watch).unwrap_or_else(|error| panic!("{error}")) {
                Resumed::Finished(finished) => assert!(!finished.complete),
                Resumed::Stopped(_) => {}
                Resumed::Complete(_) => panic!("it is complete too early"),
            }
        }
        borders.push(ended(&out));
    }
    let last = resume(&out, &[], &Silent).unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(last, Resumed::Finished(finished) if finished.complete));
    let names = ["wake", "doze", "sleep"].map(|name| Some(name.to_owned()));
    assert_eq!(borders, names);
    let parts = left(&out);
    let names: Vec<&String> = parts.keys().collect();
    assert_eq!(names, whole.keys().collect::<Vec<_>>());
    for (name, content) in &parts {
        assert!(*content == whole[name], "{name} differs");
    }
}

/// Says to stop from the time on at which it has been asked so often.
struct Patience(AtomicU32);

impl Watch for Patience {
    fn show(&self, _: &Progress<'_>) {}

    fn stopped(&self) -> bool {
        let left = self
            .0
            .try_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        left.is_err()
    }
}

/// Wherever it was told to stop again: while it is read, before it goes on, or later.
#[test]
fn a_run_that_is_stopped_again_tells_of_no_less_or_has_not_moved() {
    let place = Place::new();
    let text = text(&place).replace("seeds = 2\n", "");
    let out = place.path("r");
    let border = Border {
        at: AtomicU32::new(1),
        met: AtomicBool::new(false),
    };
    let simulated_s = |finished: &run::Finished| match &finished.summary {
        Summary::Network(summary) => summary.simulated_s,
        _ => panic!("another experiment"),
    };
    let mut so_far = simulated_s(&run_with(&text, &out, &border));
    let (mut stopped, mut moved) = (0, 0);
    for asked in 0..60 {
        let before = left(&out);
        let watch = Patience(AtomicU32::new(asked));
        match resume(&out, &[], &watch).unwrap_or_else(|error| panic!("{error}")) {
            Resumed::Stopped(_) => {
                assert!(left(&out) == before, "{asked}: it has changed");
                stopped += 1;
            }
            Resumed::Finished(finished) => {
                let now = simulated_s(&finished);
                assert!(now >= so_far, "{asked}: {now} s after {so_far} s");
                so_far = now;
                moved += 1;
                if finished.complete {
                    break;
                }
            }
            Resumed::Complete(_) => panic!("it is complete too early"),
        }
    }
    assert!(stopped > 3 && moved > 3, "{stopped}, {moved}");
}

#[test]
fn table_and_file_give_the_rates_of_each_bout() {
    let place = Place::new();
    let text = text(&place).replace("seeds = 2\n", "");
    let finished = run_with(&text, &place.path("r"), &Silent);
    let file = Recording::open(&place.path("r")).unwrap();
    let t = |ms: f64| Time::from_ms(ms).unwrap();
    let spans = [
        ("wake", 0.0, 60.0),
        ("doze", 60.0, 110.0),
        ("sleep", 110.0, 150.0),
        ("dawn", 150.0, 200.0),
    ];
    let (mut expected, mut cells) = (Vec::new(), vec![String::new(); 2]);
    for (name, from, to) in spans {
        for (p, (population, size)) in [("e", 60.0), ("i", 20.0)].into_iter().enumerate() {
            let n = file.spikes(population, t(from)..t(to)).unwrap().len();
            let seconds = (to - from) / 1e3;
            let rate = n as f64 / size / seconds;
            expected.push(format!(
                "{name},{},{seconds},{population},{rate}",
                from / 1e3
            ));
            cells[p] += &format!(" {rate:.2}");
        }
    }
    let written = place.read("r/bouts.csv");
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines[0], "bout,start_s,simulated_s,population,rate_hz");
    assert_eq!(lines[1..], expected);
    let table = finished.summary.to_string();
    let (_, block) = table.split_once("\n\n").expect("a block of bouts");
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let block: Vec<String> = block.lines().map(words).collect();
    assert_eq!(block[0], "rate, Hz, in wake doze sleep dawn");
    assert_eq!(block[1], "for, s 0.06 0.05 0.04 0.05");
    assert_eq!(
        block[2..],
        [format!("e{}", cells[0]), format!("i{}", cells[1])]
    );

    // Intervals lie before the sleep, which begins at rest, or after its start.
    let Summary::Network(summary) = &finished.summary else {
        panic!("a network")
    };
    for row in &summary.populations {
        let spikes = file.spikes(&row.population, ..).unwrap();
        let of = |neuron: u32| {
            let mut own = spikes.iter().filter(move |spike| spike.1 == neuron);
            let mut last = own.next();
            let intervals = own.filter_map(move |now| {
                let before = last.replace(now)?;
                let rests = before.0 < t(110.0) && now.0 >= t(110.0);
                (!rests).then(|| (now.0 - before.0).as_ms())
            });
            intervals.collect::<Vec<f64>>()
        };
        let cv = |all: Vec<f64>| {
            let n = all.len() as f64;
            let mean = all.iter().sum::<f64>() / n;
            let square = all.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
            (n >= 3.0).then(|| square.sqrt() / mean)
        };
        let cvs: Vec<f64> = (0..row.neurons)
            .filter_map(|neuron| cv(of(neuron)))
            .collect();
        let expected = cvs.iter().sum::<f64>() / cvs.len() as f64;
        let found = row.interval_cv.expect("intervals");
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }

    // As many as there is room for.
    let many: String = (0..60)
        .map(|k| format!("[[bout]]\nname = \"part {k}\"\nduration = \"1 ms\"\n"))
        .collect();
    let (head, _) = text.split_once("[[bout]]").expect("bouts");
    let finished = run_with(&(head.to_owned() + &many), &place.path("many"), &Silent);
    let table = finished.summary.to_string();
    assert!(
        table.ends_with("\nand 50 more bouts: bouts.csv\n"),
        "{table}"
    );
    assert!(
        table.lines().all(|line| line.chars().count() <= 100),
        "{table}"
    );
    assert_eq!(place.read("many/bouts.csv").lines().count(), 1 + 2 * 60);
}
