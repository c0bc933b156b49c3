//! `[oscillation.NAME]`: what stimuli go up and down with.

use crate::base::parameter::{Dimension, Range};
use crate::config::fault;
use crate::config::form::{
    Around, Keys, Row, Table, count, describe, each, given, number, oscillation_name, read, span,
    text,
};
use crate::config::reader::Section;
use crate::network::oscillation::{HIGHEST, HIGHEST_HZ, LOWEST_HZ, Nest, Pace};
use crate::network::{Network, Oscillation, Problem, Swings};

/// An oscillation as it is written.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    name: String,
    frequency_hz: Option<f64>,
    locked_to: Option<String>,
    cycles: Option<u32>,
    amplitude: f64,
    phase: f64,
    nested_in: Option<String>,
    at: Option<f64>,
    width: Option<f64>,
}

/// The crest of a sine, and half a period around it: where it is above its mean.
const CREST: f64 = 0.25;
const HALF: f64 = 0.5;

/// Shares of a period, and so phases.
const TURN: Range = Range::Between(0.0, 1.0);

const OWN: [&str; 1] = ["frequency"];
const LOCKED: [&str; 2] = ["locked_to", "cycles"];

impl Table for Draft {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let one = |range| number(Dimension::One, range);
        let second = k.either(&OWN, &LOCKED);
        let locked = second.unwrap_or(self.locked_to.is_some());
        if locked || k.is_describing() {
            let what = "the oscillation whose phase it keeps, in place of `frequency`";
            let name = text("the name of an oscillation");
            match k.is_describing() {
                true => k.told("locked_to", "none", &mut self.locked_to, given(name), what),
                false => k.need("locked_to", &mut self.locked_to, given(name), what),
            }
            let what = "how many cycles it has in each of that one's";
            let cycles = given(count(1, 1000));
            k.told("cycles", "1", &mut self.cycles, cycles, what);
        }
        if !locked || k.is_describing() {
            let what = "how fast it is, such as \"0.8 Hz\"; where it changes the phase goes on";
            let form = number(Dimension::Rate, Range::Between(LOWEST_HZ, HIGHEST_HZ));
            match k.is_describing() {
                true => k.told(
                    "frequency",
                    "none",
                    &mut self.frequency_hz,
                    given(form),
                    what,
                ),
                false => k.need("frequency", &mut self.frequency_hz, given(form), what),
            }
        }
        let what = "how far it goes to either side: stimuli are multiplied by 1 and the sum of their oscillations";
        k.need(
            "amplitude",
            &mut self.amplitude,
            one(Range::Between(0.0, HIGHEST)),
            what,
        );
        let what = "where in its period it is at the start of the run (0 at the mean, going up; 0.25 at the crest); locked, where the \
                    other is at 0";
        k.or("phase", &mut self.phase, one(TURN), what);
        let what = "the oscillation with whose phase its amplitude comes and goes";
        let name = given(text("the name of an oscillation"));
        k.told("nested_in", "none", &mut self.nested_in, name, what);
        let what = "the phase of that at which it is strongest";
        k.told(
            "at",
            "0.25, the crest",
            &mut self.at,
            given(one(TURN)),
            what,
        );
        let what = "for which share of that one's period it is there, as a raised cosine";
        k.told("width", "0.5", &mut self.width, given(one(TURN)), what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let mut good = true;
        if self.nested_in.is_none() {
            for key in ["at", "width"] {
                if let Some(item) = section.get(key) {
                    let message =
                        format!("`{}` belongs to `nested_in`, which is missing", item.path);
                    item.reader.problem(item.key_origin, message, None);
                    good = false;
                }
            }
        }
        let checked = around.known.network.check_oscillation(&self.oscillation());
        good & fault::reported(section, checked.map_err(Problem::from)).is_some()
    }
}

impl Draft {
    fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            frequency_hz: None,
            locked_to: None,
            cycles: None,
            amplitude: 0.0,
            phase: 0.0,
            nested_in: None,
            at: None,
            width: None,
        }
    }

    /// As it is written in full.
    pub(super) fn of(own: &Oscillation) -> Self {
        let (frequency_hz, locked_to, cycles) = match &own.pace {
            Pace::Own(hz) => (Some(*hz), None, None),
            Pace::Locked { to, cycles } => (None, Some(to.clone()), Some(*cycles)),
        };
        let nest = own.nest.as_ref();
        Self {
            name: own.name.clone(),
            frequency_hz,
            locked_to,
            cycles,
            amplitude: own.amplitude,
            phase: own.phase,
            nested_in: nest.map(|nest| nest.within.clone()),
            at: nest.map(|nest| nest.at),
            width: nest.map(|nest| nest.width),
        }
    }

    fn oscillation(&self) -> Oscillation {
        let Self {
            name,
            frequency_hz,
            locked_to,
            cycles,
            amplitude,
            phase,
            nested_in,
            at,
            width,
        } = self.clone();
        Oscillation {
            name,
            pace: match locked_to {
                Some(to) => Pace::Locked {
                    to,
                    cycles: cycles.unwrap_or(1),
                },
                None => Pace::Own(frequency_hz.unwrap_or_default()),
            },
            amplitude,
            phase,
            nest: nested_in.map(|within| Nest {
                within,
                at: at.unwrap_or(CREST),
                width: width.unwrap_or(HALF),
            }),
        }
    }
}

/// Every key of the table.
pub(in crate::config) fn rows() -> Vec<Row> {
    describe(&Draft::new(""))
}

/// Reads the table.
pub(super) fn oscillation(
    section: &Section<'_>,
    name: &str,
    around: &Around<'_>,
) -> Option<Oscillation> {
    let draft = read(section, Draft::new(name), around)?;
    Some(draft.oscillation())
}

/// Whether oscillations fit each other; reports the first that does not.
pub(super) fn fit(root: &Section<'_>, network: &Network) -> bool {
    let found = network.order_oscillations().map(drop);
    let checked = network.oscillations.iter().map(|own| {
        let fault = found.as_ref().err().filter(|(name, _)| *name == own.name);
        let fault = fault.map(|(_, fault)| Problem::from(fault.clone()));
        (&own.name[..], fault.map_or(Ok(()), Err))
    });
    fault::all_reported(root, "oscillation", checked)
}

/// The keys of stimuli that follow oscillations.
pub(super) fn swings(swings: &mut Swings, flows: bool, k: &mut Keys<'_>) {
    let what = "oscillations that it goes up and down with: the names of tables [oscillation.NAME]";
    let names = each(oscillation_name(), "oscillation", true);
    k.told("oscillation", "none", &mut swings.with, names, what);
    if flows {
        let what =
            "for how long the current stays at what oscillations are in the middle of that time";
        k.or("oscillation_step", &mut swings.step, span(), what);
    }
}
