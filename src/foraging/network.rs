//! The network: a view, a hidden layer, and eight directions.

use serde::{Deserialize, Serialize};

use super::field::{Arrival, Field, Spike};
use super::learning::{self, Rule, Salience, Synapses, Traces};
use super::world::{DIRECTIONS, Heading};
use crate::base::stream::Stream;
use crate::neuron::rulkov::Map;

/// Everything about the network that does not change.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Side of the view.
    pub view: usize,
    /// Side of the hidden layer.
    pub hidden: usize,
    /// Excitatory inputs of a hidden cell.
    pub inputs: usize,
    /// Steps of an epoch.
    pub epoch: u32,
    /// The cells.
    pub map: Map,
    /// What a shown input cell, or a hidden cell in sleep, is given once per epoch.
    pub shown: f64,
    /// What a spike adds is drawn from 1 ± this of its weight.
    pub spread: f64,
    /// Mean weight from the view onto the hidden layer in the beginning.
    pub hidden_weight: f64,
    /// The same from the hidden layer onto directions.
    pub output_weight: f64,
    /// Bounds of weights: onto the hidden layer, onto directions, and below.
    pub most: [f64; 2],
    /// Smallest weight that excites.
    pub least: f64,
    /// Traces.
    pub rule: Rule,
    /// Weight of an epoch in the running mean of a synapse's traces.
    pub salience_rate: f64,
    /// Spikes per epoch that a hidden cell and a direction are held at.
    pub target: [f64; 2],
    /// Weight of an epoch in the running mean of spikes.
    pub rate_rate: f64,
    /// By how much, as a share, homeostasis changes a cell in an epoch.
    pub homeostasis: f64,
}

impl Setting {
    /// That of Golden and others 2022, as their code has it.
    pub const PUBLISHED: Self = Self {
        view: 7,
        hidden: 28,
        inputs: 9,
        epoch: 600,
        map: Map {
            alpha: 3.65,
            sigma: 0.06,
            mu: 0.0005,
            beta_e: 0.133,
            decay: 0.985,
        },
        shown: 0.025,
        spread: 0.12,
        hidden_weight: 0.011,
        output_weight: 0.02,
        most: [0.012, 1.0],
        least: 1e-5,
        rule: Rule {
            amplitude: 0.4,
            tau: 40.0,
            window: 120,
            memory: 3600,
            delay: 600,
            most: 0.01,
        },
        salience_rate: 1e-3,
        target: [0.01, 0.5],
        rate_rate: 1e-4,
        homeostasis: 1e-5,
    };
}

/// Synapses from the view onto the hidden layer: synapse `inputs · h + k` comes from `sources[inputs · h + k]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Feed {
    inputs: usize,
    sources: Vec<u32>,
    /// Synapses of each source, as rows.
    onto: Vec<Vec<u32>>,
}

impl Feed {
    /// Hidden cells with equally many inputs, sources with equally many targets.
    fn new(setting: &Setting, stream: &mut Stream) -> Self {
        let (view, hidden) = (setting.view * setting.view, setting.hidden * setting.hidden);
        let inputs = setting.inputs;
        let mut sources: Vec<u32> = (0..hidden * inputs).map(|k| (k % view) as u32).collect();
        stream.shuffle(&mut sources);
        // A cell that has drawn a source twice swaps with another until all are different.
        let twice = |sources: &[u32], k: usize| {
            let cell = k / inputs * inputs..(k / inputs + 1) * inputs;
            cell.into_iter()
                .any(|other| other != k && sources[other] == sources[k])
        };
        // Cells before the one found are sound, and stay so.
        let mut first = 0;
        while let Some(k) = (first..sources.len()).find(|&k| twice(&sources, k)) {
            first = k / inputs * inputs;
            let other = stream.below(sources.len() as u64) as usize;
            sources.swap(k, other);
            if twice(&sources, other) {
                sources.swap(k, other);
            }
        }
        let mut onto = vec![Vec::new(); view];
        for (synapse, &source) in sources.iter().enumerate() {
            onto[source as usize].push(synapse as u32);
        }
        Self {
            inputs,
            sources,
            onto,
        }
    }

