//! Forms of single values.

use std::path::{Path, PathBuf};
use std::time;

use crate::base::parameter::{Dimension, Range};
use crate::base::suggest;
use crate::base::time::Duration;
use crate::config::quantity::{self, quote};
use crate::config::reader::Item;

use super::{Around, Form, unknown};

/// A number in a range, in the unit of what it measures.
#[derive(Clone, Copy)]
pub(in crate::config) struct Number(pub(in crate::config) Dimension, pub(in crate::config) Range);

/// What `dimension` stands for where weights are measured in `weight`.
pub(super) fn of_weight(dimension: Dimension, weight: Dimension) -> Dimension {
    match dimension {
        Dimension::Weight => weight,
        dimension => dimension,
    }
}

impl Form<f64> for Number {
    fn read(&self, item: &Item<'_>, around: &Around<'_>) -> Option<f64> {
        let dimension = match self.0 {
            Dimension::Weight => around.weight?,
            dimension => dimension,
        };
        item.quantity(dimension, self.1)
    }

    fn write(&self, value: &f64, weight: Dimension) -> String {
        quantity::write(*value, of_weight(self.0, weight))
    }

    fn expected(&self) -> String {
        quantity::expected(self.0).into()
    }

    fn words(&self) -> String {
        match self.0 {
            Dimension::Weight => "mV, pA, number".into(),
            Dimension::One => "number".into(),
            dimension => dimension.unit().into(),
        }
    }

    fn waits(&self, around: &Around<'_>) -> bool {
        self.0 == Dimension::Weight && around.weight.is_none()
    }
}

/// A time of the simulation.
#[derive(Clone, Copy)]
pub(in crate::config) enum Time {
    /// Above zero.
    Span,
    /// Above zero, at most the duration of the run.
    Part,
    /// From zero to the duration of the run.
    Instant,
}

impl Form<Duration> for Time {
    fn read(&self, item: &Item<'_>, around: &Around<'_>) -> Option<Duration> {
        let read = match self {
            Self::Instant => {
                let ms = item.quantity(Dimension::Time, Range::NonNegative)?;
                Duration::from_ms(ms).ok()?
            }
            _ => item.duration()?,
        };
        match (self, around.duration) {
            (Self::Part | Self::Instant, Some(most)) if read > most => {
                item.refuse(&format!("at most the duration, {most}"), None)
            }
            _ => Some(read),
        }
    }

    fn write(&self, value: &Duration, _: Dimension) -> String {
        quantity::write_duration(*value)
    }

    fn expected(&self) -> String {
        quantity::expected(Dimension::Time).into()
    }

    fn words(&self) -> String {
        "ms".into()
    }
}

/// A time by the clock, at least a millisecond: less would leave no time to run.
#[derive(Clone, Copy)]
pub(in crate::config) struct Wall;

impl Form<time::Duration> for Wall {
    fn read(&self, item: &Item<'_>, _: &Around<'_>) -> Option<time::Duration> {
        const PS_PER_US: i64 = 1_000_000;
        let us = (item.duration()?.ps() / PS_PER_US).unsigned_abs();
        if us < 1000 {
            return item.refuse("at least 1 ms of wall time", None);
        }
        Some(time::Duration::from_micros(us))
    }

    fn write(&self, value: &time::Duration, _: Dimension) -> String {
        // Whole microseconds, and no more of them than the clock holds.
        quantity::write(value.as_micros() as f64 / 1e3, Dimension::Time)
    }

    fn expected(&self) -> String {
        quantity::expected(Dimension::Time).into()
    }

    fn words(&self) -> String {
        "min".into()
    }
}

/// A whole number between two bounds.
#[derive(Clone, Copy)]
pub(in crate::config) struct Count(pub(in crate::config) u64, pub(in crate::config) u64);

impl Count {
    /// What neurons and images are numbered with, from 1 on.
    pub(in crate::config) const SOME: Self = Self(1, u32::MAX as u64);
}

