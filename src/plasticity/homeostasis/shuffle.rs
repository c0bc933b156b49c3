//! Weights that change places: what was learned is gone, how strong synapses are is not.

use super::{Act, ActsOn, Entry, Homeostasis};
use crate::base::parameter::Spec;
use crate::base::stream::Stream;

pub(super) static ENTRY: Entry = Entry {
    spec: &SPEC,
    acts_on: ActsOn::Weights,
    build: |_| Ok(Act::Weights(Box::new(Shuffle))),
};

static SPEC: Spec = Spec {
    name: "shuffle",
    summary: "Shuffled weights, as a control: the synapses onto each neuron exchange their weights at random, so that it keeps \
              them all and hears them from others.",
    equations: "at each instant, over the synapses of one projection onto one target: w_k <- w_p(k), p a random order, all as \
                likely",
    parameters: &[],
    source: "as `column_shuffle` of modify_wmx.py in the code of Ecker et al. 2022, eLife 11:e71850",
};

#[derive(Debug)]
struct Shuffle;

impl Homeostasis for Shuffle {
    /// Who keeps all weights keeps their signs, too.
    fn is_signed(&self) -> bool {
        true
    }

    fn act(&self, strengths: &mut [f64], _rate_hz: f64, draw: &dyn Fn() -> Stream) {
        draw().shuffle(strengths);
    }
}

#[cfg(test)]
mod tests {
    use crate::base::parameter::Values;
    use crate::base::stream::Stream;
    use crate::plasticity::homeostasis::of_weights;

    #[test]
    fn weights_stay_and_change_places() {
        let shuffled = |seed| {
            let mut strengths: Vec<f64> = (0..40).map(f64::from).collect();
            let draw = || Stream::new(seed, "shuffle", 0);
            of_weights("shuffle", &Values::new()).act(&mut strengths, 0.0, &draw);
            strengths
        };
        let (one, other) = (shuffled(1), shuffled(2));
        let mut sorted = one.clone();
        sorted.sort_by(f64::total_cmp);
        assert_eq!(sorted, (0..40).map(f64::from).collect::<Vec<_>>());
        assert_eq!(one, shuffled(1));
        assert!(one != other && one != sorted);
        // Signs change places with their weights.
        assert!(of_weights("shuffle", &Values::new()).is_signed());
    }
}
