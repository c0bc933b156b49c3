//! The line that holds most of the decoded position.
//!
//! Lines are drawn at random and rounded to bins. Many of them are then the same, and those that are not share their beginnings: all
//! are kept as one tree, walked with running sums, and several shuffles are summed side by side. Of a shuffle it is only asked
//! whether it reaches a score, so branches that cannot are left out.

use std::f64::consts::{FRAC_PI_2, PI};

use super::decode::Posterior;
use crate::base::stream::Stream;
use crate::base::vector::vectorized;

/// Posteriors that are scored side by side.
pub const LANES: usize = 8;

/// A line as drawn: angle and distance.
pub type Drawn = (f64, f64);

/// Lines over `n_times` bins of time and `n_positions` of position.
#[derive(Debug, Clone)]
pub struct Lines {
    n_times: usize,
    n_positions: usize,
    drawn: Vec<Drawn>,
    /// The tree, depth first: depth of a node and its bin of position; `n_positions` is off the track. A node of the last depth is a
    /// line.
    nodes: Vec<(u16, u16)>,
    /// Of each node the first behind it that is not below it.
    skips: Vec<u32>,
    /// Which of the drawn lines each leaf is, in the order of the leaves.
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
        let mut bins = Vec::with_capacity(drawn.len() * n_times);
        for &line in &drawn {
            let course = Course::of(line, n_times, n_positions);
            bins.extend((0..n_times).map(|t| {
                let row = course.at(t as f64).round_ties_even();
                if (0.0..n_positions as f64).contains(&row) {
                    row as u16
                } else {
                    off
                }
            }));
        }
        let line = |which: u32| &bins[which as usize * n_times..][..n_times];
        let mut which: Vec<u32> = (0..drawn.len() as u32).collect();
        // Of equal lines the first that was drawn stays.
        which.sort_unstable_by(|&a, &b| line(a).cmp(line(b)).then(a.cmp(&b)));
        which.dedup_by(|next, first| line(*next) == line(*first));
        let (mut nodes, mut skips) = (Vec::new(), Vec::new());
        let mut before: &[u16] = &[];
        // The last node of each depth, whose branch has not come to its end.
        let mut open = vec![0; n_times];
        for &which in &which {
            let line = line(which);
            let shared = line.iter().zip(before).take_while(|(a, b)| a == b).count();
            let here = nodes.len();
            for (t, open) in open.iter_mut().enumerate().skip(shared) {
                if here > 0 {
                    skips[*open] = here as u32;
                }
                *open = here + t - shared;
            }
            nodes.extend((shared..n_times).map(|t| (t as u16, line[t])));
            skips.resize(nodes.len(), 0);
            before = line;
        }
        let end = nodes.len() as u32;
        if end > 0 {
            open.iter().for_each(|&open| skips[open] = end);
        }
        Self {
            n_times,
            n_positions,
            leaves: which,
            drawn,
            nodes,
            skips,
        }
    }

    /// The best line through a posterior whose bins within `band` of the line count: both neighbours on either side for 2.
    pub fn best(&self, posterior: &Posterior, band: usize) -> Option<Best> {
        let mut table = Table::new(self.n_times, self.n_positions);
        table.put(0, posterior, band);
        let (score, leaf) = match table.empty {
            0 => self.walk(&table),
            _ => self.best_with_gaps(&table, None),
        };
        let drawn = self.drawn.get(*self.leaves.get(leaf)? as usize)?;
        (score > 0.0).then_some(Best {
            score: score / self.n_times as f64,
            drawn: *drawn,
        })
    }

    /// Whether the best lines through the posteriors of a table, in which no bin of time is empty, score at least `goal`.
    pub fn reach(&self, table: &Table, goal: f64) -> [bool; LANES] {
        let mut sums = vec![[0.0; LANES]; self.n_times + 1];
        let walk = Walk {
            nodes: &self.nodes,
            skips: &self.skips,
            cells: &table.cells,
            stride: self.n_positions + 1,
            rest: &table.rest(),
            n_times: self.n_times,
            goal,
        };
        reaching(&walk, &mut sums)
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
        let (sum, _) = self.best_with_gaps(table, Some(goal));
        sum / self.n_times as f64 >= goal
    }

    /// Sum and leaf of the best line, of lane 0.
    fn walk(&self, table: &Table) -> (f64, usize) {
        let mut sums = vec![0.0; self.n_times + 1];
        let (mut best, mut which, mut leaf) = (f64::NEG_INFINITY, 0, 0);
        let (stride, last) = (self.n_positions + 1, self.n_times as u16 - 1);
        for &(depth, bin) in &self.nodes {
            let t = depth as usize;
            let sum = sums[t] + table.cells[t * stride + bin as usize][0];
            sums[t + 1] = sum;
            if depth == last {
                if sum > best {
                    (best, which) = (sum, leaf);
                }
                leaf += 1;
            }
        }
        (best, which)
    }

    /// As [`Self::walk`], where bins of time are empty: each counts as the median of those on the track. With a
    /// `goal` any line that reaches it will do, and leaves are not counted.
    fn best_with_gaps(&self, table: &Table, goal: Option<f64>) -> (f64, usize) {
        let (stride, off) = (self.n_positions + 1, self.n_positions as u16);
        let rest = table.rest();
        // No median is above the largest value.
        let largest = (table.cells.iter().map(|cell| cell[0])).fold(0.0, f64::max);
        let limit = goal.map_or(f64::NEG_INFINITY, |goal| least_sum(goal, self.n_times));
        let gaps = table.empty as f64 * largest;
        let mut line = vec![0_u16; self.n_times];
        let mut sums = vec![0.0; self.n_times + 1];
        let (mut best, mut which) = (f64::NEG_INFINITY, 0);
        let mut within = Vec::with_capacity(self.n_times);
        let (mut at, mut leaf) = (0, 0);
        while let Some(&(depth, bin)) = self.nodes.get(at) {
            let t = depth as usize;
            line[t] = bin;
            // Empty columns are zero.
            sums[t + 1] = sums[t] + table.cells[t * stride + bin as usize][0];
            if sums[t + 1] + rest[t + 1][0] + gaps < limit {
                at = self.skips[at] as usize;
                continue;
            }
            at += 1;
            if t + 1 < self.n_times {
                continue;
            }
            within.clear();
            let mut outside = 0.0;
            for (t, &bin) in line.iter().enumerate().filter(|(t, _)| !table.gaps[*t]) {
                let value = table.cells[t * stride + bin as usize][0];
                if bin == off {
                    outside += value
                } else {
                    within.push(value)
                }
            }
            let sum = outside + within.iter().sum::<f64>();
            let n = within.len();
            if n > 0 {
                within.sort_unstable_by(f64::total_cmp);
                let median = 0.5 * (within[(n - 1) / 2] + within[n / 2]);
                let sum = sum + table.empty as f64 * median;
                if sum > best {
                    (best, which) = (sum, leaf);
                }
                if goal.is_some_and(|goal| sum / self.n_times as f64 >= goal) {
                    break;
                }
            }
            leaf += 1;
        }
        (best, which)
    }
}

