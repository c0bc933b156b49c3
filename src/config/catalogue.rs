//! What `describe` shows: every section, distribution and rule with its keys, from the declarations that read them.

use super::foraging;
use super::form::{self, FromFile, describe};
use super::formula;
use super::network::{
    self, Bout, Draft, Figures, Raster, Record, Recorded, RecordedStatistics, RecordedWeights,
    SampledStates, Selection, Stage, Top, Wave, WeightFigure, WindowFigure, delay, engine,
    learning, population, positions, projection, stimulus,
};
use super::night;
use super::sleep_replay::{self, Compare, Conversion, Data, Input, Joint, Mlp, Sleep, Training};
use crate::base::parameter::{Dimension, Spec};
use crate::network::projection::rules;
use crate::neuron;

pub use super::form::Row;

/// A section of the model file, or a table that stands in place of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Name in model files.
    pub name: &'static str,
    /// What it is.
    pub summary: &'static str,
    /// Its keys.
    pub keys: Vec<Row>,
}

/// The parameters of `spec` as keys.
pub fn keys_of(spec: &'static Spec) -> Vec<Row> {
    form::rows_of(spec).1
}

/// Keys that a projection connected by `rule` has beside the rule's own.
pub fn keys_of_projections(rule: &'static Spec) -> Vec<Row> {
    shared(rule, projection::by_rule())
}

/// Keys that a stimulus of the kind of `spec` has beside those of its kind.
pub fn keys_of_stimuli(spec: &'static Spec) -> Vec<Row> {
    shared(spec, stimulus::by_kind())
}

/// Keys that `plasticity` of a projection has under the rule of `spec` beside those of the rule.
pub fn keys_of_learning(spec: &'static Spec) -> Vec<Row> {
    shared(spec, learning::by_plasticity())
}

/// Keys that a slow force of the kind of `spec` has beside those of its kind.
pub fn keys_of_homeostasis(spec: &'static Spec) -> Vec<Row> {
    shared(spec, network::homeostasis::by_kind())
}

/// Keys that a trigger of the kind of `spec` has beside those of its kind.
pub fn keys_of_triggers(spec: &'static Spec) -> Vec<Row> {
    shared(spec, network::trigger::by_kind())
}

/// What `make` makes of a network without anything.
fn of_none<T>(make: impl FnOnce(&form::Around<'_>) -> T) -> T {
    let (paths, known) = (
        form::Paths {
            model: Default::default(),
            data: None,
        },
        form::Known::default(),
    );
    make(&form::Around::new(&paths, &known))
}

/// The keys of the entry of `spec` that are not its own.
fn shared(spec: &'static Spec, registry: Vec<(&'static str, Vec<Row>)>) -> Vec<Row> {
    let entry = registry.into_iter().find(|(name, _)| *name == spec.name);
    let mut keys = entry.map(|(_, keys)| keys).unwrap_or_default();
    keys.retain(|key| spec.parameter(key.name).is_none());
    keys
}

/// Keys that any entry of a registry has beside its own, each once.
fn any(specs: Vec<&'static Spec>, of: fn(&'static Spec) -> Vec<Row>) -> Vec<Row> {
    let mut keys: Vec<Row> = Vec::new();
    for key in specs.into_iter().flat_map(of) {
        if !keys.iter().any(|known| known.name == key.name) {
            keys.push(key);
        }
    }
    keys
}

/// Values of `distribution` in a table that stands in place of a value.
pub fn distributions() -> Vec<Page> {
    let pages = form::forms().map(|(name, summary, start)| {
        let mut keys = describe(&start);
        keys.iter_mut()
            .for_each(|key| key.value = "its unit".into());
        Page {
            name,
            summary,
            keys,
        }
    });
    pages.collect()
}

/// Pages by name, with the keys and what each is.
macro_rules! pages {
    ($($name:literal $keys:expr => $summary:literal;)*) => {
        vec![$(Page { name: $name, summary: $summary, keys: $keys }),*]
    };
}

