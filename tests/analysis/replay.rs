//! Decoding, lines, bursts and spectra against nelpy and SciPy.

use super::*;
use sharpwave::analysis::data::Numbers;
use sharpwave::analysis::replay::decode::{Decoder, Posterior, weighted_correlation};
use sharpwave::analysis::replay::line::{self, Lines};
use sharpwave::analysis::replay::shuffle::Shuffle;
use sharpwave::analysis::trains::counts;
use sharpwave::base::stream::Stream;
use sharpwave::base::time::Duration;

const BIN_MS: f64 = 20.0;
const FLOOR_HZ: f64 = 0.1;

/// The table of numbers `name`.
pub(super) fn table(name: &str) -> Numbers {
    let text = std::fs::read_to_string(frozen(name)).expect("a file");
    let mut lines = text.lines();
    let names: Vec<String> = lines
        .next()
        .expect("a header")
        .split(',')
        .map(str::to_owned)
        .collect();
    let mut columns = vec![Vec::new(); names.len()];
    for line in lines {
        for (column, field) in columns.iter_mut().zip(line.split(',')) {
            column.push(field.parse().expect("a number"));
        }
    }
    Numbers { names, columns }
}

fn frozen_bursts() -> (serde_json::Value, Data) {
    let expected = references("replay.json");
    let size = expected["neurons"].as_u64().unwrap() as usize;
    let mut data = recording("burst.csv", size, expected["stop_ms"].as_f64().unwrap());
    data.tables.insert("fields", table("fields.csv"));
    data.tables.insert("events", table("events.csv"));
    (expected, data)
}

#[test]
fn positions_and_lines_are_those_of_nelpy() {
    let (expected, data) = frozen_bursts();
    let table = &data.tables["fields"];
    let rates: Vec<Vec<f64>> = (0..table.rows())
        .map(|row| {
            table.columns[1..]
                .iter()
                .map(|column| column[row])
                .collect()
        })
        .collect();
    let decoder = Decoder::new(&rates, BIN_MS / 1e3, FLOOR_HZ);
    let mut gaps = 0;
    for event in expected["events"].as_array().unwrap() {
        let at = |key: &str| ms(event[key].as_f64().unwrap());
        let span = Span {
            start: at("start_ms"),
            stop: at("stop_ms"),
        };
        let mut columns = vec![Vec::new(); span.bins(Duration::from_ms(BIN_MS).unwrap())];
        for neuron in 0..rates.len() {
            let counts = counts(
                data.populations[0].trains.of(neuron),
                span,
                Duration::from_ms(BIN_MS).unwrap(),
            );
            for (bin, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                columns[bin].push((neuron, f64::from(count)));
            }
        }
        let posterior: Posterior = decoder.decode(&columns, |neuron| neuron, |_| 0, None);
        let empty = posterior.iter().filter(|column| column.is_none()).count();
        assert_eq!(empty as u64, event["empty_bins"].as_u64().unwrap());
        gaps += empty;
        for (found, expected) in posterior.iter().zip(event["posterior"].as_array().unwrap()) {
            if let Some(found) = found {
                assert_near("posterior", found, &numbers(expected));
            }
        }
        let drawn = numbers(&event["phi"])
            .into_iter()
            .zip(numbers(&event["rho"]))
            .collect();
        let lines = Lines::new(drawn, posterior.len(), decoder.bins());
        let best = lines.best(&posterior, 3).expect("a line");
        assert_near("score", &[best.score], &[event["score"].as_f64().unwrap()]);
        assert_near(
            "correlation",
            &[weighted_correlation(&posterior)],
            &[event["correlation"].as_f64().unwrap()],
        );
    }
    assert!(gaps > 0, "no bin is empty");
}

