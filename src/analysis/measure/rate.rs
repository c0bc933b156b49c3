//! How often neurons fire.

use super::{Chance, Measure, MeasureError, mean, sd};
use crate::analysis::data::Data;
use crate::analysis::table::Table;
use crate::base::parameter::{Spec, Values};

static SPEC: Spec = Spec {
    name: "rate",
    summary: "how often neurons fire",
    equations: "rate = spikes / time",
    parameters: &[],
    source: "",
};

/// Spikes of each neuron over the time that is looked at.
pub(super) static MEASURE: Measure = Measure {
    spec: &SPEC,
    run: rates,
};

fn rates(data: &Data, _: &Values, _: Chance) -> Result<Vec<Table>, MeasureError> {
    let seconds = data.seconds();
    let [mut names, mut owners] = [const { Vec::new() }; 2];
    let [mut neurons, mut spikes, mut silent] = [const { Vec::new() }; 3];
    let [mut means, mut sds, mut rates] = [const { Vec::new() }; 3];
    let [mut labels, mut counts] = [const { Vec::new() }; 2];
    for population in &data.populations {
        let trains = &population.trains;
        let fired = |neuron: usize| {
            let spans = data.spans.iter();
            let fired = spans.map(|&span| trains.within(neuron, span).len() as u64);
            fired.sum::<u64>()
        };
        let fired: Vec<u64> = (0..trains.len()).map(fired).collect();
        let own: Vec<f64> = fired.iter().map(|&n| n as f64 / seconds).collect();
        names.push(population.name.clone());
        neurons.push(trains.len() as u64);
        spikes.push(fired.iter().sum::<u64>());
        silent.push(fired.iter().filter(|&&n| n == 0).count() as u64);
        means.push(mean(&own));
        sds.push(sd(&own));
        owners.extend(std::iter::repeat_n(&population.name, trains.len()).cloned());
        labels.extend((0..trains.len()).map(|neuron| population.label(neuron)));
        counts.extend(fired);
        rates.extend(own);
    }
    Ok(vec![
        Table::new("rate")
            .with("population", "", "which", names)
            .with("neurons", "", "how many there are", neurons)
            .with("silent", "", "those that never fire", silent)
            .with("spikes", "", "of all neurons", spikes)
            .with("mean", "Hz", "of the rates of all neurons", means)
            .with(
                "sd",
                "Hz",
                "standard deviation of the neurons' rates, with n - 1",
                sds,
            ),
        Table::new("rate_neuron")
            .with("population", "", "which", owners)
            .with("neuron", "", "which", labels)
            .with("spikes", "", "how many", counts)
            .with("rate", "Hz", "spikes over time", rates),
    ])
}
