//! Progress in words and in JSON.

use std::time::Duration;

use serde_json::{Value, json};

use crate::run::progress::{PopulationActivity, Progress};

/// How fast a sleep goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pace {
    /// Simulated time over real time.
    pub(super) times_real: f64,
    /// Real seconds until its end at this speed.
    pub(super) seconds_left: f64,
}

impl Pace {
    /// From `simulated_ms` in `real`, with `left_ms` to simulate; `None` before either has moved.
    pub(super) fn new(simulated_ms: f64, real: Duration, left_ms: f64) -> Option<Self> {
        let real_ms = real.as_secs_f64() * 1e3;
        (simulated_ms > 0.0 && real_ms > 0.0).then(|| {
            let times_real = simulated_ms / real_ms;
            Self {
                times_real,
                seconds_left: left_ms / times_real / 1e3,
            }
        })
    }
}

/// Minutes and seconds since the start.
pub(super) fn clock(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    format!("{:2}:{:02}", seconds / 60, seconds % 60)
}

/// One line, without the seed.
pub(super) fn sentence(progress: &Progress<'_>, pace: Option<Pace>) -> String {
    match activity(progress) {
        Some(activity) => format!("{}, {activity}", stage(progress, pace)),
        None => stage(progress, pace),
    }
}

/// Where it stands and how long it will take.
pub(super) fn stage(progress: &Progress<'_>, pace: Option<Pace>) -> String {
    match *progress {
        Progress::Building { done, total, .. } => {
            let percent = 100.0 * done as f64 / total.max(1) as f64;
            format!("building, {percent:.0} % of {} synapses", grouped(total))
        }
        Progress::Training {
            network,
            task,
            tasks,
            epoch,
            epochs,
            loss,
            ..
        } => format!("{network}, task {task}/{tasks}, epoch {epoch}/{epochs}, loss {loss:.5}"),
        Progress::Foraging {
            phase,
            number,
            of,
            aeon,
            aeons,
            performance,
            ..
        } => {
            let shown: Vec<String> = performance.iter().map(|one| format!("{one:.3}")).collect();
            let (aeon, aeons) = (grouped(aeon), grouped(aeons));
            let phase = counted(phase, number, of);
            format!(
                "{phase}, aeon {aeon}/{aeons}, performance {}",
                shown.join(" ")
            )
        }
        Progress::Running {
            bout,
            number,
            of,
            simulated,
            total,
            ..
        } => {
            let (now_s, end_s) = (simulated.as_ms() / 1e3, total.as_ms() / 1e3);
            let mut text = format!("{}, {now_s:.1}/{end_s:.1} s", counted(bout, number, of));
            if let Some(Pace {
                times_real,
                seconds_left,
            }) = pace
            {
                let places = digits(times_real);
                text += &format!(" at {times_real:.places$}x, {seconds_left:.0} s left");
            }
            text
        }
        Progress::Tested {
            network,
            stage,
            overall,
            ..
        } => format!("{network}, {stage}: {:.1} % correct", overall * 100.0),
        Progress::Swept {
            done,
            of,
            point,
            seed,
            measured,
        } => {
            let measured = measured.map_or_else(String::new, |value| format!(": {value:.3}"));
            format!("run {done}/{of}, {point}, seed {seed}{measured}")
        }
        Progress::Done { .. } => "done".into(),
    }
}

/// The name of bout number `number` of those `of` that are simulated: `sleep 2/5`; alone where there is but one and it
/// has no number of its own.
fn counted(bout: &str, number: usize, of: usize) -> String {
    match bout.strip_suffix(&format!(" {number}")) {
        Some(name) => format!("{name} {number}/{of}"),
        None if of == 1 => bout.to_owned(),
        None => format!("{bout} {number}/{of}"),
    }
}

/// Spikes so far and the rate of every population; `None` where nothing is simulated.
pub(super) fn activity(progress: &Progress<'_>) -> Option<String> {
    let Progress::Running {
        simulated,
        populations,
        ..
    } = *progress
    else {
        return None;
    };
    let spikes: u64 = populations.iter().map(|each| each.spikes).sum();
    let rates: Vec<String> = populations
        .iter()
        .map(|each| rate(each, simulated))
        .collect();
    let spikes = grouped(spikes);
    Some(format!("{spikes} spikes, {} Hz", rates.join(", ")))
}

