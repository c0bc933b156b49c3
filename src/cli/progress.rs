//! Progress of a run on stderr: bars on a terminal, else a first line at once, then one every ten seconds, after a minute one
//! a minute, and one per finished sleep, or JSON lines.

mod bars;
mod text;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::MultiProgress;

use crate::run::progress::{Progress, Watch};
use bars::Bars;
use text::Pace;

/// Least time between two drawings of one seed's bar: ten a second look smooth.
const BAR_INTERVAL: Duration = Duration::from_millis(100);
/// Least time between two lines of a log that people read.
const LINE_INTERVAL: Duration = Duration::from_secs(60);
/// The same while the run is no older than that: somebody may still be looking on.
const EARLY_LINE_INTERVAL: Duration = Duration::from_secs(10);
/// When the first of them comes: what ends sooner needs none.
const FIRST_LINE: Duration = Duration::from_millis(500);
/// Least time between two JSON lines of one seed.
const JSON_INTERVAL: Duration = Duration::from_secs(1);

/// Shows the progress of all seeds of a run.
pub(super) struct Watcher {
    stop: &'static AtomicBool,
    shown: Option<Mutex<Shown>>,
}

/// Where progress goes.
enum Display {
    Bars(Bars),
    Lines(Box<dyn Write + Send>),
    Json(Box<dyn Write + Send>),
}

struct Shown {
    display: Display,
    interval: Duration,
    seeds: BTreeMap<u64, Seed>,
    start: Instant,
    /// When a line was last written for any seed, if one was.
    last: Option<Instant>,
}

/// What is remembered of one seed.
#[derive(Default)]
struct Seed {
    last: Option<Instant>,
    bout: Option<Start>,
    /// What is known of a bout that has ended, until its line is written.
    ended: Option<String>,
}

/// Where a bout stood when it was first seen.
struct Start {
    number: usize,
    simulated: crate::base::time::Duration,
    at: Instant,
}

impl Watcher {
    /// Chooses the display: none if `quiet`, JSON lines, `bars` on a terminal, lines elsewhere.
    pub(super) fn new(
        quiet: bool,
        json: bool,
        bars: MultiProgress,
        stop: &'static AtomicBool,
    ) -> Self {
        let terminal = io::stderr().is_terminal();
        let (display, interval) = if json {
            (Display::Json(Box::new(io::stderr())), JSON_INTERVAL)
        } else if terminal {
            (Display::Bars(Bars::new(bars)), BAR_INTERVAL)
        } else {
            (Display::Lines(Box::new(io::stderr())), LINE_INTERVAL)
        };
        Self {
            stop,
            shown: (!quiet).then(|| Mutex::new(Shown::new(display, interval))),
        }
    }
}

