//! The embedded font: widths for layout, outlines for PNG.
//!
//! Arimo (SIL Open Font License 1.1, `font/OFL.txt`) has the widths of Arial and Helvetica, so text laid out with it
//! fits wherever an SVG viewer uses one of the three.

use std::sync::LazyLock;
use ttf_parser::Face;

/// Fonts an SVG asks for, all of one width.
pub(crate) const FAMILY: &str = "Arimo, Arial, 'Liberation Sans', Helvetica, sans-serif";

/// Height of a digit or capital as a part of the size (1409 of 2048 units), to centre text on a line.
pub(crate) const CAP_HEIGHT: f64 = 0.688;

/// Weight of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

static REGULAR: LazyLock<Face<'static>> =
    LazyLock::new(|| face(include_bytes!("font/Arimo-Regular.ttf")));
static BOLD: LazyLock<Face<'static>> =
    LazyLock::new(|| face(include_bytes!("font/Arimo-Bold.ttf")));

fn face(bytes: &'static [u8]) -> Face<'static> {
    Face::parse(bytes, 0).expect("the embedded font is whole")
}

/// The embedded font of this weight.
pub(crate) fn get(weight: Weight) -> &'static Face<'static> {
    match weight {
        Weight::Regular => &REGULAR,
        Weight::Bold => &BOLD,
    }
}

/// Points that `text` takes at `size` points. A character that the font lacks counts as its box.
pub(crate) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let face = get(weight);
    let units: u32 = text
        .chars()
        .map(|c| {
            let glyph = face.glyph_index(c).unwrap_or_default();
            u32::from(face.glyph_hor_advance(glyph).unwrap_or(0))
        })
        .sum();
    f64::from(units) * size / f64::from(face.units_per_em())
}

/// `text`, or as much of it as fits into `room` points followed by an ellipsis.
pub(crate) fn fit(text: &str, size: f64, weight: Weight, room: f64) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let mut short = text.to_owned();
    while short.pop().is_some() {
        let candidate = format!("{}…", short.trim_end());
        if width(&candidate, size, weight) <= room {
            return candidate;
        }
    }
    "…".to_owned()
}

/// `text`, or as much of its begin and of its end as fits into `room` points around an ellipsis: where names of a kind are cut,
/// their ends tell them apart.
pub(crate) fn fit_ends(text: &str, size: f64, weight: Weight, room: f64) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let all: Vec<char> = text.chars().collect();
    for kept in (2..all.len()).rev() {
        let (begin, end) = (&all[..kept - kept / 2], &all[all.len() - kept / 2..]);
        let [begin, end] = [begin, end].map(|part| part.iter().collect::<String>());
        let candidate = format!("{}…{}", begin.trim_end(), end.trim_start());
        if width(&candidate, size, weight) <= room {
            return candidate;
        }
    }
    fit(text, size, weight, room)
}

/// `text` in lines of at most `room` points, broken at spaces; a longer word is cut.
pub(crate) fn wrap(text: &str, size: f64, weight: Weight, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut() {
            let longer = format!("{line} {word}");
            if width(&longer, size, weight) <= room {
                *line = longer;
                continue;
            }
        }
        lines.push(fit(word, size, weight, room));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_arial() {
        // Arial's advance widths, of 2048: digits 1139, space 569, A 1366.
        assert!((width("0 A", 2048.0, Weight::Regular) - (1139.0 + 569.0 + 1366.0)).abs() < 1e-9);
        assert!(width("mean", 8.0, Weight::Bold) > width("mean", 8.0, Weight::Regular));
    }

    #[test]
    fn every_sign_that_figures_use_is_in_the_font() {
        for weight in [Weight::Regular, Weight::Bold] {
            for c in "ΔΣµ±×−–≤≥→·…°²λθ".chars() {
                assert!(get(weight).glyph_index(c).is_some(), "{c}");
            }
        }
    }

    #[test]
    fn long_text_is_cut_to_its_room() {
        let cut = fit("a very long population name", 8.0, Weight::Regular, 50.0);
        assert!(cut.ends_with('…') && width(&cut, 8.0, Weight::Regular) <= 50.0);
        assert_eq!(fit("short", 8.0, Weight::Regular, 50.0), "short");
        assert_eq!(fit("x", 8.0, Weight::Regular, 0.0), "…");
    }

    #[test]
    fn names_that_end_in_different_numbers_are_cut_to_different_ones() {
        let name = |k: u32| {
            let text = format!("test after the second sleep {k}");
            fit_ends(&text, 8.0, Weight::Regular, 50.0)
        };
        assert!(name(1).starts_with("test") && name(1).contains('…') && name(1).ends_with(" 1"));
        assert!(name(12).ends_with(" 12") && width(&name(12), 8.0, Weight::Regular) <= 50.0);
        assert_eq!(fit_ends("short", 8.0, Weight::Regular, 50.0), "short");
        assert_eq!(fit_ends("x y z", 8.0, Weight::Regular, 0.0), "…");
    }

    #[test]
    fn a_caption_keeps_all_its_words_in_lines_that_fit() {
        let text = "Points: mean of n = 3 seeds. Bands: ± 1 SD.";
        let lines = wrap(text, 8.0, Weight::Regular, 60.0);
        assert_eq!(lines.join(" "), text);
        assert!(lines.len() > 1);
        for line in lines {
            assert!(width(&line, 8.0, Weight::Regular) <= 60.0, "{line}");
        }
        assert!(wrap(" ", 8.0, Weight::Regular, 60.0).is_empty());
    }
}
