//! Values that may be drawn: `"0.1 mV"` or `{ distribution = "uniform", low = "0 mV", high = "20 mV" }`.

use crate::base::distribution::{Distribution, DistributionError, Shape};
use crate::base::parameter::{Dimension, Range};
use crate::config::reader::{Item, Section};

/// A form of distribution by its name in model files.
#[derive(Clone, Copy)]
enum Form {
    Uniform,
    Normal,
    LogNormal,
    Exponential,
}

/// A value, or a distribution of values, in the held unit of `dimension`. A single value and limits are in `range`.
pub(in crate::config::read) fn drawn(
    item: &Item<'_>,
    dimension: Dimension,
    range: Range,
) -> Option<Distribution> {
    let distribution = if item.is_table() {
        table(&item.section()?, dimension, range)?
    } else {
        Distribution::new(Shape::Constant(item.quantity(dimension, range)?))
    };
    match distribution {
        Ok(distribution) => Some(distribution),
        Err(error) => {
            let message = format!("`{}`: {error}", item.path);
            item.reader.problem(item.key_origin, message, None);
            None
        }
    }
}

fn table(
    section: &Section<'_>,
    dimension: Dimension,
    range: Range,
) -> Option<Result<Distribution, DistributionError>> {
    let form = section
        .need(
            "distribution",
            "`uniform`, `normal`, `log_normal` or `exponential`",
        )
        .and_then(|item| {
            item.choice(&[
                ("uniform", Form::Uniform),
                ("normal", Form::Normal),
                ("log_normal", Form::LogNormal),
                ("exponential", Form::Exponential),
            ])
        });
    let Some(form) = form else {
        section.ignore();
        return None;
    };
    let need = |key: &str, what: &str, range: Range| {
        section
            .need(key, what)
            .and_then(|item| item.quantity(dimension, range))
    };
    if let Form::Uniform = form {
        let low = need("low", "the smallest value", range);
        let high = need("high", "the bound that is not reached", range);
        let (low, high) = (low?, high?);
        return Some(Distribution::new(Shape::Uniform { low, high }));
    }
    let shape = match form {
        Form::Exponential => {
            let what = "the mean before bounds, counted from `offset`";
            let mean = need("mean", what, Range::NonNegative);
            let offset = section.or("offset", 0.0, |item| {
                item.quantity(dimension, Range::Finite)
            });
            mean.zip(offset)
                .map(|(mean, offset)| Shape::Exponential { offset, mean })
        }
        _ => {
            let mean = need("mean", "the mean before bounds", Range::Finite);
            let what = "the standard deviation before bounds";
            let sd = need("sd", what, Range::NonNegative);
            mean.zip(sd).map(|(mean, sd)| match form {
                Form::LogNormal => Shape::LogNormal { mean, sd },
                _ => Shape::Normal { mean, sd },
            })
        }
    };
    let bound =
        |key: &str, none: f64| section.or(key, none, |item| item.quantity(dimension, range));
    let low = bound("low", f64::NEG_INFINITY);
    let high = bound("high", f64::INFINITY);
    Some(Distribution::within(shape?, low?, high?))
}
