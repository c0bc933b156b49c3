//! Rates of the cells of a sheet.

use crate::base::time::{PS_PER_MS, Time};

/// Width of a bin of time in milliseconds.
pub const BIN_MS: i64 = 5;

/// Bins that a rate is a mean over.
pub const SMOOTH_BINS: usize = 9;

/// Neurons of a sheet by the cell that they lie in.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Cells along x and y.
    pub cells: [usize; 2],
    /// Lengths of the sides in millimetres.
    pub sides_mm: [f64; 2],
    /// Whether opposite sides are one.
    pub wraps: bool,
    /// The cell of each neuron, x running fastest.
    cell_of: Vec<u32>,
    /// Neurons whose spikes are known, by cell.
    counted: Vec<u32>,
}

impl Sheet {
    /// Neurons at these places, in millimetres from the corner of the sheet, in cells of about `cell_mm`; rates are means over
    /// those that are `counted`.
    pub fn new(
        at: &[[f64; 2]],
        sides_mm: [f64; 2],
        wraps: bool,
        cell_mm: f64,
        counted: impl Fn(u32) -> bool,
    ) -> Self {
        let cells = sides_mm.map(|side| ((side / cell_mm).round().max(1.0)) as usize);
        let cell = |point: &[f64; 2]| {
            let along = |axis: usize| {
                let place = point[axis] / sides_mm[axis] * cells[axis] as f64;
                (place as usize).min(cells[axis] - 1)
            };
            (along(0) + cells[0] * along(1)) as u32
        };
        let cell_of: Vec<u32> = at.iter().map(cell).collect();
        let mut n = vec![0; cells[0] * cells[1]];
        for (neuron, &cell) in (0..).zip(&cell_of) {
            n[cell as usize] += u32::from(counted(neuron));
        }
        Self {
            cells,
            sides_mm,
            wraps,
            cell_of,
            counted: n,
        }
    }

    /// Number of cells.
    pub fn n_cells(&self) -> usize {
        self.counted.len()
    }

    /// Neurons whose spikes are known.
    pub fn n_counted(&self) -> u32 {
        self.counted.iter().sum()
    }

    /// The middle of a cell in millimetres.
    pub fn middle_mm(&self, cell: usize) -> [f64; 2] {
        let place = [cell % self.cells[0], cell / self.cells[0]];
        [0, 1].map(|axis| (place[axis] as f64 + 0.5) * self.side_mm(axis))
    }

    /// The length of a cell's side in millimetres.
    pub fn side_mm(&self, axis: usize) -> f64 {
        self.sides_mm[axis] / self.cells[axis] as f64
    }

    /// The cell that lies so many cells from `cell`, if there is one.
    pub fn beside(&self, cell: usize, offset: [i64; 2]) -> Option<usize> {
        let place = [cell % self.cells[0], cell / self.cells[0]];
        let mut to = [0; 2];
        for axis in 0..2 {
            let n = self.cells[axis] as i64;
            let moved = place[axis] as i64 + offset[axis];
            to[axis] = match self.wraps {
                true => moved.rem_euclid(n),
                false if (0..n).contains(&moved) => moved,
                false => return None,
            } as usize;
        }
        Some(to[0] + self.cells[0] * to[1])
    }
}

/// The rate of every cell over time.
#[derive(Debug, Clone)]
pub struct Rates {
    start: Time,
    n_bins: usize,
    /// Spikes by bin and cell.
    counts: Vec<u16>,
}

impl Rates {
    /// Of no spikes yet, from `start` to `stop`.
    pub fn new(sheet: &Sheet, start: Time, stop: Time) -> Self {
        let n_bins = stop.since(start).ps().max(0) as u64 / (BIN_MS * PS_PER_MS) as u64;
        let n_bins = n_bins as usize;
        Self {
            start,
            n_bins,
            counts: vec![0; n_bins * sheet.n_cells()],
        }
    }

    /// Bins of time.
    pub fn n_bins(&self) -> usize {
        self.n_bins
    }

    /// Counts a spike of a neuron; one outside the time is left out.
    pub fn add(&mut self, sheet: &Sheet, time: Time, neuron: u32) {
        let since = time.since(self.start).ps();
        let bin = since.div_euclid(BIN_MS * PS_PER_MS);
        let cell = sheet.cell_of.get(neuron as usize);
        if let (Ok(bin), Some(&cell)) = (usize::try_from(bin), cell)
            && bin < self.n_bins
        {
            let count = &mut self.counts[bin * sheet.n_cells() + cell as usize];
            *count = count.saturating_add(1);
        }
    }

    /// The mean rate of a cell's neurons in hertz, in each bin and those around it; 0 without neurons.
    pub fn of_cell_hz(&self, sheet: &Sheet, cell: usize) -> Vec<f64> {
        let n_cells = sheet.n_cells();
        let half = SMOOTH_BINS / 2;
        let neurons = f64::from(sheet.counted[cell].max(1));
        let count = |bin: usize| f64::from(self.counts[bin * n_cells + cell]);
        let rate = |bin: usize| {
            let bins = bin.saturating_sub(half)..(bin + half + 1).min(self.n_bins);
            let seconds = bins.len() as f64 * BIN_MS as f64 * 1e-3;
            bins.map(count).sum::<f64>() / (neurons * seconds)
        };
        (0..self.n_bins).map(rate).collect()
    }
}
