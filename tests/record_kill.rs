//! Runs that are killed, watched, or run out of disk: what was flushed is there, and nothing in the file is wrong.
//!
//! The tests start this same program again as a child, which writes spikes until something stops it. Spike k of each
//! population is at k µs and of neuron k % 97, so that any reader can tell whether a spike is right.

#[path = "python/interpreter.rs"]
mod python;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use python::python;
use sharpwave::base::matrix::Matrix;
use sharpwave::base::time::Time;
use sharpwave::record::error::RecordError;
use sharpwave::record::layout::{Layout, Population, Projection};
use sharpwave::record::recover::{RecoverError, recover};
use sharpwave::record::run_file::RunFile;
use sharpwave::record::sink::Sink;
use sharpwave::record::spike_file;
use sharpwave::stimulus::spike_list::SpikeFile;

/// Picoseconds between two spikes of a population.
const STEP_PS: i64 = 1_000_000;
/// Neurons of a population.
const SIZE: usize = 97;
/// Set for the child: the file that it writes.
const CHILD_PATH: &str = "SHARPWAVE_TEST_RUN_FILE";
/// Set for the child: spikes per population after which it finishes; 0 is never.
const CHILD_SPIKES: &str = "SHARPWAVE_TEST_SPIKES";

fn layout() -> Layout {
    let population = |name: &str| Population {
        name: name.to_owned(),
        size: SIZE,
        recorded: SIZE,
    };
    Layout {
        seed: 1,
        resolved: "a = 1\n".to_owned(),
        populations: vec![population("a"), population("b")],
        projections: vec![Projection {
            name: "a to b".to_owned(),
            n_target: SIZE,
            n_source: SIZE,
        }],
        compress_weights: true,
        ..Layout::default()
    }
}

/// Writes spikes and prints after each flush how many of each population are safe. Prints an error and ends on one.
fn write_until_stopped(path: &Path, most: u64) -> Result<(), RecordError> {
    // The announcement before the file exists is what the parent waits for.
    println!("start");
    let mut file = RunFile::create(path, layout())?;
    println!("flushed 0");
    if most > 0 {
        // A run of limited length is one that someone watches: it waits for them.
        std::io::stdin().read_line(&mut String::new()).unwrap();
    }
    let mut spike = 0_u64;
    let mut snapshot = 0.0_f32;
    while most == 0 || spike < most {
        // Odd numbers, so that flushes fall anywhere in a chunk.
        for _ in 0..7_919 {
            let time = Time::from_ps(spike as i64 * STEP_PS);
            let node = [(spike % SIZE as u64) as u32];
            file.spikes(0, time, &node)?;
            file.spikes(1, time, &node)?;
            spike += 1;
        }
        if most > 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        if spike.is_multiple_of(3) {
            file.flush()?;
            println!("flushed {spike}");
        }
        if spike.is_multiple_of(10) {
            let values = Matrix::from_fn(SIZE, SIZE, |_, _| snapshot);
            file.weights(0, "now", Time::from_ps(spike as i64 * STEP_PS), &values)?;
            snapshot += 1.0;
        }
    }
    file.finish("abcd")
}

/// Not a test of its own: the child's part in the others.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD_PATH) else {
        return;
    };
    let most = std::env::var(CHILD_SPIKES).unwrap().parse().unwrap();
    match write_until_stopped(Path::new(&path), most) {
        Ok(()) => println!("finished"),
        Err(error) => println!("error {}", error.to_string().replace('\n', "\\n")),
    }
}

