//! Triggers find, and pulses follow.
//!
//! Detectors see spikes where lanes exchange them, at the ends of windows. What a detector finds is told a latency after it
//! could be known, which is no shorter than a window: so a pulse never lies in what has been simulated, and neither windows
//! nor cuts show in when it comes. Clocks depend on nothing, and are asked ahead.

mod pulse;

use serde::{Deserialize, Serialize};

use super::Simulation;
use super::ending::Ending;
use crate::base::parameter::ParameterError;
use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use crate::engine::error::{Kind, SimulationError, StateError};
use crate::network::plan::NetworkPlan;
use crate::trigger::{self, Detect, Found};

/// What a trigger found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// The trigger's name.
    pub trigger: String,
    /// When what it looks for began; of a clock the instant itself.
    pub event: Time,
    /// When it told.
    pub told: Time,
}

/// A pulse of a stimulus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulse {
    /// The stimulus' name.
    pub stimulus: String,
    /// When what set it off began.
    pub event: Time,
    /// When it began itself.
    pub time: Time,
    /// Whether it was delivered: not where it is sham, or its probability decided against it.
    pub is_delivered: bool,
}

/// All triggers, and the stimuli that come in pulses.
pub(super) struct Stimulation {
    /// In the order of their names.
    triggers: Vec<Trigger>,
    /// In the order of the stimuli's names.
    pulsed: Vec<Pulsed>,
    /// Pulses to come, in order of time and stimulus.
    waiting: Vec<Waiting>,
    /// What nobody has asked for yet.
    detections: Vec<Detection>,
    pulses: Vec<Pulse>,
    /// Which triggers, by index, told when, that modulators have not heard of.
    pub(super) told: Vec<(usize, Time)>,
    /// What is found at the instant at hand.
    found: Vec<Found>,
    /// What ends the bout at hand before its time.
    pub(super) ending: Option<Ending>,
}

struct Trigger {
    name: String,
    /// Index of the population that it watches.
    population: Option<usize>,
    /// Name of the projection whose weights it watches.
    projection: Option<String>,
    latency: Duration,
    refractory: Duration,
    detect: Box<dyn Detect>,
    /// Whether it finds anything in the bout at hand.
    on: bool,
    /// When it last could know.
    last: Option<Time>,
}

impl Trigger {
    /// Whether it watches nothing.
    fn is_clock(&self) -> bool {
        self.population.is_none() && self.projection.is_none()
    }
}

/// When a stimulus comes in pulses.
struct Pulsed {
    stimulus: String,
    /// Index of its trigger.
    trigger: Option<usize>,
    delay: Duration,
    probability: f64,
    refractory: Duration,
    sham: bool,
    /// Decides with its probability.
    stream: Stream,
    /// When its last pulse began.
    last: Option<Time>,
}

/// A pulse to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Waiting {
    time: Time,
    /// Index of the stimulus.
    pulsed: usize,
    event: Time,
}

/// All that changes.
#[derive(Serialize, Deserialize)]
pub(super) struct StimulationState {
    triggers: Vec<TriggerState>,
    pulsed: Vec<PulsedState>,
    waiting: Vec<Waiting>,
    ending: Option<Ending>,
}

#[derive(Serialize, Deserialize)]
struct TriggerState {
    name: String,
    detect: Vec<u8>,
    on: bool,
    last: Option<Time>,
}

#[derive(Serialize, Deserialize)]
struct PulsedState {
    stimulus: String,
    stream: Stream,
    last: Option<Time>,
}

/// Whether `t` lies within the time `refractory` after `last`.
fn is_refractory(last: Option<Time>, t: Time, refractory: Duration) -> bool {
    last.is_some_and(|last| t.since(last) < refractory)
}

impl Stimulation {
    /// Those of `network`, from t = 0 on.
    ///
    /// # Errors
    /// If a value of their parameters is missing, unknown or out of range.
    pub(super) fn new(network: &NetworkPlan) -> Result<Self, ParameterError> {
        let mut triggers = Vec::new();
        for plan in &network.triggers {
            let onset = trigger::Onset {
                size: plan.population.map_or(0, |at| network.populations[at].size),
                stream: Stream::new(network.seed, &format!("trigger.{}", plan.name), 0),
            };
            let mut detect = (trigger::entry(plan.kind)?.build)(&plan.values, onset)?;
            detect.begin(Time::ZERO);
            triggers.push(Trigger {
                name: plan.name.clone(),
                population: plan.population,
                projection: plan.projection.clone(),
                latency: plan.latency,
                refractory: plan.refractory,
                detect,
                on: true,
                last: None,
            });
        }
        triggers.sort_by(|a, b| a.name.cmp(&b.name));
        let index = |at: usize| {
            let name = &network.triggers[at].name;
            triggers.iter().position(|known| known.name == *name)
        };
        let pulsed = network.pulses.iter().map(|plan| Pulsed {
            stimulus: plan.stimulus.clone(),
            trigger: plan.trigger.and_then(index),
            delay: plan.delay,
            probability: plan.probability,
            refractory: plan.refractory,
            sham: plan.sham,
            stream: Stream::new(network.seed, &format!("pulses.{}", plan.stimulus), 0),
            last: None,
        });
        let mut pulsed: Vec<Pulsed> = pulsed.collect();
        pulsed.sort_by(|a, b| a.stimulus.cmp(&b.stimulus));
        Ok(Self {
            triggers,
            pulsed,
            waiting: Vec::new(),
            detections: Vec::new(),
            pulses: Vec::new(),
            told: Vec::new(),
            found: Vec::new(),
            ending: None,
        })
    }

