//! What changes the weights of a projection, with who learns.

use crate::base::parameter::{Dimension, Range, Spec, Values};
use crate::config::form::{
    Around, Form, Keys, Row, Table, count, describe, each, given, given_or_off, modulator_name,
    number, population_name, registered, spec_keys,
};
use crate::config::reader::Item;
use crate::network::{Choice, Learning};
use crate::plasticity;

impl Table for Learning {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Choice { spec, values } = &mut self.rule;
        let spec_name = spec.name;
        let rules = registered(plasticity::specs());
        k.need("rule", &mut { spec.name }, rules, "the plasticity rule; at one instant arrivals come before spikes of the target, and no event sees another of its instant, but under `sleep_replay`, whose window holds it");
        spec_keys(spec, values, k);
        let what =
            "the modulator that acts on it: changes are multiplied by it, or as the rule says";
        let form = given(modulator_name());
        k.told("modulator", "none", &mut self.modulator, form, what);
        let what = "sources that store memory, as numbers or how many from 0 on: synapses from others are static, and no part of \
                    recorded weights";
        k.told("sources", "all", &mut self.sources, given(neurons()), what);
        let what = "targets that store memory, counted over all target populations, as numbers or how many from 0 on: \
                    synapses onto others are static, and no part of recorded weights";
        k.told("targets", "all", &mut self.targets, given(neurons()), what);
        let entry = plasticity::rule(spec_name).ok();
        if entry.is_some_and(|rule| rule.is_taught) {
            let what =
                "the population whose neurons teach one target each, after the projection's delay";
            let mut teacher = self.teacher.take().unwrap_or_default();
            k.need("teacher", &mut teacher, population_name(), what);
            self.teacher = Some(teacher);
        }
        if let Some(rule) = entry.filter(|rule| !rule.is_bounded) {
            let what = "a weight above this, without sign, ends the run: learning that explodes, as the rule has no bounds; looked at \
                        where each of the first ten `guard.window`s ends, and every tenth after that";
            let dimension = match rule.is_signed {
                true => Dimension::One,
                false => Dimension::Weight,
            };
            let form = given_or_off(number(dimension, Range::Positive));
            k.told("max_weight", "none", &mut self.max_weight, form, what);
        }
    }
}

/// Numbers of neurons, ascending, or how many from number 0 on.
fn neurons() -> Form<'static, Vec<u32>> {
    let any = || count(0, u32::MAX.into());
    let (many, some) = (count(1, 1 << 24), each(any(), "neuron", false));
    let read = move |item: &Item<'_>, around: &Around<'_>| match item.is_array() {
        true => {
            let mut nodes: Vec<u32> = (some.read)(item, around)?;
            nodes.sort_unstable();
            Some(nodes)
        }
        false => {
            let first: u32 = (many.read)(item, around)?;
            Some((0..first).collect())
        }
    };
    let write = |nodes: &Vec<u32>, _| {
        let counted = (0..).zip(nodes).all(|(k, &node)| k == node);
        match counted {
            true => nodes.len().to_string(),
            false => format!("{nodes:?}"),
        }
    };
    Form::new("neurons", read, write)
        .expecting("how many from number 0 on, or their numbers, such as [0, 1, 2]")
}

/// Keys of `plasticity` by its rules.
pub(in crate::config) fn by_plasticity() -> Vec<(&'static str, Vec<Row>)> {
    let rule = |spec: &'static Spec| {
        let values = Values::new();
        let learning = Learning::new(Choice { spec, values });
        (spec.name, describe(&learning))
    };
    plasticity::specs().into_iter().map(rule).collect()
}
