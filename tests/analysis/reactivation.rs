//! Explained variance and reactivation against their closed forms and scikit-learn.

use super::*;
use sharpwave::analysis::data::Bout;

/// The frozen recording with its three bouts; the last one is looked at.
fn frozen_assemblies() -> (serde_json::Value, Data) {
    let expected = references("reactivation.json");
    let epoch = expected["epoch_ms"].as_f64().unwrap();
    let size = expected["neurons"].as_u64().unwrap() as usize;
    let mut data = recording("assemblies.csv", size, 3.0 * epoch);
    let bout = |(k, name): (usize, &str)| Bout {
        name: name.into(),
        kind: name.into(),
        span: Span {
            start: ms(k as f64 * epoch),
            stop: ms((k + 1) as f64 * epoch),
        },
    };
    data.bouts = ["before", "run", "after"]
        .into_iter()
        .enumerate()
        .map(bout)
        .collect();
    data.spans = vec![data.bouts[2].span];
    (expected, data)
}

#[test]
fn explained_variance_is_its_closed_form() {
    let (expected, data) = frozen_assemblies();
    let values = Values::from([("before", "before"), ("task", "run"), ("after", "after")]);
    let table = &compute("explained_variance", &data, &values)[0];
    for name in ["ev", "rev"] {
        assert_near(
            name,
            table.numbers(name),
            &[expected[name].as_f64().unwrap()],
        );
    }
    assert!(
        table.numbers("ev")[0] > table.numbers("rev")[0],
        "the task is replayed"
    );
}

#[test]
fn every_bout_that_a_measure_names_is_there() {
    let (_, data) = frozen_assemblies();
    let refused = |name: &str, values: Values| {
        let measure = measure::find(name).unwrap();
        measure.compute(&data, &values, 1).unwrap_err().to_string()
    };
    let values = [
        ("before", "before"),
        ("task", "run"),
        ("after", "after,aftr"),
    ];
    assert_eq!(
        refused("explained_variance", values.into()),
        "`explained_variance`: `after`: found no bout of name or kind `aftr`, expected one of the recording\n  help: did you \
         mean `after`?"
    );
    assert_eq!(
        refused("reactivation", [("task", "run,rux")].into()),
        "`reactivation`: `task`: found no bout of name or kind `rux`, expected one of the recording\n  help: did you mean `run`?"
    );
}

#[test]
fn patterns_are_those_of_numpy_and_scikit_learn() {
    let (expected, data) = frozen_assemblies();
    let mut values = Values::from([("task", "run"), ("method", "pca")]);
    let tables = compute("reactivation", &data, &values);
    assert_near(
        "eigenvalues",
        tables[0].numbers("eigenvalue"),
        &numbers(&expected["eigenvalues"]),
    );
    let all = |key: &str| -> Vec<Vec<f64>> {
        expected[key]
            .as_array()
            .unwrap()
            .iter()
            .map(numbers)
            .collect()
    };
    assert_near(
        "principal",
        tables[1].numbers("weight"),
        &all("principal").concat(),
    );
    let first = numbers(&expected["strengths"]);
    assert_near(
        "strengths",
        &tables[2].numbers("strength")[..first.len()],
        &first,
    );

    values.insert("method", "ica");
    let tables = compute("reactivation", &data, &values);
    let size = expected["neurons"].as_u64().unwrap() as usize;
    let mut found: Vec<Vec<f64>> = tables[1]
        .numbers("weight")
        .chunks(size)
        .map(<[f64]>::to_vec)
        .collect();
    found.sort_by(|a, b| a[0].total_cmp(&b[0]));
    assert_near("independent", &found.concat(), &all("independent").concat());
}
