//! What all figures share: sizes, strokes and colours.

/// A colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(pub u8, pub u8, pub u8);

// Okabe and Ito's palette, told apart with every kind of colour vision (jfly.uni-koeln.de/color).
pub(crate) const BLACK: Colour = Colour(0, 0, 0);
pub(crate) const ORANGE: Colour = Colour(230, 159, 0);
pub(crate) const GREEN: Colour = Colour(0, 158, 115);
pub(crate) const BLUE: Colour = Colour(0, 114, 178);
pub(crate) const VERMILION: Colour = Colour(213, 94, 0);
pub(crate) const PURPLE: Colour = Colour(204, 121, 167);

pub(crate) const WHITE: Colour = Colour(255, 255, 255);
/// Axes and text.
pub(crate) const INK: Colour = Colour(30, 30, 30);
/// Notes and what stands behind the data.
pub(crate) const GREY: Colour = Colour(110, 110, 110);
/// Backgrounds of spans.
pub(crate) const PALE: Colour = Colour(238, 240, 243);

/// Colours of lines that are compared, in order of use.
pub(crate) const SERIES: [Colour; 6] = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, BLACK];

/// Width of a figure over both columns of a page: 180 mm in points.
pub(crate) const FULL_WIDTH: f64 = 510.0;

/// Text sizes in points.
pub(crate) const LABEL: f64 = 8.0;
pub(crate) const TICK: f64 = 7.0;
pub(crate) const NOTE: f64 = 6.5;
pub(crate) const PANEL: f64 = 10.0;

/// Widths of strokes in points.
pub(crate) const AXIS: f64 = 0.6;
pub(crate) const LINE: f64 = 1.4;
pub(crate) const HAIR: f64 = 0.5;

/// Length of a tick outside its axis, in points.
pub(crate) const TICK_LENGTH: f64 = 2.5;

/// Blue for negative, white at zero, orange for positive; darker towards −1 and 1.
pub(crate) fn diverging(x: f64) -> Colour {
    const NEGATIVE: [Colour; 3] = [WHITE, BLUE, Colour(0, 42, 82)];
    const POSITIVE: [Colour; 3] = [WHITE, VERMILION, Colour(92, 30, 0)];
    if x < 0.0 {
        ramp(&NEGATIVE, -x)
    } else {
        ramp(&POSITIVE, x)
    }
}

/// A breath of blue at 0 (told from the page) to dark blue at 1.
pub(crate) fn sequential(x: f64) -> Colour {
    ramp(
        &[
            Colour(233, 241, 248),
            Colour(172, 207, 231),
            Colour(58, 140, 192),
            Colour(0, 62, 112),
        ],
        x,
    )
}

/// White at 0 over orange to a dark brown at 1.
pub(crate) fn heat(x: f64) -> Colour {
    ramp(&[WHITE, ORANGE, VERMILION, Colour(60, 16, 0)], x)
}

/// Between `one` (0) and `other` (1).
pub(crate) fn between(one: Colour, other: Colour, x: f64) -> Colour {
    ramp(&[one, other], x)
}

/// Between white (0) and `colour` (1).
pub(crate) fn tint(colour: Colour, x: f64) -> Colour {
    ramp(&[WHITE, colour], x)
}

/// Linear between equally spaced colours; NaN is grey.
fn ramp(stops: &[Colour], x: f64) -> Colour {
    if x.is_nan() {
        return GREY;
    }
    let last = stops.len() - 1;
    let position = x.clamp(0.0, 1.0) * last as f64;
    let k = (position as usize).min(last.saturating_sub(1));
    let part = position - k as f64;
    let (from, to) = (stops[k], stops[k + 1]);
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
    Colour(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// Black or white, whichever reads better on `ground` (relative luminance, ITU-R BT.709 weights).
pub(crate) fn ink_on(ground: Colour) -> Colour {
    let luminance =
        0.2126 * f64::from(ground.0) + 0.7152 * f64::from(ground.1) + 0.0722 * f64::from(ground.2);
    if luminance > 140.0 { INK } else { WHITE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_maps_have_their_anchors() {
        assert_eq!(diverging(0.0), WHITE);
        assert_eq!(diverging(0.5), VERMILION);
        assert_eq!(diverging(-0.5), BLUE);
        assert_eq!(diverging(7.0), Colour(92, 30, 0));
        assert_eq!(diverging(f64::NAN), GREY);
        assert_eq!(tint(BLUE, 1.0), BLUE);
    }

    #[test]
    fn text_on_cells_is_legible() {
        assert_eq!(ink_on(WHITE), INK);
        assert_eq!(ink_on(sequential(1.0)), WHITE);
    }
}
