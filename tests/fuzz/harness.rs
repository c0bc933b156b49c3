//! Runs a target: corpus, mutants, what they must not do, and where the inputs go that did it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;

use super::mutator::Mutator;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// One parser under fire.
pub struct Target {
    /// Its name: that of its file, and of the folder of inputs that broke it.
    pub name: &'static str,
    /// Good and bad inputs to start from, small ones.
    pub corpus: Vec<Vec<u8>>,
    /// Words of the format, which random bytes would not hit upon.
    pub words: &'static [&'static str],
    /// Puts right what guards a format's content, such as checksums; applied to half of the mutants.
    pub repair: fn(&mut [u8]),
    /// Parses an input, and says in a few words what came of it. Numbers and names in `backticks` do not count: an answer
    /// that differs in anything else is a new one.
    pub parse: fn(&[u8]) -> String,
    /// Bytes of memory that are allowed beside ten times the input.
    pub room: usize,
}

/// Memory that any parser may take, however small the input.
pub const ROOM: usize = 4 << 20;

/// Executions of a target unless `SHARPWAVE_FUZZ` says otherwise: about half a second.
const EXECUTIONS: u64 = 2_000;
/// No input of this size may take longer.
const SLOW: Duration = Duration::from_secs(1);
/// What takes so long will not end: the process is ended, since a thread cannot be.
const HANGS: Duration = Duration::from_secs(30);
/// Larger pools hold more of the same.
const LARGEST_POOL: usize = 4_000;

