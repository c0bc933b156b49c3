//! Tables of epochs: a stage a line, or columns of which one has stages.
//!
//! Onsets are a column with one of the usual names, or else one of times of day, or else one that is called like a unit of time.

use super::{Columns, EPOCH_MS, Numbers, SLACK_PS, Scored, Wrong, seconds, stages, visbrain, word};
use crate::base::suggest;
use crate::base::time::Duration;
use crate::protocol::stage::Score;
use crate::record::csv::{self, Separator, quote};

/// Usual names of columns, in lower case and without their unit: stages, onsets, lengths, ends, and numbers of epochs.
const STAGE: [&str; 6] = [
    "stage",
    "sleep_stage",
    "stages",
    "hypnogram",
    "description",
    "trial_type",
];
const ONSET: [&str; 14] = [
    "onset",
    "start",
    "epoch_start",
    "epoch_onset",
    "elapsed",
    "elapsed_time",
    "start_time",
    "time",
    "begin",
    "onset_time",
    "t",
    "timestamp",
    "datetime",
    "date_time",
];
const LENGTH: [&str; 3] = ["duration", "length", "dur"];
const END: [&str; 6] = ["end", "stop", "end_time", "stop_time", "offset", "finish"];
const NUMBER: [&str; 3] = ["epoch", "epoch_number", "epoch_index"];

/// Units of times in names of columns, and their lengths in seconds. A column that is called like one alone has onsets.
const UNITS: [(&str, f64); 17] = [
    ("ms", 1e-3),
    ("msec", 1e-3),
    ("milliseconds", 1e-3),
    ("s", 1.0),
    ("sec", 1.0),
    ("secs", 1.0),
    ("second", 1.0),
    ("seconds", 1.0),
    ("min", 60.0),
    ("mins", 60.0),
    ("minute", 60.0),
    ("minutes", 60.0),
    ("h", 3600.0),
    ("hr", 3600.0),
    ("hrs", 3600.0),
    ("hour", 3600.0),
    ("hours", 3600.0),
];

/// What a table says, a row for each.
pub(super) fn scored(bytes: &[u8], columns: &Columns) -> Result<Vec<Scored>, Wrong> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Wrong::new(format!("not a text file: byte {at} is not UTF-8"))
    })?;
    // Also ends the lines of old Macintoshes.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let said = |(_, line): &(usize, &[u8])| {
        let line = line.trim_ascii();
        !line.is_empty() && !line.starts_with(b"#")
    };
    let second = csv::lines(text.as_bytes()).filter(said).nth(1);
    let second = second.map(|(_, line)| line);
    let mut rows = csv::lines(text.as_bytes()).filter(said).peekable();
    let Some(&(_, first)) = rows.peek() else {
        return Err(Wrong::new("the file is empty"));
    };
    if visbrain::is_one(first) {
        if *columns != Columns::default() {
            let expected = "no `epoch`, `column` or `numbers`: Visbrain's tables say them";
            return Err(Wrong::at("line 1", &quote(first), expected));
        }
        return visbrain::scored(rows);
    }
    let places = Places::of(first, second, columns)?;
    if places.has_header {
        rows.next();
    }
    let says = places.length.or(places.end);
    if columns.epoch.is_some()
        && let Some(says) = says
    {
        let name = places
            .separator
            .and_then(|own| own.fields(first).nth(says.at));
        let found = format!("the column {}", quote(name.unwrap_or(first)));
        let expected = "no `epoch` beside it: the table says how long each is";
        return Err(Wrong::at("line 1", &found, expected));
    }
    let epoch = columns.epoch.or(Duration::from_ms(EPOCH_MS).ok());
    let epoch = epoch.unwrap_or(Duration::ZERO);
    let rows: Vec<(usize, &[u8])> = rows.collect();
    if places.is_by_place() {
        check_no_gaps(text.as_bytes(), &rows)?;
    }
    let numbers = numbers(&rows, &places, columns.numbers)?;
    let mut scored: Vec<Scored> = Vec::with_capacity(rows.len());
    for (index, line) in &rows {
        let before = scored.last().and_then(Scored::end);
        scored.push(places.row((index + 1, line), epoch, numbers, before)?);
    }
    let mut rows = scored;
    if places.onset.is_some_and(|onset| onset.is_clock) {
        past_midnight(&mut rows);
    }
    Ok(rows)
}

const DAY_PS: i64 = 86_400_000_000_000_000;

