//! What numbers of a report mean.

/// What a number is: shown where it stands on hover and on focus, and in a list at the foot of the page.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Meaning {
    /// The word.
    pub term: &'static str,
    /// What it is, with its formula and source where it has one.
    pub text: &'static str,
}

impl Meaning {
    /// Its name among the page's elements.
    pub(super) fn id(&self) -> String {
        let letters = self.term.chars().map(|c| match c {
            c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
            _ => '-',
        });
        format!("means-{}", letters.collect::<String>())
    }
}
