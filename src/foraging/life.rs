//! A life: an agent that goes through the phases of a plan, an aeon at a time.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::field::Spike;
use super::network::{Learns, Network, Shown};
use super::plan::{Plan, Turn};
use super::world::{Pattern, World};
use crate::base::stream::Stream;
use crate::base::time::Time;
use crate::engine::fingerprint::Fingerprint;

/// What was eaten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meals {
    /// Pairs that are rewarded.
    pub right: u64,
    /// Pairs that are punished.
    pub wrong: u64,
}

impl Meals {
    /// Share of those that are right; half of nothing.
    pub fn share(&self) -> f64 {
        match self.right + self.wrong {
            0 => CHANCE,
            all => self.right as f64 / all as f64,
        }
    }
}

/// Performance of an agent that does not know what it eats: there are equally many pairs of both kinds.
pub const CHANCE: f64 = 0.5;

/// What becomes of an agent, noted now and then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Noted {
    /// Number of the phase.
    pub phase: usize,
    /// Aeons of it so far.
    pub aeon: u64,
    /// Running mean for each task.
    pub performance: Vec<f64>,
    /// Spikes per aeon since the last note, of the view, the hidden layer and directions.
    pub spikes: [f64; 3],
    /// Weights onto directions.
    pub weights: Vec<f32>,
}

/// How a task was done when it was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tested {
    /// Number of the phase at whose end it was.
    pub phase: usize,
    /// Number of the task.
    pub task: usize,
    /// What was eaten.
    pub meals: Meals,
}

/// How hidden cells spiked, up to the end of a phase, while they were trained in a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Number of the phase.
    pub phase: usize,
    /// Spikes per epoch: for each task, one per hidden cell; none of a task that was not trained.
    pub tasks: Vec<Vec<f32>>,
}

/// What a phase can be started from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Mind {
    network: Network,
    performance: Vec<f64>,
    /// How hidden cells spiked while each task was trained.
    spiked: Vec<Spiked>,
}

/// Spikes of each hidden cell in so many epochs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Count {
    spikes: Vec<u64>,
    epochs: u64,
}

impl Count {
    /// No epoch yet.
    fn new(hidden: usize) -> Self {
        Self {
            spikes: vec![0; hidden],
            epochs: 0,
        }
    }

    fn clear(&mut self) {
        self.spikes.fill(0);
        self.epochs = 0;
    }

    /// An epoch with these spikes.
    fn add(&mut self, spikes: &[Spike]) {
        self.epochs += 1;
        for spike in spikes {
            self.spikes[spike.cell as usize] += 1;
        }
    }

    /// Spikes of each cell per epoch; none where there was no epoch.
    fn rates(&self) -> Vec<f32> {
        let rate = |&spikes: &u64| (spikes as f64 / self.epochs as f64) as f32;
        let spikes = self.spikes.iter().filter(|_| self.epochs > 0);
        spikes.map(rate).collect()
    }
}

/// How hidden cells spiked while a task was trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Spiked {
    /// All the time.
    ever: Count,
    /// In the last aeon.
    last: Count,
}

impl Mind {
    /// Mean rate of each hidden cell in the tasks it was trained in, each with the same weight, those that are `recent` by their
    /// last aeon; spikes per epoch.
    fn rates(&self, recent: impl Fn(usize) -> bool) -> Vec<f64> {
        let counts = self.spiked.iter().enumerate();
        let counts = counts.map(|(task, spiked)| match recent(task) {
            true => &spiked.last,
            false => &spiked.ever,
        });
        let trained = counts.filter(|count| count.epochs > 0);
        let share = 1.0 / trained.clone().count().max(1) as f64;
        let mut rates = vec![0.0; self.network.hidden()];
        for Count { spikes, epochs } in trained {
            for (rate, &spikes) in rates.iter_mut().zip(spikes) {
                *rate += share * spikes as f64 / *epochs as f64;
            }
        }
        rates
    }
}

/// An agent on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Life {
    seed: u64,
    mind: Mind,
    /// The worlds of the phase at hand, by what they are for.
    worlds: BTreeMap<Turn, World>,
    /// What worlds, and who spikes in sleep, are drawn from.
    stream: Stream,
    phase: usize,
    aeon: u64,
    /// Ends of phases that others start from.
    kept: BTreeMap<usize, Mind>,
    /// As it was before it was tested.
    before_tests: Option<Mind>,
    meals: Meals,
    /// Spikes, and aeons, since the last note.
    spikes: [u64; 3],
    unnoted: u64,
    noted: Vec<Noted>,
    tested: Vec<Tested>,
    rates: Vec<Rates>,
    fingerprint: Fingerprint,
    /// Epochs of the whole life.
    epochs: u64,
}

