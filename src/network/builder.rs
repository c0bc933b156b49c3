//! Building a network: everything is collected, then checked as a whole.

use ndarray::ArrayView2;

use crate::base::stream::name_hash;
use crate::base::time::Duration;
use crate::network::Network;
use crate::network::level::levels;
use crate::network::population::{Members, Population};
use crate::network::projection::{Plastic, Projection};
use crate::neuron::Neurons;
use crate::plasticity::PlasticityRule;
use crate::synapse::dense::Dense;

/// Why a network cannot be built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BuildError {
    /// Two populations or two projections with one name.
    #[error(
        "the name `{0}` is used twice, expected every population and projection to have its own"
    )]
    NameTwice(String),
    /// A population without members.
    #[error("population `{0}` is empty, expected at least one neuron")]
    Empty(String),
    /// Neurons that fire without input in a network that only runs at arrivals.
    #[error(
        "the neurons of population `{0}` fire by themselves (`e_l` above `v_th`), expected ones that fire at arrivals only"
    )]
    Spontaneous(String),
    /// A projection from or to nowhere.
    #[error("projection `{projection}`: found no population called `{population}`")]
    UnknownPopulation {
        /// The projection.
        projection: String,
        /// The name that nothing has.
        population: String,
    },
    /// A projection onto units that only a stimulus drives.
    #[error(
        "projection `{projection}` ends at `{population}`, a source; expected a population of neurons"
    )]
    OntoSource {
        /// The projection.
        projection: String,
        /// Its target.
        population: String,
    },
    /// A matrix that does not fit its populations.
    #[error(
        "projection `{projection}`: weights are {found_target} x {found_source} (targets x sources), \
         expected {target} x {source_size}"
    )]
    Shape {
        /// The projection.
        projection: String,
        /// Rows of the matrix.
        found_target: usize,
        /// Columns of the matrix.
        found_source: usize,
        /// Size of the target population.
        target: usize,
        /// Size of the source population.
        source_size: usize,
    },
    /// NaN or infinity among the weights, or as the gain.
    #[error("projection `{projection}`: {what} is {value}, expected a finite number")]
    NotFinite {
        /// The projection.
        projection: String,
        /// Which number.
        what: String,
        /// Its value.
        value: f64,
    },
    /// A negative delay.
    #[error("projection `{projection}`: axonal_delay is {delay}, expected 0 or more")]
    NegativeDelay {
        /// The projection.
        projection: String,
        /// Its delay.
        delay: Duration,
    },
    /// Spikes that would reach themselves within one instant.
    #[error("projections without delay form a loop: {}; expected a delay on at least one of them", .0.join(" -> "))]
    ZeroDelayLoop(Vec<String>),
}

/// A projection as it is declared.
pub struct Declaration<'a> {
    /// Name, unique in the network.
    pub name: &'a str,
    /// Name of the source population.
    pub source: &'a str,
    /// Name of the target population.
    pub target: &'a str,
    /// Weights, shape (n_target, n_source).
    pub weights: ArrayView2<'a, f32>,
    /// Factor from weight to potential.
    pub gain: f64,
    /// Delay from soma to synapse.
    pub axonal_delay: Duration,
    /// The rule that changes the weights, or none.
    pub plasticity: Option<Box<dyn PlasticityRule>>,
}

/// Collects populations and projections.
#[derive(Default)]
pub struct Builder {
    populations: Vec<Population>,
    projections: Vec<Projection>,
}

impl Builder {
    /// Adds units driven from outside.
    ///
    /// # Errors
    /// If the name is taken or `size` is 0.
    pub fn source(&mut self, name: &str, size: usize) -> Result<(), BuildError> {
        self.add(name, Members::Source { size })
    }

    /// Adds a population of neurons.
    ///
    /// # Errors
    /// If the name is taken, there are none, or they fire by themselves.
    pub fn neurons(&mut self, name: &str, neurons: Box<dyn Neurons>) -> Result<(), BuildError> {
        if neurons.is_spontaneous() {
            return Err(BuildError::Spontaneous(name.into()));
        }
        self.add(name, Members::Neurons(neurons))
    }

