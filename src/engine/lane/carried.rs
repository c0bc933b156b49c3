//! Rows that travel with their spikes.
//!
//! Where synapses have delays of their own a spike arrives row by row, window after window, each time in a place of memory
//! that no other spike has touched for long. Rows of one source lie side by side, though: they are read in one stream as
//! their spike sets out, and each goes to what the window of its arrival will read. So what a spike costs follows its
//! synapses, not its rows, however many lanes and delays there are.
//!
//! Nothing else depends on what is carried: a row that is not is read where it lies when it arrives.

use super::arrival::Arrival;
use crate::base::vector::prefetch;
use crate::neuron::RowWeights;
use crate::synapse::rows::Rows;

/// Bytes of synapses up to which rows are quickly found where they lie, and copies only cost: with them `up_down_states.toml`, 30 MB,
/// takes a tenth longer, and `cortical_microcircuit.toml`, 1.9 GB, a quarter less in eight lanes on one thread. Nothing between was
/// measured; caches shared by a processor's cores are of this size.
pub(super) const CACHED: usize = 64 << 20;

/// Share of a lane's synapses that may be carried: in a burst of the whole network all would be on their way, and copies
/// would take as much memory as the network.
const SHARE: usize = 32;

/// Synapses that may be carried in any case: 200 kB, a part of a second-level cache.
const LEAST: usize = 1 << 15;

/// Windows ahead for which rows are carried: with windows of 0.1 ms, delays up to 100 ms.
const WINDOWS: u64 = 1 << 10;

/// What arrives in one window.
#[derive(Debug, Default)]
struct Bag {
    /// Targets of each row, and behind them the numbers of their weights where those are listed.
    targets: Vec<u16>,
    /// Weights of rows that have one for each target.
    weights: Vec<f32>,
    n_synapses: usize,
}

/// Rows on their way to a lane.
#[derive(Debug)]
pub(in crate::engine) struct Carried {
    /// A power of two of them, by window.
    ring: Vec<Bag>,
    /// What arrives in the window at hand.
    open: Bag,
    /// The ring holds as many windows as it has bags, from this one on.
    next: i64,
    /// Synapses in the ring, and the most of them.
    held: usize,
    most: usize,
}

impl Carried {
    /// Nothing ever.
    pub(super) fn nothing() -> Self {
        Self {
            most: 0,
            ..Self::new(0, 0)
        }
    }

    /// Nothing yet, in a lane of `n_synapses` whose rows arrive at most `ahead` windows ahead.
    pub(super) fn new(ahead: u64, n_synapses: usize) -> Self {
        let windows = (ahead.min(WINDOWS - 1) + 1).next_power_of_two() as usize;
        Self {
            ring: std::iter::repeat_with(Bag::default).take(windows).collect(),
            open: Bag::default(),
            next: 0,
            held: 0,
            most: (n_synapses / SHARE).max(LEAST),
        }
    }

    /// Whether anything is carried.
    #[inline]
    pub(super) fn is_used(&self) -> bool {
        self.most > 0
    }

    /// Puts the row of `arrival`, one of `rows`, into what is read in `window`, if there is room.
    #[inline]
    pub(super) fn add(&mut self, window: i64, arrival: &mut Arrival, rows: &Rows) {
        let n = (arrival.end - arrival.start) as usize;
        if window - self.next >= self.ring.len() as i64 || self.held + n > self.most {
            return;
        }
        let at = window as usize & (self.ring.len() - 1);
        let bag = &mut self.ring[at];
        let (targets, weights) = rows.span(arrival.start, arrival.end);
        arrival.carry(bag.targets.len(), bag.weights.len());
        bag.targets.extend_from_slice(targets);
        match weights {
            RowWeights::One(_) => {}
            RowWeights::Listed { numbers, .. } => bag.targets.extend_from_slice(numbers),
            RowWeights::Each(weights) => bag.weights.extend_from_slice(weights),
        }
        bag.n_synapses += n;
        self.held += n;
    }

    /// Asks for the row of an arrival of the window at hand, if it was carried.
    #[inline]
    pub(super) fn fetch(&self, arrival: &Arrival) {
        let Some((at, weights_at)) = arrival.carried() else {
            return;
        };
        let n = (arrival.end - arrival.start) as usize;
        prefetch(&self.open.targets[at..at + n]);
        if let Some(weights) = self.open.weights.get(weights_at..weights_at + n) {
            prefetch(weights);
        }
    }

    /// Gives rows of block number `block`, whose weights have changed, those that they have in `rows`. `pending` are all
    /// arrivals of later windows, `arrivals` those that are left of the one at hand.
    pub(super) fn renew<'a>(
        &mut self,
        block: usize,
        rows: &Rows,
        arrivals: &[Arrival],
        pending: impl Iterator<Item = (i64, &'a Arrival)>,
    ) {
        let windows = self.ring.len();
        let open = arrivals.iter().map(|arrival| (None, arrival));
        let later = pending.map(|(window, arrival)| (Some(window), arrival));
        let own = open
            .chain(later)
            .filter(|(_, arrival)| arrival.block() == block);
        for (window, arrival) in own {
            let Some((_, at)) = arrival.carried() else {
                continue;
            };
            let bag = match window {
                None => &mut self.open,
                Some(window) => &mut self.ring[window as usize & (windows - 1)],
            };
            if let (_, RowWeights::Each(weights)) = rows.span(arrival.start, arrival.end) {
                bag.weights[at..at + weights.len()].copy_from_slice(weights);
            }
        }
    }

