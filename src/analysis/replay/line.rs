//! The line that holds most of the decoded position.
//!
//! Lines are drawn at random and rounded to bins. Many of them are then the same, and those that are not share their beginnings: all
//! are kept as trees, walked with running sums, and several shuffles are summed side by side. Lines that go through the same stretches
//! of several bins of position are looked at together first: none of them is worth more than the best bin of each stretch. Of a
//! shuffle it is only asked whether it reaches a score, so what cannot is left out.

use std::f64::consts::{FRAC_PI_2, PI};

use super::decode::Posterior;
use crate::base::stream::Stream;
use crate::base::vector::vectorized;

mod table;
mod tree;

pub use table::{Table, Worth};
use tree::Tree;

/// Posteriors that are scored side by side.
pub const LANES: usize = 8;

/// Bins of position in a stretch. Fewer leave more lines to look at together, more bound each of them less: of 4, 8, 16 and 32 this was
/// the quickest for 100 bins.
const STRETCH: usize = 8;

/// A line as drawn: angle and distance.
pub type Drawn = (f64, f64);

/// Lines over `n_times` bins of time and `n_positions` of position.
#[derive(Debug, Clone)]
pub struct Lines {
    n_times: usize,
    n_positions: usize,
    drawn: Vec<Drawn>,
    /// Stretches that lines go through, ascending.
    stretches: Tree,
    /// The lines, those through the same stretches together. Bins of position; `n_positions` is off the track.
    lines: Tree,
    /// Where the lines through each leaf of `stretches` begin in `lines`, and behind them where the last ones end.
    begins: Vec<u32>,
    /// Which of the drawn lines each leaf of `lines` is.
    leaves: Vec<u32>,
}

/// The best line of an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Best {
    /// Mean probability along it, within the band.
    pub score: f64,
    /// The line.
    pub drawn: Drawn,
}

/// `n` lines at random: angles uniform on (-pi/2, pi/2), distances from the middle uniform up to half of the diagonal.
pub fn draw(n: usize, n_times: usize, n_positions: usize, stream: &mut Stream) -> Vec<Drawn> {
    let diagonal = ((n_times as f64 - 1.0).powi(2) + (n_positions as f64 - 1.0).powi(2)).sqrt();
    let angles: Vec<f64> = (0..n).map(|_| -FRAC_PI_2 + stream.uniform() * PI).collect();
    let line = |angle| (angle, (stream.uniform() - 0.5) * diagonal);
    angles.into_iter().map(line).collect()
}

impl Lines {
    /// Of lines that were drawn.
    pub fn new(drawn: Vec<Drawn>, n_times: usize, n_positions: usize) -> Self {
        let off = n_positions as u16;
        let mut bins = vec![0; drawn.len() * n_times];
        for (&line, bins) in drawn.iter().zip(bins.chunks_exact_mut(n_times.max(1))) {
            let course = Course::of(line, n_times, n_positions);
            along(&course, off, bins);
        }
        let line = |which: u32| &bins[which as usize * n_times..][..n_times];
        let through = |which: u32| line(which).iter().map(|&bin| table::stretch(bin, off));
        // Most lines differ within the first words of their keys.
        let stretch_bits = table::stretch(off, off).max(1).ilog2() + 1;
        let bin_bits = off.max(1).ilog2() + 1;
        let key = |which: u32| {
            let stretches = through(which).map(|stretch| (stretch, stretch_bits));
            let bins = line(which).iter().map(|&bin| (bin, bin_bits));
            let (mut key, mut left) = (0_u128, u128::BITS);
            for (value, bits) in stretches.chain(bins) {
                let Some(rest) = left.checked_sub(bits) else {
                    break;
                };
                left = rest;
                key |= u128::from(value) << left;
            }
            key
        };
        let mut sorted: Vec<(u128, u32)> = (0..drawn.len() as u32).map(|k| (key(k), k)).collect();
        // By keys alone first, which takes no branches; of equal lines the first that was drawn stays.
        sorted.sort_unstable_by_key(|&(key, _)| key);
        for alike in sorted.chunk_by_mut(|(a, _), (b, _)| a == b) {
            alike.sort_unstable_by(|&(_, a), &(_, b)| {
                let bins = || line(a).cmp(line(b));
                let stretches = through(a).cmp(through(b));
                stretches.then_with(bins).then(a.cmp(&b))
            });
        }
        sorted.dedup_by(|(_, next), (_, first)| line(*next) == line(*first));
        let leaves: Vec<u32> = sorted.into_iter().map(|(_, which)| which).collect();
        let (mut stretches, mut lines) = (Tree::default(), Tree::default());
        let mut begins = Vec::new();
        for together in leaves.chunk_by(|&a, &b| through(a).eq(through(b))) {
            begins.push(lines.len() as u32);
            lines.begin_anew();
            together.iter().for_each(|&which| lines.push(line(which)));
            let own: Vec<u16> = through(together[0]).collect();
            stretches.push(&own);
        }
        begins.push(lines.len() as u32);
        Self {
            n_times,
            n_positions,
            drawn,
            stretches: stretches.finish(),
            lines: lines.finish(),
            begins,
            leaves,
        }
    }