/// Refuses an empty line between `rows` whose place says when they are: an epoch may be missing there.
fn check_no_gaps(text: &[u8], rows: &[(usize, &[u8])]) -> Result<(), Wrong> {
    let (Some((first, _)), Some((last, _))) = (rows.first(), rows.last()) else {
        return Ok(());
    };
    let lines = text.split(|&byte| byte == b'\n').enumerate();
    let mut within = lines.filter(|(index, _)| (first..last).contains(&index));
    match within.find(|(_, line)| line.trim_ascii().is_empty()) {
        None => Ok(()),
        Some((index, _)) => {
            let place = format!("line {}", index + 1);
            let wrong = Wrong::at(&place, "an empty line", &stages());
            Err(wrong.with("write `?` for an epoch that was not scored"))
        }
    }
}

/// Lets times of day ascend where a day ends.
fn past_midnight(rows: &mut [Scored]) {
    let mut before = Duration::ZERO;
    for start in rows.iter_mut().filter_map(|row| row.start.as_mut()) {
        let mut ps = start.ps();
        // Half a day back is the next day; less is an overlap.
        while ps.saturating_add(DAY_PS / 2) < before.ps() {
            ps = ps.saturating_add(DAY_PS);
        }
        *start = Duration::from_ps(ps);
        before = *start;
    }
}

/// Name of a column without its unit, and the unit in seconds: "Onset (s)" is an onset, in units of 1.
fn column(name: &[u8]) -> (String, f64) {
    let name = String::from_utf8_lossy(name).to_lowercase();
    let words = name.split(|c: char| !c.is_alphanumeric());
    let mut words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let unit = words.last().and_then(|last| unit(last));
    if unit.is_some() && words.len() > 1 {
        words.pop();
    }
    (words.join("_"), unit.unwrap_or(1.0))
}

/// A unit of time in seconds.
fn unit(name: &str) -> Option<f64> {
    let unit = UNITS.iter().find(|(unit, _)| *unit == name);
    unit.map(|&(_, seconds)| seconds)
}

/// A column of times.
#[derive(Clone, Copy)]
struct Times {
    at: usize,
    /// In seconds.
    unit: f64,
    /// Times of day, such as 23:59:30, with a date before them or without.
    is_clock: bool,
}

impl Times {
    /// A field of an onset or a length.
    fn read(self, field: &str) -> Option<Duration> {
        let field = field.trim().trim_matches('"');
        match self.is_clock {
            true => of_day(field),
            false if self.unit == 1.0 => seconds(field),
            false => seconds(&(field.parse::<f64>().ok()? * self.unit).to_string()),
        }
    }
}

/// A time of day since midnight.
fn of_day(field: &str) -> Option<Duration> {
    let time = field.rsplit([' ', 'T']).next()?;
    let mut parts = time.split(':');
    let (hours, minutes) = (parts.next()?, parts.next()?);
    let of = |part: &str| part.parse::<u32>().ok().map(f64::from);
    let rest = parts
        .next()
        .map_or(Some(0.0), |part| part.parse::<f64>().ok())?;
    let sound = parts.next().is_none() && (0.0..61.0).contains(&rest);
    let all =
        3600.0 * of(hours).filter(|h| *h < 24.0)? + 60.0 * of(minutes).filter(|m| *m < 60.0)?;
    seconds(&(all + rest).to_string()).filter(|_| sound)
}

/// Where columns are.
struct Places {
    /// `None` where a line is a stage.
    separator: Option<Separator>,
    has_header: bool,
    columns: usize,
    stage: usize,
    onset: Option<Times>,
    length: Option<Times>,
    end: Option<Times>,
    /// Numbers of epochs, where there are no onsets and all epochs are equally long.
    number: Option<usize>,
}