/// What a sum over `n_times` bins must come to for its mean to reach `goal`, a little less for its rounding.
fn least_sum(goal: f64, n_times: usize) -> f64 {
    const ROUNDING: f64 = 1e-9;
    goal * n_times as f64 * (1.0 - ROUNDING)
}

/// What is walked.
struct Walk<'a> {
    nodes: &'a [(u16, u16)],
    skips: &'a [u32],
    cells: &'a [[f64; LANES]],
    stride: usize,
    /// The most that columns from each on can bring.
    rest: &'a [[f64; LANES]],
    n_times: usize,
    goal: f64,
}

vectorized! {
    /// Whether a line of each lane reaches the goal; `sums` holds one more than there are bins of time, of zeros.
    fn reaching(walk: &Walk<'_>, sums: &mut [[f64; LANES]]) -> [bool; LANES] {
        let mut best = [f64::NEG_INFINITY; LANES];
        let last = walk.n_times - 1;
        let limit = least_sum(walk.goal, walk.n_times);
        // A lane that has reached it is left aside.
        let mut limits = [limit; LANES];
        let mut at = 0;
        while at < walk.nodes.len() {
            let (depth, bin) = walk.nodes[at];
            let t = depth as usize;
            let (above, cell) = (sums[t], walk.cells[t * walk.stride + bin as usize]);
            let rest = &walk.rest[t + 1];
            let (mut sum, mut may_reach) = ([0.0; LANES], false);
            for k in 0..LANES {
                sum[k] = above[k] + cell[k];
                may_reach |= sum[k] + rest[k] >= limits[k];
            }
            if !may_reach {
                at = walk.skips[at] as usize;
                continue;
            }
            sums[t + 1] = sum;
            at += 1;
            if t == last {
                for k in 0..LANES {
                    best[k] = if sum[k] > best[k] { sum[k] } else { best[k] };
                    if best[k] / walk.n_times as f64 >= walk.goal {
                        limits[k] = f64::INFINITY;
                    }
                }
                if limits.iter().all(|limit| limit.is_infinite()) {
                    break;
                }
            }
        }
        best.map(|sum| sum / walk.n_times as f64 >= walk.goal)
    }
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

/// Posteriors as they are scored, [`LANES`] side by side: of each bin of time what each bin of position is worth, then what being
/// off the track is worth, the median of the column.
#[derive(Debug, Clone)]
pub struct Table {
    cells: Vec<[f64; LANES]>,
    gaps: Vec<bool>,
    empty: usize,
    n_positions: usize,
    n_times: usize,
}

impl Table {
    /// An empty one.
    pub fn new(n_times: usize, n_positions: usize) -> Self {
        Self {
            cells: vec![[0.0; LANES]; n_times * (n_positions + 1)],
            gaps: vec![false; n_times],
            empty: 0,
            n_positions,
            n_times,
        }
    }

    /// The most that the bins of time from each on can bring a line, in each lane; none behind the last.
    fn rest(&self) -> Vec<[f64; LANES]> {
        let mut rest = vec![[0.0; LANES]; self.n_times + 1];
        for t in (0..self.n_times).rev() {
            let column = &self.cells[t * (self.n_positions + 1)..][..=self.n_positions];
            let mut most = [f64::NEG_INFINITY; LANES];
            for cell in column {
                for k in 0..LANES {
                    most[k] = if cell[k] > most[k] { cell[k] } else { most[k] };
                }
            }
            for k in 0..LANES {
                rest[t][k] = rest[t + 1][k] + most[k];
            }
        }
        rest
    }

    /// Puts a posterior into `lane`.
    pub fn put(&mut self, lane: usize, posterior: &Posterior, band: usize) {
        let worth: Vec<Option<Worth>> = posterior
            .iter()
            .map(|column| Some(Worth::of(column.as_ref()?, band)))
            .collect();
        self.put_worth(
            lane,
            &worth
                .iter()
                .map(|worth| (worth.as_ref(), 0))
                .collect::<Vec<_>>(),
        );
    }

    /// Puts columns of known worth into `lane`, each turned by some bins.
    pub fn put_worth(&mut self, lane: usize, columns: &[(Option<&Worth>, usize)]) {
        let n = self.n_positions;
        self.empty = columns.iter().filter(|column| column.0.is_none()).count();
        for (t, (worth, turned)) in columns.iter().enumerate().take(self.n_times) {
            self.gaps[t] = worth.is_none();
            let cells = &mut self.cells[t * (n + 1)..][..n + 1];
            let Some(worth) = worth else {
                cells.iter_mut().for_each(|cell| cell[lane] = 0.0);
                continue;
            };
            for (at, cell) in cells[..n].iter_mut().enumerate() {
                cell[lane] = worth.turned(at, *turned);
            }
            cells[n][lane] = worth.median;
        }
    }
}

/// What a column of a posterior is worth to lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Worth {
    column: Vec<f64>,
    band: usize,
    /// Sums over the band around each bin as on a ring.
    around: Vec<f64>,
    median: f64,
}

