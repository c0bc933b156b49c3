//! `[recall.NAME]`: a sequence that is cued, and how far it runs.

use crate::base::parameter::{Dimension, Range};
use crate::base::time::Duration;
use crate::config::form::{
    Around, Keys, Table, count, flag, given, number, population_name, pulsed_name, read, some, span,
};
use crate::config::reader::Section;

/// A sequence of groups of neurons, and the stimulus whose pulses cue it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recall {
    /// Name.
    pub name: String,
    /// Name of the stimulus, which comes in pulses.
    pub stimulus: String,
    /// Name of the population.
    pub population: String,
    /// The first neuron of the sequence.
    pub first: u32,
    /// How many neurons it has; all from `first` on where it is `None`.
    pub neurons: Option<u32>,
    /// Into how many groups they are divided; at least 2, and a divisor of their number.
    pub groups: u32,
    /// Whether the last group comes first.
    pub reverse: bool,
    /// How long after a pulse spikes count, above zero.
    pub window: Duration,
    /// The share of a group that makes it recalled, above 0 and at most 1.
    pub share: f64,
}

impl Recall {
    /// A sequence of which nothing is known.
    pub(in crate::config) fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            stimulus: String::new(),
            population: String::new(),
            first: 0,
            neurons: None,
            groups: 2,
            reverse: false,
            window: Duration::ZERO,
            share: 0.5,
        }
    }
}

impl Table for Recall {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the stimulus whose delivered pulses cue the sequence";
        k.need("stimulus", &mut self.stimulus, pulsed_name(), what);
        let what = "the population whose neurons the sequence is of";
        k.need("population", &mut self.population, population_name(), what);
        let what = "the number of its first neuron";
        k.or("first", &mut self.first, count(0, u32::MAX.into()), what);
        let what = "how many neurons it has, from `first` on";
        k.told(
            "neurons",
            "all from `first` on",
            &mut self.neurons,
            given(some()),
            what,
        );
        let what = "into how many groups they are divided, in the order of the sequence";
        k.need("groups", &mut self.groups, count(2, u32::MAX.into()), what);
        let what = "whether the last group comes first";
        k.or("reverse", &mut self.reverse, flag(), what);
        let what = "how long after a pulse spikes count, such as \"100 ms\"";
        k.need("window", &mut self.window, span(), what);
        let what = "the share of a group's neurons that must spike for it to be recalled";
        let share = number(Dimension::One, Range::Between(0.0, 1.0));
        k.or("share", &mut self.share, share, what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        // Where the population is at fault that is the problem to mend.
        let Some(population) = around.known.population(&self.population) else {
            return true;
        };
        let size = population.size;
        let rest = size.saturating_sub(self.first);
        let neurons = self.neurons.unwrap_or(rest);
        let refuse = |key: &str, expected: String| {
            let item = section.get(key).or_else(|| section.get("population"));
            item.and_then(|item| item.refuse::<()>(&expected, None));
            false
        };
        if self.share == 0.0 {
            return refuse("share", "more than 0, at most 1".into());
        }
        if self.first >= size {
            return refuse(
                "first",
                format!("less than {size}, the neurons of `{}`", self.population),
            );
        }
        if neurons > rest {
            return refuse("neurons", format!("at most {rest}, those from `first` on"));
        }
        if !neurons.is_multiple_of(self.groups) {
            return refuse(
                "groups",
                format!("a divisor of the number of neurons, {neurons}"),
            );
        }
        true
    }
}

/// Reads the table.
pub(super) fn recall(section: &Section<'_>, name: &str, around: &Around<'_>) -> Option<Recall> {
    read(section, Recall::new(name), around)
}
