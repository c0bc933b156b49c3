//! Measures of a layered network that slept: the same numbers as its page, and what they say where they have none.

use super::command::typed;

/// Two tasks, two hidden layers, two sleeps.
const MODEL: &str = r#"
schema = 1
experiment = "sleep_replay"
seed = 5

[data]
source = "embedded:mnist"
tasks = [[0, 1], [2, 3]]
train_per_task = 100

[mlp]
layers = [784, 60, 40, 10]

[mlp.training]
epochs = 4
learning_rate = 0.1
dropout = 0.25

[conversion]
scale = 60.0

[neuron]
model = "lif"
tau_m = "999.5 ms"
v_th = { hidden1 = 8.0, hidden2 = 4.0, output = 8.0 }

[plasticity]
rule = "sleep_replay"
onto = ["hidden1", "hidden2", "output"]
increment = 0.0001
decrement = 0.00001

[sleep]
duration = "3 s"

[sleep.input]
max_rate = "200 Hz"
patch = { side = 11, period = "1 ms" }

[output]
figures = false
"#;

/// The columns of the tables of `measure` in what `analyse` printed as JSON: of each table its name and columns.
fn column<'a>(
    document: &'a serde_json::Value,
    table: &str,
    name: &str,
) -> &'a Vec<serde_json::Value> {
    let measures = document["measures"].as_array().expect("measures").iter();
    let mut tables = measures.flat_map(|own| own["tables"].as_array().expect("tables"));
    let table = tables.find(|own| own["name"] == table).expect("the table");
    let mut columns = table["columns"].as_array().expect("columns").iter();
    let column = columns.find(|own| own["name"] == name).expect("the column");
    column["values"].as_array().expect("values")
}

/// The exact numbers of the table with this `caption` in a page, row by row.
fn of_page(page: &str, caption: &str) -> Vec<Vec<Option<f64>>> {
    let table = page.split(&format!("<caption>{caption}</caption>")).nth(1);
    let table = table.and_then(|rest| rest.split("</table>").next());
    let rows = table.expect("the table").split("<tr>").skip(2);
    let cells = |row: &str| {
        let cells = row.split("<td").skip(1);
        let exact = cells.map(|cell| {
            let number = cell.split("data-exact=\"").nth(1)?.split('"').next()?;
            Some(number.parse().expect("a number"))
        });
        exact.collect()
    };
    rows.map(cells).collect()
}