#[test]
fn sweeps_are_replays_by_every_shuffle_and_scrambled_ones_are_none() {
    let (_, data) = frozen_bursts();
    for shuffle in [
        "column_cycle",
        "time_swap",
        "cell_identity",
        "field_rotation",
        "poisson",
    ] {
        let mut values = Values::from([("shuffle", shuffle)]);
        values.insert("shuffles", 199_u64);
        values.insert("lines", 2_000_u64);
        let tables = compute("replay", &data, &values);
        let (p, speed) = (tables[1].numbers("p_score"), tables[1].numbers("speed"));
        // Four sweeps over 30 bins, up, down, up, down, then one whose neurons fire anywhere. The second is short, with gaps.
        let sure = [0, 2, 3, 4].map(|event| p[event] <= 0.05);
        assert_eq!(sure, [true, true, true, false], "{shuffle}: {p:?}");
        let up: Vec<bool> = speed[..4].iter().map(|speed| *speed > 0.0).collect();
        assert_eq!(up, [true, false, true, false], "{shuffle}: {speed:?}");
        assert!((speed[0] - 100.0).abs() < 30.0, "{shuffle}: {speed:?}");
        assert_eq!(
            compute("replay", &data, &values),
            tables,
            "the same seed gives the same"
        );
    }
    for (name, sign) in [("rank_order", 1.0), ("pairwise_bias", 1.0)] {
        let tables = compute(name, &data, &Values::from([("shuffles", 199_u64)]));
        let (score, p) = (tables[1].numbers("score"), tables[1].numbers("p"));
        let found: Vec<bool> = score[..4].iter().map(|score| score * sign > 0.5).collect();
        assert_eq!(found, [true, false, true, false], "{name}: {score:?}");
        assert!(
            p[..4].iter().all(|p| *p <= 0.05) && p[4] > 0.05,
            "{name}: {p:?}"
        );
    }
}

#[test]
fn bursts_and_spectra_are_those_of_nelpy_and_scipy() {
    let (expected, data) = frozen_bursts();
    let tables = compute(
        "population_burst",
        &data,
        &Values::from([("active", 0_u64)]),
    );
    let of = |k: usize| -> Vec<f64> {
        let bounds = expected["bursts_ms"].as_array().unwrap().iter();
        bounds.map(|pair| pair[k].as_f64().unwrap()).collect()
    };
    assert_near("start", tables[1].numbers("start"), &of(0));
    assert_near("stop", tables[1].numbers("stop"), &of(1));
    assert_near(
        "peak_rate",
        tables[1].numbers("peak_rate"),
        &numbers(&expected["peaks_hz"]),
    );

    let spectrum = compute("spectrum", &data, &Values::new());
    assert_near(
        "welch",
        &spectrum[1].numbers("density")[..101],
        &numbers(&expected["welch"]),
    );
    let odd = compute("spectrum", &data, &Values::from([("segment", 999_u64)]));
    assert_near(
        "welch of 999",
        &odd[1].numbers("density")[..101],
        &numbers(&expected["welch_999"]),
    );
    let spectrogram = compute("spectrogram", &data, &Values::new());
    assert_near(
        "spectrogram",
        spectrogram[0].numbers("density"),
        &numbers(&expected["spectrogram"]),
    );
}

#[test]
fn what_replay_cannot_be_made_of_is_said() {
    let (_, mut data) = frozen_bursts();
    let refused = |data: &Data, name: &str, values: &Values| {
        let measure = measure::find(name).unwrap();
        measure.compute(data, values, 1).unwrap_err().to_string()
    };
    assert_eq!(
        refused(&data, "replay", &Values::from([("shuffles", 10_u64)])),
        "`replay`: found 10 shuffles, of which p is 0.0909 at least, expected 19 or more for a level of 0.05"
    );
    let absent = Numbers {
        names: vec!["neuron".into()],
        columns: vec![vec![3.0, 77.0]],
    };
    data.tables.insert("template", absent);
    assert_eq!(
        refused(&data, "rank_order", &Values::new()),
        "`rank_order`: `template`: found neuron 77, expected one of the 20 of `p`"
    );
    data.tables.get_mut("events").unwrap().columns[1][0] = 9e3;
    assert_eq!(
        refused(&data, "replay", &Values::new()),
        "`replay`: `events`: found an event from 1000 to 9000 ms, expected it within 0 ms and 8000 ms"
    );
    data.tables.clear();
    assert!(
        refused(&data, "replay", &Values::new()).contains("found neither `fields` nor `track`")
    );
    assert!(refused(&data, "reactivation", &Values::new()).contains("needs `task`"));
    assert_eq!(
        refused(&data, "reactivation", &Values::from([("task", "run")])),
        "`reactivation`: `task`: found no bout of name or kind `run`, expected one of the recording"
    );
}

