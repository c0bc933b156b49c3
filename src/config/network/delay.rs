//! The delays of a projection.

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{Dimension, Range};
use crate::base::time::Duration;
use crate::config::form::{
    Around, Form, Keys, Row, Table, describe, drawn, given, inner, number, read,
};
use crate::config::reader::Item;
use crate::network::Delay;

/// An axonal delay that grows with distance, as its table says it.
#[derive(Clone)]
struct Travel {
    offset: Distribution,
    velocity: f64,
}

impl Travel {
    fn new() -> Option<Self> {
        Some(Self {
            offset: constant(0.0)?,
            velocity: 0.0,
        })
    }
}

impl Table for Travel {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "the delay between neurons at one place, or a distribution of it";
        let time = drawn(Dimension::Time, Range::NonNegative);
        k.need("offset", &mut self.offset, time, what);
        let what = "how fast spikes go from where the source lies to where the target lies";
        let speed = number(Dimension::Speed, Range::Positive);
        k.need("velocity", &mut self.velocity, speed, what);
    }
}

/// Every key of the table of a delay that grows with distance.
pub(in crate::config) fn rows() -> Vec<Row> {
    Travel::new().map_or(Vec::new(), |travel| describe(&travel))
}

/// Always this value.
pub(super) fn constant(value: f64) -> Option<Distribution> {
    Distribution::new(Shape::Constant(value)).ok()
}

/// A delay, with the velocity where it grows with distance.
type Axonal = (Distribution, Option<f64>);

/// A time, a distribution of times, or a table `{ offset, velocity }`.
fn axonal() -> Form<'static, Axonal> {
    let form = || drawn(Dimension::Time, Range::NonNegative);
    let (single, plain, shown) = (form(), form(), form());
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        // Exponential distributions have an `offset` too.
        let grows = item.has("velocity") || item.has("offset") && !item.has("distribution");
        if !grows {
            return Some(((single.read)(item, around)?, None));
        }
        let Travel { offset, velocity } = read(&item.section()?, Travel::new()?, around)?;
        Some((offset, Some(velocity)))
    };
    let write = move |(offset, velocity): &Axonal, weight| match *velocity {
        None => (plain.write)(offset, weight),
        Some(velocity) => {
            let offset = *offset;
            inner(&Travel { offset, velocity }, weight)
        }
    };
    Form::new(shown.words, read, write).expecting(format!(
        "{} or a table {{ offset, velocity }}",
        shown.expected
    ))
}

/// Whose delays they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Of synapses that a rule draws.
    Drawn,
    /// Of synapses that a file lists.
    Listed,
    /// Of a matrix: one for all.
    Matrix,
    /// Of the matrix of another projection.
    Tied,
}

/// Both delays; one that is given stands in place of a file's column.
pub(super) fn delays(
    (delay, of_listed): (&mut Option<Delay>, &mut Option<Duration>),
    whose: Whose,
    k: &mut Keys<'_>,
) {
    let (listed, tied) = (whose == Whose::Listed, whose == Whose::Tied);
    let behind = of_listed.and_then(|part| constant(part.as_ms()));
    let (mut along, mut dendritic) = delay.map_or((None, behind), |delay| {
        (Some((delay.axonal, delay.velocity)), Some(delay.dendritic))
    });
    // Of a copied pair a matrix that is tied leaves the dendritic delay aside, as all that only others have.
    let alone = k.reading().is_some_and(|(section, _)| {
        !section.gives("axonal_delay") && section.gives("dendritic_delay") && !tied
    });
    let what = match whose {
        Whose::Tied => "the time from a spike to its arrival, above 0, such as \"1.5 ms\"",
        Whose::Matrix => {
            "the time from a spike to its arrival, such as \"1.5 ms\", one for all pairs; may be 0 between different populations"
        }
        Whose::Drawn | Whose::Listed => {
            "the time from a spike to its arrival, such as \"1.5 ms\", or a distribution; may be 0 between different \
                  populations; or { offset = \"0.5 ms\", velocity = \"0.3 mm/ms\" }, where it grows with distance"
        }
    };
    let silent = if listed { "the file's" } else { "0 ms" };
    match listed || alone {
        true => k.told("axonal_delay", silent, &mut along, given(axonal()), what),
        false => k.need("axonal_delay", &mut along, given(axonal()), what),
    }
    if !tied {
        let what = match whose {
            Whose::Matrix => "the time from arrival to soma, one for all pairs",
            Whose::Listed => {
                "the time from arrival to soma: how much of the file's delay, which is the whole, in place of what the file says of \
                 it; or beside `axonal_delay`, where it may be a distribution, and is 0 ms unless it is given"
            }
            _ => "the time from arrival to soma, or a distribution",
        };
        let form = given(drawn(Dimension::Time, Range::NonNegative));
        k.told("dendritic_delay", silent, &mut dendritic, form, what);
    }
    *of_listed = None;
    if listed && along.is_none() {
        if let Some(part) = dendritic {
            let one = part.constant().map(Duration::from_ms);
            match one {
                Some(Ok(one)) => *of_listed = Some(one),
                _ => k.refuse("dendritic_delay", "one time, as it is part of each delay of the file, or `axonal_delay` beside it"),
            }
        }
        *delay = None;
        return;
    }
    let given = along.is_some() || dendritic.is_some();
    let none = constant(0.0);
    let both = along
        .or_else(|| none.map(|none| (none, None)))
        .zip(dendritic.or(none));
    *delay = both
        .filter(|_| given)
        .map(|((axonal, velocity), dendritic)| Delay {
            axonal,
            dendritic,
            velocity,
        });
}
