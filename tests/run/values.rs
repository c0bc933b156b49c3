//! Neurons whose values come from files: the same network as with the values in the model file.

use hdf5::File;
use ndarray::Array1;

use crate::run_file::RunFile;
use crate::setup::Place;

const NETWORK: &str = r#"
schema = 1
experiment = "network"
duration = "200 ms"

[population.e]
neuron = "lif"
size = 4
tau_m = TAU
v_th = THRESHOLD
v_reset = "5 mV"
t_ref = REFRACTORY
c_m = CAPACITANCE
i_e = "300 pA"
initial = { v_m = START }

[population.i]
neuron = "lif"
size = 2
tau_m = "10 ms"
v_th = "9 mV"

[projection.e_i]
source = "e"
target = "i"
rule = "all_to_all"
weight = "2 mV"
axonal_delay = "1 ms"
plasticity = { rule = "hebbian_rate", w_max = "4 mV", importance = IMPORTANCE }

[stimulus.noise]
kind = "poisson"
target = "e"
rate = "2 kHz"
weight = "0.5 mV"

[engine]
lanes = 3

[record]
spikes = ["e", "i"]
"#;

const KEYS: [&str; 6] = [
    "TAU",
    "THRESHOLD",
    "REFRACTORY",
    "CAPACITANCE",
    "START",
    "IMPORTANCE",
];

fn network(values: [&str; 6]) -> String {
    let filled = KEYS.iter().zip(values);
    filled.fold(NETWORK.to_owned(), |text, (key, value)| {
        text.replace(key, value)
    })
}

const HERE: [&str; 6] = [
    r#"[[1, "20 ms"], [2, "15.5 ms"], [1, "12 ms"]]"#,
    r#"[[1, "20 mV"], [1, "19.25 mV"], [1, "21 mV"], [1, "18.5 mV"]]"#,
    r#"[[1, "2 ms"], [1, "1.75 ms"], [1, "3 ms"], [1, "2.003 ms"]]"#,
    r#"[[2, "250 pF"], [2, "275 pF"]]"#,
    r#"[[1, "0 mV"], [1, "4.5 mV"], [1, "-3 mV"], [1, "7 mV"]]"#,
    "[[1, 0.25], [1, 0.75]]",
];

const ELSEWHERE: [&str; 6] = [
    r#"{ file = "cells.csv" }"#,
    r#"{ file = "thresholds.npy" }"#,
    r#"{ file = "cells.csv", column = "refractory", unit = "us" }"#,
    r#"{ file = "nodes.h5", population = "cells", column = "C_m" }"#,
    r#"{ file = "nodes.h5", column = "/fit/start" }"#,
    r#"{ file = "importance.txt" }"#,
];

fn files() -> Place {
    let place = Place::with_model(&network(ELSEWHERE));
    let cells = "id,tau_m,refractory\n7,20,2000\n8,15.5,1750\n9,15.5,3000\n10,12,2003\n";
    place.write("cells.csv", cells);
    let thresholds = Array1::from(vec![20.0_f32, 19.25, 21.0, 18.5]);
    ndarray_npy::write_npy(place.path("thresholds.npy"), &thresholds).expect("an array");
    let nodes = File::create(place.path("nodes.h5")).expect("a file");
    let column = |name: &str, values: &[f64]| {
        let values = nodes.new_dataset_builder().with_data(values);
        values.create(name).expect("a column");
    };
    column("nodes/other/0/C_m", &[1.0]);
    column(
        "nodes/cells/0/dynamics_params/C_m",
        &[250.0, 250.0, 275.0, 275.0],
    );
    column("fit/start", &[0.0, 4.5, -3.0, 7.0]);
    place.write("importance.txt", "2.5e-01\n7.5e-01\n");
    place
}

