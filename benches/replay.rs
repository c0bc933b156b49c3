//! Decoding and line scores of one event: 300 neurons, 500 ms in bins of 20 ms, 100 bins of position, 35,000 lines, 2,000 shuffles,
//! on one thread. Floor 0.2 s. Then how often noise is taken for replay, and how often a planted one is found, by shuffle.
//!
//! `cargo bench --bench replay` prints the best of five, and the shares of 400 events at a level of 0.05.

use std::time::Instant;

use sharpwave::analysis::data::{Data, Numbers, Population};
use sharpwave::analysis::measure;
use sharpwave::analysis::trains::{Span, Trains};
use sharpwave::base::stream::Stream;
use sharpwave::{Time, Values};

const NEURONS: usize = 300;
const POSITIONS: usize = 100;
const BEST_OF: usize = 5;

fn ms(ms: f64) -> Time {
    Time::from_ms(ms).expect("a time")
}

/// Fields as bumps along a track, over a floor of 0.1 Hz.
fn fields(neurons: usize) -> Numbers {
    let middle = |k: usize| k as f64 + 0.5;
    let column = |x: f64| {
        let centre = |n: usize| n as f64 / neurons as f64 * POSITIONS as f64;
        (0..neurons)
            .map(|n| 0.1 + 12.0 * (-0.5 * ((x - centre(n)) / 6.0_f64).powi(2)).exp())
            .collect()
    };
    let mut names = vec!["neuron".to_owned()];
    names.extend((0..POSITIONS).map(|k| middle(k).to_string()));
    let mut columns = vec![(0..neurons).map(|n| n as f64).collect()];
    columns.extend((0..POSITIONS).map(|k| column(middle(k))));
    Numbers { names, columns }
}

/// Events of this length, one every second: noise of `rate_hz`, and, of a share of neurons, spikes along the track.
fn events(n: usize, neurons: usize, length_ms: f64, rate_hz: f64, share: f64) -> Data {
    let mut stream = Stream::new(1, "bench", 0);
    let mut spikes = Vec::new();
    for event in 0..n {
        let start = event as f64 * 1e3;
        for neuron in 0..neurons {
            let mut now = start;
            loop {
                now += stream.exponential() * 1e3 / rate_hz;
                if now >= start + length_ms {
                    break;
                }
                spikes.push((ms(now), neuron as u32));
            }
            if stream.uniform() < share {
                let jitter = 20.0 * (stream.uniform() - 0.5);
                let at = length_ms * neuron as f64 / neurons as f64 + jitter;
                spikes.push((ms(start + at.clamp(0.0, length_ms - 1.0)), neuron as u32));
            }
        }
    }
    let starts: Vec<f64> = (0..n).map(|k| k as f64 * 1e3).collect();
    let stops = starts.iter().map(|start| start + length_ms).collect();
    let table = Numbers {
        names: vec!["start".into(), "stop".into()],
        columns: vec![starts, stops],
    };
    Data {
        populations: vec![Population {
            name: "ca1".into(),
            labels: None,
            trains: Trains::new(neurons, &spikes),
            positions: None,
        }],
        spans: vec![Span {
            start: ms(0.0),
            stop: ms(n as f64 * 1e3),
        }],
        bouts: Vec::new(),
        tables: [("fields", fields(neurons)), ("events", table)].into(),
        courses: Vec::new(),
        layered: None,
    }
}

fn main() {
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("a thread");
    let replay = measure::find("replay").expect("a measure");
    let data = events(1, NEURONS, 500.0, 1.0, 0.5);
    let took = (0..BEST_OF).map(|_| {
        let begun = Instant::now();
        let tables = one
            .install(|| replay.compute(&data, &Values::new(), 1))
            .expect("a result");
        let seconds = begun.elapsed().as_secs_f64();
        assert!(tables[1].numbers("p_score")[0] <= 0.05, "a planted replay");
        seconds
    });
    let best = took.fold(f64::INFINITY, f64::min);
    println!("one event, {NEURONS} neurons, 2,000 shuffles: {best:.3} s (floor 0.2 s)");

    println!(
        "share of 400 events of 300 ms with p <= 0.05, 40 neurons, 199 shuffles of 2,000 lines"
    );
    println!(
        "  {:>16} {:>8} {:>8} {:>8} {:>8}",
        "planted share", "0", "0.2", "0.4", "0.8"
    );
    for shuffle in [
        "column_cycle",
        "time_swap",
        "cell_identity",
        "field_rotation",
        "poisson",
    ] {
        let mut values = Values::from([("shuffles", 199_u64), ("lines", 2_000_u64)]);
        values.insert("shuffle", shuffle);
        values.insert("control", "none");
        let shares = [0.0, 0.2, 0.4, 0.8].map(|share| {
            let data = events(400, 40, 300.0, 5.0, share);
            let tables = replay.compute(&data, &values, 1).expect("a result");
            let p = tables[1].numbers("p_score");
            format!(
                "{:8.3}",
                p.iter().filter(|p| **p <= 0.05).count() as f64 / p.len() as f64
            )
        });
        println!("  {shuffle:>16} {}", shares.join(" "));
    }
}