impl Watch for Watcher {
    fn show(&self, progress: &Progress<'_>) {
        if let Some(shown) = &self.shown {
            // A panic elsewhere leaves at worst a stale line.
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            shown.show(progress, Instant::now());
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Shown {
    fn new(display: Display, interval: Duration) -> Self {
        let start = Instant::now();
        Self {
            display,
            interval,
            seeds: BTreeMap::new(),
            start,
            last: None,
        }
    }

    fn show(&mut self, progress: &Progress<'_>, now: Instant) {
        let (number, finished) = match *progress {
            Progress::Building { seed, .. }
            | Progress::Training { seed, .. }
            | Progress::Foraging { seed, .. }
            | Progress::Running { seed, .. } => (seed, false),
            Progress::Tested { seed, .. } | Progress::Done { seed } => (seed, true),
            // Whatever seeds its runs have.
            Progress::Swept { .. } => (0, false),
        };
        let seed = self.seeds.entry(number).or_default();
        let pace = seed.pace(progress, now);
        let mut line = None;
        if let Display::Lines(_) = self.display {
            line = seed.end_of_bout(progress);
            if finished && line.is_none() {
                return;
            }
        }
        let since = |last: Instant| now.saturating_duration_since(last);
        let mut interval = self.interval;
        let waited = match self.display {
            // However many seeds run.
            Display::Lines(_) => Some(match self.last {
                Some(last) => {
                    if since(self.start) <= LINE_INTERVAL {
                        interval = EARLY_LINE_INTERVAL;
                    }
                    since(last)
                }
                None => {
                    interval = FIRST_LINE;
                    since(self.start)
                }
            }),
            Display::Bars(_) | Display::Json(_) => {
                // Most networks are built before anyone could read that they are.
                let building = matches!(progress, Progress::Building { .. });
                let last = seed.last.or(building.then_some(self.start));
                last.map(since)
            }
        };
        if !finished && waited.is_some_and(|waited| waited < interval) {
            return;
        }
        seed.last = Some(now);
        self.last = Some(now);
        // Progress that cannot be shown is no reason to end a run.
        let _ = match &mut self.display {
            Display::Bars(bars) => {
                bars.show(number, progress, pace);
                Ok(())
            }
            Display::Lines(out) => {
                let clock = text::clock(now.saturating_duration_since(self.start));
                let line = line.unwrap_or_else(|| text::sentence(progress, pace));
                match progress {
                    Progress::Swept { .. } => writeln!(out, "{clock}  {line}"),
                    _ => writeln!(out, "{clock}  seed {number}: {line}"),
                }
            }
            Display::Json(out) => writeln!(out, "{}", text::document(progress, pace)),
        };
        if matches!(progress, Progress::Done { .. }) {
            self.seeds.remove(&number);
        }
    }
}

impl Seed {
    /// The line of a bout that has ended: with its score, or without where nothing is tested after it.
    fn end_of_bout(&mut self, progress: &Progress<'_>) -> Option<String> {
        match *progress {
            Progress::Running {
                simulated, total, ..
            } => {
                let over = simulated == total;
                self.ended = over.then(|| text::sentence(progress, None));
                None
            }
            Progress::Tested {
                slept: true,
                overall,
                ..
            } => {
                let ended = self.ended.take()?;
                Some(format!("{ended}, {:.1} % correct", 100.0 * overall))
            }
            Progress::Done { .. } => self.ended.take(),
            Progress::Building { .. }
            | Progress::Training { .. }
            | Progress::Foraging { .. }
            | Progress::Swept { .. }
            | Progress::Tested { .. } => None,
        }
    }

    /// How fast a bout goes, measured from when it was first seen.
    fn pace(&mut self, progress: &Progress<'_>, now: Instant) -> Option<Pace> {
        let Progress::Running {
            number,
            simulated,
            total,
            ..
        } = *progress
        else {
            return None;
        };
        match &self.bout {
            Some(start) if start.number == number => Pace::new(
                simulated.as_ms() - start.simulated.as_ms(),
                now.saturating_duration_since(start.at),
                total.as_ms() - simulated.as_ms(),
            ),
            _ => {
                self.bout = Some(Start {
                    number,
                    simulated,
                    at: now,
                });
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time;
    use crate::run::progress::PopulationActivity;
    use std::sync::Arc;

    /// Keeps what is written to it.
    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Page {
        fn lines(&self) -> Vec<String> {
            let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            text.lines().map(String::from).collect()
        }
    }

    fn training(seed: u64, epoch: usize) -> Progress<'static> {
        Progress::Training {
            seed,
            network: "sequential",
            task: 2,
            tasks: 5,
            epoch,
            epochs: 10,
            share: 0.5,
            loss: 0.012345,
        }
    }

    #[test]
    fn a_first_line_comes_at_once_then_six_in_a_minute_and_then_one_for_all_seeds() {
        let page = Page::default();
        let mut shown = Shown::new(Display::Lines(Box::new(page.clone())), LINE_INTERVAL);
        let start = shown.start;
        for second in 0..=125_u64 {
            let now = start + Duration::from_secs(second);
            shown.show(&training(1, second as usize), now);
            shown.show(&training(2, second as usize), now);
        }
        let line = |clock: &str, epoch: u32| {
            format!(" {clock}  seed 1: sequential, task 2/5, epoch {epoch}/10, loss 0.01235")
        };
        let expected = [
            line("0:01", 1),
            line("0:11", 11),
            line("0:21", 21),
            line("0:31", 31),
            line("0:41", 41),
            line("0:51", 51),
            line("1:51", 111),
        ];
        assert_eq!(page.lines(), expected);
    }

    #[test]
    fn a_line_comes_at_the_end_of_every_sleep_and_of_nothing_else() {
        let page = Page::default();
        let mut shown = Shown::new(Display::Lines(Box::new(page.clone())), LINE_INTERVAL);
        let now = shown.start + Duration::from_millis(400);
        let layers = [PopulationActivity {
            name: "input".into(),
            spikes: 1000,
            size: 10,
        }];
        let tested = |network, slept| Progress::Tested {
            seed: 3,
            network,
            stage: "",
            slept,
            overall: 0.3921,
        };
        let asleep = |simulated_ms| Progress::Running {
            seed: 3,
            bout: "sleep 1",
            number: 1,
            of: 1,
            simulated: time::Duration::from_ms(simulated_ms).unwrap(),
            total: time::Duration::from_ms(2000.0).unwrap(),
            populations: &layers,
        };
        for progress in [
            tested("sleep", false),
            asleep(1900.0),
            asleep(2000.0),
            tested("sequential", false),
            tested("sleep", true),
            Progress::Done { seed: 3 },
        ] {
            shown.show(&progress, now);
        }
        // Without data nothing is tested: the sleep is told of at the end.
        shown.show(&asleep(2000.0), now);
        shown.show(&Progress::Done { seed: 3 }, now);
        let sleep = " 0:00  seed 3: sleep 1/1, 2.0/2.0 s, 1,000 spikes, input 50 Hz";
        assert_eq!(
            page.lines(),
            [format!("{sleep}, 39.2 % correct"), sleep.into()]
        );
    }

    #[test]
    fn a_sleep_tells_its_speed_from_where_it_was_first_seen() {
        let page = Page::default();
        let mut shown = Shown::new(Display::Json(Box::new(page.clone())), JSON_INTERVAL);
        let start = shown.start;
        let layers = [PopulationActivity {
            name: "input".into(),
            spikes: 100,
            size: 10,
        }];
        for (simulated_ms, wall_ms) in [(1000.0, 0), (1500.0, 500), (6000.0, 2000)] {
            let progress = Progress::Running {
                seed: 7,
                bout: "sleep 1",
                number: 1,
                of: 5,
                simulated: time::Duration::from_ms(simulated_ms).unwrap(),
                total: time::Duration::from_ms(16000.0).unwrap(),
                populations: &layers,
            };
            shown.show(&progress, start + Duration::from_millis(wall_ms));
        }
        // The second came too soon. 5 s in 2 s: 2.5 times real time, 10 s left take 4 s.
        let lines = page.lines();
        assert_eq!(lines.len(), 2, "{lines:?}");
        let last: serde_json::Value = serde_json::from_str(&lines[1]).unwrap();
        assert_eq!(
            last,
            serde_json::json!({
                "event": "running", "seed": 7, "bout": "sleep 1", "number": 1, "of": 5,
                "simulated_ms": 6000.0, "total_ms": 16000.0,
                "times_real": 2.5, "seconds_left": 4.0,
                "populations": [{ "name": "input", "spikes": 100, "rate_hz": 100.0 / 60.0 }],
            })
        );
    }

    #[test]
    fn bars_take_every_event() {
        let bars = MultiProgress::with_draw_target(indicatif::ProgressDrawTarget::hidden());
        let mut shown = Shown::new(Display::Bars(Bars::new(bars)), Duration::ZERO);
        let now = shown.start;
        shown.show(&training(1, 3), now);
        assert_eq!(shown.seeds.len(), 1);
        shown.show(&Progress::Done { seed: 1 }, now);
        assert!(shown.seeds.is_empty());
    }
}