    /// The best line through a posterior whose bins within `band` of the line count: both neighbours on either side for 2.
    pub fn best(&self, posterior: &Posterior, band: usize) -> Option<Best> {
        let mut table = Table::new(self.n_times, self.n_positions);
        table.put(0, posterior, band);
        let (score, leaf) = self.best_sum(&table, None)?;
        let drawn = self.drawn[self.leaves[leaf] as usize];
        (score > 0.0).then_some(Best {
            score: score / self.n_times as f64,
            drawn,
        })
    }

    /// Whether the best lines through the posteriors of a table, in which no bin of time is empty, score at least `goal`.
    pub fn reach(&self, table: &Table, goal: f64) -> [bool; LANES] {
        let most = table.of_stretches();
        let walk = Walk {
            lines: self,
            table,
            stretches: &most,
            rest: &rest(&most, self.n_times),
            goal,
        };
        let mut sums = vec![[0.0; LANES]; self.n_times + 1];
        let (mut along, mut own_rest) = (sums.clone(), sums.clone());
        let mut path = vec![0; self.n_times];
        reaching(&walk, &mut sums, &mut along, &mut own_rest, &mut path)
    }

    /// Whether the best line through a posterior scores at least `goal`, whatever bins of time are empty.
    pub fn reaches(&self, posterior: &Posterior, band: usize, goal: f64) -> bool {
        let mut table = Table::new(self.n_times, self.n_positions);
        table.put(0, posterior, band);
        match table.empty {
            0 => self.reach(&table, goal)[0],
            _ => self.reaches_with_gaps(&table, goal),
        }
    }

    /// Whether the best line through the posterior in lane 0 of a table, in which bins of time are empty, scores at least
    /// `goal`.
    pub fn reaches_with_gaps(&self, table: &Table, goal: f64) -> bool {
        let found = self.best_sum(table, Some(goal));
        found.is_some_and(|(sum, _)| sum / self.n_times as f64 >= goal)
    }

