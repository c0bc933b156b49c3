//! What the numbers of a report are.

use super::choice::{dream, layered, replay};
use crate::analysis::burst;
use crate::report::html::Meaning;

pub(super) const RATE: Meaning = Meaning {
    term: "rate",
    text: "Spikes divided by recorded neurons and by simulated seconds, in hertz: the mean rate of a neuron.",
    numbers: &[],
};
pub(super) const SPIKES: Meaning = Meaning {
    term: "spikes",
    text: "Spikes of the recorded neurons that stand in the run file.",
    numbers: &[],
};
pub(super) const RECORDED: Meaning = Meaning {
    term: "recorded",
    text: "Neurons whose spikes are in the run file. Rates are means over these.",
    numbers: &[],
};
pub(super) const CV: Meaning = Meaning {
    term: "CV of intervals",
    text: "Standard deviation of the intervals between a neuron's spikes divided by their mean, averaged over neurons with \
           three or more intervals: 0 is regular, 1 as irregular as a Poisson process. No interval lies across a bout before \
           which neurons are set back to rest. `analyse interval` has a definition of its own, which it states. A dash where no neuron has enough.",
    numbers: &[],
};
pub(super) const FINGERPRINT: Meaning = Meaning {
    term: "fingerprint",
    text: "Hash of all spikes, recorded or not, with their exact times: equal only if two runs did the same, spike for spike. \
           There is none of a run that has not come to its end.",
    numbers: &[],
};
pub(super) const SIMULATED: Meaning = Meaning {
    term: "simulated",
    text: "Time on the network's clock from the start to the end of the last bout; of a run that has not come to its end, to \
           the last bout's end, spike, snapshot or sample in the file.",
    numbers: &[],
};
pub(super) const SEED: Meaning = Meaning {
    term: "seed",
    text: "Number from which every random draw follows: the same model with the same seed gives the same spikes.",
    numbers: &[],
};
pub(super) const ACCURACY: Meaning = Meaning {
    term: "accuracy",
    text: "Share of the test images that are put into the right class, in percent, with the readout over all classes; the mean \
           over seeds, and for all tasks ± the standard deviation over seeds (n − 1).",
    numbers: &[],
};
pub(super) const PERFORMANCE: Meaning = Meaning {
    term: "performance",
    text: "Share of rewarded pairs of food among those that an agent ate in a test of the task, in which it does not learn: half \
           by chance; the mean over seeds and the standard deviation (n − 1).",
    numbers: &[],
};
pub(super) const MEAN_WEIGHT: Meaning = Meaning {
    term: "mean weight",
    text: "Arithmetic mean of all weights of the projection at that moment.",
    numbers: &[],
};
pub(super) const SD_WEIGHT: Meaning = Meaning {
    term: "SD of weights",
    text: "Standard deviation of all weights of the projection around their mean (over n).",
    numbers: &[],
};
pub(super) const EXTREME_WEIGHT: Meaning = Meaning {
    term: "smallest and largest weight",
    text: "Extremes over all weights of the projection at that moment.",
    numbers: &[],
};
pub(super) const CHANGED: Meaning = Meaning {
    term: "changed",
    text: "Share of the weights that differ from the snapshot before, in percent.",
    numbers: &[],
};
pub(super) const DREAM: Meaning = Meaning {
    term: "dream",
    text: "A window of {window} ms of sleep, counted from its start, in which at least {cells} neurons of the last hidden layer fired.",
    numbers: &[
        ("window", dream::WINDOW_MS),
        ("cells", dream::LEAST_CELLS as f64),
    ],
};
pub(super) const CLASS: Meaning = Meaning {
    term: "class dreamt",
    text: "The class of the largest output when the readout (as it was when the network fell asleep) is applied to the numbers \
           of spikes of the last hidden layer in the window. Shuffled: the same numbers of spikes of neurons drawn at random, \
           {shuffles} times for each dream.",
    numbers: &[("shuffles", dream::SHUFFLES as f64)],
};
pub(super) const CONFIDENCE: Meaning = Meaning {
    term: "confidence",
    text: "The largest output divided by the sum of all outputs above zero, in percent; mean over dreams.",
    numbers: &[],
};
pub(super) const DREAM_P: Meaning = Meaning {
    term: "p of a dream",
    text: "(r + 1)/(n + 1), where of n = {shuffles} shuffles r have a confidence at least as large. The number of dreams with p of {level} \
           or less stands beside the number that chance gives, not corrected for many comparisons.",
    numbers: &[
        ("shuffles", dream::SHUFFLES as f64),
        ("level", dream::LEVEL),
    ],
};
pub(super) const MIXTURE: Meaning = Meaning {
    term: "mixture",
    text: "A dream of which the second largest output is at least {mixture} of the largest.",
    numbers: &[("mixture", dream::MIXTURE)],
};
pub(super) const RECENCY: Meaning = Meaning {
    term: "newest task",
    text: "Share of dreams decoded to a class of the task learnt last before the sleep (the Tetris effect); beside it that of \
           the shuffles, which shows what the readout calls random activity, and the share if all classes learnt so far came \
           equally often.",
    numbers: &[],
};
pub(super) const NOVELTY: Meaning = Meaning {
    term: "novelty",
    text: "1 less the largest correlation (Pearson, over pixels) of a dream's image, negative parts set to 0, with any of the \
           training images of the tasks learnt before that sleep (of more than {images} evenly chosen ones); mean over the dreams \
           in the sheet. Shuffled: the image of the same numbers of spikes of random neurons.",
    numbers: &[("images", dream::MOST_COMPARED as f64)],
};
pub(super) const BURST: Meaning = Meaning {
    term: "burst",
    text: "A population burst: the rate of the population, smoothed by a Gaussian, peaks at least {above} standard deviations \
           above its mean; the burst is where it lies above the mean, {shortest} to {longest} ms long, with at least {cells} neurons \
           (the measure population_burst).",
    numbers: &[
        ("above", burst::ABOVE),
        ("shortest", burst::SHORTEST_MS),
        ("longest", burst::LONGEST_MS),
        ("cells", burst::NEURONS as f64),
    ],
};
pub(super) const REPLAY: Meaning = Meaning {
    term: "replay",
    text: "A burst whose decoded position follows a line across the track better than chance: p of the line's score, controlled \
           over all bursts (Benjamini and Hochberg), is at most {level}. Forward as the animal ran, or in reverse.",
    numbers: &[("level", replay::LEVEL)],
};
pub(super) const SCORE: Meaning = Meaning {
    term: "line score",
    text: "Mean probability, over bins of {bin} ms, within a band of {band} bins of position on either side of the best of \
           {lines} random lines; the median of the bin where the line is off the track (Davidson, Kloosterman and Wilson 2009).",
    numbers: &[
        ("bin", replay::BIN_MS),
        ("band", replay::BAND as f64),
        ("lines", replay::LINES as f64),
    ],
};
pub(super) const REPLAY_P: Meaning = Meaning {
    term: "p of a replay",
    text: "(r + 1)/(n + 1), where of n = {shuffles} shuffles r score as much; a shuffle turns the decoded position of each bin of \
           time around the track at random, as is customary. It does not hold the level: a track has ends, so somewhat more than that \
           share of noise may count. The shuffles time_swap, cell_identity and poisson of the measure replay hold it.",
    numbers: &[("shuffles", replay::SHUFFLES as f64)],
};
pub(super) const REPLAY_SPEED: Meaning = Meaning {
    term: "speed of replay",
    text: "Slope of the best line: above zero as the animal ran, below zero in reverse. Means are of sizes, over replays.",
    numbers: &[],
};
pub(super) const PRESENTED: Meaning = Meaning {
    term: "presentation",
    text: "What each unit makes of training images of the task learnt before the sleep ({images} evenly chosen ones at most), by the \
           weights as they were when the network fell asleep: sums of weighted inputs, negative ones set to 0, layer by layer.",
    numbers: &[("images", layered::MOST_IMAGES as f64)],
};
pub(super) const COACTIVE: Meaning = Meaning {
    term: "co-activation",
    text: "Correlation, over all pairs of units, of how far they go together over the images that were presented and over bins of \
           {bin} ms of sleep; of units that vary in both ({units} evenly chosen ones at most). Shuffled: the same with the units \
           exchanged, {shuffles} times; p is (r + 1)/(n + 1), where r of these n correlate as much.",
    numbers: &[
        ("bin", layered::BIN_MS),
        ("units", layered::MOST_UNITS as f64),
        ("shuffles", layered::SHUFFLES as f64),
    ],
};
pub(super) const EXPLAINED: Meaning = Meaning {
    term: "EV and REV",
    text: "EV: the share of variance of the correlations of pairs in this sleep that those of the presentation explain, beyond what \
           was in the sleep before; REV: the same with the two sleeps exchanged, which is what chance and lasting structure give \
           (Kudrimoti, Barnes and McNaughton 1999). Undefined in the first sleep, before which there was none.",
    numbers: &[],
};
pub(super) const ORDERED: Meaning = Meaning {
    term: "order in dreams",
    text: "Spearman's correlation, over the units of the last hidden layer that fire in a dream ({units} or more), of how early they \
           fire first and how strongly the mean image of the class dreamt drives them when it is presented: stronger drives come \
           to threshold sooner. Mean over dreams. Shuffled: drives exchanged among these units, {shuffles} times.",
    numbers: &[
        ("units", layered::LEAST_UNITS as f64),
        ("shuffles", layered::SHUFFLES as f64),
    ],
};
pub(super) const UPWARDS: Meaning = Meaning {
    term: "layers in order",
    text: "Share of the dreams with spikes in every layer that is recorded, from the first hidden one to the output, in which no layer \
           fires before the one below it, as when an image is presented.",
    numbers: &[],
};
