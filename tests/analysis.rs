//! Measures on frozen input: equal to what the packages of each field say about it (`tests/analysis/make_*.py`).

#[path = "analysis/command.rs"]
mod command;
#[path = "analysis/layers.rs"]
mod layers;
#[path = "analysis/reactivation.rs"]
mod reactivation;
#[path = "analysis/replay.rs"]
mod replay;
#[path = "analysis/rhythms.rs"]
mod rhythms;
#[path = "analysis/sequences.rs"]
mod sequences;
#[path = "analysis/silent.rs"]
mod silent;
#[path = "analysis/spikes.rs"]
mod spikes;
#[path = "analysis/track.rs"]
mod track;

use std::path::{Path, PathBuf};

use sharpwave::Time;
use sharpwave::analysis::data::{Data, Population};
use sharpwave::analysis::measure;
use sharpwave::analysis::table::Table;
use sharpwave::analysis::trains::{Span, Trains};
use sharpwave::base::parameter::Values;
use sharpwave::record::spike_file;
use sharpwave::stimulus::spike_list::SpikeFile;

/// How near to a reference a value must be, as a share of it where it is above 1.
const TOLERANCE: f64 = 1e-9;

fn frozen(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/analysis")
        .join(name)
}

/// References of the script that writes `name`.
fn references(name: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(frozen(name)).expect("a file");
    serde_json::from_str(&text).expect("JSON")
}

/// The numbers of `value`, NaN for null.
fn numbers(value: &serde_json::Value) -> Vec<f64> {
    let values = value.as_array().expect("an array").iter();
    values
        .map(|value| value.as_f64().unwrap_or(f64::NAN))
        .collect()
}

fn ms(ms: f64) -> Time {
    Time::from_ms(ms).expect("a time")
}

/// The spikes of the file `name` by `size` neurons, until `stop_ms`.
fn recording(name: &str, size: usize, stop_ms: f64) -> Data {
    let file = SpikeFile {
        path: frozen(name),
        population: None,
        columns: None,
        first_neuron: None,
    };
    let spikes = spike_file::read(&file, size).expect("spikes");
    Data {
        populations: vec![Population {
            name: "p".into(),
            labels: None,
            trains: Trains::new(size, &spikes),
            positions: None,
        }],
        spans: vec![Span {
            start: ms(0.0),
            stop: ms(stop_ms),
        }],
        bouts: Vec::new(),
        tables: Default::default(),
        courses: Vec::new(),
        layered: None,
        weights: Vec::new(),
    }
}

fn compute(name: &str, data: &Data, values: &Values) -> Vec<Table> {
    let measure = measure::find(name).expect("a measure");
    let tables = measure.compute(data, values, 1);
    tables.unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Whether all of `found` are as near to `expected` as they must be; undefined ones where those are.
fn assert_near(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    assert!(
        expected.iter().any(|value| value.is_finite()),
        "{what}: nothing to compare with"
    );
    for (k, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let near = (found - expected).abs() <= TOLERANCE * expected.abs().max(1.0);
        let undefined = found.is_nan() && expected.is_nan();
        assert!(
            near || undefined,
            "{what}[{k}]: found {found}, expected {expected}"
        );
    }
}
