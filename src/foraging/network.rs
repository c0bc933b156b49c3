//! The network: a view, a hidden layer, and eight directions.

use serde::{Deserialize, Serialize};

use super::field::{Arrival, Field, Spike};
use super::learning::{Rule, Synapses, Traces};
use super::world::DIRECTIONS;
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
    /// Inputs are drawn from 1 ± this.
    pub spread: f64,
    /// Weight from the view onto the hidden layer in the beginning.
    pub hidden_weight: f64,
    /// The same from the hidden layer onto directions.
    pub output_weight: f64,
    /// Bounds of weights: onto the hidden layer, onto directions, and below.
    pub most: [f64; 2],
    /// Smallest weight that excites.
    pub least: f64,
    /// Traces.
    pub rule: Rule,
    /// Weight of an epoch in the running mean of traces.
    pub salience_rate: f64,
    /// Spikes per epoch that a hidden cell and a direction are held at.
    pub target: [f64; 2],
    /// Weight of an epoch in the running mean of spikes.
    pub rate_rate: f64,
    /// By how much, as a share, homeostasis changes a cell in an epoch.
    pub homeostasis: f64,
}

impl Setting {
    /// That of Golden and others 2022, but for what `models/foraging.toml` says.
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
        hidden_weight: 0.01,
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
}

impl Synapses for Feed {
    fn between(&self, source: u32, target: u32) -> Option<u32> {
        let first = target as usize * self.inputs;
        let own = &self.sources[first..first + self.inputs];
        let k = own.iter().position(|&other| other == source)?;
        Some((first + k) as u32)
    }
}

/// The direction that each hidden cell excites.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Votes(Vec<u32>);

