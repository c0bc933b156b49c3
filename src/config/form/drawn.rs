//! Values that may be drawn: `"0.1 mV"` or `{ distribution = "uniform", low = "0 mV", high = "20 mV" }`.

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{Dimension, Range};
use crate::config::quantity::quote;
use crate::config::reader::Item;

use super::value::of_weight;
use super::{Around, Form, Keys, Table, given, inner, number, read};

/// A distribution of values in the unit of a dimension, as a table gives it. Limits are in the range.
#[derive(Clone)]
pub struct Shaped {
    shape: Shape,
    bounds: [Option<f64>; 2],
    of: (Dimension, Range),
}

/// Every form by its name in model files: what it is, and what its table begins as.
const FORMS: [(&str, &str, Shape); 4] = [
    (
        "uniform",
        "Every value between two bounds alike.",
        Shape::Uniform {
            low: 0.0,
            high: 0.0,
        },
    ),
    ("normal", "Gaussian.", Shape::Normal { mean: 0.0, sd: 0.0 }),
    (
        "log_normal",
        "A variable whose logarithm is Gaussian; with a negative mean, the negative of one.",
        Shape::LogNormal { mean: 0.0, sd: 0.0 },
    ),
    (
        "exponential",
        "Exponential, from an offset upwards.",
        Shape::Exponential {
            offset: 0.0,
            mean: 0.0,
        },
    ),
];

/// Every form of distribution: name, what it is, and what its table begins as.
pub fn forms() -> impl Iterator<Item = (&'static str, &'static str, Shaped)> {
    let start = |shape| Shaped {
        shape,
        bounds: [None; 2],
        of: (Dimension::Weight, Range::Finite),
    };
    FORMS
        .into_iter()
        .map(move |(name, summary, shape)| (name, summary, start(shape)))
}

impl Table for Shaped {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let (dimension, range) = self.of;
        let number = |range| number(dimension, range);
        match &mut self.shape {
            Shape::Constant(_) => {}
            Shape::Uniform { low, high } => {
                k.need("low", low, number(range), "the smallest value");
                k.need("high", high, number(range), "the bound that is not reached");
                return;
            }
            Shape::Normal { mean, sd } | Shape::LogNormal { mean, sd } => {
                let what = "the mean of the variable itself, before bounds";
                k.need("mean", mean, number(Range::Finite), what);
                let what = "its standard deviation, before bounds";
                k.need("sd", sd, number(Range::NonNegative), what);
            }
            Shape::Exponential { offset, mean } => {
                let what = "the mean before bounds, counted from `offset`";
                k.need("mean", mean, number(Range::NonNegative), what);
                let what = "the smallest value";
                k.or("offset", offset, number(Range::Finite), what);
            }
        }
        let [low, high] = &mut self.bounds;
        let what = "draws below it are drawn again";
        k.told("low", "none", low, given(number(range)), what);
        let what = "draws above it are drawn again";
        k.told("high", "none", high, given(number(range)), what);
    }
}

/// A value, or a distribution of values. A single value and limits are in the range.
pub fn drawn(dimension: Dimension, range: Range) -> Form<'static, Distribution> {
    let one = number(dimension, range);
    let single = number(dimension, range);
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        let distribution = match item.is_table() {
            true => table(item, (dimension, range), around)?,
            false => Distribution::new(Shape::Constant((one.read)(item, around)?)),
        };
        let shown = distribution.map_err(|error| format!("`{}`: {error}", item.path));
        shown
            .map_err(|message| item.reader.problem(item.key_origin, message, None))
            .ok()
    };
    let write = move |value: &Distribution, weight| {
        let shape = value.shape();
        if let Shape::Constant(value) = shape {
            return (single.write)(&value, weight);
        }
        let same = |form: &Shape| std::mem::discriminant(form) == std::mem::discriminant(&shape);
        let form = FORMS
            .iter()
            .find(|(.., form)| same(form))
            .map_or("", |(name, ..)| name);
        let finite = |bound: f64| bound.is_finite().then_some(bound);
        let (low, high) = value.bounds();
        let shaped = Shaped {
            shape,
            bounds: [finite(low), finite(high)],
            of: (of_weight(dimension, weight), range),
        };
        let keys = inner(&shaped, weight);
        format!(
            "{{ distribution = {}, {}",
            quote(form),
            keys.trim_start_matches("{ ")
        )
    };
    let of = number(dimension, range);
    Form::new(of.words, read, write)
        .expecting(format!("{} or a distribution", of.expected))
        .unless(move |around| (of.waits)(around))
}

fn table(
    item: &Item<'_>,
    of: (Dimension, Range),
    around: &Around<'_>,
) -> Option<Result<Distribution, crate::base::distribution::DistributionError>> {
    let section = item.section()?;
    let what = "`uniform`, `normal`, `log_normal` or `exponential`";
    let forms = FORMS.map(|(name, _, shape)| (name, shape));
    let form = section
        .need("distribution", what)
        .and_then(|item| item.choice(&forms));
    let Some(shape) = form else {
        section.ignore();
        return None;
    };
    let bounds = [None; 2];
    let Shaped { shape, bounds, .. } = read(&section, Shaped { shape, bounds, of }, around)?;
    let [low, high] = bounds;
    let (low, high) = (
        low.unwrap_or(f64::NEG_INFINITY),
        high.unwrap_or(f64::INFINITY),
    );
    Some(Distribution::within(shape, low, high))
}
