//! Colours of populations: a family of hues by the sign of their weights onto others, shades within it.

use super::Layer;
use crate::report::style::{BLACK, BLUE, Colour, GREEN, INK, VERMILION, WHITE, between, tint};

/// What the weights of a population onto others are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// None is negative.
    Excitatory,
    /// None is positive.
    Inhibitory,
    /// Both, as in a trained network.
    Mixed,
}

/// The colour of each layer: shades of vermilion excite, of blue inhibit, of green do both, and of grey are those of which
/// nothing is known. Shades of a family go from dark at the top of the figure to light; none comes twice.
pub(super) fn colours(layers: &[Layer]) -> Vec<Colour> {
    let shade = |k: usize| {
        let kin = |layer: &Layer| layer.sign == layers[k].sign;
        let above = layers[k + 1..].iter().filter(|layer| kin(layer)).count();
        let all = layers.iter().filter(|layer| kin(layer)).count();
        let part = match all {
            1 => 0.5,
            _ => above as f64 / (all - 1) as f64,
        };
        let hue = match layers[k].sign {
            Some(Sign::Excitatory) => VERMILION,
            Some(Sign::Inhibitory) => BLUE,
            Some(Sign::Mixed) => GREEN,
            None => INK,
        };
        // Half way lies the hue itself; the ends are still told from black and legible on white.
        match part {
            part if part < 0.5 => between(BLACK, hue, 0.45 + 1.1 * part),
            part => between(hue, WHITE, 0.7 * (part - 0.5)),
        }
    };
    (0..layers.len()).map(shade).collect()
}

/// The fill under a line of this colour.
pub(super) fn fill(colour: Colour) -> Colour {
    tint(colour, 0.35)
}

/// The word for a sign.
pub(super) fn word(sign: Option<Sign>) -> &'static str {
    match sign {
        Some(Sign::Excitatory) => "excitatory",
        Some(Sign::Inhibitory) => "inhibitory",
        Some(Sign::Mixed) | None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(signs: &[Option<Sign>]) -> Vec<Layer> {
        let layer = |&sign| Layer {
            name: String::new(),
            n_neurons: 1,
            size: 1,
            numbers: None,
            sign,
            spikes: Vec::new(),
        };
        signs.iter().map(layer).collect()
    }

    #[test]
    fn a_pair_has_its_hues_and_eight_populations_have_no_colour_twice() {
        let (e, i) = (Some(Sign::Excitatory), Some(Sign::Inhibitory));
        assert_eq!(colours(&layers(&[i, e])), [BLUE, VERMILION]);
        assert_eq!(colours(&layers(&[None])), [INK]);
        let eight = colours(&layers(&[i, e, i, e, i, e, i, e]));
        for (k, one) in eight.iter().enumerate() {
            assert!(!eight[k + 1..].contains(one), "{eight:?}");
        }
        // Excitatory ones are red, inhibitory ones blue, whatever their shade.
        for (k, Colour(red, _, blue)) in eight.into_iter().enumerate() {
            assert_eq!(red > blue, k % 2 == 1);
        }
    }
}
