//! In which order units fire, against the strength with which something drives them.

use super::coactivation::{centred, pearson};
use crate::base::stream::Stream;

/// The order of first spikes beside chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Order {
    /// Spearman's correlation of how early units fire and how strongly they are driven: 1 where the strongest come first.
    pub rho: f64,
    /// (r + 1)/(n + 1), where of n shuffles r correlate as much.
    pub p: f64,
    /// The mean of the shuffles.
    pub chance: f64,
}

/// Ranks from 0, the mean of them for equal values.
///
/// ```
/// use sharpwave::analysis::first_spike::ranks;
///
/// assert_eq!(ranks(&[3.0, 1.0, 3.0, 7.0]), [1.5, 0.0, 1.5, 3.0]);
/// ```
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = below as f64 + (equal.len() as f64 - 1.0) / 2.0;
        equal.iter().for_each(|&k| ranks[k] = rank);
        below += equal.len();
    }
    ranks
}

/// Of units the times of their first spikes and their drives, of one length; `None` where either are all alike. Shuffles exchange
/// the drives.
pub fn order(times: &[f64], drives: &[f64], shuffles: u32, stream: &mut Stream) -> Option<Order> {
    let early: Vec<f64> = times.iter().map(|time| -time).collect();
    let early = centred(&ranks(&early));
    let mut drives = ranks(drives);
    let own = centred(&drives);
    if early.1 == 0.0 || own.1 == 0.0 {
        return None;
    }
    let rho = pearson(&early, &own);
    let (mut as_much, mut sum) = (0, 0.0);
    for _ in 0..shuffles {
        stream.shuffle(&mut drives);
        let shuffled = pearson(&early, &centred(&drives));
        sum += shuffled;
        // One that is the order itself correlates as much, to the last bit or nearly so.
        as_much += u32::from(shuffled >= rho - 1e-12);
    }
    Some(Order {
        rho,
        p: f64::from(as_much + 1) / f64::from(shuffles + 1),
        chance: sum / f64::from(shuffles.max(1)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_first_is_an_order_and_chance_is_none() {
        let mut stream = Stream::new(1, "test", 0);
        let drives = [5.0, 1.0, 4.0, 0.5, 3.0, 2.0];
        let times = [1.0, 5.0, 2.0, 6.0, 3.0, 4.0];
        let found = order(&times, &drives, 999, &mut stream).expect("an order");
        assert!((found.rho - 1.0).abs() < 1e-12);
        // One of 720 orders.
        assert!(found.p < 0.01, "{found:?}");
        let reversed: Vec<f64> = times.iter().map(|time| -time).collect();
        let found = order(&reversed, &drives, 99, &mut stream).expect("an order");
        assert!(
            (found.rho + 1.0).abs() < 1e-12 && found.p > 0.95,
            "{found:?}"
        );
        assert_eq!(order(&[1.0; 6], &drives, 9, &mut stream), None);

        // Random orders reach 0.05 as often as they should: 20 of 400, SD 4.4.
        let mut random = times.to_vec();
        let below = (0..400).filter(|_| {
            stream.shuffle(&mut random);
            order(&random, &drives, 99, &mut stream).is_some_and(|found| found.p <= 0.05)
        });
        let below = below.count();
        assert!((6..=36).contains(&below), "{below}");
    }
}
