//! How much of what the sleep after a task correlates is explained by the task.

use super::{Chance, Measure, MeasureError, lacks, time};
use crate::analysis::coactivation::{Centred, Pairs, centred, explained};
use crate::analysis::data::{Data, Population};
use crate::analysis::table::Table;
use crate::analysis::trains::{Span, counts};
use crate::base::parameter::{Dimension, Kind, ParameterSpec, Range, Spec, Values};
use crate::base::time::Duration;

const fn bouts(name: &'static str, doc: &'static str) -> ParameterSpec {
    ParameterSpec::new(name, Kind::Text, doc)
}

static SPEC: Spec = Spec {
    name: "explained_variance",
    summary: "how much of the correlations in sleep after a task those of the task explain, beyond those of sleep before (EV), and \
              the other way round in time (REV)",
    equations: "EV = ((r_TM - r_TC r_CM) / sqrt((1 - r_TC^2) (1 - r_CM^2)))^2, r between the correlations of all pairs of neurons in \
                the task T, after it M and before it C;  REV: M and C exchanged",
    parameters: &[
        bouts(
            "before",
            "bouts before the task, by name or kind, between commas",
        ),
        bouts("task", "bouts of the task"),
        bouts("after", "bouts after the task"),
        ParameterSpec::quantity(
            "bin",
            Dimension::Time,
            Range::Positive,
            "width of the bins of counts",
        )
        .or_number(200.0),
    ],
    source: "Kudrimoti, Barnes and McNaughton 1999, J. Neurosci. 19:4090",
};

/// EV and REV of each population.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: variances,
};

/// Counts of each neuron over the whole bins of `spans`, centred.
fn columns(population: &Population, spans: &[Span], bin: Duration) -> Vec<Centred> {
    let of = |neuron: usize| {
        let train = population.trains.of(neuron);
        let all = spans.iter().flat_map(|&span| counts(train, span, bin));
        centred(&all.map(f64::from).collect::<Vec<_>>())
    };
    (0..population.trains.len()).map(of).collect()
}

fn variances(data: &Data, values: &Values, _: Chance) -> Result<Vec<Table>, MeasureError> {
    let bin = time(values, "bin");
    let mut spans = Vec::new();
    for key in ["before", "task", "after"] {
        let names = values.text(key).unwrap_or_default();
        let found = super::spans_of(&SPEC, data, key, names)?;
        let bins: usize = found.iter().map(|span| span.bins(bin)).sum();
        if bins < 3 {
            let problem = format!(
                "`{key}`: found {bins} bins of {bin} in bouts `{names}`, expected 3 or more"
            );
            return Err(lacks(&SPEC, problem));
        }
        spans.push(found);
    }
    let (mut names, mut neurons, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
    let mut columns_of = [const { Vec::new() }; 5];
    for population in &data.populations {
        let epochs: Vec<_> = spans
            .iter()
            .map(|spans| columns(population, spans, bin))
            .collect();
        // Neurons whose counts vary in all three.
        let varies = |neuron: &usize| epochs.iter().all(|columns| columns[*neuron].1 > 0.0);
        let chosen: Vec<usize> = (0..population.trains.len()).filter(varies).collect();
        if chosen.len() < 3 {
            let problem = format!(
                "found {} neurons of `{}` that fire before, in and after the task, expected 3 or more",
                chosen.len(),
                population.name
            );
            return Err(lacks(&SPEC, problem));
        }
        let of = |columns: &Vec<Centred>| {
            let chosen = chosen.iter().map(|&neuron| columns[neuron].clone());
            Pairs::of(&chosen.collect::<Vec<_>>())
        };
        let epochs: Vec<Pairs> = epochs.iter().map(of).collect();
        let (c, t, m) = (&epochs[0], &epochs[1], &epochs[2]);
        let (tm, tc, cm) = (t.likeness(m), t.likeness(c), c.likeness(m));
        names.push(population.name.clone());
        neurons.push(chosen.len() as u64);
        pairs.push(c.len() as u64);
        let row = [explained(tm, tc, cm), explained(tc, tm, cm), tm, tc, cm];
        columns_of
            .iter_mut()
            .zip(row)
            .for_each(|(column, value)| column.push(value));
    }
    let [ev, rev, tm, tc, cm] = columns_of;
    Ok(vec![
        Table::new("explained_variance")
            .with("population", "", "which", names)
            .with(
                "neurons",
                "",
                "those that fire before, in and after the task",
                neurons,
            )
            .with("pairs", "", "of these", pairs)
            .with(
                "ev",
                "",
                "share of variance that the task explains after it",
                ev,
            )
            .with("rev", "", "the same with before and after exchanged", rev)
            .with("r_task_after", "", "correlation of the correlations", tm)
            .with("r_task_before", "", "correlation of the correlations", tc)
            .with("r_before_after", "", "correlation of the correlations", cm),
    ])
}