/// Events between the stretches that are looked at are as good as not there.
#[test]
fn events_outside_of_what_is_looked_at_are_left_out() {
    let (_, mut data) = frozen_bursts();
    let all = data.tables["events"].rows();
    let values = Values::from([("shuffles", 19_u64)]);
    let of = |data: &Data, name: &str| {
        let measure = measure::find(name).unwrap();
        measure
            .compute(data, &values, 1)
            .map(|tables| tables[1].numbers("start").to_vec())
    };
    let starts = data.tables["events"].columns[0].clone();
    let second = starts[1];
    data.tables.insert(
        "template",
        Numbers {
            names: vec!["neuron".into()],
            columns: vec![(0..20).map(f64::from).collect()],
        },
    );
    // Two stretches around the second event, which is cut by the first of them.
    let stop = data.spans[0].stop;
    let span = |start: f64, stop: f64| Span {
        start: ms(start),
        stop: ms(stop),
    };
    let rest = second + 1_000.0;
    data.spans = vec![span(0.0, second + 1.0), span(rest, stop.as_ms())];
    let kept: Vec<f64> = starts
        .iter()
        .copied()
        .filter(|&start| start < second || start >= rest)
        .collect();
    assert!(!kept.is_empty() && kept.len() < all);
    for name in ["replay", "rank_order", "pairwise_bias"] {
        assert_eq!(of(&data, name).unwrap(), kept, "{name}");
    }
    // Without a gap nothing is cut.
    data.spans = vec![span(0.0, second + 1.0), span(second + 1.0, stop.as_ms())];
    assert_eq!(of(&data, "replay").unwrap().len(), all);
    // None is left.
    data.spans = vec![span(0.0, 0.001), span(stop.as_ms() - 0.001, stop.as_ms())];
    let said = of(&data, "replay").unwrap_err().to_string();
    let told = format!("found none of {all} events within what is looked at");
    assert!(said.contains(&told), "{said}");
}

/// Spikes at random by as many neurons as the frozen fields have, and `n` events of 300 ms among them.
fn noise(n: usize, rate_hz: f64, seed: u64) -> Data {
    let (_, mut data) = frozen_bursts();
    let size = data.populations[0].trains.len();
    let stop_ms = n as f64 * 400.0;
    let mut spikes = Vec::new();
    for neuron in 0..size {
        let mut stream = Stream::new(seed, "noise", neuron as u64);
        let mut now = 0.0;
        loop {
            now += stream.exponential() * 1e3 / rate_hz;
            if now >= stop_ms {
                break;
            }
            spikes.push((ms(now), neuron as u32));
        }
    }
    data.populations[0].trains = Trains::new(size, &spikes);
    data.spans[0].stop = ms(stop_ms);
    let starts: Vec<f64> = (0..n).map(|k| k as f64 * 400.0).collect();
    let stops = starts.iter().map(|start| start + 300.0).collect();
    let events = Numbers {
        names: vec!["start".into(), "stop".into()],
        columns: vec![starts, stops],
    };
    data.tables.insert("events", events);
    data
}

/// Of how many events of noise p is at most the level of 0.05.
fn taken_for_replay(table: &Table, p: &str) -> usize {
    table.numbers(p).iter().filter(|p| **p <= 0.05).count()
}

/// Events of noise, and how many of them 1 in 1,000 such counts lies outside of, at a level of 0.05.
const NOISE_EVENTS: usize = 2_000;
const NOISE_WITHIN: std::ops::RangeInclusive<usize> = 69..=133;

