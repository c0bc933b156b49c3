//! Tables of epochs: a stage a line, or columns of which one has stages.

use super::{Columns, EPOCH_MS, Numbers, Scored, Wrong, length, seconds, stages, visbrain, word};
use crate::base::suggest;
use crate::base::time::Duration;
use crate::protocol::stage::Score;
use crate::record::csv::{self, Separator, quote};

/// Usual names of columns, in lower case: stages, onsets and lengths in seconds.
const STAGE: [&str; 6] = [
    "stage",
    "sleep_stage",
    "stages",
    "hypnogram",
    "description",
    "trial_type",
];
const ONSET: [&str; 3] = ["onset", "start", "start_s"];
const LENGTH: [&str; 2] = ["duration", "duration_s"];

/// What a table says, a row for each.
pub(super) fn scored(bytes: &[u8], columns: &Columns) -> Result<Vec<Scored>, Wrong> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Wrong::new(format!("not a text file: byte {at} is not UTF-8"))
    })?;
    // Also ends the lines of old Macintoshes.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let rows = csv::lines(text.as_bytes()).filter(|(_, line)| {
        let line = line.trim_ascii();
        !line.is_empty() && !line.starts_with(b"#")
    });
    let mut rows = rows.peekable();
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
    let places = Places::of(first, columns)?;
    if places.has_header {
        rows.next();
    }
    let epoch = columns.epoch.or(Duration::from_ms(EPOCH_MS).ok());
    let epoch = epoch.unwrap_or(Duration::ZERO);
    let rows: Vec<(usize, &[u8])> = rows.collect();
    let numbers = numbers(&rows, &places, columns.numbers)?;
    rows.iter()
        .map(|(index, line)| places.row(index + 1, line, epoch, numbers))
        .collect()
}

/// Where columns are.
struct Places {
    /// `None` where a line is a stage.
    separator: Option<Separator>,
    has_header: bool,
    stage: usize,
    onset: Option<usize>,
    length: Option<usize>,
}

impl Places {
    fn of(first: &[u8], columns: &Columns) -> Result<Self, Wrong> {
        let alone = String::from_utf8_lossy(first);
        let alone = alone.trim().trim_matches('"');
        let one = Self {
            separator: None,
            has_header: false,
            stage: 0,
            onset: None,
            length: None,
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
        let lower: Vec<String> = names
            .iter()
            .map(|name| String::from_utf8_lossy(name).to_lowercase())
            .collect();
        let find = |usual: &[&str]| {
            let mut usual = usual.iter();
            usual.find_map(|name| lower.iter().position(|column| column == name))
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
        let named = |usual: &[&str]| has_header.then(|| find(usual)).flatten();
        Ok(Self {
            separator: Some(separator),
            has_header,
            stage,
            onset: named(&ONSET),
            length: named(&LENGTH),
        })
    }

    /// The field of stages of `line`.
    fn stage<'a>(&self, line: &'a [u8]) -> Option<&'a str> {
        let field = match self.separator {
            None => line.trim_ascii(),
            Some(separator) => separator.fields(line).nth(self.stage)?,
        };
        let field = std::str::from_utf8(field).ok()?;
        Some(field.trim_matches('"'))
    }

    fn row(
        &self,
        number: usize,
        line: &[u8],
        epoch: Duration,
        numbers: Numbers,
    ) -> Result<Scored, Wrong> {
        let place = format!("line {number}");
        let wrong = |found: &str, expected: &str| Wrong::at(&place, found, expected);
        let Some(field) = self.stage(line) else {
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
        let time = |at: Option<usize>, read: fn(&str) -> Option<Duration>, what: &str| {
            let Some((at, separator)) = at.zip(self.separator) else {
                return Ok(None);
            };
            let field = separator.fields(line).nth(at).unwrap_or_default();
            let read = std::str::from_utf8(field).ok().and_then(read);
            match read {
                Some(time) => Ok(Some(time)),
                None => Err(wrong(&quote(field), what)),
            }
        };
        Ok(Scored {
            start: time(self.onset, seconds, "an onset in seconds")?,
            length: time(self.length, length, "a length in seconds")?.unwrap_or(epoch),
            score,
            place: number,
        })
    }
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
