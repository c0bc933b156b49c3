//! What measures of pairs of neurons share: which neurons are paired, and the tables.

use rayon::prelude::*;

use super::{Chance, MeasureError, lacks, mean, sd};
use crate::analysis::data::{Data, Population};
use crate::analysis::table::Table;
use crate::base::parameter::{Default, Kind, ParameterSpec, Spec, Values};

/// How many neurons are paired.
pub(super) const NEURONS: ParameterSpec = ParameterSpec::new(
    "neurons",
    Kind::Count {
        least: 2,
        most: 10_000,
    },
    "neurons of a population that are paired with each other, drawn at random from those that fire where there are more",
)
.or(Default::Count(50));

/// The neurons of `population` that are paired, ascending: of those that fire, as many as asked for.
pub(super) fn chosen(
    spec: &'static Spec,
    data: &Data,
    population: &Population,
    values: &Values,
    chance: Chance,
) -> Result<Vec<usize>, MeasureError> {
    let most = values.count("neurons").unwrap_or(50) as usize;
    let trains = &population.trains;
    let fires = |neuron: &usize| {
        let mut spans = data.spans.iter();
        spans.any(|&span| !trains.within(*neuron, span).is_empty())
    };
    let mut neurons: Vec<usize> = (0..trains.len()).filter(fires).collect();
    if neurons.len() < 2 {
        let problem = format!(
            "found {} of {} neurons of `{}` that fire, expected two or more",
            neurons.len(),
            trains.len(),
            population.name
        );
        return Err(lacks(spec, problem));
    }
    if neurons.len() > most {
        chance.population(&population.name).shuffle(&mut neurons);
        neurons.truncate(most);
        neurons.sort_unstable();
    }
    Ok(neurons)
}

/// The tables of a measure that has one value for each pair of neurons of a population; `prepare` makes of a neuron what
/// `value` compares.
pub(super) fn over_pairs<T: Sync + Send>(
    spec: &'static Spec,
    (unit, doc): (&'static str, &'static str),
    data: &Data,
    values: &Values,
    chance: Chance,
    prepare: impl Fn(&Population, usize) -> T,
    value: impl Fn(&T, &T) -> f64 + Sync,
) -> Result<Vec<Table>, MeasureError> {
    let [mut names, mut owners] = [const { Vec::new() }; 2];
    let [mut neurons, mut pairs, mut defined] = [const { Vec::new() }; 3];
    let [mut first, mut second] = [const { Vec::new() }; 2];
    let [mut means, mut sds, mut each] = [const { Vec::new() }; 3];
    for population in &data.populations {
        let chosen = chosen(spec, data, population, values, chance)?;
        let prepared: Vec<T> = chosen
            .iter()
            .map(|&neuron| prepare(population, neuron))
            .collect();
        let n = chosen.len();
        let both: Vec<(usize, usize)> = (0..n)
            .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
            .collect();
        let own: Vec<f64> = both
            .par_iter()
            .map(|&(i, j)| value(&prepared[i], &prepared[j]))
            .collect();
        names.push(population.name.clone());
        neurons.push(n as u64);
        pairs.push(both.len() as u64);
        defined.push(own.iter().filter(|value| value.is_finite()).count() as u64);
        means.push(mean(&own));
        sds.push(sd(&own));
        owners.extend(std::iter::repeat_n(&population.name, both.len()).cloned());
        first.extend(both.iter().map(|&(i, _)| population.label(chosen[i])));
        second.extend(both.iter().map(|&(_, j)| population.label(chosen[j])));
        each.extend(own);
    }
    Ok(vec![
        Table::new(spec.name)
            .with("population", "", "which", names)
            .with("neurons", "", "how many are paired", neurons)
            .with("pairs", "", "how many", pairs)
            .with("defined", "", "pairs that have a value", defined)
            .with("mean", unit, "over these pairs", means)
            .with("sd", unit, "over these pairs, with n - 1", sds),
        Table::new(format!("{}_pair", spec.name))
            .with("population", "", "which", owners)
            .with("i", "", "one neuron", first)
            .with("j", "", "the other", second)
            .with("value", unit, doc, each),
    ])
}
