//! Replay of a named order of neurons, while the burst that replays it goes on.

use super::burst::{BurstState, Bursts, DOWN, Turn, UP, WINDOW};
use super::order::{Direction, EXACT, ORDERS, Order, allowed, count, level};
use super::{Detect, Entry, Found, Onset, StateError, Watches, fault, from_bytes, to_bytes, word};
use crate::base::legible::legible;
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Values,
};
use crate::base::time::Time;

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    watches: Watches::Spikes,
    ticks: |_, _| None,
    quiet_ms: |_| 0.0,
    build: |values, onset| Ok(Box::new(Template::new(values, &onset)?)),
};

/// The shortest order, below which even the best of all orders is no rare one: 1 of 24 for four cells.
const FEWEST: usize = 5;
/// The longest: with each cell all before it are compared.
const MOST: usize = 4096;

/// The trigger as users see it.
pub static SPEC: Spec = Spec {
    name: "template",
    summary: "Replay of an order of neurons: within a population burst they first spike in that order, or in reverse, more clearly \
              than chance lets the share `p` of bursts. Known as soon as enough cells have come and the burst has reached `up`, once in a \
              burst. As of a `population_burst`, the spikes of the window in which the rate rises to `down` belong to it.",
    equations: "S = pairs of cells whose first spikes in the burst are in order - pairs in reverse;  z = S / sqrt(n (n - 1) (2n + 5) / 18); \
                found when z reaches what the largest z of a burst reaches in a share p of all orders, or of 10000 random ones of more than 8 cells;  tau = S / (n (n - 1) / 2) at least `score`",
    parameters: &[
        UP,
        DOWN,
        WINDOW,
        ParameterSpec::new(
            "order",
            Kind::Neurons,
            "its neurons in order, such as [12, 3, 7, 30, 5]: at least five, none twice",
        )
        .or(Default::Absent("all of the population, by number")),
        word(
            "direction",
            &[FORWARD, REVERSE, EITHER],
            EITHER,
            "in which direction it is replayed",
        ),
        ParameterSpec::quantity(
            "p",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "the share of bursts in which cells in random order are found, all looks at a burst together; at least that of the perfect orders",
        )
        .or_number(0.01),
        ParameterSpec::quantity(
            "score",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "the least Kendall's tau, 1 where all cells come in order",
        )
        .or_number(0.0),
        ParameterSpec::new(
            "cells",
            Kind::Count {
                least: FEWEST as u64,
                most: MOST as u64,
            },
            "how many of the order's neurons must have come at least",
        )
        .or(Default::Count(FEWEST as u64)),
    ],
    source: "tau and its variance: Kendall 1938, Biometrika 30:81",
};

const FORWARD: &str = "forward";
const REVERSE: &str = "reverse";
const EITHER: &str = "either";

/// Of a neuron that is not in the order.
const ABSENT: u32 = u32::MAX;

struct Template {
    /// Of each neuron of the population its place in the order.
    places: Vec<u32>,
    direction: Direction,
    cells: usize,
    score: f64,
    /// What z must reach.
    level: f64,
    bursts: Bursts,
    order: Order,
    /// Whether the burst at hand has been found.
    is_found: bool,
}

impl Template {
    fn new(values: &Values, onset: &Onset) -> Result<Self, ParameterError> {
        let size = onset.size;
        let order = match values.get("order") {
            None => (0..size).collect(),
            Some(_) => values.neurons("order").to_vec(),
        };
        let expected = |found: String, expected: String| {
            fault(&SPEC, "order", format!(" {found}, expected {expected}"))
        };
        let mut places = vec![ABSENT; size as usize];
        for (place, &neuron) in (0..).zip(&order) {
            let Some(own) = places.get_mut(neuron as usize) else {
                let found = format!("names neuron {neuron}");
                return Err(expected(
                    found,
                    format!("those of its population, 0 to {}", i64::from(size) - 1),
                ));
            };
            if *own != ABSENT {
                return Err(expected(
                    format!("names neuron {neuron} twice"),
                    "each once".into(),
                ));
            }
            *own = place;
        }
        let n = order.len();
        if !(FEWEST..=MOST).contains(&n) {
            return Err(expected(
                format!("has {n} neurons"),
                format!("{FEWEST} to {MOST}"),
            ));
        }
        let cells = values.count("cells").unwrap_or_default() as usize;
        if cells > n {
            let reason = format!(" is {cells}, expected at most {n}, the neurons of the order");
            return Err(fault(&SPEC, "cells", reason));
        }
        let direction = match values.text("direction") {
            Some(FORWARD) => Direction::Forward,
            Some(REVERSE) => Direction::Reverse,
            _ => Direction::Either,
        };
        let p = values["p"];
        if let Some(reason) = too_rare(n, p, direction) {
            return Err(fault(&SPEC, "p", reason));
        }
        Ok(Self {
            places,
            direction,
            cells,
            score: values["score"],
            level: level(n, cells, p, direction),
            bursts: Bursts::new(&SPEC, values, onset)?,
            order: Order::default(),
            is_found: false,
        })
    }
}

