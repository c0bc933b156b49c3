//! What reaches the network from outside by declaration: which stimuli there are, and since when each is on.

mod alter;

use std::sync::Arc;

use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use crate::engine::error::{Kind, SimulationError};
use crate::engine::lane::group::{Group, Sign, Source};
use crate::network::plan::{Current, Drawn, NetworkPlan, Noise, Outside, SpikeInput};
use crate::stimulus::poisson::{Class, MOST_CLASSES, Poisson, Wish};
use crate::stimulus::wave::{Modulation, Waves};

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
    /// What it goes up and down with.
    pub(super) modulation: Modulation,
    /// For how long a current stays as it is meanwhile.
    step: Duration,
    /// Of one that draws its spikes with values that may change: as declared, and as they are.
    drawn: Option<[Drawn; 2]>,
}

/// How far ahead steps of a current are made that has no end of them.
const AHEAD: Duration = Duration::from_ps(1_000_000_000_000);

/// Oscillations by their names.
#[derive(Debug, Clone, PartialEq)]
struct Oscillations {
    names: Vec<String>,
    declared: Waves,
    now: Arc<Waves>,
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
    oscillations: Oscillations,
    /// Up to when every current has its steps.
    pub(super) filled: Time,
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
            oscillations: Oscillations {
                names: network.outside.names.clone(),
                declared: network.outside.waves.clone(),
                now: Arc::new(network.outside.waves.clone()),
            },
            filled: Time::MAX,
        };
        inputs.swing(&network.outside);
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

    /// Lets stimuli follow oscillations, and know their values.
    fn swing(&mut self, outside: &Outside) {
        let waves = &self.oscillations.now;
        let own = |name: &str| outside.swings.iter().find(|own| own.stimulus == name);
        for Input {
            what,
            modulation,
            step,
            ..
        } in &mut self.currents
        {
            if let Some(own) = own(&what.name) {
                *modulation = Modulation::new(Arc::clone(waves), own.which.clone());
                *step = own.step;
                self.filled = Time::ZERO;
            }
        }
        for Input {
            what,
            modulation,
            drawn,
            ..
        } in &mut self.volleys
        {
            if let Some(own) = own(&what.name) {
                *modulation = Modulation::new(Arc::clone(waves), own.which.clone());
            }
            let known = outside.drawn.iter().find(|own| own.stimulus == what.name);
            *drawn = known.map(|known| [known.clone(), known.clone()]);
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
        group.take_all_back(now);
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
        let which = match source {
            Source::Shared { sign, number } => match sign {
                Sign::Negative => format!("negative.{number}"),
                Sign::Positive => format!("positive.{number}"),
            },
            Source::Alone(weight) => format!("alone.{weight:x}"),
        };
        let kind = &self.populations[group.kind];
        let purpose = format!("stimulus.poisson.{kind}.{which}{suffix}");
        let mut stream = Stream::new(self.seed, &purpose, group.part);
        let weight = classes.first().map_or(0.0, |class| class.weight);
        match (source, classes, group.bins) {
            (Source::Alone(_), [class], Some(bins)) => {
                let wish = Wish::of(&*group.neurons, weight);
                Some(Poisson::binned(class, bins, wish, now, &mut stream))
            }
            _ => Poisson::new(classes, group.neurons.growth(weight), now, &mut stream),
        }
    }

    /// The noise onto a group: a process for each sign of weights, with a class for each distinct weight, and one for each
    /// weight that comes by the bin.
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
        let classes = weights.into_iter().map(rates);
        let some = |class: &Class| class.rates_hz.iter().any(|&rate| rate > 0.0);
        let bins = group
            .bins
            .filter(|bins| self.most_pa(group) < bins.least_pa);
        let by_bin = |class: &Class| bins.is_some_and(|bins| class.may_be_binned(bins));
        let (alone, shared): (Vec<Class>, Vec<Class>) = classes.filter(some).partition(by_bin);
        let (negative, positive): (Vec<Class>, Vec<Class>) =
            shared.into_iter().partition(|class| class.weight < 0.0);
        let mut all = Vec::new();
        for (sign, classes) in [(Sign::Negative, negative), (Sign::Positive, positive)] {
            for (number, classes) in classes.chunks(MOST_CLASSES).enumerate() {
                all.push((Source::Shared { sign, number }, classes.to_vec()));
            }
        }
        let alone = alone.into_iter();
        all.extend(alone.map(|class| (Source::Alone(class.weight.to_bits()), vec![class])));
        all
    }

    /// What declared currents bring into `group` if each does its most.
    fn most_pa(&self, group: &Group) -> f64 {
        let onto = self.currents.iter().map(|current| &current.declared);
        let onto = onto.filter(|current| current.targets.contains(&group.kind));
        let most = |current: &Current| {
            current
                .steps
                .iter()
                .fold(0.0, |most, step| step.1.max(most))
        };
        onto.map(most).sum()
    }

    /// Brings the current into `group` to what is on at `now`, given what was on `before`.
    pub(super) fn arrange_steps(&self, before: &Self, group: &mut Group, now: Time) {
        let (old, new) = (before.onto(group), self.onto(group));
        if !old.eq(new) {
            self.step(group, now);
        }
    }

    /// Gives `group` the steps of its current from `now` on, if what flows into it until then is `injected_pa`: all of them,
    /// or, where oscillations make more and more, those of the next second.
    pub(super) fn step(&self, group: &mut Group, now: Time) {
        let into: Vec<_> = self.onto(group).collect();
        let steps = into.iter().flat_map(|flow| {
            let times = flow.current.steps.iter();
            // What lies beyond the end of the clock never comes.
            times.filter_map(|&(t, _)| t.checked_add(flow.since.since(Time::ZERO)))
        });
        let end = now.checked_add(AHEAD).unwrap_or(Time::MAX);
        let mut times: Vec<Time> = steps.filter(|&t| t >= now).collect();
        times.extend(into.iter().flat_map(|flow| flow.grid(now, end)));
        times.sort_unstable();
        times.dedup();
        let total = |t: Time| into.iter().map(|flow| flow.at(t)).sum::<f64>();
        if times.first() != Some(&now) && total(now) != group.injected_pa {
            times.insert(0, now);
        }
        group.steps = times.into_iter().map(|t| (t, total(t))).collect();
        group.step = 0;
    }

    /// Makes steps for the next while.
    pub(super) fn fill<'a>(&mut self, groups: impl Iterator<Item = &'a mut Group>, now: Time) {
        for group in groups {
            if self.onto(group).any(|flow| !flow.modulation.is_none()) {
                self.step(group, now);
            }
        }
        self.filled = now.checked_add(AHEAD).unwrap_or(Time::MAX);
    }

    /// The currents that are on into `group`, and since when; one that comes in pulses since each of them.
    fn onto(&self, group: &Group) -> impl Iterator<Item = Flow<'_>> {
        let kind = group.kind;
        let on = self.currents.iter().flat_map(|current| {
            let since = current.since.filter(|_| !current.what.pulsed);
            let pulses = current.pulses.iter().copied();
            let flow = |since| Flow {
                current: &current.what,
                modulation: &current.modulation,
                step: current.step,
                since,
            };
            since.into_iter().chain(pulses).map(flow)
        });
        on.filter(move |flow| flow.current.targets.contains(&kind))
    }
}

