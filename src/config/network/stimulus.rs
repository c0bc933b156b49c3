//! `[stimulus.NAME]`: what drives the network from outside.

use crate::base::parameter::{Dimension, Kind, ParameterSpec, Range, Spec, Values};
use crate::config::fault;
use crate::config::form::{
    Around, Keys, Row, Table, chosen, describe, flag, given, number, one_of, population_name,
    populations, read, refuse_foreign, registered, spec_keys, trigger_name, wait,
};
use crate::config::reader::Section;
use crate::network::{Choice, Pulses, Stimulus, Swings};
use crate::stimulus;

use super::oscillation;
use super::projection::{ADDS_ONE, adds, onto};

impl Table for Stimulus {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let spec = self.kind.spec;
        let Ok(entry) = stimulus::entry(spec.name) else {
            return;
        };
        let kinds = registered(stimulus::specs());
        k.need("kind", &mut { spec.name }, kinds, "what it brings");
        match (entry.names_neurons, entry.arrives) {
            (true, _) => {
                let what = "the population onto whose neurons the spikes go";
                k.need("target", &mut self.targets, one_of(population_name()), what);
            }
            (false, true) => {
                let what = "the populations that are driven";
                k.need("target", &mut self.targets, populations(), what);
            }
            (false, false) => {
                let what = "the populations that are driven; their neurons have a capacitance";
                k.need("target", &mut self.targets, populations(), what);
            }
        }
        if entry.arrives {
            onto(&self.targets, k);
        }
        spec_keys(spec, &mut self.kind.values, k);
        if let Some((section, _)) = k.reading() {
            leave_far_aside(section, spec, &mut self.kind.values);
        }
        if entry.arrives {
            let form = number(Dimension::Weight, Range::Finite);
            k.aside(|k| adds(&mut self.weight, form, ADDS_ONE, k));
        }
        if entry.swings {
            oscillation::swings(&mut self.swings, !entry.arrives, k);
        }
        if entry.pulsed {
            pulses(&mut self.pulses, k);
        }
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let at_fault = |name: &String| around.known.population(name).is_none();
        if self.targets.iter().any(at_fault) {
            return true;
        }
        let mut own = self.clone();
        // Where a trigger is at fault that is the problem to mend.
        if around.triggers.is_none() {
            own.pulses = Pulses::default();
        }
        if around.oscillations.is_none() {
            own.swings = Swings::default();
        }
        fault::reported(section, around.known.network.check_stimulus(&own)).is_some()
    }
}

/// When a stimulus comes in pulses.
fn pulses(pulses: &mut Pulses, k: &mut Keys<'_>) {
    let what = "what sets off its pulses: the name of a table [trigger.NAME]";
    k.need("trigger", &mut pulses.trigger, given(trigger_name()), what);
    let what = "from when the trigger tells to the pulse";
    k.or("delay", &mut pulses.delay, wait(), what);
    let what =
        "with which probability a pulse is delivered; one that is not is noted, as a control";
    let share = number(Dimension::One, Range::Between(0.0, 1.0));
    k.or("probability", &mut pulses.probability, share, what);
    let what = "for so long after a pulse began there is no other";
    k.or("refractory", &mut pulses.refractory, wait(), what);
    let what = "whether pulses are only noted: nothing is delivered";
    k.or("sham", &mut pulses.sham, flag(), what);
}

/// Leaves aside what is copied and something written nearer stands in place of: of steps and a pulse the farther.
fn leave_far_aside(section: &Section<'_>, spec: &Spec, values: &mut Values) {
    let list = |parameter: &&ParameterSpec| matches!(parameter.kind, Kind::Steps(_));
    let (listed, others): (Vec<&ParameterSpec>, Vec<&ParameterSpec>) =
        spec.parameters.iter().partition(list);
    let [listed] = listed[..] else {
        return;
    };
    let near = others.iter().filter_map(|p| section.distance(p.name)).min();
    match (section.distance(listed.name), near) {
        (Some(at), Some(near)) if near < at => drop(values.remove(listed.name)),
        (Some(at), _) => {
            let far = others
                .iter()
                .filter(|p| section.distance(p.name) != Some(at));
            far.for_each(|p| drop(values.remove(p.name)));
        }
        _ => {}
    }
}

/// A stimulus of the kind of `spec`, before anything is known of it.
pub(in crate::config) fn start(name: &str, spec: &'static Spec) -> Stimulus {
    let arrives = stimulus::entry(spec.name).is_ok_and(|entry| entry.arrives);
    Stimulus {
        name: name.into(),
        kind: Choice {
            spec,
            values: Values::new(),
        },
        targets: Vec::new(),
        weight: if arrives { 1.0 } else { 0.0 },
        pulses: Pulses::default(),
        swings: Swings::default(),
        data: None,
    }
}

/// Every kind with the keys that a stimulus of it has.
pub(in crate::config) fn by_kind() -> Vec<(&'static str, Vec<Row>)> {
    let specs = stimulus::specs().into_iter();
    specs
        .map(|spec| (spec.name, describe(&start("", spec))))
        .collect()
}

/// Reads the table.
pub(super) fn stimulus(section: &Section<'_>, name: &str, around: &Around<'_>) -> Option<Stimulus> {
    let spec = chosen(section, "kind", "what it brings", &stimulus::specs())?;
    let good = refuse_foreign(section, &by_kind(), spec.name, "stimulus");
    read(section, start(name, spec), around).filter(|_| good)
}
