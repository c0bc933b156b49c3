//! Statistics of spikes against Elephant and PySpike.

use super::*;
use sharpwave::base::parameter::Value;

const NEURONS: usize = 9;

#[test]
fn statistics_of_spikes_are_those_of_elephant_and_pyspike() {
    let expected = references("spikes.json");
    let data = recording("trains.csv", NEURONS, expected["stop_ms"].as_f64().unwrap());
    let none = Values::new();

    let regularity = &compute("interval", &data, &none)[1];
    let neurons = regularity.counts("neuron");
    assert_eq!(neurons, [0, 1, 2, 3, 4, 5, 6, 8]);
    for name in ["cv", "cv2", "lv"] {
        let all = numbers(&expected[name]);
        let expected: Vec<f64> = neurons.iter().map(|&neuron| all[neuron as usize]).collect();
        assert_near(name, regularity.numbers(name), &expected);
    }
    let fano = &compute("fano_factor", &data, &none)[1];
    assert_near(
        "fano_factor",
        fano.numbers("fano_factor"),
        &numbers(&expected["fano_factor"]),
    );

    for name in [
        "correlation",
        "spike_time_tiling",
        "victor_purpura",
        "van_rossum",
        "isi_distance",
        "spike_distance",
        "spike_synchronisation",
    ] {
        let pairs = &compute(name, &data, &none)[1];
        assert_near(name, pairs.numbers("value"), &numbers(&expected[name]));
    }
    let correlogram = &compute("cross_correlogram", &data, &none)[0];
    let counts: Vec<f64> = correlogram
        .counts("count")
        .iter()
        .map(|&n| n as f64)
        .collect();
    assert_near(
        "cross_correlogram",
        &counts,
        &numbers(&expected["cross_correlogram"]),
    );
}

#[test]
fn what_is_undefined_is_no_number_and_what_is_missing_is_said() {
    let mut data = recording("trains.csv", NEURONS + 1, 2_000.0);
    // Neuron 9 is silent: it has a rate, and no Fano factor.
    let rates = &compute("rate", &data, &Values::new())[1];
    assert_eq!(rates.numbers("rate")[NEURONS], 0.0);
    let fano = &compute("fano_factor", &data, &Values::new())[1];
    assert!(fano.numbers("fano_factor")[NEURONS].is_nan());

    let refused = |name: &str, data: &Data, values: &Values| {
        let measure = measure::find(name).unwrap();
        measure.compute(data, values, 1).unwrap_err().to_string()
    };
    assert_eq!(
        refused("fano_factor", &data, &Values::from([("window", 1_500.0)])),
        "`fano_factor`: found 1 bins of 1500 ms, expected 2 or more"
    );
    for (name, key, ms, expected) in [
        (
            "fano_factor",
            "window",
            3_000.0,
            "found 3000 ms, expected at most 2000 ms, the longest stretch of time that is looked at",
        ),
        (
            "spectrum",
            "bin",
            1e12,
            "found 1000000000000 ms, expected at most 106 days, the clock's range",
        ),
        (
            "up_down",
            "smooth",
            2_000.5,
            "found 2000.5 ms, expected at most 2000 ms, the longest stretch of time that is looked at",
        ),
        (
            "correlation",
            "bin",
            1e-6,
            "found 2000000000 bins of 0.000001 ms, expected at most 300000000",
        ),
    ] {
        assert_eq!(
            refused(name, &data, &Values::from([(key, ms)])),
            format!("`{name}`: `{key}`: {expected}")
        );
    }
    assert_eq!(
        refused("fano_factor", &data, &Values::from([("windwo", 1_500.0)])),
        "`fano_factor` has no parameter `windwo`\n  help: did you mean `window`?"
    );
    data.spans[0].stop = ms(0.5);
    assert_eq!(
        refused("correlation", &data, &Values::from([("bin", 0.1)])),
        "`correlation`: found 1 of 10 neurons of `p` that fire, expected two or more"
    );
    data.spans.push(Span {
        start: ms(1.0),
        stop: ms(1.5),
    });
    assert_eq!(
        refused("isi_distance", &data, &Values::new()),
        "`isi_distance`: found 2 stretches of time, expected one\n  help: choose one with `--from` and `--to`"
    );
}

/// Which pairs of a population are drawn has nothing to do with what else is looked at.
#[test]
fn a_population_is_what_it_is_beside_others() {
    let alone = recording("trains.csv", NEURONS, 10_000.0);
    let mut beside = alone.clone();
    let mut other = alone.populations[0].clone();
    other.name = "a".into();
    beside.populations.insert(0, other);
    let mut values = Values::new();
    values.insert("neurons", Value::Count(3));
    let own = &compute("correlation", &alone, &values)[1];
    let both = &compute("correlation", &beside, &values)[1];
    let pairs = own.counts("i").len();
    for column in ["i", "j"] {
        assert_eq!(
            &both.counts(column)[pairs..],
            own.counts(column),
            "{column}"
        );
    }
    assert_ne!(both.counts("i")[..pairs], both.counts("i")[pairs..]);
}
