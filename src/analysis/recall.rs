//! How far a sequence of groups of neurons runs.

use std::ops::Range;

use crate::base::time::Time;

/// When a group is recalled: the instant at which the `share` of its neurons have spiked, given the first spike of each;
/// `None` if fewer do.
pub fn recalled(first: &[Option<Time>], share: f64) -> Option<Time> {
    let needed = ((share * first.len() as f64).ceil() as usize).max(1);
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
}
