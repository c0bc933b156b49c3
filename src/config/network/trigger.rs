//! `[trigger.NAME]`: what sets off pulses.

use crate::base::parameter::{Spec, Values};
use crate::base::time::Duration;
use crate::config::fault;
use crate::config::form::{
    Around, Keys, Row, Table, chosen, describe, few, given, population_name, read, refuse_foreign,
    registered, span, spec_keys, text, wait,
};
use crate::config::reader::Section;
use crate::network::trigger::LATENCY;
use crate::network::{Choice, Network, Trigger};
use crate::trigger::{Watches, entry, specs};

impl Table for Trigger {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let spec = self.kind.spec;
        let watches = entry(spec.name).map_or(Watches::Nothing, |entry| entry.watches);
        k.need(
            "kind",
            &mut { spec.name },
            registered(specs()),
            "what it looks for",
        );
        if watches == Watches::Spikes {
            let what = "the population whose spikes it watches";
            k.need(
                "population",
                &mut self.population,
                given(population_name()),
                what,
            );
        }
        if watches == Watches::Weights {
            let what = "the projection whose weights it watches, one with `plasticity`";
            k.need(
                "projection",
                &mut self.projection,
                given(text("the name of a projection with `plasticity`")),
                what,
            );
        }
        spec_keys(spec, &mut self.kind.values, k);
        if watches != Watches::Nothing {
            let what = "from the instant at which it can know until it tells; windows of lanes are no longer than it";
            k.or("latency", &mut self.latency, span(), what);
        }
        let what = "for so long after something was found nothing else is";
        k.or("refractory", &mut self.refractory, wait(), what);
    }

    fn check(&self, section: &Section<'_>, around: &Around<'_>) -> bool {
        let at_fault = |name: &String| around.known.population(name).is_none();
        if self.population.as_ref().is_some_and(at_fault) {
            return true;
        }
        fault::reported(section, around.known.network.check_trigger(self)).is_some()
    }
}

/// A trigger of the kind of `spec`, before anything is known of it.
pub(in crate::config) fn start(name: &str, spec: &'static Spec) -> Trigger {
    Trigger {
        name: name.into(),
        kind: Choice {
            spec,
            values: Values::new(),
        },
        population: None,
        projection: None,
        latency: LATENCY,
        refractory: Duration::ZERO,
    }
}

/// Every kind with the keys that a trigger of it has.
pub(in crate::config) fn by_kind() -> Vec<(&'static str, Vec<Row>)> {
    let specs = specs().into_iter();
    specs
        .map(|spec| (spec.name, describe(&start("", spec))))
        .collect()
}

/// Reads the table.
pub(super) fn trigger(section: &Section<'_>, name: &str, around: &Around<'_>) -> Option<Trigger> {
    let spec = chosen(section, "kind", "what it looks for", &specs())?;
    let good = refuse_foreign(section, &by_kind(), spec.name, "trigger");
    read(section, start(name, spec), around).filter(|_| good)
}

/// How often a trigger looks though nothing spikes, in the kinds that do.
const STEPS: [&str; 2] = ["look", "bin"];

/// Most looks of a trigger in a run: as many take some seconds.
const MOST_LOOKS: i64 = 10_000_000;

/// Whether each of `triggers` looks as often in the `run` as can be waited for; reports which does not.
pub(super) fn end(root: &Section<'_>, triggers: &[Trigger], run: Duration) -> bool {
    let mut good = true;
    let triggers = triggers.iter();
    let triggers = triggers.map(|trigger| (&trigger.name[..], &trigger.kind.values));
    fault::each_read(root, "trigger", triggers, |own, values| {
        for key in STEPS {
            let step = values.number(key).and_then(|ms| Duration::from_ms(ms).ok());
            // What is copied is refused where it was written.
            if let (Some(step), Some(item)) = (step, own.get(key)) {
                good &= few(&item, step, run, MOST_LOOKS);
            }
        }
    });
    good
}

/// Whether everything that is watched fires; reports what never does.
pub(super) fn hear(root: &Section<'_>, network: &Network) -> bool {
    let triggers = network.triggers.iter();
    let triggers = triggers.map(|trigger| (&trigger.name[..], network.check_heard(trigger)));
    fault::all_reported(root, "trigger", triggers)
}