    fn add(&mut self, name: &str, members: Members) -> Result<(), BuildError> {
        if self
            .populations
            .iter()
            .any(|population| population.name == name)
        {
            return Err(BuildError::NameTwice(name.into()));
        }
        let population = Population {
            name: name.into(),
            id: name_hash(name),
            level: 0,
            members,
        };
        if population.size() == 0 {
            return Err(BuildError::Empty(name.into()));
        }
        self.populations.push(population);
        Ok(())
    }

    /// Adds a projection between populations added before.
    ///
    /// # Errors
    /// If a name is unknown or taken, the shape does not fit, or a number is out of range.
    pub fn project(&mut self, declaration: Declaration<'_>) -> Result<(), BuildError> {
        let Declaration {
            name,
            source,
            target,
            weights,
            gain,
            axonal_delay,
            plasticity,
        } = declaration;
        let projection = || name.to_owned();
        if self.projections.iter().any(|other| other.name == name) {
            return Err(BuildError::NameTwice(name.into()));
        }
        let find = |population: &str| {
            self.populations
                .iter()
                .position(|candidate| candidate.name == population)
                .ok_or_else(|| BuildError::UnknownPopulation {
                    projection: projection(),
                    population: population.into(),
                })
        };
        let (source, target) = (find(source)?, find(target)?);
        if self.populations[target].neurons().is_none() {
            let population = self.populations[target].name.clone();
            return Err(BuildError::OntoSource {
                projection: projection(),
                population,
            });
        }
        let (n_target, n_source) = (
            self.populations[target].size(),
            self.populations[source].size(),
        );
        if weights.dim() != (n_target, n_source) {
            return Err(BuildError::Shape {
                projection: projection(),
                found_target: weights.nrows(),
                found_source: weights.ncols(),
                target: n_target,
                source_size: n_source,
            });
        }
        let not_finite = |what: String, value: f64| BuildError::NotFinite {
            projection: projection(),
            what,
            value,
        };
        if let Some(((j, i), &w)) = weights.indexed_iter().find(|(_, w)| !w.is_finite()) {
            return Err(not_finite(
                format!("the weight from {i} to {j}"),
                f64::from(w),
            ));
        }
        if !gain.is_finite() {
            return Err(not_finite("the gain".into(), gain));
        }
        if axonal_delay < Duration::ZERO {
            return Err(BuildError::NegativeDelay {
                projection: projection(),
                delay: axonal_delay,
            });
        }
        self.projections.push(Projection {
            name: name.into(),
            id: name_hash(name),
            source,
            target,
            gain,
            axonal_delay,
            weights: Dense::from_matrix(weights),
            plastic: plasticity.map(|rule| Plastic::new(rule, n_source)),
        });
        Ok(())
    }

    /// Checks the whole and orders the populations.
    ///
    /// # Errors
    /// If projections without delay form a loop.
    pub fn build(self) -> Result<Network, BuildError> {
        let Self {
            mut populations,
            projections,
        } = self;
        let instant: Vec<(usize, usize)> = projections
            .iter()
            .filter(|projection| projection.axonal_delay == Duration::ZERO)
            .map(|projection| (projection.source, projection.target))
            .collect();
        let levels = levels(populations.len(), &instant).map_err(|members| {
            let mut names: Vec<String> = members
                .iter()
                .map(|&p| populations[p].name.clone())
                .collect();
            names.extend(names.first().cloned());
            BuildError::ZeroDelayLoop(names)
        })?;
        for (population, level) in populations.iter_mut().zip(levels) {
            population.level = level;
        }
        let mut order: Vec<usize> = (0..populations.len()).collect();
        order.sort_by_key(|&p| (populations[p].level, populations[p].id));
        Ok(Network {
            populations,
            projections,
            order,
        })
    }
}
