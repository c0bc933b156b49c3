//! What triggers find and what they set off, in the run file.

use crate::config::network::{Bout, NetworkModel};
use crate::network::Trigger;
use crate::trigger;

/// Bytes of an instant: milliseconds, and picoseconds beside them.
const TIME_BYTES: f64 = 8.0 + 2.0;
/// An event, and when it was told.
const DETECTION_BYTES: f64 = 2.0 * TIME_BYTES;
/// An event, the pulse, and whether it was delivered.
const PULSE_BYTES: f64 = 2.0 * TIME_BYTES + 8.0;
/// Columns grow by chunks of so many.
const CHUNK: f64 = 256.0;
/// What detectors find in a second, which nobody knows before: an UP state, as in deep sleep.
const FOUND_HZ: f64 = 1.0;

/// Bytes over the whole run, as many events as clocks have and detectors are expected to find.
pub(super) fn file_bytes(model: &NetworkModel) -> f64 {
    let network = &model.network;
    let seconds = |of: &dyn Fn(&Bout) -> bool| -> f64 {
        let bouts = model.bouts.iter().filter(|bout| of(bout));
        bouts.map(|bout| bout.duration.as_ms() / 1e3).sum()
    };
    let chunks = |n: f64| CHUNK * (n / CHUNK).ceil().max(1.0);
    let mut bytes = 0.0;
    for trigger in &network.triggers {
        let name = &trigger.name;
        let listens = |bout: &Bout| bout.triggers.contains(name);
        let found = events(trigger, seconds(&listens));
        bytes += DETECTION_BYTES * chunks(found);
        let stimuli = network.stimuli.iter();
        let set_off = stimuli.filter(|own| own.pulses.trigger.as_ref() == Some(name));
        for stimulus in set_off {
            let on = |bout: &Bout| listens(bout) && bout.stimuli.contains(&stimulus.name);
            let pulses = events(trigger, seconds(&on));
            bytes += PULSE_BYTES * chunks(pulses);
        }
    }
    bytes
}

/// How often `trigger` tells in so many seconds in which it listens.
fn events(trigger: &Trigger, seconds: f64) -> f64 {
    let entry = trigger::entry(trigger.kind.spec.name).ok();
    let of_clock = entry.and_then(|entry| (entry.ticks)(&trigger.kind.values, seconds));
    let events = of_clock.unwrap_or(seconds * FOUND_HZ);
    let refractory_s = trigger.refractory.as_ms() / 1e3;
    match refractory_s > 0.0 {
        true => events.min(seconds / refractory_s + 1.0),
        false => events,
    }
}
