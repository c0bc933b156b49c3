//! Position by Bayes' rule from counts of spikes.

/// Logarithms of place fields, ready to decode with.
#[derive(Debug, Clone)]
pub struct Decoder {
    /// Of each neuron one bin after the other.
    logs: Vec<Vec<f64>>,
    /// What no spike at all says: minus the expected number of spikes, by bin.
    silence: Vec<f64>,
}

/// Probabilities of position by bin of time: `None` where no neuron fired.
pub type Posterior = Vec<Option<Vec<f64>>>;

impl Decoder {
    /// Of fields in Hz for bins of `bin_s` seconds. Rates below `floor_hz` count as that: a logarithm of 0 would forbid a position
    /// for one spike.
    pub fn new(rates: &[Vec<f64>], bin_s: f64, floor_hz: f64) -> Self {
        let bins = rates.first().map_or(0, Vec::len);
        let floored = |rates: &Vec<f64>| rates.iter().map(|&rate| rate.max(floor_hz)).collect();
        let rates: Vec<Vec<f64>> = rates.iter().map(floored).collect();
        let expected = |k: usize| rates.iter().fold(0.0, |sum, rates| sum + rates[k]);
        Self {
            silence: (0..bins).map(|k| -expected(k) * bin_s).collect(),
            logs: rates
                .iter()
                .map(|rates| rates.iter().map(|rate| rate.ln()).collect())
                .collect(),
        }
    }

    /// Bins of position.
    pub fn bins(&self) -> usize {
        self.silence.len()
    }

    /// What `counts` say, neuron and count by bin of time: log P(x | n) = sum n log f(x) - dt sum f(x), prior flat. Neuron k goes
    /// by the field of `whose(k)`, turned by `turned(k)` bins.
    pub fn decode(
        &self,
        counts: &[Vec<(usize, f64)>],
        whose: impl Fn(usize) -> usize,
        turned: impl Fn(usize) -> usize,
        silence: Option<&[f64]>,
    ) -> Posterior {
        let n = self.bins();
        let column = |spikes: &Vec<(usize, f64)>| {
            if spikes.is_empty() {
                return None;
            }
            let mut logs = silence.unwrap_or(&self.silence).to_vec();
            for &(neuron, count) in spikes {
                let field = &self.logs[whose(neuron)];
                let (behind, ahead) = field.split_at(n - turned(neuron) % n);
                let turned = ahead.iter().chain(behind);
                logs.iter_mut()
                    .zip(turned)
                    .for_each(|(sum, log)| *sum += count * log);
            }
            let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            for log in &mut logs {
                *log = (*log - most).exp();
                sum += *log;
            }
            logs.iter_mut().for_each(|p| *p /= sum);
            Some(logs)
        };
        counts.iter().map(column).collect()
    }

    /// What silence says once each field is turned by `turned(k)` bins, for [`Decoder::decode`].
    pub fn silence_turned(&self, bin_s: f64, turned: impl Fn(usize) -> usize) -> Vec<f64> {
        let n = self.bins();
        let mut silence = vec![0.0; n];
        for (neuron, logs) in self.logs.iter().enumerate() {
            let by = turned(neuron) % n;
            for (k, log) in logs.iter().enumerate() {
                silence[(k + by) % n] -= log.exp() * bin_s;
            }
        }
        silence
    }
}

/// Correlation of time and position, weighted by their probability; undefined where either does not vary (Wu and Foster 2014).
pub fn weighted_correlation(posterior: &Posterior) -> f64 {
    let columns = || {
        posterior
            .iter()
            .enumerate()
            .filter_map(|(t, column)| Some((t as f64, column.as_ref()?)))
    };
    let cells = || {
        columns().flat_map(|(t, column)| {
            column
                .iter()
                .enumerate()
                .map(move |(x, &p)| (t, x as f64, p))
        })
    };
    let (mut sum, mut t_sum, mut x_sum) = (0.0, 0.0, 0.0);
    for (t, x, p) in cells() {
        sum += p;
        t_sum += p * t;
        x_sum += p * x;
    }
    let (t_mean, x_mean) = (t_sum / sum, x_sum / sum);
    let (mut tt, mut xx, mut tx) = (0.0, 0.0, 0.0);
    for (t, x, p) in cells() {
        let (t, x) = (t - t_mean, x - x_mean);
        tt += p * t * t;
        xx += p * x * x;
        tx += p * t * x;
    }
    tx / (tt * xx).sqrt()
}