/// Sections of a model file, and tables within them, in the order in which a file has them.
pub fn sections() -> Vec<Page> {
    let some = Recorded {
        population: String::new(),
        neurons: Selection::All,
    };
    pages! {
        "top" describe(&Top::new("network")) => "Keys at the top of every model file, before the first section.";
        "parameter" Vec::new() => "[parameter]: numbers, quantities and formulas by name, which other formulas refer to, in any \
            order: g = 5.0, j = \"0.1 mV\", w = \"= -g * j\".";
        "formula" functions() => "A value that begins with `=`: `\"= 20 mV / (j * 0.8 * n)\"`. + - * /, ^ with a whole exponent, \
            parentheses, parameters, numbers with units (a unit belongs to the number before it), and these functions.";
        "population" keys_of_populations() => "[population.NAME]: neurons of one model, with the parameters of the model \
            (`describe lif`), each a value for all, a distribution (`describe distribution`), blocks of so many neurons with their value, \
            `[[80, \"20 ms\"], [20, \"10 ms\"]]`, or a value for each from a file (`describe values`). What is drawn or listed stands in the \
            run file. `like = \"e\"` copies another one, as for projections and stimuli.";
        "values" describe(&FromFile::new(Dimension::Time)) => "Values of single neurons from a file, in place of one for all: \
            `tau_m = { file = \"cells.csv\" }`. Parameters of neurons take them, `initial.v_m` and `importance`.";
        "population.initial" describe(&population::Initial::default()) => "How neurons begin.";
        "population.positions" positions::rows() => "Where the neurons of a population lie: on a grid, anywhere, or as a file \
            says.";
        "projection" any(rules(), keys_of_projections) => "[projection.NAME]: synapses from one population onto others, with the \
            keys of the rule (`describe fixed_in_degree`).";
        "projection.axonal_delay" delay::rows() => "A delay that grows with distance, in place of a time: offset + distance / \
            velocity, rounded to `delay_resolution`; both populations need `positions`.";
        "stimulus" any(crate::stimulus::specs(), keys_of_stimuli) => "[stimulus.NAME]: what drives the network from outside, with \
            the keys of the kind (`describe poisson`).";
        "trigger" any(crate::trigger::specs(), keys_of_triggers) => "[trigger.NAME]: what sets off pulses: a detector, which watches \
            the spikes of a population, or a clock, with the keys of the kind (`describe up_onset`).";
        "modulator" describe(&network::modulator::start("")) => "[modulator.NAME]: a substance such as dopamine that spikes release, \
            that decays, and that acts on plasticity.";
        "oscillation" network::oscillation::rows() => "[oscillation.NAME]: a rhythm that is imposed from outside: rates of poisson and \
            rhythm stimuli and currents that name it are multiplied by 1 + amplitude sin(2 pi phase), or, with several, by 1 and their \
            sum; a rate below 0 is 0, and a current stays for `oscillation_step` at what it is in the middle of that. One may be locked \
            to another's phase (`locked_to`, `cycles`), and nested in it (`nested_in`, `at`, `width`). All go on from bout to bout, but for \
            bouts with `keep = \"weights\"`, where they begin anew; a stage may change `amplitude` and `frequency`.";
        "homeostasis" any(crate::plasticity::homeostasis::specs(), keys_of_homeostasis) => "[homeostasis.NAME]: what changes the \
            weights of whole neurons, who is connected with whom, or thresholds, at declared instants, with the keys of the kind \
            (`describe downscaling`).";
        "bout" describe(&of_none(|around| Draft::new(Bout::new("bout N".into(), around)))) => "[[bout]]: what happens one \
            after the other, in place of `duration`: a stretch of time with some of the stimuli on, in which some projections \
            learn.";
        "stage" describe(&of_none(|around| Stage::new("N", around))) => "[stage.NAME]: what is different in the bouts of a \
            stage, `stage = \"N3\"`; `like` copies another one. `factor`, `offset` and `value` take these paths, relative to what \
            was declared: population.NAME.PARAMETER of any neuron model, shared or drawn; projection.NAME.weight (of synapses that \
            learn or have a matrix only a factor, of what they pass on); projection.NAME.plasticity.PARAMETER but for time \
            constants and bounds; stimulus.NAME.rate of poisson and rhythm, depth of rhythm, amplitude of current and pulse, weight of \
            what brings spikes; modulator.NAME.baseline; oscillation.NAME.amplitude and frequency; homeostasis.NAME.PARAMETER but for `every` \
            and what averages of rates are made of. Sizes, connections, delays and short-term plasticity stay.";
        "hypnogram" network::hypnogram::rows() => "[hypnogram]: a night in place of `[[bout]]`, a bout for each stretch of one \
            stage, which has a table [stage.W], [stage.N1], [stage.N2], [stage.N3] or [stage.R].";
        "engine" describe(&engine::Engine::default()) => "How a network is divided.";
        "guard" describe(&engine::guard(Some(engine::MAX_RATE_HZ))) => "What ends a run that has left all bounds, with exit code 4: \
            a neuron's mean rate over a population and a window, and any state that is not a finite number.";
        "checkpoint" describe(&engine::Checkpoint::default()) => "What `sharpwave resume` goes on from after a run was killed; one \
            that is stopped always leaves a checkpoint.";
        "record" describe(&Record::default()) => "What goes into the run file of a network.";
        "record" describe(&sleep_replay::Record::new(0)) => "What goes into the run file where a trained network sleeps.";
        "record.rates" describe(&network::Rates::default()) => "Mean rates of all populations; of several seeds mean and standard deviation over those that still run.";
        "record.spikes" describe(&some) => "Some neurons of a population, in place of its name.";
        "record.states" describe(&SampledStates::default()) => "Variables of neurons that are sampled.";
        "record.weights" describe(&RecordedWeights::default()) => "Weights as they stand at some instants, on the clock of the soma: what \
            happens at a synapse is in them a dendritic delay later. What happens at such an instant is in them, but at the end of the run, which \
            leaves out spikes of its own instant.";
        "record.weight_statistics" describe(&RecordedStatistics::default()) => "How weights spread at some instants, and how some \
            synapses fare.";
        "recall" describe(&network::Recall::new("")) => "[recall.NAME]: a sequence of groups of neurons that a stimulus cues, and how \
            far it runs: the share of its groups, but for the first, up to which each is recalled after the one before it. A group is \
            recalled at the instant by which `share` of its neurons have spiked. In the table for each bout, and as a figure, beside \
            the mean over all orders in which the groups that followed could have come: what a burst without order has.";
        "figure" describe(&Figures::default()) => "What is drawn of a run.";
        "figure.raster" describe(&Raster::default()) => "Spikes over time, a dot each.";
        "figure.weights" describe(&WeightFigure::default()) => "Weights over time, from their statistics.";
        "figure.window" describe(&WindowFigure::default()) => "By how much each synapse has changed, over what its ends did.";
        "figure.weight_matrix" describe(&network::MatrixFigure::default()) => "Mean weights by source and target, and over the \
            difference of their numbers.";
        "figure.degrees" describe(&network::DegreeFigure::default()) => "How many synapses neurons have, over time.";
        "figure.evoked" describe(&network::EvokedFigure::default()) => "Latencies of pulses, and rates around them, delivered and not.";
        "figure.rhythms" describe(&network::RhythmFigure::default()) => "Which rhythms rates hold, and how often a population fires how \
            much, stage by stage.";
        "figure.spectrogram" describe(&network::SpectrogramFigure::default()) => "How the rhythms of a population change, under bouts or \
            hypnogram, and weights beside them.";
        "figure.wave" describe(&Wave::default()) => "The largest wave over a sheet: when activity begins where, and its speed.";
        "data" describe(&Data::default()) => "Images, and how they are dealt into tasks.";
        "mlp" describe(&Mlp::default()) => "The artificial network that is trained, or read from a file. Its layers are `input`, \
            `hidden1`, …, `output`.";
        "mlp.training" describe(&Training::default()) => "Stochastic gradient descent with momentum: on the squared error of ReLU \
            outputs, or the cross-entropy of softmax. The ReLU of the output is not gated in the gradient, as in the published code: its \
            error is relu(z) - y also where z < 0, so that a silent output learns.";
        "conversion" describe(&Conversion::default()) => "How weights and activations become weights and thresholds of spiking \
            neurons: an arrival moves v by gain times weight. Gains are scale times factor: with previous = 1, for each layer s = the largest of its \
            weights, its activations and 0; applied = s / previous; factor = 1 / applied; previous = applied (Tadros et al. 2022; Diehl et al. \
            2015 have previous = s). Activations are those of testing.";
        "neuron" describe(&sleep_replay::neuron_keys()) => "Neurons of every layer but the input, with the parameters of the model \
            (`describe lif`): one value each, or one per layer, { hidden1 = 14.5, output = 38.0 }; potentials are bare numbers. Models are \
            those onto which an arrival adds to the potential, `lif` and `lif_adaptive`; words of theirs (`reset`) are as by default.";
        "plasticity" describe(&sleep_replay::plasticity_keys()) => "What changes the weights in sleep, with the parameters of the \
            rule (`describe sleep_replay`): one value each, or one per layer; what is a weight there is a bare number. Rules are those \
            that take weights of both signs, `covariance` and `sleep_replay`.";
        "sleep" describe(&Sleep::new(true)) => "When, how long and with which input the network sleeps.";
        "memory" describe(&sleep_replay::Memory::default()) => "Images that are cached awake and replayed in sleep as Poisson \
            spikes, one at a time, in turns with the input of sleep.";
        "sleep.input" describe(&Input::default()) => "What drives the input layer in sleep.";
        "sleep.input.patch" describe(&sleep_replay::Patch::default()) => "A square window of the image; pixels outside are silent.";
        "compare" describe(&Compare::new(None, false)) => "Of `experiment = \"sleep_replay\"`: controls that are \
            trained beside the network that sleeps.";
        "compare.joint" describe(&Joint::default()) => "Training of all tasks at once.";
        "night" describe(&night::Nights::default()) => "What happens by night where a network dreams what it has learnt.";
        "compare" describe(&night::Compare::new(true)) => "Of `experiment = \"night\"`: yardsticks beside which nights are \
            shown, each with the tier of what it knows beside the weights of one network: A, weights, and the mean of all images; \
            A+, mean images of each day too; B, means of each class, or means and components; C, some images of each class; all, every image. \
            `mean_calibrated`: the mean of weights, each output brought to mean 0 and standard deviation 1 over smooth patterns about the mean \
            image; `oracle_calibration`: training without sleep, its outputs brought there over all images; `nearest_dream`: the class whose dream, \
            read from the weights, is nearest.";
        "record" describe(&night::Record::default()) => "What goes into the run file of nights.";
        "world" describe(&foraging::Place::of(&foraging::published())) => "The world in which an agent forages.";
        "agent" describe(&foraging::habits()) => "What an agent is given for what it eats, and how it moves.";
        "network" describe(&foraging::body()) => "The network of an agent: a view of the world, a hidden layer, eight directions, \
            all of Rulkov maps.";
        "learning" describe(&foraging::learning()) => "Plasticity of an agent, once per epoch.";
        "homeostasis" describe(&foraging::homeostasis()) => "What holds the cells of an agent at their rates.";
        "task" describe(&foraging::any_task()) => "[task.NAME]: what an agent is to eat, and what not.";
        "phase" describe(&foraging::any_phase()) => "[[phase]]: what an agent goes through, one after the other.";
        "record" describe(&foraging::Recorded::of(&foraging::published())) => "What is noted of an agent.";
        "output" describe(&sleep_replay::Export::default()) => "Files beside the run file, where a trained network sleeps or \
            dreams.";
    }
}

