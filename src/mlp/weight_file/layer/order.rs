//! In which order tensors follow each other as layers, and by what that is known.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::super::{Format, Problem};
use super::name::{self, Misnamed};
use super::{Planned, Stated};
use crate::base::suggest::nearest;

/// By what the order of layers is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// There is one layer.
    Single,
    /// The user gave it.
    Given,
    /// The file says how layers follow each other.
    File,
    /// The names differ by numbers.
    Numbers,
    /// The shapes chain, and in no other order.
    Shapes,
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Single => "a single layer",
            Self::Given => "the one given",
            Self::File => "that in which the file has them follow each other",
            Self::Numbers => "that of the numbers in the names",
            Self::Shapes => "the only one in which the shapes chain, read as (out, in)",
        })
    }
}

/// A layer's shape: neurons and inputs.
type Shape = [usize; 2];

/// `layers` from input to output.
///
/// Names and shapes settle the order together: one that numbers in the names give must chain, and shapes that chain in
/// one order alone need no such names. The order of a PyTorch file's dictionary is that in which layers were made, which
/// is mostly, but not always, that in which they follow each other: it is no reason, but where it contradicts the
/// numbers, neither is taken.
///
/// # Errors
/// If there is no such order, it is not known which of several is meant, or the layers are not those that are `stated`.
pub(super) fn arrange<'a>(
    layers: &[Planned<'a>],
    format: Format,
    stated: &Stated<'_>,
) -> Result<(Vec<Planned<'a>>, Order), Problem> {
    let shapes: Vec<Shape> = layers
        .iter()
        .map(|layer| [layer.n_out, layer.n_in])
        .collect();
    let (order, by) = settle(layers, &shapes, format, stated)?;
    Ok((order.into_iter().map(|place| layers[place]).collect(), by))
}

