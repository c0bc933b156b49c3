//! Runs that are stopped or killed and gone on with: what is left is what an uninterrupted run leaves, bit for bit.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sharpwave::record::lock::lock;

use super::run_file::RunFile;
use super::setup::{Place, said, shipped, text};
use super::stop::{end_soon, signal, start};

/// Seconds of work, with everything that a run of a network can leave.
fn command(every: &str, out: &str) -> String {
    let model = shipped("brunel_balanced.toml");
    format!(
        "--quiet run {model} --set parameter.n=1000 --set duration=20s --set figure.raster.from=19900ms \
         --set record.states={{population='i',first=3,variables='v_m',every='0.7ms'}} \
         --set checkpoint.every={every} --threads 1 --out {out}"
    )
}

/// What is left in `out`.
fn left(place: &Place, out: &str) -> (String, Vec<String>, Vec<String>) {
    let file = RunFile::open(&place.path(&format!("{out}/run.h5")));
    assert!(file.complete());
    let texts = [
        file.fingerprint(),
        format!("{:?}", file.fingerprints()),
        format!("{:?}", file.spikes()),
        format!("{:?}", file.report("i")),
        place.read(&format!("{out}/rates.csv")),
        place.read(&format!("{out}/figures/raster.svg")),
    ];
    (file.fingerprint(), texts.into(), file.bouts())
}

fn assert_same(place: &Place, out: &str, whole: &(String, Vec<String>, Vec<String>)) {
    let found = left(place, out);
    assert_eq!(found.0, whole.0, "{out}");
    for (at, (found, whole)) in found.1.iter().zip(&whole.1).enumerate() {
        assert!(found == whole, "{out}: part {at} differs");
    }
    assert_eq!(found.2, whole.2, "{out}");
    assert_eq!(
        place.names(out),
        ["figures", "rates.csv", "report.html", "run.h5"]
    );
}

/// Waits for `what` to be so.
fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "no {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Waits until the run in `out` has begun to write spikes: its file is longer than it was laid out.
fn wait_for_spikes(place: &Place, out: &str) {
    let path = place.path(&format!("{out}/run.h5"));
    let bytes = || std::fs::metadata(&path).map_or(0, |meta| meta.len());
    wait_for("run file", || bytes() > 0);
    let first = bytes();
    wait_for("spikes", || bytes() > first);
}

/// The table alone, not where it was written.
fn table(printed: &str) -> &str {
    printed.split("\nWritten to").next().unwrap_or_default()
}

#[test]
fn killed_again_and_again_a_run_ends_as_if_nothing_had_been() {
    const RUNS: u32 = 2;
    const KILLS: u32 = 4;
    let place = Place::new();
    let began = Instant::now();
    let printed = place.run(&command("off", "whole"));
    let whole_s = began.elapsed().as_secs_f64();
    let whole = left(&place, "whole");
    let mut resumed = 0;
    for run in 0..RUNS {
        let out = format!("r{run}");
        for kill in 0..KILLS {
            let arguments = match kill {
                0 => command("50ms", &out),
                _ => format!("--quiet resume {out} --threads {}", 1 + kill % 2),
            };
            let mut child = place.command(&arguments);
            let mut child = child.stdout(Stdio::null()).spawn().expect("it starts");
            if kill == 0 {
                let path = place.path(&format!("{out}/checkpoint"));
                wait_for("checkpoint", || path.exists());
            }
            // 0.6180 spreads the moments evenly.
            let share = (f64::from(run * KILLS + kill) * 0.618_034).fract();
            std::thread::sleep(Duration::from_secs_f64(0.7 * share * whole_s));
            child.kill().expect("killed");
            child.wait().expect("ended");
            resumed += u32::from(place.path(&format!("{out}/checkpoint")).exists());
        }
        // The last kill may have come too late.
        if place.path(&format!("{out}/checkpoint")).exists() {
            let last = place.run(&format!("--quiet resume {out}/checkpoint"));
            assert_eq!(table(&last), table(&printed));
        }
        assert_same(&place, &out, &whole);
    }
    assert!(resumed > RUNS * KILLS / 2, "{resumed} of {}", RUNS * KILLS);
}

