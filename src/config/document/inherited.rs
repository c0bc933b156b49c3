//! Tables that overrides lead into, though another table has them: what `like` copies, and the stage of a bout.

use super::{Entry, Node, Value};

/// Longest chain of tables that copy one another.
pub(in crate::config) const LONGEST: usize = 16;

/// Writes out the tables and arrays on the way to `keys` that a table has from another one, so that an override of one entry leaves the
/// others as they are.
pub(super) fn bring(root: &mut [Entry], keys: &[&str]) {
    for depth in 1..keys.len().saturating_sub(1) {
        let (way, key) = (&keys[..depth], keys[depth]);
        let Some(node) = missing(root, way, key) else {
            continue;
        };
        if let Some(table) = table_at(root, way) {
            let origin = node.origin;
            table.push(Entry {
                key: key.into(),
                origin,
                node,
            });
        }
    }
}

/// The table or array that the table at `way` has as `key` from another one, if it has none of its own.
fn missing(root: &[Entry], way: &[&str], key: &str) -> Option<Node> {
    let own = at(root, way)?;
    if find(own, key).is_some() {
        return None;
    }
    let (_, beside) = way.split_last()?;
    let stages = || table(find(root, "stage")?);
    let copied = from(at(root, beside), text(own, "like"), key);
    let staged = || from(stages(), text(own, "stage"), key);
    copied.or_else(staged).cloned()
}

/// What the table `name` of `tables` has as `key`, by itself or from what it copies.
fn from<'a>(tables: Option<&'a [Entry]>, name: Option<&'a str>, key: &str) -> Option<&'a Node> {
    let (tables, mut name) = (tables?, name?);
    for _ in 0..LONGEST {
        let own = table(find(tables, name)?)?;
        if let Some(node) = find(own, key) {
            let is_within = matches!(node.value, Value::Table(_) | Value::Array(_));
            return Some(node).filter(|_| is_within);
        }
        name = text(own, "like")?;
    }
    None
}

fn find<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Node> {
    let entry = entries.iter().find(|entry| entry.key == key);
    entry.map(|entry| &entry.node)
}

fn table(node: &Node) -> Option<&[Entry]> {
    match &node.value {
        Value::Table(entries) => Some(entries),
        _ => None,
    }
}

fn text<'a>(entries: &'a [Entry], key: &str) -> Option<&'a str> {
    match &find(entries, key)?.value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The table at `way`, through arrays by number.
fn at<'a>(root: &'a [Entry], way: &[&str]) -> Option<&'a [Entry]> {
    let Some((first, rest)) = way.split_first() else {
        return Some(root);
    };
    let step = |node: &'a Node, key: &&str| match &node.value {
        Value::Table(entries) => find(entries, key),
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    };
    table(rest.iter().try_fold(find(root, first)?, step)?)
}

/// As [`at`], to be changed.
fn table_at<'a>(root: &'a mut [Entry], way: &[&str]) -> Option<&'a mut Vec<Entry>> {
    let (first, rest) = way.split_first()?;
    let find = |entries: &'a mut [Entry], key: &str| {
        let entry = entries.iter_mut().find(|entry| entry.key == key);
        entry.map(|entry| &mut entry.node)
    };
    let step = |node: &'a mut Node, key: &&str| match &mut node.value {
        Value::Table(entries) => find(entries, key),
        Value::Array(items) => items.get_mut(key.parse::<usize>().ok()?),
        _ => None,
    };
    match &mut rest.iter().try_fold(find(root, first)?, step)?.value {
        Value::Table(entries) => Some(entries),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    const MODEL: &str = r#"
stage.N3 = { factor = { a = 1, b = 2 }, learning = ["x", "y"] }
stage.N3b = { like = "N3" }
stage.own = { like = "N3", factor = { c = 3 } }
population.e = { initial = { v_m = { low = 0 } }, size = 3 }
population.i = { like = "e" }
bout = [{ stage = "N3" }, { stage = "N3b" }, { stage = "own" }, { stage = "W" }]
"#;

    /// What stands at `way` after an override, as `key = value` of numbers.
    fn after(set: &str, way: &[&str]) -> Vec<String> {
        let document = Document::parse("m.toml", MODEL, &[set.to_owned()]).unwrap();
        let entries = at(&document.root, way).unwrap().iter();
        let shown = entries.map(|entry| match &entry.node.value {
            Value::Integer(number) => format!("{} = {number}", entry.key),
            _ => entry.key.clone(),
        });
        shown.collect()
    }

    #[test]
    fn an_override_of_an_entry_leaves_the_others_of_a_copied_table() {
        let stage = |name| {
            after(
                &format!("stage.{name}.factor.b=9"),
                &["stage", name, "factor"],
            )
        };
        assert_eq!(stage("N3b"), ["a = 1", "b = 9"]);
        assert_eq!(stage("own"), ["c = 3", "b = 9"]);
        let set = "population.i.initial.v_m.low=5";
        assert_eq!(
            after(set, &["population", "i", "initial", "v_m"]),
            ["low = 5"]
        );
        assert_eq!(
            after(set, &["population", "e", "initial", "v_m"]),
            ["low = 0"]
        );
        let bout = |n| after(&format!("bout.{n}.factor.b=9"), &["bout", n, "factor"]);
        assert_eq!(bout("0"), ["a = 1", "b = 9"]);
        assert_eq!(bout("1"), ["a = 1", "b = 9"]);
        assert_eq!(bout("2"), ["c = 3", "b = 9"]);
        assert_eq!(bout("3"), ["b = 9"]);
        // Without a way into a table nothing is written out.
        assert_eq!(
            after("population.i.size=5", &["population", "i"]),
            ["like", "size = 5"]
        );
        let listed = after("bout.0.learning.1=z", &["bout", "0"]);
        assert_eq!(listed, ["stage", "learning"]);
    }
}
