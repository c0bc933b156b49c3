//! The stretch of time in which most happens.

use crate::base::function::least_whole;
use crate::base::time::Time;

/// The shortest stretch [from, to] that holds at least `share` of the instants `times`, ascending; the first of equal ones.
/// `None` without instants.
pub fn shortest(times: &[Time], share: f64) -> Option<(Time, Time)> {
    let n = least_whole(share.clamp(0.0, 1.0) * times.len() as f64).max(1.0) as usize;
    let stretches = times.windows(n).map(|held| (held[0], held[n - 1]));
    stretches.min_by_key(|&(from, to)| to.since(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: &[i64], share: f64) -> Option<(i64, i64)> {
        let times: Vec<Time> = times.iter().map(|&t| Time::from_ps(t)).collect();
        shortest(&times, share).map(|(from, to)| (from.ps(), to.ps()))
    }

    #[test]
    fn the_shortest_stretch_by_hand() {
        // Nine of ten lie within 8; all within 100.
        let times = [0, 1, 2, 3, 4, 5, 6, 7, 8, 100];
        assert_eq!(of(&times, 0.9), Some((0, 8)));
        assert_eq!(of(&times, 1.0), Some((0, 100)));
        // A late burst.
        assert_eq!(of(&[0, 50, 90, 91, 92], 0.6), Some((90, 92)));
        // The first of equal ones.
        assert_eq!(of(&[1, 3, 5], 0.5), Some((1, 3)));
        assert_eq!(of(&[7], 0.0), Some((7, 7)));
        assert_eq!(of(&[], 0.9), None);
    }
}
