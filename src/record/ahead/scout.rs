//! The process that looks at an HDF5 file ahead of the one that reads it, and can be ended where the HDF5 library cannot.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use crate::record::probe;

/// Processor time that one call of the library may take. A choice: each reads a few kilobytes, which takes milliseconds,
/// and a loop without end takes all there is. Waiting, for a slow disk or a shell that has stopped the program, takes none.
const PATIENCE: Duration = Duration::from_secs(30);

/// Memory that the library may take, in bytes. A choice: the names in a group of ten million take half of it, and there are
/// loops that take all there is.
const MOST_MEMORY: u64 = 2 << 30;

/// Exit code of a process that took it.
const GREEDY: u8 = 5;

/// Exit code of a process that could not look: what programs and interpreters give that fail by themselves.
const BLIND: i32 = 1;

/// Time between two renewals of the limit, and between two looks at the stop.
const BEAT: Duration = Duration::from_millis(50);

/// First pause between two looks at a process, longer by a quarter each time up to a beat: a file that was looked at for some
/// milliseconds then waits for a few.
const FIRST_PAUSE: Duration = Duration::from_millis(1);

/// How long after a signal ended the process a stop is waited for: Ctrl-C goes to both, in any order.
const GRACE: Duration = Duration::from_secs(1);

/// Has a process look at every HDF5 file before this one reads it: that of `command`, which is to call [`look`] with the
/// path and end with the code that it gives. Where `command` knows none, files are read at once. While it looks, `stopped`
/// is asked again and again whether the file is to be left alone, in the thread that reads it.
///
/// The first call counts, as that of [`install`](super::install).
pub fn install(
    command: impl Fn(&Path) -> Option<Command> + Send + Sync + 'static,
    stopped: impl Fn() -> bool + Send + Sync + 'static,
) {
    // A file that many projections read is looked at once.
    let seen: Mutex<BTreeSet<(PathBuf, u64, Option<SystemTime>)>> = Mutex::default();
    super::install(move |path| {
        let Ok(meta) = path.metadata() else {
            return Ok(());
        };
        let key = (path.to_owned(), meta.len(), meta.modified().ok());
        if seen.lock().is_ok_and(|seen| seen.contains(&key)) {
            return Ok(());
        }
        if let Some(command) = command(path) {
            ask(path, command, &stopped)?;
        }
        if let Ok(mut seen) = seen.lock() {
            seen.insert(key);
        }
        Ok(())
    });
}

/// Looks at the file at `path`; the system ends this process where the library comes to no end.
///
/// # Errors
/// The code to exit with where the library took all the memory that it may.
pub fn look(path: &Path) -> Result<(), u8> {
    // Who is sent ahead sends nobody.
    super::trust(path);
    limit::set(PATIENCE);
    limit::set_memory(MOST_MEMORY);
    let mut last = Instant::now();
    probe::walk(path, &mut || {
        if last.elapsed() >= BEAT {
            last = Instant::now();
            limit::set(PATIENCE);
        }
    });
    // Who is refused the last of it gets on, but the next one, without a limit, would not.
    match limit::most_memory().is_some_and(|most| most > MOST_MEMORY / 10 * 9) {
        true => Err(GREEDY),
        false => Ok(()),
    }
}

fn ask(path: &Path, mut command: Command, stopped: &dyn Fn() -> bool) -> Result<(), String> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    match command.stderr(Stdio::null()).spawn() {
        Ok(child) => watch(child, stopped),
        // Where no process can be started, the file is read at once.
        Err(error) => {
            tracing::debug!("no look ahead at `{}`: {error}", path.display());
            Ok(())
        }
    }
}

/// Waits for `child`, unless somebody asks to stop: then the file is not to be opened.
fn watch(mut child: Child, stopped: &dyn Fn() -> bool) -> Result<(), String> {
    let early = || Err("stopped early".to_owned());
    let mut pause = FIRST_PAUSE;
    loop {
        match child.try_wait() {
            Ok(None) => {}
            Ok(Some(status)) if status.success() || status.code() == Some(BLIND) => return Ok(()),
            Ok(Some(status)) => {
                let end = End::of(status);
                return match matches!(end, End::Elsewhere(_)) && asked_within(GRACE, stopped) {
                    true => early(),
                    false => Err(end.to_string()),
                };
            }
            // Nobody can tell how it ended: as where it cannot be started.
            Err(_) => return Ok(()),
        }
        if stopped() {
            // It may have ended by itself meanwhile.
            let _ = child.kill();
            let _ = child.wait();
            return early();
        }
        std::thread::sleep(pause);
        pause = (pause * 5 / 4).min(BEAT);
    }
}

/// Whether `stopped` becomes true within `time`.
fn asked_within(time: Duration, stopped: &dyn Fn() -> bool) -> bool {
    let began = Instant::now();
    while !stopped() {
        if began.elapsed() >= time {
            return false;
        }
        std::thread::sleep(BEAT);
    }
    true
}

