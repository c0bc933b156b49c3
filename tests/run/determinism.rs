//! The same bits again: for any number of threads, any order of declaration, with or without records, from the resolved
//! config, and for a seed by itself.

use super::run_file::{RunFile, bits};
use super::setup::{Place, SMALL};

/// Everything that a run file holds of its own seed's simulation.
fn content(place: &Place, name: &str) -> impl PartialEq + std::fmt::Debug + use<> {
    let file = RunFile::open(&place.path(name));
    (
        file.fingerprint(),
        file.spikes(),
        file.weights(),
        file.accuracy(),
    )
}

#[test]
fn threads_do_not_matter() {
    let place = Place::with_model(SMALL);
    for threads in 1..=3 {
        place.run(&format!(
            "run model.toml --threads {threads} --out t{threads}"
        ));
    }
    let one = content(&place, "t1/run.h5");
    for threads in 2..=3 {
        assert!(
            one == content(&place, &format!("t{threads}/run.h5")),
            "{threads} threads"
        );
        let table = format!("t{threads}/accuracy.csv");
        assert_eq!(place.read("t1/accuracy.csv"), place.read(&table));
    }
    let first = RunFile::open(&place.path("t1/run.h5"));
    assert!(first.spikes().len() > 1000);
    assert_ne!(first.fingerprints()[0].1, first.fingerprints()[1].1);
}

#[test]
fn records_do_not_matter() {
    let place = Place::with_model(SMALL);
    place.run("run model.toml --out all");
    place.run("run model.toml --set record.spikes=[] --set record.weights=off --out none");
    place.run("run model.toml --set record.spikes=['output'] --out output");
    let open = |name: &str| RunFile::open(&place.path(name));
    let (all, none, output) = (
        open("all/run.h5"),
        open("none/run.h5"),
        open("output/run.h5"),
    );
    assert_eq!(all.fingerprints(), none.fingerprints());
    assert_eq!(all.fingerprints(), output.fingerprints());
    assert_eq!(all.accuracy(), none.accuracy());
    assert!(none.populations().is_empty() && none.projections().is_empty());
    assert_eq!(output.populations(), ["output"]);
    assert_eq!(output.spikes_of("output"), all.spikes_of("output"));
}

#[test]
fn samples_snapshots_and_guards_change_nothing_in_a_night() {
    let place = Place::with_model(SMALL);
    place.run("run model.toml --out plain");
    place.run(
        "run model.toml --set record.states={population='hidden1',first=2,variables='v_m',every='7ms'} --set \
         record.weights=['around_sleep',{projection='input_hidden1',at=['0ms','400ms','800ms']}] --set \
         guard.window=13ms --set guard.max_rate=1kHz --out watched",
    );
    let [plain, watched] =
        ["plain", "watched"].map(|out| RunFile::open(&place.path(&format!("{out}/run.h5"))));
    assert_eq!(plain.fingerprints(), watched.fingerprints());
    assert_eq!(plain.accuracy(), watched.accuracy());
    assert_eq!(plain.spikes(), watched.spikes());
    // Two sleeps of 400 ms, end to end on one clock: 0, 7, … 798 ms.
    let (nodes, values) = watched.report("hidden1");
    assert_eq!((nodes, values.len()), (vec![0, 1], 2 * 115));
    assert!(values.iter().any(|&v| v != 0.0) && values.iter().all(|&v| v < 15.0));
    let snapshots = watched.weights_of("input_hidden1");
    let labels: Vec<&str> = snapshots.iter().map(|(label, _)| &label[..]).collect();
    let expected = [
        "before sleep 1",
        "0 ms",
        "after sleep 1",
        "before sleep 2",
        "400 ms",
        "800 ms",
        "after sleep 2",
    ];
    assert_eq!(labels, expected);
    let same = |a: usize, b: usize| bits(&snapshots[a].1) == bits(&snapshots[b].1);
    // The border belongs to the later sleep; nothing happens in the first tick of these, nor at the end.
    assert!(same(0, 1) && same(3, 4) && same(5, 6));
    assert!(!same(0, 2) && !same(2, 3) && !same(3, 6));
}

#[test]
fn a_kept_seed_is_a_run_of_its_own() {
    let place = Place::with_model(SMALL);
    place.run("run model.toml --keep-seeds --out both");
    assert_eq!(
        place.names("both"),
        [
            "accuracy.csv",
            "confusion.csv",
            "report.html",
            "run-seed-6.h5",
            "run.h5"
        ]
    );
    place.run("run model.toml --seed 6 --seeds 1 --out six");
    assert!(content(&place, "both/run-seed-6.h5") == content(&place, "six/run.h5"));
    let table = RunFile::open(&place.path("both/run.h5")).fingerprints();
    let six = RunFile::open(&place.path("six/run.h5")).fingerprint();
    assert_eq!(table[1], (6, six));
}

#[test]
fn the_order_of_sections_does_not_matter() {
    let place = Place::with_model(SMALL);
    let (head, rest) = SMALL.split_at(SMALL.find("\n[").unwrap());
    let mut sections: Vec<&str> = rest.split("\n[").skip(1).collect();
    sections.reverse();
    let sections: Vec<String> = sections
        .iter()
        .map(|section| format!("[{section}"))
        .collect();
    place.write("reversed.toml", format!("{head}\n{}", sections.join("\n")));
    place.run("run model.toml --out a");
    place.run("run reversed.toml --out b");
    assert!(content(&place, "a/run.h5") == content(&place, "b/run.h5"));
}

#[test]
fn the_resolved_config_runs_by_itself() {
    let place = Place::with_model(SMALL);
    place.run("run model.toml --out a");
    let first = RunFile::open(&place.path("a/run.h5"));
    place.write("resolved.toml", first.resolved());
    place.run("run resolved.toml --out b");
    assert!(content(&place, "a/run.h5") == content(&place, "b/run.h5"));
    let second = RunFile::open(&place.path("b/run.h5"));
    assert_eq!(first.fingerprints(), second.fingerprints());
    assert_eq!(first.resolved(), second.resolved());
}
