//! Synapses go to files and come back: the network that is read from them has the same spikes, bit for bit.

use std::process::Command;

use sharpwave::Recording;

use super::python::python;
use super::setup::{Place, root, shipped, text};

/// A small network with drawn weights and delays.
const MODEL: &str = r#"
schema = 1
experiment = "network"
seed = 3
duration = "200 ms"

[population.e]
neuron = "lif"
size = 120
tau_m = "20 ms"
e_l = "0 mV"
v_th = "20 mV"
v_reset = "10 mV"
t_ref = "2 ms"

[population.i]
like = "e"
size = 30

[projection.e_all]
source = "e"
target = ["e", "i"]
rule = "fixed_probability"
probability = 0.2
weight = { distribution = "normal", mean = "0.8 mV", sd = "0.2 mV" }
axonal_delay = { distribution = "uniform", low = "0.5 ms", high = "3 ms" }
dendritic_delay = "0.3 ms"

[projection.i_all]
source = "i"
target = ["e", "i"]
rule = "fixed_in_degree"
in_degree = 6
weight = "-2.1 mV"
axonal_delay = "1 ms"

[stimulus.background]
kind = "poisson"
target = ["e", "i"]
rate = "10 kHz"
weight = "0.2 mV"

[record]
spikes = ["e", "i"]
"#;

fn fingerprint(place: &Place, out: &str) -> String {
    let run = Recording::open(&place.path(out)).expect("a run");
    run.fingerprint().expect("complete").to_owned()
}

/// [`MODEL`] with both projections from files of this ending.
fn listed(ending: &str) -> String {
    let [head, e_all, rest] = {
        let (head, rest) = MODEL
            .split_once("rule = \"fixed_probability\"")
            .expect("a rule");
        let (e_all, rest) = rest.split_once("[projection.i_all]").expect("a projection");
        [head, e_all, rest]
    };
    assert!(e_all.contains("probability"));
    let (ends, rest) = rest
        .split_once("rule = \"fixed_in_degree\"")
        .expect("a rule");
    let (_, rest) = rest.split_once("[stimulus").expect("a stimulus");
    let file = |name: &str| format!("rule = \"from_file\"\nfile = \"{name}.{ending}\"\n\n");
    format!(
        "{head}{}[projection.i_all]{ends}{}[stimulus{rest}",
        file("e_all"),
        file("i_all")
    )
}

#[test]
fn a_network_as_built_comes_back() {
    let place = Place::with_model(MODEL);
    place.run("--quiet run model.toml --out whole");
    for ending in ["npz", "h5"] {
        for name in ["e_all", "i_all"] {
            let out = format!("--out {name}.{ending}");
            let said = place.run(&format!("export model.toml --projection {name} {out}"));
            assert!(
                said.contains(&format!("synapses of {name}, as built, from")),
                "{said}"
            );
        }
        place.write("listed.toml", listed(ending));
        place.run(&format!("--quiet run listed.toml --out {ending}"));
        assert_eq!(
            fingerprint(&place, ending),
            fingerprint(&place, "whole"),
            "{ending}"
        );
        // What comes back and is exported again is the same file.
        place.run(&format!(
            "export listed.toml --projection e_all --out again.{ending}"
        ));
        if ending == "npz" {
            let weights = |name: &str| std::fs::read(place.path(name)).expect("a file");
            let (once, again) = (weights("e_all.npz"), weights("again.npz"));
            assert_eq!(once.len(), again.len());
        }
    }
}

