//! Tables of a report.

use super::meaning::Meaning;

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// What it holds.
    pub caption: String,
    /// Its columns; the first one names the rows.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// Its heading.
    pub head: String,
    /// What its numbers are.
    pub meaning: Option<&'static Meaning>,
}

/// What stands in a row under a heading.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cell {
    /// As it is shown.
    pub text: String,
    /// The number in full, if it is one.
    pub exact: Option<f64>,
    /// What it is, where that differs from row to row.
    pub meaning: Option<&'static Meaning>,
}

impl Column {
    /// A column of text.
    pub fn new(head: impl Into<String>) -> Self {
        Self {
            head: head.into(),
            meaning: None,
        }
    }

    /// A column of numbers that mean `meaning`.
    pub fn of(head: impl Into<String>, meaning: &'static Meaning) -> Self {
        Self {
            head: head.into(),
            meaning: Some(meaning),
        }
    }
}

impl Cell {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// A whole number.
    pub fn count(n: u64) -> Self {
        Self {
            text: thousands(n),
            exact: Some(n as f64),
            meaning: None,
        }
    }

    /// A number with so many decimals; a dash where it is not defined.
    pub fn number(x: impl Into<Option<f64>>, decimals: usize) -> Self {
        let x = x.into().filter(|x| x.is_finite());
        Self {
            text: x.map_or_else(|| "–".into(), |x| format!("{x:.decimals$}")),
            exact: x,
            meaning: None,
        }
    }

    /// The number with what it means.
    pub fn meaning(self, meaning: &'static Meaning) -> Self {
        Self {
            meaning: Some(meaning),
            ..self
        }
    }
}

/// `n` with narrow gaps between its thousands.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}
