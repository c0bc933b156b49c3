//! What changes weights, and what acts on that.

use super::unless_not_read;
use crate::base::parameter::{Dimension, ParameterError};
use crate::base::time::Duration;
use crate::network::plan::{self, Plasticity, Teacher, Within};
use crate::network::{
    Choice, Connection, Given, Homeostasis, Learning, Modulator, Network, Population, Problem,
    Projection,
};
use crate::neuron::{self, V_TH};
use crate::plasticity::homeostasis::excitability::Height;
use crate::plasticity::homeostasis::neurogenesis::Birth;
use crate::plasticity::homeostasis::{self, Act, ActsOn};
use crate::plasticity::{self, BuildError, Kinetics, Modulated, Rule};
use crate::synapse::short_term::ShortTerm;

/// The parameter of forces by which synapses come by distance.
const LENGTH: &str = "length";

impl Network {
    /// Checks `modulator` as one of this network's, whether it is part of it or not.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check_modulator(&self, modulator: &Modulator) -> Result<(), Problem> {
        self.plan_modulator(modulator).map(drop)
    }

    pub(super) fn plan_modulator(&self, modulator: &Modulator) -> Result<plan::Modulator, Problem> {
        let Kinetics { tau_ms, baseline } = modulator.kinetics;
        let numbers = [
            ("tau", tau_ms, tau_ms > 0.0, "more than 0 ms"),
            ("baseline", baseline, true, "a finite number"),
            ("amount", modulator.amount, true, "a finite number"),
        ];
        for (key, value, is_fit, expected) in numbers {
            if !(value.is_finite() && is_fit) {
                return Err(Problem::Kinetics {
                    key,
                    value,
                    expected,
                });
            }
        }
        if modulator.delay <= Duration::ZERO {
            return Err(Problem::NoReleaseDelay(modulator.delay));
        }
        let sources = modulator.released_by.iter();
        let sources = sources.map(|name| self.index("released_by", name));
        let is_known = |name: &String| self.triggers.iter().any(|known| known.name == *name);
        if let Some(found) = modulator.triggers.iter().find(|name| !is_known(name)) {
            return Err(Problem::UnknownTrigger {
                key: "triggers",
                found: found.clone(),
                known: self.triggers.iter().map(|t| t.name.clone()).collect(),
            });
        }
        Ok(plan::Modulator {
            name: modulator.name.clone(),
            kinetics: modulator.kinetics,
            sources: sources.collect::<Result<_, _>>()?,
            triggers: modulator.triggers.clone(),
            amount: modulator.amount,
            delay: modulator.delay,
        })
    }

    /// Checks `force` as one of this network's, whether it is part of it or not.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check_homeostasis(&self, force: &Homeostasis) -> Result<(), Problem> {
        unless_not_read(self.plan_homeostasis(force))
    }

    pub(super) fn plan_homeostasis(
        &self,
        force: &Homeostasis,
    ) -> Result<plan::Homeostasis, Problem> {
        let Choice { spec, values } = &force.kind;
        let act = homeostasis::build(spec.name, values)?;
        if force.every <= Duration::ZERO {
            return Err(Problem::NoPeriod(force.every));
        }
        let populations = match &act {
            Act::Neurons(act) => {
                let (low, high) = act.range();
                self.acted_on(&force.populations, &[low, high])?
            }
            Act::Birth(birth) => {
                let populations = self.acted_on(&force.populations, &[])?;
                self.check_birth(force, birth, &populations)?;
                populations
            }
            Act::Weights(_) | Act::Wiring(_) => Vec::new(),
        };
        if populations.is_empty() && force.projections.is_empty() {
            return Err(Problem::NoProjection);
        }
        let unknown = |name: &&String| !self.learning().any(|known| known == *name);
        if let Some(found) = force.projections.iter().find(unknown) {
            return Err(Problem::NotLearning {
                found: found.clone(),
                known: self.learning().cloned().collect(),
            });
        }
        if let Act::Wiring(_) = act {
            self.check_rewired(&force.projections)?;
            if values.get(LENGTH).is_some() {
                self.check_placed(&force.projections)?;
            }
        }
        for name in &force.projections {
            self.check_reach(&force.kind, name)?;
        }
        if matches!(&act, Act::Weights(act) if act.left().is_some()) {
            self.check_lasting(&force.projections)?;
        }
        Ok(plan::Homeostasis {
            name: force.name.clone(),
            kind: spec.name,
            values: values.clone(),
            projections: force.projections.clone(),
            populations,
            every: force.every,
        })
    }

    /// Indices of populations of neurons with a threshold, which may be as high as each of `heights`.
    fn acted_on(&self, names: &[String], heights: &[Height]) -> Result<Vec<usize>, Problem> {
        if names.is_empty() {
            return Err(Problem::NoPopulation);
        }
        let mut populations = Vec::new();
        for name in names {
            let at = self.index("population", name)?;
            if populations.contains(&at) {
                return Err(Problem::PopulationTwice(name.clone()));
            }
            let population = &self.populations[at];
            let model = neuron::model(population.model)?;
            if model.spec.parameter(V_TH.name).is_none() {
                return Err(Problem::NoThreshold {
                    population: name.clone(),
                    model: model.spec.name,
                });
            }
            for &height in heights {
                let possible = population.check_altered(&[], &[height]);
                possible.map_err(|error| Problem::Height {
                    population: name.clone(),
                    height: height.0,
                    error,
                })?;
            }
            populations.push(at);
        }
        Ok(populations)
    }

    /// Checks that neurons are left that `force` lets come, and that no other force lets them come.
    fn check_birth(
        &self,
        force: &Homeostasis,
        birth: &Birth,
        populations: &[usize],
    ) -> Result<(), Problem> {
        for &at in populations {
            let Population { name, size, .. } = &self.populations[at];
            if birth.at_first >= *size {
                return Err(Problem::OutOfReach {
                    key: "at_first",
                    value: birth.at_first.into(),
                    most: (size - 1).into(),
                    why: "so that neurons of the population are still to come",
                });
            }
            let mut others = self.homeostasis.iter().filter(|other| {
                other.name != force.name && other.kind.spec.name == force.kind.spec.name
            });
            if others.any(|other| other.populations.contains(name)) {
                return Err(Problem::PopulationTwice(name.clone()));
            }
        }
        Ok(())
    }

    /// Checks that a force does not ask for what the projection called `name` cannot have.
    fn check_reach(&self, Choice { spec, values }: &Choice, name: &str) -> Result<(), Problem> {
        let own = self.projections.iter().find(|known| known.name == *name);
        let Some((own, learning)) = own.and_then(|own| Some((own, own.plasticity.as_ref()?)))
        else {
            return Ok(());
        };
        let rule = plasticity::rule(learning.rule.spec.name)?;
        let signed = spec.name == "balance" && !rule.is_signed;
        if signed {
            return Err(Problem::Unfit {
                key: "projection",
                with: "weights of one sign, which cannot be balanced",
            });
        }
        if values.number("new_weight").is_some_and(|new| new < 0.0) && !rule.is_signed {
            return Err(Problem::Unfit {
                key: "new_weight",
                with: "weights of one sign if it has a sign itself: expected 0 or more",
            });
        }
        let (_, high) = rule.bounds(&learning.rule.values)?;
        for key in ["mean", "new_weight", "prune_below", "grow_above"] {
            if let Some(value) = values.number(key).filter(|&value| value.abs() > high) {
                return Err(Problem::OutOfReach {
                    key,
                    value,
                    most: high,
                    why: "the bound of the projection's rule",
                });
            }
        }
        let (Some(in_degree), false) = (values.count("in_degree"), values.flag("multapses")) else {
            return Ok(());
        };
        let itself = !own.autapses && own.targets.contains(&own.source);
        let sources = self.find(&own.source).map_or(0, |source| source.size);
        let some = learning.sources.as_ref().map(|some| some.len() as u32);
        let sources = some.unwrap_or(sources);
        let possible = u64::from(sources) - u64::from(itself && sources > 0);
        match in_degree > possible {
            false => Ok(()),
            true => Err(Problem::OutOfReach {
                key: "in_degree",
                value: in_degree as f64,
                most: possible as f64,
                why: "as `multapses` is false",
            }),
        }
    }

    /// Whether synapses of the projection called `name` come by distance.
    pub(super) fn is_rewired_by_distance(&self, name: &str) -> bool {
        let mut forces = self.homeostasis.iter();
        forces.any(|force| {
            let is_its = force.projections.iter().any(|own| own == name);
            let wires = homeostasis::acts_on(force.kind.spec.name) == Some(ActsOn::Wiring);
            is_its && wires && force.kind.values.get(LENGTH).is_some()
        })
    }

    /// Checks that it is known where the neurons of `projections` lie.
    fn check_placed(&self, projections: &[String]) -> Result<(), Problem> {
        let own = self.projections.iter();
        for own in own.filter(|own| projections.contains(&own.name)) {
            let source = self.index("source", &own.source)?;
            self.ends(LENGTH, source, &self.targets(&own.targets)?)?;
        }
        Ok(())
    }

    /// Checks that synapses of `projections` can come and go: those of a matrix cannot, listed ones say nothing of the delays of
    /// others, and what short-term plasticity remembers belongs to rows that last.
    fn check_rewired(&self, projections: &[String]) -> Result<(), Problem> {
        let [name] = projections else {
            return Err(Problem::Rewired {
                found: format!("{} projections", projections.len()),
            });
        };
        let own = self.projections.iter().find(|known| known.name == *name);
        let what = match own {
            Some(own) if own.is_dense() => "with a weight for every pair",
            Some(own) if own.delay.is_none() => "whose delays are listed",
            Some(own)
                if own.short_term.is_some()
                    && own.delay.and_then(|delay| delay.constant()).is_none() =>
            {
                "which has `short_term` and several delays"
            }
            _ => return Ok(()),
        };
        Err(Problem::Rewired {
            found: format!("`{name}`, {what}"),
        })
    }

    /// Checks that synapses of these projections do not come and go: what one that comes was declared with nobody knows.
    fn check_lasting(&self, projections: &[String]) -> Result<(), Problem> {
        let rewires = |force: &&Homeostasis| {
            let Choice { spec, values } = &force.kind;
            let shares = |name: &String| force.projections.contains(name);
            projections.iter().any(shares)
                && matches!(homeostasis::build(spec.name, values), Ok(Act::Wiring(_)))
        };
        match self.homeostasis.iter().find(rewires) {
            Some(_) => Err(Problem::Unfit {
                key: "projection",
                with: "a force that rewires it, as new synapses have nothing that they could go back to",
            }),
            None => Ok(()),
        }
    }

    /// Which synapses of `projection` learn, checked.
    fn within(
        &self,
        projection: &Projection,
        sources: Option<&[u32]>,
        targets: Option<&[u32]>,
    ) -> Result<Within, Problem> {
        let given = [("sources", sources), ("targets", targets)];
        let n = self.sizes(projection).unwrap_or_default();
        for ((key, some), size) in given.into_iter().zip([n.0, n.1]) {
            let Some(some) = some else { continue };
            if projection.is_dense() {
                return Err(Problem::WholeMatrix(key));
            }
            let counted = (0..).zip(some).all(|(k, &node)| k == node);
            let (value, most, why) = match counted {
                true => (some.len() as u32, size, "how many there are"),
                false => {
                    let beyond = some.iter().find(|&&node| node >= size);
                    let last = size.saturating_sub(1);
                    (*beyond.unwrap_or(&0), last, "the number of the last neuron")
                }
            };
            if value > most {
                return Err(Problem::OutOfReach {
                    key,
                    value: value.into(),
                    most: most.into(),
                    why,
                });
            }
        }
        Ok(Within::new((sources, n.0), (targets, n.1)))
    }

    /// What changes the weights of `projection`, checked.
    pub(super) fn plasticity(
        &self,
        projection: &Projection,
    ) -> Result<Option<Plasticity>, Problem> {
        let Some(Learning {
            rule,
            modulator,
            teacher,
            max_weight,
            sources,
            targets,
        }) = &projection.plasticity
        else {
            return Ok(None);
        };
        // The gain of a matrix is no weight; those in files are not known yet.
        let weight = projection.weight.filter(|_| !projection.is_dense());
        let weights = weight.map_or(vec![], |weight| {
            let (low, high) = weight.reach();
            vec![low, high]
        });
        let listed = match &projection.connection {
            Connection::Edges(Given::Here(edges)) => edges.longest_dendritic(),
            _ => Duration::ZERO,
        };
        let listed_ms = projection.listed_dendritic.unwrap_or(listed).as_ms();
        let dendritic = projection
            .delay
            .map_or(listed_ms, |delay| delay.dendritic.reach().1);
        let dendritic = Duration::from_ms(dendritic).map_err(|cause| Problem::Delay {
            key: "dendritic_delay",
            cause,
        })?;
        let entry = plasticity::rule(rule.spec.name)?;
        holds(rule)?;
        entry
            .check(&rule.values, &weights, dendritic)
            .map_err(|error| match error {
                BuildError::Parameter(error) => Problem::Parameter(error),
                BuildError::Learn(error) => Problem::Learn(error),
            })?;
        let n_target = self.sizes(projection).map_or(0, |n| n.1);
        check_blocks(rule, n_target)?;
        let modulator = match (modulator, entry.modulated) {
            (None, Modulated::Own) => return Err(Problem::NoModulator(rule.spec.name)),
            (None, _) => None,
            (Some(name), _) => {
                let mut all = self.modulators.iter();
                let at = all.position(|known| known.name == *name);
                Some(at.ok_or_else(|| Problem::UnknownModulator {
                    found: name.clone(),
                    known: self.modulators.iter().map(|m| m.name.clone()).collect(),
                })?)
            }
        };
        Ok(Some(Plasticity {
            rule: rule.spec.name,
            values: rule.values.clone(),
            modulator,
            teacher: self.teacher(projection, teacher.as_deref(), entry)?,
            limit: (!entry.is_bounded).then(|| max_weight.unwrap_or(f32::MAX.into())),
            within: self.within(projection, sources.as_deref(), targets.as_deref())?,
        }))
    }
}

