//! `[stimulus.NAME]`: spikes from outside the network.

use crate::base::parameter::{Dimension, Range};
use crate::config::network::Poisson;
use crate::config::reader::Section;

use super::{Known, WEIGHT};

/// A spike per tick of the clock, in hertz: rates must stay below.
const TICKS_HZ: f64 = 1e12;

/// Reads the table.
pub(super) fn read(section: &Section<'_>, name: &str, known: &Known<'_>) -> Option<Poisson> {
    let kind = section
        .need("kind", "`poisson`")
        .and_then(|item| item.choice(&[("poisson", ())]));
    if kind.is_none() {
        section.ignore();
        return None;
    }
    let targets = section
        .need("target", "the populations that are driven")
        .and_then(|item| known.some_names(&item));
    let rate_hz = section
        .need("rate", "the rate onto each neuron, such as \"20 kHz\"")
        .and_then(|item| {
            let rate = item.quantity(Dimension::Rate, Range::NonNegative)?;
            if rate >= TICKS_HZ {
                let expected = "less than one spike per picosecond, the clock's tick";
                return item.refuse(expected, None);
            }
            Some(rate)
        });
    let weight = section
        .need(
            "weight",
            "what a spike adds to the potential, such as \"0.1 mV\"",
        )
        .and_then(|item| item.quantity(WEIGHT, Range::Finite));
    Some(Poisson {
        name: name.into(),
        targets: targets?,
        rate_hz: rate_hz?,
        weight: weight?,
    })
}
