//! NSRR's XML: events, of which some are stages.

use roxmltree::{Document, Node};

use super::{Scored, Wrong, length, seconds, stages, word};
use crate::base::shown::shown;

/// What a file says, event by event, in the order of their onsets.
pub(super) fn scored(document: &Document<'_>) -> Result<Vec<Scored>, Wrong> {
    let all = document.descendants();
    let events = all.filter(|node| node.has_tag_name("ScoredEvent"));
    let mut scored = Vec::new();
    for (index, event) in events.enumerate() {
        if value(event, "EventType").is_some_and(|kind| kind.starts_with("Stages")) {
            scored.push(one(event, index + 1)?);
        }
    }
    scored.sort_by_key(|one| one.start);
    Ok(scored)
}

fn value<'a>(event: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let child = event.children().find(|child| child.has_tag_name(name));
    child.and_then(|child| child.text()).map(str::trim)
}

fn one(event: Node<'_, '_>, place: usize) -> Result<Scored, Wrong> {
    let field = |name: &str| value(event, name).unwrap_or_default();
    let wrong = |name: &str, expected: &str| {
        let found = format!("{name} `{}`", shown(field(name)));
        Wrong::at(&format!("entry {place}"), &found, expected)
    };
    let concept = field("EventConcept");
    let score = word::score(concept).ok_or_else(|| wrong("EventConcept", &stages()))?;
    let start = seconds(field("Start")).ok_or_else(|| wrong("Start", "an onset in seconds"))?;
    let lasts = length(field("Duration"));
    let length = lasts.ok_or_else(|| wrong("Duration", "a length in seconds"))?;
    Ok(Scored {
        start: Some(start),
        length,
        score,
        place,
    })
}