/// How a process ended that did not come to its end.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error(
        "the HDF5 library came to no end with it in {} s: the file is damaged\n  help: `h5dump` or h5py would hang, too; get \
         the file anew",
        PATIENCE.as_secs()
    )]
    Never,
    #[error(
        "the HDF5 library takes more than {} GiB of memory to look at it: the file is damaged\n  help: `h5dump` or h5py \
         would do so, too; get the file anew",
        MOST_MEMORY >> 30
    )]
    Greedy,
    #[error("the HDF5 library fails at it ({0}): the file is damaged")]
    Fallen(ExitStatus),
    #[error(
        "the process that looks at it ahead was ended from outside ({0}); nothing is known of the file\n  help: the system \
         does so where memory runs out (signal 9); try again"
    )]
    Elsewhere(ExitStatus),
}

impl End {
    #[cfg(unix)]
    fn of(status: ExitStatus) -> Self {
        use rustix::process::Signal;
        use std::os::unix::process::ExitStatusExt;

        let own = [
            Signal::SEGV,
            Signal::BUS,
            Signal::ABORT,
            Signal::FPE,
            Signal::ILL,
        ];
        if status.code() == Some(GREEDY.into()) {
            return Self::Greedy;
        }
        match status.signal() {
            Some(signal) if signal == Signal::XCPU.as_raw() => Self::Never,
            Some(signal) if !own.map(Signal::as_raw).contains(&signal) => Self::Elsewhere(status),
            _ => Self::Fallen(status),
        }
    }

    #[cfg(not(unix))]
    fn of(status: ExitStatus) -> Self {
        Self::Fallen(status)
    }
}

/// The limit of processor time, which the system keeps for this process, also when whoever asked is gone.
#[cfg(unix)]
mod limit {
    use std::time::Duration;

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};

    /// Allows this process `more` processor time from here on, to a second, within what it was started with.
    pub(super) fn set(more: Duration) {
        let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
        let maximum = getrlimit(Resource::Cpu).maximum;
        let until = used + 1 + more.as_secs();
        let current = Some(maximum.map_or(until, |maximum| maximum.min(until)));
        // Where a limit is refused the walk goes on without.
        let _ = setrlimit(Resource::Cpu, Rlimit { current, maximum });
        // The signal would leave a core file.
        let core = Rlimit {
            current: Some(0),
            maximum: getrlimit(Resource::Core).maximum,
        };
        let _ = setrlimit(Resource::Core, core);
    }

    /// Allows this process `most` bytes of memory, within what it was started with, where it can tell what it took.
    pub(super) fn set_memory(most: u64) {
        let maximum = getrlimit(Resource::As).maximum;
        let current = Some(maximum.map_or(most, |maximum| maximum.min(most)));
        if most_memory().is_some() {
            let _ = setrlimit(Resource::As, Rlimit { current, maximum });
        }
    }

    /// The most memory that this process has had mapped, in bytes, where the system tells.
    pub(super) fn most_memory() -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let mut lines = status.lines();
        let kib = lines.find_map(|line| line.strip_prefix("VmPeak:"))?;
        let kib: u64 = kib.trim().trim_end_matches(" kB").trim().parse().ok()?;
        Some(kib << 10)
    }
}

#[cfg(not(unix))]
mod limit {
    pub(super) fn set(_more: std::time::Duration) {}

    pub(super) fn set_memory(_most: u64) {}

    pub(super) fn most_memory() -> Option<u64> {
        None
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    const NEVER: fn() -> bool = || false;
    const ALREADY: fn() -> bool = || true;

    fn shell(script: &str, stopped: fn() -> bool) -> Result<(), String> {
        let child = Command::new("sh").args(["-c", script]).spawn();
        watch(child.unwrap(), &stopped)
    }

    #[test]
    fn a_process_that_uses_up_its_processor_time_came_to_no_end() {
        let said = shell("ulimit -c 0; ulimit -S -t 1; while :; do :; done", NEVER).unwrap_err();
        assert!(
            said.starts_with("the HDF5 library came to no end with it in 30 s"),
            "{said}"
        );
    }

    #[test]
    fn a_process_that_waits_is_waited_for_and_a_fallen_one_told() {
        assert_eq!(shell("sleep 2", NEVER), Ok(()));
        let said = shell("ulimit -c 0; kill -SEGV $$", NEVER).unwrap_err();
        assert!(
            said.starts_with("the HDF5 library fails at it (signal: 11"),
            "{said}"
        );
        let said = shell("exit 5", NEVER).unwrap_err();
        assert!(said.contains("more than 2 GiB of memory"), "{said}");
        assert!(shell("exit 2", NEVER).is_err_and(|said| said.contains("fails at it")));
    }

    #[test]
    fn who_could_not_look_says_nothing_of_the_file() {
        assert_eq!(shell("exit 1", NEVER), Ok(()));
    }

    #[test]
    fn a_process_that_somebody_ended_says_nothing_of_the_file() {
        for signal in ["KILL", "TERM", "INT"] {
            let said = shell(&format!("kill -{signal} $$"), NEVER).unwrap_err();
            assert!(said.contains("ended from outside (signal: "), "{said}");
            assert!(!said.contains("damaged"), "{said}");
        }
    }

    #[test]
    fn a_stop_ends_the_process_and_does_not_let_the_file_be_opened() {
        let before = Instant::now();
        assert!(shell("exec sleep 100", ALREADY).is_err());
        assert!(shell("kill -INT $$", ALREADY).is_err_and(|said| said == "stopped early"));
        assert!(before.elapsed() < Duration::from_secs(50));
    }
}
