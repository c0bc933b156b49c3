//! NSRR's XML: events, of which some are stages.

use roxmltree::{Document, Node, ParsingOptions};

use super::{Scored, Wrong, length, seconds, stages, word};
use crate::base::shown::shown;

/// More elements are of no night.
const MOST_NODES: u32 = 1 << 20;

/// What a file says, event by event, in the order of their onsets.
pub(super) fn scored(bytes: &[u8]) -> Result<Vec<Scored>, Wrong> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Wrong::new(format!("not UTF-8 at byte {at}"))
    })?;
    let options = ParsingOptions {
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| Wrong::new(format!("not XML: {error}")))?;
    let all = document.descendants();
    let events = all.filter(|node| node.has_tag_name("ScoredEvent"));
    let mut scored = Vec::new();
    for (index, event) in events.enumerate() {
        if value(event, "EventType").is_some_and(|kind| kind.starts_with("Stages")) {
            scored.push(one(event, index + 1)?);
        }
    }
    if scored.is_empty() {
        let expected = "elements ScoredEvent with an EventType `Stages|Stages`";
        let root = shown(document.root_element().tag_name().name()).to_string();
        let found = format!("none in <{root}>");
        return Err(Wrong::at("the file", &found, expected));
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
        Wrong::at(&format!("event {place}"), &found, expected)
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
