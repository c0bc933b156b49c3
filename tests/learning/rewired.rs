//! Synapses that come and go: the run file tells who is connected with whom at any instant, whatever runs it, and however often
//! it is stopped.

use sharpwave::Recording;
use sharpwave::record::recording::{Edit, Synapses};

use super::setup::{Place, said, shipped};

/// A little of the network that grows, fast.
fn command(more: &str) -> String {
    let model = shipped("growing_network.toml");
    format!(
        "--quiet run {model} --set duration=1500ms --set figure.raster='off' --set record.weight_statistics.every=100ms --set \
         homeostasis.growth.every=50ms --set homeostasis.birth.every=100ms --set homeostasis.birth.from=500ms --set \
         homeostasis.birth.add=20 --set homeostasis.growth.growth=10Hz --set record.rates='off' --set \
         record.weights={{projection='e_e',every='300ms'}} {more}"
    )
}

fn read(place: &Place, out: &str) -> (Vec<Synapses>, Vec<Edit>) {
    let run = Recording::open(&place.path(out)).expect("a run");
    let snapshots = run.synapses("e_e").expect("snapshots");
    (snapshots, run.edits("e_e").expect("edits"))
}

fn pairs(snapshot: &Synapses) -> Vec<(u64, u64)> {
    let all = snapshot.synapses.iter();
    let mut pairs: Vec<(u64, u64)> = all
        .map(|one| (one.source.into(), one.target.into()))
        .collect();
    pairs.sort_unstable();
    pairs
}

#[test]
fn every_snapshot_is_the_first_one_with_all_that_came_and_went() {
    let place = Place::new();
    place.run(&command("--out r"));
    let (snapshots, edits) = read(&place, "r");
    assert_eq!(snapshots.len(), 6);
    assert!(edits.iter().filter(|edit| edit.created).count() > 1000);
    let mut known = pairs(&snapshots[0]);
    let mut edits = edits.into_iter().peekable();
    for snapshot in &snapshots {
        while let Some(edit) = edits.next_if(|edit| edit.time <= snapshot.time) {
            let pair = (edit.source, edit.target);
            match edit.created {
                true => known.push(pair),
                false => {
                    let at = known.iter().position(|known| *known == pair);
                    known.swap_remove(at.expect("a synapse that there was"));
                }
            }
        }
        known.sort_unstable();
        assert_eq!(known, pairs(snapshot), "{}", snapshot.label);
    }
    let grown = snapshots[5].synapses.len();
    assert!(grown > snapshots[0].synapses.len() + 1000, "{grown}");
    let drawn = std::fs::read_to_string(place.path("r/figures/degrees.svg")).expect("a figure");
    assert!(
        drawn.contains("e_e: onto a neuron of e")
            && drawn.contains("Neurons that come while the network runs")
    );
}

#[test]
fn neurons_are_wired_once_they_are_there() {
    let place = Place::new();
    place.run(&command("--out r"));
    let (snapshots, edits) = read(&place, "r");
    // 20 more at 500 ms and every 100 ms after that.
    let born = |ms: f64| 800 + 20 * ((ms / 100.0).floor() as u64).saturating_sub(4);
    for edit in edits.iter().filter(|edit| edit.created) {
        let there = born(edit.time.as_ms());
        assert!(edit.source < there && edit.target < there, "{edit:?}");
    }
    let late = |edit: &&Edit| edit.created && edit.source.max(edit.target) >= 800;
    assert!(edits.iter().filter(late).count() > 10);
    let ends = |snapshot: &Synapses| {
        let all = pairs(snapshot).into_iter();
        all.map(|(source, target)| source.max(target)).max()
    };
    assert!(ends(&snapshots[0]) < Some(800) && ends(&snapshots[1]) < Some(800));
    assert!(
        ends(&snapshots[5]) >= Some(900),
        "{:?}",
        ends(&snapshots[5])
    );
}

#[test]
fn threads_and_stops_change_nothing() {
    let place = Place::new();
    place.run(&command("--threads 1 --out one"));
    let one = read(&place, "one");
    place.run(&command("--threads 3 --out three"));
    assert!(one == read(&place, "three"));
    let begin = command("--threads 2 --set checkpoint.every=5ms --out r");
    let (mut stops, mut wall_ms) = (0, 40);
    let mut last = place.command(&format!("{begin} --max-wall {wall_ms}ms"));
    loop {
        let output = last.output().expect("it runs");
        match output.status.code() {
            Some(0) => break,
            Some(3) => stops += 1,
            _ => panic!("{}", said(&output)),
        }
        wall_ms += 20;
        last = match place.path("r/run.h5").exists() {
            true => place.command(&format!("--quiet resume r --max-wall {wall_ms}ms")),
            false => place.command(&format!("{begin} --max-wall {wall_ms}ms")),
        };
    }
    assert!(stops > 0, "it was stopped");
    assert!(one == read(&place, "r"));
}

#[test]
fn a_network_grows_from_nothing_and_inhibition_from_minus_zero() {
    let place = Place::new();
    place.run(&command("--set projection.e_e.in_degree=0 --out r"));
    let (snapshots, edits) = read(&place, "r");
    assert_eq!(snapshots[0].synapses.len(), 0);
    let grown = &snapshots[5].synapses;
    assert!(grown.len() > 1000 && edits.len() >= grown.len());
    // With both of its delays.
    let ms = [grown[0].delay, grown[0].dendritic].map(sharpwave::base::time::Duration::as_ms);
    assert_eq!(ms, [1.5, 0.5]);

    let balance = shipped("inhibitory_balance.toml");
    place.run(&format!(
        "--quiet run {balance} --set duration=1s --set figure.raster='off' --set projection.i_e.weight='-0pA' --set \
         record.weight_statistics={{projection='i_e',every='1s'}} --out b"
    ));
    let run = Recording::open(&place.path("b")).expect("a run");
    let last = run
        .weight_statistics("i_e")
        .expect("statistics")
        .pop()
        .expect("one");
    assert!(last.1.min < 0.0 && last.1.max <= 0.0, "{last:?}");
}
