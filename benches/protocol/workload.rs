//! The runs to measure and the numbers to reach.

/// A run of a model file.
#[derive(Debug, Clone, Copy)]
pub struct Workload {
    /// What selects it; `window` selects `window/1` too.
    pub name: &'static str,
    /// What it is, for the record.
    pub title: &'static str,
    /// Name of the model file.
    pub model: &'static str,
    /// Changes to the model file, as arguments.
    pub changes: &'static [&'static str],
    /// Whether the data set's own files are needed.
    pub data: bool,
    /// Whether it runs when nothing is selected: the floors, but not the studies.
    pub standard: bool,
    /// What to reach.
    pub floors: &'static [Floor],
}

/// A number and where it should lie.
#[derive(Debug, Clone, Copy)]
pub struct Floor {
    /// What is measured.
    pub quantity: Quantity,
    /// From here, this included.
    pub low: f64,
    /// To here, this included.
    pub high: f64,
}

/// What a floor is about.
#[derive(Debug, Clone, Copy)]
pub enum Quantity {
    /// Time from start to end, s.
    Wall,
    /// Largest resident set, 10⁶ bytes.
    Memory,
    /// Accuracy of a network at its end, mean over seeds, %.
    Mean(&'static str),
    /// Accuracy of a network at its end, for every seed by itself, %.
    EverySeed(&'static str),
    /// Accuracy of the network that sleeps at a stage, for every seed by itself, %.
    Stage(&'static str),
}

use Quantity::{EverySeed, Mean, Memory, Stage, Wall};

const fn within(quantity: Quantity, low: f64, high: f64) -> Floor {
    Floor {
        quantity,
        low,
        high,
    }
}

const fn at_most(quantity: Quantity, high: f64) -> Floor {
    within(quantity, 0.0, high)
}

const DIGITS: Workload = Workload {
    name: "digits",
    title: "digits, continuous, as shipped",
    model: "sleep_replay_digits",
    changes: &[],
    data: false,
    standard: true,
    floors: &[
        at_most(Wall, 120.0),
        at_most(Memory, 500.0),
        within(Mean("sequential"), 19.0, 20.0),
        within(Mean("sleep"), 36.0, 50.0),
        within(EverySeed("sleep"), 28.0, 100.0),
        within(Mean("joint"), 85.0, 100.0),
    ],
};

const MNIST: Workload = Workload {
    name: "mnist",
    title: "MNIST, grid, as shipped",
    model: "sleep_replay_mnist",
    changes: &[],
    data: true,
    standard: true,
    floors: &[
        within(Mean("sequential"), 19.0, 20.0),
        within(Mean("sleep"), 38.0, 54.0),
        within(EverySeed("sleep"), 30.0, 100.0),
    ],
};

const FASHION: Workload = Workload {
    name: "fashion",
    title: "Fashion-MNIST, grid, as shipped",
    model: "sleep_replay_fashion",
    changes: &[],
    data: true,
    standard: true,
    floors: &[
        within(Mean("sequential"), 19.0, 20.0),
        within(Mean("sleep"), 36.0, 47.0),
    ],
};

/// The published 0.75 % are of all images of the old classes, some 12,000 per task, and rounded to hundreds: 100, 200,
/// 300 and 400 images in all. That is 2 % of the 5,000 per task that are trained on here.
const REHEARSAL: &str = "--set=mlp.training.rehearsal=0.02";

/// Digits with ten seeds and nothing but sleep; every seed keeps its spikes.
const fn window(
    name: &'static str,
    title: &'static str,
    changes: &'static [&'static str],
) -> Workload {
    Workload {
        name,
        title,
        changes,
        standard: false,
        floors: &[],
        ..DIGITS
    }
}

/// What a window run sets beside the window itself.
macro_rules! window_changes {
    ($change:literal) => {
        &[
            "--seeds=10",
            "--keep-seeds",
            "--set=compare.models=[]",
            "--set=record.weights=\"off\"",
            "--set=output.figures=false",
            concat!("--set=", $change),
        ]
    };
}

/// Every workload, in the order in which they run.
pub const ALL: &[Workload] = &[
    Workload {
        name: "patches",
        title: "patches, grid, as shipped",
        model: "sleep_replay_patches",
        floors: &[
            within(Stage("task 1"), 50.0, 50.0),
            within(Stage("task 2"), 50.0, 50.0),
            within(Stage("sleep 1"), 100.0, 100.0),
        ],
        ..DIGITS
    },
    DIGITS,
    Workload {
        name: "digits_grid",
        title: "digits, grid",
        changes: &["--set=sleep.grid=\"1 ms\""],
        floors: &[],
        ..DIGITS
    },
    Workload {
        name: "mnist_one_seed",
        title: "MNIST, grid, one seed",
        changes: &["--seeds=1"],
        floors: &[at_most(Wall, 75.0)],
        ..MNIST
    },
    MNIST,
    FASHION,
    Workload {
        name: "mnist_first_sleep",
        title: "MNIST, grid, the first task and its sleep alone",
        changes: &[
            "--keep-seeds",
            "--set=data.tasks=[[0, 1]]",
            "--set=sleep.duration=\"15 s\"",
            "--set=compare.models=[]",
        ],
        standard: false,
        floors: &[],
        ..MNIST
    },
    Workload {
        name: "mnist_rehearsal",
        title: "MNIST, grid, rehearsal",
        changes: &[
            "--seeds=3",
            REHEARSAL,
            "--set=compare.models=[\"sequential\"]",
        ],
        standard: false,
        floors: &[],
        ..MNIST
    },
    Workload {
        name: "fashion_rehearsal",
        title: "Fashion-MNIST, grid, rehearsal",
        changes: &[REHEARSAL, "--set=compare.models=[\"sequential\"]"],
        standard: false,
        floors: &[],
        ..FASHION
    },
    Workload {
        name: "mnist_last_task/15",
        title: "MNIST, grid, one sleep of 15 s after all tasks",
        changes: &[
            "--seeds=3",
            "--set=sleep.after=\"last_task\"",
            "--set=sleep.duration=\"15 s\"",
            "--set=compare.models=[]",
        ],
        standard: false,
        floors: &[],
        ..MNIST
    },
    Workload {
        name: "mnist_last_task/35",
        title: "MNIST, grid, one sleep of 35 s after all tasks",
        changes: &[
            "--seeds=3",
            "--set=sleep.after=\"last_task\"",
            "--set=sleep.duration=\"35 s\"",
            "--set=compare.models=[]",
        ],
        standard: false,
        floors: &[],
        ..MNIST
    },
    window(
        "window/grid",
        "digits, grid, window 1 ms",
        window_changes!("sleep.grid=\"1 ms\""),
    ),
    window(
        "window/0.5",
        "digits, continuous, window 0.5 ms",
        window_changes!("plasticity.window=\"0.5 ms\""),
    ),
    window(
        "window/1",
        "digits, continuous, window 1 ms",
        window_changes!("plasticity.window=\"1 ms\""),
    ),
    window(
        "window/2",
        "digits, continuous, window 2 ms",
        window_changes!("plasticity.window=\"2 ms\""),
    ),
    window(
        "window/5",
        "digits, continuous, window 5 ms",
        window_changes!("plasticity.window=\"5 ms\""),
    ),
];
