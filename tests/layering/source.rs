//! Reads which modules a Rust file names, from its tokens alone.

/// A path into the crate as far as it can be read: `["base", "time"]` of `use crate::base::time::Time`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CratePath {
    /// Line in the file, from 1.
    pub line: usize,
    /// The first name after `crate` (or after `sharpwave` outside the library).
    pub top: String,
}

#[derive(Debug, PartialEq)]
struct Token {
    line: usize,
    text: String,
}

/// Identifiers, `::` and single punctuation marks, without comments, strings, characters and lifetimes.
fn tokens(source: &str) -> Vec<Token> {
    let text: Vec<char> = source.chars().collect();
    let at = |i: usize| text.get(i).copied().unwrap_or('\0');
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut found, mut i, mut line) = (Vec::new(), 0, 1);
    while i < text.len() {
        let start = i;
        match (at(i), at(i + 1)) {
            ('/', '/') => {
                while i < text.len() && at(i) != '\n' {
                    i += 1;
                }
            }
            ('/', '*') => i = after_block_comment(&text, i),
            ('"', _) => i = after_string(&text, i + 1),
            ('\'', '\\') => {
                i += 3;
                while i < text.len() && at(i) != '\'' {
                    i += 1;
                }
                i += 1;
            }
            ('\'', _) if at(i + 2) == '\'' => i += 3,
            ('\'', _) => i += 2,
            (':', ':') => {
                i += 2;
                found.push(Token {
                    line,
                    text: "::".into(),
                });
            }
            (c, _) if word(c) => {
                while word(at(i)) {
                    i += 1;
                }
                let name: String = text[start..i].iter().collect();
                if matches!(name.as_str(), "r" | "br" | "cr") && matches!(at(i), '"' | '#') {
                    i = after_raw_string(&text, i).unwrap_or(i);
                } else {
                    found.push(Token { line, text: name });
                }
            }
            (c, _) => {
                i += 1;
                if !c.is_whitespace() {
                    found.push(Token {
                        line,
                        text: c.into(),
                    });
                }
            }
        }
        line += text[start..i.min(text.len())]
            .iter()
            .filter(|&&c| c == '\n')
            .count();
    }
    found
}

/// The words and marks of `source`, without comments and strings.
pub fn words(source: &str) -> Vec<String> {
    tokens(source).into_iter().map(|token| token.text).collect()
}

fn after_block_comment(text: &[char], start: usize) -> usize {
    let (mut i, mut depth) = (start + 2, 1);
    while i < text.len() && depth > 0 {
        match text[i..].get(..2) {
            Some(['/', '*']) => (i, depth) = (i + 2, depth + 1),
            Some(['*', '/']) => (i, depth) = (i + 2, depth - 1),
            _ => i += 1,
        }
    }
    i
}

fn after_string(text: &[char], start: usize) -> usize {
    let mut i = start;
    while i < text.len() && text[i] != '"' {
        i += if text[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

/// From the first `#` or quote of a raw string; `None` where it is a raw identifier such as `r#type`.
fn after_raw_string(text: &[char], start: usize) -> Option<usize> {
    let hashes = text[start..].iter().take_while(|&&c| c == '#').count();
    let open = start + hashes;
    (text.get(open) == Some(&'"')).then_some(())?;
    let close: Vec<char> = std::iter::once('"')
        .chain(std::iter::repeat_n('#', hashes))
        .collect();
    let length = text[open + 1..]
        .windows(close.len())
        .position(|window| window == close)?;
    Some(open + 1 + length + close.len())
}

/// Every path into the crate in `source`, whose own module is `module` (`["neuron", "lif"]`): `crate::…`, `$crate::…`,
/// groups (`crate::{base, neuron::lif}`), `super::…` as far as it leaves the top module, and `root::…` where `root` is
/// another name of the crate.
pub fn crate_paths(source: &str, module: &[&str], root: Option<&str>) -> Vec<CratePath> {
    let tokens = tokens(source);
    let text = |i: usize| tokens.get(i).map_or("", |token| token.text.as_str());
    let mut found = Vec::new();
    // One entry per open brace: whether it opened a module inside the file.
    let mut braces: Vec<bool> = Vec::new();
    for i in 0..tokens.len() {
        match text(i) {
            "{" => braces.push(i >= 2 && text(i - 2) == "mod"),
            "}" => {
                braces.pop();
            }
            "crate" if text(i + 1) == "::" => tops(&tokens, i + 2, &mut found),
            name if Some(name) == root && text(i + 1) == "::" => tops(&tokens, i + 2, &mut found),
            // `self::super::` reads as `super::`; a later `super` of one chain is counted from its first.
            "super" if i < 2 || text(i - 2) != "super" || text(i - 1) != "::" => {
                let mut depth = module.len() + braces.iter().filter(|&&inline| inline).count();
                let mut next = i;
                while text(next) == "super" && text(next + 1) == "::" {
                    depth = depth.saturating_sub(1);
                    next += 2;
                }
                if depth == 0 && next > i {
                    tops(&tokens, next, &mut found);
                }
            }
            _ => {}
        }
    }
    found
}

/// The first names of the use tree that starts at `start`: one, or one per element of a group.
fn tops(tokens: &[Token], start: usize, found: &mut Vec<CratePath>) {
    let Some(first) = tokens.get(start) else {
        return;
    };
    let mut push = |token: &Token| {
        found.push(CratePath {
            line: token.line,
            top: token.text.clone(),
        });
    };
    if first.text != "{" {
        return push(first);
    }
    let (mut depth, mut fresh) = (1, true);
    for token in &tokens[start + 1..] {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 1 => fresh = true,
            _ if depth == 1 && fresh => {
                push(token);
                fresh = false;
            }
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}
