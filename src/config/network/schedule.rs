//! What a run goes through: bouts, repeated and nested; a hypnogram; or a `duration` for one bout.

mod entry;

use std::collections::{BTreeMap, BTreeSet};

use super::bout::{Bout, RUN};
use super::hypnogram::{self, Played};
use super::stage::Stage;
use crate::base::time::Time;
use crate::config::form::{Around, span};
use crate::config::reader::Section;
use entry::{Entries, Leaf};

pub(in crate::config) use entry::Draft;

/// What a run goes through, and what night that is, if it is one.
pub(super) struct Schedule {
    pub(super) bouts: Vec<Bout>,
    pub(super) played: Option<Played>,
    /// Names of the stages that some of them are in.
    pub(super) stages: BTreeSet<String>,
}

/// Reads what the run goes through, end to end; `stages` and the `seed` are `None` where they are at fault.
pub(super) fn schedule(
    root: &Section<'_>,
    around: &Around<'_>,
    stages: Option<&[Stage]>,
    seed: Option<u64>,
) -> Option<Schedule> {
    let (bout, duration) = (root.get("bout"), root.get("duration"));
    let night = match root.get("hypnogram") {
        Some(item) => Some(item.section()?),
        None => None,
    };
    let asked = night.as_ref().filter(|night| !hypnogram::is_played(night));
    let whole = bout.as_ref().map(|_| "bout");
    let whole = whole.or(asked.map(|_| "hypnogram"));
    if let Some((other, whole)) = duration.as_ref().zip(whole) {
        let own = match whole {
            "bout" => "bouts have durations of their own",
            _ => "a night is as long as its epochs",
        };
        let message = format!("`duration` and `{whole}` exclude each other: {own}");
        other.reader.problem(other.key_origin, message, None);
        night.iter().for_each(Section::ignore);
        return None;
    }
    if let Some((asked, bout)) = asked.zip(bout.as_ref()) {
        let message = "`bout` and `hypnogram` exclude each other: a night is its own bouts";
        bout.reader.problem(bout.key_origin, message, None);
        asked.ignore();
        return None;
    }
    if let Some(night) = asked {
        let (bouts, played) = hypnogram::bouts(night, around, stages, seed)?;
        let leaves: Vec<Leaf<'_>> = bouts
            .into_iter()
            .map(|bout| Leaf::of_night(bout, night))
            .collect();
        let order: Vec<usize> = (0..leaves.len()).collect();
        return Some(Schedule {
            bouts: named(&leaves, &order)?,
            played: Some(played),
            stages: stages_of(&leaves),
        });
    }
    let played = match &night {
        Some(night) => Some(hypnogram::played(night, around)?),
        None => None,
    };
    let Some(item) = bout else {
        let item = root.need("duration", "how long the network runs, such as \"1 s\"")?;
        let duration = (span().read)(&item, around)?;
        let bouts = vec![Bout {
            duration,
            ..Bout::new(RUN.into(), around)
        }];
        return Some(Schedule {
            bouts,
            played,
            stages: BTreeSet::new(),
        });
    };
    let mut entries = Entries::new(around, stages.unwrap_or_default());
    let tree = entries.read(&item)?;
    let leaves = entries.into_leaves();
    let order = entry::expand(&tree, &item)?;
    stages?;
    let bouts = named(&leaves, &order)?;
    Some(Schedule {
        bouts,
        played,
        stages: stages_of(&leaves),
    })
}

fn stages_of(leaves: &[Leaf<'_>]) -> BTreeSet<String> {
    let stages = leaves.iter().filter_map(|leaf| leaf.stage.clone());
    stages.collect()
}

/// The bouts that `order` makes of `leaves`, each with a name of its own and an end that the clock holds.
fn named(leaves: &[Leaf<'_>], order: &[usize]) -> Option<Vec<Bout>> {
    let mut bouts = Vec::with_capacity(order.len());
    // How often a name was given, and by which entry first.
    let mut given: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let (mut taken, mut good) = (BTreeSet::new(), true);
    let mut clock = Time::ZERO;
    let mut short = Vec::new();
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
            let path = &leaf.path;
            let message =
                format!("`{path}`: found two bouts called `{name}`, expected each name once");
            leaf.reader.problem(leaf.origin, message, None);
            good = false;
        }
        if let Some(ramp) = leaf.bout.ramp.filter(|&ramp| ramp > leaf.bout.duration) {
            short.push((leaf.bout.duration, ramp, name.clone(), leaf));
        }
        let Some(end) = clock.checked_add(leaf.bout.duration) else {
            let message = "the bouts last longer than the simulation's clock of 106 days";
            leaf.reader.problem(leaf.origin, message, None);
            return None;
        };
        clock = end;
        bouts.push(Bout {
            name,
            kind: leaf.bout.kind.clone().or_else(|| leaf.stage.clone()),
            ..leaf.bout.clone()
        });
    }
    // Of a night many are; one that the shortest goes with goes with all.
    if let Some((lasts, ramp, name, leaf)) = short.iter().min_by_key(|one| one.0) {
        let message = format!(
            "`{}`: bout `{name}` lasts {lasts}, expected at least its ramp of {ramp}",
            leaf.path
        );
        let help = match short.len() {
            1 => None,
            n => Some(format!(
                "it is the shortest of {n} such bouts: a ramp of at most {lasts} goes with all of them"
            )),
        };
        leaf.reader.problem(leaf.origin, message, help);
        return None;
    }
    good.then_some(bouts)
}