    /// Sum and leaf of the best line, of lane 0; of equal ones the one whose bins are the first. A bin of time that is empty counts as
    /// the median of those on the track. With a `goal` any line that reaches it will do.
    fn best_sum(&self, table: &Table, goal: Option<f64>) -> Option<(f64, usize)> {
        let most = table.of_stretches();
        let rest = rest(&most, self.n_times);
        // No median is above the largest value.
        let largest = table.cells.iter().map(|cell| cell[0]).fold(0.0, f64::max);
        let gaps = table.empty as f64 * largest;
        let mut limit = goal.map_or(f64::NEG_INFINITY, |goal| least_sum(goal, self.n_times));
        let mut best: Option<(f64, usize, Vec<u16>)> = None;
        let mut within = Vec::with_capacity(self.n_times);
        let (mut sums, mut along) = (vec![0.0; self.n_times + 1], vec![0.0; self.n_times + 1]);
        let (mut path, mut line) = (vec![0; self.n_times], vec![0; self.n_times]);
        let mut own_rest = vec![0.0; self.n_times + 1];
        let stretch = |t: usize, k: u16| most[t * table.n_stretches() + k as usize][0];
        let cell = |t: usize, bin: u16| table.cells[t * (self.n_positions + 1) + bin as usize][0];
        let mut at = 0;
        while let Some((t, k)) = self.stretches.node(at) {
            sums[t + 1] = sums[t] + stretch(t, k);
            path[t] = k;
            if sums[t + 1] + rest[t + 1][0] + gaps < limit {
                at = self.stretches.skip(at);
                continue;
            }
            at += 1;
            if t + 1 < self.n_times {
                continue;
            }
            for t in (0..self.n_times).rev() {
                own_rest[t] = own_rest[t + 1] + stretch(t, path[t]);
            }
            let group = self.stretches.leaf(at - 1);
            let (mut at, end) = (self.begins[group] as usize, self.begins[group + 1] as usize);
            while at < end {
                let Some((t, bin)) = self.lines.node(at) else {
                    break;
                };
                line[t] = bin;
                // Empty columns are zero.
                along[t + 1] = along[t] + cell(t, bin);
                if along[t + 1] + own_rest[t + 1] + gaps < limit {
                    at = self.lines.skip(at);
                    continue;
                }
                at += 1;
                if t + 1 < self.n_times {
                    continue;
                }
                let sum = match table.empty {
                    0 => along[t + 1],
                    _ => match self.sum_with_gaps(table, &line, &mut within) {
                        Some(sum) => sum,
                        None => continue,
                    },
                };
                let is_better = best
                    .as_ref()
                    .is_none_or(|(most, _, bins)| sum > *most || sum == *most && line < *bins);
                if is_better {
                    best = Some((sum, self.lines.leaf(at - 1), line.clone()));
                    limit = limit.max(nearly(sum));
                }
                if goal.is_some_and(|goal| sum / self.n_times as f64 >= goal) {
                    return Some((sum, self.lines.leaf(at - 1)));
                }
            }
        }
        best.map(|(sum, leaf, _)| (sum, leaf))
    }

    /// What a line comes to where bins of time are empty; `None` where it is off the track in all others.
    fn sum_with_gaps(&self, table: &Table, line: &[u16], within: &mut Vec<f64>) -> Option<f64> {
        let off = self.n_positions as u16;
        within.clear();
        let mut outside = 0.0;
        for (t, &bin) in line.iter().enumerate().filter(|(t, _)| !table.gaps[*t]) {
            let value = table.cells[t * (self.n_positions + 1) + bin as usize][0];
            if bin == off {
                outside += value
            } else {
                within.push(value)
            }
        }
        let sum = outside + within.iter().sum::<f64>();
        let n = within.len();
        if n == 0 {
            return None;
        }
        within.sort_unstable_by(f64::total_cmp);
        let median = 0.5 * (within[(n - 1) / 2] + within[n / 2]);
        Some(sum + table.empty as f64 * median)
    }
}

/// A little less than a sum, for the rounding of other orders of adding.
fn nearly(sum: f64) -> f64 {
    const ROUNDING: f64 = 1e-9;
    sum * (1.0 - ROUNDING)
}

/// What a sum over `n_times` bins must come to for its mean to reach `goal`, a little less for its rounding.
fn least_sum(goal: f64, n_times: usize) -> f64 {
    nearly(goal * n_times as f64)
}

/// The most that the bins of time from each on can bring a line, in each lane; none behind the last.
fn rest(stretches: &[[f64; LANES]], n_times: usize) -> Vec<[f64; LANES]> {
    let each = stretches.len() / n_times.max(1);
    let mut rest = vec![[0.0; LANES]; n_times + 1];
    for t in (0..n_times).rev() {
        let most = table::most(&stretches[t * each..][..each]);
        for k in 0..LANES {
            rest[t][k] = rest[t + 1][k] + most[k];
        }
    }
    rest
}

/// What is walked.
struct Walk<'a> {
    lines: &'a Lines,
    table: &'a Table,
    /// The most that is to be had in each stretch.
    stretches: &'a [[f64; LANES]],
    /// The most that columns from each on can bring.
    rest: &'a [[f64; LANES]],
    goal: f64,
}

vectorized! {
    /// The bins of position along a course; `off` is off the track.
    fn along(course: &Course, off: u16, bins: &mut [u16]) {
        let positions = f64::from(off);
        for (t, bin) in bins.iter_mut().enumerate() {
            let row = course.at(t as f64).round_ties_even();
            // Compared without a branch, for vectors.
            let is_on = (row >= 0.0) & (row < positions);
            let row = if is_on { row } else { positions };
            *bin = row as u16;
        }
    }
}