fn child_command(path: &Path, most: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["child", "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD_PATH, path)
        .env(CHILD_SPIKES, most.to_string())
        .stdout(Stdio::piped());
    command
}

/// Waits for the child's first line and returns the rest of its output.
fn wait_for_start(child: &mut Child) -> BufReader<ChildStdout> {
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.trim_end().ends_with("start") {
        line.clear();
        assert_ne!(
            lines.read_line(&mut line).unwrap(),
            0,
            "the child died early"
        );
    }
    lines
}

/// The last number of spikes that the child said was flushed; `None` if it had no file yet.
fn last_flushed(lines: impl BufRead) -> Option<u64> {
    lines
        .lines()
        .map(Result::unwrap)
        // A kill can cut the last line: only whole ones end with a digit and start with the word.
        .filter_map(|line| line.strip_prefix("flushed ")?.parse().ok())
        .max()
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/python")
        .join(name)
}

/// All spikes of a recovered file are right, and there are at least `flushed` of each population.
/// Spikes of a file that has just been closed. Between the fork and the exec of a child that another test of this process
/// starts, the child holds the file's lock too.
fn read_closed(path: &Path, name: &str) -> Vec<(Time, u32)> {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        match spike_file::read(&SpikeFile::new(path).of(name), SIZE) {
            Ok(spikes) => return spikes,
            Err(error) if Instant::now() > deadline => panic!("{error}"),
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn check_recovered(path: &Path, flushed: u64) {
    for name in ["a", "b"] {
        let spikes = read_closed(path, name);
        assert!(
            spikes.len() as u64 >= flushed,
            "{} of {flushed}",
            spikes.len()
        );
        for (k, &(time, node)) in spikes.iter().enumerate() {
            assert_eq!(time.ps(), k as i64 * STEP_PS);
            assert_eq!(node as usize, k % SIZE);
        }
    }
}

#[test]
fn a_killed_run_keeps_every_flushed_spike() {
    const KILLS: u64 = 30;
    let folder = tempfile::tempdir().unwrap();
    let mut killed = Vec::new();
    for round in 0..KILLS {
        let path = folder.path().join(format!("run-{round}.h5"));
        let mut child = child_command(&path, 0).spawn().unwrap();
        let lines = wait_for_start(&mut child);
        // From the very beginning of the file to well past the first flushes; 0.6180 spreads the moments evenly.
        let moment = (round as f64 * 0.618_034).fract();
        std::thread::sleep(Duration::from_secs_f64(0.3 * moment * moment));
        child.kill().unwrap();
        child.wait().unwrap();
        let flushed = last_flushed(lines);

        let copy = folder.path().join(format!("copy-{round}.h5"));
        match (recover(&path, &copy), flushed) {
            (Ok(recovered), _) => {
                let flushed = flushed.unwrap_or(0);
                assert!(!recovered.complete);
                assert!(recovered.spikes.iter().all(|(_, count)| *count >= flushed));
                check_recovered(&copy, flushed);
                killed.push((path, flushed));
            }
            (
                Err(
                    RecoverError::Unreadable { .. }
                    | RecoverError::Damaged { .. }
                    | RecoverError::NotHdf5 { .. },
                ),
                None,
            ) => assert!(!copy.exists()),
            (Err(error), _) => panic!("round {round}: {flushed:?} flushed: {error}"),
        }
    }
    let flushed: Vec<u64> = killed.iter().map(|(_, flushed)| *flushed).collect();
    eprintln!("flushed before each kill: {flushed:?}");
    assert!(flushed.iter().filter(|&&n| n > 0).count() as u64 > KILLS / 2);

    if let Some(python) = python() {
        let mut command = Command::new(python);
        command.arg(script("check_killed.py"));
        for (path, flushed) in &killed {
            command.arg(path).arg(flushed.to_string());
        }
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// A kill leaves half of a write that crosses from one page of memory to the next. Indices and lengths in half are no use: none
/// of them crosses.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_write_that_a_kill_tears_costs_nothing_flushed() {
    let folder = tempfile::tempdir().unwrap();
    let tear = folder.path().join("tear.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/record_kill/tear.c");
    let mut compiler = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
    let compiler = compiler.args(["-O1", "-shared", "-fPIC", "-o"]);
    assert!(compiler.arg(&tear).arg(source).status().unwrap().success());
    for torn in 1..=8 {
        let path = folder.path().join(format!("run-{torn}.h5"));
        let mut child = child_command(&path, 0);
        child
            .env("LD_PRELOAD", &tear)
            .env("TEAR_AT", torn.to_string());
        let output = child.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(!said.contains("finished") && !said.contains("error"));
        // The file is laid out before the first flush; what is torn there is no loss.
        let Some(flushed) = last_flushed(BufReader::new(said.as_bytes())) else {
            continue;
        };
        let copy = folder.path().join(format!("copy-{torn}.h5"));
        let recovered = recover(&path, &copy);
        let recovered = recovered.unwrap_or_else(|error| panic!("torn {torn}: {error}"));
        assert!(!recovered.complete);
        check_recovered(&copy, flushed);
    }
}

#[test]
fn a_run_can_be_watched_while_it_goes_on() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let most = 2_000_000;
    let mut writer = child_command(&path, most)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = wait_for_start(&mut writer);
    let mut reader = Command::new(python)
        .arg(script("watch_run.py"))
        .arg(&path)
        .arg(most.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut seen = BufReader::new(reader.stdout.take().unwrap());
    let mut line = String::new();
    seen.read_line(&mut line).unwrap();
    // Now that someone watches, the run may go on.
    writer.stdin.take().unwrap().write_all(b"\n").unwrap();
    let said: Vec<String> = lines.lines().map(Result::unwrap).collect();
    assert!(said.iter().any(|line| line == "finished"), "{said:?}");
    assert!(writer.wait().unwrap().success());

    seen.read_line(&mut line).unwrap();
    let output = reader.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let looks = line.strip_prefix("watching\n").unwrap().trim_end();
    assert!(looks.parse::<u32>().unwrap() > 5, "{looks} lengths seen");
}

/// Runs the child where no file can grow beyond `blocks` of 512 or 1,024 bytes, which stands in for a full disk: the
/// system refuses to write more. Returns what the child said.
#[cfg(unix)]
fn run_limited(path: &Path, blocks: u32) -> String {
    let child = child_command(path, 0);
    let mut limited = Command::new("sh");
    limited
        .arg("-c")
        .arg(format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\""
        ))
        .arg(child.get_program())
        .args(child.get_args())
        .envs(
            child
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        );
    let output = limited.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{stderr}");
    said
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_one_clear_error_and_loses_nothing_flushed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let said = run_limited(&path, 16_000);
    let expected = format!(
        "error `{}`: cannot write: File too large\\n  help: what was flushed before is kept; if the file does not \
         open, `sharpwave recover` makes an ordinary file of it",
        path.display()
    );
    assert!(said.lines().any(|line| line == expected), "{said}");
    let flushed = last_flushed(BufReader::new(said.as_bytes())).unwrap();
    assert!(flushed > 0);
    let copy = folder.path().join("copy.h5");
    let recovered = recover(&path, &copy).unwrap();
    assert!(!recovered.complete);
    check_recovered(&copy, flushed);
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_from_the_start_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let said = run_limited(&path, 1);
    let expected = format!(
        "error `{}`: cannot create the run file: File too large",
        path.display()
    );
    assert!(said.lines().any(|line| line == expected), "{said}");
    assert!(!path.exists());
}