#[test]
fn sleeps_of_layered_networks_are_measured_as_their_page_says() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("m.toml"), MODEL).expect("written");
    let (code, _, err) = typed(folder.path(), &["--quiet", "run", "m.toml", "--out", "r"]);
    assert_eq!(code, Some(0), "{err}");
    let page = std::fs::read_to_string(folder.path().join("r/report.html")).expect("a page");
    let asked = ["class_reactivation", "coactivation", "layer_order"];
    let arguments = [&["analyse", "r"][..], &asked, &["--json"]].concat();
    let (code, out, err) = typed(folder.path(), &arguments);
    assert_eq!(code, Some(0), "{err}");
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let same = |caption: &str, table: &str, columns: &[(usize, &str, f64)]| {
        let rows = of_page(&page, caption);
        for &(at, name, factor) in columns {
            let measured = column(&document, table, name);
            assert_eq!(measured.len(), rows.len(), "{table}");
            for (row, value) in rows.iter().zip(measured) {
                let value = value.as_f64().map(|value| value * factor);
                let is_same = match (row[at], value) {
                    (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs(),
                    (a, b) => a == b,
                };
                assert!(is_same, "{caption}, {name}: {:?} {value:?}", row[at]);
            }
        }
        rows.len()
    };
    let dreams = [
        (0, "dreams", 1.0),
        (1, "confidence", 100.0),
        (2, "shuffled", 100.0),
        (3, "told", 1.0),
        (4, "by_chance", 1.0),
        (5, "mixtures", 100.0),
        (6, "newest", 100.0),
        (7, "newest_shuffled", 100.0),
        (8, "newest_if_alike", 100.0),
    ];
    assert_eq!(
        same("Dreams of each sleep", "class_reactivation", &dreams),
        2
    );
    let together = [
        (1, "units", 1.0),
        (2, "correlation", 1.0),
        (3, "shuffled", 1.0),
        (4, "p", 1.0),
        (5, "ev", 100.0),
        (6, "rev", 100.0),
    ];
    let caption = "Units that are active together: sleep against presentation";
    assert_eq!(same(caption, "coactivation", &together), 4);
    let order = [
        (0, "dreams", 1.0),
        (1, "rho", 1.0),
        (2, "shuffled", 1.0),
        (3, "told", 1.0),
        (4, "by_chance", 1.0),
        (5, "complete", 1.0),
        (6, "in_order", 100.0),
    ];
    let caption = "Order in dreams: first spikes against presentation";
    assert_eq!(same(caption, "layer_order", &order), 2);
    // There is something to tell, and shares of classes sum up to one.
    let read = column(&document, "class_reactivation", "read");
    assert!(read.iter().all(|n| n.as_u64() > Some(10)), "{read:?}");
    let shares = column(&document, "class_reactivation_class", "share");
    let sum: f64 = shares
        .iter()
        .map(|share| share.as_f64().expect("a share"))
        .sum();
    assert!((sum - 2.0).abs() < 1e-12 && shares.len() == 20, "{sum}");
    let explained = column(&document, "coactivation", "ev");
    assert!(
        explained[0].is_null() && explained[2].is_number(),
        "{explained:?}"
    );
    // By the weights after sleep it is another reading.
    let after = [
        "analyse",
        "r",
        "class_reactivation",
        "--set",
        "weights=after",
        "--json",
    ];
    let (_, out, _) = typed(folder.path(), &after);
    let other: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let confidence = |of| column(of, "class_reactivation", "confidence");
    assert_ne!(confidence(&other), confidence(&document));
    // One of the sleeps; and where there is none.
    let one = [
        "analyse",
        "r",
        "coactivation",
        "--bout",
        "sleep 2",
        "--json",
    ];
    let (_, out, _) = typed(folder.path(), &one);
    let second: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        column(&second, "coactivation", "sleep"),
        &["sleep 2", "sleep 2"]
    );
    let few = ["analyse", "r", "class_reactivation", "--set", "shuffles=9"];
    let (code, _, err) = typed(folder.path(), &few);
    let expected = "`class_reactivation`: found 9 shuffles, of which p is 0.1000 at least, expected 19 or more for a level of 0.05";
    assert!(code == Some(2) && err.contains(expected), "{err}");
    for (more, expected) in [
        (
            &["--to", "1 s"][..],
            "`coactivation`: found no sleep within what is looked at, from its beginning to its end and with its weights, expected one or more",
        ),
        (
            &["--population", "output"],
            "`coactivation`: found no spikes of hidden layers, expected one or more",
        ),
    ] {
        let arguments = [&["analyse", "r", "coactivation"][..], more].concat();
        let (code, out, err) = typed(folder.path(), &arguments);
        assert_eq!(code, Some(2), "{out}");
        assert!(err.contains(expected), "{err}");
    }
}

#[test]
fn what_is_no_layered_network_is_said_to_be_none() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(super::frozen("trains.csv"), folder.path().join("t.csv")).expect("copied");
    let (code, _, err) = typed(folder.path(), &["analyse", "t.csv", "layer_order"]);
    assert_eq!(code, Some(2));
    let expected = "`layer_order`: found no layered network that sleeps, expected a run of `experiment = \"sleep_replay\"`";
    assert!(err.contains(expected), "{err}");
}

/// What units make of images depends on biases, which stand in the run file beside the weights; without them that is said.
#[test]
fn biases_are_recorded_and_count() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("m.toml"), MODEL).expect("written");
    let arguments = "--quiet run m.toml --set mlp.bias=true --set record.report=false --out r";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let (code, _, err) = typed(folder.path(), &arguments);
    assert_eq!(code, Some(0), "{err}");
    let measured = || {
        let (code, out, err) = typed(folder.path(), &["analyse", "r", "coactivation", "--json"]);
        assert_eq!(code, Some(0), "{err}");
        let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        (
            column(&document, "coactivation", "correlation").clone(),
            err,
        )
    };
    let (own, err) = measured();
    assert!(!err.contains("biases"), "{err}");
    let file = hdf5::File::open_rw(folder.path().join("r/run.h5")).expect("a run file");
    let biases = file.dataset("weights/hidden1_bias/values").expect("biases");
    assert_eq!(biases.shape(), [4, 60, 1]);
    let values = biases.read_raw::<f32>().expect("numbers");
    assert!(values[60..120] == values[..60], "sleep changes no bias");
    assert!(values[120..180] != values[..60], "training does");
    // Far above what weighted inputs come to for some units, so that these no longer tell images apart.
    let strong: Vec<f32> = (0..values.len()).map(|k| -40.0 * (k % 2) as f32).collect();
    biases.write_raw(&strong).expect("written");
    drop(biases);
    file.close().expect("closed");
    assert_ne!(measured().0, own);
    let file = hdf5::File::open_rw(folder.path().join("r/run.h5")).expect("a run file");
    file.group("weights")
        .expect("weights")
        .unlink("hidden1_bias")
        .expect("unlinked");
    file.close().expect("closed");
    let (without, err) = measured();
    assert_ne!(without, own);
    assert!(
        err.contains("found no biases, which run files of earlier versions lack"),
        "{err}"
    );
}
