//! Checkpoints, with their sum put right: what is in them is restored into a network, which is stopped at once.

use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sharpwave::config::{Options, parse};
use sharpwave::experiment::run;
use sharpwave::record::checkpoint;
use sharpwave::run::progress::{Progress, Watch};

use super::harness::{Target, fuzz};

const NETWORK: &str = r#"
schema = 1
experiment = "network"
duration = "40 ms"
[population.e]
neuron = "lif_exp"
size = 5
tau_m = "20 ms"
tau_syn_ex = "5 ms"
tau_syn_in = "5 ms"
v_th = "15 mV"
t_ref = "2 ms"
[projection.e_e]
source = "e"
target = "e"
rule = "all_to_all"
weight = "40 pA"
axonal_delay = "1.5 ms"
[stimulus.world]
kind = "poisson"
target = "e"
rate = "2 kHz"
weight = "90 pA"
[record]
spikes = "e"
"#;

/// Stops a run after so many looks.
struct After(AtomicU32);

impl Watch for After {
    fn show(&self, _: &Progress<'_>) {}

    fn stopped(&self) -> bool {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(1), Ordering::Relaxed);
        left == 0
    }
}

/// The checkpoint and the run file of a run that was stopped on its way.
static STOPPED: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let model = parse("m.toml", NETWORK, Path::new("/"), &Options::default());
    // Later than its building, earlier than its end.
    for looks in (5..400).step_by(5) {
        let options = run::Options {
            out: Some(folder.path().join(looks.to_string())),
            source: NETWORK.into(),
            ..Default::default()
        };
        let model = model.clone().expect("a model");
        let done = run::run(model, &options, &After(looks.into()));
        if let Ok(done) = done
            && !done.complete
            && done.directory.join("run.h5").exists()
        {
            let read = |name| std::fs::read(done.directory.join(name)).expect("written");
            return [read(checkpoint::FILE), read("run.h5")];
        }
    }
    panic!("the run was never stopped on its way");
});

fn resume(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name, bytes| std::fs::write(folder.path().join(name), bytes).expect("written");
    put(checkpoint::FILE, bytes);
    put("run.h5", &STOPPED[1]);
    match run::resume(folder.path(), &[], &After(1.into())) {
        Ok(_) => "resumed".into(),
        Err(error) => {
            let said = error.to_string();
            said.replace(&folder.path().display().to_string(), "here")
        }
    }
}

/// Puts the sum at the end right.
fn repair(bytes: &mut [u8]) {
    if let Some((content, sum)) = bytes.split_last_chunk_mut::<16>() {
        *sum = checkpoint::hash(content).to_le_bytes();
    }
}

#[test]
fn any_bytes_are_gone_on_with_or_refused() {
    assert_eq!(resume(&STOPPED[0]), "resumed");
    fuzz(&Target {
        name: "checkpoint",
        corpus: vec![STOPPED[0].clone()],
        words: &["1/", "size = 5", "lif_exp", "duration"],
        repair,
        parse: resume,
        // A small network, its threads and its run file.
        room: 64 << 20,
    });
}
