//! Synapses of rows that come and go, or are given other weights.

use std::iter::Peekable;
use std::mem::take;
use std::slice::Iter;

use super::came::Came;
use super::flights::Flights;
use super::{PlasticRows, Pre};
use crate::base::time::Time;
use crate::plasticity::learn::{Change, Learn, Synapse};
use crate::plasticity::rule::{PlasticityRule, Stored};
use crate::synapse::layout::{Layout, Row};

/// Rows under way.
struct Wired<W, S, const PRE: usize> {
    first: Vec<u32>,
    delay: Vec<u16>,
    offsets: Vec<u32>,
    targets: Vec<u16>,
    strengths: Vec<W>,
    states: Vec<S>,
    came: Came,
    pre: Vec<Pre<PRE>>,
}

impl<R, W, const PRE: usize, const POST: usize> PlasticRows<R, W, PRE, POST>
where
    R: PlasticityRule<PRE, POST>,
    W: Stored,
{
    /// Gives synapses other weights from `t` on.
    pub(super) fn give(&mut self, t: Time, weights: Vec<f64>) {
        // Catching up rounds, once more than a row that arrives: their own weights leave synapses as they are.
        let (mut given, mut is_own) = (weights.iter(), true);
        self.look(t, &mut |synapse| {
            is_own &= given.next() == Some(&synapse.weight);
        });
        if is_own {
            return;
        }
        self.catch_up(t);
        for (strength, weight) in self.strengths.iter_mut().zip(weights) {
            *strength = W::of(self.sign * weight);
        }
    }

    /// Lets synapses go and come at `t`.
    pub(super) fn change(&mut self, t: Time, Change { removed, added }: &Change) {
        if self.flights.is_some() {
            // A source may have been on its way for long without any row.
            self.come_to(t);
        }
        self.catch_up(t);
        let n = self.targets.len() + added.len() - removed.len();
        let mut wired = Wired {
            first: vec![0],
            delay: Vec::new(),
            offsets: vec![0],
            targets: Vec::with_capacity(n),
            strengths: Vec::with_capacity(n),
            states: Vec::with_capacity(n),
            came: self.came.next(t),
            pre: Vec::new(),
        };
        let mut added: Vec<(u16, &Synapse)> =
            added.iter().map(|one| (self.number_of(one), one)).collect();
        // Stable: by target within a row, as they come.
        added.sort_by_key(|&(delay, one)| (one.source, delay));
        let flights = self.flights.as_ref();
        let flying = flights.map_or(Vec::new(), Flights::by_source);
        // What the spikes of a source have left on synapses of this delay.
        let passed = |source: u32, delay: u16| {
            let own = (source, self.delays[usize::from(delay)]);
            flights.map_or(Pre::NEVER, |flights| {
                flights.passed(&self.clock, &flying, own, t)
            })
        };
        let (mut gone, mut new) = (removed.iter().peekable(), added.iter().peekable());
        let before = take(&mut self.came);
        let mut came = before.iter().peekable();
        for source in 0..self.layout.n_source() as u32 {
            for number in self.layout.numbers_of(source) {
                let row = self.layout.row(number as usize);
                while let Some(&&(delay, _)) = new
                    .peek()
                    .filter(|one| one.1.source == source && one.0 < row.delay)
                {
                    let pre = passed(source, delay);
                    self.add(&mut wired, &mut new, (source, delay), pre);
                }
                let last = self.pre[number as usize].last;
                let mut unused = |k: u32| {
                    let own = came.next_if(|own| own.0 == k)?;
                    // What has been used since says so by its row.
                    (before.when(own.1) > last).then_some(own.1)
                };
                self.keep(&mut wired, row, &mut gone, &mut unused);
                self.add(
                    &mut wired,
                    &mut new,
                    (source, row.delay),
                    self.pre[number as usize],
                );
            }
            while let Some(&&(delay, _)) = new.peek().filter(|one| one.1.source == source) {
                let pre = passed(source, delay);
                self.add(&mut wired, &mut new, (source, delay), pre);
            }
            wired.first.push(wired.delay.len() as u32);
        }
        let Wired {
            first,
            delay,
            offsets,
            ..
        } = wired;
        self.layout = match self.flights {
            None => Layout::One { offsets },
            Some(_) => Layout::Many {
                first,
                delay,
                offsets,
            },
        };
        (self.targets, self.strengths) = (wired.targets, wired.strengths);
        (self.states, self.came, self.pre) = (wired.states, wired.came, wired.pre);
        self.came.close();
        self.is_rewired = true;
    }

    /// Which of the delays a synapse has.
    fn number_of(&self, synapse: &Synapse) -> u16 {
        let wanted = (synapse.delay, 2 * synapse.dendritic.ps());
        let delays = self.delays.iter().zip(&self.paths);
        // Those of one synapse are few, or ascend.
        let from = self.delays.partition_point(|&delay| delay < synapse.delay);
        let mut own = (0..).zip(delays).skip(from);
        let found = own.find(|(_, (delay, path))| (**delay, path.lag.ps()) == wanted);
        found.map_or(0, |(number, _)| number)
    }

    /// Takes over what is not gone of a row; since when a synapse of it has been `unused` that came and was never used.
    fn keep(
        &self,
        wired: &mut Wired<W, R::State, PRE>,
        Row { start, end, .. }: Row,
        gone: &mut Peekable<Iter<'_, u32>>,
        unused: &mut impl FnMut(u32) -> Option<u32>,
    ) {
        for k in start..end {
            let since = unused(k);
            if gone.next_if_eq(&&k).is_some() {
                continue;
            }
            if let Some(since) = since {
                wired.came.keep(wired.targets.len() as u32, since);
            }
            let k = k as usize;
            wired.targets.push(self.targets[k]);
            wired.strengths.push(self.strengths[k]);
            wired.states.push(self.states[k]);
        }
    }

    /// Adds what is new of a row, and ends it; where delays differ there is none that is empty.
    fn add(
        &self,
        wired: &mut Wired<W, R::State, PRE>,
        new: &mut Peekable<Iter<'_, (u16, &Synapse)>>,
        (source, delay): (u32, u16),
        pre: Pre<PRE>,
    ) {
        while let Some((_, one)) = new.next_if(|one| (one.1.source, one.0) == (source, delay)) {
            wired.came.add(wired.targets.len() as u32);
            wired.targets.push(one.target as u16);
            wired.strengths.push(W::of(self.sign * one.weight));
            wired.states.push(R::State::default());
        }
        let end = wired.targets.len() as u32;
        if self.flights.is_none() || wired.offsets.last() != Some(&end) {
            wired.delay.push(delay);
            wired.offsets.push(end);
            wired.pre.push(pre);
        }
    }
}