    /// Indices of the triggers with these names.
    pub(super) fn indices(&self, names: &[String]) -> Vec<usize> {
        let triggers = self.triggers.iter().enumerate();
        let named = triggers.filter(|(_, own)| names.contains(&own.name));
        named.map(|(at, _)| at).collect()
    }

    /// Index of the trigger called `name`.
    pub(super) fn trigger_of(&self, name: &str) -> Result<usize, SimulationError> {
        let at = self.triggers.iter().position(|known| known.name == name);
        at.ok_or_else(|| SimulationError::Unknown {
            kind: Kind::Trigger,
            name: name.into(),
            known: self.triggers.iter().map(|own| own.name.clone()).collect(),
        })
    }

    /// Whether the trigger at index `at` watches a population.
    pub(super) fn watches(&self, at: usize) -> bool {
        !self.triggers[at].is_clock()
    }

    /// Everything begins anew at `t`.
    pub(super) fn rest(&mut self, t: Time) {
        for trigger in &mut self.triggers {
            trigger.detect.begin(t);
            trigger.last = None;
        }
        self.pulsed.iter_mut().for_each(|own| own.last = None);
        self.waiting.clear();
    }

    /// Lets all triggers but the `deaf` ones find from `now` on; a clock that is switched on begins then.
    pub(super) fn listen(&mut self, deaf: &[String], now: Time) {
        for trigger in &mut self.triggers {
            let on = !deaf.contains(&trigger.name);
            if on && !trigger.on && trigger.is_clock() {
                trigger.detect.begin(now);
            }
            trigger.on = on;
        }
    }

    /// No earlier than this anything is found or set off unless a neuron spikes before.
    pub(super) fn next(&self) -> Time {
        let found = self.triggers.iter().map(|own| own.detect.next());
        let waiting = self.waiting.first().map(|first| first.time);
        found.chain(waiting).min().unwrap_or(Time::MAX)
    }

    /// `nodes` of the population at index `population` spiked at `t`.
    pub(super) fn see(&mut self, population: usize, t: Time, nodes: &[u32]) {
        for at in 0..self.triggers.len() {
            if self.triggers[at].population == Some(population) {
                self.bring(at, t);
                let detect = &mut self.triggers[at].detect;
                detect.at(t, nodes, &mut self.found);
                self.tell(at);
            }
        }
    }

    /// Every spike before `now` has been seen.
    pub(super) fn come_to(&mut self, now: Time) {
        for at in 0..self.triggers.len() {
            if !self.triggers[at].is_clock() {
                self.bring(at, now);
            }
        }
    }

    /// Brings the trigger at index `at` to `now`, up to which it sees nothing, and takes what it finds one by one: whether it is
    /// told is known before it looks for more.
    fn bring(&mut self, at: usize, now: Time) {
        loop {
            let detect = &mut self.triggers[at].detect;
            let next = detect.alone();
            if next >= now {
                return;
            }
            detect.at(next, &[], &mut self.found);
            self.tell(at);
        }
    }

    /// When triggers want to know weights next.
    pub(super) fn next_weighing(&self) -> Time {
        let asked = self.triggers.iter().map(|own| own.detect.weighs());
        asked.min().unwrap_or(Time::MAX)
    }

    /// Those that want to know them by `now`, with the projections that they watch.
    pub(super) fn weighing(&self, now: Time) -> Vec<(usize, String)> {
        let triggers = self.triggers.iter().enumerate();
        let asked = triggers.filter(|(_, own)| own.detect.weighs() <= now);
        asked
            .filter_map(|(at, own)| Some((at, own.projection.clone()?)))
            .collect()
    }

    /// The weights that the trigger at index `at` watches sum up to `sum` when it wanted to know.
    pub(super) fn weigh(&mut self, at: usize, sum: f64) {
        let detect = &mut self.triggers[at].detect;
        let t = detect.weighs();
        detect.weigh(t, sum, &mut self.found);
        self.tell(at);
    }

    /// Asks clocks for what comes before `end`.
    fn ask_clocks(&mut self, end: Time) {
        for at in 0..self.triggers.len() {
            let trigger = &mut self.triggers[at];
            if trigger.is_clock() {
                trigger.detect.come_to(end, &mut self.found);
                self.tell(at);
            }
        }
    }

