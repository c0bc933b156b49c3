//! What numbers of a report mean.

/// What a number is: shown where it stands on hover and on focus, and in a list at the foot of the page.
#[derive(Debug, PartialEq, PartialOrd)]
pub struct Meaning {
    /// The word.
    pub term: &'static str,
    /// What it is, with its formula and source where it has one; `{name}` stands for a number of `numbers`.
    pub text: &'static str,
    /// The numbers that the text names, as the program has them.
    pub numbers: &'static [(&'static str, f64)],
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

    /// The text with its numbers.
    pub fn said(&self) -> String {
        let numbers = self.numbers.iter();
        numbers.fold(self.text.to_owned(), |text, (name, number)| {
            text.replace(&format!("{{{name}}}"), &number.to_string())
        })
    }
}
