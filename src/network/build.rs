//! A network built part by part in a program.

use std::sync::Arc;

use crate::base::distribution::{Distribution, Shape};
use crate::base::parameter::{Spec, Values};
use crate::base::suggest;
use crate::base::time::Duration;
use crate::connection::{self, Edges};
use crate::network::check::is_name;
use crate::network::{
    Choice, Connection, Data, Delay, Given, Homeostasis, Learning, Modulator, Network,
    NetworkError, Part, Population, Problem, Projection, Pulses, Stimulus, Swings, Trigger,
};
use crate::synapse::dense::Dense;
use crate::synapse::short_term;
use crate::{neuron, plasticity, stimulus};

/// 0.1 ms, the step of the time-stepped simulators whose networks are rebuilt here.
pub const DELAY_RESOLUTION: Duration = Duration::from_ps(100_000_000);

/// A value or a distribution of values.
pub trait IntoDistribution {
    /// What values are drawn from.
    fn into_distribution(self) -> Distribution;
}

impl IntoDistribution for Distribution {
    fn into_distribution(self) -> Distribution {
        self
    }
}

impl IntoDistribution for f64 {
    fn into_distribution(self) -> Distribution {
        Distribution::new(Shape::Constant(self)).unwrap_or_else(|_| Distribution::undefined())
    }
}

impl Network {
    /// Adds `size` neurons of the model called `model`, with `values` in held units; parameters that are missing take
    /// their defaults.
    ///
    /// # Errors
    /// If there is no such model, a value is missing, unknown or out of range, or the name is taken.
    pub fn population(
        &mut self,
        name: &str,
        size: u32,
        model: &str,
        values: impl Into<Values>,
    ) -> Result<&mut Population, NetworkError> {
        let fault = |problem| NetworkError::new(Part::Population, name, problem);
        let model = known(model, &neuron::specs()).map_err(fault)?;
        let population = Population {
            name: name.into(),
            size,
            model: model.name,
            values: values.into(),
            v_m: None,
            positions: None,
        };
        let others = self.populations.iter().map(|other| &other.name);
        new_name(name, others).map_err(fault)?;
        population.check().map_err(fault)?;
        let at = self.populations.len();
        self.populations.push(population);
        Ok(&mut self.populations[at])
    }