/// Digits after the point that leave about three in all.
fn digits(value: f64) -> usize {
    match value {
        value if value < 1.0 => 3,
        value if value < 10.0 => 1,
        _ => 0,
    }
}

fn rate(population: &PopulationActivity, simulated: crate::base::time::Duration) -> String {
    let rate_hz = population.rate_hz(simulated);
    format!("{} {rate_hz:.*}", population.name, digits(rate_hz))
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// One JSON object.
pub(super) fn document(progress: &Progress<'_>, pace: Option<Pace>) -> Value {
    match *progress {
        Progress::Building { seed, done, total } => json!({
            "event": "building", "seed": seed, "synapses": done, "total_synapses": total,
        }),
        Progress::Training {
            seed,
            network,
            task,
            tasks,
            epoch,
            epochs,
            share,
            loss,
        } => json!({
            "event": "training", "seed": seed, "network": network, "task": task, "tasks": tasks,
            "epoch": epoch, "epochs": epochs, "share": share, "loss": loss,
        }),
        Progress::Foraging {
            seed,
            phase,
            number,
            of,
            aeon,
            aeons,
            performance,
        } => json!({
            "event": "foraging", "seed": seed, "phase": phase, "number": number, "of": of,
            "aeon": aeon, "aeons": aeons, "performance": performance,
        }),
        Progress::Running {
            seed,
            bout,
            number,
            of,
            simulated,
            total,
            populations,
        } => {
            let populations: Vec<Value> = populations
                .iter()
                .map(|each| {
                    let rate_hz = each.rate_hz(simulated);
                    json!({ "name": each.name, "spikes": each.spikes, "rate_hz": rate_hz })
                })
                .collect();
            json!({
                "event": "running", "seed": seed, "bout": bout, "number": number, "of": of,
                "simulated_ms": simulated.as_ms(), "total_ms": total.as_ms(),
                "times_real": pace.map(|pace| pace.times_real),
                "seconds_left": pace.map(|pace| pace.seconds_left),
                "populations": populations,
            })
        }
        Progress::Tested {
            seed,
            network,
            stage,
            overall,
            ..
        } => json!({
            "event": "tested", "seed": seed, "network": network, "stage": stage, "overall": overall, "unit": "share",
        }),
        Progress::Swept {
            done,
            of,
            point,
            seed,
            measured,
        } => json!({
            "event": "swept", "done": done, "of": of, "point": point, "seed": seed, "measured": measured,
        }),
        Progress::Done { seed } => json!({ "event": "done", "seed": seed }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time;

    #[test]
    fn a_sleep_in_words() {
        let layer = |name: &str, spikes, size| PopulationActivity {
            name: name.into(),
            spikes,
            size,
        };
        let populations = [layer("input", 94_080, 784), layer("hidden1", 816, 1200)];
        let progress = Progress::Running {
            seed: 1,
            bout: "sleep 2",
            number: 2,
            of: 5,
            simulated: time::Duration::from_ms(8000.0).unwrap(),
            total: time::Duration::from_ms(20_000.0).unwrap(),
            populations: &populations,
        };
        let pace = Pace::new(8000.0, Duration::from_millis(160), 12_000.0);
        assert_eq!(
            sentence(&progress, pace),
            "sleep 2/5, 8.0/20.0 s at 50x, 0 s left, 94,896 spikes, input 15, hidden1 0.085 Hz"
        );
    }

    #[test]
    fn bouts_are_counted_where_there_are_several() {
        assert_eq!(counted("sleep 1", 1, 1), "sleep 1/1");
        assert_eq!(counted("run", 1, 1), "run");
        assert_eq!(counted("nrem", 1, 2), "nrem 1/2");
        assert_eq!(counted("nap 7", 2, 3), "nap 7 2/3");
    }

    #[test]
    fn no_pace_before_time_has_passed() {
        assert_eq!(Pace::new(0.0, Duration::from_secs(1), 1.0), None);
        assert_eq!(Pace::new(1.0, Duration::ZERO, 1.0), None);
    }

    #[test]
    fn thousands_are_grouped() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ];
        for (number, text) in cases {
            assert_eq!(grouped(number), text);
        }
    }
}
