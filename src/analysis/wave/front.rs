//! Onsets, waves of them, and how fast those travel.

use super::sheet::{BIN_MS, Rates, SMOOTH_BINS, Sheet};

/// Onsets of neighbouring cells that lie further apart belong to different waves, in milliseconds.
pub const LAG_MS: f64 = 50.0;

/// Cells around one that its plane is fitted to lie at most so many cells from it.
const AROUND: i64 = 2;

/// A cell is UP above this share of the highest rate that cells reach, which is that of a few lucky neurons.
pub(crate) const UP: f64 = 0.25;

/// Fewest onsets that a plane is fitted to: three would always lie on one.
const FEWEST: usize = 8;

/// When a cell becomes UP.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Onset {
    /// The cell.
    pub cell: usize,
    /// When, in milliseconds from the start of the rates.
    pub at_ms: f64,
}

/// How a wave passes a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Front {
    /// The cell.
    pub cell: usize,
    /// Milliseconds by which onsets are later for each millimetre, along x and y.
    pub slowness_ms_per_mm: [f64; 2],
}

impl Front {
    /// Millimetres in a second.
    pub fn speed_mm_per_s(&self) -> f64 {
        let [x, y] = self.slowness_ms_per_mm;
        1e3 / x.hypot(y)
    }
}

/// Onsets that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Wave {
    /// At most one for each cell, the earliest first.
    pub onsets: Vec<Onset>,
    /// How it passes the cells around which there are enough onsets.
    pub fronts: Vec<Front>,
}

impl Wave {
    /// The quartiles of the speed over cells, in millimetres in a second: a quarter of cells are slower than the first, half
    /// slower than the second. `None` where no front is known.
    pub fn speeds_mm_per_s(&self) -> Option<[f64; 3]> {
        let mut speeds: Vec<f64> = self.fronts.iter().map(Front::speed_mm_per_s).collect();
        speeds.sort_by(f64::total_cmp);
        let last = speeds.len().checked_sub(1)?;
        Some([0.25, 0.5, 0.75].map(|share| speeds[(share * last as f64).round() as usize]))
    }

    /// The mean direction of travel as a vector: as long as 1 where all of it goes one way, 0 where it spreads evenly.
    pub fn direction(&self) -> [f64; 2] {
        let mut sum = [0.0; 2];
        for front in &self.fronts {
            let [x, y] = front.slowness_ms_per_mm;
            let length = x.hypot(y);
            if length > 0.0 {
                sum = [sum[0] + x / length, sum[1] + y / length];
            }
        }
        sum.map(|sum| sum / self.fronts.len().max(1) as f64)
    }
}

/// The rate above which a cell is UP, and all waves in the order in which they begin.
///
/// That rate is a quarter of the highest that cells reach, in the mean over cells, or what chance alone hardly reaches where
/// that is more: so a network that is never UP has no waves.
pub fn waves(sheet: &Sheet, rates: &Rates) -> (f64, Vec<Wave>) {
    let n_cells = sheet.n_cells();
    let by_cell: Vec<Vec<f64>> = (0..n_cells)
        .map(|cell| rates.of_cell_hz(sheet, cell))
        .collect();
    let least_hz = least_hz(sheet, &by_cell);
    let highest = by_cell
        .iter()
        .map(|rates| rates.iter().copied().fold(0.0, f64::max));
    let up_hz = (UP * highest.sum::<f64>() / n_cells.max(1) as f64).max(least_hz);
    let mut onsets: Vec<Onset> = Vec::new();
    for (cell, rates) in by_cell.iter().enumerate() {
        onsets.extend(onsets_ms(rates, up_hz).map(|at_ms| Onset { cell, at_ms }));
    }
    onsets.sort_by(|a, b| a.at_ms.total_cmp(&b.at_ms).then(a.cell.cmp(&b.cell)));
    let groups = groups(sheet, &onsets);
    let waves = groups.into_iter().map(|onsets| Wave {
        fronts: fronts(sheet, &onsets),
        onsets,
    });
    (up_hz, waves.collect())
}

