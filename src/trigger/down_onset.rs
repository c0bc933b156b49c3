//! The beginnings of DOWN states.

use super::swing::{PARAMETERS, State, Swing};
use super::{Entry, Watches};
use crate::base::parameter::Spec;

/// The registry's entry.
pub static ENTRY: Entry = Entry {
    spec: &SPEC,
    watches: Watches::Spikes,
    ticks: |_, _| None,
    quiet_ms: |_| 0.0,
    build: |values, onset| Ok(Box::new(Swing::new(&SPEC, values, &onset, State::Down)?)),
};

/// The trigger as users see it.
pub static SPEC: Spec = Spec {
    name: "down_onset",
    summary: "The beginning of a DOWN state: the rate of a population falls below `down`, having reached `up`. That cannot be \
              known before a window has passed.",
    equations: "rate(t) = spikes in (t - window, t] / (neurons window); the state began where the first window begins whose rate is below `down`",
    parameters: PARAMETERS,
    source: "",
};

#[cfg(test)]
mod tests {
    use crate::base::parameter::Values;
    use crate::trigger::tests::{begun, found};

    #[test]
    fn a_state_begins_where_the_first_window_begins_that_is_all_but_empty() {
        let values: Values = [("up", 10.0), ("down", 4.0)].into_iter().collect();
        // Ten neurons, windows of 50 ms: `up` is 5 spikes, `down` 2. UP at 216; the spike at 230 is alone from 266 on.
        let spikes = [(200.0, 1), (210.0, 3), (216.0, 3), (230.0, 1), (400.0, 1)];
        let down = |more: &[(&'static str, f64)]| {
            let mut values = values.clone();
            values.extend(more.iter().copied());
            found(begun("down_onset", values, 10).as_mut(), &spikes, 1000.0)
        };
        assert_eq!(down(&[("after", 0.0)]), [(216.0, 266.0)]);
        // UP from 210 on: 6 ms.
        assert_eq!(down(&[("after", 6.0)]), [(216.0, 266.0)]);
        assert_eq!(down(&[("after", 6.1)]), []);
    }
}
