//! The states of the UP and DOWN model, as its file names them: rates, share of time UP, onsets.
//!
//! `cargo bench --bench up_down [-- SECONDS]` prints a section for `benches/records/`, with the machine and the commit.

use std::path::Path;

use sharpwave::base::time::{Duration, Time};
use sharpwave::config;
use sharpwave::engine::Observer;
use sharpwave::engine::assembly::assemble;
use sharpwave::engine::simulation::Ended;

use sharpwave::experiment::recurrent::declare;

#[path = "protocol/machine.rs"]
mod machine;

/// `adaptation`, `c_ext`, and what the model's authors found there.
const STATES: [(&str, &str, &str); 6] = [
    ("70", "3220", "quiet"),
    ("70", "3260", "slow oscillation, UP 0.3 to 0.4, 1.2 Hz"),
    ("70", "3300", "slow oscillation, UP 0.3 to 0.4, 1.2 Hz"),
    ("50", "3220", "sparse UP states"),
    ("70", "3400", "mostly UP"),
    ("32.5", "3220", "high rates"),
];

/// UP is a rate above so many hertz over so many milliseconds.
const UP_HZ: f64 = 5.0;
const WINDOW_MS: usize = 50;

fn main() {
    let seconds = std::env::args()
        .skip(1)
        .find(|argument| argument != "--bench");
    let seconds: f64 = seconds.map_or(10.0, |text| text.parse().expect("seconds"));
    println!("{}", machine::describe());
    println!(
        "| adaptation | c_ext | rate of e, Hz | share of time UP | onsets per second | expected |"
    );
    println!("|---|---|---|---|---|---|");
    for (adaptation, c_ext, expected) in STATES {
        let (rate_hz, up, onsets_hz) = state(adaptation, c_ext, seconds);
        println!(
            "| {adaptation} | {c_ext} | {rate_hz:.1} | {up:.2} | {onsets_hz:.1} | {expected} |"
        );
    }
}

/// Mean rate of the excitatory neurons, share of time UP, and onsets per second.
fn state(adaptation: &str, c_ext: &str, seconds: f64) -> (f64, f64, f64) {
    let options = config::Options {
        sets: vec![
            format!("parameter.adaptation={adaptation}"),
            format!("parameter.c_ext={c_ext}"),
        ],
        ..config::Options::default()
    };
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/up_down_states.toml");
    let model = config::read(&model, &options).unwrap_or_else(|error| panic!("{error}"));
    let network = declare(&model.network().expect("a network")).expect("no files");
    let mut engine = assemble(&network).expect("possible");
    let e = engine
        .populations()
        .iter()
        .position(|population| population.name == "e");
    let e = e.expect("excitatory neurons");
    let size = f64::from(engine.populations()[e].size);
    let mut bins = Bins {
        population: e,
        counts: vec![0; (seconds * 1e3) as usize],
    };
    let end = Time::ZERO + Duration::from_ms(seconds * 1e3).expect("in range");
    assert_eq!(engine.run(end, &mut bins), Ended::Reached);
    let rate_hz = bins.counts.iter().sum::<u64>() as f64 / size / seconds;
    let in_window = bins.counts.windows(WINDOW_MS).map(|window| {
        let spikes: u64 = window.iter().sum();
        spikes as f64 / size / (WINDOW_MS as f64 * 1e-3) > UP_HZ
    });
    let up: Vec<bool> = in_window.collect();
    let share = up.iter().filter(|up| **up).count() as f64 / up.len() as f64;
    let onsets = up.windows(2).filter(|pair| !pair[0] && pair[1]).count();
    (rate_hz, share, onsets as f64 / seconds)
}

/// Spikes of one population in each millisecond.
struct Bins {
    population: usize,
    counts: Vec<u64>,
}

impl Observer for Bins {
    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        if population == self.population
            && let Some(count) = self.counts.get_mut(t.as_ms() as usize)
        {
            *count += nodes.len() as u64;
        }
    }
}
