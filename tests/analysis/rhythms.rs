//! Slow oscillations, spindles and ripples against wonambi and ripple_detection; waves against a planted one.

use super::*;
use sharpwave::analysis::table::Cells;
use sharpwave::base::stream::Stream;

#[test]
fn rhythms_of_sleep_are_those_of_wonambi_and_ripple_detection() {
    let expected = references("rhythms.json");
    let size = expected["neurons"].as_u64().unwrap() as usize;
    let data = recording("rhythms.csv", size, expected["stop_ms"].as_f64().unwrap());
    for name in ["slow_oscillation", "spindle", "ripple"] {
        let events = &compute(name, &data, &Values::new())[1];
        let columns = expected[name].as_object().unwrap();
        for (column, values) in columns {
            let what = format!("{name}.{column}");
            assert_near(&what, events.numbers(column), &numbers(values));
        }
    }
}

#[test]
fn spindles_whose_borders_meet_are_one() {
    let stop_ms = references("rhythms.json")["stop_ms"].as_f64().unwrap();
    let data = recording("rhythms.csv", 30, stop_ms);
    let tables = compute("spindle", &data, &Values::from([("apart", 0.0)]));
    let (starts, stops) = (tables[1].numbers("start"), tables[1].numbers("stop"));
    assert!(starts.len() >= 2, "{starts:?}");
    assert!(
        starts[1..]
            .iter()
            .zip(stops)
            .all(|(next, stop)| next > stop),
        "{starts:?}"
    );
    let lengths = starts.iter().zip(stops).map(|(start, stop)| stop - start);
    let mean = lengths.sum::<f64>() / starts.len() as f64;
    assert!((tables[0].numbers("length")[0] - mean).abs() < 1e-9);
    let shorter = Values::from([("longest", 700.0)]);
    assert!(compute("spindle", &data, &shorter)[1].rows() < starts.len());
}

#[test]
fn a_recording_too_short_for_a_filter_is_said() {
    let data = recording("rhythms.csv", 30, 200.0);
    for name in ["slow_oscillation", "spindle", "ripple"] {
        let measure = measure::find(name).unwrap();
        // 20 bins are enough for the short filters, and hold no wave; 200 are not for 101 taps.
        match measure.compute(&data, &Values::new(), 1) {
            Ok(tables) => assert_eq!((name == "ripple", tables[1].rows()), (false, 0)),
            Err(error) => assert!(error.to_string().contains("found 200 bins"), "{error}"),
        }
    }
    let wide = Values::from([("bin", 50.0)]);
    let refused = measure::find("spindle").unwrap().compute(&data, &wide, 1);
    assert!(refused.unwrap_err().to_string().contains("below 10 Hz"));
}

/// Neurons on a sheet of 4 by 2 mm; every second a front runs over it along x at this speed, behind which they fire for 150 ms.
fn swept(mm_per_s: f64) -> Data {
    let (mut data, mut spikes, mut positions) = (
        recording("rhythms.csv", 30, 6_000.0),
        Vec::new(),
        Vec::new(),
    );
    const SIDE: usize = 40;
    for neuron in 0..SIDE * SIDE / 2 {
        let (x, y) = ((neuron % SIDE) as f64 * 0.1, (neuron / SIDE) as f64 * 0.1);
        positions.push([x, y, 0.0]);
        let mut stream = Stream::new(1, "swept", neuron as u64);
        for wave in 0..5 {
            let onset = 1_000.0 * f64::from(wave) + 200.0 + 1e3 * x / mm_per_s;
            for _ in 0..15 {
                spikes.push((ms(onset + 150.0 * stream.uniform()), neuron as u32));
            }
        }
    }
    data.populations[0].trains = Trains::new(SIDE * SIDE / 2, &spikes);
    data.populations[0].positions = Some(positions);
    data
}

#[test]
fn a_planted_wave_has_its_speed_and_direction() {
    for speed in [10.0, 20.0] {
        let tables = compute("propagation", &swept(speed), &Values::new());
        let waves = &tables[1];
        assert_eq!(waves.rows(), 5, "{speed} mm/s");
        assert!(matches!(tables[0].column("large"), Some(Cells::Count(n)) if *n == [5]));
        let mean = tables[0].numbers("speed")[0];
        assert!((mean / speed - 1.0).abs() < 0.1, "{mean}");
        for (found, angle) in waves
            .numbers("speed")
            .iter()
            .zip(waves.numbers("direction"))
        {
            assert!(
                (found / speed - 1.0).abs() < 0.1 && angle.abs() < 5.0,
                "{found} at {angle} for {speed}"
            );
        }
        assert!(
            waves
                .numbers("straight")
                .iter()
                .all(|straight| *straight > 0.9)
        );
    }
    let nowhere = recording("rhythms.csv", 30, 6_000.0);
    let refused = measure::find("propagation")
        .unwrap()
        .compute(&nowhere, &Values::new(), 1);
    assert!(refused.unwrap_err().to_string().contains("places"));
}