fn settle(
    layers: &[Planned<'_>],
    shapes: &[Shape],
    format: Format,
    stated: &Stated<'_>,
) -> Result<(Vec<usize>, Order), Problem> {
    let in_file: Vec<usize> = (0..layers.len()).collect();
    let names: Vec<&str> = layers.iter().map(|layer| layer.name()).collect();
    let fits = |order: &[usize]| fits(&ordered(shapes, order), stated.sizes);
    if let Some(given) = stated.names {
        let known: Vec<(&str, String)> = layers.iter().map(Planned::names).collect();
        let order = name::given(given, &known).map_err(|fault| misnamed(fault, &names))?;
        return match fits(&order) {
            true => Ok((order, Order::Given)),
            false => Err(broken(layers, shapes, &order, stated, "in the order given")),
        };
    }
    if format.has_order() {
        let by = if layers.len() == 1 {
            Order::Single
        } else {
            Order::File
        };
        let how = "in the order in which the file has them follow each other";
        return match fits(&in_file) {
            true => Ok((in_file, by)),
            false => Err(unfit(layers, &in_file, stated, how)),
        };
    }
    let numbered = name::numbered(&names);
    if layers.len() == 1 {
        return match fits(&in_file) {
            true => Ok((in_file, Order::Single)),
            false => Err(broken(layers, shapes, &in_file, stated, "")),
        };
    }
    let chains = chains(shapes, stated.sizes);
    let dictionary = (format == Format::PyTorch).then_some(in_file);
    if let Some(numbered) = numbered {
        let other = dictionary.filter(|dictionary| *dictionary != numbered);
        return match (fits(&numbered), &chains, other) {
            (true, Chains::Several, Some(other)) if fits(&other) => Err(Problem::Order {
                why: "the numbers in the names and the file's own order contradict each other"
                    .into(),
                example: example(layers, &numbered),
            }),
            (true, ..) => Ok((numbered, Order::Numbers)),
            // Two witnesses against the names: the shapes and the dictionary.
            (false, Chains::One(order), Some(other)) if *order == other => {
                Ok((other, Order::Shapes))
            }
            // With sizes given, shapes are as good as names; without, the layers may be stored (in, out).
            (false, Chains::One(order), _)
                if stated.sizes.is_some()
                    && transposed(shapes, &numbered, stated.sizes).is_none() =>
            {
                Ok((order.clone(), Order::Shapes))
            }
            (false, ..) => Err(broken(
                layers,
                shapes,
                &numbered,
                stated,
                "in the order of the numbers in their names",
            )),
        };
    }
    // The dictionary's order tells layers that are stored (in, out) from those that are named out of order.
    if let (Chains::One(_), Some(dictionary)) = (&chains, &dictionary)
        && !fits(dictionary)
        && transposed(shapes, dictionary, stated.sizes).is_some()
    {
        let how = "in the order of the state dict";
        return Err(broken(layers, shapes, dictionary, stated, how));
    }
    match chains {
        Chains::One(order) => Ok((order, Order::Shapes)),
        Chains::Several => Err(Problem::Order {
            why: alike(layers, shapes),
            example: example(layers, dictionary.as_deref().unwrap_or(&[])),
        }),
        Chains::None => {
            let in_file: Vec<usize> = (0..layers.len()).collect();
            let how = "in any order in which they fit";
            Err(broken(layers, shapes, &in_file, stated, how))
        }
    }
}

fn ordered(shapes: &[Shape], order: &[usize]) -> Vec<Shape> {
    order.iter().map(|&place| shapes[place]).collect()
}

/// Whether layers of `shapes` (out, in) chain and have the sizes expected.
fn fits(shapes: &[Shape], expected: Option<&[usize]>) -> bool {
    let chained = shapes.windows(2).all(|pair| pair[1][1] == pair[0][0]);
    chained
        && expected.is_none_or(|sizes| {
            sizes.len() == shapes.len() + 1
                && sizes
                    .windows(2)
                    .zip(shapes)
                    .all(|(size, shape)| *size == [shape[1], shape[0]])
        })
}

/// The first layer of `order` that is stored (in, out), if turning it, or turning all, makes the layers fit.
fn transposed(shapes: &[Shape], order: &[usize], expected: Option<&[usize]>) -> Option<usize> {
    /// Beyond so many layers only turning all is tried.
    const MOST_TURNED: usize = 100;
    let turn = |[n_out, n_in]: Shape| [n_in, n_out];
    let mut turned = ordered(shapes, order);
    let all: Vec<Shape> = turned.iter().copied().map(turn).collect();
    if fits(&all, expected) {
        return order
            .iter()
            .copied()
            .find(|&place| shapes[place][0] != shapes[place][1]);
    }
    let few = order.len().min(MOST_TURNED);
    order[..few]
        .iter()
        .copied()
        .enumerate()
        .find_map(|(l, place)| {
            turned[l] = turn(turned[l]);
            let found = fits(&turned, expected);
            turned[l] = turn(turned[l]);
            found.then_some(place)
        })
}

/// In how many orders layers chain.
enum Chains {
    None,
    One(Vec<usize>),
    Several,
}

/// The orders in which layers of `shapes` chain, and have the sizes expected.
fn chains(shapes: &[Shape], expected: Option<&[usize]>) -> Chains {
    let Some(sizes) = expected else {
        return paths(shapes);
    };
    let mut places: HashMap<Shape, Vec<usize>> = HashMap::new();
    for (place, &shape) in shapes.iter().enumerate() {
        places.entry(shape).or_default().push(place);
    }
    let several = places.values().any(|same| same.len() > 1);
    let order: Option<Vec<usize>> = sizes
        .windows(2)
        .map(|size| places.get_mut(&[size[1], size[0]])?.pop())
        .collect();
    match order {
        Some(order) if order.len() == shapes.len() => match several {
            true => Chains::Several,
            false => Chains::One(order),
        },
        _ => Chains::None,
    }
}

/// The orders in which layers of `shapes` chain: paths through a graph with a node for each size and an arrow for each
/// layer that take every arrow once (Euler paths; Hierholzer's algorithm finds one).
fn paths(shapes: &[Shape]) -> Chains {
    let mut leaving: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut surplus: HashMap<usize, i64> = HashMap::new();
    for (place, &[n_out, n_in]) in shapes.iter().enumerate() {
        leaving.entry(n_in).or_default().push(place);
        *surplus.entry(n_in).or_default() += 1;
        *surplus.entry(n_out).or_default() -= 1;
    }
    let start = surplus.iter().find(|&(_, &surplus)| surplus > 0);
    let closed = start.is_none();
    let start = start.map_or(shapes[0][1], |(&size, _)| size);
    let (mut path, mut stack) = (Vec::with_capacity(shapes.len()), vec![(start, None)]);
    while let Some(&(size, arrow)) = stack.last() {
        match leaving.get_mut(&size).and_then(Vec::pop) {
            Some(next) => stack.push((shapes[next][0], Some(next))),
            None => {
                path.extend(arrow);
                stack.pop();
            }
        }
    }
    path.reverse();
    if path.len() < shapes.len() || !fits(&ordered(shapes, &path), None) {
        return Chains::None;
    }
    // A closed path may begin anywhere.
    if (closed && shapes.len() > 1) || can_be_rearranged(shapes, &path) {
        return Chains::Several;
    }
    Chains::One(path)
}

/// Whether the arrows of `path` also make another path from the same start: two stretches between the same two sizes
/// could change places. That is so if a size is passed three times, or two are passed in turn (a, b, a, b); a path without
/// either is the only one (the interlace polynomial of a graph without interlaced pairs is 1: Arratia, Bollobás and
/// Sorkin 2004).
fn can_be_rearranged(shapes: &[Shape], path: &[usize]) -> bool {
    let start = path.first().map(|&place| shapes[place][1]);
    let passed = start
        .into_iter()
        .chain(path.iter().map(|&place| shapes[place][0]));
    let passed: Vec<usize> = passed.collect();
    let mut times: HashMap<usize, usize> = HashMap::new();
    for &size in &passed {
        *times.entry(size).or_default() += 1;
    }
    if times.values().any(|&times| times > 2) {
        return true;
    }
    // Sizes that are passed twice must lie inside each other like brackets.
    let mut open = Vec::new();
    let mut seen = HashSet::new();
    for size in passed.into_iter().filter(|size| times[size] == 2) {
        if seen.insert(size) {
            open.push(size);
        } else if open.pop() != Some(size) {
            return true;
        }
    }
    false
}

/// Why shapes do not settle the order.
fn alike(layers: &[Planned<'_>], shapes: &[Shape]) -> String {
    let mut first: HashMap<Shape, usize> = HashMap::new();
    for (place, &shape) in shapes.iter().enumerate() {
        if let Some(earlier) = first.insert(shape, place) {
            let [n_out, n_in] = shape;
            return format!(
                "neither names nor shapes say which comes first of `{}` and `{}`, both {n_out} x {n_in}",
                layers[earlier].shown(),
                layers[place].shown()
            );
        }
    }
    "the shapes chain in more than one order, and the names do not say which is meant".into()
}

/// How `layer_names` would be written: the layers in `order`, or in that of the file where it is empty.
fn example(layers: &[Planned<'_>], order: &[usize]) -> Vec<String> {
    const MOST: usize = 8;
    let in_file: Vec<usize> = (0..layers.len()).collect();
    let order = if order.is_empty() { &in_file } else { order };
    let mut names: Vec<String> = order
        .iter()
        .take(MOST)
        .map(|&place| layers[place].shown().to_string())
        .collect();
    if order.len() > MOST {
        names.push("…".into());
    }
    names
}

/// Why layers in `order` do not fit; `how` says where that order comes from.
fn broken(
    layers: &[Planned<'_>],
    shapes: &[Shape],
    order: &[usize],
    stated: &Stated<'_>,
    how: &'static str,
) -> Problem {
    if let Some(found) = transposed(shapes, order, stated.sizes) {
        return Problem::Transposed {
            tensor: layers[found].name().into(),
            shape: shapes[found],
        };
    }
    unfit(layers, order, stated, how)
}

/// As [`broken`], of layers that are not stored (in, out).
fn unfit(
    layers: &[Planned<'_>],
    order: &[usize],
    stated: &Stated<'_>,
    how: &'static str,
) -> Problem {
    for pair in order.windows(2) {
        let (previous, next) = (&layers[pair[0]], &layers[pair[1]]);
        if next.n_in != previous.n_out {
            return Problem::Chain {
                tensor: next.name().into(),
                n_in: next.n_in,
                previous: previous.name().into(),
                n_out: previous.n_out,
                order: how,
            };
        }
    }
    Problem::Sizes {
        found: order
            .first()
            .map(|&place| layers[place].n_in)
            .into_iter()
            .chain(order.iter().map(|&place| layers[place].n_out))
            .collect(),
        expected: stated.sizes.unwrap_or_default().to_vec(),
    }
}

fn misnamed(fault: Misnamed, names: &[&str]) -> Problem {
    match fault {
        Misnamed::Unknown(name) => Problem::NoSuchLayer {
            nearest: nearest(&name, names.iter().copied()).map(str::to_owned),
            name,
        },
        Misnamed::Twice(name) => Problem::NamedTwice { name },
        Misnamed::Missing(tensor) => Problem::NotNamed { tensor },
    }
}
