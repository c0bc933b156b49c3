//! Runs of every kind that are killed without warning at random moments, in training, in sleep, at their ends, and gone on
//! with until they are complete: what they leave is what an uninterrupted run leaves, bit for bit.
//!
//! `SHARPWAVE_TEST_KILLS` says how often each is killed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use sharpwave::record::checkpoint::Checkpoint;
use sharpwave::record::recording::Recording;

use super::run_file::RunFile;
use super::setup::{Place, SMALL, said, shipped};

/// Three seeds that learn and sleep for some tenths of a second each, with controls and everything that a run can leave.
fn nights() -> String {
    SMALL
        .replace("seeds = 2", "seeds = 3")
        .replace("epochs = 2", "epochs = [20, 40]\nbatch = 4")
        .replace("\"400 ms\"", "[\"100 s\", \"60 s\"]")
        .replace(
            "[output]\nfigures = false",
            "[record]\n\
             states = { population = \"hidden1\", first = 3, variables = \"v_m\", every = \"70 ms\" }\n\
             weights = [\"around_sleep\", { projection = \"hidden1_output\", every = \"30 s\" }]\n\
             [checkpoint]\nevery = \"20 ms\"\n\
             [output]\nweights = [\"npz\"]",
        )
}

fn kills(default: u32) -> u32 {
    let asked = std::env::var("SHARPWAVE_TEST_KILLS").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(default)
}

/// Everything that a run left, by the path of its file.
pub fn left(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path
                .strip_prefix(folder)
                .expect("inside")
                .display()
                .to_string();
            let content = match name.ends_with(".h5") {
                true => content(&path).into_bytes(),
                false => std::fs::read(&path).expect("a file"),
            };
            files.insert(name, content);
        }
    }
    files
}

/// Everything in a run file: where values lie in it is not part of the result.
fn content(path: &Path) -> String {
    let file = RunFile::open(path);
    let everything = file.everything();
    assert!(everything.len() > 15, "{}", everything.len());
    format!("{} {} {everything:?}", file.complete(), file.fingerprint())
}

/// Runs `command` to its end, then again and again with kills, and compares. `seen` is told what each kill left behind;
/// returns how often it came to that.
fn kill(place: &Place, command: &str, n: u32, mut seen: impl FnMut(&Checkpoint)) -> u32 {
    let began = Instant::now();
    place.run(&format!("{command} --out whole"));
    let whole_s = began.elapsed().as_secs_f64();
    let whole = left(&place.path("whole"));
    let (mut killed, mut resumed, mut runs) = (0, 0, 0);
    while killed < n {
        runs += 1;
        let out = format!("r{runs}");
        let mut arguments = format!("{command} --out {out}");
        loop {
            let mut child = place.command(&arguments);
            let child = child.stdout(Stdio::null()).stderr(Stdio::piped());
            let mut child = child.spawn().expect("it starts");
            // 0.6180 spreads the moments evenly; squares reach the very beginnings of what is short.
            let moment = (f64::from(killed) * 0.618_034).fract();
            let moment = if killed.is_multiple_of(3) {
                moment * moment
            } else {
                moment
            };
            let end = Instant::now() + Duration::from_secs_f64(moment * 0.6 * whole_s);
            let last = killed >= n;
            let mut status = None;
            while status.is_none() && (last || Instant::now() < end) {
                std::thread::sleep(Duration::from_millis(1));
                status = child.try_wait().expect("a child");
            }
            if status.is_none() {
                child.kill().expect("killed");
                killed += 1;
            }
            let output = child.wait_with_output().expect("ended");
            if let Some(status) = status {
                assert_eq!(status.code(), Some(0), "{out}: {}", said(&output));
                break;
            }
            // Whatever was killed, one of the two goes on: nothing that was not written can be lost.
            match Checkpoint::read(&place.path(&out)) {
                Ok(checkpoint) => {
                    seen(&checkpoint);
                    resumed += 1;
                    arguments = format!("--quiet resume {out} --threads {}", 1 + killed % 3);
                }
                // Killed after it had come to its end.
                Err(_) if place.path(&out).join("run.h5").exists() => {
                    let said = place.run(&format!("resume {out}"));
                    assert!(said.contains("the run is complete"), "{said}");
                    break;
                }
                Err(_) => {}
            }
        }
        let found = left(&place.path(&out));
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&found), names(&whole), "{out}");
        for (name, content) in &found {
            assert!(*content == whole[name], "{out}/{name} differs");
        }
        std::fs::remove_dir_all(place.path(&out)).expect("removed");
    }
    eprintln!("{killed} kills of {runs} runs of {whole_s:.2} s, {resumed} left a checkpoint");
    resumed
}

#[test]
fn nights_killed_again_and_again_end_as_if_nothing_had_been() {
    let place = Place::with_model(&nights());
    let n = kills(12);
    let (mut training, mut asleep) = (0, 0);
    let resumed = kill(&place, "--quiet run model.toml", n, |checkpoint| {
        // The first byte of a state is the number of its bout: of a night, 2 and 6 are sleeps and 4 is the second task; of
        // the first task, which all networks of a seed share, and of controls it is below 4 while they go on.
        let within = |night: bool, bouts: &[u8]| {
            let mut slots = checkpoint.slots.iter();
            slots.any(|(name, slot)| {
                name.ends_with("/sleep") == night && bouts.contains(&slot.state[0])
            })
        };
        asleep += u32::from(within(true, &[2, 6]));
        training += u32::from(within(true, &[4]) || within(false, &[0, 2]));
    });
    eprintln!("of them {training} with a network in training, {asleep} with one asleep");
    assert!(resumed > n / 2, "{resumed} of {n}");
    assert!(training > 0 && asleep > 0, "{training} {asleep}");
}