/// The rate that chance alone hardly reaches: a few spikes more than 5 standard deviations above what cells have most of the
/// time, which is that of DOWN.
fn least_hz(sheet: &Sheet, by_cell: &[Vec<f64>]) -> f64 {
    const DEVIATIONS: f64 = 5.0;
    const MORE: f64 = 2.0;
    let n_cells = by_cell.len().max(1) as f64;
    let n_bins = by_cell.first().map_or(0, Vec::len);
    let mean = |bin: usize| by_cell.iter().map(|rates| rates[bin]).sum::<f64>() / n_cells;
    let mut means: Vec<f64> = (0..n_bins).map(mean).collect();
    means.sort_by(f64::total_cmp);
    let usual_hz = means.get(n_bins / 2).copied().unwrap_or(0.0);
    // Neurons and seconds that a rate is a mean over.
    let seconds = SMOOTH_BINS as f64 * BIN_MS as f64 * 1e-3;
    let over = (f64::from(sheet.n_counted()) / n_cells).max(1.0) * seconds;
    let spikes = usual_hz * over;
    (spikes + DEVIATIONS * spikes.sqrt() + MORE) / over
}

/// When `rates` rise above `up_hz`, having been below half of it since they last did.
fn onsets_ms(rates: &[f64], up_hz: f64) -> impl Iterator<Item = f64> {
    // What is UP at the start became so before.
    let mut ready = false;
    (0..rates.len()).filter_map(move |bin| {
        let rate = rates[bin];
        if rate < 0.5 * up_hz {
            ready = true;
        }
        if !ready || rate < up_hz {
            return None;
        }
        ready = false;
        let before = bin.checked_sub(1).map_or(0.0, |before| rates[before]);
        let part = (up_hz - before) / (rate - before);
        // Rates belong to the middles of bins.
        Some((bin as f64 - 0.5 + part) * BIN_MS as f64)
    })
}

/// Onsets, which ascend, by the wave that they belong to.
fn groups(sheet: &Sheet, onsets: &[Onset]) -> Vec<Vec<Onset>> {
    let mut by_cell: Vec<Vec<usize>> = vec![Vec::new(); sheet.n_cells()];
    for (number, onset) in onsets.iter().enumerate() {
        by_cell[onset.cell].push(number);
    }
    let mut group_of: Vec<Option<usize>> = vec![None; onsets.len()];
    let mut groups: Vec<Vec<Onset>> = Vec::new();
    for first in 0..onsets.len() {
        if group_of[first].is_some() {
            continue;
        }
        let group = groups.len();
        let (mut open, mut members) = (vec![first], Vec::new());
        group_of[first] = Some(group);
        while let Some(number) = open.pop() {
            let onset = onsets[number];
            members.push(onset);
            for (dx, dy) in offsets(1) {
                let beside = sheet.beside(onset.cell, [dx, dy]);
                for &other in beside.map_or(&[][..], |cell| &by_cell[cell]) {
                    let near = (onsets[other].at_ms - onset.at_ms).abs() <= LAG_MS;
                    if near && group_of[other].is_none() {
                        group_of[other] = Some(group);
                        open.push(other);
                    }
                }
            }
        }
        members.sort_by(|a, b| a.at_ms.total_cmp(&b.at_ms).then(a.cell.cmp(&b.cell)));
        let mut seen = vec![false; sheet.n_cells()];
        members.retain(|onset| !std::mem::replace(&mut seen[onset.cell], true));
        groups.push(members);
    }
    groups
}

/// Cells around one, at most so many from it along each axis.
fn offsets(most: i64) -> impl Iterator<Item = (i64, i64)> {
    (-most..=most).flat_map(move |dx| (-most..=most).map(move |dy| (dx, dy)))
}