impl Places {
    /// By the `first` line, and the `second` where that has names.
    fn of(first: &[u8], second: Option<&[u8]>, columns: &Columns) -> Result<Self, Wrong> {
        let alone = String::from_utf8_lossy(first);
        let alone = alone.trim().trim_matches('"');
        let one = Self {
            separator: None,
            has_header: false,
            columns: 1,
            stage: 0,
            onset: None,
            length: None,
            end: None,
            number: None,
        };
        let is_row = is_scored(alone.as_bytes());
        // A name of two words is no two columns.
        let name = alone.to_lowercase().replace(' ', "_");
        let has_header = STAGE.contains(&name.as_str());
        if (is_row || has_header) && columns.stage.is_none() {
            return Ok(Self { has_header, ..one });
        }
        let separator = Separator::of(first);
        let names: Vec<&[u8]> = separator.fields(first).collect();
        let known: Vec<(String, f64)> = names.iter().map(|name| column(name)).collect();
        let find = |usual: &[&str]| {
            let mut usual = usual.iter();
            usual.find_map(|name| known.iter().position(|column| column.0 == *name))
        };
        let (stage, has_header) = match &columns.stage {
            Some(name) => match csv::place(&names, name) {
                Ok((at, true)) => (at, !is_scored(names[at])),
                Ok((at, false)) => (at, true),
                Err(expected) => return Err(Wrong::at("line 1", &quote(first), &expected)),
            },
            None => match find(&STAGE) {
                Some(at) => (at, true),
                None if names.len() == 1 && !is_scored(names[0]) => {
                    return Err(Wrong::at("line 1", &quote(first), &stages()));
                }
                None => {
                    let usual = suggest::list(&STAGE);
                    let expected = format!("a stage alone, or a column called one of {usual}");
                    let wrong = Wrong::at("line 1", &quote(first), &expected);
                    return Err(wrong.with("name the column of stages, by `column`"));
                }
            },
        };
        let named = |usual: &[&str]| {
            let at = has_header.then(|| find(usual)).flatten();
            at.filter(|at| *at != stage)
        };
        let times = |at: usize| Times {
            at,
            unit: known[at].1,
            is_clock: false,
        };
        let field = |at: usize| second.and_then(|line| separator.fields(line).nth(at));
        let of = |at: usize| Times {
            is_clock: field(at).is_some_and(|field| field.contains(&b':')),
            ..times(at)
        };
        let is_of_day = |at: &usize| {
            let field = field(*at).and_then(|field| std::str::from_utf8(field).ok());
            *at != stage && field.is_some_and(|field| of_day(field.trim_matches('"')).is_some())
        };
        let end = named(&END);
        let unsaid = || {
            (0..names.len())
                .find(is_of_day)
                .filter(|at| Some(*at) != end)
        };
        let unsaid = || has_header.then(unsaid).flatten();
        let as_unit = || known.iter().position(|column| unit(&column.0).is_some());
        let as_unit = || has_header.then(as_unit).flatten().filter(|at| *at != stage);
        let onset = named(&ONSET).or_else(unsaid).or_else(as_unit).map(of);
        let length = named(&LENGTH).map(times);
        let end = end.map(of);
        if let (Some(onset), Some(end)) = (onset, end)
            && onset.is_clock != end.is_clock
        {
            let expected = "onsets and ends both in seconds or both as times of day";
            return Err(Wrong::at("line 1", &quote(first), expected));
        }
        let is_timed = onset.is_some() || length.is_some() || end.is_some();
        let times = [onset, length, end].into_iter().flatten();
        let used = times.map(|times| times.at).chain([stage]);
        for at in used.filter(|_| has_header) {
            let of = |name: &&&[u8]| name.trim_ascii() == names[at].trim_ascii();
            let expected = match names.iter().filter(of).count() {
                1 => continue,
                n => format!("{} once, not {n} times", quote(names[at])),
            };
            return Err(Wrong::at("line 1", &quote(first), &expected));
        }
        Ok(Self {
            separator: Some(separator),
            has_header,
            columns: names.len(),
            stage,
            onset,
            length,
            end,
            number: named(&NUMBER).filter(|_| !is_timed),
        })
    }

    /// Whether nothing but their order says when epochs are.
    fn is_by_place(&self) -> bool {
        self.onset.is_none() && self.end.is_none() && self.number.is_none()
    }

    /// The last column that says something.
    fn last_used(&self) -> usize {
        let times = [self.onset, self.length, self.end].into_iter().flatten();
        let used = times.map(|times| times.at).chain(self.number);
        used.fold(self.stage, usize::max)
    }

