//! What a run goes through: bouts, repeated and nested; a hypnogram; or a `duration` for one bout.

mod entry;

use std::collections::{BTreeMap, BTreeSet};

use super::bout::{Bout, RUN};
use super::stage::Stage;
use crate::base::time::Time;
use crate::config::form::{Around, span};
use crate::config::reader::{Item, Section};
use entry::{Entries, Leaf};

pub(in crate::config) use entry::Draft;

/// Most bouts of a run: written out, as `check` does, they fit into a model file.
pub(super) const MOST_BOUTS: usize = 4096;

/// Reads what the run goes through, end to end; `stages` are `None` where one of them is at fault.
pub(super) fn bouts(
    root: &Section<'_>,
    around: &Around<'_>,
    stages: Option<&[Stage]>,
) -> Option<Vec<Bout>> {
    let Some(item) = root.get("bout") else {
        let item = root.need("duration", "how long the network runs, such as \"1 s\"")?;
        let duration = (span().read)(&item, around)?;
        return Some(vec![Bout {
            duration,
            ..Bout::new(RUN.into(), around)
        }]);
    };
    if let Some(other) = root.get("duration") {
        let message = "`duration` and `bout` exclude each other: bouts have durations of their own";
        other.reader.problem(other.key_origin, message, None);
        return None;
    }
    let mut entries = Entries::new(around, stages.unwrap_or_default());
    let tree = entries.read(&item)?;
    let leaves = entries.into_leaves();
    let order = entry::expand(&tree, &item)?;
    stages?;
    named(&leaves, &order)
}

/// The bouts that `order` makes of `leaves`, each with a name of its own and an end that the clock holds.
fn named(leaves: &[Leaf<'_>], order: &[usize]) -> Option<Vec<Bout>> {
    let mut bouts = Vec::with_capacity(order.len());
    // How often a name was given, and by which entry first.
    let mut given: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let (mut taken, mut good) = (BTreeSet::new(), true);
    let mut clock = Time::ZERO;
    for &at in order {
        let leaf = &leaves[at];
        let (times, first) = given.entry(&leaf.bout.name).or_insert((0, at));
        *times += 1;
        let repeats = *first == at || !leaf.is_named;
        let name = match *times {
            times if times > 1 && repeats => format!("{} {times}", leaf.bout.name),
            _ => leaf.bout.name.clone(),
        };
        if !taken.insert(name.clone()) {
            let path = &leaf.item.path;
            problem(
                &leaf.item,
                format!("`{path}`: found two bouts called `{name}`, expected each name once"),
            );
            good = false;
        }
        let Some(end) = clock.checked_add(leaf.bout.duration) else {
            let message = "the bouts last longer than the simulation's clock of 106 days";
            problem(&leaf.item, message.into());
            return None;
        };
        clock = end;
        bouts.push(Bout {
            name,
            ..leaf.bout.clone()
        });
    }
    good.then_some(bouts)
}

fn problem(item: &Item<'_>, message: String) {
    item.reader.problem(item.origin(), message, None);
}