    /// Begins a projection from the population `source` onto the populations `targets`: say how, then
    /// [`add`](ProjectionBuilder::add) it.
    pub fn project<'a>(
        &mut self,
        name: &str,
        source: &str,
        targets: impl IntoIterator<Item = &'a str>,
    ) -> ProjectionBuilder<'_> {
        ProjectionBuilder {
            network: self,
            name: name.into(),
            source: source.into(),
            targets: targets.into_iter().map(String::from).collect(),
            connection: Err(Problem::Missing {
                key: "rule",
                what: "who is connected with whom",
            }),
            autapses: false,
            weight: None,
            axonal: None,
            dendritic: None,
            velocity: None,
            delay_resolution: DELAY_RESOLUTION,
            weight_profile: None,
            plasticity: Ok(None),
            within: (None, None),
            modulator: None,
            teacher: None,
            short_term: Ok(None),
        }
    }

    /// Adds a stimulus of the kind called `kind` onto the populations `targets`; each of its spikes adds `weight`, which
    /// means nothing for a current.
    ///
    /// # Errors
    /// If there is no such kind or population, a value is missing, unknown or out of range, or the name is taken.
    pub fn stimulate<'a>(
        &mut self,
        name: &str,
        kind: &str,
        targets: impl IntoIterator<Item = &'a str>,
        weight: f64,
        values: impl Into<Values>,
    ) -> Result<(), NetworkError> {
        let spec = known(kind, &stimulus::specs());
        let spec = spec.map_err(|problem| NetworkError::new(Part::Stimulus, name, problem))?;
        self.add_stimulus(Stimulus {
            name: name.into(),
            kind: Choice {
                spec,
                values: values.into(),
            },
            targets: targets.into_iter().map(String::from).collect(),
            weight,
            pulses: Pulses::default(),
            swings: Swings::default(),
            data: None,
        })
    }

    /// Adds given spikes onto neurons of the population `target`, in any order, counted from when the stimulus is switched
    /// on; each adds `weight`.
    ///
    /// # Errors
    /// If there is no such population or neuron, or the name is taken.
    pub fn give_spikes(
        &mut self,
        name: &str,
        target: &str,
        weight: f64,
        mut spikes: Vec<stimulus::Spike>,
    ) -> Result<(), NetworkError> {
        spikes.sort_unstable();
        self.add_stimulus(Stimulus {
            name: name.into(),
            kind: Choice {
                spec: stimulus::spike_list::ENTRY.spec,
                values: Values::from([("file", std::path::PathBuf::new())]),
            },
            targets: vec![target.into()],
            weight,
            pulses: Pulses::default(),
            swings: Swings::default(),
            data: Some(Data::Spikes(spikes.into())),
        })
    }

    /// Adds a modulator.
    ///
    /// # Errors
    /// If a number is out of range, there is no such population, or the name is taken.
    pub fn modulate(&mut self, modulator: Modulator) -> Result<(), NetworkError> {
        let fault = |problem| NetworkError::new(Part::Modulator, &modulator.name, problem);
        let others = self.modulators.iter().map(|other| &other.name);
        new_name(&modulator.name, others).map_err(fault)?;
        self.check_modulator(&modulator).map_err(fault)?;
        self.modulators.push(modulator);
        Ok(())
    }

    /// Adds a slow force on weights.
    ///
    /// # Errors
    /// If a value is missing, unknown or out of range, there is no such projection that learns, or the name is taken.
    pub fn homeostasis(&mut self, force: Homeostasis) -> Result<(), NetworkError> {
        let fault = |problem| NetworkError::new(Part::Homeostasis, &force.name, problem);
        let others = self.homeostasis.iter().map(|other| &other.name);
        new_name(&force.name, others).map_err(fault)?;
        self.check_homeostasis(&force).map_err(fault)?;
        self.homeostasis.push(force);
        Ok(())
    }

    /// Adds what sets off pulses.
    ///
    /// # Errors
    /// If a value is missing, unknown or out of range, it watches a population that there is not, or the name
    /// is taken.
    pub fn trigger(&mut self, trigger: Trigger) -> Result<(), NetworkError> {
        let fault = |problem| NetworkError::new(Part::Trigger, &trigger.name, problem);
        let others = self.triggers.iter().map(|other| &other.name);
        new_name(&trigger.name, others).map_err(fault)?;
        self.check_trigger(&trigger).map_err(fault)?;
        self.triggers.push(trigger);
        Ok(())
    }

    /// Lets the stimulus called `stimulus`, which comes in pulses, come when `pulses` says.
    ///
    /// # Errors
    /// If there is no such stimulus, it does not come in pulses, or there is no such trigger.
    pub fn pulse(&mut self, stimulus: &str, pulses: Pulses) -> Result<(), NetworkError> {
        let fault = |problem| NetworkError::new(Part::Stimulus, stimulus, problem);
        let mut stimuli = self.stimuli.iter();
        let Some(at) = stimuli.position(|known| known.name == stimulus) else {
            let names: Vec<&str> = self.stimuli.iter().map(|known| &known.name[..]).collect();
            return Err(fault(Problem::UnknownEntry {
                found: stimulus.into(),
                help: suggest::help(stimulus, &names),
            }));
        };
        let pulsed = Stimulus {
            pulses,
            ..self.stimuli[at].clone()
        };
        self.check_stimulus(&pulsed).map_err(fault)?;
        self.stimuli[at] = pulsed;
        Ok(())
    }

    /// Adds a stimulus of the kind called `kind` onto the population `target` whose file holds these `numbers`; each of its
    /// spikes adds `weight`.
    ///
    /// # Errors
    /// If there is no such kind or population, a value is missing, unknown or out of range, the numbers do not fit, or the
    /// name is taken.
    pub fn show(
        &mut self,
        (name, kind): (&str, &str),
        target: &str,
        weight: f64,
        values: impl Into<Values>,
        numbers: Arc<[f32]>,
    ) -> Result<(), NetworkError> {
        let spec = known(kind, &stimulus::specs());
        let spec = spec.map_err(|problem| NetworkError::new(Part::Stimulus, name, problem))?;
        let mut values = values.into();
        values.insert("file", std::path::PathBuf::new());
        self.add_stimulus(Stimulus {
            name: name.into(),
            kind: Choice { spec, values },
            targets: vec![target.into()],
            weight,
            pulses: Pulses::default(),
            swings: Swings::default(),
            data: Some(Data::Image(numbers)),
        })
    }

    fn add_stimulus(&mut self, stimulus: Stimulus) -> Result<(), NetworkError> {
        let fault = |problem| NetworkError::new(Part::Stimulus, &stimulus.name, problem);
        let others = self.stimuli.iter().map(|other| &other.name);
        new_name(&stimulus.name, others).map_err(fault)?;
        self.check_stimulus(&stimulus).map_err(fault)?;
        self.stimuli.push(stimulus);
        Ok(())
    }
}