/// What is running, for the thread that watches.
static RUNNING: Mutex<Option<(&'static str, Instant)>> = Mutex::new(None);
/// One target at a time: memory is counted for the whole process.
static TURN: Mutex<()> = Mutex::new(());

thread_local! {
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `target`.
///
/// # Panics
/// If an input broke it, with each way and an input for it.
pub fn fuzz(target: &Target) {
    let _turn = lock(&TURN);
    let executions = number("SHARPWAVE_FUZZ").unwrap_or(EXECUTIONS);
    let seed = number("SHARPWAVE_FUZZ_SEED").unwrap_or(1);
    let mut run = Run::new(target);
    watch();
    let begun = Instant::now();
    for input in known(target.name) {
        run.execute(&input);
    }
    let mut pool = target.corpus.clone();
    for input in &target.corpus {
        run.execute(input);
    }
    let mut mutator = Mutator::new(seed, target.words);
    for execution in 0..executions {
        let mut input = mutator.mutant(&pool);
        if execution % 2 == 0 {
            (target.repair)(&mut input);
        }
        if run.execute(&input) && pool.len() < LARGEST_POOL {
            pool.push(input);
        }
    }
    let (answers, seconds) = (run.answers.len(), begun.elapsed().as_secs_f64());
    println!(
        "{}: {} executions in {seconds:.1} s, {answers} different answers, {} faults",
        target.name,
        run.executed,
        run.faults.len()
    );
    let faults: Vec<String> = run.faults.into_values().collect();
    // From here on panics are the test's own.
    drop(std::panic::take_hook());
    assert!(faults.is_empty(), "{}:\n{}", target.name, faults.join("\n"));
}

struct Run<'a> {
    target: &'a Target,
    folder: PathBuf,
    /// What is running now, for when the process dies: its length in eight bytes, then the input.
    running: File,
    executed: u64,
    answers: HashSet<String>,
    /// A message for each way in which the target broke.
    faults: BTreeMap<String, String>,
}

impl<'a> Run<'a> {
    fn new(target: &'a Target) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
        fs::create_dir_all(&folder).expect("a folder");
        std::panic::set_hook(Box::new(|panic| {
            PANIC.set(Some(panic.to_string()));
        }));
        let running = File::create(folder.join(format!("{}.running", target.name)));
        Self {
            target,
            folder,
            running: running.expect("a file"),
            executed: 0,
            answers: HashSet::new(),
            faults: BTreeMap::new(),
        }
    }

    /// Whether the answer to `input` is a new one.
    fn execute(&mut self, input: &[u8]) -> bool {
        // Nothing else is left of a process that a stack or the memory ended.
        let length = (input.len() as u64).to_le_bytes();
        let noted = self.running.rewind();
        noted
            .and_then(|()| self.running.write_all(&[&length, input].concat()))
            .expect("written");
        self.executed += 1;
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let answer = self.timed(input);
        let memory = MEMORY.peak_usage().saturating_sub(before);
        let (answer, mut time) = match answer {
            Ok(answer) => answer,
            Err(panic) => {
                let place = panic.lines().next().unwrap_or_default().to_owned();
                self.fault(&place, &panic, input);
                return false;
            }
        };
        // A busy machine is no fault of the parser.
        for _ in 0..2 {
            if time > SLOW {
                time = self.timed(input).map_or(time, |(_, again)| again.min(time));
            }
        }
        if time > SLOW {
            self.fault(
                "slow",
                &format!("{time:?} for {} bytes", input.len()),
                input,
            );
        }
        if memory > 10 * input.len() + self.target.room {
            let much = format!("{memory} bytes of memory for {} bytes", input.len());
            self.fault("memory", &much, input);
        }
        self.answers.insert(outline(&answer))
    }

    /// The parser's answer and the time it took, or its panic.
    fn timed(&self, input: &[u8]) -> Result<(String, Duration), String> {
        let begun = Instant::now();
        *lock(&RUNNING) = Some((self.target.name, begun));
        let answer = catch_unwind(AssertUnwindSafe(|| (self.target.parse)(input)));
        *lock(&RUNNING) = None;
        let time = begun.elapsed();
        answer
            .map(|answer| (answer, time))
            .map_err(|_| PANIC.take().unwrap_or_default())
    }

    fn fault(&mut self, kind: &str, what: &str, input: &[u8]) {
        if self.faults.contains_key(kind) {
            return;
        }
        let name = format!("{}-{}", self.target.name, self.faults.len());
        let path = self.folder.join(name);
        fs::write(&path, input).expect("written");
        let message = format!("{what}\n  input: {}", path.display());
        self.faults.insert(kind.into(), message);
    }
}

/// `answer` without what names and numbers it holds.
fn outline(answer: &str) -> String {
    let mut outline = String::new();
    for (n, part) in answer.split('`').enumerate() {
        if n % 2 == 0 {
            outline.extend(part.chars().filter(|c| !c.is_ascii_digit()));
        }
    }
    outline.truncate(outline.floor_char_boundary(200));
    outline
}

/// Inputs that broke `target` once.
fn known(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz")
        .join(target);
    match folder.is_dir() {
        true => files(&folder),
        false => Vec::new(),
    }
}

/// The content of every file in `folder`, in the order of their names.
pub fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    let read = |path: &PathBuf| fs::read(path).expect("a file");
    paths.iter().map(read).collect()
}

/// The weight files of the tests whose names end in one of `endings`.
pub fn weight_files(endings: &[&str]) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/weights");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the weight files")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            let ending = path.extension().unwrap_or_default().to_string_lossy();
            endings.contains(&ending.as_ref())
        })
        .collect();
    paths.sort();
    let read = |path: &PathBuf| fs::read(path).expect("a file");
    paths.iter().map(read).collect()
}

/// What `read` says of `bytes` in a file called `name`.
pub fn with_file(name: &str, bytes: &[u8], read: impl Fn(&Path) -> String) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    read(&path)
}

/// Leaves the input as it is: for formats without checksums.
pub fn as_it_is(_: &mut [u8]) {}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().expect("a number of executions, or a seed"))
}

/// Ends the process when a parser does not come back; the input lies in `TARGET.running`.
fn watch() {
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(Duration::from_millis(500));
            if let Some((target, begun)) = *lock(&RUNNING)
                && begun.elapsed() > HANGS
            {
                eprintln!("{target} hangs: its input is target/tmp/fuzz/{target}.running");
                std::process::exit(101);
            }
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
