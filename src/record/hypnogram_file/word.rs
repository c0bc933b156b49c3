//! Words and numbers for stages.

use crate::protocol::stage::{Score, Stage};

/// What numbers above 3 mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// Rechtschaffen and Kales, as in NSRR's files: 4 is stage 4, 5 is REM sleep, 6 is movement, 9 is unknown.
    RechtschaffenKales,
    /// YASA: 4 is REM sleep, -1 is movement or artefact, -2 is unknown.
    Yasa,
}

/// What `text` says, in any of the usual spellings: "N3", "s4", "Wake", "Sleep stage 2", "REM sleep|5", "MT", "?".
pub(super) fn score(text: &str) -> Option<Score> {
    let text = text.split('|').next().unwrap_or_default();
    let word: String = text.trim().to_ascii_lowercase().replace('_', " ");
    let word = word.strip_suffix(" sleep").unwrap_or(&word);
    let starts = ["sleep stage ", "stage ", "nrem ", "nrem"];
    let word = starts.iter().fold(word, |word, start| {
        word.strip_prefix(start).unwrap_or(word).trim()
    });
    let stage = match word {
        "w" | "wake" | "awake" | "0" => Stage::Wake,
        "1" | "n1" | "s1" => Stage::N1,
        "2" | "n2" | "s2" => Stage::N2,
        "3" | "n3" | "s3" | "4" | "n4" | "s4" => Stage::N3,
        "r" | "rem" | "5" => Stage::Rem,
        "movement" | "movement time" | "mt" | "m" | "art" | "artefact" | "artifact" | "6" => {
            return Some(Score::Movement);
        }
        "?" | "unknown" | "unscored" | "uns" | "u" | "nd" | "9" => return Some(Score::Unknown),
        _ => return None,
    };
    Some(Score::Stage(stage))
}

/// What a number says.
pub(super) fn numbered(number: i64, numbers: Numbers) -> Option<Score> {
    let stage = match (number, numbers) {
        (0, _) => Stage::Wake,
        (1, _) => Stage::N1,
        (2, _) => Stage::N2,
        (3, _) => Stage::N3,
        (4, Numbers::RechtschaffenKales) => Stage::N3,
        (5, Numbers::RechtschaffenKales) | (4, Numbers::Yasa) => Stage::Rem,
        (6, Numbers::RechtschaffenKales) | (-1, _) => return Some(Score::Movement),
        (9, Numbers::RechtschaffenKales) | (-2, _) => return Some(Score::Unknown),
        _ => return None,
    };
    Some(Score::Stage(stage))
}