impl Life {
    /// A newborn.
    pub fn new(plan: &Plan, seed: u64) -> Self {
        let network = Network::new(&plan.setting, seed);
        Self {
            seed,
            mind: Mind {
                spiked: vec![
                    Spiked {
                        ever: Count::new(network.hidden()),
                        last: Count::new(network.hidden()),
                    };
                    plan.tasks.len()
                ],
                network,
                performance: vec![CHANCE; plan.tasks.len()],
            },
            worlds: BTreeMap::new(),
            stream: Stream::new(seed, "foraging.world", 0),
            phase: 0,
            aeon: 0,
            kept: BTreeMap::new(),
            before_tests: None,
            meals: Meals::default(),
            spikes: [0; 3],
            unnoted: 0,
            noted: Vec::new(),
            tested: Vec::new(),
            rates: Vec::new(),
            fingerprint: Fingerprint::default(),
            epochs: 0,
        }
    }

    /// What was noted, in order.
    pub fn noted(&self) -> &[Noted] {
        &self.noted
    }

    /// Every test so far.
    pub fn tested(&self) -> &[Tested] {
        &self.tested
    }

    /// Rates of hidden cells at the end of every phase so far: what they are driven at in sleep is the mean over tasks.
    pub fn rates(&self) -> &[Rates] {
        &self.rates
    }

    /// Hash over all spikes: layers are 0, 1 and 2, and a step is a tick.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Number of the phase at hand, and its aeons so far, those of tests too.
    pub fn at(&self) -> (usize, u64) {
        (self.phase, self.aeon)
    }

    /// Weights onto directions now: for each of them, one per hidden cell.
    pub fn weights(&self) -> &[f64] {
        self.mind.network.output_weights()
    }

    /// Running mean for each task.
    pub fn performance(&self) -> &[f64] {
        &self.mind.performance
    }

    /// An aeon; breaks where it is the last of a phase and its tests.
    pub fn go_on(&mut self, plan: &Plan) -> ControlFlow<()> {
        let phase = &plan.phases[self.phase];
        if self.aeon == 0 {
            self.begin(plan);
        }
        let tests = self.aeon.checked_sub(phase.aeons);
        let turn = match tests {
            None => phase.turns[(self.aeon % phase.turns.len() as u64) as usize],
            Some(at) => {
                let first = at % phase.test == 0;
                if first {
                    self.meals = Meals::default();
                    self.worlds.clear();
                }
                Turn::Task((at / phase.test) as usize)
            }
        };
        if tests == Some(0) {
            self.before_tests = Some(self.mind.clone());
        }
        self.live(plan, turn, tests.is_none());
        self.aeon += 1;
        self.unnoted += 1;
        match tests {
            None => {
                let every = phase.aeons.div_ceil(plan.points);
                if self.aeon.is_multiple_of(every) || self.aeon == phase.aeons {
                    self.note();
                }
            }
            Some(at) if (at + 1) % phase.test == 0 => self.tested.push(Tested {
                phase: self.phase,
                task: (at / phase.test) as usize,
                meals: self.meals,
            }),
            Some(_) => {}
        }
        if self.aeon < plan.aeons(self.phase) {
            return ControlFlow::Continue(());
        }
        if let Some(before) = self.before_tests.take() {
            self.mind = before;
        }
        self.rates.push(Rates {
            phase: self.phase,
            tasks: self
                .mind
                .spiked
                .iter()
                .map(|spiked| spiked.ever.rates())
                .collect(),
        });
        if plan.is_returned_to(self.phase) {
            self.kept.insert(self.phase, self.mind.clone());
        }
        (self.phase, self.aeon) = (self.phase + 1, 0);
        ControlFlow::Break(())
    }

    /// Begins the phase at hand.
    fn begin(&mut self, plan: &Plan) {
        self.worlds.clear();
        self.stream = Stream::new(self.seed, "foraging.world", self.phase as u64 + 1);
        if let Some(mind) = plan.phases[self.phase].from.and_then(|k| self.kept.get(&k)) {
            self.mind = mind.clone();
        }
        self.spikes = [0; 3];
        self.unnoted = 0;
        self.note();
    }

