//! Orders of neurons, states and phases against SciPy and NumPy.

use super::*;
use sharpwave::analysis::table::Cells;

#[test]
fn orders_of_neurons_are_those_of_scipy() {
    let expected = references("sequences.json");
    let size = expected["neurons"]["burst"].as_u64().unwrap() as usize;
    let stop_ms = expected["stop_ms"]["burst"].as_f64().unwrap();
    let mut data = recording("burst.csv", size, stop_ms);
    for name in ["fields", "events"] {
        data.tables
            .insert(name, replay::table(&format!("{name}.csv")));
    }
    for by in ["first", "mean"] {
        let values = Values::from([("by", by)]);
        let found = &compute("rank_order", &data, &values)[1];
        let what = format!("rank_order by {by}");
        assert_near(
            &what,
            found.numbers("score"),
            &numbers(&expected["rank_order"][by]),
        );
    }
    let found = &compute("pairwise_bias", &data, &Values::new())[1];
    let bias = numbers(&expected["pairwise_bias"]);
    assert_near("pairwise_bias", found.numbers("score"), &bias);
}

fn frozen_rhythms() -> (serde_json::Value, Data) {
    let expected = references("sequences.json");
    let size = expected["neurons"]["rhythms"].as_u64().unwrap() as usize;
    let stop_ms = expected["stop_ms"]["rhythms"].as_f64().unwrap();
    (expected, recording("rhythms.csv", size, stop_ms))
}

#[test]
fn states_are_those_of_scipy() {
    let (expected, data) = frozen_rhythms();
    for threshold in ["percentile", "bimodal"] {
        let expected = &expected["up_down"][threshold];
        let tables = compute("up_down", &data, &Values::from([("threshold", threshold)]));
        let level = expected["threshold"].as_f64().unwrap();
        assert_near(threshold, tables[0].numbers("threshold"), &[level]);
        let Some(Cells::Text(states)) = tables[1].column("state") else {
            panic!("states have no names");
        };
        for edge in ["start", "stop"] {
            let edges = tables[1].numbers(edge).iter().zip(states);
            let down = edges.filter(|(_, state)| *state == "down");
            let down: Vec<f64> = down.map(|(edge, _)| *edge).collect();
            // Those that the ends cut are no whole ones.
            let whole = numbers(&expected["start"])
                .into_iter()
                .zip(numbers(&expected["stop"]));
            let stop_ms = data.spans[0].stop.as_ms();
            let whole = whole.zip(numbers(&expected[edge]));
            let whole = whole.filter(|((start, stop), _)| *start > 0.0 && *stop < stop_ms);
            let expected: Vec<f64> = whole.map(|(_, edge)| edge).collect();
            // The rate of these has one frequent value: beside it no state is parted off.
            match threshold {
                "bimodal" => assert_eq!(down, expected),
                _ => assert_near(edge, &down, &expected),
            }
        }
    }
}

#[test]
fn phases_are_those_of_scipy() {
    let (expected, data) = frozen_rhythms();
    let found = &compute("phase_locking", &data, &Values::new())[0];
    for column in ["length", "phase", "p"] {
        let expected = numbers(&expected["phase_locking"][column]);
        assert_near(column, found.numbers(column), &expected);
    }
}

/// A spike in each bin: the rate never changes, and what rounding leaves is no rhythm.
#[test]
fn a_rate_that_does_not_change_has_no_rhythm() {
    let spikes: Vec<(Time, u32)> = (0..6_000).map(|k| (ms(f64::from(k) + 0.5), 0)).collect();
    let data = Data {
        populations: vec![Population {
            name: "p".into(),
            labels: None,
            trains: Trains::new(1, &spikes),
            positions: None,
        }],
        spans: vec![Span {
            start: ms(0.0),
            stop: ms(6_000.0),
        }],
        ..recording("trains.csv", 100, 1.0)
    };
    for (measure, columns) in [
        ("phase_locking", &["length", "phase", "p"][..]),
        ("spectrum", &["peak"]),
    ] {
        let found = &compute(measure, &data, &Values::new())[0];
        for column in columns {
            let found = found.numbers(column);
            assert!(
                found.len() == 1 && found[0].is_nan(),
                "{measure} {column}: {found:?}"
            );
        }
    }
}