/// Why nothing of `n` cells is ever so rare as `p`, if that is so.
fn too_rare(n: usize, p: f64, direction: Direction) -> Option<String> {
    let found = legible(p);
    if n > EXACT {
        let least = 1.0 / (ORDERS + 1) as f64;
        return (p < least).then(|| {
            let of = ORDERS + 1;
            format!(
                " is {found}, expected at least 1/{of}: it is held against {ORDERS} random orders"
            )
        });
    }
    let (perfect, orders) = (direction.perfect(), count(n));
    let is_enough = |perfect: usize, n: usize| allowed(p, count(n)) >= perfect;
    if is_enough(perfect, n) {
        return None;
    }
    // Rounded up, so that it is enough.
    let least = (1e5 * perfect as f64 / orders as f64).ceil() / 1e5;
    let ways = match direction {
        Direction::Either => "in either direction",
        Direction::Forward | Direction::Reverse => "in one direction",
    };
    let longer = (n..=EXACT).find(|&longer| is_enough(perfect, longer));
    let longer = longer.unwrap_or(EXACT + 1);
    let other = match direction {
        Direction::Either if is_enough(1, n) => ", or `direction = \"forward\"` or `\"reverse\"`",
        _ => "",
    };
    Some(format!(
        " is {found}, expected at least {}, as {perfect} of the {orders} orders of {n} neurons {ways} are perfect and nothing is rarer; \
         or an `order` of {longer} neurons or more{other}",
        legible(least)
    ))
}

impl Detect for Template {
    fn begin(&mut self, _: Time) {
        self.bursts.begin();
        self.order.clear();
        self.is_found = false;
    }

    fn alone(&self) -> Time {
        self.bursts.alone()
    }

    fn at(&mut self, t: Time, nodes: &[u32], found: &mut Vec<Found>) {
        let Turn::Within {
            begun,
            is_new,
            is_high,
        } = self.bursts.at(t, nodes)
        else {
            return;
        };
        let places = &self.places;
        let place = |node: u32| Some(places[node as usize]).filter(|&place| place != ABSENT);
        if is_new {
            self.order.clear();
            self.is_found = false;
            let recent: Vec<(Time, u32)> = self.bursts.recent().collect();
            for together in recent.chunk_by(|a, b| a.0 == b.0) {
                let own = together.iter().filter_map(|&(_, node)| place(node));
                self.order.come(own);
            }
        } else if !self.is_found {
            self.order
                .come(nodes.iter().filter_map(|&node| place(node)));
        }
        // Also where others than its cells bring the burst up to its rate.
        if is_high
            && !self.is_found
            && self.order.cells() >= self.cells
            && self.order.z(self.direction) >= self.level
            && self.order.tau(self.direction) >= self.score
        {
            self.is_found = true;
            found.push(Found {
                event: begun,
                at: t,
            });
        }
    }

    fn next(&self) -> Time {
        // Nothing but a spike brings a cell, or makes a rate rise.
        Time::MAX
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            places: _,
            direction: _,
            cells: _,
            score: _,
            level: _,
            bursts,
            order,
            is_found,
        } = self;
        to_bytes(&(bursts.state(), order, is_found))
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let bursts: BurstState;
        (bursts, self.order, self.is_found) = from_bytes(bytes)?;
        self.bursts.load(bursts);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parameter::complete;
    use crate::base::stream::Stream;
    use crate::trigger::tests::{begun, found_of};

    const SIZE: u32 = 20;

