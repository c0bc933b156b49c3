//! What reaches the network from outside by declaration: which stimuli there are, and since when each is on.

use crate::base::stream::Stream;
use crate::base::time::Time;
use crate::engine::error::{Kind, SimulationError};
use crate::engine::lane::group::{Group, Sign, Source};
use crate::network::path::{Alterations, WEIGHT};
use crate::network::plan::{Current, NetworkPlan, Noise, SpikeInput};
use crate::network::{ParameterPath, Part};
use crate::stimulus::poisson::{Class, MOST_CLASSES, Poisson, TICKS_HZ};

/// A declared stimulus.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Input<T> {
    /// What it brings while it is on.
    pub(super) what: T,
    /// What it brings where nothing is altered.
    pub(super) declared: T,
    /// Since when it is on: its own times count from there.
    pub(super) since: Option<Time>,
    /// Of a current that comes in pulses the beginnings of those that have not ended, in order.
    pub(super) pulses: Vec<Time>,
}

/// Every declared stimulus.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine) struct Inputs {
    pub(super) seed: u64,
    /// Names of populations: they name the streams of noise.
    pub(super) populations: Vec<String>,
    pub(super) noise: Vec<Input<Noise>>,
    /// In the order of their names.
    pub(super) currents: Vec<Input<Current>>,
    /// In the order of their names.
    pub(super) volleys: Vec<Input<SpikeInput>>,
}

impl Inputs {
    /// The stimuli of `network`, all of them off.
    ///
    /// # Errors
    /// If two have one name.
    pub(in crate::engine) fn new(network: &NetworkPlan) -> Result<Self, SimulationError> {
        let populations = network.populations.iter();
        let mut inputs = Self {
            seed: network.seed,
            populations: populations.map(|known| known.name.clone()).collect(),
            noise: network.noise.iter().cloned().map(Input::off).collect(),
            currents: network.currents.iter().cloned().map(Input::off).collect(),
            volleys: network.spikes.iter().cloned().map(Input::off).collect(),
        };
        inputs
            .currents
            .sort_by(|a, b| a.what.name.cmp(&b.what.name));
        let place = |input: &Input<SpikeInput>| (input.what.name.clone(), input.what.target);
        inputs.volleys.sort_by_key(place);
        let noise = inputs.noise.iter().map(|one| &one.what.name[..]);
        let currents = inputs.currents.iter().map(|one| &one.what.name[..]);
        let mut volleys: Vec<&str> = inputs
            .volleys
            .iter()
            .map(|one| &one.what.name[..])
            .collect();
        // One stimulus may drive several populations, each once.
        volleys.dedup();
        let mut names: Vec<&str> = noise.chain(currents).chain(volleys).collect();
        names.sort_unstable();
        let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
        let mut volleys = inputs.volleys.windows(2);
        let onto_one = volleys.find(|pair| place(&pair[0]) == place(&pair[1]));
        let onto_one = onto_one.map(|pair| &pair[0].what.name[..]);
        match twice.map(|pair| pair[0]).or(onto_one) {
            None => Ok(inputs),
            Some(name) => Err(SimulationError::Taken {
                kind: Kind::Stimulus,
                name: name.into(),
            }),
        }
    }

    /// The same with all of them off.
    pub(super) fn off(&self) -> Self {
        let mut off = self.clone();
        off.all_mut().for_each(|(_, since)| *since = None);
        off.end_pulses();
        off
    }

    /// Pulses of currents that are off have ended.
    pub(super) fn end_pulses(&mut self) {
        let off = self.currents.iter_mut().filter(|one| one.since.is_none());
        off.for_each(|current| current.pulses.clear());
    }

