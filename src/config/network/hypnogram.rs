//! `[hypnogram]`: a night in place of bouts, from a file or drawn.

use std::path::PathBuf;

use super::bout::{Bout, MOST_BOUTS};
use super::stage::Stage;
use crate::base::parameter::{Dimension, Range};
use crate::base::shown::shown;
use crate::base::time::Duration;
use crate::config::form::{
    Around, Keys, Row, Table, describe, file, given, list, name_or_number, number, read, span,
    text, words,
};
use crate::config::reader::Section;
use crate::protocol::stage::{self as protocol, Night, Score, Taken};
use crate::protocol::{night, polyphasic, pressure};
use crate::record::hypnogram_file::{self, Columns, ENDINGS, Numbers};

/// What the bouts of a run play, as its run file says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// File, or how it was drawn.
    pub source: String,
    /// How many times faster than in the sleeper it passes, at least 1.
    pub compress: f64,
    /// What was taken otherwise than it stands there, in sentences.
    pub notices: Vec<String>,
}

impl Played {
    fn new() -> Self {
        Self {
            source: String::new(),
            compress: 1.0,
            notices: Vec::new(),
        }
    }
}

/// Least and most of `compress`: a night in a tenth of a second is none.
const COMPRESS: Range = Range::Between(1.0, 1e6);

fn compress(value: &mut f64, k: &mut Keys<'_>) {
    let what = "how many times faster the night passes than in the sleeper: 10 makes 48 min of 8 h";
    k.or("compress", value, number(Dimension::One, COMPRESS), what);
}

impl Table for Played {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "what the bouts beside it play, as `check` and run files write it; `compress` is in their durations already";
        let source = text("the source of the bouts");
        k.told("played", "none", &mut self.source, source, what);
        compress(&mut self.compress, k);
        let what = "what was taken otherwise than it stands in the file";
        let notices = list(text("a sentence"), "an array of sentences");
        k.told("notices", "none", &mut self.notices, notices, what);
    }
}

/// Whose night is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sleeper {
    Human,
    HumanDays,
    Rat,
    Newborn,
}

/// A night as a model file asks for it.
#[derive(Clone)]
struct Draft {
    file: Option<PathBuf>,
    columns: Columns,
    sleeper: Option<Sleeper>,
    length: Duration,
    age: f64,
    compress: f64,
}

/// In bed, in milliseconds, and years of age where nothing is said.
const NIGHT_MS: f64 = 8.0 * 3.6e6;
const AGE: f64 = 25.0;

/// Adults, as far as norms reach.
const AGES: Range = Range::Between(20.0, 90.0);

/// Keys of a night from a file, and of one that is drawn.
const FROM_FILE: [&str; 4] = ["file", "epoch", "column", "numbers"];
const DRAWN: [&str; 3] = ["generate", "duration", "age"];

impl Draft {
    fn new() -> Self {
        Self {
            file: None,
            columns: Columns::default(),
            sleeper: None,
            length: Duration::from_ms(NIGHT_MS).unwrap_or_default(),
            age: AGE,
            compress: 1.0,
        }
    }
}

impl Table for Draft {
    fn keys(&mut self, k: &mut Keys<'_>) {
        match k.either(&FROM_FILE, &DRAWN) {
            Some(true) => {
                let what = "what is drawn: a night, with NREM-REM cycles, deep sleep early, by age; or days from waking up on, with sleep \
                            when the two-process model falls asleep; a rat's day of rest, of short episodes; or a newborn's day and \
                            night, active sleep as R and quiet sleep as N3; all seeds of a run sleep the same";
                let sleeper = given(words(&[
                    ("human", Sleeper::Human),
                    ("human_days", Sleeper::HumanDays),
                    ("rat", Sleeper::Rat),
                    ("newborn", Sleeper::Newborn),
                ]));
                k.need("generate", &mut self.sleeper, sleeper, what);
                let what = "time in bed, or days and nights together";
                k.or("duration", &mut self.length, span(), what);
                let what = "of a human sleeper, in years";
                // Of others it is refused whatever it is.
                let ages = match self.sleeper {
                    Some(Sleeper::Rat | Sleeper::Newborn) => Range::Finite,
                    _ => AGES,
                };
                k.or("age", &mut self.age, number(Dimension::One, ages), what);
            }
            _ => {
                let what = "a scored night: lines of stages (.csv, .tsv, .txt), EDF+ annotations (.edf), Elan (.hyp), NSRR or \
                            Profusion (.xml); or `generate = \"human\"`";
                k.need("file", &mut self.file, given(file(&ENDINGS)), what);
                let what = "how long an epoch is, in a table that does not say";
                let columns = &mut self.columns;
                k.told("epoch", "30 s", &mut columns.epoch, given(span()), what);
                let what = "the column of stages in a table with several, by name or number";
                let column = given(name_or_number("the name or the number of a column"));
                k.told("column", "by its name", &mut columns.stage, column, what);
                let what = "whether a 4 is stage 4 or, in YASA's numbers, REM sleep";
                let numbers = words(&[
                    ("r&k", Numbers::RechtschaffenKales),
                    ("yasa", Numbers::Yasa),
                ]);
                let default = "r&k where there is no 4";
                k.told(
                    "numbers",
                    default,
                    &mut columns.numbers,
                    given(numbers),
                    what,
                );
            }
        }
        compress(&mut self.compress, k);
    }

