//! The beginnings of UP states.

use super::swing::{PARAMETERS, State, Swing};
use super::{Entry, Watches};
use crate::base::parameter::Spec;

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    watches: Watches::Spikes,
    ticks: |_, _| None,
    quiet_ms: |_| 0.0,
    build: |values, onset| Ok(Box::new(Swing::new(&SPEC, values, &onset, State::Up)?)),
};

/// The trigger as users see it.
pub static SPEC: Spec = Spec {
    name: "up_onset",
    summary: "The beginning of an UP state: the rate of a population rises to `up`, having been below `down`. \
              Before the beginning nothing has spiked: the population is DOWN then, and has been for long.",
    equations: "rate(t) = spikes in (t - window, t] / (neurons window); the state began when the rate last rose to `down`",
    parameters: PARAMETERS,
    source: "",
};

#[cfg(test)]
mod tests {
    use crate::base::parameter::Values;
    use crate::trigger::tests::{begun, found};

    /// Ten neurons, windows of 50 ms: `up` is 5 spikes, `down` 2.
    fn values(more: &[(&'static str, f64)]) -> Values {
        let own = [("up", 10.0), ("down", 4.0)];
        own.into_iter().chain(more.iter().copied()).collect()
    }

    fn onsets(more: &[(&'static str, f64)], spikes: &[(f64, u32)]) -> Vec<(f64, f64)> {
        found(begun("up_onset", values(more), 10).as_mut(), spikes, 1000.0)
    }

    #[test]
    fn a_state_begins_where_the_rate_left_the_lower_threshold() {
        // Two spikes in a window at 210, five at 216.
        let up = [(200.0, 1), (210.0, 1), (214.0, 1), (215.0, 1), (216.0, 1)];
        assert_eq!(onsets(&[], &up), [(210.0, 216.0)]);
        // What stays between the thresholds is no UP state.
        assert_eq!(onsets(&[], &up[..4]), []);
        // It has lasted when it is held; a state that ends before never counts.
        assert_eq!(onsets(&[("hold", 30.0)], &up), [(210.0, 246.0)]);
        // The last but one spike leaves the window at 265: DOWN.
        assert_eq!(onsets(&[("hold", 49.0)], &up), [(210.0, 265.0)]);
        assert_eq!(onsets(&[("hold", 49.1)], &up), []);
    }

    #[test]
    fn the_first_state_begins_where_the_rate_rises_from_nothing() {
        let from_start = [(10.0, 5), (40.0, 5), (70.0, 5)];
        assert_eq!(onsets(&[], &from_start), [(10.0, 10.0)]);
        assert_eq!(onsets(&[("after", 1e6)], &from_start), [(10.0, 10.0)]);
        // DOWN since 70, where the window begins that ends at 120, and UP at 130: after 60 ms.
        let again = [&from_start[..], &[(130.0, 7)]].concat();
        let both = [(10.0, 10.0), (130.0, 130.0)];
        assert_eq!(onsets(&[], &again), both);
        assert_eq!(onsets(&[("after", 60.0)], &again), both);
        assert_eq!(onsets(&[("after", 60.1)], &again), both[..1]);
    }
}