    /// Name of each, and since when it is on.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, Option<Time>)> {
        let noise = self.noise.iter().map(|one| (&one.what.name[..], one.since));
        let currents = self.currents.iter();
        let currents = currents.map(|one| (&one.what.name[..], one.since));
        let volleys = self.volleys.iter();
        let volleys = volleys.map(|one| (&one.what.name[..], one.since));
        noise.chain(currents).chain(volleys)
    }

    /// As [`all`](Self::all), to be changed.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = (&str, &mut Option<Time>)> {
        let noise = self.noise.iter_mut();
        let noise = noise.map(|one| (&one.what.name[..], &mut one.since));
        let currents = self.currents.iter_mut();
        let currents = currents.map(|one| (&one.what.name[..], &mut one.since));
        let volleys = self.volleys.iter_mut();
        let volleys = volleys.map(|one| (&one.what.name[..], &mut one.since));
        noise.chain(currents).chain(volleys)
    }

    /// Brings the noise of `group` to what is on at `now`, given what was on `before`: a process whose events go on as
    /// they were is left as it is; any other is new, and its stream's name ends in `suffix`.
    pub(super) fn arrange_noise(&self, before: &Self, group: &mut Group, now: Time, suffix: &str) {
        let (old, new) = (before.classes(group), self.classes(group));
        if old == new {
            return;
        }
        let mut kept = std::mem::take(&mut group.noise);
        let sources = std::mem::take(&mut group.sources);
        let mut taken: Vec<Option<Poisson>> = kept.drain(..).map(Some).collect();
        for wanted in new {
            let (source, classes) = &wanted;
            let unchanged = old.contains(&wanted);
            let at = sources.iter().position(|known| known == source);
            let process = match at.filter(|_| unchanged) {
                Some(at) => taken[at].take(),
                None => self.process(group, *source, classes, now, suffix),
            };
            if let Some(process) = process {
                group.noise.push(process);
                group.sources.push(*source);
            }
        }
    }

    fn process(
        &self,
        group: &Group,
        source: Source,
        classes: &[Class],
        now: Time,
        suffix: &str,
    ) -> Option<Poisson> {
        let Source { sign, number } = source;
        let sign_name = match sign {
            Sign::Negative => "negative",
            Sign::Positive => "positive",
        };
        let kind = &self.populations[group.kind];
        let purpose = format!("stimulus.poisson.{kind}.{sign_name}.{number}{suffix}");
        let mut stream = Stream::new(self.seed, &purpose, group.part);
        let weight = classes.first().map_or(0.0, |class| class.weight);
        let growth = group.neurons.growth(weight);
        Poisson::new(classes, growth, now, &mut stream)
    }

    /// The noise onto a group: a process for each sign of weights, with a class for each distinct weight.
    fn classes(&self, group: &Group) -> Vec<(Source, Vec<Class>)> {
        let on = self.noise.iter().filter(|noise| noise.since.is_some());
        let on: Vec<&Noise> = on.map(|noise| &noise.what).collect();
        let rates = |weight: f64| {
            let mut rates_hz = vec![0.0; group.neurons.size()];
            for noise in on.iter().filter(|noise| noise.weight == weight) {
                for member in group
                    .members
                    .iter()
                    .filter(|member| noise.targets.contains(&member.population))
                {
                    let local = member.local as usize;
                    rates_hz[local..local + member.len as usize]
                        .iter_mut()
                        .for_each(|rate| *rate += noise.rate_hz);
                }
            }
            Class { weight, rates_hz }
        };
        let mut weights: Vec<f64> = on.iter().map(|noise| noise.weight).collect();
        weights.sort_by(f64::total_cmp);
        weights.dedup();
        let (negative, positive): (Vec<f64>, Vec<f64>) =
            weights.into_iter().partition(|&weight| weight < 0.0);
        [(Sign::Negative, negative), (Sign::Positive, positive)]
            .iter()
            .flat_map(|(sign, weights)| {
                let chunks = weights.chunks(MOST_CLASSES).enumerate();
                chunks.map(|(number, weights)| {
                    let source = Source {
                        sign: *sign,
                        number,
                    };
                    let classes = weights.iter().map(|&weight| rates(weight));
                    let some = |class: &Class| class.rates_hz.iter().any(|&rate| rate > 0.0);
                    (source, classes.filter(some).collect())
                })
            })
            .collect()
    }

    /// Brings the current into `group` to what is on at `now`, given what was on `before`.
    pub(super) fn arrange_steps(&self, before: &Self, group: &mut Group, now: Time) {
        let (old, new) = (before.onto(group), self.onto(group));
        if !old.eq(new) {
            self.step(group, now);
        }
    }

    /// Gives `group` all steps of its current from `now` on, if what flows into it until then is `injected_pa`.
    pub(super) fn step(&self, group: &mut Group, now: Time) {
        let into: Vec<_> = self.onto(group).collect();
        let steps = into.iter().flat_map(|&(current, since)| {
            let times = current.steps.iter();
            // What lies beyond the end of the clock never comes.
            times.filter_map(move |&(t, _)| t.checked_add(since.since(Time::ZERO)))
        });
        let mut times: Vec<Time> = steps.filter(|&t| t >= now).collect();
        times.sort_unstable();
        times.dedup();
        let total = |t: Time| {
            let at = |current: &Current, own: Time| {
                let taken = current.steps.partition_point(|&(time, _)| time <= own);
                taken
                    .checked_sub(1)
                    .map_or(0.0, |last| current.steps[last].1)
            };
            let each = into.iter();
            each.map(|&(current, since)| at(current, Time::ZERO + (t - since)))
                .sum::<f64>()
        };
        if times.first() != Some(&now) && total(now) != group.injected_pa {
            times.insert(0, now);
        }
        group.steps = times.into_iter().map(|t| (t, total(t))).collect();
        group.step = 0;
    }

    /// The currents that are on into `group`, and since when; one that comes in pulses since each of them.
    fn onto(&self, group: &Group) -> impl Iterator<Item = (&Current, Time)> {
        let kind = group.kind;
        let on = self.currents.iter().flat_map(|current| {
            let since = current.since.filter(|_| !current.what.pulsed);
            let pulses = current.pulses.iter().copied();
            since
                .into_iter()
                .chain(pulses)
                .map(|since| (&current.what, since))
        });
        on.filter(move |(current, _)| current.targets.contains(&kind))
    }
}

