//! Plans that no graph can meet.

use crate::base::time::{Duration, TimeRangeError};
use crate::connection::given::shortest;
use crate::connection::{Plan, Rule};

/// Most steps of `delay_resolution` in a drawn delay.
pub(super) const MOST_STEPS: i64 = u16::MAX as i64;

/// Why a projection cannot be connected.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RuleError {
    /// A probability outside 0 to 1.
    #[error("projection `{projection}`: probability is {value}, expected 0 to 1")]
    Probability {
        /// The projection.
        projection: String,
        /// What was given.
        value: f64,
    },
    /// Pairs by number need equal numbers.
    #[error(
        "projection `{projection}`: one_to_one from {n_source} sources to {n_target} targets, expected equal numbers"
    )]
    Unequal {
        /// The projection.
        projection: String,
        /// Sources.
        n_source: u32,
        /// Targets.
        n_target: u32,
    },
    /// A rule that leaves only autapses, which are not allowed.
    #[error(
        "projection `{projection}`: one_to_one from a population to itself makes only autapses, expected autapses = true"
    )]
    OnlyAutapses {
        /// The projection.
        projection: String,
    },
    /// More synapses per neuron or in all than there are pairs.
    #[error(
        "projection `{projection}`: {key} is {wanted}, expected at most {possible} ({why}){help}",
        help = if *.mendable { "\n  help: multapses = true allows several synapses between two neurons" } else { "" }
    )]
    Degree {
        /// The projection.
        projection: String,
        /// Key in the model file.
        key: &'static str,
        /// What was given.
        wanted: u64,
        /// The largest number there can be.
        possible: u64,
        /// Where that number comes from.
        why: String,
        /// Whether multapses would make it possible.
        mendable: bool,
    },
    /// Given edges between other numbers of neurons.
    #[error(
        "projection `{projection}`: found edges from {} sources to {} targets, expected {n_source} and {n_target}",
        found.0, found.1
    )]
    Sizes {
        /// The projection.
        projection: String,
        /// Sources and targets of the edges.
        found: (u32, u32),
        /// Sources.
        n_source: u32,
        /// Targets.
        n_target: u32,
    },
    /// Own neurons that are not all among the targets.
    #[error(
        "projection `{projection}`: own neurons are targets {first} to {last}, expected them among {n_target} targets"
    )]
    Own {
        /// The projection.
        projection: String,
        /// First.
        first: u32,
        /// Last.
        last: u64,
        /// Targets.
        n_target: u32,
    },
    /// A weight that single precision cannot hold.
    #[error("projection `{projection}`: weight may be {value:e}, expected at most {most:e} in magnitude", most = f32::MAX)]
    Weight {
        /// The projection.
        projection: String,
        /// The weight farthest from 0.
        value: f64,
    },
    /// A delay too short.
    #[error("projection `{projection}`: delay may be {found_ms} ms, expected at least {least}{help}",
        help = if *.drawn { ", which rounds to delay_resolution\n  help: give the delay a lower bound; draws below it are drawn again" } else { "" })]
    ShortDelay {
        /// The projection.
        projection: String,
        /// Smallest delay that may be drawn.
        found_ms: f64,
        /// Smallest delay allowed.
        least: Duration,
        /// Whether delays are drawn.
        drawn: bool,
    },
    /// A delay too long for the grid of drawn delays.
    #[error(
        "projection `{projection}`: delay may be {found_ms} ms, expected at most {most} (65535 times delay_resolution)"
    )]
    LongDelay {
        /// The projection.
        projection: String,
        /// Largest delay that may be drawn.
        found_ms: f64,
        /// Largest delay allowed.
        most: Duration,
    },
    /// A delay beyond the clock.
    #[error("projection `{projection}`: delay: {cause}")]
    DelayRange {
        /// The projection.
        projection: String,
        /// What the clock says.
        cause: TimeRangeError,
    },
    /// A grid of delays without steps.
    #[error("projection `{projection}`: delay_resolution is {found}, expected more than 0")]
    Resolution {
        /// The projection.
        projection: String,
        /// What was given.
        found: Duration,
    },
    /// More synapses than offsets can count.
    #[error(
        "projection `{projection}`: found more than {most} synapses in one lane, expected fewer\n  \
         help: use more lanes",
        most = u32::MAX
    )]
    TooManySynapses {
        /// The projection.
        projection: String,
    },
    /// A lane that is not made of this projection's targets.
    #[error(
        "projection `{projection}`: found a lane that is not made of separate ranges of its {n_target} targets"
    )]
    Lane {
        /// The projection.
        projection: String,
        /// Targets.
        n_target: u32,
    },
    /// Lane-local numbers that do not fit the chosen index.
    #[error("projection `{projection}`: a lane has neuron {local}, expected numbers below {limit}")]
    LaneTooLarge {
        /// The projection.
        projection: String,
        /// Largest number.
        local: u64,
        /// What the index can hold.
        limit: u64,
    },
}

