//! `[[bout]]`: what happens one after the other, or `duration` for a run of one bout.

use crate::base::suggest;
use crate::base::time::{Duration, Time};
use crate::config::network::{Bout, RUN};
use crate::config::reader::{Item, Section};
use crate::engine::simulation::Keep;
use crate::network::Stimulus;

/// Reads the bouts; stimuli are all on where a bout does not say which. Names of stimuli are checked where `stimuli` are
/// all there are.
pub(super) fn read(root: &Section<'_>, stimuli: Option<&[Stimulus]>) -> Option<Vec<Bout>> {
    let all = stimuli.map(|stimuli| {
        let names = stimuli.iter().map(|stimulus| stimulus.name.clone());
        names.collect::<Vec<_>>()
    });
    let Some(item) = root.get("bout") else {
        let duration = root
            .need("duration", "how long the network runs, such as \"1 s\"")
            .and_then(|item| item.duration())?;
        return Some(vec![Bout {
            name: RUN.into(),
            duration,
            stimuli: all.unwrap_or_default(),
            keep: Keep::All,
        }]);
    };
    if let Some(other) = root.get("duration") {
        let message = "`duration` and `bout` exclude each other: bouts have durations of their own";
        other.reader.problem(other.key_origin, message, None);
        return None;
    }
    let entries = match item.is_array() {
        true => item.items("bouts")?,
        false => vec![item],
    };
    let read = entries.iter().enumerate();
    let read = read.map(|(at, entry)| one(entry, at + 1, all.as_deref()));
    let bouts: Option<Vec<Bout>> = read.collect::<Vec<_>>().into_iter().collect();
    let bouts = bouts?;
    if bouts.is_empty() {
        return root.get("bout")?.refuse("at least one bout", None);
    }
    let mut good = true;
    for (at, (bout, entry)) in bouts.iter().zip(&entries).enumerate() {
        if bouts[..at].iter().any(|other| other.name == bout.name) {
            let message = format!(
                "`{}`: found two bouts called `{}`, expected each name once",
                entry.path, bout.name
            );
            entry.reader.problem(entry.origin(), message, None);
            good = false;
        }
    }
    let mut clock = Time::ZERO;
    for (bout, entry) in bouts.iter().zip(&entries) {
        match clock.checked_add(bout.duration) {
            Some(end) => clock = end,
            None => {
                let message = "the bouts last longer than the simulation's clock of 106 days";
                entry.reader.problem(entry.origin(), message, None);
                return None;
            }
        }
    }
    good.then_some(bouts)
}

/// How long `bouts` last together.
pub(super) fn duration(bouts: &[Bout]) -> Duration {
    bouts.iter().fold(Duration::ZERO, |sum, bout| {
        Duration::from_ps(sum.ps().saturating_add(bout.duration.ps()))
    })
}

fn one(item: &Item<'_>, number: usize, all: Option<&[String]>) -> Option<Bout> {
    let section = item.section()?;
    let name = section.or("name", format!("bout {number}"), |item| {
        let text = item.text("a name")?;
        match text.trim().is_empty() {
            true => item.refuse("a name with letters in it", None),
            false => Some(text.to_owned()),
        }
    });
    let duration = section
        .need("duration", "how long the bout lasts, such as \"60 s\"")
        .and_then(|item| item.duration());
    let every = all.map(<[String]>::to_vec).unwrap_or_default();
    let stimuli = section.or("stimuli", every, |item| on(&item, all));
    let keep = section.or("keep", Keep::All, |item| {
        item.choice(&[("all", Keep::All), ("weights", Keep::Weights)])
    });
    Some(Bout {
        name: name?,
        duration: duration?,
        stimuli: stimuli?,
        keep: keep?,
    })
}

/// The stimuli that are on, in the order of the network; a single one needs no brackets.
fn on(item: &Item<'_>, all: Option<&[String]>) -> Option<Vec<String>> {
    const EXPECTED: &str = "the name of a stimulus";
    let known: Vec<&str> = all.unwrap_or_default().iter().map(String::as_str).collect();
    let one = |entry: &Item<'_>| {
        let text = entry.text(EXPECTED)?;
        // Where a stimulus is at fault that is the problem to mend.
        if all.is_none() || known.contains(&text) {
            return Some(text.to_owned());
        }
        entry.refuse(EXPECTED, suggest::help(text, &known))
    };
    let mut names = match item.is_array() {
        true => item.list("names of stimuli", |entry| one(&entry))?,
        false => vec![one(item)?],
    };
    names.sort();
    if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        let message = format!("`{}` names stimulus `{}` twice", item.path, pair[0]);
        item.reader.problem(item.origin(), message, None);
        return None;
    }
    Some(names)
}
