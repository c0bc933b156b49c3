//! Population bursts, once they are over.

use std::collections::BTreeSet;

use super::burst::{BurstState, Bursts, DOWN, Turn, UP, WINDOW};
use super::{Detect, Entry, Found, Onset, StateError, Watches, fault, from_bytes, time, to_bytes};
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Values,
};
use crate::base::time::{Duration, Time};

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    watches: Watches::Spikes,
    ticks: |_, _| None,
    quiet_ms: |_| 0.0,
    build: |values, onset| Ok(Box::new(PopulationBurst::new(values, &onset)?)),
};

/// The trigger as users see it; its lengths and cells are those of the measure `population_burst`, which knows all that comes
/// after as well.
pub static SPEC: Spec = Spec {
    name: "population_burst",
    summary: "A population burst: the rate of a population rises to `down`, reaches `up` and falls below `down` again, within \
              given lengths and with enough cells. The spikes of the window in which the rate rises to `down` belong to it. Known when it \
              is over; `up_onset` knows when one begins.",
    equations: "rate(t) = spikes in (t - window, t] / (neurons window), 0 at the beginning; from the first t with rate at least `down` to the \
                first below",
    parameters: &[
        UP,
        DOWN,
        WINDOW,
        ParameterSpec::quantity(
            "shortest",
            Dimension::Time,
            Range::NonNegative,
            "how long it lasts at least",
        )
        .or_number(50.0),
        ParameterSpec::quantity(
            "longest",
            Dimension::Time,
            Range::Positive,
            "how long it lasts at most",
        )
        .or_number(750.0),
        ParameterSpec::new(
            "cells",
            Kind::Count {
                least: 1,
                most: u32::MAX as u64,
            },
            "how many neurons spike in it at least, from the begin of the window in which the rate rises to `down`",
        )
        .or(Default::Count(5)),
    ],
    source: "",
};

struct PopulationBurst {
    shortest: Duration,
    longest: Duration,
    cells: usize,
    bursts: Bursts,
    /// The neurons that have spiked in the burst at hand; no more than count.
    seen: BTreeSet<u32>,
}

impl PopulationBurst {
    fn new(values: &Values, onset: &Onset) -> Result<Self, ParameterError> {
        let [shortest, longest] = ["shortest", "longest"].map(|key| time(&SPEC, key, values));
        let (shortest, longest) = (shortest?, longest?);
        if longest < shortest {
            let reason = format!(" is {longest}, expected at least `shortest`, {shortest}");
            return Err(fault(&SPEC, "longest", reason));
        }
        let cells = values.count("cells").unwrap_or(1);
        if cells > u64::from(onset.size) {
            let reason = format!(
                " is {cells}, expected at most {}, the neurons of its population",
                onset.size
            );
            return Err(fault(&SPEC, "cells", reason));
        }
        Ok(Self {
            shortest,
            longest,
            cells: cells as usize,
            bursts: Bursts::new(&SPEC, values, onset)?,
            seen: BTreeSet::new(),
        })
    }
}

impl Detect for PopulationBurst {
    fn begin(&mut self, _: Time) {
        self.bursts.begin();
        self.seen.clear();
    }

    fn alone(&self) -> Time {
        self.bursts.alone()
    }

    fn at(&mut self, t: Time, nodes: &[u32], found: &mut Vec<Found>) {
        match self.bursts.at(t, nodes) {
            Turn::Calm => {}
            Turn::Within { is_new, .. } => {
                if is_new {
                    self.seen.clear();
                    let recent = self.bursts.recent().map(|(_, node)| node);
                    self.seen.extend(recent);
                } else if self.seen.len() < self.cells {
                    self.seen.extend(nodes);
                }
            }
            Turn::Over { begun } => {
                let length = t.since(begun);
                let fits = (self.shortest..=self.longest).contains(&length);
                if fits && self.seen.len() >= self.cells {
                    found.push(Found {
                        event: begun,
                        at: t,
                    });
                }
            }
        }
    }

    fn next(&self) -> Time {
        match self.bursts.is_within() {
            true => self.bursts.alone(),
            // Nothing but a spike makes a rate rise.
            false => Time::MAX,
        }
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            shortest: _,
            longest: _,
            cells: _,
            bursts,
            seen,
        } = self;
        to_bytes(&(bursts.state(), seen))
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let bursts: BurstState;
        (bursts, self.seen) = from_bytes(bytes)?;
        self.bursts.load(bursts);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::base::parameter::Values;
    use crate::trigger::tests::{begun, found_of};

    /// Ten neurons, windows of 20 ms: 5 Hz is one spike, 15 Hz are three.
    fn bursts(
        more: &[(&'static str, f64)],
        cells: u64,
        spikes: &[(f64, &[u32])],
    ) -> Vec<(f64, f64)> {
        let own = [("up", 15.0), ("down", 5.0), ("shortest", 10.0)];
        let mut values: Values = own.into_iter().chain(more.iter().copied()).collect();
        values.insert("cells", cells);
        found_of(
            begun("population_burst", values, 10).as_mut(),
            spikes,
            1000.0,
        )
    }

    #[test]
    fn a_burst_is_known_when_the_rate_has_fallen() {
        let spikes: [(f64, &[u32]); 4] =
            [(100.0, &[0]), (110.0, &[1]), (115.0, &[2]), (125.0, &[0])];
        // Three within 20 ms at 115; the last leaves the window at 145.
        assert_eq!(bursts(&[], 3, &spikes), [(100.0, 145.0)]);
        // Three cells, not four; 45 ms, not more or less.
        assert_eq!(bursts(&[], 4, &spikes), []);
        assert_eq!(bursts(&[("shortest", 45.0)], 3, &spikes), [(100.0, 145.0)]);
        assert_eq!(bursts(&[("shortest", 45.1)], 3, &spikes), []);
        assert_eq!(bursts(&[("longest", 44.9)], 3, &spikes), []);
        // Without the second it never reaches `up`.
        let fewer = [spikes[0], spikes[2], spikes[3]];
        assert_eq!(bursts(&[], 1, &fewer), []);
    }

    #[test]
    fn the_first_burst_may_begin_within_the_first_window() {
        let spikes: [(f64, &[u32]); 3] = [(5.0, &[0, 1, 2]), (22.0, &[3]), (40.0, &[0, 1, 2])];
        assert_eq!(bursts(&[], 4, &spikes), [(5.0, 60.0)]);
        let later: [(f64, &[u32]); 2] = [(5.0, &[0, 1, 2]), (40.0, &[0, 1, 2])];
        assert_eq!(bursts(&[], 3, &later), [(5.0, 25.0), (40.0, 60.0)]);
    }

    /// Those in the window in which the rate rises count as well.
    #[test]
    fn cells_that_made_the_rate_rise_take_part() {
        let values = [("down", 10.0)];
        let spikes: [(f64, &[u32]); 3] = [(100.0, &[7]), (105.0, &[8]), (110.0, &[9])];
        assert_eq!(bursts(&values, 3, &spikes), [(105.0, 125.0)]);
    }
}