/// A current that is on.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Flow<'a> {
    current: &'a Current,
    modulation: &'a Modulation,
    step: Duration,
    since: Time,
}

impl Flow<'_> {
    /// The instants from `now` to `end` at which oscillations make it another.
    fn grid(&self, now: Time, end: Time) -> impl Iterator<Item = Time> {
        let begin = match self.modulation.is_none() {
            true => Time::MAX,
            false => now.max(self.since),
        };
        let step = self.step.ps().max(1);
        // The first at or after it.
        let number = (begin.since(self.since).ps() - 1).div_euclid(step) + 1;
        let first = number.checked_mul(step);
        let first = first.and_then(|first| self.since.checked_add(Duration::from_ps(first)));
        let next = move |t: &Time| t.checked_add(Duration::from_ps(step));
        std::iter::successors(first, next).take_while(move |&t| t < end)
    }

    /// What flows at `t`, no earlier than it was switched on.
    fn at(&self, t: Time) -> f64 {
        let own = t - self.since;
        let taken = self
            .current
            .steps
            .partition_point(|&(time, _)| time - Time::ZERO <= own);
        let last = taken.checked_sub(1);
        let level = last.map_or(0.0, |last| self.current.steps[last].1);
        if self.modulation.is_none() {
            return level;
        }
        let step = self.step.ps().max(1);
        let middle = own.ps().div_euclid(step) * step + step / 2;
        let middle = self.since.checked_add(Duration::from_ps(middle));
        level * (1.0 + self.modulation.sum(middle.unwrap_or(t)))
    }
}

impl<T: Clone> Input<T> {
    fn off(what: T) -> Self {
        Self {
            declared: what.clone(),
            what,
            since: None,
            pulses: Vec::new(),
            modulation: Modulation::default(),
            step: Duration::ZERO,
            drawn: None,
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
