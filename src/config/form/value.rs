//! Forms of single values.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time;

use crate::base::parameter::{Dimension, Range};
use crate::base::suggest;
use crate::base::time::Duration;
use crate::config::quantity::{self, quote};
use crate::config::reader::Item;

use super::{Around, Form, Keys, unknown};

/// What `dimension` stands for where weights are measured in `weight`.
pub(super) fn of_weight(dimension: Dimension, weight: Dimension) -> Dimension {
    match dimension {
        Dimension::Weight => weight,
        dimension => dimension,
    }
}

impl Keys<'_> {
    /// Weights in keys to come are measured in this.
    pub(in crate::config) fn weigh_in(&mut self, weight: Dimension) {
        self.weight = weight;
        if let Some((_, around)) = self.reading() {
            around.weight = Some(weight);
        }
    }
}

/// A number in a range, in the unit of what it measures.
pub fn number(dimension: Dimension, range: Range) -> Form<'static, f64> {
    let words = match dimension {
        Dimension::Weight => "mV, pA, number",
        Dimension::One => "number",
        dimension => dimension.unit(),
    };
    let read = move |item: &Item<'_>, around: &Around<'_>| match dimension {
        Dimension::Weight => item.quantity(around.weight?, range),
        dimension => item.quantity(dimension, range),
    };
    let write = move |value: &f64, weight| quantity::write(*value, of_weight(dimension, weight));
    let form = Form::new(words, read, write).expecting(quantity::expected(dimension));
    form.unless(move |around| dimension == Dimension::Weight && around.weight.is_none())
}

/// A time of the simulation, above zero.
pub fn span() -> Form<'static, Duration> {
    time(|item, _| item.duration())
}

/// A time of the simulation, zero or more.
pub fn wait() -> Form<'static, Duration> {
    time(|item, _| {
        let ms = item.quantity(Dimension::Time, Range::NonNegative)?;
        Duration::from_ms(ms).ok()
    })
}

/// A time above zero, at most the duration of the run.
pub fn part() -> Form<'static, Duration> {
    time(|item, around| at_most(item, item.duration()?, around))
}

/// A time from one instant to the next, above zero and at most the duration of the run, in which there are at most `most`.
pub fn period(most: i64) -> Form<'static, Duration> {
    time(move |item, around| {
        let every = at_most(item, item.duration()?, around)?;
        let few = around
            .duration
            .is_none_or(|run| few(item, every, run, most));
        few.then_some(every)
    })
}

/// The shortest step of which `most` make up a `span`.
pub fn shortest(span: Duration, most: i64) -> Duration {
    Duration::from_ps(span.ps().div_euclid(most) + i64::from(span.ps() % most > 0))
}

/// Whether the `run` has at most `most` multiples of `every`, which `item` says; reports it where there are more.
pub fn few(item: &Item<'_>, every: Duration, run: Duration, most: i64) -> bool {
    if every > Duration::ZERO && run.ps() / every.ps() <= most {
        return true;
    }
    let least = shortest(run, most);
    let expected = format!("at least {least}, for at most {most} instants in the run of {run}");
    item.refuse::<()>(&expected, None);
    false
}

/// A time from zero to the duration of the run.
pub fn instant() -> Form<'static, Duration> {
    time(|item, around| {
        let ms = item.quantity(Dimension::Time, Range::NonNegative)?;
        at_most(item, Duration::from_ms(ms).ok()?, around)
    })
}

/// A time that is read so.
pub fn time(
    read: impl Fn(&Item<'_>, &Around<'_>) -> Option<Duration> + 'static,
) -> Form<'static, Duration> {
    let write = |value: &Duration, _| quantity::write_duration(*value);
    Form::new("ms", read, write).expecting(quantity::expected(Dimension::Time))
}

fn at_most(item: &Item<'_>, read: Duration, around: &Around<'_>) -> Option<Duration> {
    match around.duration {
        Some(most) if read > most => item.refuse(&format!("at most the duration, {most}"), None),
        _ => Some(read),
    }
}

/// A time by the clock, at least a millisecond: less would leave no time to run.
pub fn wall() -> Form<'static, time::Duration> {
    const PS_PER_US: i64 = 1_000_000;
    let read = |item: &Item<'_>, _: &Around<'_>| {
        let us = (item.duration()?.ps() / PS_PER_US).unsigned_abs();
        match us < 1000 {
            true => item.refuse("at least 1 ms of wall time", None),
            false => Some(time::Duration::from_micros(us)),
        }
    };
    // Whole microseconds, and no more of them than the clock holds.
    let ms = |value: &time::Duration| value.as_micros() as f64 / 1e3;
    Form::new("min", read, move |value, _| {
        quantity::write(ms(value), Dimension::Time)
    })
    .expecting(quantity::expected(Dimension::Time))
}

