//! The published algorithm, time step by time step, sharing no code with the engine.

use ndarray::Array2;

/// A layered network as both sides get it. `weights[l]` has shape (n_target, n_source).
#[derive(Debug, Clone)]
pub struct Case {
    pub weights: Vec<Array2<f32>>,
    pub gains: Vec<f64>,
    pub thresholds: Vec<f64>,
    pub increment: f32,
    pub decrement: f32,
    /// Which projections learn.
    pub plastic: Vec<bool>,
    /// Per step of 1 ms, the input units that spike.
    pub raster: Vec<Vec<usize>>,
}

/// (step, layer, neuron), layer 0 being the input.
pub type Spikes = Vec<(usize, usize, usize)>;

/// The published algorithm, loop by loop.
pub fn naive(case: &Case) -> (Spikes, Vec<Array2<f32>>) {
    let lambda = (-1.0_f64 / 999.5).exp();
    let mut w = case.weights.clone();
    let mut v: Vec<Vec<f64>> = w.iter().map(|w| vec![0.0; w.nrows()]).collect();
    let mut spikes = Vec::new();
    for (step, active) in case.raster.iter().enumerate() {
        let mut below = vec![false; w[0].ncols()];
        for &i in active {
            below[i] = true;
        }
        spikes.extend(
            below
                .iter()
                .enumerate()
                .filter(|(_, s)| **s)
                .map(|(i, _)| (step, 0, i)),
        );
        for l in 0..w.len() {
            let mut above = vec![false; w[l].nrows()];
            for j in 0..w[l].nrows() {
                let mut input = 0.0;
                for i in 0..w[l].ncols() {
                    if below[i] {
                        input += w[l][[j, i]] as f64;
                    }
                }
                v[l][j] = lambda * v[l][j] + case.gains[l] * input;
                above[j] = v[l][j] >= case.thresholds[l];
            }
            for j in 0..w[l].nrows() {
                if above[j] {
                    v[l][j] = 0.0;
                    spikes.push((step, l + 1, j));
                    let afferents = if case.plastic[l] { w[l].ncols() } else { 0 };
                    for i in 0..afferents {
                        let x: f32 = w[l][[j, i]];
                        // The platform's exponential, in double precision and rounded once to single.
                        let e = ((-x / 0.001f32) as f64).exp() as f32;
                        let s: f32 = 2.0 * (1.0 - 1.0 / (1.0 + e));
                        if below[i] {
                            w[l][[j, i]] = x + case.increment * s;
                        } else {
                            w[l][[j, i]] = x - case.decrement * s;
                        }
                    }
                }
            }
            below = above;
        }
    }
    (spikes, w)
}
