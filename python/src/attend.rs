//! Long work beside a Python that stays responsive: signals are answered, progress is shown, warnings are passed on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;
use rayon::ThreadPoolBuilder;
use sharpwave::engine::watch;
use sharpwave::run::progress::{Progress, Watch};

use crate::{error, process, scout, warning};

/// How often Python is asked whether a signal has come: each time may cost a switch interval (5 ms) beside a Python thread
/// that computes, and Ctrl-C is to be answered within 0.2 s.
const EVERY: Duration = Duration::from_millis(50);

/// More threads than any machine has cores for.
const MOST_THREADS: usize = 1024;

/// How far some work is.
struct Stand {
    what: String,
    done: f64,
    total: f64,
}

/// What the work sees of whoever waits for it.
#[derive(Default)]
pub struct Attention {
    stop: Arc<AtomicBool>,
    stand: Mutex<Option<Stand>>,
}

impl Watch for Attention {
    fn show(&self, progress: &Progress<'_>) {
        let stand = stand(progress);
        *self.stand.lock().unwrap_or_else(PoisonError::into_inner) = stand;
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl watch::Watch for Attention {
    fn stopped(&self) -> bool {
        Watch::stopped(self)
    }

    fn assembled(&self, done: u64, total: u64) {
        Watch::show(
            self,
            &Progress::Building {
                seed: 0,
                done,
                total,
            },
        );
    }
}

/// `progress` in words and two numbers of one unit; nothing of what has no length.
fn stand(progress: &Progress<'_>) -> Option<Stand> {
    let stand = |what: String, done: f64, total: f64| Some(Stand { what, done, total });
    match *progress {
        Progress::Training {
            seed,
            network,
            task,
            tasks,
            epoch: _,
            epochs: _,
            share,
            loss: _,
        } => stand(
            format!("seed {seed}: training {network}, task {task}/{tasks}"),
            share,
            1.0,
        ),
        Progress::Building {
            seed: _,
            done,
            total,
        } => stand("building".into(), done as f64, total as f64),
        Progress::Running {
            seed,
            bout,
            number,
            of,
            simulated,
            total,
            populations: _,
        } => {
            let what = format!("seed {seed}: {bout} ({number}/{of})");
            stand(what, simulated.as_ms(), total.as_ms())
        }
        Progress::Foraging {
            seed,
            phase,
            number,
            of,
            aeon,
            aeons,
            performance: _,
        } => stand(
            format!("seed {seed}: {phase} ({number}/{of})"),
            aeon as f64,
            aeons as f64,
        ),
        _ => None,
    }
}

/// Does `work` on `threads` threads, or one per core, while Python goes on. On a signal, or when `progress` raises, the work
/// is told to stop; once it has, the exception is raised. `progress` is called with what is done, how much of it, and of how much.
///
/// Gives what the work gave, and the exception that stopped it, if one did.
pub fn attend<T: Send>(
    py: Python<'_>,
    threads: Option<usize>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Attention) -> T + Send,
) -> PyResult<(T, Option<PyErr>)> {
    if let Some(threads) = threads.filter(|threads| !(1..=MOST_THREADS).contains(threads)) {
        let text = format!(
            "`threads` is {threads}, expected 1 to {MOST_THREADS}, or None for one per core"
        );
        return Err(error::model(text));
    }
    let _under_way = process::begin()?;
    let attention = Attention::default();
    let stop = attention.stop.clone();
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .start_handler(move |_| scout::obey(&stop))
        .build();
    let pool =
        pool.map_err(|cause| error::model(format!("`threads`: cannot start threads: {cause}")))?;
    let (ended, woken) = (Mutex::new(false), Condvar::new());
    let (result, interrupt) = std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            // Said also where the work panics: else Python would wait for ever.
            let _end = Bell {
                ended: &ended,
                woken: &woken,
            };
            pool.install(|| work(&attention))
        });
        let mut interrupt = None;
        loop {
            let is_over = py.detach(|| {
                let ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
                let waited = woken.wait_timeout_while(ended, EVERY, |ended| !*ended);
                *waited.unwrap_or_else(PoisonError::into_inner).0
            });
            // Warnings that Python takes as errors stop the work too.
            let warned = warning::pass_on(py);
            if interrupt.is_none() {
                interrupt = match is_over {
                    true => warned,
                    false => warned
                        .and_then(|()| py.check_signals())
                        .and_then(|()| tell(progress, &attention)),
                }
                .err();
                if interrupt.is_some() {
                    attention.stop.store(true, Ordering::Relaxed);
                }
            }
            if is_over {
                break;
            }
        }
        // A panic goes on here, and reaches Python as an exception of its own.
        let result = worker
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (result, interrupt)
    });
    Ok((result, interrupt))
}

/// Calls `progress` if there is news.
fn tell(progress: Option<&Bound<'_, PyAny>>, attention: &Attention) -> PyResult<()> {
    let Some(progress) = progress else {
        return Ok(());
    };
    let stand = attention
        .stand
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    if let Some(Stand { what, done, total }) = stand {
        progress.call1((what, done, total))?;
    }
    Ok(())
}

/// Rings when it is dropped.
struct Bell<'a> {
    ended: &'a Mutex<bool>,
    woken: &'a Condvar,
}

impl Drop for Bell<'_> {
    fn drop(&mut self) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.woken.notify_all();
    }
}