/// Each synapse that learns has its own dendritic part back, unless the model file gives one for all.
#[test]
fn dendritic_parts_that_were_drawn_come_back() {
    let plasticity = "plasticity = { rule = \"stdp_pair\", w_max = \"4 mV\", a_plus = 0.05 }\n";
    let drawn =
        "dendritic_delay = { distribution = \"uniform\", low = \"0.5 ms\", high = \"4 ms\" }\n";
    let recorded = "weights = { projection = \"e_all\", at = [\"200 ms\"] }\n";
    let learns = MODEL
        .replace("sd = \"0.2 mV\"", "sd = \"0.2 mV\", low = \"0 mV\"")
        .replace(
            "dendritic_delay = \"0.3 ms\"\n",
            &format!("{drawn}{plasticity}"),
        )
        + recorded;
    let place = Place::with_model(&learns);
    place.run("--quiet run model.toml --out whole");
    let synapses = |out: &str| {
        let run = Recording::open(&place.path(out)).expect("a run");
        run.synapses("e_all").expect("snapshots").remove(0).synapses
    };
    for ending in ["npz", "h5"] {
        for name in ["e_all", "i_all"] {
            place.run(&format!(
                "export model.toml --projection {name} --out {name}.{ending}"
            ));
        }
        let file = format!("file = \"e_all.{ending}\"\n");
        let on = listed(ending).replace(&file, &format!("{file}{plasticity}")) + recorded;
        place.write("listed.toml", &on);
        let said = place.run(&format!("run listed.toml --out {ending}"));
        assert!(!said.contains("not used"), "{said}");
        assert_eq!(fingerprint(&place, ending), fingerprint(&place, "whole"));
        assert_eq!(synapses(ending), synapses("whole"), "{ending}");
        // What comes back and is exported again has them too.
        place.run(&format!(
            "export listed.toml --projection e_all --out again.{ending}"
        ));
        if ending == "npz" {
            let bytes = |name: &str| std::fs::read(place.path(name)).expect("a file");
            assert_eq!(bytes("e_all.npz"), bytes("again.npz"));
        }
        // The key wins, and the file is said to be passed over.
        let given = on.replace(&file, &format!("{file}dendritic_delay = \"0 ms\"\n"));
        place.write("given.toml", &given);
        let command = format!("run given.toml --out given-{ending}");
        let output = place.command(&command).output().expect("it starts");
        let said = text(&output.stderr);
        assert!(output.status.success(), "{said}");
        let told = "`dendritic_delay` is not used: the model file gives `dendritic_delay`";
        assert!(said.contains(told), "{said}");
        let own = synapses(&format!("given-{ending}"));
        assert!(own.iter().all(|one| one.dendritic.ps() == 0));
    }
}

#[test]
fn the_dendritic_part_of_a_listed_delay_is_given_beside_the_file() {
    let plasticity = "plasticity = { rule = \"stdp_pair\", w_max = \"4 mV\", a_plus = 0.05 }\n";
    let dendritic = "dendritic_delay = \"0.3 ms\"\n";
    let learns = MODEL
        .replace("sd = \"0.2 mV\"", "sd = \"0.2 mV\", low = \"0 mV\"")
        .replace(dendritic, &format!("{dendritic}{plasticity}"));
    let place = Place::with_model(&learns);
    place.run("--quiet run model.toml --out whole");
    for name in ["e_all", "i_all"] {
        place.run(&format!(
            "export model.toml --projection {name} --out {name}.h5"
        ));
    }
    let plain = listed("h5");
    let file = "file = \"e_all.h5\"\n";
    let whole = plain.replace(file, &format!("{file}{dendritic}{plasticity}"));
    place.write("listed.toml", &whole);
    place.run("--quiet run listed.toml --out listed");
    assert_eq!(fingerprint(&place, "listed"), fingerprint(&place, "whole"));
    // The file says so too.
    place.write("unsaid.toml", whole.replace(dendritic, ""));
    place.run("--quiet run unsaid.toml --out unsaid");
    assert_eq!(fingerprint(&place, "unsaid"), fingerprint(&place, "whole"));
    // It matters: with all of the delay before the synapse other spikes pair.
    let axonal = whole.replace(dendritic, "dendritic_delay = \"0 ms\"\n");
    place.write("axonal.toml", axonal);
    place.run("--quiet run axonal.toml --out axonal");
    assert_ne!(fingerprint(&place, "axonal"), fingerprint(&place, "whole"));
    // What the file has is the whole delay.
    let said = place.refused("run listed.toml --set projection.e_all.dendritic_delay=2ms --out r");
    assert!(
        said.contains("dendritic_delay is 2 ms, and a delay of the file is 0.8 ms"),
        "{said}"
    );
    let checked = place.run("check listed.toml");
    assert!(
        checked.contains("dendritic_delay = \"0.3 ms\""),
        "{checked}"
    );
    assert!(!checked.contains("axonal_delay"), "{checked}");
}

