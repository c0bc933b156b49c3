//! HDF5 files with which the library itself would not end.

use crate::corpus;
use crate::place::Place;

const NETWORK: &str = r#"
schema = 1
experiment = "network"
duration = "10 ms"
[population.a]
neuron = "relay"
size = 10
[population.b]
neuron = "lif"
size = 5
tau_m = "20 ms"
v_th = "20 mV"
"#;

const EDGES: &str = r#"
[projection.p]
source = "a"
target = "b"
rule = "from_file"
file = "it.h5"
weight = "1 mV"
axonal_delay = "1 ms"
"#;

const SPIKES: &str = r#"
[stimulus.s]
kind = "spikes"
target = "a"
file = "it.h5"
weight = 1
"#;

/// What `check` says of the file `name` of the corpus, which `part` of a network reads as `it.h5`.
fn refused(name: &str, part: &str) -> String {
    let place = Place::new();
    std::fs::copy(corpus(name), place.path("it.h5")).expect("copied");
    place.write("model.toml", format!("{NETWORK}{part}"));
    let output = place.command("check model.toml").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    said
}

#[test]
fn a_file_that_the_library_would_read_for_ever_is_refused_in_the_end() {
    let said = refused("hdf5_without_end.h5", EDGES);
    assert!(
        said.contains(
            "the HDF5 library takes more than 2 GiB of memory to look at it: the file is damaged"
        ),
        "{said}"
    );
}

#[test]
fn a_heap_that_leads_nowhere_is_refused_before_the_library_sees_it() {
    let said = refused("hang_1byte.h5", SPIKES);
    assert!(said.contains("heap"), "{said}");
}
