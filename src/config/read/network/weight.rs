//! Weights onto populations, in the unit that their neuron models ask for.

use crate::base::parameter::Dimension;
use crate::config::reader::{Item, Section};
use crate::neuron::Model;

use super::Known;

/// What weights onto the populations `targets`, which `item` names, are measured in. `None` if one of them takes no
/// spikes or two differ, which is reported, or if no model is known.
pub(super) fn dimension(
    item: &Item<'_>,
    targets: &[String],
    known: &Known<'_>,
) -> Option<Dimension> {
    let mut first: Option<(&str, &Model, Dimension)> = None;
    let mut good = true;
    for target in targets {
        let Some(model) = known.model(target) else {
            continue;
        };
        let name = model.spec.name;
        let Some(dimension) = model.weight else {
            let message = format!(
                "`{}` names population `{target}`, whose neurons (`{name}`) only send spikes; expected a population \
                 that spikes can reach",
                item.path
            );
            item.reader.problem(item.origin(), message, None);
            good = false;
            continue;
        };
        match first {
            None => first = Some((target, model, dimension)),
            Some((other, of, expected)) if expected != dimension => {
                let message = format!(
                    "`{}` names populations whose weights differ: {} onto `{other}` (`{}`), {} onto `{target}` \
                     (`{name}`); expected one unit for all of them",
                    item.path,
                    kind(expected),
                    of.spec.name,
                    kind(dimension)
                );
                let help = "write one table for each, which may copy the other: `like = \"…\"`";
                item.reader
                    .problem(item.origin(), message, Some(help.into()));
                good = false;
            }
            Some(_) => {}
        }
    }
    let (_, _, dimension) = first.filter(|_| good)?;
    Some(dimension)
}

/// What weights are, for messages: "potentials (mV)".
fn kind(dimension: Dimension) -> String {
    let what = match dimension {
        Dimension::One | Dimension::Weight => return "numbers without unit".into(),
        Dimension::Time => "times",
        Dimension::Rate => "rates",
        Dimension::Voltage => "potentials",
        Dimension::Current => "currents",
        Dimension::Capacitance => "capacitances",
    };
    format!("{what} ({})", dimension.unit())
}

/// The value of `weight` in `section`, or 1 where weights have no unit and the file is silent. Where the dimension is
/// unknown for another problem, the key is not looked at.
pub(super) fn read<T>(
    section: &Section<'_>,
    dimension: Option<Dimension>,
    one: T,
    read: impl FnOnce(&Item<'_>, Dimension) -> Option<T>,
) -> Option<T> {
    let what = match dimension {
        None => {
            section.know("weight");
            return None;
        }
        Some(Dimension::One) if !section.gives("weight") => {
            section.know("weight");
            return Some(one);
        }
        Some(Dimension::Voltage) => "what an arrival adds to the potential, such as \"0.1 mV\"",
        Some(Dimension::Current) => "what an arrival adds to the current, such as \"20 pA\"",
        Some(_) => "what an arrival adds",
    };
    read(&section.need("weight", what)?, dimension?)
}
