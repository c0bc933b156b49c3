//! Jobs that run side by side and stop together.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::run::progress::{Progress, Watch};

/// Watches all jobs of a run: one that fails stops the others.
pub struct Crew<'a> {
    watch: &'a dyn Watch,
    failed: AtomicBool,
    begun: AtomicBool,
}

impl<'a> Crew<'a> {
    /// Jobs that `watch` watches.
    pub fn new(watch: &'a dyn Watch) -> Self {
        Self {
            watch,
            failed: AtomicBool::new(false),
            begun: AtomicBool::new(false),
        }
    }

    /// Whether a job may begin: not once the run is to stop, but for the first, so that a run stopped again and again
    /// comes to its end.
    pub fn may_begin(&self) -> bool {
        let first = !self.begun.swap(true, Ordering::Relaxed);
        first || !self.stopped()
    }

    /// Whether the run is to stop, and not because a job failed.
    pub fn is_told_to_stop(&self) -> bool {
        self.watch.stopped()
    }

    /// Tells the others if `outcome` is an error.
    ///
    /// # Errors
    /// If it is.
    pub fn share<T, E>(&self, outcome: Result<T, E>) -> Result<T, E> {
        outcome.inspect_err(|_| self.failed.store(true, Ordering::Relaxed))
    }
}

impl Watch for Crew<'_> {
    fn show(&self, progress: &Progress<'_>) {
        self.watch.show(progress);
    }

    fn stopped(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.watch.stopped()
    }
}

/// How many of `jobs` jobs run at once on the threads there are.
pub fn at_once(jobs: usize) -> usize {
    jobs.min(rayon::current_num_threads()).max(1)
}

/// Does `work` for each of `items`, as many at once as there are threads, which they share evenly. A single one has them
/// all. Unlike tasks of one pool, none is taken up while another waits for its threads: no more of them are in memory than
/// run.
pub fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = at_once(items.len());
    let threads = rayon::current_num_threads() / workers;
    let pools = (0..workers).map(|_| ThreadPoolBuilder::new().num_threads(threads).build());
    let pools: Vec<ThreadPool> = match workers {
        1 => Vec::new(),
        _ => pools.filter_map(Result::ok).collect(),
    };
    if pools.is_empty() {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let work_on = |pool: &ThreadPool| {
        while let Some((at, item)) = take(items, &next) {
            let result = pool.install(|| work(item));
            let mut done = done.lock().unwrap_or_else(|held| held.into_inner());
            done.push((at, result));
        }
    };
    std::thread::scope(|scope| {
        let (here, elsewhere) = pools.split_at(1);
        for pool in elsewhere {
            // Where there can be no more threads, those that there are do it all.
            let _ = std::thread::Builder::new().spawn_scoped(scope, || work_on(pool));
        }
        here.iter().for_each(work_on);
    });
    let mut done = done.into_inner().unwrap_or_else(|held| held.into_inner());
    done.sort_by_key(|&(at, _)| at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn take<'t, T>(items: &'t [T], next: &AtomicUsize) -> Option<(usize, &'t T)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    Some((at, items.get(at)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::progress::Silent;

    #[test]
    fn every_item_is_worked_on_once_and_results_are_in_order() {
        let items: Vec<u32> = (0..50).collect();
        let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let (results, most) = pool.install(|| {
            let running = AtomicUsize::new(0);
            let most = AtomicUsize::new(0);
            let results = side_by_side(&items, |&item| {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                // Waits for its own threads, which must not take up another item.
                rayon::join(std::thread::yield_now, std::thread::yield_now);
                running.fetch_sub(1, Ordering::SeqCst);
                item * 2
            });
            (results, most.into_inner())
        });
        assert_eq!(
            results,
            items.iter().map(|item| item * 2).collect::<Vec<_>>()
        );
        assert!(most <= 3, "{most} at once");
    }

    #[test]
    fn one_that_fails_stops_the_others_and_only_the_first_begins_after_a_stop() {
        let crew = Crew::new(&Silent);
        assert!(crew.may_begin() && crew.may_begin() && !crew.stopped());
        assert_eq!(crew.share(Err::<(), _>("broken")), Err("broken"));
        assert!(crew.stopped() && !crew.may_begin());

        struct Stopped;
        impl Watch for Stopped {
            fn show(&self, _: &Progress<'_>) {}
            fn stopped(&self) -> bool {
                true
            }
        }
        let crew = Crew::new(&Stopped);
        assert!(crew.may_begin());
        assert!(!crew.may_begin());
    }
}