    /// Goes on to `window`, the next in which anything arrives.
    pub(super) fn open(&mut self, window: i64) {
        let at = window as usize & (self.ring.len() - 1);
        self.open.targets.clear();
        self.open.weights.clear();
        self.open.n_synapses = 0;
        std::mem::swap(&mut self.open, &mut self.ring[at]);
        self.held -= self.open.n_synapses;
        self.next = window + 1;
    }

    /// The row of an arrival of the window at hand, one of `rows`, if it was carried.
    #[inline(always)]
    pub(super) fn row<'a>(
        &'a self,
        arrival: &Arrival,
        rows: &'a Rows,
    ) -> Option<(&'a [u16], RowWeights<'a>)> {
        let (at, weights_at) = arrival.carried()?;
        let n = (arrival.end - arrival.start) as usize;
        let targets = &self.open.targets[at..at + n];
        let weights = rows.weights_of(
            || &self.open.targets[at + n..at + 2 * n],
            || &self.open.weights[weights_at..weights_at + n],
        );
        Some((targets, weights))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::alteration::Alteration;
    use crate::base::distribution::{Distribution, Shape};
    use crate::base::parameter::Values;
    use crate::base::stop::Stop;
    use crate::base::time::Duration;
    use crate::connection::{self, Block, Delay, Plan, Space};

    const N: u32 = 200;

    /// Synapses with delays of their own, and such weights.
    fn rows(weight: Shape) -> Rows {
        let of = |shape| Distribution::within(shape, 0.1, 9.0).expect("valid");
        let plan = Plan {
            name: "rows".into(),
            seed: 1,
            space: Space {
                n_source: N,
                n_target: N,
                own: None,
                autapses: true,
                ends: None,
            },
            rule: connection::build("fixed_in_degree", &Values::from([("in_degree", 50_u64)]))
                .expect("valid"),
            weight: Distribution::new(weight).ok(),
            delay: Some(Delay {
                axonal: of(Shape::Normal { mean: 1.5, sd: 0.7 }),
                dendritic: of(Shape::Constant(0.1)),
                velocity: None,
            }),
            delay_resolution: Duration::from_ps(100_000_000),
            weight_profile: None,
            listed_dendritic: None,
        };
        let block = Block {
            first: 0,
            len: N,
            local: 0,
        };
        let sparse = plan.connect::<u16>(&[block]).expect("possible");
        let rows = Rows::merge(vec![sparse], Stop::NEVER);
        rows.expect("few").expect("some")
    }

    /// Arrivals of spikes of all sources in `window`, each row in the window of its delay's number after that.
    fn set_out(carried: &mut Carried, rows: &Rows, window: i64) -> Vec<(i64, Arrival)> {
        let mut all = Vec::new();
        for source in 0..N {
            rows.each_of(source, |row| {
                let mut arrival = Arrival::new(source.into(), 0, row.start, row.end);
                let window = window + i64::from(row.delay) + 1;
                carried.add(window, &mut arrival, rows);
                all.push((window, arrival));
            });
        }
        all.sort_unstable_by_key(|&(window, arrival)| (window, std::cmp::Reverse(arrival)));
        all
    }

    fn values(weights: RowWeights<'_>, n: usize) -> Vec<f64> {
        (0..n).map(|k| weights.get(k)).collect()
    }

    /// Also after weights have changed while some were under way, of the window at hand and of later ones.
    #[test]
    fn what_is_carried_is_what_lies_in_the_rows() {
        for weight in [Shape::Constant(0.5), Shape::Normal { mean: 2.0, sd: 0.2 }] {
            let mut rows = rows(weight);
            let mut carried = Carried::new(100, rows.n_synapses());
            let all = set_out(&mut carried, &rows, 0);
            let windows: Vec<&[(i64, Arrival)]> = all.chunk_by(|a, b| a.0 == b.0).collect();
            assert!(windows.len() > 20);
            for (at, arrivals) in windows.iter().enumerate() {
                carried.open(arrivals[0].0);
                if at == 5 {
                    rows.alter(Alteration::factor(-3.0));
                    let open: Vec<Arrival> = arrivals.iter().map(|&(_, arrival)| arrival).collect();
                    let later = windows[at + 1..].iter().copied().flatten();
                    let later = later.map(|(window, arrival)| (*window, arrival));
                    carried.renew(0, &rows, &open, later);
                }
                for (_, arrival) in *arrivals {
                    let (targets, weights) = rows.span(arrival.start, arrival.end);
                    let (own, own_weights) = carried.row(arrival, &rows).expect("carried");
                    assert_eq!(own, targets);
                    let n = targets.len();
                    assert_eq!(values(own_weights, n), values(weights, n));
                }
            }
            assert_eq!(carried.held, 0);
        }
    }

    #[test]
    fn a_burst_of_all_is_not_carried_whole() {
        let rows = rows(Shape::Normal { mean: 2.0, sd: 0.2 });
        let mut carried = Carried::new(100, rows.n_synapses());
        carried.most = 3_000;
        let all = set_out(&mut carried, &rows, 0);
        let is_carried = |(_, arrival): &(i64, Arrival)| arrival.carried().is_some();
        assert!(all.iter().any(is_carried) && !all.iter().all(is_carried));
        assert!((2_900..=3_000).contains(&carried.held));
        // Nor what arrives beyond the ring.
        let mut carried = Carried::new(100, rows.n_synapses());
        for (window, expected) in [(127, true), (128, false)] {
            let mut arrival = Arrival::new(0, 0, 0, 3);
            carried.add(window, &mut arrival, &rows);
            assert_eq!(arrival.carried().is_some(), expected);
        }
    }
}
