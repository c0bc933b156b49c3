//! What measures look at: spike trains by population, bouts, the stretches of time that were chosen, tables of numbers.

use std::collections::BTreeMap;

use super::layered::Layered;
use super::trains::{Span, Trains, united};
use crate::base::suggest;
use crate::base::time::Time;
use crate::position::Point;

/// A population whose spikes are known.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Its name.
    pub name: String,
    /// The number that each neuron goes by, where that is not its place among the trains.
    pub labels: Option<Vec<u64>>,
    /// The spikes of each neuron.
    pub trains: Trains,
    /// Where its neurons lie, in millimetres, if that is known.
    pub positions: Option<Vec<Point>>,
}

impl Population {
    /// The number that the neuron at `place` goes by.
    pub fn label(&self, place: usize) -> u64 {
        let label = self.labels.as_ref().and_then(|labels| labels.get(place));
        label.copied().unwrap_or(place as u64)
    }
}

/// A bout of the recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bout {
    /// Name as the user sees it.
    pub name: String,
    /// What kind of bout.
    pub kind: String,
    /// When.
    pub span: Span,
}

impl Bout {
    /// Whether `name` is its kind or its name, or its name but for numbers at the end: bouts that come several times are numbered
    /// from the second one on ("N3", "N3 2"), those that somebody numbered begin where they like ("run 1", "run 2", "run 2 2").
    fn is_called(&self, name: &str) -> bool {
        let is_number = |word: &str| !word.is_empty() && word.bytes().all(|c| c.is_ascii_digit());
        let rest = self.name.strip_prefix(name);
        let numbers = rest.and_then(|rest| rest.strip_prefix(' '));
        let is_numbered = numbers.is_some_and(|numbers| numbers.split(' ').all(is_number));
        // Files from elsewhere say of no bout what kind it is.
        !name.is_empty() && (self.name == name || self.kind == name || is_numbered)
    }
}

/// A name by which no bout is called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found {found}, expected {expected}{help}")]
pub struct NoBout {
    /// What was asked for.
    pub found: String,
    /// What was expected.
    pub expected: &'static str,
    /// What it may be a slip of, behind a line feed; or nothing.
    pub help: String,
}

/// Those of `bouts` that are called `name`: of this name or kind, or of this name with numbers behind it. Where no bout is,
/// "N3 1" is the "N3" that "N3 2" follows.
///
/// # Errors
/// If there are none.
pub fn called<'a>(bouts: &'a [Bout], name: &str) -> Result<Vec<&'a Bout>, NoBout> {
    let mut chosen: Vec<&Bout> = bouts.iter().filter(|bout| bout.is_called(name)).collect();
    if let (true, Some(first)) = (chosen.is_empty(), name.strip_suffix(" 1")) {
        chosen.extend(bouts.iter().filter(|bout| bout.name == first));
    }
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let mut known: Vec<&str> = Vec::new();
    for name in bouts.iter().flat_map(|bout| [&bout.kind, &bout.name]) {
        if !known.contains(&name.as_str()) {
            known.push(name);
        }
    }
    let help = suggest::help(name, &known);
    Err(NoBout {
        found: format!("no bout of name or kind `{name}`"),
        expected: "one of the recording",
        help: help.map_or_else(String::new, |help| format!("\n  help: {help}")),
    })
}

/// Numbers from a file, a column each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Numbers {
    /// Names of the columns.
    pub names: Vec<String>,
    /// Their values, all equally long.
    pub columns: Vec<Vec<f64>>,
}

impl Numbers {
    /// The column called `name`.
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        let at = self.names.iter().position(|known| known == name)?;
        self.columns.get(at).map(Vec::as_slice)
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }
}

/// Where an animal was whose place cells a population is.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The population.
    pub population: String,
    /// When it was looked at, in ms, ascending.
    pub times_ms: Vec<f64>,
    /// Where it was then, in cm.
    pub positions_cm: Vec<f64>,
    /// When it ran; ascending, no two overlap.
    pub spans: Vec<Span>,
}

/// What became of the synapses of a projection from one look at them to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Reweighted {
    /// The projection.
    pub projection: String,
    /// When they were looked at first.
    pub from: Time,
    /// And last.
    pub to: Time,
    /// Weights then of those that were there both times.
    pub kept: Vec<(f64, f64)>,
    /// Weights of those that were there at first alone.
    pub lost: Vec<f64>,
    /// Weights of those that were there at last alone.
    pub gained: Vec<f64>,
}