impl Plan {
    /// Checks that the plan can be met.
    ///
    /// # Errors
    /// If it cannot, with the reason.
    pub fn check(&self) -> Result<(), RuleError> {
        self.check_own()?;
        self.check_rule()?;
        let (low, high) = self.weight.reach();
        let value = if low.abs() > high.abs() { low } else { high };
        if value.abs() > f64::from(f32::MAX) {
            return Err(RuleError::Weight {
                projection: self.name.clone(),
                value,
            });
        }
        self.check_delay()
    }

    fn check_own(&self) -> Result<(), RuleError> {
        let Some(first) = self.own else {
            return Ok(());
        };
        let end = u64::from(first) + u64::from(self.n_source);
        if end > u64::from(self.n_target) {
            return Err(RuleError::Own {
                projection: self.name.clone(),
                first,
                last: end.saturating_sub(1),
                n_target: self.n_target,
            });
        }
        Ok(())
    }

    fn check_rule(&self) -> Result<(), RuleError> {
        let projection = || self.name.clone();
        match self.rule {
            Rule::AllToAll => Ok(()),
            Rule::OneToOne if self.n_source != self.n_target => Err(RuleError::Unequal {
                projection: projection(),
                n_source: self.n_source,
                n_target: self.n_target,
            }),
            Rule::OneToOne if self.own.is_some() && !self.autapses => {
                Err(RuleError::OnlyAutapses {
                    projection: projection(),
                })
            }
            Rule::OneToOne => Ok(()),
            Rule::FixedProbability(p) if (0.0..=1.0).contains(&p) => Ok(()),
            Rule::FixedProbability(value) => Err(RuleError::Probability {
                projection: projection(),
                value,
            }),
            Rule::FixedInDegree(degree) if self.n_target > 0 => {
                self.check_degree("in_degree", degree, self.n_source, "sources")
            }
            Rule::FixedOutDegree(degree) if self.n_source > 0 => {
                self.check_degree("out_degree", degree, self.n_target, "targets")
            }
            Rule::FixedInDegree(_) | Rule::FixedOutDegree(_) => Ok(()),
            Rule::Given(ref edges) if edges.sizes() != (self.n_source, self.n_target) => {
                Err(RuleError::Sizes {
                    projection: projection(),
                    found: edges.sizes(),
                    n_source: self.n_source,
                    n_target: self.n_target,
                })
            }
            Rule::Given(_) => Ok(()),
            Rule::FixedTotal(total) => {
                let pairs = self.pairs();
                let enough = if self.multapses {
                    pairs > 0 || total == 0
                } else {
                    total <= pairs
                };
                if enough {
                    return Ok(());
                }
                Err(RuleError::Degree {
                    projection: projection(),
                    key: "total",
                    wanted: total,
                    possible: pairs,
                    why: format!(
                        "pairs of {} sources and {} targets{}",
                        self.n_source,
                        self.n_target,
                        self.without_self()
                    ),
                    mendable: pairs > 0,
                })
            }
        }
    }

    fn check_degree(
        &self,
        key: &'static str,
        degree: u32,
        partners: u32,
        word: &str,
    ) -> Result<(), RuleError> {
        let barred = u32::from(self.own.is_some() && !self.autapses);
        let possible = partners.saturating_sub(barred);
        let enough = degree == 0 || (possible > 0 && (self.multapses || degree <= possible));
        if enough {
            return Ok(());
        }
        Err(RuleError::Degree {
            projection: self.name.clone(),
            key,
            wanted: degree.into(),
            possible: possible.into(),
            why: format!("{partners} {word}{}", self.without_self()),
            mendable: possible > 0,
        })
    }

    fn without_self(&self) -> &'static str {
        if self.own.is_some() && !self.autapses {
            ", without autapses"
        } else {
            ""
        }
    }

    fn check_delay(&self) -> Result<(), RuleError> {
        let projection = || self.name.clone();
        let range = |cause| RuleError::DelayRange {
            projection: projection(),
            cause,
        };
        let short = |found_ms, least, drawn| RuleError::ShortDelay {
            projection: projection(),
            found_ms,
            least,
            drawn,
        };
        if let Some(ms) = self.delay_ms.constant() {
            // No delay at all is a choice between two populations; within one a spike would have to be in time for
            // itself. A delay that the clock would round to none is a mistake.
            let tick = Duration::from_ps(1);
            let none = ms == 0.0 && self.own.is_none();
            if Duration::from_ms(ms).map_err(range)? < tick && !none {
                return Err(short(ms, tick, false));
            }
            return Ok(());
        }
        let resolution = self.delay_resolution;
        if resolution <= Duration::ZERO {
            return Err(RuleError::Resolution {
                projection: projection(),
                found: resolution,
            });
        }
        let (low, high) = self.delay_ms.reach();
        // Whole picoseconds, so that a bound of 0.05 ms meets a resolution of 0.1 ms.
        let least = shortest(resolution);
        if Duration::from_ms(low).map_err(range)? < least {
            return Err(short(low, least, true));
        }
        let most = Duration::from_ps(resolution.ps().saturating_mul(MOST_STEPS));
        if Duration::from_ms(high).map_err(range)? > most {
            return Err(RuleError::LongDelay {
                projection: projection(),
                found_ms: high,
                most,
            });
        }
        Ok(())
    }
}
