//! The checkpoint of a run whose jobs go on side by side: each job saves itself into a slot of its own, and all slots go
//! into one file.
//!
//! When a checkpoint is due, every job that runs saves itself at its next look; the last of them writes the file. A job
//! that is held up for long (its thread may have taken on another job meanwhile) is not waited for: its old state is as
//! good, only older.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::base::heap;
use crate::record::checkpoint::{self, Checkpoint, Slot};
use crate::record::output::OutputError;

/// How long a checkpoint that is due waits for jobs that do not look.
const PATIENCE: Duration = Duration::from_secs(5);

/// The checkpoint of one run.
pub struct Ledger<'a> {
    folder: &'a Path,
    every: Option<Duration>,
    clock: Instant,
    /// When the next checkpoint is due, in microseconds of `clock`, and which one it is. Who reads both reads the round first: while
    /// the file is written none is due.
    due: AtomicU64,
    round: AtomicU64,
    state: Mutex<State>,
    /// Held while the file is written.
    writing: Mutex<()>,
}

struct State {
    checkpoint: Checkpoint,
    /// Jobs that run, and the round for which each saved itself last.
    running: BTreeMap<String, Option<u64>>,
}

/// The slot of a job that runs.
pub struct Place<'a> {
    ledger: &'a Ledger<'a>,
    name: String,
    /// The round for which it saved itself last.
    saved: Option<u64>,
}

impl<'a> Ledger<'a> {
    /// The ledger of the run in `folder`, from `checkpoint` on, written `every` so often, or only when told.
    pub fn new(folder: &'a Path, checkpoint: Checkpoint, every: Option<Duration>) -> Self {
        let ledger = Self {
            folder,
            every,
            clock: Instant::now(),
            due: AtomicU64::new(u64::MAX),
            round: AtomicU64::new(0),
            state: Mutex::new(State {
                checkpoint,
                running: BTreeMap::new(),
            }),
            writing: Mutex::new(()),
        };
        ledger.postpone();
        ledger
    }

    /// What the job called `name` saved last, if it did.
    pub fn slot(&self, name: &str) -> Option<Slot> {
        self.lock().checkpoint.slots.get(name).cloned()
    }

    /// Whether the job called `name` has saved something that is not forgotten.
    pub fn holds(&self, name: &str) -> bool {
        self.lock().checkpoint.slots.contains_key(name)
    }

    /// The job called `name` runs from now on, until its place is given up.
    pub fn begin(&'a self, name: &str) -> Place<'a> {
        self.lock().running.insert(name.to_owned(), None);
        Place {
            ledger: self,
            name: name.to_owned(),
            saved: None,
        }
    }

    /// Forgets what the job called `name` saved: nothing will ask for it any more.
    pub fn forget(&self, name: &str) {
        self.lock().checkpoint.slots.remove(name);
    }

    /// Writes the file.
    ///
    /// # Errors
    /// If it cannot be written; the last one stays.
    pub fn write(&self) -> Result<(), OutputError> {
        let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = self.lock().checkpoint.bytes();
        let written = checkpoint::write(self.folder, bytes);
        heap::give_back();
        drop(writing);
        written
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change of it is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        self.clock.elapsed().as_micros() as u64
    }

    fn postpone(&self) {
        let every = self.every.map(|every| every.as_micros() as u64);
        let due = every.map_or(u64::MAX, |every| self.now().saturating_add(every));
        self.due.store(due, Ordering::Release);
    }

    /// The round at hand, and when it is due.
    fn at_hand(&self) -> (u64, u64) {
        let round = self.round.load(Ordering::Acquire);
        (round, self.due.load(Ordering::Acquire))
    }

    /// Ends a round: writes the file, or says why there is none. That there is no room for one is no reason to end a run.
    fn end_round(&self, round: u64) {
        let state = self.lock();
        if self.at_hand().0 != round {
            return;
        }
        // What a job saves while the file is written is for no round: the next one asks it again.
        self.due.store(u64::MAX, Ordering::Release);
        self.round.store(round + 1, Ordering::Release);
        drop(state);
        if let Err(error) = self.write() {
            tracing::warn!("no checkpoint: {error}");
        }
        self.postpone();
    }
}

impl Place<'_> {
    /// Whether the job is to save itself; if it has, and others do not come to that, writes the file without them.
    pub fn is_due(&self) -> bool {
        let (round, due) = self.ledger.at_hand();
        let now = self.ledger.now();
        if now < due {
            return false;
        }
        if self.saved != Some(round) {
            return true;
        }
        if now - due > PATIENCE.as_micros() as u64 {
            self.ledger.end_round(round);
        }
        false
    }

