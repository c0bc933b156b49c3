//! Decoding and line scores of one event: 300 neurons, 500 ms in bins of 20 ms, 100 bins of position, 35,000 lines, 2,000 shuffles,
//! on one thread. Floor 0.2 s. Then how often replay that is planted in Poisson noise is found, and how often noise is taken for
//! replay, over speeds, jitter and missing cells, by every shuffle.
//!
//! `cargo bench --bench replay` prints the best of five, and tables of shares of events with p of at most 0.05. Those of noise are
//! from the same spikes at random instants; 2,000 events each, so that 95 in 100 lie within the interval that is printed where the
//! level holds. `cargo bench --bench replay -- time` leaves the tables out, `-- planted` the time.

use std::f64::consts::TAU;
use std::time::Instant;

use sharpwave::analysis::data::{Data, Numbers, Population};
use sharpwave::analysis::measure;
use sharpwave::analysis::replay::shuffle::Shuffle;
use sharpwave::analysis::trains::{Span, Trains};
use sharpwave::base::stream::Stream;
use sharpwave::{Time, Values};

const BEST_OF: usize = 5;
const LEVEL: f64 = 0.05;
/// From one event to the next.
const APART_MS: f64 = 1e3;

/// Events, of which each holds the path once, or the same spikes at random instants.
#[derive(Clone, Copy)]
struct Planted {
    neurons: usize,
    positions: usize,
    /// Of noise, each neuron.
    rate_hz: f64,
    /// Tracks in a second; an event lasts as long as the path.
    speed: f64,
    /// Standard deviation, Gaussian.
    jitter_ms: f64,
    /// Share of cells that only make noise.
    missing: f64,
    is_path: bool,
}

impl Planted {
    fn length_ms(&self) -> f64 {
        1e3 / self.speed
    }

    /// Fields as bumps along a track, over a floor of 0.1 Hz.
    fn fields(&self) -> Numbers {
        /// Standard deviation of a field, as a share of the track.
        const WIDTH: f64 = 0.06;
        let (neurons, positions) = (self.neurons as f64, self.positions as f64);
        let middle = |k: usize| k as f64 + 0.5;
        let rate = |n: usize, x: f64| {
            let from_centre = x / positions - n as f64 / neurons;
            0.1 + 12.0 * (-0.5 * (from_centre / WIDTH).powi(2)).exp()
        };
        let column = |k: usize| (0..self.neurons).map(|n| rate(n, middle(k))).collect();
        let mut names = vec!["neuron".to_owned()];
        names.extend((0..self.positions).map(|k| middle(k).to_string()));
        let mut columns = vec![(0..self.neurons).map(|n| n as f64).collect()];
        columns.extend((0..self.positions).map(column));
        Numbers { names, columns }
    }

    /// `n` of them, from the stream number `sample`: shares of equal events would err together.
    fn events(&self, n: usize, sample: u64) -> Data {
        let length = self.length_ms();
        let mut stream = Stream::new(1, "bench", sample);
        let mut spikes = Vec::new();
        for event in 0..n {
            let start = event as f64 * APART_MS;
            for neuron in 0..self.neurons {
                let mut now = stream.exponential() * 1e3 / self.rate_hz;
                while now < length {
                    spikes.push((ms(start + now), neuron as u32));
                    now += stream.exponential() * 1e3 / self.rate_hz;
                }
                let (is_missing, jitter) = (stream.uniform(), normal(&mut stream) * self.jitter_ms);
                let at = length * (neuron as f64 + 0.5) / self.neurons as f64 + jitter;
                // What jitter takes out of the event comes back in at its end: neurons of all places fire alike, noise too.
                let around = at.rem_euclid(2.0 * length);
                let at = around.min(2.0 * length - around);
                let anywhere = length * stream.uniform();
                if is_missing >= self.missing && at < length {
                    let at = if self.is_path { at } else { anywhere };
                    spikes.push((ms(start + at), neuron as u32));
                }
            }
        }
        let starts: Vec<f64> = (0..n).map(|k| k as f64 * APART_MS).collect();
        let stops = starts.iter().map(|start| start + length).collect();
        let table = Numbers {
            names: vec!["start".into(), "stop".into()],
            columns: vec![starts, stops],
        };
        Data {
            populations: vec![Population {
                name: "ca1".into(),
                labels: None,
                trains: Trains::new(self.neurons, &spikes),
                positions: None,
            }],
            spans: vec![Span {
                start: ms(0.0),
                stop: ms(n as f64 * APART_MS),
            }],
            bouts: Vec::new(),
            tables: [("fields", self.fields()), ("events", table)].into(),
            courses: Vec::new(),
            layered: None,
            weights: Vec::new(),
        }
    }
}

/// A standard normal number (Box and Muller 1958).
fn normal(stream: &mut Stream) -> f64 {
    (2.0 * stream.exponential()).sqrt() * (TAU * stream.uniform()).cos()
}

