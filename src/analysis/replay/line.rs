//! The line that holds most of the decoded position.
//!
//! Lines are drawn at random and rounded to bins. Many of them are then the same, and those that are not share their beginnings: all
//! are kept as one tree, walked with running sums, and several shuffles are summed side by side.

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
        let bins = |&(angle, distance): &Drawn| -> Vec<u16> {
            let row = |t: usize| {
                let row = row(angle, distance, t, n_times, n_positions);
                if (0.0..n_positions as f64).contains(&row) {
                    row as u16
                } else {
                    off
                }
            };
            (0..n_times).map(row).collect()
        };
        let mut lines: Vec<(Vec<u16>, u32)> = drawn.iter().map(bins).zip(0..).collect();
        // Of equal lines the first that was drawn stays.
        lines.sort_unstable();
        lines.dedup_by(|next, first| next.0 == first.0);
        let (mut nodes, mut leaves) = (Vec::new(), Vec::with_capacity(lines.len()));
        let mut before: &[u16] = &[];
        for (line, which) in &lines {
            let shared = line.iter().zip(before).take_while(|(a, b)| a == b).count();
            nodes.extend((shared..n_times).map(|t| (t as u16, line[t])));
            leaves.push(*which);
            before = line;
        }
        Self {
            n_times,
            n_positions,
            drawn,
            nodes,
            leaves,
        }
    }

    /// The best line through a posterior whose bins within `band` of the line count: both neighbours on either side for 2.
    pub fn best(&self, posterior: &Posterior, band: usize) -> Option<Best> {
        let mut table = Table::new(self.n_times, self.n_positions);
        table.put(0, posterior, band);
        let (score, leaf) = match table.empty {
            0 => self.walk(&table),
            _ => self.walk_with_gaps(&table),
        };
        let drawn = self.drawn.get(*self.leaves.get(leaf)? as usize)?;
        (score > 0.0).then_some(Best {
            score: score / self.n_times as f64,
            drawn: *drawn,
        })
    }

    /// The scores of the best lines through the posteriors of a table, in which no bin of time is empty.
    pub fn scores_without_gaps(&self, table: &Table) -> [f64; LANES] {
        let mut sums = vec![[0.0; LANES]; self.n_times + 1];
        let best = highest(&self.nodes, &table.cells, self.n_positions + 1, &mut sums);
        best.map(|sum| sum / self.n_times as f64)
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

    /// As [`Self::walk`], where bins of time are empty: each counts as the median of those on the track.
    fn walk_with_gaps(&self, table: &Table) -> (f64, usize) {
        let (stride, off) = (self.n_positions + 1, self.n_positions as u16);
        let mut line = vec![0_u16; self.n_times];
        let (mut best, mut which, mut leaf) = (f64::NEG_INFINITY, 0, 0);
        let mut within = Vec::with_capacity(self.n_times);
        for &(depth, bin) in &self.nodes {
            line[depth as usize] = bin;
            if depth as usize + 1 < self.n_times {
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
            }
            leaf += 1;
        }
        (best, which)
    }
}

vectorized! {
    /// The sum along the best line of each lane; `sums` holds one more than there are bins of time, of zeros.
    fn highest(nodes: &[(u16, u16)], cells: &[[f64; LANES]], stride: usize, sums: &mut [[f64; LANES]]) -> [f64; LANES] {
        let mut best = [f64::NEG_INFINITY; LANES];
        let last = sums.len() - 2;
        for &(depth, bin) in nodes {
            let t = depth as usize;
            let (above, cell) = (sums[t], cells[t * stride + bin as usize]);
            let mut sum = [0.0; LANES];
            for k in 0..LANES {
                sum[k] = above[k] + cell[k];
            }
            sums[t + 1] = sum;
            if t == last {
                for k in 0..LANES {
                    best[k] = if sum[k] > best[k] { sum[k] } else { best[k] };
                }
            }
        }
        best
    }
}

/// The bin of position in which a line is at bin `t` of time, as nelpy counts them; it may be off the track.
fn row(angle: f64, distance: f64, t: usize, n_times: usize, n_positions: usize) -> f64 {
    at((angle, distance), t as f64, n_times, n_positions).round_ties_even()
}

/// Where a line is at `t`, both in bins; it may be off the track.
pub fn at((angle, distance): Drawn, t: f64, n_times: usize, n_positions: usize) -> f64 {
    let angle = if angle.abs() < 1e-4 { 1e-4 } else { angle };
    let (middle_t, middle_x) = (
        (n_times as f64 + 1.0) / 2.0,
        (n_positions as f64 + 1.0) / 2.0,
    );
    (distance - (t - middle_t) * angle.cos()) / angle.sin() + middle_x
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
            for (k, &value) in worth.banded.iter().enumerate() {
                let at = k + turned;
                cells[if at < n { at } else { at - n }][lane] = value;
            }
            cells[n][lane] = worth.median;
        }
    }
}

/// What a column of a posterior is worth to lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Worth {
    banded: Vec<f64>,
    median: f64,
}

impl Worth {
    /// Sums over the band around each bin, cut at the ends of the track, and the median of the column.
    pub fn of(column: &[f64], band: usize) -> Self {
        let n = column.len();
        let around = |k: usize| {
            column[k.saturating_sub(band)..(k + band + 1).min(n)]
                .iter()
                .sum()
        };
        let mut sorted = column.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Self {
            banded: (0..n).map(around).collect(),
            median: 0.5 * (sorted[(n - 1) / 2] + sorted[n / 2]),
        }
    }
}
