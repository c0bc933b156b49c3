//! What the numbers of a report are.

use crate::report::html::Meaning;

pub(super) const RATE: Meaning = Meaning {
    term: "rate",
    text: "Spikes divided by recorded neurons and by simulated seconds, in hertz: the mean rate of a neuron.",
};
pub(super) const SPIKES: Meaning = Meaning {
    term: "spikes",
    text: "Spikes of the recorded neurons that stand in the run file.",
};
pub(super) const RECORDED: Meaning = Meaning {
    term: "recorded",
    text: "Neurons whose spikes are in the run file. Rates are means over these.",
};
pub(super) const CV: Meaning = Meaning {
    term: "CV of intervals",
    text: "Standard deviation of the intervals between a neuron's spikes divided by their mean, averaged over neurons with \
           three or more intervals: 0 is regular, 1 as irregular as a Poisson process. No interval lies across a bout before \
           which neurons are set back to rest. A dash where no neuron has enough.",
};
pub(super) const FINGERPRINT: Meaning = Meaning {
    term: "fingerprint",
    text: "Hash of all spikes, recorded or not, with their exact times: equal only if two runs did the same, spike for spike. \
           There is none of a run that has not come to its end.",
};
pub(super) const SIMULATED: Meaning = Meaning {
    term: "simulated",
    text: "Time on the network's clock from the start to the end of the last bout; of a run that has not come to its end, to \
           the last bout's end, spike, snapshot or sample in the file.",
};
pub(super) const SEED: Meaning = Meaning {
    term: "seed",
    text: "Number from which every random draw follows: the same model with the same seed gives the same spikes.",
};
pub(super) const ACCURACY: Meaning = Meaning {
    term: "accuracy",
    text: "Share of the test images that are put into the right class, in percent, with the readout over all classes; the mean \
           over seeds, and for all tasks ± the standard deviation over seeds (n − 1).",
};
pub(super) const MEAN_WEIGHT: Meaning = Meaning {
    term: "mean weight",
    text: "Arithmetic mean of all weights of the projection at that moment.",
};
pub(super) const SD_WEIGHT: Meaning = Meaning {
    term: "SD of weights",
    text: "Standard deviation of all weights of the projection around their mean (over n).",
};
pub(super) const EXTREME_WEIGHT: Meaning = Meaning {
    term: "smallest and largest weight",
    text: "Extremes over all weights of the projection at that moment.",
};
pub(super) const CHANGED: Meaning = Meaning {
    term: "changed",
    text: "Share of the weights that differ from the snapshot before, in percent.",
};
