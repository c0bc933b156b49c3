//! The same network neuron by neuron and event by event, on the same graph and the same external events.

use std::collections::BTreeMap;

use sharpwave::base::parameter::Value;
use sharpwave::base::stream::Stream;
use sharpwave::base::time::{Duration, Time};
use sharpwave::connection::Block;
use sharpwave::network::plan::{NetworkPlan, Projection};
use sharpwave::neuron::{self, Growth};
use sharpwave::stimulus::poisson::{Class, Poisson, Wish};

use super::log::Spikes;

/// Every external event of the network, as its lanes draw them.
fn external(network: &NetworkPlan, lanes: u32, stop: i64) -> Vec<(i64, usize, u32)> {
    let tau = Duration::from_ms(20.0).unwrap();
    let mut events = Vec::new();
    let noise = &network.noise[0];
    for lane in 0..lanes {
        let part = |p: usize| {
            let n = network.populations[p].size;
            n * lane / lanes..n * (lane + 1) / lanes
        };
        let members: Vec<(usize, u32)> = [0, 1]
            .into_iter()
            .flat_map(|p| part(p).map(move |i| (p, i)))
            .collect();
        let class = Class {
            weight: noise.weight,
            rates_hz: vec![noise.rate_hz; members.len()],
        };
        let values = &network.populations[0].values;
        let mut neurons = neuron::build("lif", members.len(), values).unwrap();
        let bins = neurons.bins().filter(|&bins| class.may_be_binned(bins));
        let purpose = match bins.is_some() {
            true => format!("stimulus.poisson.e.alone.{:x}", noise.weight.to_bits()),
            false => "stimulus.poisson.e.positive.0".into(),
        };
        let mut stream = Stream::new(network.seed, &purpose, u64::from(lane));
        let growth = Growth {
            rate_per_ps: 1.0 / tau.ps() as f64,
            delta_per_ps: None,
        };
        // The same events, all of them in order; neurons are not asked then.
        let wish = Wish {
            growth,
            by_bin: false,
        };
        let mut poisson = match bins {
            Some(bins) => Poisson::binned(&class, bins, wish, Time::ZERO, &mut stream),
            None => Poisson::new(&[class], growth, Time::ZERO, &mut stream).unwrap(),
        };
        loop {
            let t = poisson.next_time();
            if t.ps() >= stop {
                break;
            }
            if poisson.open(&mut *neurons).is_some() {
                continue;
            }
            let now = poisson.at(t).targets.to_vec();
            events.extend(now.iter().map(|&target| {
                let (population, node) = members[usize::from(target)];
                (t.ps(), population, node)
            }));
            poisson.pass(now.len());
        }
    }
    events
}

/// Per source neuron: (delay, population, target, weight).
type Graph = BTreeMap<(usize, u32), Vec<(i64, usize, u32, f64)>>;

fn graph(network: &NetworkPlan) -> Graph {
    let sizes: Vec<u32> = network.populations.iter().map(|p| p.size).collect();
    let mut synapses = Graph::new();
    for Projection {
        source: from,
        targets,
        plan,
        plasticity: _,
        short_term: _,
    } in &network.projections
    {
        let total: u32 = targets.iter().map(|&t| sizes[t]).sum();
        let rows = plan
            .connect::<u32>(&[Block {
                first: 0,
                len: total,
                local: 0,
            }])
            .unwrap();
        for source in 0..plan.space.n_source {
            for (delay, row, weights) in rows.of(source) {
                for (at, &target) in row.iter().enumerate() {
                    let weight = weights.get(at);
                    let (population, node) = if target < sizes[0] {
                        (0, target)
                    } else {
                        (1, target - sizes[0])
                    };
                    let out = synapses.entry((*from, source)).or_default();
                    out.push((delay.ps(), population, node, weight));
                }
            }
        }
    }
    synapses
}