    fn check(&self, section: &Section<'_>, _: &Around<'_>) -> bool {
        if matches!(self.sleeper, Some(Sleeper::Rat | Sleeper::Newborn))
            && let Some(item) = section.get("age")
        {
            let message = format!("`{}` belongs to `human` and `human_days`", item.path);
            item.reader.problem(item.key_origin, message, None);
            return false;
        }
        let Some(path) = &self.file else {
            return true;
        };
        if hypnogram_file::is_table(path) {
            return true;
        }
        // Such files say themselves.
        let surplus = FROM_FILE[1..].iter().filter_map(|key| section.get(key));
        let surplus = surplus.map(|item| {
            let message = format!(
                "`{}` belongs to tables of epochs, and the file is none",
                item.path
            );
            item.reader.problem(item.key_origin, message, None);
        });
        surplus.count() == 0
    }
}

/// Every key of the section.
pub(in crate::config) fn rows() -> Vec<Row> {
    let mut rows = describe(&Draft::new());
    for row in describe(&Played::new()) {
        if !rows.iter().any(|known| known.name == row.name) {
            rows.push(row);
        }
    }
    rows
}

/// Whether `section` says what bouts beside it play, and asks for none.
pub(super) fn is_played(section: &Section<'_>) -> bool {
    section.has("played")
}

/// Reads what the bouts beside it play.
pub(super) fn played(section: &Section<'_>, around: &Around<'_>) -> Option<Played> {
    read(section, Played::new(), around)
}

/// The bouts of the night that `section` asks for, each in one of `stages`, drawn with `seed`.
pub(super) fn bouts(
    section: &Section<'_>,
    around: &Around<'_>,
    stages: Option<&[Stage]>,
    seed: Option<u64>,
) -> Option<(Vec<Bout>, Played)> {
    let draft = read(section, Draft::new(), around)?;
    let mut played = Played {
        compress: draft.compress,
        ..Played::new()
    };
    let night = match &draft.file {
        Some(path) => {
            let night = hypnogram_file::read(path, &draft.columns);
            let item = section.get("file");
            let night = night.map_err(|error| {
                if let Some(item) = &item {
                    let message = format!("`{}`: {error}", item.path);
                    item.reader.problem(item.origin(), message, error.help);
                }
            });
            let night = night.ok()?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = shown(&name).to_string();
            played.source.clone_from(&name);
            let noun = hypnogram_file::noun(path);
            let taken = night.taken.iter();
            played.notices = taken.map(|taken| notice(&name, noun, taken)).collect();
            night
        }
        None => {
            let (seed, age) = (seed?, draft.age);
            let of_age = |what: &str| format!("{what}, {age} years of age");
            let (what, night) = match draft.sleeper {
                Some(Sleeper::Rat) => (
                    "a rat in the light".to_owned(),
                    polyphasic::rat(draft.length, seed),
                ),
                Some(Sleeper::Newborn) => (
                    "a newborn".to_owned(),
                    polyphasic::newborn(draft.length, seed),
                ),
                Some(Sleeper::HumanDays) => (
                    of_age("human days and nights by the two-process model"),
                    pressure::days(age, draft.length, seed),
                ),
                _ => (
                    of_age("a human night"),
                    night::human(age, draft.length, seed),
                ),
            };
            played.source = format!("{what}, seed {seed}");
            night
        }
    };
    let tables = tables(section, &night, stages?)?;
    let mut bouts: Vec<Bout> = Vec::new();
    for (stage, length) in &night.stretches {
        let duration = compressed(*length, draft.compress);
        let table = tables.iter().find(|table| table.name() == stage.name())?;
        if duration == Duration::ZERO || bouts.len() == MOST_BOUTS {
            let message = match duration {
                Duration::ZERO => {
                    format!("`hypnogram.compress` leaves nothing of {length} in {stage}")
                }
                _ => format!("the hypnogram comes to more than {MOST_BOUTS} bouts"),
            };
            section.reader.problem(section.origin, message, None);
            return None;
        }
        bouts.push(Bout {
            duration,
            ..table.0.clone()
        });
    }
    Some((bouts, played))
}

/// `length` played so many times faster, in whole nanoseconds: a model file writes those of any night exactly.
fn compressed(length: Duration, times: f64) -> Duration {
    const PS_PER_NS: f64 = 1000.0;
    let ns = (length.ps() as f64 / times / PS_PER_NS).round();
    Duration::from_ps((ns * PS_PER_NS) as i64)
}

/// The tables of the stages of `night`, or what is missing.
fn tables<'a>(section: &Section<'_>, night: &Night, stages: &'a [Stage]) -> Option<Vec<&'a Stage>> {
    let occurs = |stage: &protocol::Stage| night.stretches.iter().any(|(other, _)| other == stage);
    let all = protocol::Stage::ALL.into_iter().filter(occurs);
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for stage in all {
        match stages.iter().find(|table| table.name() == stage.name()) {
            Some(table) => found.push(table),
            None => missing.push(format!("[stage.{stage}]")),
        }
    }
    if missing.is_empty() {
        return Some(found);
    }
    let message = format!(
        "the hypnogram has stages without a table, expected {}",
        missing.join(", ")
    );
    let help = "a stage that changes nothing is an empty table";
    section
        .reader
        .problem(section.origin, message, Some(help.into()));
    None
}

/// What became of epochs without a stage.
fn notice(name: &str, noun: &str, taken: &Taken) -> String {
    let score = match taken.score {
        Score::Movement => "movement",
        _ => "no known stage",
    };
    let (seconds, epochs) = (taken.length.as_ms() / 1e3, taken.epochs);
    let first = taken.first;
    let start = match taken.from_start {
        true => ", or as W where there is none",
        false => "",
    };
    format!(
        "`{name}` has {score} for {seconds} s ({epochs} in all, the first at {noun} {first}), taken as the stage before{start}"
    )
}