impl Worth {
    /// Of a column, with so many bins on either side of a line.
    pub fn of(column: &[f64], band: usize) -> Self {
        let n = column.len();
        let mut sorted = column.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let mut worth = Self {
            column: column.to_vec(),
            band,
            around: Vec::new(),
            median: 0.5 * (sorted[(n - 1) / 2] + sorted[n / 2]),
        };
        // Where the band is longer than the track no bin has all of it.
        if n > 2 * band {
            let sum = |k: usize| worth.sum(k + n - band, 2 * band + 1, 0);
            worth.around = (0..n).map(sum).collect();
        }
        worth
    }

    /// Sum of `length` bins from `first` on, as on a ring, once the column is turned.
    fn sum(&self, first: usize, length: usize, turned: usize) -> f64 {
        let n = self.column.len();
        let bin = |x: usize| self.column[(x + n - turned) % n];
        (first..first + length).map(bin).sum()
    }

    /// The sum over the band around the bin `at`, cut at the ends of the track, once the column is turned by less than its length.
    fn turned(&self, at: usize, turned: usize) -> f64 {
        let n = self.column.len();
        let (first, last) = (at.saturating_sub(self.band), (at + self.band).min(n - 1));
        match last - first == 2 * self.band {
            true if at >= turned => self.around[at - turned],
            true => self.around[at + n - turned],
            false => self.sum(first, last + 1 - first, turned),
        }
    }
}

#[cfg(test)]
mod tests;
