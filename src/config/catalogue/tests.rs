//! What is described is what is read.

use std::path::Path;

use super::*;
use crate::base::suggest;
use crate::config::{Options, parse};
use crate::network::projection::rules;
use crate::stimulus;

/// The error of a network whose projection and stimulus have these lines.
fn error(projection: &str, stimulus: &str) -> String {
    drawn("\"20 ms\"", projection, stimulus)
}

/// The same with a time constant that may be drawn.
fn drawn(tau_m: &str, projection: &str, stimulus: &str) -> String {
    let text = format!(
        "schema = 1\nexperiment = \"network\"\nduration = \"1 s\"\n\
         [population.a]\nneuron = \"lif\"\nsize = 5\ntau_m = {tau_m}\nv_th = \"20 mV\"\n\
         [projection.p]\n{projection}\n[stimulus.s]\n{stimulus}\n"
    );
    let read = parse("m", &text, Path::new("/"), &Options::default());
    read.map_or_else(|error| error.to_string(), |_| String::new())
}

fn all_names(kinds: &[KindSpec]) -> String {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
    format!("one of {}", suggest::list(&names))
}

fn all_of(specs: Vec<&'static Spec>) -> String {
    let names: Vec<&str> = specs.iter().map(|spec| spec.name).collect();
    format!("one of {}", suggest::list(&names))
}

#[test]
fn every_name_that_is_read_is_described() {
    let error = error("rule = \"?\"", "kind = \"?\"");
    assert!(error.contains(&all_of(rules())), "{error}");
    assert!(error.contains(&all_of(stimulus::specs())), "{error}");
    let error = drawn("{ distribution = \"?\" }", "rule = \"?\"", "kind = \"?\"");
    assert!(error.contains(&all_names(DISTRIBUTIONS)), "{error}");
}

#[test]
fn the_sections_that_are_described_have_these_keys_and_no_other() {
    let network = "schema = 1\nexperiment = \"network\"\nduration = \"1 s\"\n\
                   [population.a]\nneuron = \"lif\"\nsize = 5\ntau_m = \"20 ms\"\n";
    for section in SECTIONS {
        let mut lines: String = section
            .keys
            .iter()
            .map(|key| format!("{} = []\n", key.name))
            .collect();
        lines += "surplus = 1\n";
        // Bouts are a list, and have the run's duration in parts.
        let (head, table) = match section.name {
            "bout" => (
                network.replacen("duration = \"1 s\"\n", "", 1),
                "[[bout]]".into(),
            ),
            name => (network.to_owned(), format!("[{name}]")),
        };
        let text = format!("{head}v_th = \"20 mV\"\n{table}\n{lines}");
        let error = parse("m", &text, Path::new("/"), &Options::default());
        let error = error.map_or_else(|error| error.to_string(), |_| String::new());
        assert_eq!(error.matches("unknown key").count(), 1, "{error}");
        for key in section.keys {
            assert!(
                error.contains(&format!("`{}`", key.name)),
                "{}: {error}",
                key.name
            );
        }
    }
}

#[test]
fn every_key_that_is_described_is_known_and_no_other() {
    let lines = |named: String, keys: &[&str]| {
        let keys: String = keys.iter().map(|key| format!("{key} = []\n")).collect();
        named + &keys + "surplus = 1"
    };
    let known = |error: String, name: &str| {
        assert!(error.contains("unknown key `surplus`"), "{error}");
        assert_eq!(error.matches("unknown key").count(), 1, "{error}");
        assert!(!error.contains("does not belong"), "{name}: {error}");
    };
    let rule = |name: &str, keys: &[&str]| {
        let lines = lines(format!("rule = \"{name}\"\n"), keys);
        known(error(&lines, "kind = \"?\""), name);
    };
    let names = |keys: &'static [KeySpec]| keys.iter().map(|key| key.name);
    for known in rules() {
        let own = known.parameters.iter().map(|own| own.name);
        let keys: Vec<&str> = own.chain(names(keys_of_projections(known))).collect();
        rule(known.name, &keys);
    }
    for form in DISTRIBUTIONS {
        let keys = form.keys.iter().map(|key| format!(", {} = []", key.name));
        let keys: String = keys.collect();
        let table = format!("{{ distribution = \"{}\"{keys}, surplus = 1 }}", form.name);
        known(drawn(&table, "rule = \"?\"", "kind = \"?\""), form.name);
    }
    for entry in stimulus::REGISTRY {
        let own = entry.spec.parameters.iter().map(|own| own.name);
        let keys: Vec<&str> = own.chain(names(keys_of_stimuli(entry))).collect();
        let lines = lines(format!("kind = \"{}\"\n", entry.spec.name), &keys);
        known(error("rule = \"?\"", &lines), entry.spec.name);
    }
}
