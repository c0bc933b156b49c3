//! Neurons of a group with the parameters that they are declared with, or those that are made of them.

use std::collections::BTreeMap;

use crate::base::alteration::Alteration;
use crate::base::distribution::Distribution;
use crate::base::parameter::{ParameterError, Values};
use crate::base::stream::Stream;
use crate::engine::lane::group::Member;
use crate::network::path::Alterations;
use crate::network::{ParameterPath, Part, Population};
use crate::neuron::{self, AlterError, Neurons, Setup};

/// Populations as they are declared.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub(super) seed: u64,
    pub(super) populations: Vec<Population>,
}

/// Parameters of the neurons of a group: those that all share, and those of which each has its own.
struct Parameters {
    shared: Values,
    each: BTreeMap<&'static str, Vec<f64>>,
}

/// Neurons of one kind that are together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Together<'a> {
    pub(super) members: &'a [Member],
    /// Index of the population that names their streams.
    pub(super) kind: usize,
    /// Which share of their kind they are.
    pub(super) part: u64,
}

impl Declared {
    /// The neurons as they are declared, at their initial potentials.
    ///
    /// # Errors
    /// If values of a neuron contradict each other.
    pub(super) fn build(&self, together: Together<'_>) -> Result<Box<dyn Neurons>, ParameterError> {
        let mut neurons = self.at_rest(together, &Alterations::new(), "")?;
        for member in together.members {
            let Some(v_m) = &self.populations[member.population].v_m else {
                continue;
            };
            let potentials = self.draw("initial", member, v_m);
            for (j, v) in (member.local as usize..).zip(potentials) {
                neurons.set_potential(j, v);
            }
        }
        Ok(neurons)
    }

    /// The neurons as `alterations` make them, at rest at t = 0; names of what they draw from end in `suffix`.
    ///
    /// # Errors
    /// If values are out of range or contradict each other.
    pub(super) fn at_rest(
        &self,
        together: Together<'_>,
        alterations: &Alterations,
        suffix: &str,
    ) -> Result<Box<dyn Neurons>, ParameterError> {
        let model = neuron::model(self.populations[together.kind].model)?;
        let parameters = self.parameters(together.members, alterations);
        let mut neurons = (model.build)(self.setup(together, &parameters, suffix))?;
        neurons.reset(crate::base::time::Time::ZERO);
        Ok(neurons)
    }

    /// What `neurons` become at the instant last advanced to when their parameters are those that `alterations` make.
    ///
    /// # Errors
    /// If values are out of range or contradict each other.
    pub(super) fn alter(
        &self,
        neurons: &dyn Neurons,
        together: Together<'_>,
        alterations: &Alterations,
        suffix: &str,
    ) -> Result<Box<dyn Neurons>, AlterError> {
        let model = neuron::model(self.populations[together.kind].model)?;
        let parameters = self.parameters(together.members, alterations);
        neuron::alter(neurons, model, self.setup(together, &parameters, suffix))
    }

    fn setup<'a>(
        &self,
        together: Together<'_>,
        parameters: &'a Parameters,
        suffix: &str,
    ) -> Setup<'a> {
        let purpose = format!("neurons.{}{suffix}", self.populations[together.kind].name);
        let sizes = together.members.iter().map(|member| member.len as usize);
        Setup {
            size: sizes.sum(),
            values: &parameters.shared,
            each: &parameters.each,
            stream: Stream::new(self.seed, &purpose, together.part),
        }
    }

    /// A value of its own for each neuron of `member`.
    fn draw(&self, purpose: &str, member: &Member, from: &Distribution) -> Vec<f64> {
        let population = &self.populations[member.population].name;
        let purpose = format!("{purpose}.{population}");
        let one = |node| from.draw(&mut Stream::new(self.seed, &purpose, node));
        let nodes = u64::from(member.first)..u64::from(member.first + member.len);
        nodes.map(one).collect()
    }

    /// The parameters of `members`, which are declared alike.
    fn parameters(&self, members: &[Member], alterations: &Alterations) -> Parameters {
        let Some(first) = members.first() else {
            return Parameters {
                shared: Values::new(),
                each: BTreeMap::new(),
            };
        };
        let declared = &self.populations[first.population];
        let mut shared = declared.values.shared();
        let mut each: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
        for (name, distribution) in declared.values.drawn() {
            let purpose = format!("parameter.{name}");
            let values = members
                .iter()
                .flat_map(|member| self.draw(&purpose, member, distribution));
            each.insert(name, values.collect());
        }
        for (name, blocks) in declared.values.blocks() {
            let all = || {
                let runs = blocks.iter();
                runs.flat_map(|&(n, value)| std::iter::repeat_n(value, n as usize))
            };
            let values = members
                .iter()
                .flat_map(|member| all().skip(member.first as usize).take(member.len as usize));
            each.insert(name, values.collect());
        }
        if alterations.is_empty() {
            return Parameters { shared, each };
        }
        let model = neuron::model(declared.model).map(|model| model.spec.parameters);
        for parameter in model.unwrap_or_default() {
            let of = |member: &Member| {
                let name = &self.populations[member.population].name;
                let path = ParameterPath::new(Part::Population, name, parameter.name);
                alterations.get(&path).copied().unwrap_or_default()
            };
            let own: Vec<Alteration> = members.iter().map(of).collect();
            if own.iter().all(|alteration| alteration.is_none()) {
                continue;
            }
            if let Some(values) = each.get_mut(parameter.name) {
                for (member, alteration) in members.iter().zip(own) {
                    let span = member.local as usize..(member.local + member.len) as usize;
                    let values = values[span].iter_mut();
                    values.for_each(|value| *value = alteration.of(*value));
                }
                continue;
            }
            let value = declared.values.number(parameter.name);
            let Some(value) = value.or(parameter.default_number()) else {
                continue;
            };
            if own.iter().all(|&alteration| alteration == own[0]) {
                shared.insert(parameter.name, own[0].of(value));
                continue;
            }
            let runs = members.iter().zip(own);
            let values = runs.flat_map(|(member, alteration)| {
                std::iter::repeat_n(alteration.of(value), member.len as usize)
            });
            each.insert(parameter.name, values.collect());
        }
        Parameters { shared, each }
    }
}