#[test]
fn noise_is_taken_for_replay_as_often_as_the_level_says_by_shuffles_that_hold_it() {
    let data = noise(NOISE_EVENTS, 10.0, 7);
    for shuffle in Shuffle::ALL {
        let mut values = Values::from([("shuffles", 39_u64), ("lines", 300_u64)]);
        values.insert("control", "none");
        values.insert("shuffle", shuffle.name());
        let table = &compute("replay", &data, &values)[1];
        let found = ["p_score", "p_correlation"].map(|p| taken_for_replay(table, p));
        let holds = found.iter().all(|found| NOISE_WITHIN.contains(found));
        assert_eq!(
            holds,
            shuffle.holds_level(),
            "{}: {found:?} of {NOISE_EVENTS}",
            shuffle.name()
        );
        let said = ["p_score", "p_correlation"].map(|name| {
            let column = table.columns.iter().find(|column| column.name == name);
            column.expect("a column").doc.contains("not hold the level")
        });
        assert_eq!(said, [!holds; 2], "{}", shuffle.name());
    }
    for name in ["rank_order", "pairwise_bias"] {
        let tables = compute(name, &data, &Values::from([("shuffles", 39_u64)]));
        let found = taken_for_replay(&tables[1], "p");
        assert!(NOISE_WITHIN.contains(&found), "{name}: {found}");
    }
}

/// On a ring with a field at each position columns of noise that are turned are columns of noise.
#[test]
fn columns_that_are_turned_hold_the_level_where_a_track_has_no_ends() {
    let mut data = noise(NOISE_EVENTS, 10.0, 7);
    let size = data.populations[0].trains.len();
    let rate = |from: usize, to: usize| {
        let apart = from.abs_diff(to);
        let apart = apart.min(size - apart) as f64;
        0.1 + 12.0 * (-0.5 * (apart / 1.5).powi(2)).exp()
    };
    let mut ring = Numbers {
        names: vec!["neuron".into()],
        columns: vec![(0..size).map(|neuron| neuron as f64).collect()],
    };
    for position in 0..size {
        ring.names.push(position.to_string());
        ring.columns
            .push((0..size).map(|neuron| rate(neuron, position)).collect());
    }
    data.tables.insert("fields", ring);
    let mut values = Values::from([("shuffles", 39_u64), ("lines", 300_u64)]);
    values.insert("control", "none");
    let table = &compute("replay", &data, &values)[1];
    for p in ["p_score", "p_correlation"] {
        let found = taken_for_replay(table, p);
        assert!(NOISE_WITHIN.contains(&found), "{p}: {found}");
    }
}

/// Whether a line reaches a score is asked without finding the best one: the answers are the same.
#[test]
fn what_reaches_a_score_is_what_scores_as_much() {
    let mut stream = Stream::new(5, "posteriors", 0);
    for (times, positions, gaps) in [(5, 12, 0), (12, 30, 0), (9, 20, 2), (4, 7, 3)] {
        for _ in 0..20 {
            let column = |stream: &mut Stream| {
                let column: Vec<f64> = (0..positions)
                    .map(|_| stream.exponential().powi(3))
                    .collect();
                let sum: f64 = column.iter().sum();
                Some(column.into_iter().map(|p| p / sum).collect())
            };
            let mut posterior: Posterior = (0..times).map(|_| column(&mut stream)).collect();
            for _ in 0..gaps {
                posterior[stream.below(times as u64) as usize] = None;
            }
            let drawn = line::draw(600, times, positions, &mut stream);
            let lines = Lines::new(drawn, times, positions);
            let score = lines.best(&posterior, 2).expect("a line").score;
            for (goal, reached) in [(0.5, true), (1.0, true), (1.0 + 1e-9, false), (1.4, false)] {
                let found = lines.reaches(&posterior, 2, score * goal);
                assert_eq!(
                    found, reached,
                    "{times} {positions} {gaps}: {goal} of {score}"
                );
            }
        }
    }
}
