//! `[modulator.NAME]`: substances that act on learning.

use crate::base::parameter::{Dimension, Range};
use crate::config::fault;
use crate::config::form::{
    Around, Keys, Table, each, number, population_name, read, span, trigger_name,
};
use crate::config::reader::Section;
use crate::network::Modulator;
use crate::network::modulator::RELEASE_DELAY;
use crate::plasticity::Kinetics;

impl Table for Modulator {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "how fast it decays to its baseline";
        let form = number(Dimension::Time, Range::Positive);
        k.need("tau", &mut self.kinetics.tau_ms, form, what);
        let what = "its concentration where nothing is released; bouts may give others";
        let form = number(Dimension::One, Range::Finite);
        k.or("baseline", &mut self.kinetics.baseline, form, what);
        let what = "populations whose spikes release it";
        let form = each(population_name(), "population", true);
        k.or("released_by", &mut self.released_by, form, what);
        let what = "triggers that release it as soon as they tell of what they have found";
        let form = each(trigger_name(), "trigger", true);
        k.or("triggers", &mut self.triggers, form, what);
        let what = "how much a spike of theirs releases, or what a trigger finds";
        let form = number(Dimension::One, Range::Finite);
        k.or("amount", &mut self.amount, form, what);
        let what = "from such a spike to the release; windows of lanes are no longer than it";
        k.or("delay", &mut self.delay, span(), what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let at_fault = |name: &String| around.known.population(name).is_none();
        if self.released_by.iter().any(at_fault) || around.triggers.is_none() {
            return true;
        }
        fault::reported(section, around.known.network.check_modulator(self)).is_some()
    }
}

/// A modulator before anything is known of it.
pub(in crate::config) fn start(name: &str) -> Modulator {
    Modulator {
        name: name.into(),
        kinetics: Kinetics {
            tau_ms: 1.0,
            baseline: 0.0,
        },
        released_by: Vec::new(),
        triggers: Vec::new(),
        amount: 1.0,
        delay: RELEASE_DELAY,
    }
}

/// Reads the table.
pub(super) fn modulator(
    section: &Section<'_>,
    name: &str,
    around: &Around<'_>,
) -> Option<Modulator> {
    read(section, start(name), around)
}
