//! What bins of position are worth to lines, several posteriors side by side.

use super::{LANES, STRETCH};
use crate::analysis::replay::decode::Posterior;

/// The stretch in which a bin of position lies; bins from `off` on are off the track.
pub(super) fn stretch(bin: u16, off: u16) -> u16 {
    match bin < off {
        true => bin / STRETCH as u16,
        false => off.div_ceil(STRETCH as u16),
    }
}

/// The largest of each lane.
pub(super) fn most(cells: &[[f64; LANES]]) -> [f64; LANES] {
    let mut most = [f64::NEG_INFINITY; LANES];
    for cell in cells {
        for k in 0..LANES {
            most[k] = if cell[k] > most[k] { cell[k] } else { most[k] };
        }
    }
    most
}

/// Posteriors as they are scored, [`LANES`] side by side: of each bin of time what each bin of position is worth, then what being
/// off the track is worth, the median of the column.
#[derive(Debug, Clone)]
pub struct Table {
    pub(super) cells: Vec<[f64; LANES]>,
    pub(super) gaps: Vec<bool>,
    pub(super) empty: usize,
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

    /// Stretches of a bin of time, and being off the track.
    pub(super) fn n_stretches(&self) -> usize {
        self.n_positions.div_ceil(STRETCH) + 1
    }

    /// The most that each stretch holds, and then what being off the track is worth, by bin of time.
    pub(super) fn of_stretches(&self) -> Vec<[f64; LANES]> {
        let mut all = Vec::with_capacity(self.n_times * self.n_stretches());
        for column in self.cells.chunks_exact(self.n_positions + 1) {
            let (on, off) = column.split_at(self.n_positions);
            all.extend(on.chunks(STRETCH).map(most));
            all.extend(off);
        }
        all
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