/// A whole number between two bounds.
pub fn count<T: TryFrom<u64> + Display>(least: u64, most: u64) -> Form<'static, T> {
    let bound = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let read = move |item: &Item<'_>, _: &Around<'_>| {
        let n = item.integer(bound(least), bound(most))?;
        T::try_from(n.unsigned_abs()).ok()
    };
    Form::new("number", read, |value: &T, _| value.to_string()).expecting("a number")
}

/// A count from 1 on, of what is numbered with 32 bits.
pub fn some<T: TryFrom<u64> + Display>() -> Form<'static, T> {
    count(1, u32::MAX.into())
}

/// True or false.
pub fn flag() -> Form<'static, bool> {
    Form::new(
        "true, false",
        |item, _| item.boolean(),
        |value, _| value.to_string(),
    )
}

/// One of several words, each with what it stands for.
pub fn words<T: Copy + PartialEq>(words: &'static [(&'static str, T)]) -> Form<'static, T> {
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let write = |value: &T, _| {
        let word = words.iter().find(|(_, meaning)| meaning == value);
        word.map_or(String::new(), |(word, _)| quote(word))
    };
    Form::new(names.join(", "), |item, _| item.choice(words), write)
        .expecting(suggest::list(&names))
}

/// One of several names as it stands.
pub fn name(names: Vec<&'static str>) -> Form<'static, &'static str> {
    let shown = names.join(", ");
    let names: Vec<(&str, &'static str)> = names.into_iter().map(|name| (name, name)).collect();
    Form::new(
        shown,
        move |item, _| item.choice(&names),
        |value, _| quote(value),
    )
}

/// A value, or `off`.
pub fn off<'f, T: 'f>(form: Form<'f, T>) -> Form<'f, Option<T>> {
    let words = format!("{}, off", form.words);
    let expected = format!("`off` or {}", form.expected);
    let table = form.expected.starts_with("a table");
    let refused = expected.clone();
    let read = move |item: &Item<'_>, around: &Around<'_>| match item.as_text() {
        Some("off") => Some(None),
        // A word: neither a quantity nor a formula.
        Some(text) if !text.contains(|c: char| c.is_ascii_digit() || "=./".contains(c)) => {
            item.refuse(&refused, suggest::did_you_mean(text, &["off"]))
        }
        _ if table && !item.is_table() => item.refuse(&refused, None),
        _ => (form.read)(item, around).map(Some),
    };
    let write = move |value: &Option<T>, weight| match value {
        Some(value) => (form.write)(value, weight),
        None => quote("off"),
    };
    Form::new(words, read, write).expecting(expected)
}

/// A value that may be missing, and is not written then.
pub fn given<'f, T: 'f>(form: Form<'f, T>) -> Form<'f, Option<T>> {
    let read = move |item: &Item<'_>, around: &Around<'_>| (form.read)(item, around).map(Some);
    let write = move |value: &Option<T>, weight| {
        let value = value.as_ref();
        value.map_or(String::new(), |value| (form.write)(value, weight))
    };
    let given = Form::new(form.words, read, write).expecting(form.expected);
    given.unless(move |around| (form.waits)(around))
}

/// The same, which `off` says is missing.
pub fn given_or_off<'f, T: 'f>(form: Form<'f, T>) -> Form<'f, Option<T>> {
    let Form {
        words,
        expected,
        read,
        write,
        ..
    } = off(form);
    let write = move |value: &Option<T>, weight| match value {
        Some(_) => write(value, weight),
        None => String::new(),
    };
    Form::new(words, read, write).expecting(expected)
}

/// A text with letters in it.
pub fn text(expected: &'static str) -> Form<'static, String> {
    let read = move |item: &Item<'_>, _: &Around<'_>| {
        let text = item.text(expected)?;
        match text.trim().is_empty() {
            true => item.refuse(&format!("{expected} with letters in it"), None),
            // It stands in tables, on one line.
            false if text.contains(char::is_control) => {
                item.refuse(&format!("{expected} without line breaks"), None)
            }
            false => Some(text.into()),
        }
    };
    Form::new("text", read, |value: &String, _| quote(value))
}

/// Some text, or a whole number in its place.
pub fn name_or_number(expected: &'static str) -> Form<'static, String> {
    let (name, number) = (text(expected), count::<u64>(1, u64::from(u16::MAX)));
    let read = move |item: &Item<'_>, around: &Around<'_>| match item.is_integer() {
        true => Some((number.read)(item, around)?.to_string()),
        false => (name.read)(item, around),
    };
    Form::new("text or number", read, |value: &String, _| quote(value))
}

/// The name of a population.
pub fn population_name() -> Form<'static, String> {
    let read = |item: &Item<'_>, around: &Around<'_>| around.known.name(item);
    Form::new("name", read, |name: &String, _| quote(name)).expecting("the name of a population")
}

/// The name of a stimulus; where one is at fault that is the problem to mend.
pub fn stimulus_name() -> Form<'static, String> {
    one_of_known("the name of a stimulus", |around| around.stimuli)
}

/// The name of a projection that learns; where one is at fault that is the problem to mend.
pub fn learning_name() -> Form<'static, String> {
    const EXPECTED: &str = "the name of a projection with `plasticity`";
    let known = one_of_known(EXPECTED, |around| around.learning);
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let name = item.as_text().unwrap_or_default();
        let learns = |all: &[String]| all.iter().any(|known| known == name);
        let mut all = around.known.network.projections.iter();
        let is_static = around.learning.is_some_and(|all| !learns(all))
            && all.any(|projection| projection.name == name);
        match is_static {
            true => {
                let help = format!("`{name}` has none, so that its weights stay as they are");
                item.refuse(EXPECTED, Some(help))
            }
            false => (known.read)(item, around),
        }
    };
    Form::new("name", read, |name: &String, _| quote(name)).expecting(EXPECTED)
}

/// The name of a slow force on weights; where one is at fault that is the problem to mend.
pub fn force_name() -> Form<'static, String> {
    one_of_known("the name of a table [homeostasis.NAME]", |around| {
        around.forces
    })
}

/// The name of a stimulus that comes in pulses; where one is at fault that is the problem to mend.
pub fn pulsed_name() -> Form<'static, String> {
    one_of_known("the name of a stimulus that comes in pulses", |around| {
        around.pulsed
    })
}

