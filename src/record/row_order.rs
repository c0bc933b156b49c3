//! Tables and arrays whose rows say which neuron they are of.

use super::dataset::Fault;

/// What such a column is called.
const NAMES: [&str; 2] = ["node_id", "neuron"];

/// Which of the columns called `names` it is, if one is.
pub(super) fn column<'a>(names: impl Iterator<Item = &'a [u8]> + Clone) -> Option<usize> {
    let mut known = NAMES.iter();
    known.find_map(|known| names.clone().position(|name| name == known.as_bytes()))
}

/// The `rows` in the order of their `neurons`; `row` says where one lies and what stands there.
///
/// # Errors
/// If these are not the numbers from 0 on, each once.
pub(super) fn ordered<T: Copy>(
    rows: &[T],
    neurons: impl Iterator<Item = Option<usize>>,
    row: impl Fn(usize) -> (String, String),
) -> Result<Vec<T>, Fault> {
    let mut ordered = vec![None; rows.len()];
    for (at, (neuron, own)) in neurons.zip(rows).enumerate() {
        match neuron.and_then(|neuron| ordered.get_mut(neuron)) {
            Some(free @ None) => *free = Some(*own),
            _ => {
                let last = rows.len() - 1;
                let expected =
                    format!("each number from 0 to {last} once, or none that count neurons");
                let (place, found) = row(at);
                return Err(Fault::content(&place, format!("neuron {found}"), &expected));
            }
        }
    }
    Ok(ordered.into_iter().flatten().collect())
}
