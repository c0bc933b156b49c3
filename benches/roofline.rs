//! How far the inner loops are from bare ones.
//!
//! `cargo bench --bench roofline` compiles `benches/roofline/loops.c` (a C compiler called `cc`, or what `CC` says), which
//! has the same loops without clocks, queues and instants, runs it between rounds of the product's, and prints both:
//! nanoseconds per element, the least of the rounds, and their ratio. With `SHARPWAVE_VECTOR=256` both have vectors of 256 bits.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Instant;

use sharpwave::base::stream::Stream;
use sharpwave::base::time::{Duration, Time};
use sharpwave::base::vector::{Width, width};
use sharpwave::neuron::{self, Neurons, RowWeights};
use sharpwave::stimulus::poisson::{Class, Poisson, Wish};

const NEURONS: usize = 6_250;
const ROW: usize = 625;
const ROWS: usize = 2_000;
const DENSE: usize = 1_200;
const ROUNDS: usize = 7;

/// The program of bare loops, compiled into `folder`.
fn compiled(folder: &std::path::Path) -> std::path::PathBuf {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/roofline/loops.c");
    let program = folder.join("loops");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    let wide: &[&str] = match width() {
        Width::W512 => &["-march=native", "-mprefer-vector-width=512"],
        Width::W256 => &["-mavx2"],
        Width::Baseline => &[],
    };
    let status = Command::new(&compiler)
        .args(["-O3", "-fno-strict-aliasing"])
        .args(wide)
        .arg("-o")
        .arg(&program)
        .args([source, "-lm"])
        .status();
    let status = status.unwrap_or_else(|error| panic!("{compiler}: {error}"));
    assert!(status.success(), "{compiler}: {status}");
    program
}

/// Nanoseconds per element of each bare loop.
fn bare(program: &std::path::Path) -> BTreeMap<String, f64> {
    let output = Command::new(program).output().expect("just compiled");
    assert!(output.status.success(), "{}", output.status);
    let text = String::from_utf8(output.stdout).expect("text");
    let pair = |line: &str| {
        let (name, ns) = line.split_once(' ')?;
        Some((name.to_owned(), ns.parse().ok()?))
    };
    text.lines().filter_map(pair).collect()
}

fn lif(size: usize) -> Box<dyn Neurons> {
    let model = neuron::model("lif").expect("registered");
    let mut neurons = neuron::build("lif", size, &model.example.values()).expect("valid");
    neurons.reset(Time::ZERO);
    neurons
}

/// Nanoseconds per element of `run`, which tells how many there were.
fn timed(run: impl FnOnce() -> usize) -> f64 {
    let start = Instant::now();
    let n = run();
    start.elapsed().as_secs_f64() * 1e9 / n as f64
}

/// Sparse rows, each at an instant of its own at which nothing fires.
fn rows(rows: &[Vec<u16>], weights: &dyn Fn(usize) -> RowWeights<'static>) -> f64 {
    let mut neurons = lif(NEURONS);
    let mut t = Time::ZERO;
    timed(|| {
        for (k, row) in rows.iter().enumerate() {
            t += Duration::from_ps(2_000_000);
            while neurons.next_due() <= t {
                neurons.advance(neurons.next_due());
            }
            neurons.arrive(t, row, weights(k));
        }
        rows.len() * ROW
    })
}

fn dense(matrix: &[Vec<f32>]) -> f64 {
    let mut neurons = lif(DENSE);
    let rows: Vec<&[f32]> = matrix.iter().map(Vec::as_slice).collect();
    let (mut t, mut fired) = (Time::ZERO, Vec::new());
    timed(|| {
        for row in &rows {
            t += Duration::from_ps(50_000_000);
            neurons.advance(t);
            neurons.receive(&[row], 1.0);
            neurons.fire(&mut fired);
        }
        DENSE * DENSE
    })
}

