//! Pulses, and what sets them off.

use std::collections::BTreeSet;

use crate::base::parameter::complete;
use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use crate::network::plan;
use crate::network::{Network, Population, Problem, Pulses, Stimulus, Trigger};
use crate::neuron::{self, Setup};
use crate::stimulus;
use crate::trigger::{self, Watches};

impl Network {
    /// Checks `trigger` as one of this network's, whether it is part of it or not.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check_trigger(&self, trigger: &Trigger) -> Result<(), Problem> {
        self.plan_trigger(trigger).map(drop)
    }

    pub(super) fn plan_trigger(&self, own: &Trigger) -> Result<plan::Trigger, Problem> {
        let entry = trigger::entry(own.kind.spec.name)?;
        let values = complete(entry.spec, &own.kind.values)?;
        let named = [
            ("population", own.population.is_some(), Watches::Spikes),
            ("projection", own.projection.is_some(), Watches::Weights),
        ];
        for (key, is_named, kind) in named {
            if is_named != (entry.watches == kind) {
                return Err(match (is_named, entry.watches) {
                    (false, _) => Problem::Missing {
                        key,
                        what: "that it watches",
                    },
                    (true, Watches::Nothing) => Problem::Unfit {
                        key,
                        with: "a clock, which watches nothing",
                    },
                    (true, _) => Problem::Unfit {
                        key,
                        with: "a trigger of this kind",
                    },
                });
            }
        }
        let population = own.population.as_ref();
        let population = population.map(|name| self.index("population", name));
        let population = population.transpose()?;
        let is_clock = entry.watches == Watches::Nothing;
        // Whether values fit each other only the trigger knows.
        (entry.build)(
            &values,
            trigger::Onset {
                size: population.map_or(0, |at| self.populations[at].size),
                stream: Stream::new(0, "trigger", 0),
            },
        )?;
        if !is_clock && own.latency <= Duration::ZERO {
            return Err(Problem::NoLatency(own.latency));
        }
        Ok(plan::Trigger {
            name: own.name.clone(),
            kind: entry.spec.name,
            values,
            population,
            projection: own.projection.clone(),
            latency: match is_clock {
                true => Duration::ZERO,
                false => own.latency,
            },
            refractory: own.refractory,
        })
    }

    /// Checks that the population may fire that `trigger` watches, given all that drives the network, or that the projection
    /// learns.
    ///
    /// # Errors
    /// If it never does.
    pub fn check_heard(&self, trigger: &Trigger) -> Result<(), Problem> {
        let mut learning = self.learning();
        match &trigger.projection {
            Some(watched) if !learning.any(|name| name == watched) => {
                return Err(Problem::NotLearning {
                    found: watched.clone(),
                    known: self.learning().cloned().collect(),
                });
            }
            _ => {}
        }
        match &trigger.population {
            Some(watched) if !self.awake(&trigger.name).contains(watched) => {
                Err(Problem::Silent(watched.clone()))
            }
            _ => Ok(()),
        }
    }

    /// Names of the populations that may fire without the trigger called `trigger`: by themselves, driven, or reached by such.
    fn awake(&self, trigger: &str) -> BTreeSet<&String> {
        let alone = self.populations.iter().filter(|own| fires_alone(own));
        let mut awake: BTreeSet<&String> = alone.map(|own| &own.name).collect();
        let driving = self.stimuli.iter().filter(|stimulus| {
            let by = stimulus.pulses.trigger.as_deref();
            !stimulus.pulses.sham && by != Some(trigger)
        });
        awake.extend(driving.flat_map(|stimulus| &stimulus.targets));
        loop {
            let before = awake.len();
            for projection in &self.projections {
                if awake.contains(&projection.source) {
                    awake.extend(&projection.targets);
                }
            }
            if awake.len() == before {
                return awake;
            }
        }
    }

    /// When the stimulus comes in pulses, checked; `None` if it does not.
    pub(super) fn plan_pulses(&self, own: &Stimulus) -> Result<Option<plan::Pulses>, Problem> {
        let entry = stimulus::entry(own.kind.spec.name)?;
        let Pulses {
            trigger,
            delay,
            probability,
            refractory,
            sham,
        } = &own.pulses;
        if !entry.pulsed {
            return match own.pulses == Pulses::default() {
                true => Ok(None),
                false => Err(Problem::Unfit {
                    key: "trigger",
                    with: "a stimulus that does not come in pulses",
                }),
            };
        }
        if !(0.0..=1.0).contains(probability) {
            return Err(Problem::Probability(*probability));
        }
        for (key, time) in [("delay", *delay), ("refractory", *refractory)] {
            if time < Duration::ZERO {
                return Err(Problem::BeforePulse { key, time });
            }
        }
        if *sham && trigger.is_none() {
            return Err(Problem::Missing {
                key: "trigger",
                what: "what sets off the pulses that are only noted",
            });
        }
        let mut triggers = self.triggers.iter();
        let trigger = match trigger {
            None => None,
            Some(name) => match triggers.position(|known| known.name == *name) {
                None => {
                    return Err(Problem::UnknownTrigger {
                        key: "trigger",
                        found: name.clone(),
                        known: self.triggers.iter().map(|t| t.name.clone()).collect(),
                    });
                }
                at => at,
            },
        };
        Ok(Some(plan::Pulses {
            stimulus: own.name.clone(),
            trigger,
            delay: *delay,
            probability: *probability,
            refractory: *refractory,
            sham: *sham,
        }))
    }

    /// Checks that pulses onto a population of `size` drive `n` of its neurons from `first` on, or all, in `groups` of one size.
    pub(super) fn check_driven(
        size: u32,
        (first, n): (u32, Option<u32>),
        groups: u32,
    ) -> Result<u32, Problem> {
        let end = n.map_or(Some(size), |n| first.checked_add(n));
        if first >= size || end.is_none_or(|end| end > size) {
            let neuron = end.map_or(u32::MAX, |end| end.max(first.saturating_add(1)) - 1);
            return Err(Problem::Driven { neuron, size });
        }
        let driven = n.unwrap_or(size - first);
        match driven.is_multiple_of(groups) {
            true => Ok(driven),
            false => Err(Problem::Groups { groups, driven }),
        }
    }

    /// Refuses populations whose neurons have no capacitance: a current would not move them.
    pub(super) fn check_capacitance(&self, targets: &[usize]) -> Result<(), Problem> {
        for &target in targets {
            let model = self.model(target)?;
            if !model.has_capacitance() {
                return Err(Problem::NoCapacitance {
                    population: self.populations[target].name.clone(),
                    model: model.spec.name,
                });
            }
        }
        Ok(())
    }
}

/// Whether a neuron of `population` may fire though nothing reaches it.
fn fires_alone(population: &Population) -> bool {
    let Ok(model) = neuron::model(population.model) else {
        return true;
    };
    // Of neurons that differ some may.
    if population.values.individual().next().is_some() {
        return true;
    }
    let one = (model.build)(Setup {
        size: 1,
        values: &population.values,
        each: &Default::default(),
        stream: Stream::new(0, "neurons", 0),
    });
    one.map_or(true, |one| one.next_alone() < Time::MAX)
}
