//! What a recurrent network will take, before it is built.

mod observed;
mod rows;
mod stimulation;

use std::fmt;

use serde::Serialize;

use crate::base::parameter::ParameterError;
use crate::base::time::MS_PER_S;
use crate::config::network::NetworkModel;
use crate::connection::Plan;
use crate::engine::division;
use crate::experiment::error::ExperimentError;
use crate::experiment::recurrent::watched::{learning as learning_names, projections};
use crate::experiment::recurrent::wave;
use crate::experiment::resource::{self, PROGRAM_BYTES};
use crate::network::plan::dense::DenseProjection;
use crate::network::plan::{NetworkPlan, Population};
use crate::neuron;
use crate::record::SPIKE_BYTES as RECORDED_SPIKE_BYTES;
use crate::report::figure::Raster;
use crate::run::crew;
use crate::stimulus::poisson;

/// Expected size of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Neurons.
    pub neurons: u64,
    /// Synapses.
    pub synapses: f64,
    /// Parts that advance side by side.
    pub lanes: u64,
    /// Events of external noise per second of simulated time.
    pub noise_events_per_s: f64,
    /// Additions to membrane potentials per second of simulated time for each hertz at which all neurons fire.
    pub synaptic_events_per_s_and_hz: f64,
    /// Memory of the network at work, in bytes: neurons, synapses, given spikes and rates. Spikes on their way add
    /// theirs.
    pub memory_bytes: f64,
    /// The most memory that the program takes with it, in bytes, while it draws synapses or figures, and with spikes on
    /// their way as at the mean rate `BUSY_HZ`.
    pub peak_bytes: f64,
    /// Memory of spikes on their way, in bytes, for each hertz at which all neurons fire: each stands for itself at each of
    /// its delays.
    pub in_flight_bytes_per_hz: f64,
    /// Recorded spikes, in bytes per second of simulated time for each hertz at which the recorded neurons fire.
    pub spike_bytes_per_s_and_hz: f64,
    /// Sampled states, in bytes per second of simulated time.
    pub state_bytes_per_s: f64,
    /// Snapshots of weights and their statistics in the run file, in bytes.
    pub weight_bytes: f64,
    /// Run file without spikes, in bytes: room for the first of them, the sampled states and the snapshots of weights of the
    /// whole run.
    pub file_bytes: f64,
    /// What spikes add to the run file, in bytes for each hertz at which the recorded neurons fire.
    pub file_bytes_per_hz: f64,
}

/// Bytes of a sampled value in the run file, single precision as in SONATA reports.
const SAMPLE_BYTES: f64 = 4.0;
/// Bytes of the intervals between a neuron's spikes: last, number, sum, squares.
const INTERVAL_BYTES: f64 = 32.0;
/// Bytes of a weight of a matrix.
const WEIGHT_BYTES: f64 = 4.0;
/// Snapshots of weights in memory at once: four wait for the writer, one is written, one is taken.
const SNAPSHOTS_HELD: f64 = 6.0;
/// Bytes of the last spikes of a neuron onto which synapses of one projection learn, by a rule with one trace on each
/// side: 32 of them, and the last seven once more.
const HISTORY_BYTES: f64 = 32.0 * 32.0 + 128.0;
/// Bytes of a synapse in a snapshot, of which one waits for the writer, and of the columns that say once who is connected
/// with whom.
const SYNAPSE_BYTES: f64 = 32.0;
const EDGE_BYTES: f64 = 32.0;
/// Bytes of a bin of a population's rate.
const BIN_BYTES: f64 = 8.0;
/// Mean rate in the busiest moments that most networks have, over as long as spikes are on their way: that of the network of UP
/// and DOWN states comes to 8 Hz.
const BUSY_HZ: f64 = 10.0;
/// Bytes of a spike on its way to the synapses with one delay: instant and row, and its share of what a chunk leaves empty.
const IN_FLIGHT_BYTES: f64 = 16.0 + 4.0;
/// Bytes of a spike in memory (instant, neuron).
const SPIKE_BYTES: f64 = 16.0;
/// Bytes that the run file sets aside for the first spikes of a population: it grows by chunks of 32,768.
const FIRST_CHUNKS_BYTES: f64 = 32_768.0 * RECORDED_SPIKE_BYTES;

