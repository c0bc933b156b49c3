//! Spikes of targets taken together, under rules that only add what they push.

use super::{PlasticMatrix, TAUGHT};
use crate::base::vector::{Width, width};
use crate::plasticity::rule::{PlasticityRule, Stored};

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
                sums[(post.target & !TAUGHT) as usize] += post.fall[0];
            }
            self.add(trace[0], &sums, row);
        }
        self.sums = sums;
    }

    fn add<W: Stored>(&self, trace: f64, sums: &[f64], row: &mut [W]) {
        match width() {
            // SAFETY: the processor has the features of this width.
            #[cfg(target_arch = "x86_64")]
            Width::W512 => unsafe { self.add_512(trace, sums, row) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Width::W256 => unsafe { self.add_256(trace, sums, row) },
            _ => self.add_each(trace, sums, row),
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
    fn add_512<W: Stored>(&self, trace: f64, sums: &[f64], row: &mut [W]) {
        self.add_each(trace, sums, row);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn add_256<W: Stored>(&self, trace: f64, sums: &[f64], row: &mut [W]) {
        self.add_each(trace, sums, row);
    }

    #[inline(always)]
    fn add_each<W: Stored>(&self, trace: f64, sums: &[f64], row: &mut [W]) {
        for (weight, sum) in row.iter_mut().zip(sums) {
            *weight = self.stored(self.sign * weight.get() + trace * sum);
        }
    }
}
