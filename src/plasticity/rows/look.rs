//! Rows that catch up without an arrival: where they are looked at, and where what all have seen is forgotten.

use super::PlasticRows;
use super::past::Past;
use super::together::BLOCK;
use crate::base::time::{Duration, Time};
use crate::base::vector::{Width, width};
use crate::plasticity::learn::Synapse;
use crate::plasticity::rule::{PlasticityRule, Stored};
use crate::synapse::layout::Row;

/// Strengths and states of a row.
type Own<'a, W, S> = (&'a mut [W], &'a mut [S]);

impl<R, W, const PRE: usize, const POST: usize> PlasticRows<R, W, PRE, POST>
where
    R: PlasticityRule<PRE, POST>,
    W: Stored,
{
    /// Lets synapses of a row onto `targets` catch up with `past`.
    pub(super) fn catch_up_row(
        &self,
        past: &Past<'_, R, PRE, POST>,
        targets: &[u16],
        own: Own<'_, W, R::State>,
    ) {
        match width() {
            // SAFETY: the processor has the features of this width.
            #[cfg(target_arch = "x86_64")]
            Width::W512 => unsafe { self.catch_up_512(past, targets, own) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Width::W256 => unsafe { self.catch_up_256(past, targets, own) },
            _ => self.catch_up_any(past, targets, own),
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
    fn catch_up_512(
        &self,
        past: &Past<'_, R, PRE, POST>,
        targets: &[u16],
        own: Own<'_, W, R::State>,
    ) {
        self.catch_up_any(past, targets, own);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn catch_up_256(
        &self,
        past: &Past<'_, R, PRE, POST>,
        targets: &[u16],
        own: Own<'_, W, R::State>,
    ) {
        self.catch_up_any(past, targets, own);
    }

    /// As each would alone, to the bit.
    #[inline(always)]
    fn catch_up_any(
        &self,
        past: &Past<'_, R, PRE, POST>,
        targets: &[u16],
        (strengths, states): Own<'_, W, R::State>,
    ) {
        if self.is_costly {
            let own = strengths.chunks_mut(BLOCK).zip(states.chunks_mut(BLOCK));
            for (number, (strengths, states)) in own.enumerate() {
                past.catch_up_together(&targets[number * BLOCK..], strengths, states);
            }
            return;
        }
        let own = strengths.iter_mut().zip(states);
        for (&j, (strength, state)) in targets.iter().zip(own) {
            let met = past.caught_up(j, *strength, *state);
            (*strength, *state) = (met.strength, met.state);
        }
    }

    /// Shows every synapse as it stands right before `t`.
    pub(super) fn look_at(&self, t: Time, see: &mut dyn FnMut(Synapse)) {
        let (mut strengths, mut states) = (Vec::new(), Vec::new());
        for source in 0..self.layout.n_source() as u32 {
            for number in self.layout.numbers_of(source) {
                let Row { delay, start, end } = self.layout.row(number as usize);
                let span = start as usize..end as usize;
                let past = self.past(number as usize, delay, t);
                strengths.clear();
                strengths.extend_from_slice(&self.strengths[span.clone()]);
                if self.learning {
                    states.clear();
                    states.extend_from_slice(&self.states[span.clone()]);
                    let own = (&mut strengths[..], &mut states[..]);
                    self.catch_up_row(&past, &self.targets[span.clone()], own);
                }
                for (&target, strength) in self.targets[span].iter().zip(&strengths) {
                    see(Synapse {
                        source,
                        target: target.into(),
                        delay: self.delays[usize::from(delay)],
                        dendritic: Duration::from_ps(past.path.lag.ps() / 2),
                        weight: self.sign * strength.get(),
                    });
                }
            }
        }
    }
}