/// Checks that `name` can be shown and is none of the `others`.
fn new_name<'a>(name: &str, mut others: impl Iterator<Item = &'a String>) -> Result<(), Problem> {
    if !is_name(name) {
        return Err(Problem::Name(name.into()));
    }
    match others.any(|other| other == name) {
        true => Err(Problem::Twice),
        false => Ok(()),
    }
}

/// A projection that is being described.
#[must_use = "a projection is part of the network once it has been added"]
#[derive(Debug)]
pub struct ProjectionBuilder<'a> {
    network: &'a mut Network,
    name: String,
    source: String,
    targets: Vec<String>,
    connection: Result<Connection, Problem>,
    autapses: bool,
    weight: Option<Distribution>,
    axonal: Option<Distribution>,
    dendritic: Option<Distribution>,
    velocity: Option<f64>,
    delay_resolution: Duration,
    weight_profile: Option<Values>,
    plasticity: Result<Option<Choice>, Problem>,
    within: (Option<Vec<u32>>, Option<Vec<u32>>),
    modulator: Option<String>,
    teacher: Option<String>,
    short_term: Result<Option<Choice>, Problem>,
}

impl ProjectionBuilder<'_> {
    /// Connects by the rule called `name`.
    pub fn rule(mut self, name: &str, values: impl Into<Values>) -> Self {
        let values = values.into();
        let spec = known(name, &connection::specs());
        self.connection = spec.map(|spec| Connection::Rule(Choice { spec, values }));
        self
    }

    /// Connects by these edges, with their weights and delays unless others are given.
    pub fn edges(mut self, edges: Edges) -> Self {
        self.connection = Ok(Connection::Edges(Given::Here(edges.into())));
        self
    }

    /// Connects every source with every target, with these weights; an arrival adds `gain` times its weight.
    pub fn matrix(mut self, weights: Dense, gain: f64) -> Self {
        self.connection = Ok(Connection::Matrix(Given::Here(weights.into())));
        self.weight(gain)
    }

    /// Connects through the matrix of the projection called `of`, the other way; an arrival adds `gain` times its weight.
    pub fn tied(mut self, of: &str, gain: f64) -> Self {
        self.connection = Ok(Connection::Tied(of.into()));
        self.weight(gain)
    }

    /// What an arrival adds.
    pub fn weight(mut self, weight: impl IntoDistribution) -> Self {
        self.weight = Some(weight.into_distribution());
        self
    }

    /// Time from a spike to its arrival at the synapse, in milliseconds.
    pub fn axonal_delay_ms(mut self, delay: impl IntoDistribution) -> Self {
        self.axonal = Some(delay.into_distribution());
        self
    }

    /// Adds the time that a spike takes from where the source lies to where the target lies, at so many millimetres a
    /// millisecond, to the axonal delay.
    pub fn velocity_mm_per_ms(mut self, velocity: f64) -> Self {
        self.velocity = Some(velocity);
        self
    }

    /// Time from the synapse to the target's soma, in milliseconds.
    pub fn dendritic_delay_ms(mut self, delay: impl IntoDistribution) -> Self {
        self.dendritic = Some(delay.into_distribution());
        self
    }

    /// What drawn delays are rounded to.
    pub fn delay_resolution(mut self, resolution: Duration) -> Self {
        self.delay_resolution = resolution;
        self
    }

    /// Lets weights fall with distance, by a [profile](crate::connection::WEIGHT_PROFILE) with these values.
    pub fn weight_profile(mut self, values: impl Into<Values>) -> Self {
        self.weight_profile = Some(values.into());
        self
    }

    /// Whether a neuron may be connected with itself; not, unless it is said.
    pub fn autapses(mut self, autapses: bool) -> Self {
        self.autapses = autapses;
        self
    }

    /// Lets the plasticity rule called `name` change the weights.
    pub fn plasticity(mut self, name: &str, values: impl Into<Values>) -> Self {
        let values = values.into();
        let spec = known(name, &plasticity::specs());
        self.plasticity = spec.map(|spec| Some(Choice { spec, values }));
        self
    }

    /// Lets synapses from `sources` onto `targets` alone learn, ascending numbers of neurons, targets over all target populations;
    /// `None` for all.
    pub fn within(mut self, sources: Option<Vec<u32>>, targets: Option<Vec<u32>>) -> Self {
        self.within = (sources, targets);
        self
    }

    /// Lets the modulator called `name` act on the plasticity rule.
    pub fn modulator(mut self, name: &str) -> Self {
        self.modulator = Some(name.into());
        self
    }

    /// Lets the population called `name`, of as many neurons as the target, teach it.
    pub fn teacher(mut self, name: &str) -> Self {
        self.teacher = Some(name.into());
        self
    }

    /// Lets synapses depress and facilitate by the model called `name`.
    pub fn short_term(mut self, name: &str, values: impl Into<Values>) -> Self {
        let values = values.into();
        let spec = known(name, &short_term::specs());
        self.short_term = spec.map(|spec| Some(Choice { spec, values }));
        self
    }

    /// Makes it part of the network.
    ///
    /// # Errors
    /// If anything about it does not fit, or the name is taken.
    pub fn add(self) -> Result<(), NetworkError> {
        let fault = |problem| NetworkError::new(Part::Projection, &self.name, problem);
        let zero = || 0.0.into_distribution();
        let listed = matches!(self.connection, Ok(Connection::Edges(_)));
        let along = self.axonal.is_some() || self.velocity.is_some();
        let given = along || self.dendritic.is_some() && !listed;
        let behind = match self.dendritic.filter(|_| listed && !along) {
            None => None,
            Some(part) => {
                let part = part.constant().ok_or(Problem::Unfit {
                    key: "dendritic_delay",
                    with: "listed delays, expected one time that is part of each",
                });
                let range = |cause| Problem::Delay {
                    key: "dendritic_delay",
                    cause,
                };
                let part = Duration::from_ms(part.map_err(fault)?);
                Some(part.map_err(|cause| fault(range(cause)))?)
            }
        };
        let delay = given.then(|| Delay {
            axonal: self.axonal.unwrap_or_else(zero),
            dendritic: self.dendritic.unwrap_or_else(zero),
            velocity: self.velocity,
        });
        let projection = Projection {
            connection: self.connection.map_err(fault)?,
            plasticity: self.plasticity.map_err(fault)?.map(|rule| Learning {
                modulator: self.modulator,
                teacher: self.teacher,
                sources: self.within.0,
                targets: self.within.1,
                ..Learning::new(rule)
            }),
            short_term: self.short_term.map_err(fault)?,
            name: self.name,
            source: self.source,
            targets: self.targets,
            autapses: self.autapses || listed,
            weight: self.weight,
            delay,
            listed_dendritic: behind,
            delay_resolution: self.delay_resolution,
            weight_profile: self.weight_profile,
        };
        let fault = |problem| NetworkError::new(Part::Projection, &projection.name, problem);
        let others = self.network.projections.iter().map(|other| &other.name);
        new_name(&projection.name, others).map_err(fault)?;
        self.network.check_projection(&projection).map_err(fault)?;
        self.network.projections.push(projection);
        Ok(())
    }
}

/// The entry called `name` among `specs`.
fn known(name: &str, specs: &[&'static Spec]) -> Result<&'static Spec, Problem> {
    let found = specs.iter().find(|spec| spec.name == name);
    let names = || specs.iter().map(|spec| spec.name).collect::<Vec<_>>();
    found.copied().ok_or_else(|| Problem::UnknownEntry {
        found: name.into(),
        help: suggest::help(name, &names()),
    })
}