impl Synapses for Votes {
    fn between(&self, source: u32, target: u32) -> Option<u32> {
        (self.0[source as usize] == target).then_some(source)
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
    fn new(map: &Map, size: usize, input_target: f64) -> Self {
        // As in the published code.
        const RATE: f64 = 0.1;
        Self {
            field: Field::new(map, size),
            rate: vec![RATE; size],
            resistance: vec![1.0; size],
            input_target: vec![input_target; size],
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
    /// Weights onto the hidden layer, per synapse, and onto directions, per hidden cell.
    weights: [Vec<f64>; 2],
    /// What each hidden cell inhibits every direction with.
    inhibition: Vec<f64>,
    traces: [Traces; 2],
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
        let mut votes: Vec<u32> = (0..hidden).map(|k| (k % directions) as u32).collect();
        wiring.shuffle(&mut votes);
        let per_direction = hidden as f64 / directions as f64;
        let sums = [
            setting.inputs as f64 * setting.hidden_weight,
            per_direction * setting.output_weight,
        ];
        let mut network = Self {
            weights: [
                vec![setting.hidden_weight; feed.sources.len()],
                vec![setting.output_weight; hidden],
            ],
            feed,
            votes: Votes(votes),
            view: Field::new(&setting.map, view),
            hidden: Layer::new(&setting.map, hidden, sums[0]),
            output: Layer::new(&setting.map, directions, sums[1]),
            inhibition: vec![-setting.output_weight / per_direction; hidden],
            traces: [Traces::default(), Traces::default()],
            now: 0,
            stream: Stream::new(seed, "foraging.network", 0),
            spikes: Default::default(),
        };
        // A partition into directions need not be even.
        for (k, target) in network.output.input_target.iter_mut().enumerate() {
            let voters = network.votes.0.iter().filter(|&&vote| vote as usize == k);
            *target = voters.count() as f64 * setting.output_weight;
        }
        network
    }

    /// Weights onto directions, one per hidden cell.
    pub fn output_weights(&self) -> &[f64] {
        &self.weights[1]
    }

    /// The direction that each hidden cell excites.
    pub fn votes(&self) -> &[u32] {
        &self.votes.0
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
        let mut given = |cells: &[u32], resistance: Option<&[f64]>| -> Vec<Arrival> {
            let arrival = |&cell: &u32| Arrival {
                step: 0,
                cell,
                input: drawn(setting.shown / resistance.map_or(1.0, |all| all[cell as usize])),
            };
            cells.iter().map(arrival).collect()
        };
        let (onto_view, mut onto_hidden) = match shown {
            Shown::View(cells) => (given(cells, None), Vec::new()),
            Shown::Hidden(cells) => (Vec::new(), given(cells, Some(&hidden.resistance))),
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
            for (direction, &resistance) in (0..).zip(&output.resistance) {
                let mut input = drawn(self.inhibition[h] / resistance);
                if self.votes.0[h] == direction {
                    input += drawn(self.weights[1][h] / resistance);
                }
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
        let salience = onto_output.salience(setting.salience_rate);
        let [hidden_weights, output_weights] = &mut self.weights;
        if learns.hidden {
            let target = self.feed.onto[0].len() as f64 * setting.hidden_weight;
            let sum = |source: usize| -> f64 {
                let synapses = self.feed.onto[source].iter();
                synapses
                    .map(|&synapse| hidden_weights[synapse as usize])
                    .sum()
            };
            let room: Vec<f64> = (0..self.feed.onto.len()).map(|s| target / sum(s)).collect();
            let of = |synapse: u32| room[self.feed.sources[synapse as usize] as usize];
            onto_hidden.act(rule, now, 1.0, hidden_weights, of);
            let inputs = hidden_weights.chunks_mut(self.feed.inputs);
            let layer = &self.hidden;
            for ((own, &target), &resistance) in
                inputs.zip(&layer.input_target).zip(&layer.resistance)
            {
                let share = target / own.iter().sum::<f64>();
                for weight in own {
                    let most = setting.most[0] * resistance;
                    *weight = (*weight * share).clamp(setting.least, most);
                }
            }
            self.hidden.count(setting.rate_rate, &self.spikes[1]);
            for (target, &rate) in self.hidden.input_target.iter_mut().zip(&self.hidden.rate) {
                let up = rate < setting.target[0];
                let sign = if up { 1.0 } else { -1.0 };
                *target *= 1.0 + sign * setting.homeostasis;
            }
        }
        if learns.output {
            let room: Vec<f64> = output_weights
                .iter()
                .map(|weight| setting.output_weight / weight)
                .collect();
            let of = |synapse: u32| room[synapse as usize];
            onto_output.act(rule, now, reward * salience, output_weights, of);
            let mut sums = vec![0.0; self.output.input_target.len()];
            for (&vote, weight) in self.votes.0.iter().zip(&*output_weights) {
                sums[vote as usize] += weight;
            }
            let per_direction = self.votes.0.len() as f64 / sums.len() as f64;
            for (k, &vote) in self.votes.0.iter().enumerate() {
                let share = self.output.input_target[vote as usize] / sums[vote as usize];
                let weight = (output_weights[k] * share).clamp(setting.least, setting.most[1]);
                output_weights[k] = weight;
                self.inhibition[k] = -weight / per_direction;
            }
            self.output.count(setting.rate_rate, &self.spikes[2]);
            for (resistance, &rate) in self.output.resistance.iter_mut().zip(&self.output.rate) {
                let sign = if rate > setting.target[1] { 1.0 } else { -1.0 };
                *resistance *= 1.0 + sign * setting.homeostasis;
            }
        }
    }

    /// The direction that has most spikes in the last epoch, one of them at random where several have.
    pub fn direction(&mut self) -> usize {
        let mut counts = [0_u32; DIRECTIONS.len()];
        self.spikes[2]
            .iter()
            .for_each(|spike| counts[spike.cell as usize] += 1);
        let most = counts.iter().max().copied().unwrap_or_default();
        let best: Vec<usize> = (0..counts.len()).filter(|&k| counts[k] == most).collect();
        best[self.stream.below(best.len() as u64) as usize]
    }

    /// Draws whether something of this `probability` happens.
    pub fn draws(&mut self, probability: f64) -> bool {
        self.stream.uniform() < probability
    }

    /// Any direction.
    pub fn anywhere(&mut self) -> usize {
        self.stream.below(DIRECTIONS.len() as u64) as usize
    }
}
