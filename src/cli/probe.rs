//! `probe`, which nobody types: a process that looks at an HDF5 file ahead of the one that reads it, and can be ended
//! where the HDF5 library cannot.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant, SystemTime};

use crate::record::{ahead, probe};

/// How long one call of the library may take. They read a few kilobytes each; the slowest disk is faster.
const PATIENCE: Duration = Duration::from_secs(30);

/// Time between two signs of life, and between two looks at the stop.
const BEAT: Duration = Duration::from_millis(50);

/// Has a process look at every HDF5 file before this one reads it.
pub(super) fn install(stop: &'static AtomicBool) {
    // A file that many projections read is looked at once.
    let seen: Mutex<BTreeSet<(PathBuf, u64, Option<SystemTime>)>> = Mutex::default();
    ahead::install(move |path| {
        let Ok(meta) = path.metadata() else {
            return Ok(());
        };
        let key = (path.to_owned(), meta.len(), meta.modified().ok());
        if seen.lock().is_ok_and(|seen| seen.contains(&key)) {
            return Ok(());
        }
        ask(path, stop)?;
        if let Ok(mut seen) = seen.lock() {
            seen.insert(key);
        }
        Ok(())
    });
}

/// Looks at the file at `path` and shows signs of life on stdout.
pub(super) fn run(path: &Path) {
    let mut last = Instant::now();
    probe::walk(path, &mut || {
        if last.elapsed() >= BEAT {
            last = Instant::now();
            let mut out = std::io::stdout().lock();
            // Whoever listened is gone: there is nobody to look for.
            if out.write_all(b".").and_then(|()| out.flush()).is_err() {
                std::process::exit(0);
            }
        }
    });
}

fn ask(path: &Path, stop: &AtomicBool) -> Result<(), String> {
    let Ok(program) = std::env::current_exe() else {
        return Ok(());
    };
    let mut command = Command::new(program);
    command.arg("probe").arg("--").arg(path);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    match command.stdout(Stdio::piped()).spawn() {
        Ok(child) => watch(child, stop, PATIENCE),
        // Where no process can be started, the file is read at once.
        Err(error) => {
            tracing::debug!("no look ahead at `{}`: {error}", path.display());
            Ok(())
        }
    }
}

/// Waits for `child`, as long as it shows signs of life and nobody asks to stop.
fn watch(mut child: Child, stop: &AtomicBool, patience: Duration) -> Result<(), String> {
    let (alive, signs) = channel();
    let stdout = child.stdout.take();
    std::thread::spawn(move || {
        let mut stdout = stdout;
        let mut byte = [0];
        while let Some(stdout) = &mut stdout
            && stdout.read(&mut byte).is_ok_and(|n| n > 0)
        {
            if alive.send(()).is_err() {
                break;
            }
        }
    });
    let mut last = Instant::now();
    loop {
        match signs.recv_timeout(BEAT) {
            Ok(()) => last = Instant::now(),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let stopped = stop.load(Ordering::Relaxed);
        if stopped || last.elapsed() > patience {
            // It may have ended by itself meanwhile.
            let _ = child.kill();
            let _ = child.wait();
            return match stopped {
                true => Ok(()),
                false => Err(format!(
                    "the HDF5 library came to no end with it in {} s: the file is damaged\n  help: `h5dump` or h5py would \
                     hang, too; get the file anew",
                    patience.as_secs_f64()
                )),
            };
        }
    }
    match child.wait() {
        Ok(status) if !status.success() && !stop.load(Ordering::Relaxed) => Err(format!(
            "the HDF5 library fails at it ({status}): the file is damaged"
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static GO: AtomicBool = AtomicBool::new(false);

    fn shell(script: &str, patience_ms: u64) -> Result<(), String> {
        let mut command = Command::new("sh");
        let child = command.args(["-c", script]).stdout(Stdio::piped()).spawn();
        watch(child.unwrap(), &GO, Duration::from_millis(patience_ms))
    }

    #[test]
    fn a_process_without_signs_of_life_is_ended() {
        let before = Instant::now();
        let said = shell("exec sleep 100", 200).unwrap_err();
        assert!(
            said.starts_with("the HDF5 library came to no end with it in 0.2 s"),
            "{said}"
        );
        assert!(before.elapsed() < Duration::from_secs(50));
    }

    #[test]
    fn a_slow_process_is_waited_for_and_a_fallen_one_told() {
        let slow = "for i in 1 2 3 4 5 6 7 8; do printf .; sleep 0.2; done";
        assert_eq!(shell(slow, 1000), Ok(()));
        let said = shell("kill -SEGV $$", 1000).unwrap_err();
        assert!(
            said.starts_with("the HDF5 library fails at it (signal: 11"),
            "{said}"
        );
    }
}
