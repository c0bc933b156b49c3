//! Neuron by neuron, event by event, with textbook solutions of linear equations from the last event on.

use std::collections::BTreeMap;

use sharpwave::Network;
use sharpwave::base::alteration::Alteration;
use sharpwave::base::parameter::{Value, Values};
use sharpwave::base::stream::Stream;
use sharpwave::connection::Block;
use sharpwave::network::path::Alterations;
use sharpwave::neuron::{self, Neurons};
use sharpwave::stimulus::poisson::{Class, Poisson, Wish};

use super::{MS, SIZES, at};

/// Parameters of one neuron, as declared or as they are.
type Own = BTreeMap<&'static str, f64>;

/// The same at hand; those that its model has not are 0.
#[derive(Clone, Copy, Default)]
struct Known {
    tau_m: f64,
    c_m: f64,
    v_th: f64,
    v_reset: f64,
    e_l: f64,
    i_e: f64,
    t_ref: f64,
    b: f64,
    tau_w: f64,
    tau_ex: f64,
    tau_in: f64,
}

impl Known {
    fn of(own: &Own) -> Self {
        let get = |name: &str| own.get(name).copied().unwrap_or(0.0);
        Self {
            tau_m: get("tau_m"),
            c_m: get("c_m"),
            v_th: get("v_th"),
            v_reset: get("v_reset"),
            e_l: get("e_l"),
            i_e: get("i_e"),
            t_ref: get("t_ref"),
            b: get("b"),
            tau_w: get("tau_w"),
            tau_ex: get("tau_syn_ex"),
            tau_in: get("tau_syn_in"),
        }
    }
}

/// A neuron and where it stood when something last happened to it.
#[derive(Clone)]
struct Cell {
    v: f64,
    w: f64,
    ex: f64,
    inh: f64,
    at: i64,
    free: i64,
    own: Known,
    /// Its next crossing, if there is one before the end of the slice, and how many ticks that is
    /// in doubt.
    crossing: Option<(i64, f64)>,
}

fn ms(ps: i64) -> f64 {
    ps as f64 / MS as f64
}

impl Cell {
    /// Where the potential goes without currents from synapses and adaptation.
    fn rest(&self) -> f64 {
        self.own.e_l + self.own.i_e * self.own.tau_m / self.own.c_m
    }

    /// Potential and currents `ps` after `at`, while nothing is held.
    fn after(&self, ps: i64) -> [f64; 4] {
        let [v, w, ex, inh] = self.above_rest(ps);
        [self.rest() + v, w, ex, inh]
    }

    /// The same, the potential as far as it is above where it goes: so a threshold near that is met to the tick.
    fn above_rest(&self, ps: i64) -> [f64; 4] {
        let (dt, tau, c) = (ms(ps), self.own.tau_m, self.own.c_m);
        let leak = (-dt / tau).exp();
        let mut v = (self.v - self.rest()) * leak;
        let mut pass = |current: f64, own: f64| {
            if current == 0.0 {
                return 0.0;
            }
            let fade = (-dt / own).exp();
            v += current / c * (fade - leak) / (1.0 / tau - 1.0 / own);
            current * fade
        };
        let w = -pass(-self.w, self.own.tau_w);
        let ex = pass(self.ex, self.own.tau_ex);
        let inh = pass(self.inh, self.own.tau_in);
        [v, w, ex, inh]
    }

    fn advance(&mut self, t: i64) {
        if self.at < self.free {
            let end = self.free.min(t);
            let [_, w, ex, inh] = self.after(end - self.at);
            (self.w, self.ex, self.inh) = (w, ex, inh);
            (self.v, self.at) = (self.own.v_reset, end);
        }
        if self.at < t {
            [self.v, self.w, self.ex, self.inh] = self.after(t - self.at);
            self.at = t;
        }
    }

