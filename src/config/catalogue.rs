//! Sections as users see them, and the keys that projections and stimuli have whatever their rule or kind.

use crate::base::parameter::Spec;
use crate::connection;
use crate::network::projection::WEIGHTS;
use crate::stimulus::Entry;

/// A section of the model file, or a table that stands in place of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindSpec {
    /// Name in model files.
    pub name: &'static str,
    /// One sentence on what it is.
    pub summary: &'static str,
    /// Its keys.
    pub keys: &'static [KeySpec],
}

/// A key of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeySpec {
    /// Name in model files.
    pub name: &'static str,
    /// Unit or type of its value.
    pub value: &'static str,
    /// What it is where the model file is silent; `None` where the user must decide.
    pub default: Option<&'static str>,
    /// One line on what it is.
    pub doc: &'static str,
}

const fn key(
    name: &'static str,
    value: &'static str,
    default: Option<&'static str>,
    doc: &'static str,
) -> KeySpec {
    KeySpec {
        name,
        value,
        default,
        doc,
    }
}

const NAME: &str = "name";
const NAMES: &str = "names";
/// A value in the unit of what is drawn.
const QUANTITY: &str = "its unit";
/// What the neuron model of the target asks for.
const WEIGHT: &str = "mV, pA, number";

const SOURCE: KeySpec = key("source", NAME, None, "population whose spikes arrive");
const TARGET: KeySpec = key(
    "target",
    NAMES,
    None,
    "populations that they arrive at, taken for one; their weights have one unit",
);
const DELAY_RESOLUTION: KeySpec = key(
    "delay_resolution",
    "ms",
    Some("0.1"),
    "drawn delays are rounded to a multiple of it",
);

/// Keys of every projection that a rule makes.
const OF_PROJECTIONS: &[KeySpec] = &[
    SOURCE,
    TARGET,
    key(
        "weight",
        WEIGHT,
        None,
        "what an arrival adds, or a distribution; in the unit of the target's neuron model, 1 where that has none",
    ),
    key(
        "axonal_delay",
        "ms",
        None,
        "time from spike to arrival, or a distribution; may be 0 between different populations",
    ),
    key(
        "dendritic_delay",
        "ms",
        Some("0"),
        "time from arrival to soma, or a distribution",
    ),
    DELAY_RESOLUTION,
    key(
        "autapses",
        "true, false",
        Some("false"),
        "whether a neuron may have a synapse onto itself",
    ),
];

/// Keys of every projection that a file lists.
const OF_LISTS: &[KeySpec] = &[
    SOURCE,
    TARGET,
    key(
        "weight",
        WEIGHT,
        Some("the file's"),
        "of every synapse, or a distribution, in place of the file's column",
    ),
    key(
        "axonal_delay",
        "ms",
        Some("the file's"),
        "of every synapse, or a distribution, in place of the file's column",
    ),
    key(
        "dendritic_delay",
        "ms",
        Some("the file's"),
        "the same for the time from arrival to soma",
    ),
    DELAY_RESOLUTION,
];

/// Keys of every projection with a weight for each pair.
const OF_MATRICES: &[KeySpec] = &[
    SOURCE,
    key("target", NAME, None, "population that they arrive at"),
    key(
        "axonal_delay",
        "ms",
        None,
        "time from spike to arrival; may be 0 between different populations",
    ),
    key(
        "plasticity",
        "{ rule, … }, off",
        Some("off"),
        "rule that changes the weights, with its parameters",
    ),
    key(
        "layer_names",
        NAMES,
        Some("by number or shape"),
        "the file's layers from input to output, where neither names nor shapes tell their order",
    ),
];

/// Keys that a projection connected by `rule` has beside the rule's own.
pub fn keys_of_projections(rule: &Spec) -> &'static [KeySpec] {
    if rule.name == WEIGHTS.name {
        OF_MATRICES
    } else if rule.name == connection::LISTED {
        OF_LISTS
    } else {
        OF_PROJECTIONS
    }
}

/// Keys that a stimulus has beside those of its kind.
pub fn keys_of_stimuli(entry: &Entry) -> &'static [KeySpec] {
    const TARGETS: KeySpec = key("target", NAMES, None, "populations that are driven");
    const ONE: KeySpec = key("target", NAME, None, "population that is driven");
    const CHARGED: KeySpec = key(
        "target",
        NAMES,
        None,
        "populations that are driven; their neurons have a capacitance",
    );
    const ADDS: KeySpec = key(
        "weight",
        WEIGHT,
        None,
        "what a spike adds, in the unit of the target's neuron model, 1 where that has none",
    );
    match (entry.arrives, entry.names_neurons) {
        (true, false) => &[TARGETS, ADDS],
        (true, true) => &[ONE, ADDS],
        (false, _) => &[CHARGED],
    }
}