/// A recording as measures see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Data {
    /// The populations that were chosen, with all of their spikes.
    pub populations: Vec<Population>,
    /// What is looked at: ascending, no two overlap.
    pub spans: Vec<Span>,
    /// All bouts of the recording.
    pub bouts: Vec<Bout>,
    /// Tables that parameters of the kind "file" name, by parameter.
    pub tables: BTreeMap<&'static str, Numbers>,
    /// Where animals were, if the recording says so: at most one of each population.
    pub courses: Vec<Course>,
    /// The layered network whose sleeps these are, if the recording is of one.
    pub layered: Option<Layered>,
    /// What became of weights within each stretch that is looked at, if that is asked for.
    pub weights: Vec<Reweighted>,
}

impl Data {
    /// Where the animal was whose place cells `population` is.
    pub fn course(&self, population: &str) -> Option<&Course> {
        let mut courses = self.courses.iter();
        courses.find(|course| course.population == population)
    }

    /// Seconds that are looked at.
    pub fn seconds(&self) -> f64 {
        self.spans.iter().map(|span| span.seconds()).sum()
    }

    /// The spans of the bouts that are [`called`] one of `names`, between commas; ascending, what several share once.
    ///
    /// # Errors
    /// If no bout is called by one of the names.
    pub fn spans_of(&self, names: &str) -> Result<Vec<Span>, NoBout> {
        let mut spans = Vec::new();
        for name in names.split(',') {
            let bouts = called(&self.bouts, name.trim())?;
            spans.extend(bouts.into_iter().map(|bout| bout.span));
        }
        Ok(united(spans, false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bouts_that_come_several_times_are_chosen_together() {
        let bout = |name: &str| Bout {
            name: name.into(),
            kind: "sleep".into(),
            span: Span {
                start: Time::ZERO,
                stop: Time::ZERO,
            },
        };
        let chosen = |all: &[&str], name: &str| -> Vec<String> {
            let all: Vec<Bout> = all.iter().copied().map(bout).collect();
            let chosen = called(&all, name).expect("there are some");
            chosen.iter().map(|bout| bout.name.clone()).collect()
        };
        let all = ["N3", "N3 2", "N3 12", "N31", "N3 x", "N"];
        assert_eq!(chosen(&all, "N3"), ["N3", "N3 2", "N3 12"]);
        assert_eq!(chosen(&all, "N3 2"), ["N3 2"]);
        assert_eq!(chosen(&all, "N3 1"), ["N3"]);
        assert_eq!(chosen(&all, "sleep").len(), all.len());
        // Numbers of one's own, of which one comes twice.
        let all = ["run 1", "run 2", "run 2 2", "run", "run 0", "run 3 a"];
        assert_eq!(
            chosen(&all, "run"),
            ["run 1", "run 2", "run 2 2", "run", "run 0"]
        );
        assert_eq!(chosen(&all, "run 1"), ["run 1"]);
        assert_eq!(chosen(&all, "run 2"), ["run 2", "run 2 2"]);
    }

    #[test]
    fn every_name_in_a_list_of_bouts_is_one() {
        let bout = |(k, name): (i64, &str)| Bout {
            name: name.into(),
            kind: "run".into(),
            span: Span {
                start: Time::from_ps(k),
                stop: Time::from_ps(k + 1),
            },
        };
        let data = Data {
            populations: Vec::new(),
            spans: Vec::new(),
            bouts: [(0, "W"), (1, "N2"), (2, "N3")].map(bout).into(),
            tables: BTreeMap::new(),
            courses: Vec::new(),
            layered: None,
            weights: Vec::new(),
        };
        let spans = data.spans_of("N3 , W").expect("both are there");
        assert_eq!(spans, [data.bouts[0].span, data.bouts[2].span]);
        // A bout that lies within another one counts once.
        let mut nested = data.clone();
        nested.bouts[1].span.stop = Time::from_ps(3);
        let spans = nested.spans_of("N2,N3").expect("both are there");
        assert_eq!(spans, [nested.bouts[1].span]);
        for (names, found, help) in [
            ("N2,N33", "N33", "\n  help: did you mean `N3`?"),
            ("rum", "rum", "\n  help: did you mean `run`?"),
            ("W,sleeping", "sleeping", ""),
            ("W,", "", ""),
        ] {
            let said = data.spans_of(names).unwrap_err().to_string();
            let found = format!("found no bout of name or kind `{found}`");
            assert!(said.starts_with(&found), "{said}");
            assert!(said.ends_with(help), "{said}");
        }
    }
}