/// Estimates a run of `model`, declared as `network`.
///
/// # Errors
/// If the network is impossible.
pub fn estimate(model: &NetworkModel, network: &NetworkPlan) -> Result<Estimate, ExperimentError> {
    let size = |p: usize| f64::from(network.populations[p].size);
    let mut memory_bytes = 0.0;
    let (mut lanes, mut rows) = (0, Vec::new());
    for lane in division::divide(network)? {
        lanes += 1;
        for group in lane {
            rows.extend(rows::rows(network, &group.kind, group.parts as f64));
        }
    }
    memory_bytes += total(rows.iter().map(|rows| rows.work_bytes));
    // The largest may be drawn side by side.
    rows.sort_by(|one, other| other.drawing_bytes.total_cmp(&one.drawing_bytes));
    let drawn = rows.iter().take(rayon::current_num_threads());
    let drawing_bytes = total(drawn.map(|rows| rows.drawing_bytes));
    for population in &network.populations {
        memory_bytes += f64::from(population.size) * neuron_bytes(population)?;
    }
    for input in &network.spikes {
        memory_bytes += SPIKE_BYTES * input.spikes.held() as f64;
    }
    let learning = network.projections.iter();
    let learning = learning.filter(|projection| projection.plasticity.is_some());
    for projection in learning {
        memory_bytes += HISTORY_BYTES * total(projection.targets.iter().map(|&p| size(p)));
    }
    let dense = |p: &DenseProjection| p.weights.n_synapses() as f64;
    let dense: f64 = network.dense.iter().map(dense).sum();
    // As declared, and at work.
    memory_bytes += 2.0 * WEIGHT_BYTES * dense;
    if let Some(bin) = model.record.rates_bin {
        let bins = model.duration().as_ms() / bin.as_ms();
        memory_bytes += BIN_BYTES * bins * network.populations.len() as f64;
    }
    let plans = || {
        network
            .projections
            .iter()
            .map(|projection| &projection.plan)
    };
    let synapses = total(plans().map(Plan::expected_synapses)) + dense;
    let neurons = total((0..network.populations.len()).map(size));
    let noise = network.noise.iter().map(|noise| {
        let driven = total(noise.targets.iter().map(|&target| size(target)));
        noise.rate_hz * driven
    });
    // What goes up and down does so about its rate.
    let swinging = model
        .network
        .stimuli
        .iter()
        .filter(|own| own.kind.spec.name == poisson::SPEC.name && !own.swings.with.is_empty());
    let swinging = swinging.map(|own| {
        let targets = own.targets.iter();
        let targets = targets.filter_map(|name| model.network.find(name));
        own.kind.values.number("rate").unwrap_or(0.0)
            * total(targets.map(|target| f64::from(target.size)))
    });
    let in_flight_bytes_per_hz = IN_FLIGHT_BYTES * total(rows.iter().map(|rows| rows.in_flight));
    let recorded = model.record.spikes.iter().filter_map(|recorded| {
        let population = model.network.find(&recorded.population)?;
        Some(recorded.neurons.count(population.size) as f64)
    });
    let duration_s = model.duration().as_ms() / MS_PER_S;
    let (largest, mut weight_bytes) = snapshot_bytes(model);
    memory_bytes += weight_bytes.min(SNAPSHOTS_HELD * largest);
    let (mut synapse_bytes, mut seen_bytes) = (0.0, 0.0_f64);
    if let Some(recorded) = &model.record.weights {
        let count = recorded.instants.count(model.duration()) as f64;
        let names = learning_names(model, |_| 0);
        let seen = plans().filter(|plan| names.iter().any(|table| table.name == plan.name));
        let seen = seen.map(Plan::expected_synapses);
        let seen: Vec<f64> = seen.collect();
        // Gone again before figures are drawn.
        seen_bytes = SYNAPSE_BYTES * seen.iter().copied().fold(0.0, f64::max);
        synapse_bytes = (EDGE_BYTES + WEIGHT_BYTES * count) * total(seen.into_iter());
        weight_bytes += synapse_bytes;
    }
    weight_bytes += observed::file_bytes(model);
    seen_bytes = seen_bytes.max(observed::look_bytes(model, network));
    let figure_bytes = match &model.figures.raster {
        Some(raster) => Raster::drawing_bytes(raster.populations.len()),
        None => 0.0,
    };
    let wave_bytes = model
        .figures
        .wave
        .as_ref()
        .map_or(0.0, |wave| wave::drawing_bytes(wave, model));
    let figure_bytes = figure_bytes.max(wave_bytes);
    let beside_bytes = drawing_bytes.max(figure_bytes).max(seen_bytes);
    let spike_bytes_per_s_and_hz = RECORDED_SPIKE_BYTES * total(recorded);
    Ok(Estimate {
        neurons: neurons as u64,
        synapses,
        lanes,
        noise_events_per_s: total(noise.chain(swinging)),
        synaptic_events_per_s_and_hz: synapses,
        memory_bytes,
        peak_bytes: PROGRAM_BYTES + memory_bytes + beside_bytes + BUSY_HZ * in_flight_bytes_per_hz,
        in_flight_bytes_per_hz,
        spike_bytes_per_s_and_hz,
        state_bytes_per_s: state_bytes_per_s(model),
        weight_bytes,
        file_bytes: file_bytes(model) + synapse_bytes,
        file_bytes_per_hz: spike_bytes_per_s_and_hz * duration_s,
    })
}

