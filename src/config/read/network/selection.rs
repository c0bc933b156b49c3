//! Some neurons of a population: `{ population = "e", neurons = [0, 5, 7] }` or `{ population = "e", first = 100 }`.

use crate::config::network::Selection;
use crate::config::reader::{Item, Section};

use super::Known;

/// Longest list of neurons: 64 MB in memory.
pub(super) const LONGEST: u32 = 1 << 24;

/// The population that the table names.
pub(super) fn population(section: &Section<'_>, known: &Known<'_>) -> Option<String> {
    section
        .need("population", "whose neurons are recorded")
        .and_then(|item| known.name(&item))
}

/// The neurons that the table names; checked against the population where that is known.
pub(super) fn neurons(
    section: &Section<'_>,
    population: Option<&str>,
    known: &Known<'_>,
) -> Option<Selection> {
    let size = population
        .and_then(|name| known.population(name))
        .map(|known| known.size);
    match (section.get("neurons"), section.get("first")) {
        (Some(_), Some(first)) => {
            let message = format!("`{}` and `neurons` exclude each other", first.path);
            first.reader.problem(first.key_origin, message, None);
            None
        }
        (Some(item), None) => listed(&item, population, size),
        (None, Some(item)) => {
            let count = u32::try_from(item.integer(1, i64::from(u32::MAX))?).ok()?;
            if let Some(size) = size
                && count > size
            {
                return item.refuse(&at_most(size, population), None);
            }
            if size == Some(count) {
                return Some(Selection::All);
            }
            if count > LONGEST {
                let expected = format!("at most {LONGEST}, or the whole population");
                return item.refuse(&expected, None);
            }
            Some(Selection::Some((0..count).collect()))
        }
        (None, None) => {
            let what =
                "the numbers of the neurons, such as [0, 1, 2], or `first`, how many from number 0";
            section.need("neurons", what);
            None
        }
    }
}

fn at_most(size: u32, population: Option<&str>) -> String {
    let name = population.unwrap_or_default();
    format!("at most {size}, the neurons of population `{name}`")
}

fn listed(item: &Item<'_>, population: Option<&str>, size: Option<u32>) -> Option<Selection> {
    let last = size.map_or(u32::MAX, |size| size.saturating_sub(1));
    let mut nodes = item.list("an array of the numbers of neurons", |entry| {
        let node = u32::try_from(entry.integer(0, i64::from(u32::MAX))?).ok()?;
        if node > last {
            let name = population.unwrap_or_default();
            let expected = format!("0 to {last}, the neurons of population `{name}`");
            return entry.refuse(&expected, None);
        }
        Some(node)
    })?;
    if nodes.is_empty() {
        return item.refuse("at least one neuron", None);
    }
    nodes.sort_unstable();
    if let Some(pair) = nodes.windows(2).find(|pair| pair[0] == pair[1]) {
        let message = format!("`{}` names neuron {} twice", item.path, pair[0]);
        item.reader.problem(item.origin(), message, None);
        return None;
    }
    // As many as there are and none twice.
    let all = size.is_some_and(|size| nodes.len() == size as usize);
    Some(if all {
        Selection::All
    } else {
        Selection::Some(nodes)
    })
}