#[test]
fn delays_of_none_come_back_between_populations() {
    let model = r#"
schema = 1
experiment = "network"
duration = "100 ms"
[population.r]
neuron = "poisson"
size = 3
rate = "50 Hz"
[population.v]
neuron = "lif"
size = 3
tau_m = "20 ms"
v_th = "1 mV"
[projection.p]
source = "r"
target = "v"
rule = "one_to_one"
weight = "2 mV"
axonal_delay = "0 ms"
[record]
spikes = ["r", "v"]
"#;
    let place = Place::with_model(model);
    place.run("--quiet run model.toml --out whole");
    for ending in ["npz", "h5"] {
        place.run(&format!(
            "export model.toml --projection p --out p.{ending}"
        ));
        let rule = "rule = \"one_to_one\"\nweight = \"2 mV\"\naxonal_delay = \"0 ms\"";
        let file = format!("rule = \"from_file\"\nfile = \"p.{ending}\"");
        place.write("listed.toml", model.replace(rule, &file));
        place.run(&format!("--quiet run listed.toml --out {ending}"));
        assert_eq!(
            fingerprint(&place, ending),
            fingerprint(&place, "whole"),
            "{ending}"
        );
    }
    // Among delays there is no such thing, nor within a population.
    place.write(
        "p.csv",
        "source,target,weight,delay_ms\n0,0,2,0\n1,1,2,1.5\n",
    );
    place.write(
        "listed.toml",
        place.read("listed.toml").replace("p.h5", "p.csv"),
    );
    let said = place.refused("run listed.toml --out r");
    assert!(
        said.contains("delays of the file are 0 ms and 1.5 ms"),
        "{said}"
    );
    place.write("p.csv", "source,target,weight,delay_ms\n0,1,2,0\n");
    let within = place
        .read("listed.toml")
        .replace("source = \"r\"", "source = \"v\"");
    place.write("within.toml", within);
    let said = place.refused("run within.toml --out r");
    assert!(
        said.contains("within a population spikes take time"),
        "{said}"
    );
}

/// The command that runs a small network that learns, with `more` options.
fn learning(more: &str) -> String {
    let model = shipped("plastic_balanced.toml");
    let sets = "--set parameter.n=250 --set figure.raster='off' --set record.weights={projection='e_e',every='50ms'} --set \
                record.weight_statistics='off' --set duration=100ms";
    format!("--quiet run {model} {sets} {more}")
}

#[test]
fn weights_that_were_learnt_come_back() {
    let place = Place::new();
    place.run(&learning("--out r"));
    let run = Recording::open(&place.path("r")).expect("a run");
    let snapshots = run.synapses("e_e").expect("snapshots");
    // All of the file is resolved: it reads back as a model of its own.
    let go_on = |file: &str| {
        let text = run.model();
        let start = text.find("[projection.e_e]").expect("the projection");
        let end = start
            + text[start..]
                .find("\n[projection.e_i]")
                .expect("the next one");
        let plasticity = text[start..end]
            .lines()
            .find(|line| line.starts_with("plasticity"));
        let listed = format!(
            "[projection.e_e]\nsource = \"e\"\ntarget = \"e\"\nrule = \"from_file\"\nfile = \"{file}\"\naxonal_delay = \"0.5 \
             ms\"\ndendritic_delay = \"1 ms\"\n{}\n",
            plasticity.expect("a rule")
        );
        format!("{}{listed}{}", &text[..start], &text[end..])
    };
    for (at, number) in [(Some("0.05 s"), 1), (Some("50 ms"), 1), (None, 2)] {
        for ending in ["npz", "h5"] {
            let name = at.unwrap_or("last").replace(' ', "_");
            let file = format!("{name}.{ending}");
            let mut command = place.command("export r --projection e_e --out");
            command.arg(&file);
            command.args(at.iter().flat_map(|at| ["--at", at]));
            let output = command.output().expect("it starts");
            assert!(output.status.success(), "{}", text(&output.stderr));
            place.write("on.toml", go_on(&file));
            let out = format!("{name}-{ending}");
            place.run(&format!("--quiet run on.toml --out {out}"));
            let on = Recording::open(&place.path(&out)).expect("a run");
            let first = &on.synapses("e_e").expect("snapshots")[0];
            assert!(first.synapses == snapshots[number].synapses, "{out}");
        }
    }
}

#[test]
fn an_export_says_that_synapses_that_never_learn_are_not_in_a_run_file() {
    let place = Place::new();
    for (given, told) in [
        ("", false),
        ("--set projection.e_e.plasticity.sources=[0,1]", true),
    ] {
        place.run(&learning(&format!("{given} --out r{told}")));
        let mut export =
            place.command(&format!("export r{told} --projection e_e --out {told}.npz"));
        let output = export.output().expect("it starts");
        assert!(output.status.success());
        let said = text(&output.stderr);
        assert_eq!(
            said.contains("`sources` and `targets` leave out"),
            told,
            "{said}"
        );
    }
}