#[test]
fn networks_killed_again_and_again_end_as_if_nothing_had_been() {
    let place = Place::new();
    let model = shipped("brunel_balanced.toml");
    let command = format!(
        "--quiet run {model} --set parameter.n=1000 --set duration=2s --set figure.raster.from=1900ms \
         --set record.states={{population='i',first=3,variables='v_m',every='0.7ms'}} \
         --set checkpoint.every=20ms --seeds 3 --keep-seeds"
    );
    let n = kills(10);
    let resumed = kill(&place, &command, n, |_| {});
    assert!(resumed > n / 2, "{resumed} of {n}");
    let first = RunFile::open(&place.path("whole/run.h5"));
    let seeds: Vec<u64> = first.fingerprints().iter().map(|(seed, _)| *seed).collect();
    assert_eq!(seeds.len(), 3);
}

#[test]
fn networks_that_learn_killed_again_and_again_end_as_if_nothing_had_been() {
    let place = Place::new();
    let model = shipped("plastic_balanced.toml");
    let command = format!(
        "--quiet run {model} --set parameter.n=500 --set parameter.j=2mV --set duration=2s \
         --set figure.raster.from=1900ms --set record.weights={{projection='e_e',every='100ms'}} --set record.compress=true \
         --set checkpoint.every=20ms"
    );
    let n = kills(10);
    let resumed = kill(&place, &command, n, |_| {});
    assert!(resumed > n / 2, "{resumed} of {n}");
    let run = Recording::open(&place.path("whole/run.h5")).expect("a run file");
    let synapses = run.synapses("e_e").expect("snapshots");
    assert_eq!(synapses.len(), 21);
    let (first, last) = (&synapses[0].synapses, &synapses[20].synapses);
    let moved = first.iter().zip(last).filter(|(a, b)| a.weight != b.weight);
    assert!(10 * moved.count() > 9 * first.len());
}

#[test]
fn a_run_killed_before_its_first_checkpoint_is_run_again_by_the_same_command() {
    let place = Place::with_model(SMALL);
    // What is there between the making of the folder and its first file.
    std::fs::create_dir(place.path("r")).expect("made");
    place.write("r/checkpoint.part", "half of it");
    place.run("--quiet run model.toml --out r");
    assert_eq!(
        place.names("r"),
        ["accuracy.csv", "confusion.csv", "report.html", "run.h5"]
    );
    place.run("--quiet run model.toml --out whole");
    assert!(left(&place.path("r")) == left(&place.path("whole")));
}

#[test]
fn nights_stopped_again_and_again_by_the_clock_end_as_if_nothing_had_been() {
    let place = Place::with_model(&nights());
    place.run("--quiet run model.toml --threads 2 --out whole");
    let mut stops = 0;
    loop {
        let has_begun = place.path("r/checkpoint").exists();
        let what = match has_begun {
            false => "run model.toml --out r",
            true if stops % 2 == 0 => "resume r",
            true => "resume r/run.h5",
        };
        // At once, then with time enough to read and build, on a busy machine too.
        let wall = match stops {
            0..4 => "1e-9h".to_owned(),
            _ => format!("{}ms", 200 + 10 * stops),
        };
        let threads = 1 + stops % 3;
        let arguments = format!("--quiet {what} --threads {threads} --max-wall {wall}");
        let output = place.command(&arguments).output().expect("it runs");
        let error = super::setup::text(&output.stderr);
        if output.status.success() {
            break;
        }
        assert_eq!(output.status.code(), Some(3), "{error}");
        if place.path("r").exists() {
            assert!(error.contains("`sharpwave resume r` goes on"), "{error}");
            // A page as soon as there is something to tell, and what was drawn before a stop between two figures.
            let later = ["report.html", "accuracy.csv", "confusion.csv", "figures"];
            let mut names = place.names("r");
            names.retain(|name| !later.contains(&&name[..]));
            assert_eq!(names, ["checkpoint", "run.h5"]);
        } else {
            assert_eq!(error, "error: stopped early; nothing was written\n");
        }
        stops += 1;
    }
    assert!(stops > 5, "{stops} stops");
    assert!(left(&place.path("r")) == left(&place.path("whole")));
}

/// A run that waits for the lock on an empty folder finds that it is empty no more.
#[test]
fn what_another_run_has_left_meanwhile_is_not_written_over() {
    let place = Place::with_model(SMALL);
    std::fs::create_dir(place.path("r")).expect("made");
    let folder = std::fs::File::open(place.path("r")).expect("opened");
    folder.lock().expect("locked");
    let mut late = place
        .command("--quiet run model.toml --out r")
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    // It waits half a second; one that comes later finds the same.
    std::thread::sleep(std::time::Duration::from_millis(300));
    place.write("r/run.h5", "a run");
    folder.unlock().expect("unlocked");
    assert_eq!(late.wait().expect("it ends").code(), Some(2));
    assert_eq!(place.read("r/run.h5"), "a run");
    assert_eq!(place.names("r"), ["run.h5"]);
}
