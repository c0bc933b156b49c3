//! Values that may be drawn: `"0.1 mV"` or `{ distribution = "uniform", low = "0 mV", high = "20 mV" }`.

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{Dimension, Range};
use crate::config::quantity::quote;
use crate::config::reader::Item;

use super::value::of_weight;
use super::{Around, Form, Given, Keys, Number, Table, inner, read};

/// A value, or a distribution of values. A single value and limits are in the range.
#[derive(Clone, Copy)]
pub(in crate::config) struct Drawn(pub(in crate::config) Dimension, pub(in crate::config) Range);

/// A distribution of values in the unit of a dimension, as a table gives it.
#[derive(Clone)]
pub(in crate::config) struct Shaped {
    shape: Shape,
    low: Option<f64>,
    high: Option<f64>,
    of: Drawn,
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
        "A variable whose logarithm is Gaussian.",
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

impl Shaped {
    fn new(shape: Shape, (low, high): (f64, f64), of: Drawn) -> Self {
        let finite = |bound: f64| bound.is_finite().then_some(bound);
        Self {
            shape,
            low: finite(low),
            high: finite(high),
            of,
        }
    }

    /// Every form: name, what it is, and what its table begins as.
    pub(in crate::config) fn all() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        let any = Drawn(Dimension::Weight, Range::Finite);
        let none = (f64::NEG_INFINITY, f64::INFINITY);
        let forms = FORMS.into_iter();
        forms.map(move |(name, summary, shape)| (name, summary, Self::new(shape, none, any)))
    }
}

impl Table for Shaped {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Drawn(dimension, range) = self.of;
        let number = |range| Number(dimension, range);
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
                k.or(
                    "offset",
                    offset,
                    number(Range::Finite),
                    "the smallest value",
                );
            }
        }
        let bound = Given(number(range));
        k.told(
            "low",
            "none",
            &mut self.low,
            bound,
            "draws below it are drawn again",
        );
        k.told(
            "high",
            "none",
            &mut self.high,
            bound,
            "draws above it are drawn again",
        );
    }
}

impl Form<Distribution> for Drawn {
    fn read(&self, item: &Item<'_>, around: &Around<'_>) -> Option<Distribution> {
        let distribution = if item.is_table() {
            let section = item.section()?;
            let forms = FORMS.map(|(name, _, shape)| (name, shape));
            let what = "`uniform`, `normal`, `log_normal` or `exponential`";
            let form = section.need("distribution", what);
            let Some(shape) = form.and_then(|item| item.choice(&forms)) else {
                section.ignore();
                return None;
            };
            let start = Shaped::new(shape, (f64::NEG_INFINITY, f64::INFINITY), *self);
            let Shaped {
                shape, low, high, ..
            } = read(&section, start, around)?;
            let (low, high) = (
                low.unwrap_or(f64::NEG_INFINITY),
                high.unwrap_or(f64::INFINITY),
            );
            Distribution::within(shape, low, high)
        } else {
            Distribution::new(Shape::Constant(Number(self.0, self.1).read(item, around)?))
        };
        let Err(error) = distribution else {
            return distribution.ok();
        };
        let message = format!("`{}`: {error}", item.path);
        item.reader.problem(item.key_origin, message, None);
        None
    }

    fn write(&self, value: &Distribution, weight: Dimension) -> String {
        let shape = value.shape();
        if let Shape::Constant(value) = shape {
            return Number(self.0, self.1).write(&value, weight);
        }
        let same = |form: &Shape| std::mem::discriminant(form) == std::mem::discriminant(&shape);
        let form = FORMS
            .iter()
            .find(|(_, _, form)| same(form))
            .map_or("", |(name, ..)| name);
        let of = Self(of_weight(self.0, weight), self.1);
        let keys = inner(&Shaped::new(shape, value.bounds(), of), weight);
        format!(
            "{{ distribution = {}, {}",
            quote(form),
            keys.trim_start_matches("{ ")
        )
    }

    fn expected(&self) -> String {
        format!("{} or a distribution", Number(self.0, self.1).expected())
    }

    fn words(&self) -> String {
        Number(self.0, self.1).words()
    }

    fn waits(&self, around: &Around<'_>) -> bool {
        Number(self.0, self.1).waits(around)
    }
}
