//! What a table of nights and yardsticks comes to, in a sentence.

use std::cmp::Ordering;

/// A yardstick that was compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Compared<'a> {
    /// What it is called.
    pub(super) name: &'a str,
    /// Its tier.
    pub(super) tier: &'a str,
    /// Where it stands, seen from the night: `Greater` is above it.
    pub(super) stands: Ordering,
}

/// Percent below which accuracies are equal: sums over seeds may differ in their last digits.
const EQUAL: f64 = 1e-9;

/// Where an accuracy stands, seen from that of the night, both in percent.
pub(super) fn stands(yardstick: f64, night: f64) -> Ordering {
    match yardstick - night {
        by if by > EQUAL => Ordering::Greater,
        by if by < -EQUAL => Ordering::Less,
        _ => Ordering::Equal,
    }
}

/// The sentence, of a night of this `tier`; none where nothing was compared.
pub(super) fn verdict(tier: &str, compared: &[Compared<'_>]) -> Option<String> {
    if compared.is_empty() {
        return None;
    }
    let own: Vec<&Compared<'_>> = compared.iter().filter(|one| one.tier <= tier).collect();
    let names = |among: &[&Compared<'_>], stands: Ordering| -> Vec<String> {
        let such = among.iter().filter(|one| one.stands == stands);
        such.map(|one| one.name.to_owned()).collect()
    };
    let all: Vec<&Compared<'_>> = compared.iter().collect();
    if own.is_empty() {
        return Some("No yardstick of the night's tier or a lower one was compared.".into());
    }
    let above = names(&own, Ordering::Greater);
    if !above.is_empty() {
        let above = above.join(", ");
        return Some(format!(
            "Above the night with no more than its tier: {above}."
        ));
    }
    let none_above = names(&all, Ordering::Greater).is_empty();
    let equal = match none_above {
        true => names(&all, Ordering::Equal),
        false => names(&own, Ordering::Equal),
    };
    let whom = match none_above {
        true => "yardstick",
        false => "yardstick of its tier or a lower one",
    };
    Some(match equal.is_empty() {
        true => format!("The night is above every {whom}."),
        false => format!(
            "No {whom} is above the night; as good: {}.",
            equal.join(", ")
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tier: &str, compared: &[(&str, &str, f64)]) -> Option<String> {
        let compared: Vec<Compared<'_>> = compared
            .iter()
            .map(|&(name, tier, by)| Compared {
                name,
                tier,
                stands: stands(80.0 + by, 80.0),
            })
            .collect();
        verdict(tier, &compared)
    }

    #[test]
    fn a_night_is_above_what_it_is_above() {
        let says = |compared: &[(&str, &str, f64)]| of("A+", compared).unwrap_or_default();
        assert_eq!(of("A+", &[]), None);
        assert_eq!(
            says(&[("a", "A", -1.0), ("b", "all", -2.0)]),
            "The night is above every yardstick."
        );
        assert_eq!(
            says(&[("a", "A", -1.0), ("b", "B", 2.0)]),
            "The night is above every yardstick of its tier or a lower one."
        );
        assert_eq!(
            says(&[("a", "A", -1.0), ("c", "A+", 1.0), ("b", "B", 2.0)]),
            "Above the night with no more than its tier: c."
        );
    }

    #[test]
    fn a_tie_is_no_victory() {
        let says = |compared: &[(&str, &str, f64)]| of("A+", compared).unwrap_or_default();
        assert_eq!(
            says(&[("a", "A", 1e-13), ("b", "all", 0.0)]),
            "No yardstick is above the night; as good: a, b."
        );
        assert_eq!(
            says(&[("a", "A", 0.0), ("b", "B", 3.0), ("c", "B", 0.0)]),
            "No yardstick of its tier or a lower one is above the night; as good: a."
        );
    }

    #[test]
    fn nothing_is_claimed_of_a_tier_that_was_not_compared() {
        assert_eq!(
            of("A+", &[("b", "B", 50.0), ("c", "C", -1.0)]).as_deref(),
            Some("No yardstick of the night's tier or a lower one was compared.")
        );
    }
}