#[test]
fn signals_and_the_clock_stop_a_run_that_then_goes_on() {
    let place = Place::new();
    let printed = place.run(&command("off", "whole"));
    let whole = left(&place, "whole");
    let next = "error: stopped early; `r/run.h5` is readable up to where the run stood\n  help: `sharpwave resume r` \
                goes on from there\n";

    let mut child = start(&place, &command("off", "r"));
    wait_for_spikes(&place, "r");
    signal(&child, "INT");
    assert_eq!(end_soon(&mut child), Some(3));
    assert_eq!(text(&child.wait_with_output().expect("ended").stderr), {
        format!("warning: stopping where the run file is whole; once more to quit at once\n{next}")
    });
    // A page as soon as there is something to tell.
    let mut names = place.names("r");
    names.retain(|name| name != "report.html");
    assert_eq!(names, ["checkpoint", "run.h5"]);
    let file = RunFile::open(&place.path("r/run.h5"));
    assert!(!file.complete());
    let spikes = file.spikes_of("e").len();
    drop(file);

    for round in 0..2 {
        // A busy machine may need longer to begin.
        let stopped = [300, 1_000, 3_000, 10_000].into_iter().find(|wall_ms| {
            let resume = format!("--quiet resume r/run.h5 --max-wall {wall_ms}ms");
            let output = place.command(&resume).output().expect("it runs");
            let said = said(&output);
            assert_eq!(output.status.code(), Some(3), "round {round}: {said}");
            text(&output.stderr) == next
        });
        assert!(stopped.is_some(), "round {round}");
    }
    let file = RunFile::open(&place.path("r/run.h5"));
    assert!(file.spikes_of("e").len() > spikes, "it went on");
    drop(file);
    let last = place.run("--quiet resume r");
    assert_eq!(table(&last), table(&printed));
    assert_same(&place, "r", &whole);
    assert_eq!(
        place.run("resume r"),
        "`r`: the run is complete, there is nothing to go on with\n"
    );
    assert_same(&place, "r", &whole);

    let output = place
        .command(&format!("{} --max-wall 1e-9h", command("off", "w")))
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert_eq!(
        text(&output.stderr),
        "error: stopped early; nothing was written\n"
    );
    place.run(&command("off", "w"));
    assert_same(&place, "w", &whole);
}

#[test]
fn what_cannot_be_gone_on_with_is_refused_and_kept() {
    let place = Place::new();
    let stop = |out: &str, more: &str| {
        let mut child = start(&place, &format!("{} {more}", command("off", out)));
        wait_for_spikes(&place, out);
        signal(&child, "INT");
        assert_eq!(end_soon(&mut child), Some(3));
    };
    stop("r", "");
    stop("other", "--set parameter.g=4.5");
    let content = |name: &str| std::fs::read(place.path(name)).expect("a file");
    let (run, checkpoint) = (content("r/run.h5"), content("r/checkpoint"));
    let refused = |message: &str| {
        let before = (content("r/run.h5"), place.names("r"));
        let said = place.refused("--quiet resume r");
        assert!(said.contains(message), "{said}");
        assert!(
            before == (content("r/run.h5"), place.names("r")),
            "{message}"
        );
    };
    place.write("r/checkpoint", &checkpoint[..checkpoint.len() - 1]);
    refused("`r/checkpoint`: the checkpoint is truncated or damaged");
    place.write("r/checkpoint", "mine");
    refused("`r/checkpoint`: is not a checkpoint");
    place.write("r/checkpoint", content("other/checkpoint"));
    refused("`r/run.h5`: holds a run of another model");
    place.write("r/checkpoint", &checkpoint);
    // Of a run stopped early the second half may hold nothing yet; its tables are gone with this.
    place.write("r/run.h5", &run[..4096]);
    refused("`r/run.h5`: ");
    place.write("r/run.h5", &run);
    std::fs::remove_file(place.path("r/checkpoint")).expect("removed");
    refused("`r/checkpoint`: no such file");
    place.write("r/checkpoint", &checkpoint);
    for (path, message) in [
        ("nowhere", "`nowhere`: found no run"),
        (".", "`.`: found no run"),
    ] {
        let said = place.refused(&format!("resume {path}"));
        assert!(said.contains(message), "{said}");
    }

    // Only one program may write a run.
    let held = lock(&place.path("r")).expect("nobody else");
    refused("another program is writing this run");
    drop(held);
    place.run("--quiet resume r");
}

/// A system that writes no more than so many blocks per file stands in for a full disk.
#[test]
fn after_a_full_disk_a_run_goes_on_from_its_checkpoint() {
    let place = Place::new();
    place.run(&command("off", "whole"));
    let whole = left(&place, "whole");
    let size = std::fs::metadata(place.path("whole/run.h5"))
        .expect("a file")
        .len();
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(format!(
            "trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"",
            size / 2 / 512
        ))
        .arg(super::setup::program())
        .args(command("50ms", "r").split_whitespace())
        .current_dir(place.path(""));
    let output = shell.output().expect("a shell");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let error = text(&output.stderr);
    assert!(
        error.contains("`r/run.h5`: cannot write: File too large"),
        "{error}"
    );
    assert!(
        error.contains("`sharpwave resume r` goes on from the last checkpoint"),
        "{error}"
    );
    assert!(place.names("r").contains(&"checkpoint".to_owned()));
    place.run("--quiet resume r");
    assert_same(&place, "r", &whole);
}