    /// Windows of 20 ms: a burst begins with the first spike and has four in a window.
    fn values(order: &[u32], more: &[(&'static str, f64)]) -> Values {
        let own = [("up", 10.0), ("down", 2.5)];
        let mut values: Values = own.into_iter().chain(more.iter().copied()).collect();
        if !order.is_empty() {
            values.insert("order", order.to_vec());
        }
        values
    }

    /// One neuron every 3 ms from 100 ms on.
    fn replay(neurons: &[u32]) -> Vec<(f64, [u32; 1])> {
        let spikes = neurons.iter().zip(0..);
        spikes
            .map(|(&neuron, k)| (100.0 + 3.0 * f64::from(k), [neuron]))
            .collect()
    }

    fn found(values: Values, neurons: &[u32]) -> Vec<(f64, f64)> {
        let spikes = replay(neurons);
        let spikes: Vec<(f64, &[u32])> = spikes.iter().map(|(t, own)| (*t, &own[..])).collect();
        found_of(begun("template", values, SIZE).as_mut(), &spikes, 1000.0)
    }

    #[test]
    fn an_order_is_found_both_ways_while_it_is_replayed() {
        let order = [9, 2, 14, 0, 7, 11, 3, 19];
        let mut forward = values(&order, &[]);
        forward.insert("direction", "forward");
        let mut reverse = values(&order, &[]);
        reverse.insert("direction", "reverse");
        let back: Vec<u32> = order.iter().rev().copied().collect();
        // Known before the last has come, told once.
        let one = found(forward.clone(), &order);
        assert!(
            one.len() == 1 && one[0].0 == 100.0 && one[0].1 < 121.0,
            "{one:?}"
        );
        assert_eq!(found(reverse.clone(), &back), one);
        assert_eq!(found(forward.clone(), &back), []);
        assert_eq!(found(reverse, &order), []);
        assert_eq!(found(values(&order, &[]), &back).len(), 1);
        // Neurons that are not in it do not count; a shuffled order is none.
        let with_others: Vec<u32> = order.iter().flat_map(|&own| [own, 1]).collect();
        assert_eq!(found(forward.clone(), &with_others).len(), 1);
        assert_eq!(found(forward, &[0, 19, 9, 3, 2, 11, 7, 14]), []);
        // By number where nothing is said.
        assert_eq!(
            found(values(&[], &[]), &[1, 2, 5, 6, 8, 12, 13, 17]).len(),
            1
        );
    }

    #[test]
    fn a_replay_that_came_before_the_burst_reached_its_rate_is_found_then() {
        let order = [9, 2, 14, 0, 7, 11, 3, 19];
        let mut values = values(&order, &[]);
        values.insert("direction", "forward");
        // Twelve spikes in a window: the cells bring seven.
        values.insert("up", 30.0);
        let mut spikes: Vec<(f64, &[u32])> = order
            .chunks(1)
            .zip(0..)
            .map(|(own, k)| (100.0 + 3.0 * f64::from(k), own))
            .collect();
        let found = |spikes: &[(f64, &[u32])]| {
            found_of(
                begun("template", values.clone(), SIZE).as_mut(),
                spikes,
                1000.0,
            )
        };
        assert_eq!(found(&spikes), []);
        spikes.push((122.0, &[1, 4, 5, 6, 8]));
        assert_eq!(found(&spikes), [(100.0, 122.0)]);
    }

    /// As in `population_burst`: those in the window in which the rate rises count as well.
    #[test]
    fn cells_that_made_the_rate_rise_take_part() {
        let mut values = values(&[9, 2, 14, 0, 7, 11], &[("down", 7.5)]);
        values.insert("cells", 6_u64);
        // Three in a window: the burst begins with the third cell.
        assert_eq!(found(values, &[9, 2, 14, 0, 7, 11]), [(106.0, 115.0)]);
    }

    /// Bursts of all cells in random order: the share that is found is that which is stated.
    #[test]
    fn bursts_in_random_order_are_found_as_often_as_stated() {
        const BURSTS: u32 = 3000;
        const P: f64 = 0.05;
        let mut draws = Stream::new(11, "spikes", 0);
        let mut trigger = begun("template", values(&[], &[("p", P)]), SIZE);
        let mut all = Vec::new();
        for burst in 0..BURSTS {
            let mut neurons: Vec<u32> = (0..SIZE).collect();
            for k in (1..neurons.len()).rev() {
                neurons.swap(k, draws.below(k as u64 + 1) as usize);
            }
            for (neuron, k) in neurons.into_iter().zip(0..) {
                let ms = 100.0 * f64::from(burst + 1) + 2.0 * f64::from(k);
                trigger.see(Time::from_ms(ms).unwrap(), &[neuron], &mut all);
            }
        }
        let share = all.len() as f64 / f64::from(BURSTS);
        let sd = (P * (1.0 - P) / f64::from(BURSTS)).sqrt();
        assert!((share - P).abs() < 3.0 * sd, "{share}");
    }

    #[test]
    fn the_share_of_perfect_orders_is_enough_to_find_one() {
        for p in [2.0 / 120.0, 0.0167] {
            let values = values(&[9, 2, 14, 0, 7], &[("p", p)]);
            assert_eq!(found(values.clone(), &[9, 2, 14, 0, 7]), [(100.0, 112.0)]);
            assert_eq!(found(values, &[9, 2, 14, 7, 0]), []);
        }
    }

    #[test]
    fn orders_that_cannot_be_are_refused() {
        let refused = |order: &[u32], more: &[(&'static str, f64)]| {
            let values = complete(&SPEC, &values(order, more)).unwrap();
            let stream = Stream::new(1, "trigger", 0);
            let onset = Onset { size: SIZE, stream };
            Template::new(&values, &onset).err().unwrap().to_string()
        };
        assert_eq!(
            refused(&[0, 1, 2, 3, 20], &[]),
            "`template`: `order` names neuron 20, expected those of its population, 0 to 19"
        );
        assert_eq!(
            refused(&[0, 1, 2, 3, 1], &[]),
            "`template`: `order` names neuron 1 twice, expected each once"
        );
        assert_eq!(
            refused(&[0, 1, 2, 3], &[]),
            "`template`: `order` has 4 neurons, expected 5 to 4096"
        );
        assert_eq!(
            refused(&[0, 1, 2, 3, 4], &[]),
            "`template`: `p` is 0.01, expected at least 0.01667, as 2 of the 120 orders of 5 neurons in either direction are \
             perfect and nothing is rarer; or an `order` of 6 neurons or more, or `direction = \"forward\"` or `\"reverse\"`"
        );
        let rare = refused(&[], &[("p", 1e-5)]);
        assert!(rare.contains("expected at least 1/10001"), "{rare}");
    }
}