impl<T: TryFrom<u64> + Copy + std::fmt::Display> Form<T> for Count {
    fn read(&self, item: &Item<'_>, _: &Around<'_>) -> Option<T> {
        let bound = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let n = item.integer(bound(self.0), bound(self.1))?;
        T::try_from(n.unsigned_abs()).ok()
    }

    fn write(&self, value: &T, _: Dimension) -> String {
        value.to_string()
    }

    fn expected(&self) -> String {
        "a number".into()
    }

    fn words(&self) -> String {
        "number".into()
    }
}

/// True or false.
#[derive(Clone, Copy)]
pub(in crate::config) struct Flag;

impl Form<bool> for Flag {
    fn read(&self, item: &Item<'_>, _: &Around<'_>) -> Option<bool> {
        item.boolean()
    }

    fn write(&self, value: &bool, _: Dimension) -> String {
        value.to_string()
    }

    fn expected(&self) -> String {
        "`true` or `false`".into()
    }

    fn words(&self) -> String {
        "true, false".into()
    }
}

/// One of several words, each with what it stands for.
pub(in crate::config) struct Words<T: 'static>(pub(in crate::config) &'static [(&'static str, T)]);

impl<T: Copy + PartialEq> Form<T> for Words<T> {
    fn read(&self, item: &Item<'_>, _: &Around<'_>) -> Option<T> {
        item.choice(self.0)
    }

    fn write(&self, value: &T, _: Dimension) -> String {
        let word = self.0.iter().find(|(_, meaning)| meaning == value);
        word.map_or(String::new(), |(word, _)| quote(word))
    }

    fn expected(&self) -> String {
        let words: Vec<&str> = self.0.iter().map(|(word, _)| *word).collect();
        suggest::list(&words)
    }

    fn words(&self) -> String {
        let words: Vec<&str> = self.0.iter().map(|(word, _)| *word).collect();
        words.join(", ")
    }
}

/// One of several words as it stands.
#[derive(Clone, Copy)]
pub(in crate::config) struct Word(pub(in crate::config) &'static [&'static str]);

impl Form<&'static str> for Word {
    fn read(&self, item: &Item<'_>, _: &Around<'_>) -> Option<&'static str> {
        let words: Vec<(&str, &'static str)> = self.0.iter().map(|word| (*word, *word)).collect();
        item.choice(&words)
    }

    fn write(&self, value: &&'static str, _: Dimension) -> String {
        quote(value)
    }

    fn expected(&self) -> String {
        suggest::list(self.0)
    }

    fn words(&self) -> String {
        self.0.join(", ")
    }
}

/// A value, or `off`.
#[derive(Clone, Copy)]
pub(in crate::config) struct Off<F>(pub(in crate::config) F);

impl<T, F: Form<T>> Form<Option<T>> for Off<F> {
    fn read(&self, item: &Item<'_>, around: &Around<'_>) -> Option<Option<T>> {
        match item.as_text() {
            Some("off") => Some(None),
            // A word: neither a quantity nor a formula.
            Some(text) if !text.contains(|c: char| c.is_ascii_digit() || "=./".contains(c)) => {
                item.refuse(&self.expected(), suggest::did_you_mean(text, &["off"]))
            }
            _ if !item.is_table() && self.0.expected().starts_with("a table") => {
                item.refuse(&self.expected(), None)
            }
            _ => self.0.read(item, around).map(Some),
        }
    }

    fn write(&self, value: &Option<T>, weight: Dimension) -> String {
        let off = || quote("off");
        value
            .as_ref()
            .map_or_else(off, |value| self.0.write(value, weight))
    }

    fn expected(&self) -> String {
        format!("`off` or {}", self.0.expected())
    }

    fn words(&self) -> String {
        format!("{}, off", self.0.words())
    }
}

/// A value that may be missing, and is not written then.
#[derive(Clone, Copy)]
pub(in crate::config) struct Given<F>(pub(in crate::config) F);

impl<T, F: Form<T>> Form<Option<T>> for Given<F> {
    fn read(&self, item: &Item<'_>, around: &Around<'_>) -> Option<Option<T>> {
        self.0.read(item, around).map(Some)
    }

