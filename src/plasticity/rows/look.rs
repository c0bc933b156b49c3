//! Rows that catch up without an arrival: where they are looked at, and where what all have seen is forgotten.

use std::borrow::Cow;
use std::ops::Range;

use super::PlasticRows;
use super::arrival::FEW;
use super::past::Past;
use super::together::Met;
use crate::base::time::{Duration, Time};
use crate::base::vector::vectorized;
use crate::plasticity::history::History;
use crate::plasticity::learn::Synapse;
use crate::plasticity::rule::{PlasticityRule, Stored, TOGETHER};
use crate::synapse::layout::Row;

/// Strengths and states of a row.
type Own<'a, W, S> = (&'a mut [W], &'a mut [S]);

vectorized! {
    /// Lets synapses of a row onto `targets` catch up with `past`.
    pub(super) fn catch_up_row[R: PlasticityRule<PRE, POST>, W: Stored; PRE, POST](
        rows: &PlasticRows<R, W, PRE, POST>,
        past: &Past<'_, R, PRE, POST>,
        targets: &[u16],
        own: Own<'_, W, R::State>,
    ) {
        rows.catch_up_with(past, targets, own);
    }
}

impl<R, W, const PRE: usize, const POST: usize> PlasticRows<R, W, PRE, POST>
where
    R: PlasticityRule<PRE, POST>,
    W: Stored,
{
    /// Synapses of a row catch up, as each would alone, to the bit.
    #[inline(always)]
    fn catch_up_with(
        &self,
        past: &Past<'_, R, PRE, POST>,
        targets: &[u16],
        (strengths, states): Own<'_, W, R::State>,
    ) {
        if self.is_exact() && targets.len() > FEW {
            let mut met = Met::NONE;
            let own = strengths
                .chunks_mut(TOGETHER)
                .zip(states.chunks_mut(TOGETHER));
            for (number, (strengths, states)) in own.enumerate() {
                past.catch_up_together(&targets[number * TOGETHER..], strengths, states, &mut met);
            }
            return;
        }
        let own = strengths.iter_mut().zip(states);
        for (&j, (strength, state)) in targets.iter().zip(own) {
            let met = past.caught_up(j, *strength, *state);
            (*strength, *state) = (met.strength, met.state);
        }
    }

    /// States of row number `row` go on up to `t`, while nothing is learnt: what synapses remember fades.
    pub(super) fn idle(&mut self, row: usize, t: Time) {
        let Row { delay, start, end } = self.layout.row(row);
        let mut states = std::mem::take(&mut self.states);
        let past = self.past(row, delay, t);
        let span = start as usize..end as usize;
        let synapses = self.targets[span.clone()]
            .iter()
            .zip(&self.strengths[span.clone()]);
        for (state, (&j, &strength)) in states[span].iter_mut().zip(synapses) {
            *state = past.idled(j, strength, *state);
        }
        self.states = states;
    }

    /// What targets have fired, and their teachers that counts before `t`.
    fn history_at(&self, t: Time) -> Cow<'_, History<PRE, POST>> {
        let taught = self.taught.iter().take_while(|(at, _)| *at < t);
        let mut history = Cow::Borrowed(&self.history);
        for &(at, target) in taught {
            let (fall, push) = (self.clock.fall_pre(at), self.rule.push_taught());
            history.to_mut().add_taught(target as usize, at, fall, push);
        }
        history
    }

    /// Strengths of row number `number` as they stand right before `t`, once in `strengths`, with `states` to work on; `history`
    /// is that at `t`.
    fn strengths_at(
        &self,
        (t, number): (Time, u32),
        history: &History<PRE, POST>,
        strengths: &mut Vec<W>,
        states: &mut Vec<R::State>,
    ) {
        let Row { delay, start, end } = self.layout.row(number as usize);
        let span = start as usize..end as usize;
        strengths.clear();
        strengths.extend_from_slice(&self.strengths[span.clone()]);
        if self.learning && self.seen < t {
            let past = self.past(number as usize, delay, t);
            let past = Past { history, ..past };
            states.clear();
            states.extend_from_slice(&self.states[span.clone()]);
            let own = (&mut strengths[..], &mut states[..]);
            catch_up_row(self, &past, &self.targets[span], own);
        }
    }

    /// Shows every synapse of `sources` as it stands right before `t`.
    pub(super) fn look_at(&self, t: Time, sources: Range<u32>, see: &mut dyn FnMut(Synapse)) {
        let (mut strengths, mut states) = (Vec::new(), Vec::new());
        let history = self.history_at(t);
        let rows = |source| self.layout.numbers_of(source).map(move |row| (source, row));
        for (source, number) in sources.flat_map(rows) {
            self.strengths_at((t, number), &history, &mut strengths, &mut states);
            let Row { delay, start, end } = self.layout.row(number as usize);
            let delay = usize::from(delay);
            let targets = &self.targets[start as usize..end as usize];
            for (&target, strength) in targets.iter().zip(&strengths) {
                see(Synapse {
                    source,
                    target: target.into(),
                    delay: self.delays[delay],
                    dendritic: Duration::from_ps(self.paths[delay].lag.ps() / 2),
                    weight: self.sign * strength.get(),
                });
            }
        }
    }

    /// Appends every weight as it stands right before `t`, row by row.
    pub(super) fn weights_at(&self, t: Time, into: &mut Vec<f32>) {
        let (mut strengths, mut states) = (Vec::new(), Vec::new());
        let history = self.history_at(t);
        into.reserve(self.strengths.len());
        for number in 0..self.layout.n_rows() as u32 {
            self.strengths_at((t, number), &history, &mut strengths, &mut states);
            let weights = strengths.iter();
            into.extend(weights.map(|strength| (self.sign * strength.get()) as f32));
        }
    }
}