    /// The first tick up to `end` at which it reaches its threshold by itself.
    fn foresee(&mut self, end: i64) {
        const STEP: i64 = MS / 50;
        self.crossing = None;
        // What decays to below its threshold, pulled down if at all, never comes there by itself.
        if self.ex == 0.0 && self.inh == 0.0 && self.rest() < self.own.v_th {
            return;
        }
        let mut cell = self.clone();
        cell.advance(self.free.max(self.at));
        let threshold = cell.own.v_th;
        let mut before = 0;
        let threshold = threshold - cell.rest();
        // Excitation can bring no more than this, whatever pulls it down.
        let rise = cell.ex.max(0.0) * ms(end - cell.at).max(0.0) / cell.own.c_m;
        if (cell.v - cell.rest()).max(0.0) + rise < threshold {
            return;
        }
        while cell.at + before < end {
            let next = (before + STEP).min(end - cell.at);
            if cell.above_rest(next)[0] >= threshold {
                let (mut low, mut high) = (before, next);
                while high - low > 1 {
                    let middle = (low + high) / 2;
                    match cell.above_rest(middle)[0] >= threshold {
                        true => high = middle,
                        false => low = middle,
                    }
                }
                const NEAR: i64 = 1_000_000;
                let near = (high - NEAR).max(0);
                let rise = cell.after(high)[0] - cell.after(near)[0];
                let slope = rise / (high - near) as f64;
                self.crossing = Some((cell.at + high, 1.0 + ROUNDED_MV / slope));
                return;
            }
            before = next;
        }
    }

    fn is_held(&self, t: i64) -> bool {
        t < self.free
    }
}

/// What brings a weight.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    Projection(usize),
    Noise,
}

/// Everything that is to arrive at a tick: from what, at whom, declared weight, whether that is in single precision, and how
/// many ticks the spike behind it is in doubt.
type Agenda = BTreeMap<i64, Vec<(Source, usize, usize, f64, bool, f64)>>;

fn of(all: &Alterations, path: String) -> Alteration {
    let path = path.parse().expect("a path");
    all.get(&path).copied().unwrap_or_default()
}

fn declared(network: &Network, p: usize, node: u32) -> Own {
    let population = &network.populations[p];
    let spec = neuron::model(population.model).expect("a model").spec;
    let one = |name: &'static str| match population.values.get(name) {
        Some(Value::Number(value)) => Some(*value),
        Some(Value::Drawn(drawn)) => {
            let purpose = format!("parameter.{name}.{}", population.name);
            Some(drawn.draw(&mut Stream::new(network.seed, &purpose, node.into())))
        }
        _ => spec.parameter(name)?.default_number(),
    };
    let parameters = spec.parameters.iter();
    let known = parameters.filter_map(|known| Some((known.name, one(known.name)?)));
    known.collect()
}

fn altered(network: &Network, p: usize, node: u32, all: &Alterations) -> Own {
    let name = &network.populations[p].name;
    let own = declared(network, p, node);
    own.into_iter()
        .map(|(parameter, value)| {
            let how = of(all, format!("population.{name}.{parameter}"));
            (parameter, how.of(value))
        })
        .collect()
}

/// Neurons as they are on their own, whose clock begins at `from`: they say where bins of noise end.
fn clock(model: &str, size: u32, own: &Own, from: i64) -> Box<dyn Neurons> {
    let values: Values = own.iter().map(|(&name, &value)| (name, value)).collect();
    let mut neurons = neuron::build(model, size as usize, &values).expect("neurons");
    neurons.reset(at(from));
    neurons
}