/// The name of a trigger; where one is at fault that is the problem to mend.
pub fn trigger_name() -> Form<'static, String> {
    const EXPECTED: &str = "the name of a table [trigger.NAME]";
    let known = one_of_known(EXPECTED, |around| around.triggers);
    let read = move |item: &Item<'_>, around: &Around<'_>| match around.triggers {
        Some([]) if item.as_text().is_some() => {
            let help = "there is none: describe it, such as [trigger.up]";
            item.refuse(EXPECTED, Some(help.into()))
        }
        _ => (known.read)(item, around),
    };
    Form::new("name", read, known.write).expecting(EXPECTED)
}

/// The name of an oscillation; where one is at fault that is the problem to mend.
pub fn oscillation_name() -> Form<'static, String> {
    const EXPECTED: &str = "the name of a table [oscillation.NAME]";
    let known = one_of_known(EXPECTED, |around| around.oscillations);
    let read = move |item: &Item<'_>, around: &Around<'_>| match around.oscillations {
        Some([]) if item.as_text().is_some() => {
            let help = "there is none: describe it, such as [oscillation.slow]";
            item.refuse(EXPECTED, Some(help.into()))
        }
        _ => (known.read)(item, around),
    };
    Form::new("name", read, known.write).expecting(EXPECTED)
}

/// The name of a stage; where one is at fault that is the problem to mend.
pub fn stage_name() -> Form<'static, String> {
    one_of_known("the name of a table [stage.NAME]", |around| around.stages)
}

/// One of the names that are known, if they are.
fn one_of_known(
    expected: &'static str,
    known: for<'a> fn(&Around<'a>) -> Option<&'a [String]>,
) -> Form<'static, String> {
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let text = item.text(expected)?;
        let known = known(around);
        let known = known.map(|all| all.iter().map(String::as_str).collect::<Vec<_>>());
        match known {
            Some(known) if !known.contains(&text) => unknown(item, expected, &known),
            _ => Some(text.into()),
        }
    };
    Form::new("name", read, |name: &String, _| quote(name)).expecting(expected)
}