impl Estimate {
    /// Refuses a run of `model`, with as many of its seeds as run at once, that takes more memory than there is.
    ///
    /// # Errors
    /// If it does.
    pub fn check_memory(&self, model: &NetworkModel) -> Result<(), ExperimentError> {
        let what = format!(
            "{} neurons, {:.2e} synapses, rates",
            self.neurons, self.synapses
        );
        let others = crew::at_once(model.seeds as usize) - 1;
        let other_bytes = self.memory_bytes + BUSY_HZ * self.in_flight_bytes_per_hz;
        resource::check_memory(self.peak_bytes + other_bytes * others as f64, &what)
    }
}

/// The run file of `model` without spikes, in bytes: room for the first of them, the sampled states and the snapshots of
/// weights of the whole run.
pub fn file_bytes(model: &NetworkModel) -> f64 {
    let duration_s = model.duration().as_ms() / MS_PER_S;
    let weight_bytes = snapshot_bytes(model).1 + observed::file_bytes(model);
    let pulse_bytes = stimulation::file_bytes(model);
    state_bytes_per_s(model) * duration_s + weight_bytes + pulse_bytes + chunks_bytes(model)
}

fn chunks_bytes(model: &NetworkModel) -> f64 {
    FIRST_CHUNKS_BYTES * model.record.spikes.len() as f64
}

fn state_bytes_per_s(model: &NetworkModel) -> f64 {
    let sampled = model.record.states.iter().map(|states| {
        let values = states.neurons.len() * states.variables.len();
        values as f64 / (states.every.as_ms() / MS_PER_S)
    });
    let modulators = model.network.modulators.len();
    let levels = model.record.modulators.iter();
    let levels = levels.map(|every| modulators as f64 / (every.as_ms() / MS_PER_S));
    SAMPLE_BYTES * total(sampled.chain(levels))
}

/// Bytes of the largest snapshot of weights, and of all of them.
fn snapshot_bytes(model: &NetworkModel) -> (f64, f64) {
    let Some(weights) = &model.record.weights else {
        return (0.0, 0.0);
    };
    let sizes = projections(model).into_iter();
    let sizes = sizes.map(|projection| projection.n_target as f64 * projection.n_source as f64);
    let sizes: Vec<f64> = sizes.map(|size| WEIGHT_BYTES * size).collect();
    let count = weights.instants.count(model.duration()) as f64;
    let largest = sizes.iter().copied().fold(0.0, f64::max);
    (largest, count * total(sizes.into_iter()))
}

/// The sum of `terms`; 0 of none, where `Iterator::sum` gives -0, which would be printed so.
fn total(terms: impl Iterator<Item = f64>) -> f64 {
    terms.fold(0.0, |sum, term| sum + term)
}