/// Events of the noise onto one population, a group of its own, from `from` to `to`, while the script goes on.
fn noise(
    network: &Network,
    p: usize,
    script: &[(i64, Alterations)],
    suffix: &str,
    (rate_hz, weight): (f64, f64),
    (from, to): (i64, i64),
) -> Vec<(i64, usize)> {
    let (name, size) = SIZES[p];
    let class = Class {
        weight,
        rates_hz: vec![rate_hz; size as usize],
    };
    let population = &network.populations[p];
    let spec = neuron::model(population.model).expect("a model").spec;
    let mut names = spec.parameters.iter().map(|known| known.name);
    let alike = !names.any(|name| matches!(population.values.get(name), Some(Value::Drawn(_))));
    // What the neurons are from when on, where they become others.
    let mut own = vec![(0, declared(network, p, 0))];
    for (t, all) in script {
        let next = altered(network, p, 0, all);
        if own.last().is_some_and(|(_, last)| *last != next) {
            own.push((*t, next));
        }
    }
    let clock = |k: usize| clock(population.model, size, &own[k].1, own[k].0);
    let bins = clock(0).bins().filter(|&bins| class.may_be_binned(bins));
    let bins = bins.filter(|_| alike);
    let which = match bins.is_some() {
        true => format!("alone.{:x}", weight.to_bits()),
        false => "positive.0".into(),
    };
    let purpose = format!("stimulus.poisson.{name}.{which}{suffix}");
    let mut stream = Stream::new(network.seed, &purpose, 0);
    // All of it in order.
    let wish = |neurons: &dyn Neurons| Wish {
        growth: neurons.growth(weight),
        by_bin: false,
    };
    let mut stage = own.partition_point(|&(t, _)| t <= from) - 1;
    let mut neurons = clock(stage);
    let growth = wish(&*neurons).growth;
    let mut process = match bins {
        Some(bins) => Poisson::binned(&class, bins, wish(&*neurons), at(from), &mut stream),
        None => Poisson::new(&[class], growth, at(from), &mut stream).expect("some"),
    };
    let mut events = Vec::new();
    while process.next_time() < at(to) {
        let t = process.next_time();
        while let Some((next, _)) = own.get(stage + 1)
            && at(*next) <= t
        {
            stage += 1;
            neurons = clock(stage);
            process.set_wish(wish(&*neurons));
        }
        if process.open(&mut *neurons).is_some() {
            continue;
        }
        let now = process.at(t).targets.to_vec();
        events.extend(now.iter().map(|&target| (t.ps(), usize::from(target))));
        process.pass(now.len());
    }
    events
}

/// When which synapses of `(population, neuron)` add what to whom.
type Graph = BTreeMap<(usize, u32), Vec<(i64, usize, usize, usize, f64, bool)>>;

fn graph(network: &Network) -> Graph {
    let mut graph = Graph::new();
    let plan = network.plan().expect("a network");
    for (number, projection) in plan.projections.iter().enumerate() {
        let space = &projection.plan.space;
        let block = Block {
            first: 0,
            len: space.n_target,
            local: 0,
        };
        let drawn = projection.plan.weight.expect("one").constant().is_none();
        let rows = projection.plan.connect::<u32>(&[block]).expect("synapses");
        for node in 0..space.n_source {
            for (delay, row, weights) in rows.of(node) {
                for (k, &target) in row.iter().enumerate() {
                    let first = SIZES[0].1;
                    let (p, j) = match target < first {
                        true => (0, target),
                        false => (1, target - first),
                    };
                    let out = graph.entry((projection.source, node)).or_default();
                    out.push((delay.ps(), number, p, j as usize, weights.get(k), drawn));
                }
            }
        }
    }
    graph
}

/// Potential, in millivolts, by which two simulators may differ where neurons cross their threshold between arrivals: what
/// both round in a hundred arrivals, and what currents bring that come some ticks later.
const ROUNDED_MV: f64 = 1e-7;

/// A spike, and how many ticks it is in doubt: a crossing by what is rounded over its slope, what an arrival brings by
/// its own.
pub type Doubted = ((i64, usize, u32), f64);

