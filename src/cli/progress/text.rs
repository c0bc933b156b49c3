//! Progress in words and in JSON.

use std::time::Duration;

use serde_json::{Value, json};

use crate::experiment::progress::{LayerActivity, Progress};

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
        Progress::Sleeping {
            sleep,
            sleeps,
            simulated,
            total,
            ..
        } => {
            let (now_s, end_s) = (simulated.as_ms() / 1e3, total.as_ms() / 1e3);
            let bout = if sleeps == 0 {
                "run".to_owned()
            } else {
                format!("sleep {sleep}/{sleeps}")
            };
            let mut text = format!("{bout}, {now_s:.1}/{end_s:.1} s");
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
        Progress::Done { .. } => "done".into(),
    }
}

/// Spikes so far and the rate of every layer; `None` outside sleep.
pub(super) fn activity(progress: &Progress<'_>) -> Option<String> {
    let Progress::Sleeping {
        simulated, layers, ..
    } = *progress
    else {
        return None;
    };
    let spikes: u64 = layers.iter().map(|layer| layer.spikes).sum();
    let rates: Vec<String> = layers.iter().map(|layer| rate(layer, simulated)).collect();
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

fn rate(layer: &LayerActivity, simulated: crate::base::time::Duration) -> String {
    let rate_hz = layer.rate_hz(simulated);
    format!("{} {rate_hz:.*}", layer.name, digits(rate_hz))
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
            loss,
        } => json!({
            "event": "training", "seed": seed, "network": network, "task": task, "tasks": tasks,
            "epoch": epoch, "epochs": epochs, "loss": loss,
        }),
        Progress::Sleeping {
            seed,
            sleep,
            sleeps,
            simulated,
            total,
            layers,
        } => {
            let layers: Vec<Value> = layers
                .iter()
                .map(|layer| {
                    let rate_hz = layer.rate_hz(simulated);
                    json!({ "name": layer.name, "spikes": layer.spikes, "rate_hz": rate_hz })
                })
                .collect();
            json!({
                "event": "sleeping", "seed": seed, "sleep": sleep, "sleeps": sleeps,
                "simulated_ms": simulated.as_ms(), "total_ms": total.as_ms(),
                "times_real": pace.map(|pace| pace.times_real),
                "seconds_left": pace.map(|pace| pace.seconds_left),
                "layers": layers,
            })
        }
        Progress::Tested {
            seed,
            network,
            stage,
            overall,
            ..
        } => json!({
            "event": "tested", "seed": seed, "network": network, "stage": stage, "overall": overall,
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
        let layer = |name: &str, spikes, size| LayerActivity {
            name: name.into(),
            spikes,
            size,
        };
        let layers = [layer("input", 94_080, 784), layer("hidden1", 816, 1200)];
        let progress = Progress::Sleeping {
            seed: 1,
            sleep: 2,
            sleeps: 5,
            simulated: time::Duration::from_ms(8000.0).unwrap(),
            total: time::Duration::from_ms(20_000.0).unwrap(),
            layers: &layers,
        };
        let pace = Pace::new(8000.0, Duration::from_millis(160), 12_000.0);
        assert_eq!(
            sentence(&progress, pace),
            "sleep 2/5, 8.0/20.0 s at 50x, 0 s left, 94,896 spikes, input 15, hidden1 0.085 Hz"
        );
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