    fn write(&self, value: &Option<T>, weight: Dimension) -> String {
        value
            .as_ref()
            .map_or(String::new(), |value| self.0.write(value, weight))
    }

    fn expected(&self) -> String {
        self.0.expected()
    }

    fn words(&self) -> String {
        self.0.words()
    }

    fn waits(&self, around: &Around<'_>) -> bool {
        self.0.waits(around)
    }
}

/// A text with letters in it.
#[derive(Clone, Copy)]
pub(in crate::config) struct Text(pub(in crate::config) &'static str);

impl Form<String> for Text {
    fn read(&self, item: &Item<'_>, _: &Around<'_>) -> Option<String> {
        let text = item.text(self.0)?;
        match text.trim().is_empty() {
            true => item.refuse(&format!("{} with letters in it", self.0), None),
            false => Some(text.into()),
        }
    }

    fn write(&self, value: &String, _: Dimension) -> String {
        quote(value)
    }

    fn expected(&self) -> String {
        self.0.into()
    }

    fn words(&self) -> String {
        "text".into()
    }
}

/// The name of a part of the network.
#[derive(Clone, Copy)]
pub(in crate::config) enum Name {
    Population,
    Stimulus,
    /// A projection whose weights can be seen: one with a weight for every pair.
    Projection,
}

impl Form<String> for Name {
    fn read(&self, item: &Item<'_>, around: &Around<'_>) -> Option<String> {
        let expected = self.expected();
        let text = item.text(&expected)?;
        // Where one is at fault that is the problem to mend.
        let known: Vec<&str> = match self {
            Self::Population => return around.known.name(item),
            Self::Stimulus => match around.stimuli {
                Some(stimuli) => stimuli.iter().map(String::as_str).collect(),
                None => return Some(text.into()),
            },
            Self::Projection => match around.projections {
                Some(all) => all
                    .iter()
                    .filter(|(_, dense)| *dense)
                    .map(|(name, _)| name.as_str())
                    .collect(),
                None => return Some(text.into()),
            },
        };
        if known.contains(&text) {
            return Some(text.into());
        }
        let sparse = around.projections.unwrap_or_default().iter();
        if matches!(self, Self::Projection) && sparse.into_iter().any(|(name, _)| name == text) {
            let message = format!(
                "`{}` names projection `{text}`, whose weights are drawn or read once and do not change, expected {expected}",
                item.path
            );
            item.reader
                .problem(item.origin(), message, suggest::help("", &known));
            return None;
        }
        unknown(item, &expected, &known)
    }

    fn write(&self, value: &String, _: Dimension) -> String {
        quote(value)
    }

    fn expected(&self) -> String {
        match self {
            Self::Population => "the name of a population",
            Self::Stimulus => "the name of a stimulus",
            Self::Projection => "the name of a projection with `rule = \"weights\"`",
        }
        .into()
    }

    fn words(&self) -> String {
        "name".into()
    }
}

/// The path of a file whose name ends in one of these, made absolute.
#[derive(Clone, Copy)]
pub(in crate::config) struct File(pub(in crate::config) &'static [&'static str]);

impl Form<PathBuf> for File {
    fn read(&self, item: &Item<'_>, around: &Around<'_>) -> Option<PathBuf> {
        let text = item.text(&self.expected())?;
        let extension = Path::new(text).extension().and_then(|e| e.to_str());
        if extension.is_some_and(|e| self.0.contains(&e.to_lowercase().as_str())) {
            Some(around.paths.model.join(text))
        } else {
            item.refuse(&self.expected(), None)
        }
    }

    fn write(&self, value: &PathBuf, _: Dimension) -> String {
        quote(&value.to_string_lossy())
    }

    fn expected(&self) -> String {
        let dotted: Vec<String> = self.0.iter().map(|e| format!(".{e}")).collect();
        let dotted: Vec<&str> = dotted.iter().map(String::as_str).collect();
        format!("the path of a file that ends in {}", suggest::list(&dotted))
    }

    fn words(&self) -> String {
        "path".into()
    }
}