#[test]
fn values_from_files_are_those_in_the_model_file() {
    let place = files();
    place.write("here.toml", network(HERE));
    place.run("--quiet run here.toml --out here");
    place.run("--quiet run model.toml --out elsewhere");
    let fingerprint = |out: &str| {
        let file = RunFile::open(&place.path(&format!("{out}/run.h5")));
        (file.fingerprint(), file.resolved().to_owned())
    };
    let ((here, _), (elsewhere, resolved)) = (fingerprint("here"), fingerprint("elsewhere"));
    assert_eq!(elsewhere, here);
    // What the run file says runs again.
    place.write("again.toml", &resolved);
    place.run("--quiet run again.toml --out again");
    assert_eq!(fingerprint("again"), (here, resolved));
}

#[test]
fn what_a_file_lacks_is_told_at_its_key() {
    let place = files();
    let refused = |key: usize, value: &str| {
        let mut values = ELSEWHERE;
        values[key] = value;
        place.write("wrong.toml", network(values));
        place.refused("check wrong.toml")
    };
    let cases = [
        (
            0,
            r#"{ file = "cells.csv", column = "tau_n" }"#,
            "line 1: found no column `tau_n` in `id,tau_m,refractory`, expected one of `id`, `tau_m`, `refractory`; did you \
             mean `tau_m`?",
        ),
        (
            0,
            r#"{ file = "cell.csv" }"#,
            "cell.csv`: cannot read: No such file or directory",
        ),
        (
            1,
            r#"{ file = "thresholds.npy", column = "v_th" }"#,
            "`population.e.v_th.column` chooses among several, and a `.npy` file holds one array, without a name",
        ),
        (
            2,
            r#"{ file = "cells.csv", column = "refractory", unit = "mV" }"#,
            "`population.e.t_ref.unit` is \"mV\", expected one of `ms`",
        ),
        (
            3,
            r#"{ file = "nodes.h5", column = "C_m" }"#,
            "no population is named; the file has ",
        ),
        (
            3,
            r#"{ file = "nodes.h5", population = "cells" }"#,
            "/nodes/cells/0/dynamics_params: found no `c_m`, expected one of `C_m`; did you mean `C_m`?",
        ),
        (
            3,
            r#"{ file = "nodes.h5", population = "other", column = "C_m" }"#,
            "nodes.h5` holds 1 values, expected 4 in all",
        ),
        (
            4,
            r#"{ file = "cells.csv", column = "tau_m", population = "e" }"#,
            "`population.e.initial.v_m.population` chooses a population of an HDF5 file, and `file` is none",
        ),
        (
            4,
            r#"{ file = "importance.txt" }"#,
            "importance.txt` holds 2 values, expected 4 in all",
        ),
        (
            4,
            r#"{ file = "cells.csv", column = "refractory" }"#,
            "v_m` reaches 3000 mV, expected at most the threshold `v_th`, 21 mV",
        ),
        (
            5,
            r#"{ file = "cells.csv", column = "id" }"#,
            "neuron 0 has 7, expected",
        ),
    ];
    for (key, value, expected) in cases {
        let said = refused(key, value);
        assert!(said.contains(expected), "{value}: {said}");
        assert!(said.contains("--> wrong.toml:"), "{value}: {said}");
    }
}

/// A run that was stopped does not go on with other values than it began with.
#[test]
fn a_run_does_not_go_on_with_other_values() {
    let place = files();
    let command = "run model.toml --quiet --set duration=1000s --max-wall 300ms --out cut";
    let output = place.command(command).output().expect("it starts");
    assert_eq!(output.status.code(), Some(3));
    let cells = place.read("cells.csv").replace("15.5", "15.4");
    place.write("cells.csv", &cells);
    let said = place.refused("resume cut");
    assert!(said.contains("cells.csv"), "{said}");
    place.write("cells.csv", cells.replace("15.4", "15.5"));
    let output = place
        .command("resume cut --quiet --max-wall 100ms")
        .output();
    assert_eq!(output.expect("it starts").status.code(), Some(3));
}
