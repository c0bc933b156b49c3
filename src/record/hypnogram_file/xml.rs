//! XML: NSRR's events, or Profusion's epochs.

use roxmltree::{Document, ParsingOptions};

use super::{Scored, Wrong, nsrr, profusion};
use crate::base::shown::shown;

/// More elements are of no night.
const MOST_NODES: u32 = 1 << 20;

/// What a file says, in the order of time.
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
    // Profusion has events too, of which none is a stage.
    let scored = match profusion::epochs(&document) {
        Some(epochs) => profusion::scored(&document, epochs)?,
        None => nsrr::scored(&document)?,
    };
    if scored.is_empty() {
        let expected =
            "elements ScoredEvent with an EventType `Stages|Stages`, or SleepStage in SleepStages";
        let root = shown(document.root_element().tag_name().name()).to_string();
        let found = format!("none in <{root}>");
        return Err(Wrong::at("the file", &found, expected));
    }
    Ok(scored)
}
