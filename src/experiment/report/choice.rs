//! What reports choose: numbers that their texts name.

/// As `analyse` draws where it is told nothing, so that its numbers are those of pages.
pub(super) const SEED: u64 = 1;

/// Of dreams.
pub(super) mod dream {
    pub use crate::analysis::measure::class_reactivation::MIXTURE;
    pub use crate::analysis::measure::sleeps::{
        LEAST_CELLS, TOLD_AT as LEVEL, TOLD_BY as SHUFFLES, WINDOW_MS,
    };

    /// Images in the sheet; images compared with.
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
    pub use crate::analysis::measure::coactivation::{BIN_MS, MOST_UNITS};
    pub use crate::analysis::measure::sleeps::{LEAST_UNITS, TOLD_BY as SHUFFLES};
    pub use crate::experiment::layered::MOST_IMAGES;
}