    /// Weights in the beginning, of this `mean`, drawn so that those of a source add up to as much as those of any other.
    fn weights(&self, mean: f64, stream: &mut Stream) -> Vec<f64> {
        let mut grains = vec![1_u32; self.sources.len()];
        for own in &self.onto {
            for _ in 0..own.len() * (GRAINS - 1) {
                grains[own[stream.below(own.len() as u64) as usize] as usize] += 1;
            }
        }
        let weight = |grains: u32| mean * f64::from(grains) / GRAINS as f64;
        grains.into_iter().map(weight).collect()
    }
}

impl Synapses for Feed {
    fn between(&self, source: u32, target: u32) -> Option<u32> {
        let first = target as usize * self.inputs;
        let own = &self.sources[first..first + self.inputs];
        let k = own.iter().position(|&other| other == source)?;
        Some((first + k) as u32)
    }
}

/// Grains of weight that a synapse onto the hidden layer has in the beginning, on average: one of its own, the others dealt
/// out at random among all from its source.
const GRAINS: usize = 11;

/// From every hidden cell onto every direction: synapse `hidden · direction + cell`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Votes {
    hidden: u32,
}

impl Synapses for Votes {
    fn between(&self, source: u32, target: u32) -> Option<u32> {
        Some(self.hidden * target + source)
    }
}

/// A layer of cells that are held at a rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Layer {
    field: Field,
    /// Running mean of spikes per epoch.
    rate: Vec<f64>,
    /// What weights are divided by.
    resistance: Vec<f64>,
    /// What the weights that excite a cell add up to.
    input_target: Vec<f64>,
}

impl Layer {
    fn new(map: &Map, input_target: Vec<f64>) -> Self {
        let size = input_target.len();
        Self {
            field: Field::new(map, size),
            rate: vec![0.0; size],
            resistance: vec![1.0; size],
            input_target,
        }
    }

    fn count(&mut self, rate_rate: f64, spikes: &[Spike]) {
        for rate in &mut self.rate {
            *rate -= rate_rate * *rate;
        }
        for spike in spikes {
            self.rate[spike.cell as usize] += rate_rate;
        }
    }
}

/// What learns in an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Learns {
    /// Weights onto the hidden layer, and its homeostasis.
    pub hidden: bool,
    /// Weights onto directions, and their homeostasis.
    pub output: bool,
}

/// The network and all that changes in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Network {
    feed: Feed,
    votes: Votes,
    view: Field,
    hidden: Layer,
    output: Layer,
    /// Weights onto the hidden layer and onto directions, per synapse.
    weights: [Vec<f64>; 2],
    /// What each hidden cell inhibits every direction with: minus the mean of what it excites them with.
    inhibition: Vec<f64>,
    traces: [Traces; 2],
    salience: Salience,
    /// Steps so far.
    now: u64,
    stream: Stream,
    #[serde(skip)]
    spikes: [Vec<Spike>; 3],
}

