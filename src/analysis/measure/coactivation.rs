//! Which units of a layered network are active together in sleep, against what images make of them.

use ndarray::{Array2, Axis};

use super::sleeps::{LEAST_UNITS, SHUFFLES, WEIGHTS_KEY, count, number, sleeps, weights};
use super::{Chance, Measure, MeasureError, lacks, time};
use crate::analysis::coactivation::{Centred, Pairs, centred, explained};
use crate::analysis::data::{Data, Population};
use crate::analysis::layered::{Sleep, present};
use crate::analysis::table::{Rows, Table};
use crate::analysis::trains::counts;
use crate::base::parameter::{Dimension, ParameterSpec, Range, Spec, Values};
use crate::base::stream::Stream;

/// Width of the bins in milliseconds, as Kudrimoti, Barnes and McNaughton 1999 chose it.
pub const BIN_MS: f64 = 200.0;
/// Units of a layer whose pairs are looked at.
pub const MOST_UNITS: u64 = 300;

/// The measure as users see it.
pub static SPEC: Spec = Spec {
    name: "coactivation",
    summary: "whether units of a layered network are active together in sleep as images make them",
    equations: "T: what each unit makes of images of the task learnt last (200 of them at most, evenly chosen), layer by layer, sums of weighted inputs and biases, negative ones set to 0;  M, \
                C: counts in bins of this sleep and of the one before;  r_XY: correlation, over all pairs of units, of their correlations in \
                X and in Y;  EV = ((r_TM - r_TC r_CM) / sqrt((1 - r_TC^2) (1 - r_CM^2)))^2, REV: M and C exchanged;  shuffled: units of T \
                exchanged;  p = (r + 1) / (shuffles + 1)",
    parameters: &[
        WEIGHTS_KEY,
        ParameterSpec::quantity(
            "bin",
            Dimension::Time,
            Range::Positive,
            "width of the bins of counts",
        )
        .or_number(BIN_MS),
        count(
            "units",
            2,
            "units of a layer whose pairs are looked at, of more as many evenly spaced ones",
            MOST_UNITS,
        ),
        count(
            "least",
            2,
            "units that must vary in all of them, or more",
            LEAST_UNITS,
        ),
        SHUFFLES,
    ],
    source: "Kudrimoti, Barnes and McNaughton 1999, J Neurosci 19:4090, with presentations in place of behaviour",
};

/// Of each sleep and hidden layer.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: tables,
};

/// A hidden layer in a sleep.
pub struct Coactive<'a> {
    /// The sleep.
    pub sleep: &'a Sleep,
    /// The layer.
    pub layer: &'a str,
    /// Units whose pairs are looked at.
    pub units: usize,
    /// Correlation of their correlations asleep with those in presentation; undefined, as all that follows, of too few.
    pub likeness: f64,
    /// Its mean over shuffles.
    pub shuffled: f64,
    /// How likely it is by chance.
    pub p: f64,
    /// EV and REV; undefined in the first sleep.
    pub explained: [f64; 2],
}

/// Each hidden layer that was recorded in each sleep, `values` being complete.
///
/// # Errors
/// If the recording does not have what is needed.
pub fn coactive<'a>(
    data: &'a Data,
    values: &Values,
    chance: Chance,
) -> Result<Vec<Coactive<'a>>, MeasureError> {
    let (layered, sleeps) = sleeps(&SPEC, data, values)?;
    let hidden = layered.layers.len().saturating_sub(1);
    let of = |l: usize| {
        let mut populations = data.populations.iter();
        populations.find(|own| own.name == layered.layers[l])
    };
    let seen: Vec<(usize, &Population)> = (0..hidden).filter_map(|l| Some((l, of(l)?))).collect();
    if seen.is_empty() {
        return Err(lacks(
            &SPEC,
            "found no spikes of hidden layers, expected one or more",
        ));
    }
    let mut found = Vec::new();
    let mut before: Option<Vec<Vec<Centred>>> = None;
    for sleep in sleeps.into_iter().filter(|sleep| !sleep.learnt.is_empty()) {
        let presented = present(weights(sleep, values), &sleep.units, &sleep.learnt);
        let asleep: Vec<Vec<Centred>> = seen
            .iter()
            .map(|(_, population)| binned(population, sleep, values))
            .collect();
        for (place, &(l, _)) in seen.iter().enumerate() {
            let Some(presented) = presented.get(l) else {
                continue;
            };
            let stream = &mut chance.event(&layered.layers[l], sleep.span.start);
            let was = before.as_ref().map(|before| &before[place][..]);
            found.push(Coactive {
                sleep,
                layer: &layered.layers[l],
                ..one(sleep, (presented, &asleep[place], was), values, stream)
            });
        }
        before = Some(asleep);
    }
    match found.is_empty() {
        true => Err(lacks(
            &SPEC,
            "found no images of the tasks that were learnt, expected the data set of the run",
        )),
        false => Ok(found),
    }
}