/// Neuron by neuron, event by event.
pub fn simulate(network: &NetworkPlan, lanes: u32, stop: i64) -> Spikes {
    let sizes: Vec<u32> = network.populations.iter().map(|p| p.size).collect();
    let values = &network.populations[0].values;
    let (tau, v_th, v_reset) = (values["tau_m"], values["v_th"], values["v_reset"]);
    let t_ref = (values["t_ref"] * 1e9) as i64;
    let mut v: Vec<Vec<f64>> = Vec::new();
    for population in &network.populations {
        let purpose = format!("initial.{}", population.name);
        let Some(Value::Drawn(from)) = &population.v_m else {
            panic!("they begin where they are drawn");
        };
        let draw = |i| from.draw(&mut Stream::new(network.seed, &purpose, u64::from(i)));
        v.push((0..population.size).map(draw).collect());
    }
    let mut seen: Vec<Vec<i64>> = sizes.iter().map(|&n| vec![0; n as usize]).collect();
    let mut deaf: Vec<Vec<i64>> = sizes.iter().map(|&n| vec![i64::MIN; n as usize]).collect();
    let synapses = graph(network);
    let mut agenda: BTreeMap<i64, Vec<(usize, u32, f64)>> = BTreeMap::new();
    for (t, population, node) in external(network, lanes, stop) {
        agenda
            .entry(t)
            .or_default()
            .push((population, node, network.noise[0].weight));
    }
    let mut spikes = Spikes::new();
    while let Some((t, arriving)) = agenda.pop_first() {
        if t >= stop {
            break;
        }
        let mut touched = Vec::new();
        for (population, node, weight) in arriving {
            let i = node as usize;
            if t < deaf[population][i] {
                continue;
            }
            let from = seen[population][i].max(deaf[population][i]);
            v[population][i] *= (-((t - from) as f64) * 1e-9 / tau).exp();
            v[population][i] += weight;
            seen[population][i] = t;
            touched.push((population, node));
        }
        touched.sort_unstable();
        touched.dedup();
        for (population, node) in touched {
            let i = node as usize;
            if v[population][i] >= v_th * (1.0 - 1e-12) {
                v[population][i] = v_reset;
                deaf[population][i] = t + t_ref;
                spikes.push((t, population, node));
                for &(delay, target_population, target, weight) in
                    synapses.get(&(population, node)).into_iter().flatten()
                {
                    agenda
                        .entry(t + delay)
                        .or_default()
                        .push((target_population, target, weight));
                }
            }
        }
    }
    spikes
}

/// Every crossing from scratch after every event.
pub fn simulate_driven(network: &NetworkPlan, stop: i64) -> Spikes {
    let sizes: Vec<u32> = network.populations.iter().map(|p| p.size).collect();
    let (tau_ps, v_th, v_reset, e_l, t_ref) = (20e9, -50.0, -60.0, -49.0, 5_000_000_000_i64);
    let graph = graph(network);
    let mut v: Vec<Vec<f64>> = network
        .populations
        .iter()
        .map(|population| {
            let purpose = format!("initial.{}", population.name);
            let Some(Value::Drawn(from)) = &population.v_m else {
                panic!("they begin where they are drawn");
            };
            let draw = |i| from.draw(&mut Stream::new(network.seed, &purpose, u64::from(i)));
            (0..population.size).map(draw).collect()
        })
        .collect();
    let mut seen: Vec<Vec<i64>> = sizes.iter().map(|&n| vec![0; n as usize]).collect();
    let mut agenda: BTreeMap<i64, Vec<(usize, u32, f64)>> = BTreeMap::new();
    let mut spikes = Spikes::new();
    loop {
        let mut next = agenda.first_key_value().map_or(i64::MAX, |(&t, _)| t);
        let mut crossing: Vec<(usize, usize)> = Vec::new();
        for p in 0..2 {
            for i in 0..sizes[p] as usize {
                let gap = tau_ps * ((e_l - v[p][i]) / (e_l - v_th)).ln();
                let t = seen[p][i] + (gap.ceil() as i64).max(0);
                if t < next {
                    next = t;
                    crossing.clear();
                }
                if t == next {
                    crossing.push((p, i));
                }
            }
        }
        if next >= stop {
            return spikes;
        }
        let mut fired = crossing;
        for (p, node, weight) in agenda.remove(&next).unwrap_or_default() {
            let i = node as usize;
            // Refractory: held at reset from a later instant on.
            if seen[p][i] > next || fired.contains(&(p, i)) {
                continue;
            }
            v[p][i] =
                e_l + (v[p][i] - e_l) * (-((next - seen[p][i]) as f64) / tau_ps).exp() + weight;
            seen[p][i] = next;
        }
        for p in 0..2 {
            for i in 0..sizes[p] as usize {
                if seen[p][i] == next && v[p][i] >= v_th - 1e-12 && !fired.contains(&(p, i)) {
                    fired.push((p, i));
                }
            }
        }
        fired.sort_unstable();
        for (p, i) in fired {
            spikes.push((next, p, i as u32));
            v[p][i] = v_reset;
            seen[p][i] = next + t_ref;
            for &(delay, population, target, weight) in
                graph.get(&(p, i as u32)).into_iter().flatten()
            {
                agenda
                    .entry(next + delay)
                    .or_default()
                    .push((population, target, weight));
            }
        }
    }
}
