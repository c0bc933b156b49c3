//! Neurons of one model.

use std::collections::BTreeMap;
use std::iter::repeat_n;
use std::ops::Range;

use crate::base::alteration::Alteration;
use crate::base::distribution::Distribution;
use crate::base::parameter::{ParameterError, Value, Values};
use crate::base::stream::Stream;
use crate::network::Layout;
use crate::neuron::{self, Setup};

/// Neurons, of all seeds, whose own values are looked at before a network is built: that takes 0.8 s on a Zen 4, with one parameter
/// drawn. What more of them are is found as they are built.
const LOOKED_AT: u32 = 1_000_000;

/// The same in each stage and bout that alters them, of which there may be thousands.
const LOOKED_AT_ALTERED: u32 = 1_000;

/// So many at a time.
const TOGETHER: u32 = 4096;

/// Neurons of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Name, unique among populations.
    pub name: String,
    /// Neurons.
    pub size: u32,
    /// Name of the neuron model.
    pub model: &'static str,
    /// Values of its parameters, in held units. One that is drawn has a value of its own for each neuron, from a stream of
    /// its own; those that are missing take their defaults.
    pub values: Values,
    /// Membrane potential at the start; `None` for neurons that begin at rest, and for sources, which have none.
    pub v_m: Option<Value>,
    /// Where they lie; `None` for neurons of which that is not said.
    pub positions: Option<Layout>,
}

impl Population {
    /// A value of its own, drawn for `purpose` under `seed`, for each of `neurons`.
    pub(crate) fn draw(
        &self,
        purpose: &str,
        from: &Distribution,
        seed: u64,
        neurons: Range<u32>,
    ) -> Vec<f64> {
        let purpose = format!("{purpose}.{}", self.name);
        let one = |neuron| from.draw(&mut Stream::new(seed, &purpose, neuron));
        (u64::from(neurons.start)..u64::from(neurons.end))
            .map(one)
            .collect()
    }

    /// Values of the parameters of which each of `neurons` has its own: drawn under `seed`, or given in blocks.
    pub(crate) fn individual(
        &self,
        seed: u64,
        neurons: Range<u32>,
    ) -> BTreeMap<&'static str, Vec<f64>> {
        let own = self.values.individual().filter_map(|name| {
            let purpose = format!("parameter.{name}");
            let value = self.values.get(name)?;
            Some((name, self.of_each(value, &purpose, seed, neurons.clone())?))
        });
        own.collect()
    }

    /// Membrane potentials of `neurons` at the start under `seed`; `None` where they begin at rest.
    pub(crate) fn potentials(&self, seed: u64, neurons: Range<u32>) -> Option<Vec<f64>> {
        self.of_each(self.v_m.as_ref()?, "initial", seed, neurons)
    }

    /// What `value` is for each of `neurons`, if it is a quantity; what is drawn is drawn for `purpose` under `seed`.
    fn of_each(
        &self,
        value: &Value,
        purpose: &str,
        seed: u64,
        neurons: Range<u32>,
    ) -> Option<Vec<f64>> {
        match (value, value.blocks()) {
            (_, Some(blocks)) => {
                let (mut own, mut end) = (Vec::with_capacity(neurons.len()), 0_u32);
                for &(n, value) in blocks {
                    let first = end.max(neurons.start);
                    end = end.saturating_add(n);
                    let asked_for = end.min(neurons.end).saturating_sub(first);
                    own.extend(repeat_n(value, asked_for as usize));
                }
                Some(own)
            }
            (Value::Drawn(from), None) => Some(self.draw(purpose, from, seed, neurons)),
            (Value::Number(value), None) => Some(vec![*value; neurons.len()]),
            _ => None,
        }
    }

    /// Checks that values of its own of each neuron agree with each other as they are drawn under `seed` and the ones after it, so
    /// many in all: under the first for a million neurons, under others as far as fewer leave time for them.
    ///
    /// # Errors
    /// If those of a neuron do not: the first seed with one.
    pub fn check_drawn(&self, seed: u64, seeds: u64) -> Result<(), (u64, ParameterError)> {
        if self.values.individual().next().is_none() {
            return Ok(());
        }
        let most = u64::from(LOOKED_AT / self.size.max(1)).max(1);
        let mut seeds = (seed..).take(seeds.min(most) as usize);
        seeds.try_for_each(|seed| self.check_under(seed).map_err(|error| (seed, error)))
    }

    /// Checks that values of its own of each neuron, altered, agree with each other and with `shared` ones, which are altered
    /// already: for the first thousand neurons.
    ///
    /// # Errors
    /// If those of a neuron do not.
    pub(in crate::network) fn check_own_altered(
        &self,
        seed: u64,
        shared: &Values,
        alterations: &[(&str, Alteration)],
    ) -> Result<(), ParameterError> {
        let mut own = self.individual(seed, 0..self.size.min(LOOKED_AT_ALTERED));
        let Some(size) = own.values().next().map(Vec::len) else {
            return Ok(());
        };
        for &(name, alteration) in alterations {
            let values = own.get_mut(name).into_iter().flatten();
            values.for_each(|value| *value = alteration.of(*value));
        }
        (neuron::model(self.model)?.build)(Setup {
            size,
            values: shared,
            each: &own,
            stream: Stream::new(seed, "neurons", 0),
        })
        .map(drop)
    }

    fn check_under(&self, seed: u64) -> Result<(), ParameterError> {
        let model = neuron::model(self.model)?;
        let shared = self.values.shared();
        let size = self.size.min(LOOKED_AT);
        for first in (0..size).step_by(TOGETHER as usize) {
            let neurons = first..size.min(first.saturating_add(TOGETHER));
            let built = (model.build)(Setup {
                size: neurons.len(),
                values: &shared,
                each: &self.individual(seed, neurons),
                stream: Stream::new(seed, "neurons", 0),
            });
            built.map_err(|error| error.among(first as usize))?;
        }
        Ok(())
    }
}