    fn note(&mut self) {
        let aeons = self.unnoted.max(1) as f64;
        let weights = self.mind.network.output_weights().iter();
        self.noted.push(Noted {
            phase: self.phase,
            aeon: self.aeon,
            performance: self.mind.performance.clone(),
            spikes: self.spikes.map(|n| n as f64 / aeons),
            weights: weights.map(|&weight| weight as f32).collect(),
        });
        self.spikes = [0; 3];
        self.unnoted = 0;
    }

    /// An aeon of `turn`.
    fn live(&mut self, plan: &Plan, turn: Turn, learns: bool) {
        let asleep = turn.is_asleep();
        let learns = Learns {
            hidden: learns && turn == Turn::Explore,
            output: learns,
        };
        let mut world = self.worlds.remove(&turn).unwrap_or_else(|| {
            let task = match turn {
                Turn::Task(task) => plan.tasks.get(task),
                _ => None,
            };
            let patterns = match (task, asleep) {
                (Some(task), _) => vec![task.rewarded, task.punished],
                (None, true) => Vec::new(),
                (None, false) => Pattern::ALL.map(|(_, pattern)| pattern).to_vec(),
            };
            // Food lies as dense as in a task, of which every pattern is half.
            World::new(plan.side, 2 * plan.pairs, &patterns, &mut self.stream)
        });
        if let (Turn::Task(task), true) = (turn, learns.output) {
            self.mind.spiked[task].last.clear();
        }
        for _ in 0..plan.epochs {
            let reward = match asleep {
                true => self.sleep(plan, turn),
                false => self.move_about(plan, turn, &mut world, learns),
            };
            let network = &mut self.mind.network;
            for (layer, spikes) in network.spikes().iter().enumerate() {
                self.spikes[layer] += spikes.len() as u64;
                for spike in spikes {
                    let step = self.epochs * u64::from(plan.setting.epoch) + u64::from(spike.step);
                    let t = Time::from_ps(step.cast_signed());
                    self.fingerprint.add(layer as u64, t, &[spike.cell]);
                }
            }
            network.learn(&plan.setting, learns, reward);
            self.epochs += 1;
        }
        self.worlds.insert(turn, world);
    }

    /// An epoch asleep; its reward.
    fn sleep(&mut self, plan: &Plan, turn: Turn) -> f64 {
        let beside = &plan.phases[self.phase].turns;
        let recent = |task| turn == Turn::RecentSleep && beside.contains(&Turn::Task(task));
        let mut rates = self.mind.rates(recent);
        if turn == Turn::UniformSleep {
            let mean = rates.iter().sum::<f64>() / rates.len() as f64;
            rates.fill(mean);
        }
        let mut driven = Vec::new();
        for (cell, &rate) in (0..).zip(&rates) {
            if self.stream.uniform() < rate {
                driven.push(cell);
            }
        }
        let network = &mut self.mind.network;
        network.live(&plan.setting, Shown::Hidden(&driven));
        plan.agent.asleep
    }

    /// An epoch in `world`, and the move at its end; the reward.
    fn move_about(&mut self, plan: &Plan, turn: Turn, world: &mut World, learns: Learns) -> f64 {
        let agent = &plan.agent;
        let Mind {
            network,
            performance,
            spiked,
        } = &mut self.mind;
        let view = world.view(plan.setting.view);
        let shown: Vec<u32> = (0..)
            .zip(view)
            .filter(|(_, food)| *food)
            .map(|(k, _)| k)
            .collect();
        network.live(&plan.setting, Shown::View(&shown));
        if let (Turn::Task(task), true) = (turn, learns.output) {
            let Spiked { ever, last } = &mut spiked[task];
            for count in [ever, last] {
                count.add(&network.spikes()[1]);
            }
        }
        let restless = (world.hunger() as f64 * agent.restlessness).min(agent.most_restless);
        let heading = match network.draws(restless) {
            true => Some(network.anywhere()),
            false => network.direction(),
        };
        let Some(eaten) = world.go(heading, &mut self.stream) else {
            return agent.nothing;
        };
        // What no task knows is no food.
        let Turn::Task(task) = turn else {
            return agent.nothing;
        };
        world.sate();
        let right = plan.tasks[task].rewarded == eaten;
        match right {
            true => self.meals.right += 1,
            false => self.meals.wrong += 1,
        }
        if learns.output {
            performance[task] += plan.performance_rate * (f64::from(right) - performance[task]);
        }
        if right { agent.right } else { agent.wrong }
    }
}