const LOW: KeySpec = key(
    "low",
    QUANTITY,
    Some("none"),
    "draws below it are drawn again",
);
const HIGH: KeySpec = key(
    "high",
    QUANTITY,
    Some("none"),
    "draws above it are drawn again",
);

/// Values of `distribution` in a table that stands in place of a value.
pub static DISTRIBUTIONS: &[KindSpec] = &[
    KindSpec {
        name: "uniform",
        summary: "Every value between two bounds alike.",
        keys: &[
            key("low", QUANTITY, None, "smallest value"),
            key("high", QUANTITY, None, "bound that is not reached"),
        ],
    },
    KindSpec {
        name: "normal",
        summary: "Gaussian.",
        keys: &[
            key("mean", QUANTITY, None, "mean before bounds"),
            key("sd", QUANTITY, None, "standard deviation before bounds"),
            LOW,
            HIGH,
        ],
    },
    KindSpec {
        name: "log_normal",
        summary: "A variable whose logarithm is Gaussian; with a negative mean, the negative of one.",
        keys: &[
            key(
                "mean",
                QUANTITY,
                None,
                "mean of the variable itself, before bounds; below 0 for inhibitory weights",
            ),
            key(
                "sd",
                QUANTITY,
                None,
                "its standard deviation, before bounds",
            ),
            LOW,
            HIGH,
        ],
    },
    KindSpec {
        name: "exponential",
        summary: "Exponential, from an offset upwards.",
        keys: &[
            key(
                "mean",
                QUANTITY,
                None,
                "mean distance from the offset, before bounds",
            ),
            key("offset", QUANTITY, Some("0"), "smallest value"),
            LOW,
            HIGH,
        ],
    },
];

/// Sections of a model file whose keys are the same whatever the network is, and the table that stands where a value is
/// drawn. `record` is that of a network; sleep replay has `states` and `weights` as well.
pub static SECTIONS: &[KindSpec] = &[
    KindSpec {
        name: "record",
        summary: "What goes into the run file.",
        keys: &[
            key(
                "spikes",
                NAMES,
                Some("none"),
                "populations whose spikes are recorded; or of some neurons, { population = \"e\", first = 100 } or \
                 { population = \"e\", neurons = [3, 5] }",
            ),
            key(
                "rates",
                "table, off",
                Some("off"),
                "{ bin = \"1 ms\" }: mean rates of the recorded populations, as rates.csv",
            ),
            key(
                "states",
                "tables",
                Some("none"),
                "{ population = \"e\", first = 3, variables = [\"v_m\"], every = \"0.1 ms\" }: sampled variables, as \
                 SONATA reports under /report; `neurons` as for spikes",
            ),
            key(
                "weights",
                "table, off",
                Some("off"),
                "{ projection = [\"hidden1_output\"], at = [\"0 s\", \"1 s\"] }: weights of projections with `rule = \
                 \"weights\"` as they stand then, under /weights; every = \"500 ms\" in place of `at`, start and end included",
            ),
        ],
    },
    KindSpec {
        name: "bout",
        summary: "[[bout]]: what happens one after the other, in place of `duration`: a stretch of time with some of the \
                  stimuli on.",
        keys: &[
            key(
                "name",
                "text",
                Some("bout N"),
                "names it in figures and files, and the random streams that begin with it",
            ),
            key("duration", "ms", None, "how long it lasts"),
            key(
                "stimuli",
                NAMES,
                Some("all"),
                "stimuli that are on; their own times count from when they are switched on",
            ),
            key(
                "keep",
                "all, weights",
                Some("all"),
                "what is kept of the state before it: everything, or the weights alone, with every neuron at rest",
            ),
        ],
    },
    KindSpec {
        name: "guard",
        summary: "What ends a run that has left all bounds, with exit code 4: a neuron's mean rate over a population and a \
                  window, and any state that is not a finite number.",
        keys: &[
            key(
                "max_rate",
                "Hz, off",
                Some("1000"),
                "more is a network that runs away; off by default where a trained network sleeps",
            ),
            key(
                "min_rate",
                "Hz, off",
                Some("off"),
                "less is a network that falls silent",
            ),
            key(
                "window",
                "ms",
                Some("100"),
                "of simulated time, one after the other from 0 on",
            ),
        ],
    },
    KindSpec {
        name: "checkpoint",
        summary: "What `sharpwave resume` goes on from after a run was killed; one that is stopped always leaves a \
                  checkpoint.",
        keys: &[key(
            "every",
            "min, off",
            Some("10"),
            "time by the clock from one to the next; changes no result",
        )],
    },
];

#[cfg(test)]
mod tests;