impl<T: Clone> Input<T> {
    fn off(what: T) -> Self {
        Self {
            declared: what.clone(),
            what,
            since: None,
            pulses: Vec::new(),
        }
    }
}

impl Inputs {
    /// Lets stimuli bring what `alterations` make of what is declared.
    pub(super) fn alter(&mut self, alterations: &Alterations) {
        let of = |name: &str, parameter: &str| {
            let path = ParameterPath::new(Part::Stimulus, name, parameter);
            alterations.get(&path).copied().unwrap_or_default()
        };
        for Input { what, declared, .. } in &mut self.noise {
            what.rate_hz = of(&declared.name, "rate").of(declared.rate_hz);
            what.weight = of(&declared.name, WEIGHT).of(declared.weight);
        }
        for Input { what, declared, .. } in &mut self.currents {
            let alteration = of(&declared.name, "amplitude");
            // After a pulse nothing flows, however strong it is.
            let pulse = matches!(declared.steps[..], [_, (_, 0.0)]);
            let flows = declared.steps.len() - usize::from(pulse);
            let levels = declared.steps[..flows].iter().zip(&mut what.steps);
            levels.for_each(|((_, level), altered)| altered.1 = alteration.of(*level));
        }
        for Input { what, declared, .. } in &mut self.volleys {
            what.weight = of(&declared.name, WEIGHT).of(declared.weight);
        }
    }

    /// Checks what the stimulus called `name` brings.
    ///
    /// # Errors
    /// If a rate or a weight cannot be.
    pub(super) fn check(&self, name: &str) -> Result<(), SimulationError> {
        let noise = self.noise.iter().filter(|one| one.what.name == name);
        for Input { what, .. } in noise.clone() {
            let rate_hz = what.rate_hz;
            if !(0.0..TICKS_HZ).contains(&rate_hz) {
                let name = name.into();
                return Err(SimulationError::Rate { name, rate_hz });
            }
        }
        let volleys = self.volleys.iter().filter(|one| one.what.name == name);
        let currents = self.currents.iter().filter(|one| one.what.name == name);
        let steps = currents.flat_map(|one| one.what.steps.iter().map(|(_, level)| *level));
        let mut all = noise
            .map(|one| one.what.weight)
            .chain(volleys.map(|one| one.what.weight))
            .chain(steps);
        match all.find(|value| !value.is_finite() || value.abs() > f64::from(f32::MAX)) {
            None => Ok(()),
            Some(value) => Err(SimulationError::Amount {
                name: name.into(),
                value,
            }),
        }
    }

    /// The parameters of the stimulus called `name` that may change, if there is one.
    pub(super) fn parameters(&self, name: &str) -> Option<&'static [&'static str]> {
        if self.noise.iter().any(|one| one.what.name == name) {
            Some(&["rate", WEIGHT])
        } else if self.currents.iter().any(|one| one.what.name == name) {
            Some(&["amplitude"])
        } else if self.volleys.iter().any(|one| one.what.name == name) {
            Some(&[WEIGHT])
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Network;
    use crate::network::plan::SpikeSource;

    #[test]
    fn a_stimulus_drives_a_population_once() {
        let plan = Network::new(1)
            .plan()
            .expect("nothing is wrong with nothing");
        let with = |pairs: &[(&str, usize)]| {
            let spikes = pairs.iter().map(|&(name, target)| SpikeInput {
                name: name.into(),
                target,
                weight: 1.0,
                spikes: SpikeSource::List([].into()),
            });
            Inputs::new(&NetworkPlan {
                spikes: spikes.collect(),
                ..plan.clone()
            })
        };
        assert!(with(&[("a", 0), ("a", 1), ("b", 1)]).is_ok());
        for twice in [
            &[("a", 0), ("a", 1), ("a", 1)][..],
            &[("a", 1), ("b", 0), ("a", 1)],
        ] {
            let error = with(twice).map(drop).unwrap_err().to_string();
            assert!(error.contains("`a`"), "{error}");
        }
    }
}
