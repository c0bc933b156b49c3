//! A human night by chance: stages of epochs of 30 s, a Markov chain whose rates change with the NREM-REM cycle, the night
//! and age.
//!
//! The chain begins with the transitions that Metzner and others counted (2021, Commun Biol 4, doi:10.1038/s42003-021-02912-6,
//! the file `traMat_Epoch.npy` of their supplement, epochs of 30 s, as the program YASA gives it). One matrix for all of the
//! night gives neither cycles nor deep sleep early: rates that vary over the night do (Kemp and Kamphuisen 1986, Sleep 9:405),
//! above all that from stage 2 to stage 3 (Yang and Hursch 1973). So each rate out of a stage is multiplied by a factor:
//!
//! - Cycles: parts of NREM and of REM sleep, whose lengths are drawn, follow each other. There is no way into REM sleep in the
//!   first kind, and a wide one in the second.
//! - Deep sleep: the way from N2 to N3 narrows as sleep goes on, and is shut in parts of REM sleep.
//! - Health: the counts have three times the wake and N1 of healthy adults.
//! - Age: wake and N1 grow (Boulos and others 2019, Lancet Respir Med 7(6): 9.7 min and 0.5 % a decade), deep sleep and REM
//!   sleep shrink (Ohayon and others 2004, Sleep 27:1255).
//!
//! The factors are ours, chosen so that nights have the published shares of stages, number of cycles and REM latency; the test
//! says which. What the model does not have: lengths of wake without a scale of their own (Lo and others 2002, Europhys
//! Lett), nights of one sleeper that resemble each other, and sleepers who differ but by age.

use super::stage::{Epoch, Night, Score, Stage};
use crate::base::function;
use crate::base::stream::Stream;
use crate::base::time::Duration;

/// An epoch of the AASM's rules, in milliseconds.
const EPOCH_MS: f64 = 30_000.0;

/// Epochs of a minute.
const PER_MINUTE: f64 = 2.0;

/// Transitions from epoch to epoch, from a row's stage to a column's, in the order of [`Stage::ALL`].
const COUNTS: [[f64; 5]; 5] = [
    [11737.0, 571.0, 84.0, 2.0, 2.0],
    [281.0, 6697.0, 1661.0, 11.0, 59.0],
    [253.0, 1070.0, 26259.0, 505.0, 272.0],
    [49.0, 176.0, 279.0, 9630.0, 12.0],
    [57.0, 189.0, 84.0, 2.0, 10071.0],
];

const W: usize = 0;
const N1: usize = 1;
const N2: usize = 2;
const N3: usize = 3;
const R: usize = 4;

/// The age at which factors are as given here.
const AGE: f64 = 25.0;

/// Mean minutes of the NREM part of successive cycles, the last for all that follow, and of the REM part.
const NREM_MIN: [f64; 5] = [76.0, 80.0, 75.0, 70.0, 66.0];
const REM_MIN: [f64; 4] = [15.0, 23.0, 30.0, 34.0];

/// Exponential parts that a length is the sum of: its standard deviation is a quarter of its mean.
const SHAPE: u32 = 16;

/// Epochs of sleep after which the way into deep sleep has narrowed to 1/e.
const DEEP_FADES: f64 = 300.0;

/// In a part of REM sleep: how much wider the ways into it and out of N3 are. In one of NREM sleep: that from REM sleep to
/// N2, so that the last part's REM sleep ends soon.
const INTO_REM: f64 = 25.0;
const OUT_OF_N3: f64 = 10.0;
const OUT_OF_REM: f64 = 60.0;

/// Factors of one night: of rates, and of the lengths of parts.
struct Factors {
    into_wake: f64,
    /// After sleep has begun: awakenings are shorter than the wait for sleep.
    out_of_wake: f64,
    into_n1: f64,
    /// When sleep begins.
    into_n3: f64,
    nrem: f64,
    rem: f64,
}

impl Factors {
    /// Each as it is at 25 years of age, and what a decade changes about it.
    fn of(age: f64) -> Self {
        const YEARS: f64 = 10.0;
        let decades = (age - AGE) / YEARS;
        Self {
            into_wake: 0.8 * (1.0 + 0.3 * decades),
            out_of_wake: 3.5 / (1.0 + 0.1 * decades),
            into_n1: 0.17 * (1.0 + 0.03 * decades),
            into_n3: 2.9 * function::exp(-0.15 * decades),
            nrem: 1.0 - 0.02 * decades,
            rem: 1.0 - 0.04 * decades,
        }
    }
}

