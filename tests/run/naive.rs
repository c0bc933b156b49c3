//! Sleep replay at exact times, event by event: the science page's rules in plain loops, sharing no code with the engine.

use ndarray::Array2;

/// A layered network and its input spikes. `weights[l]` has shape (n_target, n_source).
pub struct Case {
    pub weights: Vec<Array2<f32>>,
    pub gains: Vec<f64>,
    pub thresholds: Vec<f64>,
    pub plastic: Vec<bool>,
    pub increment: f32,
    pub decrement: f32,
    pub tau_ms: f64,
    pub window_ps: i64,
    /// (picosecond, unit), by time.
    pub input: Vec<(i64, usize)>,
}

/// (layer, picosecond, neuron), layer 0 being the input.
pub type Spikes = Vec<(usize, i64, usize)>;

/// Spikes by layer, time and neuron, and the weights at the end.
pub fn simulate(case: &Case) -> (Spikes, Vec<Array2<f32>>) {
    let mut w = case.weights.clone();
    let mut v: Vec<Vec<f64>> = w.iter().map(|w| vec![0.0; w.nrows()]).collect();
    let mut seen: Vec<Vec<i64>> = w.iter().map(|w| vec![0; w.nrows()]).collect();
    let mut arrived: Vec<Vec<Option<i64>>> = w.iter().map(|w| vec![None; w.ncols()]).collect();
    let mut spikes = Spikes::new();
    for at_once in case.input.chunk_by(|a, b| a.0 == b.0) {
        let t = at_once[0].0;
        let mut below: Vec<usize> = at_once.iter().map(|&(_, unit)| unit).collect();
        below.sort_unstable();
        spikes.extend(below.iter().map(|&unit| (0, t, unit)));
        for l in 0..w.len() {
            for &i in &below {
                arrived[l][i] = Some(t);
            }
            let mut fired = Vec::new();
            for j in (0..w[l].nrows()).filter(|_| !below.is_empty()) {
                let input: f64 = below.iter().map(|&i| f64::from(w[l][[j, i]])).sum();
                let elapsed_ms = (t - seen[l][j]) as f64 * 1e-9;
                v[l][j] = v[l][j] * (-elapsed_ms / case.tau_ms).exp() + case.gains[l] * input;
                seen[l][j] = t;
                if v[l][j] >= case.thresholds[l] {
                    v[l][j] = 0.0;
                    fired.push(j);
                }
            }
            for &j in &fired {
                spikes.push((l + 1, t, j));
                for i in (0..w[l].ncols()).filter(|_| case.plastic[l]) {
                    let x: f32 = w[l][[j, i]];
                    let e = f64::from(-x / 0.001_f32).exp() as f32;
                    let s: f32 = 2.0 * (1.0 - 1.0 / (1.0 + e));
                    let active = arrived[l][i].is_some_and(|last| last > t - case.window_ps);
                    w[l][[j, i]] = match active {
                        true => x + case.increment * s,
                        false => x - case.decrement * s,
                    };
                }
            }
            below = fired;
        }
    }
    spikes.sort_unstable();
    (spikes, w)
}