/// Bytes of a neuron: its state, the parameters that are its own, and the intervals between its spikes.
fn neuron_bytes(population: &Population) -> Result<f64, ParameterError> {
    // Where one parameter is a neuron's own, it keeps all of them beside its state.
    let own = population.values.individual().next().is_some();
    let bytes = (neuron::model(population.model)?.bytes)(own);
    Ok(bytes as f64 + INTERVAL_BYTES)
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            neurons,
            synapses,
            lanes,
            noise_events_per_s,
            synaptic_events_per_s_and_hz,
            memory_bytes,
            peak_bytes,
            in_flight_bytes_per_hz,
            spike_bytes_per_s_and_hz,
            state_bytes_per_s,
            weight_bytes,
            file_bytes,
            file_bytes_per_hz,
        } = self;
        let plural = if *lanes == 1 { "" } else { "s" };
        writeln!(f, "neurons          {neurons} in {lanes} lane{plural}")?;
        writeln!(f, "synapses         {synapses:.2e}")?;
        writeln!(
            f,
            "noise events     {noise_events_per_s:.2e} per second of simulated time"
        )?;
        writeln!(
            f,
            "synaptic events  {synaptic_events_per_s_and_hz:.2e} per second of simulated time, for each Hz of mean rate"
        )?;
        writeln!(
            f,
            "memory           {} at work, about {} with the program, building, figures and spikes on their way \
             ({} for each Hz of mean rate, {BUSY_HZ} Hz assumed)",
            bytes(*memory_bytes),
            bytes(*peak_bytes),
            bytes(*in_flight_bytes_per_hz)
        )?;
        writeln!(
            f,
            "recorded spikes  {} per second of simulated time, for each Hz of mean rate",
            bytes(*spike_bytes_per_s_and_hz)
        )?;
        writeln!(
            f,
            "sampled states   {} per second of simulated time",
            bytes(*state_bytes_per_s)
        )?;
        writeln!(f, "weights          {} of snapshots", bytes(*weight_bytes))?;
        writeln!(
            f,
            "run file         {}, and {} of spikes for each Hz of their mean rate",
            bytes(*file_bytes),
            bytes(*file_bytes_per_hz)
        )
    }
}