/// Checks that weights can be as large as `rule` lets them.
fn holds(rule: &Choice) -> Result<(), ParameterError> {
    let weights = rule.spec.parameters.iter();
    let mut weights = weights.filter(|own| own.dimension() == Dimension::Weight);
    let beyond = |name: &&str| {
        let value = rule.values.number(name);
        value.is_some_and(|value| value.abs() > f32::MAX.into())
    };
    match weights.find_map(|own| Some(own.name).filter(beyond)) {
        None => Ok(()),
        Some(parameter) => Err(ParameterError::Inconsistent {
            model: rule.spec.name,
            parameter,
            neuron: None,
            reason: format!(
                " is {:e}, expected at most {:e} in magnitude, the largest weight",
                rule.values[parameter],
                f32::MAX
            ),
        }),
    }
}

impl Network {
    /// Who teaches the targets of `projection` under the rule of `entry`.
    fn teacher(
        &self,
        projection: &Projection,
        name: Option<&str>,
        entry: &Rule,
    ) -> Result<Option<Teacher>, Problem> {
        const KEY: &str = "teacher";
        let unfit = |with| Problem::Unfit { key: KEY, with };
        let Some(name) = name else {
            return match entry.is_taught {
                true => Err(Problem::Missing {
                    key: KEY,
                    what: "the population whose neurons teach one target each",
                }),
                false => Ok(None),
            };
        };
        if !entry.is_taught {
            return Err(unfit("a rule that has no teacher"));
        }
        let population = self.index(KEY, name)?;
        let [target] = &self.targets(&projection.targets)?[..] else {
            return Err(unfit("several targets"));
        };
        let (found, expected) = (
            self.populations[population].size,
            self.populations[*target].size,
        );
        if found != expected {
            return Err(Problem::Pupils(found, expected));
        }
        let delay = projection.delay.and_then(|delay| delay.constant());
        let delay = delay.and_then(|ms| Duration::from_ms(ms).ok());
        match delay.filter(|&delay| delay > Duration::ZERO) {
            Some(delay) => Ok(Some(Teacher { population, delay })),
            None => Err(unfit(
                "delays other than one above 0 for all synapses, after which the teacher's spikes count",
            )),
        }
    }
}

/// How much of their weight the synapses of `projection` pass on, checked.
pub(super) fn short_term(projection: &Projection) -> Result<Option<ShortTerm>, ParameterError> {
    let choice = projection.short_term.as_ref();
    choice
        .map(|choice| ShortTerm::new(&choice.values))
        .transpose()
}

/// Checks that values given for one target after the other are those of `n_target`.
fn check_blocks(rule: &Choice, n_target: u32) -> Result<(), ParameterError> {
    match rule.values.of_others_than(n_target) {
        None => Ok(()),
        Some((parameter, found)) => Err(ParameterError::Inconsistent {
            model: rule.spec.name,
            parameter,
            neuron: None,
            reason: format!(": {found}, expected {n_target}, all targets"),
        }),
    }
}