/// Every spike up to `stop`, where the network is altered by the script.
pub fn simulate(network: &Network, script: &[(i64, Alterations)], stop: i64) -> Vec<Doubted> {
    const SLICE: i64 = MS / 2;
    let graph = graph(network);
    let mut now = Alterations::new();
    let mut cells: Vec<Vec<Cell>> = Vec::new();
    for (p, population) in network.populations.iter().enumerate() {
        let Some(Value::Drawn(v_m)) = &population.v_m else {
            panic!("they begin where they are drawn");
        };
        let purpose = format!("initial.{}", population.name);
        let cell = |node: u32| Cell {
            v: v_m.draw(&mut Stream::new(network.seed, &purpose, node.into())),
            w: 0.0,
            ex: 0.0,
            inh: 0.0,
            at: 0,
            free: 0,
            own: Known::of(&declared(network, p, node)),
            crossing: None,
        };
        cells.push((0..population.size).map(cell).collect());
    }
    let rate_hz = network.stimuli[0].kind.values["rate"];
    let mut agenda = Agenda::new();
    let weight = network.stimuli[0].weight;
    let sound = |agenda: &mut Agenda, suffix: &str, now: (f64, f64), from: i64| {
        agenda
            .values_mut()
            .for_each(|all| all.retain(|one| one.0 != Source::Noise));
        for p in 0..SIZES.len() {
            for (t, j) in noise(network, p, script, suffix, now, (from, stop)) {
                let one = (Source::Noise, p, j, weight, false, 0.0);
                agenda.entry(t).or_default().push(one);
            }
        }
    };
    sound(&mut agenda, "", (rate_hz, weight), 0);
    let mut spikes = Vec::new();
    let (mut slice, mut changes) = (0, script.iter().enumerate().peekable());
    while slice < stop {
        let end = (slice + SLICE).min(stop - 1);
        cells
            .iter_mut()
            .flatten()
            .for_each(|cell| cell.foresee(end));
        loop {
            let crossing = cells
                .iter()
                .flatten()
                .filter_map(|cell| Some(cell.crossing?.0))
                .min();
            let arrival = agenda.first_key_value().map(|(&t, _)| t);
            let change = changes.peek().map(|(_, (t, _))| *t);
            let t = [crossing, arrival, change].into_iter().flatten().min();
            let Some(t) = t.filter(|&t| t <= end) else {
                break;
            };
            let mut touched = Vec::new();
            for (p, cells) in cells.iter_mut().enumerate() {
                for (j, cell) in cells.iter_mut().enumerate() {
                    if let Some((_, doubt)) = cell.crossing.filter(|(at, _)| *at == t) {
                        touched.push((p, j, doubt, true));
                    }
                }
            }
            if let Some((number, (_, all))) = changes.next_if(|(_, (at, _))| *at == t) {
                let was = ["rate", "weight"].map(|name| of(&now, format!("stimulus.noise.{name}")));
                let is = ["rate", "weight"].map(|name| of(all, format!("stimulus.noise.{name}")));
                now = all.clone();
                if was != is {
                    sound(
                        &mut agenda,
                        &format!(".b{}", number + 1),
                        (is[0].of(rate_hz), is[1].of(weight)),
                        t,
                    );
                }
                for (p, cells) in cells.iter_mut().enumerate() {
                    for (j, cell) in cells.iter_mut().enumerate() {
                        cell.advance(t);
                        cell.own = Known::of(&altered(network, p, j as u32, &now));
                        touched.push((p, j, 0.0, false));
                    }
                }
            }
            for (source, p, j, weight, drawn, doubt) in agenda.remove(&t).unwrap_or_default() {
                let how = match source {
                    Source::Noise => of(&now, "stimulus.noise.weight".into()),
                    Source::Projection(number) => {
                        let name = &network.projections[number].name;
                        of(&now, format!("projection.{name}.weight"))
                    }
                };
                let weight = match drawn {
                    true => f64::from(how.of(weight) as f32),
                    false => how.of(weight),
                };
                let cell = &mut cells[p][j];
                cell.advance(t);
                if network.populations[p].model != "lif_exp" {
                    if !cell.is_held(t) {
                        cell.v += weight;
                    }
                } else if weight > 0.0 {
                    cell.ex += weight;
                } else {
                    cell.inh += weight;
                }
                touched.push((p, j, doubt, false));
            }
            let mut fired = Vec::new();
            for &(p, j, doubt, crosses) in &touched {
                let cell = &mut cells[p][j];
                cell.advance(t);
                let reaches = cell.v >= cell.own.v_th * (1.0 - 1e-12);
                if crosses || !cell.is_held(t) && reaches {
                    fired.push((p, j, doubt));
                }
            }
            fired.sort_by(|a: &(usize, usize, f64), b| {
                (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2))
            });
            fired.dedup_by_key(|one| (one.0, one.1));
            for &(p, j, doubt) in &fired {
                let cell = &mut cells[p][j];
                (cell.v, cell.w) = (cell.own.v_reset, cell.w + cell.own.b);
                cell.free = t + (cell.own.t_ref * MS as f64).round() as i64;
                spikes.push(((t, p, j as u32), doubt));
                let synapses = graph.get(&(p, j as u32));
                for &(delay, number, p, j, weight, drawn) in synapses.into_iter().flatten() {
                    let one = (Source::Projection(number), p, j, weight, drawn, doubt);
                    agenda.entry(t + delay).or_default().push(one);
                }
            }
            for (p, j, ..) in touched {
                cells[p][j].foresee(end);
            }
        }
        slice = end.max(slice + 1);
        if end == stop - 1 {
            break;
        }
    }
    spikes
}
