//! Where the attributes of SONATA nodes lie: in a group, of which each node has an entry.

use std::path::Path;

use hdf5::Group;

use super::dataset::{self, Fault};

/// The group of attributes that all nodes of a population have, and which entry of it each has.
pub(super) struct NodeGroup {
    /// The group.
    pub(super) group: Group,
    /// Where it is.
    pub(super) place: String,
    /// The entry of each node by its number; `None` where they are in order.
    entries: Option<Vec<usize>>,
}

impl NodeGroup {
    /// That of the nodes of `population`, which lies at `place`; `expected` says what it should hold.
    ///
    /// # Errors
    /// If there is none, if nodes have several, or if the columns that say who has which entry do not fit.
    pub(super) fn of(
        path: &Path,
        population: &Group,
        place: &str,
        expected: &str,
    ) -> Result<Self, Fault> {
        let column = |name: &str| -> Result<Option<Vec<u64>>, Fault> {
            if !population.link_exists(name) {
                return Ok(None);
            }
            let column = dataset::column(path, population, place, name, "a column of nodes")?;
            dataset::whole_numbers(&column, &format!("{place}/{name}")).map(Some)
        };
        let groups = column("node_group_id")?.unwrap_or_default();
        let number = groups.first().copied().unwrap_or(0);
        if let Some(at) = groups.iter().position(|group| *group != number) {
            let place = format!("{place}/node_group_id[{at}]");
            let expected = format!("{number}, as above: nodes of one group");
            return Err(Fault::content(&place, groups[at], &expected));
        }
        let inner = format!("{place}/{number}");
        let group = population
            .group(&number.to_string())
            .map_err(|_| Fault::content(&inner, "no such group", expected))?;
        let (ids, entries) = (column("node_id")?, column("node_group_index")?);
        Ok(Self {
            group,
            entries: entries_of(place, ids, entries)?,
            place: inner,
        })
    }

    /// The values of nodes in the order of their numbers, from a column of the group.
    ///
    /// # Errors
    /// If a node's entry is beyond them.
    pub(super) fn of_nodes(&self, values: Vec<f64>, place: &str) -> Result<Vec<f64>, Fault> {
        let Some(entries) = &self.entries else {
            return Ok(values);
        };
        let value = |(node, &entry): (usize, &usize)| {
            values.get(entry).copied().ok_or_else(|| {
                let found = format!("{} values", values.len());
                let expected = format!("entry {entry}, which node {node} has");
                Fault::content(place, found, &expected)
            })
        };
        entries.iter().enumerate().map(value).collect()
    }
}

/// The entry of each node by its number, where rows of a population are of the nodes `ids` and have these `entries`; in order where
/// the file does not say; `None` if that is what they are.
fn entries_of(
    place: &str,
    ids: Option<Vec<u64>>,
    entries: Option<Vec<u64>>,
) -> Result<Option<Vec<usize>>, Fault> {
    let Some(n) = ids.as_ref().or(entries.as_ref()).map(Vec::len) else {
        return Ok(None);
    };
    if let (Some(ids), Some(entries)) = (&ids, &entries)
        && ids.len() != entries.len()
    {
        let found = format!("{} entries", entries.len());
        let expected = format!("{}, as `node_id` has", ids.len());
        return Err(Fault::content(
            &format!("{place}/node_group_index"),
            found,
            &expected,
        ));
    }
    let mut by_node = vec![None; n];
    for row in 0..n {
        let id = ids.as_ref().map_or(row as u64, |ids| ids[row]);
        let entry = entries.as_ref().map_or(row as u64, |entries| entries[row]);
        let free = usize::try_from(id).ok().and_then(|id| by_node.get_mut(id));
        match free {
            Some(free @ None) => *free = usize::try_from(entry).ok(),
            _ => {
                let place = format!("{place}/node_id[{row}]");
                return Err(Fault::content(&place, id, "each number from 0 on once"));
            }
        }
    }
    let by_node: Vec<usize> = by_node.into_iter().flatten().collect();
    let in_order = by_node
        .iter()
        .enumerate()
        .all(|(node, entry)| node == *entry);
    Ok((!in_order).then_some(by_node))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_have_the_entries_that_the_file_says() {
        let of = |ids: Option<Vec<u64>>, entries: Option<Vec<u64>>| {
            entries_of("/nodes/a", ids, entries).map_err(|fault| fault.told().0)
        };
        assert_eq!(of(None, None), Ok(None));
        assert_eq!(of(Some(vec![0, 1, 2]), Some(vec![0, 1, 2])), Ok(None));
        assert_eq!(of(None, Some(vec![2, 0, 1])), Ok(Some(vec![2, 0, 1])));
        // The row of node 2 comes first.
        assert_eq!(of(Some(vec![2, 0, 1]), None), Ok(Some(vec![1, 2, 0])));
        assert_eq!(
            of(Some(vec![2, 0, 1]), Some(vec![1, 0, 2])),
            Ok(Some(vec![0, 2, 1]))
        );
        for ids in [vec![0, 0], vec![0, 2]] {
            let told = of(Some(ids), None).expect_err("no numbering");
            assert!(told.contains("/nodes/a/node_id[1]"), "{told}");
        }
        let told = of(Some(vec![0, 1]), Some(vec![0])).expect_err("lengths");
        assert!(told.contains("found 1 entries, expected 2"), "{told}");
    }
}