fn ms(ms: f64) -> Time {
    Time::from_ms(ms).expect("a time")
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let is_asked = |part: &str| {
        let other = ["time", "planted"].into_iter().find(|other| *other != part);
        !asked.iter().any(|asked| Some(asked.as_str()) == other)
    };
    if is_asked("time") {
        time();
    }
    if is_asked("planted") {
        planted();
    }
}

fn time() {
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("a thread");
    let replay = measure::find("replay").expect("a measure");
    let event = Planted {
        neurons: 300,
        positions: 100,
        rate_hz: 1.0,
        speed: 2.0,
        jitter_ms: 6.0,
        missing: 0.5,
        is_path: true,
    };
    let data = event.events(1, 0);
    let took = (0..BEST_OF).map(|_| {
        let begun = Instant::now();
        let tables = one
            .install(|| replay.compute(&data, &Values::new(), 1))
            .expect("a result");
        let seconds = begun.elapsed().as_secs_f64();
        assert!(tables[1].numbers("p_score")[0] <= LEVEL, "a planted replay");
        seconds
    });
    let best = took.fold(f64::INFINITY, f64::min);
    println!(
        "one event, {} neurons, 2,000 shuffles: {best:.3} s (floor 0.2 s)",
        event.neurons
    );
}

/// Where each curve goes through.
const MIDDLE: Planted = Planted {
    neurons: 40,
    positions: 50,
    rate_hz: 5.0,
    speed: 10.0 / 3.0,
    jitter_ms: 5.0,
    missing: 0.6,
    is_path: true,
};

/// Events of which each holds the path, and events of noise.
const FOUND_OF: usize = 200;
const NOISE_OF: usize = 2_000;

fn planted() {
    let deviation = (LEVEL * (1.0 - LEVEL) / NOISE_OF as f64).sqrt();
    let [least, most] = [-1.96, 1.96].map(|k| LEVEL + k * deviation);
    println!(
        "\nShare of {FOUND_OF} planted events that are found, and of {NOISE_OF} of the same spikes at random instants that are taken \
         for replay, p <= {LEVEL}\n(95 % interval {least:.3} to {most:.3}), by line score and by weighted correlation. {} neurons, \
         noise of {} Hz, 39 shuffles of 500 lines; unless told otherwise {:.1} tracks/s,\njitter of {} ms, {} % of cells missing.\n",
        MIDDLE.neurons,
        MIDDLE.rate_hz,
        MIDDLE.speed,
        MIDDLE.jitter_ms,
        100.0 * MIDDLE.missing
    );
    let heads = Shuffle::ALL.map(|shuffle| format!(" {} |", shuffle.name()));
    println!("| |{}", heads.concat());
    println!("|---|{}", "---|".repeat(heads.len()));
    let mut samples = 1..;
    let mut row = |name: &str, one| row(name, one, samples.next().unwrap_or_default());
    let speeds = [2.0, 10.0 / 3.0, 5.0, 10.0].map(|speed| Planted { speed, ..MIDDLE });
    for one in speeds {
        row(&format!("{:.1} tracks/s", one.speed), one);
    }
    for jitter_ms in [0.0, 20.0, 40.0, 80.0] {
        let one = Planted {
            jitter_ms,
            ..MIDDLE
        };
        row(&format!("jitter {jitter_ms} ms"), one);
    }
    for missing in [0.0, 0.4, 0.8, 0.9] {
        let one = Planted { missing, ..MIDDLE };
        row(&format!("{} % missing", 100.0 * missing), one);
    }
}

/// Prints what every shuffle finds of planted events, and of noise.
fn row(name: &str, one: Planted, sample: u64) {
    let paths = one.events(FOUND_OF, sample);
    let noise = Planted {
        is_path: false,
        ..one
    };
    let noise = noise.events(NOISE_OF, sample);
    let cells = Shuffle::ALL.map(|shuffle| {
        let [score, correlation] = shares(&paths, shuffle, sample);
        let [score_of_noise, correlation_of_noise] = shares(&noise, shuffle, sample);
        format!(" {score:.2} {score_of_noise:.3}, {correlation:.2} {correlation_of_noise:.3} |")
    });
    println!("| {name} |{}", cells.concat());
}

/// Shares of events whose line score, and whose weighted correlation, has p of at most the level; lines and shuffles by `seed`.
fn shares(data: &Data, shuffle: Shuffle, seed: u64) -> [f64; 2] {
    let replay = measure::find("replay").expect("a measure");
    let mut values = Values::from([("shuffles", 39_u64), ("lines", 500_u64)]);
    values.insert("shuffle", shuffle.name());
    values.insert("control", "none");
    let tables = replay.compute(data, &values, seed).expect("a result");
    ["p_score", "p_correlation"].map(|name| {
        let p = tables[1].numbers(name);
        p.iter().filter(|p| **p <= LEVEL).count() as f64 / p.len() as f64
    })
}