/// Planes around the cells of a wave, by least squares.
fn fronts(sheet: &Sheet, onsets: &[Onset]) -> Vec<Front> {
    let mut at = vec![f64::NAN; sheet.n_cells()];
    for onset in onsets {
        at[onset.cell] = onset.at_ms;
    }
    let front = |onset: &Onset| {
        let around: Vec<[f64; 3]> = offsets(AROUND)
            .filter_map(|(dx, dy)| {
                let t = at[sheet.beside(onset.cell, [dx, dy])?];
                let near = (t - onset.at_ms).abs() <= LAG_MS * AROUND as f64;
                let place = [dx as f64 * sheet.side_mm(0), dy as f64 * sheet.side_mm(1)];
                near.then_some([place[0], place[1], t])
            })
            .collect();
        let n = around.len();
        if n < FEWEST {
            return None;
        }
        let mean = |axis: usize| around.iter().map(|p| p[axis]).sum::<f64>() / n as f64;
        let means = [mean(0), mean(1), mean(2)];
        let moment = |a: usize, b: usize| {
            let products = around.iter().map(|p| (p[a] - means[a]) * (p[b] - means[b]));
            products.sum::<f64>()
        };
        let (xx, yy, xy) = (moment(0, 0), moment(1, 1), moment(0, 1));
        let (xt, yt) = (moment(0, 2), moment(1, 2));
        let determinant = xx * yy - xy * xy;
        let slowness = [
            (yy * xt - xy * yt) / determinant,
            (xx * yt - xy * xt) / determinant,
        ];
        let known = slowness.iter().all(|s| s.is_finite()) && slowness != [0.0; 2];
        known.then_some(Front {
            cell: onset.cell,
            slowness_ms_per_mm: slowness,
        })
    };
    onsets.iter().filter_map(front).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Time;

    /// A sheet of 4 mm with a neuron in each of 20 × 20 cells, of which each fires every 5 ms from its onset for 60 ms.
    fn spread(wraps: bool, onset_ms: impl Fn([f64; 2]) -> f64) -> Vec<Wave> {
        let middle = |k: usize| 0.2 * (k as f64 + 0.5);
        let at: Vec<[f64; 2]> = (0..400).map(|k| [middle(k % 20), middle(k / 20)]).collect();
        let sheet = Sheet::new(&at, [4.0, 4.0], wraps, 0.2, |_| true);
        let mut rates = Rates::new(&sheet, Time::ZERO, Time::from_ms(1000.0).unwrap());
        for (neuron, &point) in (0..).zip(&at) {
            for k in 0..12 {
                let time = Time::from_ms(onset_ms(point) + 5.0 * f64::from(k)).unwrap();
                rates.add(&sheet, time, neuron);
            }
        }
        waves(&sheet, &rates).1
    }

    #[test]
    fn a_plane_wave_has_its_speed_and_direction() {
        // 20 mm/s along (0.8, 0.6).
        let found = spread(false, |[x, y]| 100.0 + (0.8 * x + 0.6 * y) / 0.02);
        let [wave] = &found[..] else {
            panic!("{} waves", found.len());
        };
        assert_eq!(wave.onsets.len(), 400);
        let [_, median, _] = wave.speeds_mm_per_s().unwrap();
        assert!((median - 20.0).abs() < 1.0, "{median} mm/s");
        let [x, y] = wave.direction();
        assert!((x - 0.8).abs() < 0.03 && (y - 0.6).abs() < 0.03, "{x} {y}");
    }

    #[test]
    fn a_ring_wave_on_a_torus_goes_all_ways() {
        let centre = [3.7, 0.5];
        let found = spread(true, |point| {
            let apart = [0, 1].map(|axis| {
                let d = (point[axis] - centre[axis]).abs();
                d.min(4.0 - d)
            });
            50.0 + apart[0].hypot(apart[1]) / 0.01
        });
        assert_eq!(found.len(), 1);
        let [_, median, _] = found[0].speeds_mm_per_s().unwrap();
        assert!((median - 10.0).abs() < 1.0, "{median} mm/s");
        let [x, y] = found[0].direction();
        assert!(x.hypot(y) < 0.1, "{x} {y}");
    }

    #[test]
    fn two_bursts_far_apart_in_time_are_two_waves() {
        let found = spread(false, |[x, _]| if x < 2.0 { 100.0 } else { 600.0 });
        let sizes: Vec<usize> = found.iter().map(|wave| wave.onsets.len()).collect();
        assert_eq!(sizes, [200, 200]);
    }

    #[test]
    fn chance_makes_no_waves() {
        use crate::base::stream::Stream;
        let middle = |k: u32| 0.2 * (f64::from(k) + 0.5);
        let at: Vec<[f64; 2]> = (0..4000)
            .map(|k| [middle(k % 20), middle(k / 20 % 20)])
            .collect();
        let sheet = Sheet::new(&at, [4.0, 4.0], false, 0.2, |_| true);
        for rate_hz in [0.2, 2.0, 20.0] {
            let mut rates = Rates::new(&sheet, Time::ZERO, Time::from_ms(2000.0).unwrap());
            let mut stream = Stream::new(1, "spikes", 0);
            for neuron in 0..4000 {
                let mut ms = 0.0;
                while ms < 2000.0 {
                    ms += 1e3 / rate_hz * stream.exponential();
                    rates.add(&sheet, Time::from_ms(ms).unwrap(), neuron);
                }
            }
            let largest = waves(&sheet, &rates)
                .1
                .iter()
                .map(|wave| wave.onsets.len())
                .max();
            assert!(largest.unwrap_or(0) < 5, "{rate_hz} Hz: {largest:?}");
        }
    }
}
