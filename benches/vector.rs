//! Whether loops that are compiled for wide vectors use them.
//!
//! `cargo bench --bench vector` prints what each loop takes with the vectors that every processor has, with 256 bits and
//! with 512, measured in turn by the processor's time, and how many times as fast the wide ones are: the median of eleven rounds, in brackets the
//! lowest and the highest. A loop that a compiler has left scalar shows a ratio near 1; where the ratio is below the floor
//! of its line the bench says so and fails. Of noise the floor lies above what is left where the random bits alone are drawn by
//! scalar code, 1.3 to 1.9 times (tried with such a program). Arguments choose the lines that contain one of them. Exponentials of eight numbers
//! have no line: they take as long as the steps of one polynomial after the other, however many are side by side.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::ExitCode;

use sharpwave::base::stream::Stream;
use sharpwave::base::time::{Duration, Time};
use sharpwave::base::vector::{Width, limit, width};
use sharpwave::neuron::{self, Neurons, RowWeights, Setup};
use sharpwave::stimulus::poisson::{Class, Poisson, Wish};

#[path = "protocol/cpu.rs"]
mod cpu;

const NEURONS: usize = 4_000;
const ROUNDS: usize = 11;
const MS: i64 = 1_000_000_000;

/// A loop: what it is, how many times as fast it is to be with 256 bits at least, and a piece of it, which tells how many
/// elements that was.
struct Case {
    what: &'static str,
    floor: f64,
    run: Box<dyn FnMut() -> usize>,
}

fn case(what: &'static str, floor: f64, run: impl FnMut() -> usize + 'static) -> Case {
    Case {
        what,
        floor,
        run: Box::new(run),
    }
}

