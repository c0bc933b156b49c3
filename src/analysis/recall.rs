//! How far a sequence of groups of neurons runs.

use std::ops::Range;

use crate::base::function::least_whole;
use crate::base::time::Time;

/// When a group is recalled: the instant at which the `share` of its neurons have spiked, given the first spike of each;
/// `None` if fewer do.
pub fn recalled(first: &[Option<Time>], share: f64) -> Option<Time> {
    let needed = (least_whole(share * first.len() as f64) as usize).max(1);
    let mut times: Vec<Time> = first.iter().flatten().copied().collect();
    times.sort_unstable();
    times.get(needed - 1).copied()
}

/// How much of a sequence runs in order: the share of `groups`, in their order, but for the first, up to which each is recalled
/// after the one before it. `first` has the first spike of each neuron of all groups. A sequence that is not begun runs to 0,
/// one of which all groups come one after the other to 1.
pub fn progress(first: &[Option<Time>], groups: &[Range<usize>], share: f64) -> f64 {
    let mut times = groups
        .iter()
        .map(|group| recalled(&first[group.clone()], share));
    let Some(Some(mut last)) = times.next() else {
        return 0.0;
    };
    let mut run = 0;
    for time in times {
        match time {
            Some(time) if time > last => last = time,
            _ => break,
        }
        run += 1;
    }
    f64::from(run) / (groups.len().max(2) - 1) as f64
}

/// What [`progress`] would be on average if the groups that follow the first came in any order, each as likely as any other, at
/// the instants at which they came. A single burst of all of them has little more than this, however complete it is.
pub fn shuffled(first: &[Option<Time>], groups: &[Range<usize>], share: f64) -> f64 {
    let mut times = groups
        .iter()
        .map(|group| recalled(&first[group.clone()], share));
    let Some(Some(begun)) = times.next() else {
        return 0.0;
    };
    let followers = groups.len().max(2) - 1;
    let mut later: Vec<Time> = times.flatten().filter(|&time| time > begun).collect();
    later.sort_unstable();
    // ways[k]: choices of k followers of which no two came at one instant. In the order in which they came they are one of the
    // followers!/(followers - k)! beginnings of a random order that has k places.
    let mut ways = vec![0.0; followers + 1];
    ways[0] = 1.0;
    for at_once in later.chunk_by(|a, b| a == b) {
        for k in (1..=followers).rev() {
            ways[k] += ways[k - 1] * at_once.len() as f64;
        }
    }
    let (mut orders, mut run) = (1.0, 0.0);
    for (k, ways) in ways.iter().enumerate().skip(1) {
        orders *= (followers + 1 - k) as f64;
        run += ways / orders;
    }
    run / followers as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_runs_up_to_the_first_group_that_is_out_of_turn() {
        let of = |times: &[i64]| -> f64 {
            // Two neurons a group; a time below 0 is none.
            let first: Vec<Option<Time>> = times
                .iter()
                .map(|&t| (t >= 0).then(|| Time::from_ps(t)))
                .collect();
            let groups: Vec<Range<usize>> =
                (0..times.len() / 2).map(|k| 2 * k..2 * k + 2).collect();
            progress(&first, &groups, 0.6)
        };
        assert_eq!(of(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 1.0);
        // The third group comes before the second has come.
        assert_eq!(of(&[1, 2, 3, 6, 4, 5, 7, 8, 9, 10]), 0.25);
        // A neuron of the fourth is missing: 60 % of two are both.
        assert_eq!(of(&[1, 2, 3, 4, 5, 6, 7, -1, 9, 10]), 0.5);
        assert_eq!(of(&[1, -1, 3, 4, 5, 6, 7, 8, 9, 10]), 0.0);
        // At one instant is not one after the other.
        assert_eq!(of(&[1, 1, 1, 1]), 0.0);
    }

    /// All orders of up to four followers are played through, some of which are missing, early, or at one instant.
    #[test]
    fn shuffled_is_the_mean_over_all_orders() {
        for times in [
            vec![1, 2, 3, 4, 5],
            vec![1, 5, 4, 3, 2],
            vec![1, 2, 2, 4, 5],
            vec![3, 2, -1, 4, 5],
            vec![1, -1, -1, 7, -1],
            vec![1, 1, 1],
            vec![-1, 2, 3, 4],
        ] {
            let of = |time: i64| (time >= 0).then(|| Time::from_ps(time));
            let groups: Vec<Range<usize>> = (0..times.len()).map(|k| k..k + 1).collect();
            let mut orders = vec![vec![0]];
            for _ in 1..times.len() {
                let longer = orders.iter().flat_map(|order| {
                    let left = (1..times.len()).filter(|k| !order.contains(k));
                    left.map(|k| [order.as_slice(), &[k]].concat())
                });
                orders = longer.collect();
            }
            let run = |order: &Vec<usize>| {
                let first: Vec<_> = order.iter().map(|&k| of(times[k])).collect();
                progress(&first, &groups, 1.0)
            };
            let mean = orders.iter().map(run).sum::<f64>() / orders.len() as f64;
            let first: Vec<_> = times.iter().map(|&time| of(time)).collect();
            let known = shuffled(&first, &groups, 1.0);
            assert!(
                (known - mean).abs() < 1e-12,
                "{times:?}: {known} and {mean}"
            );
        }
    }
}