    /// The field of stages of `line`.
    fn stage<'a>(&self, line: &'a [u8]) -> Option<&'a str> {
        let field = match self.separator {
            None => line.trim_ascii(),
            Some(separator) => separator.fields(line).nth(self.stage)?,
        };
        let field = std::str::from_utf8(field).ok()?;
        // Programs that pad columns may have quoted them afterwards.
        Some(field.trim_matches('"').trim())
    }

    /// What `line` of this number says, where the one before ends at `before`.
    fn row(
        &self,
        (number, line): (usize, &[u8]),
        epoch: Duration,
        numbers: Numbers,
        before: Option<Duration>,
    ) -> Result<Scored, Wrong> {
        let place = format!("line {number}");
        let wrong = |found: &str, expected: &str| Wrong::at(&place, found, expected);
        let separator = self.separator;
        if let Some(expected) = separator.and_then(|own| own.surplus(line, self.columns)) {
            return Err(wrong(&quote(line), expected));
        }
        let is_short = separator.is_some_and(|own| own.fields(line).count() <= self.last_used());
        let Some(field) = self.stage(line).filter(|_| !is_short) else {
            return Err(wrong(&quote(line), "as many columns as above"));
        };
        let score: Option<Score> = match field.parse::<f64>() {
            // Numbers may be written as 2.0.
            Ok(number) if number.fract() == 0.0 => word::numbered(number as i64, numbers),
            _ => word::score(field),
        };
        let Some(score) = score else {
            return Err(wrong(&quote(field.as_bytes()), &stages()));
        };
        let field = |at: usize| {
            let fields = self.separator.map(|separator| separator.fields(line));
            fields
                .and_then(|mut fields| fields.nth(at))
                .unwrap_or_default()
        };
        let time = |times: Option<Times>, what: &str| {
            let Some(times) = times else {
                return Ok(None);
            };
            let field = field(times.at);
            let read = std::str::from_utf8(field).ok();
            match read.and_then(|field| times.read(field)) {
                Some(time) => Ok(Some(time)),
                None if !times.is_clock && read.is_some_and(is_beyond) => Err(wrong(
                    &quote(field),
                    "a time that the clock has, of 106 days",
                )),
                None => Err(wrong(&quote(field), what)),
            }
        };
        let what = match self.onset {
            Some(Times { is_clock: true, .. }) => "a time of day such as 23:59:30, as above",
            _ => "an onset in seconds",
        };
        let start = match self.number {
            None => time(self.onset, what)?,
            Some(at) => {
                let number = std::str::from_utf8(field(at)).ok();
                let number = number.and_then(|field| field.trim().parse::<f64>().ok());
                let number = number.filter(|n| n.fract() == 0.0 && (0.0..1e9).contains(n));
                let number =
                    number.ok_or_else(|| wrong(&quote(field(at)), "the number of an epoch"));
                Some(Duration::from_ps(
                    (number? as i64).saturating_mul(epoch.ps()),
                ))
            }
        };
        let said = time(self.length, "a length in seconds")?;
        let (start, length) = match self.end {
            None => (start, said.unwrap_or(epoch)),
            Some(times) => {
                let what = match times.is_clock {
                    true => "a time of day such as 23:59:30, as above",
                    false => "an end in seconds",
                };
                let end = time(self.end, what)?.unwrap_or(Duration::ZERO);
                let start = start.or(before).unwrap_or(Duration::ZERO);
                let mut length = end.ps() - start.ps();
                if times.is_clock && length < 0 {
                    length += DAY_PS;
                }
                let differs = said.is_some_and(|said| (said.ps() - length).abs() > SLACK_PS);
                if length <= 0 || differs {
                    let expected = match differs {
                        true => "an end as long after the onset as the length says",
                        false => "an end after the onset",
                    };
                    return Err(wrong(&quote(field(times.at)), expected));
                }
                (Some(start), Duration::from_ps(length))
            }
        };
        if length <= Duration::ZERO {
            let at = self.length.map_or(0, |times| times.at);
            return Err(wrong(&quote(field(at)), "a length in seconds"));
        }
        Ok(Scored {
            start,
            length,
            score,
            place: number,
        })
    }
}

/// Whether a field is a number that is a time, but for its size.
fn is_beyond(field: &str) -> bool {
    let number = field.trim().trim_matches('"').parse::<f64>();
    number.is_ok_and(|number| number > 0.0)
}

fn is_scored(field: &[u8]) -> bool {
    let field = String::from_utf8_lossy(field);
    word::score(&field).is_some() || field.parse::<f64>().is_ok()
}

/// What numbers mean: as is said, or as in Rechtschaffen and Kales unless a 4 may be REM sleep.
fn numbers(
    rows: &[(usize, &[u8])],
    places: &Places,
    said: Option<Numbers>,
) -> Result<Numbers, Wrong> {
    if let Some(said) = said {
        return Ok(said);
    }
    let number = |line: &[u8]| {
        places
            .stage(line)
            .and_then(|field| field.parse::<f64>().ok())
    };
    let line_of = |sought: f64| {
        let found = rows.iter().find(|(_, line)| number(line) == Some(sought));
        found.map(|(index, _)| index + 1)
    };
    let Some(line) = line_of(4.0) else {
        return Ok(Numbers::RechtschaffenKales);
    };
    // Also beside a 5: files that were put together from both codes exist, and nothing in them tells.
    let found = match line_of(5.0) {
        Some(five) => format!("the number 4, and a 5 in line {five}"),
        None => "the number 4, and no 5 in the file".to_owned(),
    };
    let wrong = Wrong::at(&format!("line {line}"), &found, "to be told what a 4 is");
    let help =
        "write `numbers = \"r&k\"` where it is stage 4, `numbers = \"yasa\"` where it is REM sleep";
    Err(wrong.with(help))
}