fn noise(deliver: bool) -> f64 {
    let mut neurons = lif(NEURONS);
    let class = Class {
        weight: 1e-6,
        rates_hz: vec![20_000.0; NEURONS],
    };
    let mut stream = Stream::new(3, "bench", 0);
    let growth = neurons.growth(1e-6);
    let mut noise = Poisson::new(&[class], growth, Time::ZERO, &mut stream).expect("a rate");
    timed(|| {
        let mut done = 0;
        while done < 200_000 {
            let due = neurons.next_due();
            if due <= noise.next_time() {
                neurons.advance(due);
                continue;
            }
            let events = noise.before(due);
            let n = events.targets.len();
            if deliver {
                neurons.receive_events(events);
            }
            noise.pass(n);
            done += n;
        }
        done
    })
}

/// The same noise by the bin.
fn noise_by_the_bin() -> f64 {
    const RATE_HZ: f64 = 20_000.0;
    let mut neurons = lif(NEURONS);
    let class = Class {
        weight: 1e-6,
        rates_hz: vec![RATE_HZ; NEURONS],
    };
    let mut stream = Stream::new(3, "bench", 0);
    let wish = Wish::of(&*neurons, 1e-6);
    let bins = neurons.bins().expect("it takes them");
    let mut noise = Poisson::binned(&class, bins, wish, Time::ZERO, &mut stream);
    timed(|| {
        let start = noise.next_time();
        let mut done = 0;
        while done < 200_000 {
            neurons.advance(noise.next_time());
            assert!(noise.open(&mut *neurons).is_some());
            let passed_s = (noise.next_time() - start).ps() as f64 * 1e-12;
            done = (passed_s * RATE_HZ * NEURONS as f64) as usize;
        }
        done
    })
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = compiled(folder.path());
    let mut stream = Stream::new(2, "bench", 0);
    let row = |_| {
        let mut row: Vec<u16> = (0..ROW)
            .map(|_| stream.below(NEURONS as u64) as u16)
            .collect();
        row.sort_unstable();
        row
    };
    let sparse: Vec<Vec<u16>> = (0..ROWS).map(row).collect();
    let each: &'static [f32] = vec![1e-6; ROW].leak();
    let matrix = vec![vec![1e-6_f32; DENSE]; DENSE];
    type Own<'a> = Box<dyn Fn() -> f64 + 'a>;
    let loops: [(&str, &str, Own<'_>); 7] = [
        (
            "row, not tested",
            "row_untested",
            Box::new(|| rows(&sparse, &|_| RowWeights::One(-1e-6))),
        ),
        (
            "row, one weight",
            "row_tested",
            Box::new(|| rows(&sparse, &|_| RowWeights::One(1e-6))),
        ),
        (
            "row, a weight each",
            "row_weighted",
            Box::new(|| rows(&sparse, &|_| RowWeights::Each(each))),
        ),
        ("row of a matrix", "row_dense", Box::new(|| dense(&matrix))),
        ("noise, drawn", "noise", Box::new(|| noise(false))),
        (
            "noise, drawn and delivered",
            "noise_delivered",
            Box::new(|| noise(true)),
        ),
        (
            "noise by the bin, beside the same loop",
            "noise_delivered",
            Box::new(noise_by_the_bin),
        ),
    ];
    let mut least = vec![(f64::INFINITY, f64::INFINITY); loops.len()];
    for _ in 0..ROUNDS {
        let bare = bare(&program);
        for ((_, name, own), (least_bare, least_own)) in loops.iter().zip(&mut least) {
            *least_bare = least_bare.min(bare[*name]);
            *least_own = least_own.min(own());
        }
    }
    println!(
        "{:30}{:>10}{:>12}{:>8}",
        "ns an element", "bare", "Sharpwave", "ratio"
    );
    for ((what, ..), (bare, own)) in loops.iter().zip(least) {
        println!("{what:30}{bare:>10.3}{own:>12.3}{:>8.2}", own / bare);
    }
}
