//! Orders of neurons, states and phases against SciPy and NumPy.

use super::*;
use sharpwave::analysis::table::Cells;
use sharpwave::base::parameter::Value;

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

/// The order of rows of a file is none of the neurons, and where all fields peak at one place there is none.
#[test]
fn fields_at_one_place_have_no_order() {
    let expected = references("sequences.json");
    let size = expected["neurons"]["burst"].as_u64().unwrap() as usize;
    let mut data = recording(
        "burst.csv",
        size,
        expected["stop_ms"]["burst"].as_f64().unwrap(),
    );
    data.tables.insert("events", replay::table("events.csv"));
    let mut scores = |measure: &str, peak: fn(usize) -> usize, reversed: bool| {
        let mut fields = replay::table("fields.csv");
        let positions = fields.columns.len() - 1;
        let neurons = fields.columns[0].clone();
        for at in 0..positions {
            let rate = |neuron: &f64| f64::from(u8::from(peak(*neuron as usize) == at)) + 0.1;
            fields.columns[at + 1] = neurons.iter().map(rate).collect();
        }
        if reversed {
            fields
                .columns
                .iter_mut()
                .for_each(|column| column.reverse());
        }
        data.tables.insert("fields", fields);
        let found = &compute(measure, &data, &Values::new())[1];
        (found.numbers("score").to_vec(), found.numbers("p").to_vec())
    };
    for measure in ["rank_order", "pairwise_bias"] {
        let (alike, p) = scores(measure, |_| 3, false);
        assert!(
            alike.iter().chain(&p).all(|value| value.is_nan()),
            "{measure}: {alike:?} {p:?}"
        );
        let pairs = |neuron| neuron / 2;
        let (one, _) = scores(measure, pairs, false);
        let (other, _) = scores(measure, pairs, true);
        assert!(one.iter().any(|score| score.is_finite()), "{measure}");
        assert_near(measure, &other, &one);
    }
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

/// 300 ms with and 300 ms without spikes, in turns: the lowest fifth of rates is none, and so are half of them.
#[test]
fn perfect_silence_is_down_below_a_percentile() {
    let on = (0..20).flat_map(|turn| (0..300).map(move |k| f64::from(600 * turn + k) + 0.5));
    let spikes: Vec<(Time, u32)> = on.map(|t| (ms(t), 0)).collect();
    let mut data = Data {
        populations: vec![Population {
            name: "p".into(),
            labels: None,
            trains: Trains::new(1, &spikes),
            positions: None,
        }],
        ..recording("trains.csv", 100, 12_000.0)
    };
    let mut values = Values::from([("threshold", "percentile")]);
    values.insert("smooth", Value::Number(5.0));
    let found = &compute("up_down", &data, &values)[0];
    assert_eq!(found.numbers("threshold"), [0.0]);
    // Five standard deviations of 5 ms on each side are not quite silent.
    let down = found.numbers("down")[0];
    assert!((250.0..=300.0).contains(&down), "{down}");
    assert!((found.numbers("frequency")[0] - 19.0 / 12.0).abs() < 1e-9);
    // What never changes is neither.
    data.populations[0].trains = Trains::new(1, &[]);
    let found = &compute("up_down", &data, &values)[0];
    assert!(found.numbers("down_share")[0].is_nan());
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

/// A spike in each bin, of one neuron or of another: the rate never changes, and what rounding leaves is no rhythm.
#[test]
fn a_rate_that_does_not_change_has_no_rhythm() {
    for size in [1, 3, 7] {
        unchanging(size);
    }
}

fn unchanging(size: u32) {
    let spikes = (0..6_000).map(|k| (ms(f64::from(k) + 0.5), k % size));
    let spikes: Vec<(Time, u32)> = spikes.collect();
    let data = Data {
        populations: vec![Population {
            name: "p".into(),
            labels: None,
            trains: Trains::new(size as usize, &spikes),
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
            let undefined = found.iter().all(|value| value.is_nan());
            assert!(
                !found.is_empty() && undefined,
                "{measure} {column}: {found:?}"
            );
        }
    }
    let found = &compute("phase_locking", &data, &Values::new())[0];
    let each = u64::from(6_000 / size);
    let fired = found.counts("spikes");
    assert!(
        fired.iter().all(|&own| own.abs_diff(each) <= 1),
        "{fired:?}"
    );
}
