//! Neurons of a group with the parameters that they are declared with, or those that are made of them.

use std::collections::BTreeMap;

use crate::base::alteration::Alteration;
use crate::base::parameter::{ParameterError, ParameterSpec, Values};
use crate::base::stream::Stream;
use crate::engine::lane::group::Member;
use crate::network::path::Alterations;
use crate::network::{ParameterPath, Part, Population};
use crate::neuron::{self, AlterError, E_L, Model, Neurons, Setup, V_TH};
use crate::plasticity::homeostasis::excitability::Height;

/// What is not as it was declared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now<'a> {
    /// Numbers that stages and changes have altered.
    pub(super) alterations: &'a Alterations,
    /// Of each population how high the thresholds of its neurons are; none where no force moves them.
    pub(super) heights: &'a [Vec<Height>],
}

impl Now<'_> {
    /// As it was.
    fn is_none(self) -> bool {
        self.alterations.is_empty() && self.heights.iter().all(Vec::is_empty)
    }
}

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

impl Parameters {
    /// Lets the thresholds of neurons of `model` be so high; where all are equally so, they stay a value that all share.
    fn raise(&mut self, model: &Model, heights: &[Height]) {
        let value_of = |parameter: &ParameterSpec| {
            let shared = self.shared.number(parameter.name);
            let declared = model.spec.parameter(parameter.name);
            shared.or_else(|| declared?.default_number())
        };
        let of = |parameter: &ParameterSpec, shared: Option<f64>, j: usize| {
            let own = self.each.get(parameter.name);
            own.and_then(|each| each.get(j).copied()).or(shared)
        };
        let (v_th, e_l) = (value_of(&V_TH), value_of(&E_L));
        let raised = (0..).zip(heights).map(|(j, height)| {
            let ends = of(&V_TH, v_th, j).zip(of(&E_L, e_l, j));
            ends.map(|(v_th, e_l)| height.of(v_th, e_l))
        });
        let Some(raised) = raised.collect::<Option<Vec<f64>>>() else {
            return;
        };
        let Some(&first) = raised.first() else { return };
        let is_shared = !self.each.contains_key(V_TH.name) && raised.iter().all(|v| *v == first);
        match is_shared {
            true => self.shared.insert(V_TH.name, first),
            false => {
                self.each.insert(V_TH.name, raised);
            }
        }
    }
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
        let as_declared = Now {
            alterations: &Alterations::new(),
            heights: &[],
        };
        let mut neurons = self.at_rest(together, as_declared, "")?;
        for member in together.members {
            let population = &self.populations[member.population];
            let nodes = member.first..member.first + member.len;
            let Some(potentials) = population.potentials(self.seed, nodes) else {
                continue;
            };
            for (j, v) in (member.local as usize..).zip(potentials) {
                neurons.set_potential(j, v);
            }
        }
        Ok(neurons)
    }

    /// The neurons as they are `now`, at rest at t = 0; names of what they draw from end in `suffix`.
    ///
    /// # Errors
    /// If values are out of range or contradict each other.
    pub(super) fn at_rest(
        &self,
        together: Together<'_>,
        now: Now<'_>,
        suffix: &str,
    ) -> Result<Box<dyn Neurons>, ParameterError> {
        let model = neuron::model(self.populations[together.kind].model)?;
        let parameters = self.parameters(together.members, now);
        let mut neurons = (model.build)(self.setup(together, &parameters, suffix))?;
        neurons.reset(crate::base::time::Time::ZERO);
        Ok(neurons)
    }

    /// What `neurons` become at the instant last advanced to when their parameters are those of `now`.
    ///
    /// # Errors
    /// If values are out of range or contradict each other.
    pub(super) fn alter(
        &self,
        neurons: &dyn Neurons,
        together: Together<'_>,
        now: Now<'_>,
        suffix: &str,
    ) -> Result<Box<dyn Neurons>, AlterError> {
        let model = neuron::model(self.populations[together.kind].model)?;
        let parameters = self.parameters(together.members, now);
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

    /// Lets each neuron have its own of a `parameter` in which members differ that share it among themselves.
    fn tell_apart(
        &self,
        members: &[Member],
        parameter: &ParameterSpec,
        each: &mut BTreeMap<&'static str, Vec<f64>>,
    ) {
        let of = |member: &Member| {
            let values = &self.populations[member.population].values;
            values.number(parameter.name).or(parameter.default_number())
        };
        let all: Option<Vec<f64>> = members.iter().map(of).collect();
        let Some(all) = all.filter(|_| !each.contains_key(parameter.name)) else {
            return;
        };
        if all.iter().all(|value| *value == all[0]) {
            return;
        }
        let runs = members.iter().zip(all);
        let own = runs.flat_map(|(member, value)| std::iter::repeat_n(value, member.len as usize));
        each.insert(parameter.name, own.collect());
    }

    /// The parameters of `members`, which are declared alike but for what each neuron may have of its own at no cost.
    fn parameters(&self, members: &[Member], now: Now<'_>) -> Parameters {
        let Some(first) = members.first() else {
            return Parameters {
                shared: Values::new(),
                each: BTreeMap::new(),
            };
        };
        let declared = &self.populations[first.population];
        let mut shared = declared.values.shared();
        let mut each: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
        for member in members {
            let population = &self.populations[member.population];
            let own = population.individual(self.seed, member.first..member.first + member.len);
            for (name, values) in own {
                each.entry(name).or_default().extend(values);
            }
        }
        let model = neuron::model(declared.model).ok();
        for parameter in model.map_or(&[][..], |model| model.spec.parameters) {
            self.tell_apart(members, parameter, &mut each);
        }
        if now.is_none() {
            return Parameters { shared, each };
        }
        let alterations = now.alterations;
        for parameter in model.map_or(&[][..], |model| model.spec.parameters) {
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
        let mut parameters = Parameters { shared, each };
        if let (Some(model), [member]) = (model, members) {
            // Neurons that adapt are alone.
            let heights = now.heights.get(member.population);
            let own = heights.and_then(|heights| {
                heights.get(member.first as usize..(member.first + member.len) as usize)
            });
            parameters.raise(model, own.unwrap_or_default());
        }
        parameters
    }
}