/// Where the chain stands.
struct Chain {
    factors: Factors,
    stream: Stream,
    stage: usize,
    /// Epochs of sleep so far.
    slept: f64,
    /// Of the cycle at hand, from 0.
    cycle: usize,
    in_rem: bool,
    /// Epochs until its part ends; `None` before sleep begins.
    left: Option<f64>,
}

/// A night of `length` in bed at `age` in years, drawn from the stream of `seed`; its last epoch may be shorter.
pub fn human(age: f64, length: Duration, seed: u64) -> Night {
    of_number(age, length, seed, 0)
}

/// As [`human`], the night of this number of a sleeper, from a stream of its own.
pub(super) fn of_number(age: f64, length: Duration, seed: u64, number: u64) -> Night {
    let mut chain = Chain {
        factors: Factors::of(age),
        stream: Stream::new(seed, "hypnogram", number),
        stage: W,
        slept: 0.0,
        cycle: 0,
        in_rem: false,
        left: None,
    };
    let epoch = Duration::from_ms(EPOCH_MS).unwrap_or(length);
    let epochs = length.ps() / epoch.ps();
    let rest = Duration::from_ps(length.ps() % epoch.ps());
    let lengths = (0..epochs).map(|_| epoch);
    let lengths = lengths.chain((rest > Duration::ZERO).then_some(rest));
    Night::of(lengths.enumerate().map(|(at, length)| {
        let score = Score::Stage(Stage::ALL[chain.stage]);
        chain.advance();
        Epoch {
            length,
            score,
            place: at + 1,
        }
    }))
}

impl Chain {
    /// Draws the stage of the next epoch.
    fn advance(&mut self) {
        self.keep_time();
        let row = self.row();
        let total: f64 = row.iter().sum();
        // Factors may make a stage certain to end.
        let mut draw = self.stream.uniform() * total.max(1.0);
        let next = row.iter().position(|rate| {
            draw -= rate;
            draw < 0.0
        });
        self.stage = next.unwrap_or(self.stage);
    }

    /// Counts the epoch that ends, and goes on to the next part of the cycle where it is time.
    fn keep_time(&mut self) {
        if self.stage == W && self.left.is_none() {
            return;
        }
        if self.stage != W {
            self.slept += 1.0;
        }
        let left = match self.left {
            Some(left) => left - 1.0,
            None => self.part(),
        };
        self.left = Some(left);
        if left <= 0.0 {
            self.cycle += usize::from(self.in_rem);
            self.in_rem = !self.in_rem;
            self.left = Some(self.part());
        }
    }

    /// Draws the length of the part that begins, in epochs.
    fn part(&mut self) -> f64 {
        let (means, factor) = match self.in_rem {
            true => (&REM_MIN[..], self.factors.rem),
            false => (&NREM_MIN[..], self.factors.nrem),
        };
        let mean = means[self.cycle.min(means.len() - 1)] * factor * PER_MINUTE;
        let sum: f64 = (0..SHAPE).map(|_| self.stream.exponential()).sum();
        mean * sum / f64::from(SHAPE)
    }

    /// The chance of each other stage in the next epoch; more than 1 together where one of them is certain.
    fn row(&self) -> [f64; 5] {
        let (from, factors) = (self.stage, &self.factors);
        let counts = COUNTS[from];
        let total: f64 = counts.iter().sum();
        let mut row = counts.map(|count| count / total);
        row[from] = 0.0;
        if self.left.is_none() {
            // Sleep begins with N1 or N2.
            [row[N3], row[R]] = [0.0; 2];
            return row;
        }
        row[W] *= factors.into_wake;
        if from == W {
            row = row.map(|rate| rate * factors.out_of_wake);
        } else {
            row[N1] *= factors.into_n1;
        }
        match (self.in_rem, from) {
            (true, N2) => row[N3] = 0.0,
            (true, N3) => row[N2] *= OUT_OF_N3,
            (false, N2) => {
                row[N3] *= factors.into_n3 * function::exp(-self.slept / DEEP_FADES);
            }
            (false, R) => row[N2] *= OUT_OF_REM,
            _ => {}
        }
        match self.in_rem {
            true if from != N3 => row[R] *= INTO_REM,
            true => {}
            false => row[R] = 0.0,
        }
        row
    }
}

#[cfg(test)]
mod tests;