/// Keys that a population has beside the parameters of its neuron model.
fn keys_of_populations() -> Vec<Row> {
    let lif = neuron::REGISTRY[0];
    let mut keys = describe(&population::start("", lif));
    keys.retain(|key| lif.spec.parameter(key.name).is_none());
    keys
}

/// Functions of formulas, and units.
fn functions() -> Vec<Row> {
    let functions = formula::FUNCTIONS.iter().map(|(name, doc)| Row {
        name,
        value: "number".into(),
        default: Some(String::new()),
        doc,
    });
    functions.chain(units()).collect()
}

fn units() -> impl Iterator<Item = Row> {
    formula::MEASURED.into_iter().map(|dimension: Dimension| Row {
        name: dimension.unit(),
        value: "unit".into(),
        default: Some(String::new()),
        doc: match dimension {
            Dimension::Time => "time; also s, us, µs, ns, ps, min, h",
            Dimension::Rate => "rate; also kHz, MHz, mHz",
            Dimension::Voltage => "potential; also V, uV, µV",
            Dimension::Current => "current; also nA, uA, fA",
            Dimension::Length => "length; also um, µm, cm, m",
            Dimension::Speed => "speed; also m/s, mm/s, um/ms",
            _ => "capacitance; also nF, uF; formulas may pass through nS, pS, uS, GOhm, MOhm, kOhm",
        },
    })
}

#[cfg(test)]
mod tests;