vectorized! {
    /// Whether a line of each lane reaches the goal; the sums hold one more than there are bins of time, of zeros.
    fn reaching(walk: &Walk<'_>, sums: &mut [[f64; LANES]], along: &mut [[f64; LANES]], own_rest: &mut [[f64; LANES]], path: &mut [u16]) -> [bool; LANES] {
        let lines = walk.lines;
        let n_times = lines.n_times;
        let (n_stretches, stride) = (walk.table.n_stretches(), lines.n_positions + 1);
        let mut best = [f64::NEG_INFINITY; LANES];
        // A lane that has reached it is left aside.
        let mut limits = [least_sum(walk.goal, n_times); LANES];
        let mut at = 0;
        while let Some((t, k)) = lines.stretches.node(at) {
            let most = &walk.stretches[t * n_stretches + k as usize];
            let sum = added(&sums[t], most);
            if !any_reaches(&sum, &walk.rest[t + 1], &limits) {
                at = lines.stretches.skip(at);
                continue;
            }
            (sums[t + 1], path[t]) = (sum, k);
            at += 1;
            if t + 1 < n_times {
                continue;
            }
            for (t, &k) in path.iter().enumerate().rev() {
                own_rest[t] = added(&own_rest[t + 1], &walk.stretches[t * n_stretches + k as usize]);
            }
            let group = lines.stretches.leaf(at - 1);
            let (mut at, end) = (lines.begins[group] as usize, lines.begins[group + 1] as usize);
            while at < end {
                let Some((t, bin)) = lines.lines.node(at) else { break };
                let sum = added(&along[t], &walk.table.cells[t * stride + bin as usize]);
                if !any_reaches(&sum, &own_rest[t + 1], &limits) {
                    at = lines.lines.skip(at);
                    continue;
                }
                along[t + 1] = sum;
                at += 1;
                if t + 1 < n_times {
                    continue;
                }
                for k in 0..LANES {
                    best[k] = if sum[k] > best[k] { sum[k] } else { best[k] };
                    if best[k] / n_times as f64 >= walk.goal {
                        limits[k] = f64::INFINITY;
                    }
                }
            }
            if limits.iter().all(|limit| limit.is_infinite()) {
                break;
            }
        }
        best.map(|sum| sum / n_times as f64 >= walk.goal)
    }
}

#[inline(always)]
fn added(a: &[f64; LANES], b: &[f64; LANES]) -> [f64; LANES] {
    let mut sum = *a;
    for k in 0..LANES {
        sum[k] += b[k];
    }
    sum
}

/// Whether a lane can still come to its limit.
#[inline(always)]
fn any_reaches(sum: &[f64; LANES], rest: &[f64; LANES], limits: &[f64; LANES]) -> bool {
    let mut any = false;
    for k in 0..LANES {
        any |= sum[k] + rest[k] >= limits[k];
    }
    any
}

/// A line as it goes over bins of time and position.
#[derive(Debug, Clone, Copy)]
struct Course {
    distance: f64,
    sin: f64,
    cos: f64,
    middle_t: f64,
    middle_x: f64,
}

impl Course {
    fn of((angle, distance): Drawn, n_times: usize, n_positions: usize) -> Self {
        let angle = if angle.abs() < 1e-4 { 1e-4 } else { angle };
        Self {
            distance,
            sin: angle.sin(),
            cos: angle.cos(),
            middle_t: (n_times as f64 + 1.0) / 2.0,
            middle_x: (n_positions as f64 + 1.0) / 2.0,
        }
    }

    /// Where it is at `t`, both in bins as nelpy counts them; it may be off the track.
    fn at(&self, t: f64) -> f64 {
        (self.distance - (t - self.middle_t) * self.cos) / self.sin + self.middle_x
    }
}

/// Where a line is at `t`, both in bins; it may be off the track.
pub fn at(line: Drawn, t: f64, n_times: usize, n_positions: usize) -> f64 {
    Course::of(line, n_times, n_positions).at(t)
}

/// How far a line moves in a bin of time, in bins of position.
pub fn slope((angle, _): Drawn) -> f64 {
    let angle = if angle.abs() < 1e-4 { 1e-4 } else { angle };
    -angle.cos() / angle.sin()
}

#[cfg(test)]
mod tests;