/// The counts of each neuron in the bins of a sleep.
fn binned(population: &Population, sleep: &Sleep, values: &Values) -> Vec<Centred> {
    let width = time(values, "bin");
    let of = |neuron: usize| {
        let counts = counts(population.trains.of(neuron), sleep.span, width);
        centred(&counts.into_iter().map(f64::from).collect::<Vec<f64>>())
    };
    (0..population.trains.len()).map(of).collect()
}

/// What was presented against this sleep and, if there was one, the sleep before.
fn one<'a>(
    sleep: &'a Sleep,
    (presented, asleep, before): (&Array2<f32>, &[Centred], Option<&[Centred]>),
    values: &Values,
    stream: &mut Stream,
) -> Coactive<'a> {
    let columns = presented.axis_iter(Axis(1));
    let columns =
        columns.map(|column| centred(&column.iter().map(|&x| x.into()).collect::<Vec<_>>()));
    let presented: Vec<Centred> = columns.collect();
    let varies = |unit: &usize| presented[*unit].1 > 0.0 && asleep[*unit].1 > 0.0;
    let sleeping = |unit: &usize| before.is_none_or(|before| before[*unit].1 > 0.0);
    let units: Vec<usize> = (0..asleep.len().min(presented.len()))
        .filter(|unit| varies(unit) && sleeping(unit))
        .collect();
    let n = units.len().min(number(values, "units"));
    let chosen: Vec<usize> = (0..n).map(|k| units[k * units.len() / n]).collect();
    let pairs = |of: &[Centred]| {
        let chosen = chosen.iter().map(|&unit| of[unit].clone());
        Pairs::of(&chosen.collect::<Vec<_>>())
    };
    let (t, m) = (pairs(&presented), pairs(asleep));
    let tm = t.likeness(&m);
    let shuffles = number(values, SHUFFLES.name);
    let shuffled: Vec<f64> = (0..shuffles).map(|_| m.shuffled(&t, stream)).collect();
    let as_much = shuffled.iter().filter(|r| **r >= tm - 1e-12).count();
    let known = n >= number(values, "least") && tm.is_finite();
    let told = |value: f64| if known { value } else { f64::NAN };
    let both = before.map(|before| {
        let c = pairs(before);
        let (tc, cm) = (t.likeness(&c), c.likeness(&m));
        [explained(tm, tc, cm), explained(tc, tm, cm)]
    });
    Coactive {
        sleep,
        layer: "",
        units: n,
        likeness: told(tm),
        shuffled: told(shuffled.iter().sum::<f64>() / shuffles as f64),
        p: told((as_much + 1) as f64 / (shuffles + 1) as f64),
        explained: both.map_or([f64::NAN; 2], |both| both.map(told)),
    }
}

fn tables(data: &Data, values: &Values, chance: Chance) -> Result<Vec<Table>, MeasureError> {
    let found = coactive(data, values, chance)?;
    let table = Rows::new(SPEC.name, &found)
        .with("sleep", "", "which", |own| own.sleep.name.clone())
        .with("layer", "", "which", |own| own.layer.to_owned())
        .with("units", "", "those whose pairs are looked at", |own| {
            own.units as u64
        })
        .with("correlation", "", "r_TM", |own| own.likeness)
        .with("shuffled", "", "its mean over shuffles", |own| own.shuffled)
        .with("p", "", "of the correlation", |own| own.p)
        .with(
            "ev",
            "",
            "share of variance explained; undefined in the first sleep",
            |own| own.explained[0],
        )
        .with("rev", "", "the same with both sleeps exchanged", |own| {
            own.explained[1]
        });
    Ok(vec![table.table()])
}
