//! `[projection.NAME]` with `rule = "weights"`: all to all, with the weights of a layer of a trained network.

use crate::base::parameter::{Dimension, Range, Values};
use crate::base::time::Duration;
use crate::config::network::{DenseProjection, Plasticity};
use crate::config::read::model::registered;
use crate::config::read::{Paths, file};
use crate::config::reader::{Item, Section};
use crate::plasticity;

use super::{Known, weight};

/// What a weight file's name ends in.
const EXTENSIONS: [&str; 4] = ["safetensors", "npz", "pt", "pth"];

/// Reads the table.
pub(super) fn read(
    section: &Section<'_>,
    name: &str,
    known: &Known<'_>,
    paths: &Paths<'_>,
) -> Option<DenseProjection> {
    let source = section
        .need("source", "the population whose spikes arrive")
        .and_then(|item| known.name(&item));
    let (mut target, mut dimension) = (None, None);
    if let Some(item) = section.need("target", "the population that they arrive at") {
        target = known.name(&item);
        let target = target.as_ref().map(std::slice::from_ref);
        dimension = target.and_then(|target| weight::dimension(&item, target, known));
    }
    let file = section
        .need("file", "the weights, such as \"mlp.npz\"")
        .and_then(|item| file(&item, &EXTENSIONS, paths));
    let drop_bias = section.or("bias", false, |item| item.choice(&[("drop", true)]));
    let layer = section
        .need("layer", "which layer of the file, 1 for the first")
        .and_then(|item| item.count());
    section.know("gain");
    let gain = dimension.and_then(|dimension| {
        section
            .need(
                "gain",
                "what a weight of 1 adds, in the unit of the target's weights",
            )?
            .quantity(dimension, Range::Finite)
    });
    let delay = section
        .need(
            "axonal_delay",
            "the time from a spike to its arrival, such as \"0 ms\"",
        )
        .and_then(|item| {
            let ms = item.quantity(Dimension::Time, Range::NonNegative)?;
            Duration::from_ms(ms).ok()
        });
    let plasticity = section.or("plasticity", None, |item| plasticity(&item));
    Some(DenseProjection {
        name: name.into(),
        source: source?,
        target: target?,
        file: file?,
        drop_bias: drop_bias?,
        layer: layer?,
        gain: gain?,
        axonal_delay: delay?,
        plasticity: plasticity?,
    })
}

/// A rule with its parameters, or `off`.
fn plasticity(item: &Item<'_>) -> Option<Option<Plasticity>> {
    if item.as_text() == Some("off") {
        return Some(None);
    }
    if !item.is_table() {
        return item.refuse("`off` or a table { rule, … }", None);
    }
    let section = item.section()?;
    let rule = registered(
        &section,
        "rule",
        "the plasticity rule",
        &plasticity::specs(),
    )?;
    let values = rule.parameters.iter().map(|parameter| {
        let value = |item: &Item<'_>| item.quantity(parameter.dimension(), parameter.range());
        let value = match parameter.default_number() {
            Some(default) => section.or(parameter.name, default, |item| value(&item)),
            None => section
                .need(parameter.name, parameter.doc)
                .and_then(|item| value(&item)),
        };
        Some((parameter.name, value?))
    });
    // All of them are read, so that every mistake is told.
    let values: Vec<Option<(&'static str, f64)>> = values.collect();
    let values: Option<Values> = values.into_iter().collect();
    values.map(|values| Some(Plasticity { rule, values }))
}