    /// Puts `slot` in the place of what the job saved before; writes the file if a checkpoint is due and all have saved
    /// themselves.
    pub fn put(&mut self, slot: Slot) {
        let (round, due) = self.ledger.at_hand();
        let is_due = self.ledger.now() >= due;
        self.saved = is_due.then_some(round);
        let mut state = self.ledger.lock();
        state.checkpoint.slots.insert(self.name.clone(), slot);
        state.running.insert(self.name.clone(), self.saved);
        let all = state.running.values().all(|saved| *saved == Some(round));
        drop(state);
        if all && is_due {
            self.ledger.end_round(round);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.ledger.lock().running.remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(byte: u8) -> Slot {
        Slot {
            state: vec![byte],
            lengths: None,
        }
    }

    fn saved(folder: &Path) -> Vec<(String, u8)> {
        let read = Checkpoint::read(folder).unwrap();
        let slots = read.slots.into_iter();
        slots.map(|(name, slot)| (name, slot.state[0])).collect()
    }

    #[test]
    fn the_last_job_to_save_itself_writes_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let every = Some(Duration::from_millis(20));
        let ledger = Ledger::new(folder.path(), Checkpoint::default(), every);
        let (mut a, mut b) = (ledger.begin("a"), ledger.begin("b"));
        assert!(!a.is_due());
        std::thread::sleep(Duration::from_millis(30));
        assert!(a.is_due());
        a.put(slot(1));
        assert!(!a.is_due() && b.is_due());
        assert!(Checkpoint::read(folder.path()).is_err());
        b.put(slot(2));
        assert_eq!(saved(folder.path()), [("a".into(), 1), ("b".into(), 2)]);
        assert!(!a.is_due() && !b.is_due(), "the next is not due yet");
        // Once the other has ended, nobody waits for it, and its state stays.
        drop(b);
        std::thread::sleep(Duration::from_millis(30));
        a.put(slot(3));
        assert_eq!(saved(folder.path()), [("a".into(), 3), ("b".into(), 2)]);
        ledger.forget("b");
        ledger.write().unwrap();
        assert_eq!(saved(folder.path()), [("a".into(), 3)]);
        assert_eq!(ledger.slot("a").unwrap(), slot(3));
    }

    #[test]
    fn what_is_saved_while_the_file_is_written_is_for_no_round() {
        let folder = tempfile::tempdir().unwrap();
        let every = Some(Duration::from_millis(20));
        let ledger = Ledger::new(folder.path(), Checkpoint::default(), every);
        let (mut a, mut b) = (ledger.begin("a"), ledger.begin("b"));
        std::thread::sleep(Duration::from_millis(30));
        b.put(slot(1));
        std::thread::scope(|scope| {
            let writing = ledger.writing.lock().unwrap();
            let last = scope.spawn(|| a.put(slot(1)));
            while ledger.at_hand().0 == 0 {
                std::thread::yield_now();
            }
            assert!(!b.is_due(), "the file is being written");
            b.put(slot(2));
            drop(writing);
            last.join().unwrap();
        });
        std::thread::sleep(Duration::from_millis(30));
        assert!(a.is_due() && b.is_due());
        b.put(slot(3));
        a.put(slot(3));
        assert_eq!(saved(folder.path()), [("a".into(), 3), ("b".into(), 3)]);
    }

    #[test]
    fn without_an_interval_it_is_written_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(folder.path(), Checkpoint::default(), None);
        let mut a = ledger.begin("a");
        std::thread::sleep(Duration::from_millis(2));
        assert!(!a.is_due());
        a.put(slot(1));
        assert!(Checkpoint::read(folder.path()).is_err());
        ledger.write().unwrap();
        assert_eq!(saved(folder.path()), [("a".into(), 1)]);
    }
}
