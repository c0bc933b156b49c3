//! The tidy table of a sweep, and its points in order of what was measured.

use std::collections::BTreeMap;
use std::path::Path;

use crate::analysis::summary::Summary as Sample;
use crate::experiment::sweep::plan::{Item, Plan};
use crate::experiment::sweep::row::Row;
use crate::record::output::{OutputError, write_over};
use crate::record::table::field;

/// Name of the table in a sweep's folder.
pub const FILE: &str = "table.csv";

/// A point and what was measured there.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// Which point.
    pub point: usize,
    /// Mean and spread over seeds; absent where a run failed or had nothing to measure.
    pub sample: Option<Sample>,
}

/// Writes a row for each run of `plan`, all of which are in `rows`: keys, seed, which images accuracies are of, what was measured,
/// fingerprint, the run's name, and why it failed if it did. The old table is replaced at once.
///
/// # Errors
/// If it cannot be written.
pub fn write(path: &Path, plan: &Plan, rows: &BTreeMap<String, Row>) -> Result<(), OutputError> {
    let images = plan.on.is_some().then(|| "images".to_owned());
    let mut names: Vec<String> = plan.keys.clone();
    names.push("seed".into());
    names.extend(images);
    names.extend(plan.names.iter().cloned());
    names.extend(["fingerprint", "run", "error"].map(String::from));
    let done = plan.items.iter().filter_map(|item| {
        let row = rows.get(&item.id)?;
        Some((item, row))
    });
    let line = |(item, row): (&Item, &Row)| {
        let mut fields = plan.points[item.point].clone();
        fields.push(item.seed.to_string());
        fields.extend(plan.on.map(|on| on.name().to_owned()));
        fields.extend(plan.names.iter().map(|name| {
            let value = row.values.get(name).copied().flatten();
            value.map_or_else(String::new, |value| value.to_string())
        }));
        fields.push(row.fingerprint.clone());
        fields.push(row.id.clone());
        fields.push(row.error.clone().unwrap_or_default());
        fields
    };
    let lines: Vec<Vec<String>> = done.map(line).collect();
    write_over(path, |out| {
        std::iter::once(&names)
            .chain(&lines)
            .try_for_each(|fields| {
                let fields: Vec<String> = fields.iter().map(|text| field(text)).collect();
                writeln!(out, "{}", fields.join(","))
            })
    })
}

/// The points of `plan` in order of the mean of `measure`, the best first: the highest, or the lowest if `lowest`. Of equals the
/// one that comes first in the sweep. Points where a run failed are last.
pub fn ranked(
    plan: &Plan,
    rows: &BTreeMap<String, Row>,
    measure: &str,
    lowest: bool,
) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = (0..plan.points.len())
        .map(|point| {
            let items = plan.items.iter().filter(|item| item.point == point);
            let values = items.map(|item| *rows.get(&item.id)?.values.get(measure)?);
            let values: Option<Vec<f64>> = values.collect();
            Ranked {
                point,
                sample: values.and_then(|values| Sample::of(&values)),
            }
        })
        .collect();
    let key = |ranked: &Ranked| match ranked.sample {
        Some(sample) if lowest => sample.mean,
        Some(sample) => -sample.mean,
        None => f64::INFINITY,
    };
    ranked.sort_by(|a, b| key(a).total_cmp(&key(b)));
    ranked
}
