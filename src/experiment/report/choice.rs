//! What reports choose: numbers that their texts name.

/// Of dreams.
pub(super) mod dream {
    /// Length of a window: the width of the kernel with which population bursts are found (`nelpy`). The bursts themselves are too
    /// long: without inhibition, activity that runs down from the start of a sleep is one burst of some hundred milliseconds.
    pub const WINDOW_MS: i64 = 10;
    /// Cells that must fire in it, as in a population burst.
    pub const LEAST_CELLS: usize = 5;
    /// Dealings of the spikes to other neurons.
    pub const SHUFFLES: u32 = 199;
    /// Level at which a dream is told from chance.
    pub const LEVEL: f64 = 0.05;
    /// A second class with this share of the first's makes a mixture.
    pub const MIXTURE: f64 = 0.5;
    /// Windows of one sleep that are decoded, of more as many evenly spaced ones; images in the sheet; images compared with.
    pub const MOST_WINDOWS: usize = 400;
    pub const MOST_SHOWN: usize = 60;
    pub const MOST_COMPARED: usize = 5_000;
    /// Images of the control.
    pub const CONTROLS: usize = 10;
}

/// Of replay.
pub(super) mod replay {
    pub use crate::analysis::replay::scored::{BAND, LEVEL, LINES};

    /// As `analyse` takes them where it is told nothing, but for narrower bins and fewer shuffles: bursts of networks are short, their
    /// cells many, and a page is to be there at once.
    pub const BIN_MS: f64 = 10.0;
    pub const SHUFFLES: u64 = 500;
}

/// Of what a layered network does again in sleep.
pub(super) mod layered {
    /// Bins of counts whose correlations are compared: as Kudrimoti, Barnes and McNaughton 1999 chose them.
    pub const BIN_MS: i64 = 200;
    /// Units of a layer whose pairs are looked at, of more as many evenly spaced ones; images that are presented.
    pub const MOST_UNITS: usize = 300;
    pub const MOST_IMAGES: usize = 200;
    /// Exchanges of units.
    pub const SHUFFLES: u32 = 199;
    /// Units that must fire for an order, as in rank orders of events.
    pub const LEAST_UNITS: usize = 5;
}
