//! Compumedics Profusion's XML: a number for each epoch, in the code of Rechtschaffen and Kales.

use roxmltree::{Document, Node};

use super::{EPOCH_MS, Numbers, Scored, Wrong, length, stages, word};
use crate::base::shown::shown;
use crate::base::time::Duration;

fn find<'a, 'i>(document: &'a Document<'i>, name: &str) -> Option<Node<'a, 'i>> {
    document.descendants().find(|node| node.has_tag_name(name))
}

/// The list of epochs, if the file is one of Profusion's.
pub(super) fn epochs<'a, 'i>(document: &'a Document<'i>) -> Option<Node<'a, 'i>> {
    find(document, "SleepStages")
}

/// What a file says, epoch by epoch.
pub(super) fn scored(document: &Document<'_>, epochs: Node<'_, '_>) -> Result<Vec<Scored>, Wrong> {
    let said = find(document, "EpochLength").and_then(|node| node.text());
    let length = match said {
        Some(text) => length(text).ok_or_else(|| {
            let found = format!("EpochLength `{}`", shown(text));
            Wrong::at("the file", &found, "a length in seconds")
        })?,
        None => Duration::from_ms(EPOCH_MS).unwrap_or_default(),
    };
    let epochs = epochs.children();
    epochs
        .filter(|node| node.has_tag_name("SleepStage"))
        .enumerate()
        .map(|(index, node)| {
            let text = node.text().unwrap_or_default();
            let number = text.trim().parse::<i64>().ok();
            let score = number.and_then(|n| word::numbered(n, Numbers::RechtschaffenKales));
            let score = score.ok_or_else(|| {
                let place = format!("entry {}", index + 1);
                let found = format!("SleepStage `{}`", shown(text));
                let expected = format!("{}, as a number from 0 to 6, or 9", stages());
                Wrong::at(&place, &found, &expected)
            })?;
            Ok(Scored {
                start: None,
                length,
                score,
                place: index + 1,
            })
        })
        .collect()
}
