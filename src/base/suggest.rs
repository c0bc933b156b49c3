//! "Did you mean …?": the one way in which every message guesses at a slip.

/// A misspelling is short; comparing a long text with every candidate would be slow and pointless.
const LONGEST: usize = 64;

/// The candidate that `word` is most likely a slip of, if any is near: at most a third of its letters differ.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, candidate)| {
            let letters = candidate.chars().count().max(word.chars().count());
            *distance <= (letters / 3).max(1) && *distance < letters
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// "did you mean …?" where one of `candidates` is near.
pub fn did_you_mean(word: &str, candidates: &[&str]) -> Option<String> {
    nearest(word, candidates.iter().copied()).map(|near| format!("did you mean `{near}`?"))
}

/// Help for a word that is none of `candidates`: the nearest, those that end in it, or all of them.
pub fn help(word: &str, candidates: &[&str]) -> Option<String> {
    let all = || (!candidates.is_empty()).then(|| format!("known here: {}", list(candidates)));
    longer(word, candidates)
        .or_else(|| did_you_mean(word, candidates))
        .or_else(all)
}

/// Asks for those of `candidates` of which `word` is the last one, as `delay` of `axonal_delay`.
pub fn longer(word: &str, candidates: &[&str]) -> Option<String> {
    let ends = |candidate: &&&str| {
        candidate
            .strip_suffix(word)
            .is_some_and(|rest| rest.ends_with('_'))
    };
    let longer: Vec<&str> = candidates.iter().filter(ends).copied().collect();
    let meant = || format!("did you mean {}?", list(&longer).replace("`, `", "` or `"));
    (!longer.is_empty()).then(meant)
}

/// "`a`, `b`, `c`", each once.
pub fn list(names: &[&str]) -> String {
    let mut quoted: Vec<String> = Vec::new();
    for name in names {
        let name = format!("`{name}`");
        if !quoted.contains(&name) {
            quoted.push(name);
        }
    }
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_known_twice_is_listed_once() {
        assert_eq!(
            help("colour", &["first", "neurons", "first"]).as_deref(),
            Some("known here: `first`, `neurons`")
        );
    }

    #[test]
    fn a_word_that_longer_ones_end_in_stands_for_them() {
        let known = ["axonal_delay", "delay_resolution", "dendritic_delay"];
        let expected = "did you mean `axonal_delay` or `dendritic_delay`?";
        assert_eq!(help("delay", &known).as_deref(), Some(expected));
    }

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let keys = ["after", "duration", "grid", "input"];
        assert_eq!(nearest("durations", keys), Some("duration"));
        assert_eq!(nearest("Grid", keys), Some("grid"));
        assert_eq!(nearest("inptu", keys), Some("input"));
        assert_eq!(nearest("colour", keys), None);
    }
}
