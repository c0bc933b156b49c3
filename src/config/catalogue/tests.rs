//! What is described is what is read.

use std::path::Path;

use super::*;
use crate::base::suggest;
use crate::config::{Options, parse};

/// What is wrong with a network that has these lines besides a population.
fn error(tau_m: &str, lines: &str) -> String {
    let text = format!(
        "schema = 1\nexperiment = \"network\"\nduration = \"1 s\"\n[population.a]\nneuron = \"lif\"\nsize = 5\n\
         tau_m = {tau_m}\nv_th = \"20 mV\"\n{lines}"
    );
    let read = parse("m", &text, Path::new("/"), &Options::default());
    read.map_or_else(|error| error.to_string(), |_| String::new())
}

/// Checks that a table with these keys, and one that there is not, is found fault with for that one alone.
fn knows(head: &str, keys: &[Row]) {
    let lines: String = keys
        .iter()
        .map(|key| format!("{} = []\n", key.name))
        .collect();
    let error = error("\"20 ms\"", &format!("{head}\n{lines}surplus = 1\n"));
    assert!(error.contains("unknown key `surplus`"), "{error}");
    assert_eq!(error.matches("unknown key").count(), 1, "{head}: {error}");
    assert!(!error.contains("does not belong"), "{head}: {error}");
}

#[test]
fn every_name_that_is_read_is_described() {
    let list = |names: Vec<&str>| format!("one of {}", suggest::list(&names));
    let names = |specs: Vec<&'static Spec>| list(specs.iter().map(|spec| spec.name).collect());
    let lines = "[projection.p]\nrule = \"?\"\n[stimulus.s]\nkind = \"?\"\n";
    let found = error("{ distribution = \"?\" }", lines);
    assert!(found.contains(&names(rules())), "{found}");
    assert!(found.contains(&names(crate::stimulus::specs())), "{found}");
    let forms = distributions();
    let forms = list(forms.iter().map(|form| form.name).collect());
    assert!(found.contains(&forms), "{found}");
}

#[test]
fn every_key_that_is_described_is_known_and_no_other() {
    for rule in rules() {
        let head = format!("[projection.p]\nrule = \"{}\"", rule.name);
        let keys: Vec<Row> = [keys_of(rule), keys_of_projections(rule)].concat();
        knows(
            &head,
            &keys
                .into_iter()
                .filter(|key| key.name != "rule")
                .collect::<Vec<_>>(),
        );
    }
    for kind in crate::stimulus::specs() {
        let head = format!("[stimulus.s]\nkind = \"{}\"", kind.name);
        let keys: Vec<Row> = [keys_of(kind), keys_of_stimuli(kind)].concat();
        knows(
            &head,
            &keys
                .into_iter()
                .filter(|key| key.name != "kind")
                .collect::<Vec<_>>(),
        );
    }
    for page in sections() {
        if [
            "engine",
            "guard",
            "checkpoint",
            "figure.raster",
            "record.rates",
        ]
        .contains(&page.name)
        {
            knows(&format!("[{}]", page.name), &page.keys);
        }
    }
}

#[test]
fn every_key_is_described_once_and_says_what_it_is() {
    for page in sections().into_iter().chain(distributions()) {
        for (at, key) in page.keys.iter().enumerate() {
            assert!(
                !key.doc.is_empty() && !key.value.is_empty(),
                "{}: {key:?}",
                page.name
            );
            let before = &page.keys[..at];
            assert!(
                before.iter().all(|other| other.name != key.name),
                "{}: {key:?}",
                page.name
            );
        }
    }
}
