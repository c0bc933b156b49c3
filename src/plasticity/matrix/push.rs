//! Spikes of targets taken together, under rules that only add what they push.

use super::{PlasticMatrix, TAUGHT};
use crate::base::vector::vectorized;
use crate::plasticity::rule::{PlasticityRule, Stored};

vectorized! {
    fn add[R: PlasticityRule<PRE, POST>, W: Stored; PRE, POST](
        matrix: &PlasticMatrix<R, PRE, POST>,
        trace: f64,
        sums: &[f64],
        row: &mut [W],
    ) {
        matrix.add_each(trace, sums, row);
    }
}

impl<R: PlasticityRule<PRE, POST>, const PRE: usize, const POST: usize>
    PlasticMatrix<R, PRE, POST>
{
    /// The same for a rule with a push: adds up what it does to each target, then goes through the row once.
    pub(super) fn push<W: Stored>(&mut self, i: usize, row: &mut [W]) {
        let pre = self.pre[i];
        let unseen = &self.log[pre.next..];
        let mut sums = std::mem::take(&mut self.sums);
        // Those that are at the instant of the last arrival do not pair with it.
        let now = unseen.partition_point(|post| post.at <= pre.last);
        for (unseen, trace) in [(&unseen[..now], pre.before), (&unseen[now..], pre.after)] {
            if unseen.is_empty() || trace[0] == 0.0 {
                continue;
            }
            sums.clear();
            sums.resize(row.len(), 0.0);
            for post in unseen {
                sums[(post.target & !TAUGHT) as usize] += self.gained(0.0, post.fall[0], post.at);
            }
            add(self, trace[0], &sums, row);
        }
        self.sums = sums;
    }

    #[inline(always)]
    fn add_each<W: Stored>(&self, trace: f64, sums: &[f64], row: &mut [W]) {
        for (weight, sum) in row.iter_mut().zip(sums) {
            *weight = self.stored(self.sign * weight.get() + trace * sum);
        }
    }
}
