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
    let columns = posterior.iter().enumerate();
    correlation(
        columns.filter_map(|(t, column)| Some((t, Moments::of(column.as_ref()?).turned(0)))),
    )
}

/// Sums of a column of a posterior, over positions counted from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sums {
    /// Of p.
    p: f64,
    /// Of p x.
    x: f64,
    /// Of p x².
    xx: f64,
}

/// What a column brings to correlations however it is turned: its sums up to each position.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments(Vec<Sums>);

impl Moments {
    /// Of a column.
    pub fn of(column: &[f64]) -> Self {
        let (mut p_sum, mut x_sum, mut xx_sum) = (0.0, 0.0, 0.0);
        let mut sums = Vec::with_capacity(column.len() + 1);
        for (x, &p) in (0..).map(f64::from).zip(column) {
            sums.push(Sums {
                p: p_sum,
                x: x_sum,
                xx: xx_sum,
            });
            p_sum += p;
            x_sum += p * x;
            xx_sum += p * x * x;
        }
        sums.push(Sums {
            p: p_sum,
            x: x_sum,
            xx: xx_sum,
        });
        Self(sums)
    }

    /// Sums of the column turned by so many positions, less than there are.
    pub fn turned(&self, by: usize) -> Sums {
        let n = self.0.len() - 1;
        let (split, all) = (&self.0[n - by], &self.0[n]);
        // Moved ahead by `by`, those that leave the end moved back by what is left of the track.
        let (ahead, back) = (by as f64, by as f64 - n as f64);
        let behind = Sums {
            p: all.p - split.p,
            x: all.x - split.x,
            xx: all.xx - split.xx,
        };
        let moved = |sums: &Sums, by: f64| Sums {
            p: sums.p,
            x: sums.x + by * sums.p,
            xx: sums.xx + by * (2.0 * sums.x + by * sums.p),
        };
        let (ahead, back) = (moved(split, ahead), moved(&behind, back));
        Sums {
            p: ahead.p + back.p,
            x: ahead.x + back.x,
            xx: ahead.xx + back.xx,
        }
    }
}

/// The correlation of time and position over columns at these bins of time.
pub fn correlation(columns: impl Iterator<Item = (usize, Sums)>) -> f64 {
    let (mut sum, mut t_sum, mut x_sum) = (0.0, 0.0, 0.0);
    let (mut tt_sum, mut xx_sum, mut tx_sum) = (0.0, 0.0, 0.0);
    for (t, Sums { p, x, xx }) in columns {
        let t = t as f64;
        sum += p;
        t_sum += p * t;
        x_sum += x;
        tt_sum += p * t * t;
        xx_sum += xx;
        tx_sum += t * x;
    }
    // What is left of a difference of equal sums is their rounding.
    const ROUNDING: f64 = 1e-13;
    let spread = |squares: f64, sum_of: f64| {
        let spread = squares - sum_of * sum_of / sum;
        if spread > ROUNDING * squares {
            spread
        } else {
            0.0
        }
    };
    let (tt, xx) = (spread(tt_sum, t_sum), spread(xx_sum, x_sum));
    let tx = tx_sum - t_sum * x_sum / sum;
    match tt * xx > 0.0 {
        true => tx / (tt * xx).sqrt(),
        false => f64::NAN,
    }
}