    /// Takes what the trigger at index `at` has found.
    fn tell(&mut self, at: usize) {
        let trigger = &mut self.triggers[at];
        for found in self.found.drain(..) {
            if !trigger.on || is_refractory(trigger.last, found.at, trigger.refractory) {
                trigger.detect.missed();
                continue;
            }
            trigger.last = Some(found.at);
            // What lies beyond the clock never comes.
            let Some(told) = found.at.checked_add(trigger.latency) else {
                continue;
            };
            if let Some(ending) = &mut self.ending {
                ending.tell(at, told);
            }
            self.told.push((at, told));
            self.detections.push(Detection {
                trigger: trigger.name.clone(),
                event: found.event,
                told,
            });
            let set_off = self.pulsed.iter().enumerate();
            for (pulsed, own) in set_off.filter(|(_, own)| own.trigger == Some(at)) {
                if let Some(time) = told.checked_add(own.delay) {
                    let event = found.event;
                    let pulse = Waiting {
                        time,
                        pulsed,
                        event,
                    };
                    let place = self.waiting.partition_point(|other| *other <= pulse);
                    self.waiting.insert(place, pulse);
                }
            }
        }
    }

    /// The next pulse before `end`.
    fn due(&mut self, end: Time) -> Option<Waiting> {
        let first = self.waiting.first()?;
        (first.time < end).then(|| self.waiting.remove(0))
    }

    /// Whether the pulse `due` of a stimulus that is on is delivered; `None` if there is none.
    fn decide(&mut self, due: &Waiting) -> Option<bool> {
        let own = &mut self.pulsed[due.pulsed];
        if is_refractory(own.last, due.time, own.refractory) {
            return None;
        }
        own.last = Some(due.time);
        let lucky = own.probability == 1.0 || own.stream.uniform() < own.probability;
        Some(lucky && !own.sham)
    }

    pub(super) fn state(&self) -> Result<StimulationState, StateError> {
        let Self {
            triggers,
            pulsed,
            waiting,
            // Whoever saves takes them before.
            detections: _,
            pulses: _,
            // Heard by the end of every run.
            told: _,
            found: _,
            ending,
        } = self;
        let trigger = |trigger: &Trigger| {
            let Trigger {
                name,
                population: _,
                projection: _,
                latency: _,
                refractory: _,
                detect,
                on,
                last,
            } = trigger;
            let detect = detect.save();
            Ok::<_, StateError>(TriggerState {
                name: name.clone(),
                detect: detect.map_err(|error| StateError(format!("`{name}`: {error}")))?,
                on: *on,
                last: *last,
            })
        };
        let pulsed = pulsed.iter().map(|own| {
            let Pulsed {
                stimulus,
                trigger: _,
                delay: _,
                probability: _,
                refractory: _,
                sham: _,
                stream,
                last,
            } = own;
            PulsedState {
                stimulus: stimulus.clone(),
                stream: stream.clone(),
                last: *last,
            }
        });
        Ok(StimulationState {
            triggers: triggers.iter().map(trigger).collect::<Result<_, _>>()?,
            pulsed: pulsed.collect(),
            waiting: waiting.clone(),
            ending: ending.clone(),
        })
    }

    pub(super) fn load(&mut self, state: StimulationState) -> Result<(), StateError> {
        let StimulationState {
            triggers,
            pulsed,
            waiting,
            ending,
        } = state;
        let other = |what: &str| Err(StateError(format!("other {what}")));
        let names = triggers.iter().map(|own| &own.name);
        if !names.eq(self.triggers.iter().map(|own| &own.name)) {
            return other("triggers");
        }
        let names = pulsed.iter().map(|own| &own.stimulus);
        if !names.eq(self.pulsed.iter().map(|own| &own.stimulus)) {
            return other("stimuli that come in pulses");
        }
        let mut indices = waiting.iter().map(|one| one.pulsed);
        if indices.any(|at| at >= pulsed.len()) || !waiting.is_sorted() {
            return other("pulses to come");
        }
        if ending
            .as_ref()
            .is_some_and(|ending| !ending.is_of(self.triggers.len()))
        {
            return other("trigger to end the bout");
        }
        self.ending = ending;
        for (own, state) in self.triggers.iter_mut().zip(triggers) {
            let loaded = own.detect.load(&state.detect);
            loaded.map_err(|error| StateError(format!("`{}`: {error}", own.name)))?;
            (own.on, own.last) = (state.on, state.last);
        }
        for (own, state) in self.pulsed.iter_mut().zip(pulsed) {
            (own.stream, own.last) = (state.stream, state.last);
        }
        self.waiting = waiting;
        Ok(())
    }
}

impl Simulation {
    /// Names of the triggers, in their order.
    pub fn triggers(&self) -> impl Iterator<Item = &str> {
        let triggers = self.stimulation.triggers.iter();
        triggers.map(|trigger| trigger.name.as_str())
    }

    /// Names of the stimuli that come in pulses, in their order.
    pub fn pulsed(&self) -> impl Iterator<Item = &str> {
        let pulsed = self.stimulation.pulsed.iter();
        pulsed.map(|pulsed| pulsed.stimulus.as_str())
    }

    /// What triggers have found, and which pulses there were, since this was last asked, in order of time.
    pub fn take_stimulation(&mut self) -> (Vec<Detection>, Vec<Pulse>) {
        let Stimulation {
            detections, pulses, ..
        } = &mut self.stimulation;
        (std::mem::take(detections), std::mem::take(pulses))
    }
}