/// What a layer is given at the start of an epoch.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    /// Cells of the view.
    View(&'a [u32]),
    /// Hidden cells.
    Hidden(&'a [u32]),
}

impl Network {
    /// A network that has not seen anything.
    pub fn new(setting: &Setting, seed: u64) -> Self {
        let mut wiring = Stream::new(seed, "foraging.wiring", 0);
        let (view, hidden) = (setting.view * setting.view, setting.hidden * setting.hidden);
        let feed = Feed::new(setting, &mut wiring);
        let directions = DIRECTIONS.len();
        let hidden_weights = feed.weights(setting.hidden_weight, &mut wiring);
        let sums = hidden_weights
            .chunks(setting.inputs)
            .map(|own| own.iter().sum());
        let onto_direction = hidden as f64 * setting.output_weight;
        Self {
            view: Field::new(&setting.map, view),
            hidden: Layer::new(&setting.map, sums.collect()),
            output: Layer::new(&setting.map, vec![onto_direction; directions]),
            weights: [
                hidden_weights,
                vec![setting.output_weight; hidden * directions],
            ],
            traces: [feed.sources.len(), hidden * directions].map(Traces::new),
            feed,
            votes: Votes {
                hidden: hidden as u32,
            },
            inhibition: vec![-setting.output_weight; hidden],
            salience: Salience::new(hidden * directions),
            now: 0,
            stream: Stream::new(seed, "foraging.network", 0),
            spikes: Default::default(),
        }
    }

    /// Number of hidden cells.
    pub fn hidden(&self) -> usize {
        self.inhibition.len()
    }

    /// Weights onto directions: for each of them, one per hidden cell.
    pub fn output_weights(&self) -> &[f64] {
        &self.weights[1]
    }

    /// The same network with these weights onto directions.
    #[cfg(test)]
    pub fn with_output_weights(mut self, weights: Vec<f64>) -> Self {
        self.weights[1] = weights;
        self.inhibit();
        self
    }

    /// Cells of the view, the hidden layer and directions.
    pub fn fields(&self) -> [&Field; 3] {
        [&self.view, &self.hidden.field, &self.output.field]
    }

    /// Weights onto hidden cells, and the cell of the view that each comes from; those of a hidden cell stand together.
    pub fn hidden_weights(&self) -> (&[f64], &[u32]) {
        (&self.weights[0], &self.feed.sources)
    }

    /// Spikes of the last epoch, of the view, the hidden layer and directions.
    pub fn spikes(&self) -> &[Vec<Spike>; 3] {
        &self.spikes
    }

    /// An epoch; spikes are there afterwards.
    pub fn live(&mut self, setting: &Setting, shown: Shown<'_>) {
        let Self {
            view,
            hidden,
            output,
            stream,
            ..
        } = self;
        let spread = setting.spread;
        let mut drawn = |input: f64| input * (1.0 - spread + 2.0 * spread * stream.uniform());
        let given = |cells: &[u32]| -> Vec<Arrival> {
            let arrival = |&cell: &u32| Arrival {
                step: 0,
                cell,
                input: setting.shown,
            };
            cells.iter().map(arrival).collect()
        };
        let (onto_view, mut onto_hidden) = match shown {
            Shown::View(cells) => (given(cells), Vec::new()),
            Shown::Hidden(cells) => (Vec::new(), given(cells)),
        };
        let [from_view, from_hidden, from_output] = &mut self.spikes;
        [&mut *from_view, &mut *from_hidden, &mut *from_output]
            .into_iter()
            .for_each(Vec::clear);
        view.run(&setting.map, setting.epoch, &onto_view, from_view);
        for &Spike { step, cell } in &*from_view {
            for &synapse in &self.feed.onto[cell as usize] {
                let target = synapse as usize / self.feed.inputs;
                let weight = self.weights[0][synapse as usize] / hidden.resistance[target];
                let (cell, input) = (target as u32, drawn(weight));
                onto_hidden.push(Arrival { step, cell, input });
            }
        }
        hidden
            .field
            .run(&setting.map, setting.epoch, &onto_hidden, from_hidden);
        let mut onto_output = Vec::new();
        for &Spike { step, cell } in &*from_hidden {
            let h = cell as usize;
            let onto = self.weights[1].chunks(self.inhibition.len());
            for ((direction, &resistance), weights) in (0..).zip(&output.resistance).zip(onto) {
                let input = drawn(self.inhibition[h] / resistance) + drawn(weights[h] / resistance);
                let cell = direction;
                onto_output.push(Arrival { step, cell, input });
            }
        }
        output
            .field
            .run(&setting.map, setting.epoch, &onto_output, from_output);
    }

    /// What the end of an epoch changes, in which there was this `reward`.
    pub fn learn(&mut self, setting: &Setting, learns: Learns, reward: f64) {
        let at = |spikes: &[Spike]| -> Vec<(u64, u32)> {
            let at = |spike: &Spike| (self.now + u64::from(spike.step), spike.cell);
            spikes.iter().map(at).collect()
        };
        let [view, hidden, output] = [0, 1, 2].map(|k| at(&self.spikes[k]));
        self.now += u64::from(setting.epoch);
        let (now, rule) = (self.now, &setting.rule);
        let [onto_hidden, onto_output] = &mut self.traces;
        onto_hidden.see(rule, &self.feed, &view, &hidden);
        onto_output.see(rule, &self.votes, &hidden, &output);
        onto_hidden.forget(rule, now);
        onto_output.forget(rule, now);
        let [hidden_weights, output_weights] = &mut self.weights;
        if learns.hidden {
            let whole = self.feed.onto[0].len() as f64 * setting.hidden_weight;
            let room = |own: &Vec<u32>| -> f64 {
                let sum: f64 = own.iter().map(|&k| hidden_weights[k as usize]).sum();
                whole / sum
            };
            let room: Vec<f64> = self.feed.onto.iter().map(room).collect();
            let of = |synapse: u32| room[self.feed.sources[synapse as usize] as usize];
            let aged = onto_hidden.aged(rule, now);
            learning::act(rule, &aged, hidden_weights, |_, _| 1.0, of);
            let cells = hidden_weights.chunks_mut(self.feed.inputs);
            for (own, &target) in cells.zip(&self.hidden.input_target) {
                bound_and_balance(own, setting.least, setting.most[0], target);
            }
            self.hidden.count(setting.rate_rate, &self.spikes[1]);
            for (target, &rate) in self.hidden.input_target.iter_mut().zip(&self.hidden.rate) {
                let up = rate < setting.target[0];
                let sign = if up { 1.0 } else { -1.0 };
                *target *= 1.0 + sign * setting.homeostasis;
            }
        }
        if learns.output {
            let hidden = self.inhibition.len();
            let aged = onto_output.aged(rule, now);
            self.salience.attend(setting.salience_rate, &aged);
            let factor = |synapse, sum| reward * sum / self.salience.usual(synapse);
            // Inhibition is the mean of what a cell excites directions with.
            let room =
                |synapse: u32| -setting.output_weight / self.inhibition[synapse as usize % hidden];
            learning::act(rule, &aged, output_weights, factor, room);
            let directions = output_weights.chunks_mut(hidden);
            for (own, &target) in directions.zip(&self.output.input_target) {
                bound_and_balance(own, setting.least, setting.most[1], target);
            }
            self.inhibit();
            self.output.count(setting.rate_rate, &self.spikes[2]);
            for (resistance, &rate) in self.output.resistance.iter_mut().zip(&self.output.rate) {
                let sign = if rate > setting.target[1] { 1.0 } else { -1.0 };
                *resistance *= 1.0 + sign * setting.homeostasis;
            }
        }
    }

    /// Each hidden cell comes to inhibit directions by the mean of what it excites them with.
    fn inhibit(&mut self) {
        let share = 1.0 / DIRECTIONS.len() as f64;
        self.inhibition.fill(0.0);
        for weights in self.weights[1].chunks(self.inhibition.len()) {
            for (inhibition, weight) in self.inhibition.iter_mut().zip(weights) {
                *inhibition -= share * weight;
            }
        }
    }

    /// Where the direction goes that has most spikes in the last epoch, one of them at random where several have; nowhere if
    /// none has one.
    pub fn direction(&mut self) -> Option<Heading> {
        let mut counts = [0_u32; DIRECTIONS.len()];
        self.spikes[2]
            .iter()
            .for_each(|spike| counts[spike.cell as usize] += 1);
        let most = counts.iter().max().copied().filter(|&most| most > 0)?;
        let best: Vec<usize> = (0..counts.len()).filter(|&k| counts[k] == most).collect();
        Some(DIRECTIONS[best[self.stream.below(best.len() as u64) as usize]])
    }

    /// Draws whether something of this `probability` happens.
    pub fn draws(&mut self, probability: f64) -> bool {
        self.stream.uniform() < probability
    }

    /// Anywhere, or nowhere.
    pub fn anywhere(&mut self) -> Heading {
        let mut one = || self.stream.below(3) as isize - 1;
        (one(), one())
    }
}

/// Keeps the weights onto a cell within bounds, and then their sum at what it is to be.
fn bound_and_balance(weights: &mut [f64], least: f64, most: f64, sum: f64) {
    let mut found = 0.0;
    for weight in &mut *weights {
        *weight = weight.clamp(least, most);
        found += *weight;
    }
    let share = sum / found;
    for weight in weights {
        *weight = (*weight * share).max(least);
    }
}