#[test]
fn a_matrix_is_exported_as_strong_as_it_acts() {
    let place = super::statistics::matrix();
    for (from, out) in [
        ("model.toml", "built"),
        ("r --at 0ms", "begun"),
        ("r", "learnt"),
    ] {
        place.run(&format!("export {from} --projection a_b --out {out}.npz"));
    }
    let bytes = |out: &str| std::fs::read(place.path(&format!("{out}.npz"))).expect("a file");
    assert!(
        bytes("built") == bytes("begun"),
        "weights, delays and sizes"
    );
    assert!(bytes("built") != bytes("learnt"), "it learns");
}

#[test]
fn other_programs_read_what_is_exported() {
    let Some(python) = python() else { return };
    let place = Place::with_model(MODEL);
    for ending in ["npz", "h5"] {
        place.run(&format!(
            "export model.toml --projection e_all --out edges.{ending}"
        ));
    }
    let output = Command::new(python)
        .arg(root().join("tests/python/check_edges.py"))
        .args([
            place.path("edges.npz"),
            place.path("edges.h5"),
            place.path("csr.npz"),
        ])
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", text(&output.stderr));
    // The same matrix by rows, as SciPy keeps it.
    place.write("listed.toml", listed("npz").replace("e_all.npz", "csr.npz"));
    place.run("export model.toml --projection i_all --out i_all.npz");
    place.run("--quiet run listed.toml --out csr");
    place.run("--quiet run model.toml --out whole");
    assert_eq!(fingerprint(&place, "csr"), fingerprint(&place, "whole"));
}

#[test]
fn a_layer_that_is_misspelt_is_told_which_there_are() {
    let place = Place::with_model(super::setup::SMALL);
    place.run("--quiet run model.toml --out r");
    let said = place.refused("export r --projection input_hiden1 --out a.npz");
    assert!(said.contains("did you mean `input_hidden1`?"), "{said}");
}

#[test]
fn what_cannot_be_exported_is_refused_before_anything_is_written() {
    let place = Place::with_model(MODEL);
    let refused = |arguments: &str| {
        let said = place.refused(arguments);
        assert!(!place.path("edges.npz").exists());
        said
    };
    assert_eq!(
        refused("export model.toml --projection e_al --out edges.npz"),
        "error: `model.toml`: has no projection `e_al`\n  help: did you mean `e_all`?\n"
    );
    assert_eq!(
        refused("export model.toml --projection e_all --out edges.mat"),
        "error: `edges.mat`: found no ending of a file of edges, expected .npz (SciPy) or .h5 (SONATA)\n"
    );
    assert_eq!(
        refused("export model.toml --projection e_all --at 1s --out edges.npz"),
        "error: `--at` names a snapshot of a run; `model.toml` is a model file, whose synapses are exported as they are \
         built\n"
    );
    place.run("--quiet run model.toml --out r");
    assert!(refused("export r --projection e_all --out edges.npz").contains(
        "the weights of `e_all` were not recorded\n  help: name it in `record.weights` of the model file"
    ));
    let learnt = "--set parameter.n=250 --set duration=20ms --set record.weight_statistics='off' --set figure.raster='off' --set \
                  record.weights={projection='e_e',at=['0ms','20ms']}";
    let model = shipped("plastic_balanced.toml");
    place.run(&format!("--quiet run {model} {learnt} --out l"));
    assert!(refused("export l --projection e_e --at 7ms --out edges.npz").ends_with(
        "no snapshot of `e_e` is called `7ms` or was taken then\n  help: there are `0 ms`, `20 ms`\n"
    ));
    // Synapses that come and go are in the file by what became of them alone.
    let model = shipped("growing_network.toml");
    let bare = "--set duration=2s --set figure={} --set record.weight_statistics='off' --set record.weights='off'";
    place.run(&format!("--quiet run {model} {bare} --out g"));
    assert!(
        refused("export g --projection e_e --out edges.npz")
            .contains("the weights of `e_e` were not recorded")
    );
    place.write("edges.h5", "there");
    assert!(
        place
            .refused("export model.toml --projection e_all --out edges.h5")
            .contains("exists")
    );
    assert_eq!(place.read("edges.h5"), "there");
    // What is no matrix, or one of other sizes.
    place.write("e_all.npz", b"PK\x03\x04 and no more");
    place.run("export model.toml --projection e_all --out i_all.npz");
    place.write("listed.toml", listed("npz"));
    assert!(
        place
            .refused("run listed.toml --out x")
            .contains("e_all.npz")
    );
    std::fs::remove_file(place.path("e_all.npz")).expect("removed");
    place.run("export model.toml --projection i_all --out e_all.npz");
    let said = place.refused("run listed.toml --out x");
    assert!(
        said.contains("shape: found 30 × 150, expected 120 × 150, sources by targets"),
        "{said}"
    );
}
