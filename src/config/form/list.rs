//! Forms of arrays.

use std::collections::BTreeSet;

use crate::base::parameter::Dimension;
use crate::config::reader::Item;

use super::{Around, Form, Keys, given, population_name, text};

/// `[a, b]` of values in their form.
fn written<T>(form: &Form<'_, T>, values: &[T], weight: Dimension) -> String {
    let values: Vec<String> = values
        .iter()
        .map(|value| (form.write)(value, weight))
        .collect();
    format!("[{}]", values.join(", "))
}

/// An array of any length.
pub fn list<'f, T: 'f>(form: Form<'f, T>, expected: &'static str) -> Form<'f, Vec<T>> {
    let words = format!("[{}, …]", form.words);
    let form = std::rc::Rc::new(form);
    let inner = form.clone();
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        item.list(expected, |entry| (inner.read)(&entry, around))
    };
    Form::new(words, read, move |values: &Vec<T>, weight| {
        written(&form, values, weight)
    })
    .expecting(expected)
}

/// A value for each axis; a single one needs no brackets.
pub fn axes<'f, T: 'f>(form: Form<'f, T>, expected: &'static str) -> Form<'f, Vec<T>> {
    let words = format!("[{}, …]", form.words);
    let form = std::rc::Rc::new(form);
    let inner = form.clone();
    let read = move |item: &Item<'_>, around: &Around<'_>| match item.is_array() {
        true => item.list(expected, |entry| (inner.read)(&entry, around)),
        false => Some(vec![(inner.read)(item, around)?]),
    };
    Form::new(words, read, move |values: &Vec<T>, weight| {
        written(&form, values, weight)
    })
    .expecting(expected)
}

/// Things of which none is named twice; a single one needs no brackets. `noun` is what one of them is: "population";
/// there is at least one unless there may be `none`.
pub fn each<'f, T: 'f>(form: Form<'f, T>, noun: &'static str, none: bool) -> Form<'f, Vec<T>> {
    let words = match form.words.as_str() {
        "name" => "names".into(),
        words => format!("[{words}, …]"),
    };
    let form = std::rc::Rc::new(form);
    let (inner, waiting) = (form.clone(), form.clone());
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        if item.is_flag() {
            let help = match none {
                true => format!("`[]` is no {noun}, and without the key it goes by its default"),
                false => format!("without the key there is no {noun}"),
            };
            return item.refuse(&format!("the {noun}s, such as [\"…\"]"), Some(help));
        }
        if !item.is_array() {
            return Some(vec![(inner.read)(item, around)?]);
        }
        let (mut all, mut seen, mut good) = (Vec::new(), BTreeSet::new(), true);
        for entry in item.items("")? {
            let Some(value) = (inner.read)(&entry, around) else {
                good = false;
                continue;
            };
            let shown = inner.shown(&value);
            if seen.contains(&shown) {
                let text = entry.as_text().unwrap_or(&shown);
                let message = format!("`{}` names {noun} `{text}` twice", item.path);
                item.reader.problem(entry.origin(), message, None);
                good = false;
            }
            seen.insert(shown);
            all.push(value);
        }
        if all.is_empty() && good && !none {
            return item.refuse(&format!("at least one {noun}"), None);
        }
        good.then_some(all)
    };
    let write = move |values: &Vec<T>, weight| written(&form, values, weight);
    let each = Form::new(words, read, write).expecting(format!("{noun}s"));
    each.unless(move |around| (waiting.waits)(around))
}

/// A list of one, written without brackets.
pub fn one_of<'f, T: 'f>(form: Form<'f, T>) -> Form<'f, Vec<T>> {
    let read = move |item: &Item<'_>, around: &Around<'_>| Some(vec![(form.read)(item, around)?]);
    let write = move |values: &Vec<T>, weight| {
        let first = values.first();
        first.map_or(String::new(), |value| (form.write)(value, weight))
    };
    Form::new(form.words, read, write).expecting(form.expected)
}

/// Names of populations, at least one.
pub fn populations() -> Form<'static, Vec<String>> {
    each(population_name(), "population", false)
}

/// The key `layer_names`, where there are so many layers, if that is known.
pub fn layers_by_name(count: Option<usize>, names: &mut Option<Vec<String>>, k: &mut Keys<'_>) {
    let form = list(
        text("the name of a layer in the file"),
        "an array of the file's layers by name, from input to output",
    );
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let names = (form.read)(item, around)?;
        match count {
            Some(count) if count != names.len() => {
                let expected = format!("{count} names, one for each layer after the input");
                item.refuse(&expected, None)
            }
            _ => Some(names),
        }
    };
    let what =
        "the file's layers from input to output, where neither names nor shapes tell their order";
    let form = given(Form::new("names", read, form.write));
    k.told("layer_names", "by number or shape", names, form, what);
}
