//! Text and tables of as many columns as a terminal has.

use std::io::{self, Write};

/// Columns that text is wrapped to.
const WIDTH: usize = 80;

/// Meanings have at least so much of it: other columns are folded where they take more.
const NARROWEST: usize = 32;

/// Width of a column that is folded.
const FOLDED: usize = 16;

/// Rows under a header, the last column wrapped.
pub(super) fn table<const N: usize>(
    out: &mut dyn Write,
    header: [String; N],
    rows: impl Iterator<Item = [String; N]>,
) -> io::Result<()> {
    let rows: Vec<[String; N]> = std::iter::once(header).chain(rows).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..N - 1).map(width).collect();
    let indent = |widths: &[usize]| 2 + widths.iter().map(|width| width + 2).sum::<usize>();
    if indent(&widths) > WIDTH - NARROWEST {
        widths
            .iter_mut()
            .for_each(|width| *width = (*width).min(FOLDED));
    }
    widths.push(WIDTH.saturating_sub(indent(&widths)));
    for row in &rows {
        let cells = row.iter().zip(&widths);
        let cells: Vec<Vec<String>> = cells.map(|(cell, width)| folded(cell, *width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for k in 0..height {
            let mut line = String::from("  ");
            for (cell, width) in cells.iter().zip(&widths) {
                let text = cell.get(k).map_or("", String::as_str);
                line += &format!("{text:width$}  ");
            }
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    Ok(())
}

/// `text` in lines, broken between words, that are no longer than `width` where its words are not.
fn folded(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.into());
        }
    }
    lines
}

/// Breaks `text` between words so that no line passes [`WIDTH`]; lines after the first are indented.
pub(super) fn wrap(text: &str, indent: usize) -> String {
    let mut wrapped = String::new();
    let mut column = indent;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if wrapped.is_empty() {
            column += length;
        } else if column + 1 + length <= WIDTH {
            wrapped.push(' ');
            column += 1 + length;
        } else {
            wrapped.push('\n');
            wrapped.push_str(&" ".repeat(indent));
            column = indent + length;
        }
        wrapped.push_str(word);
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_columns_leave_room_for_meanings() {
        let row = |cells: [&str; 3]| cells.map(String::from);
        let words = "gaussian, exponential, power_law, uniform";
        let meaning = "how the probability falls with distance";
        let mut out = Vec::new();
        let rows = [row([words, "required", meaning])].into_iter();
        table(
            &mut out,
            row(["value of profile", "default", "meaning"]),
            rows,
        )
        .unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
        assert!(text.lines().any(|line| line == "  power_law,"), "{text}");
        assert!(text.contains(meaning), "{text}");
    }

    #[test]
    fn no_line_of_wrapped_text_is_too_long_and_no_word_is_lost() {
        let text = "a bird in the hand ".repeat(30);
        let wrapped = wrap(&text, 30);
        let words = |text: &str| {
            text.split_whitespace()
                .map(String::from)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&wrapped), words(&text));
        let mut lines = wrapped.lines();
        assert!(lines.next().is_some_and(|line| line.len() <= 50));
        assert!(lines.all(|line| line.len() <= 80 && line.starts_with(&" ".repeat(30))));
    }
}