/// "1.2 MB", in powers of 1000.
fn bytes(n: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    match UNITS.iter().find(|(unit, _)| n >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", n / unit),
        None => format!("{n:.0} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Options, parse};
    use crate::experiment::recurrent::declare;
    use crate::mlp::perceptron::{Layer, Mlp, Output};
    use crate::mlp::weight_file;

    /// 100 neurons `e` and 50 neurons `i` of one kind in one lane.
    const TEXT: &str = r#"
        schema = 1
        experiment = "network"
        duration = "10 s"
        engine = { lanes = 1 }
        [population.e]
        neuron = "lif"
        size = 100
        tau_m = "20 ms"
        v_th = "20 mV"
        [population.i]
        like = "e"
        size = 50
        [projection.e_e]
        source = "e"
        target = "e"
        rule = "fixed_in_degree"
        in_degree = 10
        weight = "1 mV"
        axonal_delay = "2 ms"
        [projection.e_i]
        source = "e"
        target = "i"
        rule = "fixed_total"
        total = 500
        weight = "1 mV"
        axonal_delay = "5 ms"
        [record]
        spikes = ["e", { population = "i", first = 10 }]
        states = { population = "e", neurons = [1, 7], variables = "v_m", every = "0.1 ms" }
    "#;

    fn estimated(sets: &[&str]) -> Estimate {
        let options = Options {
            sets: sets.iter().map(|set| (*set).to_owned()).collect(),
            data: None,
        };
        let model = parse("m", TEXT, Path::new("/"), &options).unwrap();
        let model = model.network().unwrap();
        estimate(&model, &declare(&model).unwrap()).unwrap()
    }

    #[test]
    fn bytes_are_those_counted_by_hand() {
        let estimate = estimated(&[]);
        assert_eq!((estimate.neurons, estimate.synapses), (150, 1500.0));
        // A potential and the intervals; 2 bytes a synapse; a row for each neuron of e with two delays.
        let memory = 150.0 * 40.0 + 1500.0 * 2.0 + 100.0 * (8.0 + 2.0 * 8.0);
        assert_eq!(estimate.memory_bytes, memory);
        // 100 spikes per second and Hz, twice each, for 3.5 ms.
        assert!((estimate.in_flight_bytes_per_hz - 20.0 * 100.0 * 2.0 * 0.0035).abs() < 1e-9);
        assert_eq!(estimate.spike_bytes_per_s_and_hz, 18.0 * 110.0);
        assert_eq!(estimate.state_bytes_per_s, 4.0 * 2.0 * 10_000.0);
        // The first chunks of two recorded populations.
        let chunks = 2.0 * 32_768.0 * 18.0;
        let file = 10.0 * estimate.state_bytes_per_s + chunks;
        assert_eq!(estimate.file_bytes, file);
        assert_eq!(estimate.file_bytes_per_hz, 18.0 * 110.0 * 10.0);
    }

    #[test]
    fn every_model_says_what_a_neuron_takes_and_an_unknown_one_is_refused() {
        let own =
            "population.e.tau_m = { distribution = 'uniform', low = '19 ms', high = '21 ms' }";
        let more = estimated(&[own]).memory_bytes - estimated(&[]).memory_bytes;
        let lif = neuron::model("lif").unwrap();
        // Neurons of i are like those of e.
        let each = (lif.bytes)(true) - (lif.bytes)(false);
        assert!(each > 8 * lif.spec.parameters.len());
        assert_eq!(more, 150.0 * each as f64);
        let options = Options::default();
        let model = parse("m", TEXT, Path::new("/"), &options).unwrap();
        let model = model.network().unwrap();
        let mut network = declare(&model).unwrap();
        network.populations[0].model = "unheard_of";
        let error = estimate(&model, &network).unwrap_err().to_string();
        assert!(error.contains("`unheard_of`"), "{error}");
    }

    #[test]
    fn snapshots_of_weights_are_counted_and_only_a_few_of_them_held() {
        let folder = tempfile::tempdir().unwrap();
        let layer = Layer {
            weights: ndarray::Array2::zeros((50, 100)),
            bias: None,
        };
        let mlp = Mlp {
            layers: vec![layer],
            output: Output::Relu,
            keep: 1.0,
        };
        let file = folder.path().join("w.npz");
        weight_file::write_npz(&file, &mlp).unwrap();
        let dense = format!(
            "projection.d={{ source = 'e', target = 'i', rule = 'weights', file = '{}', layer = 1, gain = '1 mV', \
             axonal_delay = '0 ms' }}",
            file.display()
        );
        let without = estimated(&[&dense]);
        let with = |instants: &str| {
            let weights = format!("record.weights={{ projection = 'd', {instants} }}");
            estimated(&[&dense, &weights])
        };
        let one = 4.0 * 50.0 * 100.0;
        for (instants, count, held) in [("at = '1 s'", 1.0, 1.0), ("every = '0.3 s'", 35.0, 6.0)] {
            let with = with(instants);
            assert_eq!(with.weight_bytes, count * one);
            assert_eq!(with.file_bytes - without.file_bytes, count * one);
            assert_eq!(with.memory_bytes - without.memory_bytes, held * one);
        }
    }

    #[test]
    fn nothing_takes_nothing_and_not_less() {
        let text = "schema = 1\nexperiment = \"network\"\nduration = \"1 s\"\n\
                    [population.e]\nneuron = \"lif\"\nsize = 1\ntau_m = \"20 ms\"\nv_th = \"20 mV\"";
        let model = parse("m", text, Path::new("/"), &Options::default()).unwrap();
        let model = model.network().unwrap();
        let estimate = estimate(&model, &declare(&model).unwrap()).unwrap();
        assert!(!estimate.to_string().contains('-'), "{estimate}");
    }

    #[test]
    fn one_other_weight_gives_every_synapse_a_number_and_drawn_ones_weights() {
        let more = |sets: &[&str]| estimated(sets).memory_bytes - estimated(&[]).memory_bytes;
        assert_eq!(more(&["projection.e_i.weight=2 mV"]), 1500.0 * 2.0);
        // Rows of their own, of one delay each.
        let drawn =
            "projection.e_i.weight={ distribution = 'uniform', low = '1 mV', high = '2 mV' }";
        assert_eq!(more(&[drawn]), 500.0 * 4.0 + 100.0 * 8.0);
        // Another kind has lanes, rows and weights of its own.
        let apart = more(&["projection.e_i.weight=2 mV", "population.i.tau_m=10 ms"]);
        assert_eq!(apart, 100.0 * 8.0);
        // One delay for both.
        let delay = more(&["projection.e_i.axonal_delay=2 ms"]);
        assert_eq!(delay, -100.0 * 8.0);
        let uniform = "{ distribution = 'uniform', low = '1 ms', high = '100 ms' }";
        // 991 steps, but five synapses a row, and two delays where the other projection has one.
        let drawn = more(&[&format!("projection.e_i.axonal_delay={uniform}")]);
        assert_eq!(drawn, 100.0 * (15.0 - 2.0) * 8.0);
    }

    #[test]
    fn synapses_learn_between_the_neurons_that_are_named_and_no_others() {
        let with = |key: &str| {
            let rule = format!("{{ rule = 'stdp_pair', w_max = '2 mV'{key} }}");
            estimated(&[&format!("projection.e_e.plasticity={rule}")]).memory_bytes
        };
        let (all, named) = (with(""), with(", sources = [0, 1], targets = [7]"));
        // 1000 synapses with a weight of 4 bytes, or two in 10,000 of them; the others have one weight, and rows
        // of one delay.
        let learning = 1000.0 * 2.0 / 10_000.0;
        let less = (1000.0 - learning) * 4.0 - 100.0 * (8.0 + 8.0);
        assert!((all - named - less).abs() < 1e-6, "{all} {named}");
    }
}