/// Neurons of the model called `name`, with some values in place of its example's; where `own` says so each has a time
/// constant of its own.
fn neurons(name: &str, values: &[(&'static str, f64)], own: bool) -> Box<dyn Neurons> {
    let model = neuron::model(name).expect("registered");
    let mut given = model.example.values();
    for &(name, value) in values {
        given.insert(name, value);
    }
    let mut each = BTreeMap::new();
    if own {
        let spread = |j: usize| 20.0 + (j % 100) as f64 * 0.01;
        each.insert("tau_m", (0..NEURONS).map(spread).collect());
    }
    let mut neurons = (model.build)(Setup {
        size: NEURONS,
        values: &given,
        each: &each,
        stream: Stream::new(1, "bench", 0),
    })
    .expect("valid");
    neurons.reset(Time::ZERO);
    neurons
}

/// Four dense rows at an instant that is not tested.
fn dense(name: &str) -> impl FnMut() -> usize + use<> {
    let mut neurons = neurons(name, &[], false);
    let rows = vec![vec![1e-9_f32; NEURONS]; 4];
    move || {
        let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
        neurons.receive(black_box(&rows), 1.0);
        4 * NEURONS
    }
}

/// What happens to all neurons as time passes, in steps of a millisecond.
fn passing(name: &str, values: &[(&'static str, f64)]) -> impl FnMut() -> usize + use<> {
    let mut neurons = neurons(name, values, false);
    let (mut t, mut fired) = (Time::ZERO, Vec::new());
    move || {
        t += Duration::from_ps(MS);
        neurons.receive_row(&[0], RowWeights::One(1e-9));
        while neurons.next_due() < t {
            neurons.advance(neurons.next_due());
            neurons.fire(&mut fired);
        }
        neurons.advance(t);
        fired.clear();
        NEURONS
    }
}

/// A row of a tenth of the neurons, each of which has parameters of its own.
fn own(name: &str) -> impl FnMut() -> usize + use<> {
    let mut neurons = neurons(name, &[], true);
    let targets: Vec<u16> = (0..NEURONS as u16).step_by(10).collect();
    let mut t = Time::ZERO;
    move || {
        t += Duration::from_ps(MS / 10);
        neurons.advance(t);
        neurons.receive_row(&targets, RowWeights::One(-1e-9));
        targets.len()
    }
}

/// Drawing external noise, which nothing receives.
fn noise(rates_hz: Vec<f64>, tau_ms: f64) -> impl FnMut() -> usize {
    let class = Class {
        weight: 1.0,
        rates_hz,
    };
    let neurons = neurons("lif_exp", &[("tau_syn_ex", tau_ms)], false);
    let growth = neurons.growth(1.0);
    let mut stream = Stream::new(3, "bench", 0);
    let mut noise = Poisson::new(&[class], growth, Time::ZERO, &mut stream).expect("a rate");
    move || {
        let n = noise.before(Time::MAX).targets.len();
        noise.pass(black_box(n));
        n
    }
}

/// External noise by the bin, onto neurons of a model that it does not make fire: nothing of it comes in order.
fn noise_by_the_bin(
    name: &str,
    values: &[(&'static str, f64)],
    rate_hz: f64,
) -> impl FnMut() -> usize {
    let class = Class {
        weight: 1e-9,
        rates_hz: vec![rate_hz; NEURONS],
    };
    let mut neurons = neurons(name, values, false);
    let wish = Wish::of(&*neurons, 1.0);
    let bins = neurons.bins().expect("it takes them");
    let mut stream = Stream::new(3, "bench", 0);
    let mut noise = Poisson::binned(&class, bins, wish, Time::ZERO, &mut stream);
    move || {
        let start = noise.next_time();
        neurons.advance(start);
        assert!(noise.open(&mut *neurons).is_some());
        let seconds = (noise.next_time() - start).ps() as f64 * 1e-12;
        (seconds * rate_hz * NEURONS as f64) as usize
    }
}

fn cases() -> Vec<Case> {
    // Runs of equal rates, as the populations of a lane have.
    let runs = (0..NEURONS)
        .map(|j| 8_000.0 + (j * 8 / NEURONS) as f64)
        .collect();
    vec![
        case("noise, one rate", 1.8, noise(vec![8_000.0; NEURONS], 5.0)),
        case("noise, eight rates", 2.2, noise(runs, 0.5)),
        case(
            "noise by the bin",
            1.9,
            noise_by_the_bin("lif", &[], 20_000.0),
        ),
        case(
            "noise of currents by the bin",
            1.9,
            noise_by_the_bin("lif_exp", &[("tau_syn_ex", 0.5)], 20_000.0),
        ),
        case("lif, four dense rows", 1.2, dense("lif")),
        case("lif_adaptive, four dense rows", 1.1, dense("lif_adaptive")),
        case(
            "lif, search for crossings",
            1.2,
            passing(
                "lif",
                &[("e_l", 20.5), ("v_reset", 0.0), ("tau_m", 1_000.0)],
            ),
        ),
        case(
            "lif_exp, sweep",
            1.2,
            passing(
                "lif_exp",
                &[("e_l", 20.5), ("v_reset", 0.0), ("tau_m", 1_000.0)],
            ),
        ),
        case("lif of each its own, row", 1.1, own("lif")),
        case(
            "lif_adaptive of each its own, row",
            1.1,
            own("lif_adaptive"),
        ),
        case("lif_exp of each its own, row", 1.1, own("lif_exp")),
    ]
}

/// Seconds that a piece of a loop takes at least.
const LONG_ENOUGH: f64 = 4e-3;

/// Nanoseconds per element, over a few milliseconds.
fn measure(case: &mut Case) -> f64 {
    let (start, mut done) = (cpu::seconds(), 0);
    loop {
        for _ in 0..64 {
            done += (case.run)();
        }
        let took = cpu::seconds() - start;
        if took >= LONG_ENOUGH {
            return took * 1e9 / done as f64;
        }
    }
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

fn main() -> ExitCode {
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let widths: Vec<(Width, &str)> = [
        (Width::Baseline, "narrow"),
        (Width::W256, "256 bits"),
        (Width::W512, "512 bits"),
    ]
    .into_iter()
    .filter(|&(wanted, _)| {
        limit(wanted);
        width() == wanted
    })
    .collect();
    print!("{:36}", "loop, ns an element");
    for (_, name) in &widths {
        print!("{name:>10}");
    }
    println!("   times as fast");
    let mut slow = Vec::new();
    let mut measured = 0;
    for mut case in cases() {
        if !(chosen.is_empty() || chosen.iter().any(|part| case.what.contains(part))) {
            continue;
        }
        measured += 1;
        let mut rounds = vec![Vec::new(); widths.len()];
        for _ in 0..ROUNDS {
            for (&(width, _), rounds) in widths.iter().zip(&mut rounds) {
                limit(width);
                rounds.push(measure(&mut case));
            }
        }
        print!("{:36}", case.what);
        let mut faster = String::new();
        for (k, times) in rounds.iter().enumerate() {
            let mut sorted = times.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            print!("{:>10.3}", median(&sorted));
            if k == 0 {
                continue;
            }
            let ratios = rounds[0].iter().zip(times);
            let mut ratios: Vec<f64> = ratios.map(|(narrow, wide)| narrow / wide).collect();
            ratios.sort_unstable_by(f64::total_cmp);
            let (low, high) = (ratios[0], ratios[ROUNDS - 1]);
            faster += &format!("  {:.2} ({low:.2} to {high:.2})", median(&ratios));
            if median(&ratios) < case.floor {
                slow.push(format!("{} with {}", case.what, widths[k].1));
            }
        }
        println!(" {faster}");
    }
    for loops in &slow {
        println!("no faster than it is to be: {loops}");
    }
    if measured == 0 {
        println!(
            "no line has one of these in its name: {}",
            chosen.join(", ")
        );
    }
    if slow.is_empty() && measured > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