/// The name of a modulator.
pub fn modulator_name() -> Form<'static, String> {
    const EXPECTED: &str = "the name of a modulator";
    let read = |item: &Item<'_>, around: &Around<'_>| {
        let text = item.text(EXPECTED)?;
        // Where one is at fault that is the problem to mend.
        let Some(known) = modulators(around) else {
            return Some(text.into());
        };
        match known.contains(&text) {
            true => Some(text.into()),
            false if known.is_empty() => {
                let help = "there is none: describe it, such as [modulator.dopamine]";
                item.refuse(EXPECTED, Some(help.into()))
            }
            false => unknown(item, EXPECTED, &known),
        }
    };
    Form::new("name", read, |name: &String, _| quote(name))
}

fn modulators<'a>(around: &Around<'a>) -> Option<Vec<&'a str>> {
    let modulators = around.modulators?.iter();
    Some(modulators.map(String::as_str).collect())
}

/// A number for some modulators, `{ dopamine = 0.5 }`.
pub fn modulator_levels() -> Form<'static, Vec<(String, f64)>> {
    const EXPECTED: &str = "a table of modulators with a number each, such as { dopamine = 0.5 }";
    let read = |item: &Item<'_>, around: &Around<'_>| {
        if !item.is_table() {
            return item.refuse(EXPECTED, None);
        }
        let section = item.named_section()?;
        let known = modulators(around);
        let mut levels = Some(Vec::new());
        for name in section.keys() {
            let Some(own) = section.get(name) else {
                continue;
            };
            if let Some(known) = known.as_ref().filter(|known| !known.contains(&name)) {
                let help = suggest::help(name, known);
                let message = format!("`{}` is no modulator", own.path);
                own.reader.problem(own.key_origin, message, help);
                levels = None;
                continue;
            }
            match (own.quantity(Dimension::One, Range::Finite), &mut levels) {
                (Some(level), Some(levels)) => levels.push((name.to_owned(), level)),
                (None, _) => levels = None,
                (_, None) => {}
            }
        }
        levels.map(|mut levels| {
            levels.sort_by(|a, b| a.0.cmp(&b.0));
            levels
        })
    };
    let write = |levels: &Vec<(String, f64)>, _| {
        let each = levels.iter();
        let each = each
            .map(|(name, level)| format!("{name} = {}", quantity::write(*level, Dimension::One)));
        match levels.is_empty() {
            true => String::new(),
            false => format!("{{ {} }}", each.collect::<Vec<_>>().join(", ")),
        }
    };
    Form::new("{ NAME = number, … }", read, write).expecting(EXPECTED)
}

/// The name of a projection whose weights can be seen: one with a weight for every pair, or one that learns.
pub fn weights_name() -> Form<'static, String> {
    const EXPECTED: &str = "the name of a projection with `rule = \"weights\"` or `plasticity`";
    let read = |item: &Item<'_>, around: &Around<'_>| {
        let text = item.text(EXPECTED)?;
        // Where one is at fault that is the problem to mend.
        let Some(all) = around.projections else {
            return Some(text.into());
        };
        let known = all.iter().filter(|(_, recordable)| *recordable);
        let known: Vec<&str> = known.map(|(name, _)| name.as_str()).collect();
        if known.contains(&text) {
            return Some(text.into());
        }
        if !all.iter().any(|(name, _)| name == text) {
            return unknown(item, EXPECTED, &known);
        }
        let message = format!(
            "`{}` names projection `{text}`, whose weights are drawn or read once and do not change, expected {EXPECTED}",
            item.path
        );
        item.reader
            .problem(item.origin(), message, suggest::help("", &known));
        None
    };
    Form::new("name", read, |name: &String, _| quote(name))
}

/// The path of a file whose name ends in one of these, made absolute.
pub fn file(endings: &'static [&'static str]) -> Form<'static, PathBuf> {
    let dotted: Vec<String> = endings.iter().map(|e| format!(".{e}")).collect();
    let dotted: Vec<&str> = dotted.iter().map(String::as_str).collect();
    let expected = format!("the path of a file that ends in {}", suggest::list(&dotted));
    let refused = expected.clone();
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let text = item.text(&refused)?;
        let ending = Path::new(text).extension().and_then(|e| e.to_str());
        match ending.is_some_and(|e| endings.contains(&e.to_lowercase().as_str())) {
            true => Some(around.paths.model.join(text)),
            false => item.refuse(&refused, None),
        }
    };
    Form::new("path", read, |path: &PathBuf, _| {
        quote(&path.to_string_lossy())
    })
    .expecting(expected)
}
