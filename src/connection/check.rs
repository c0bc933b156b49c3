//! Whether a plan can be met.

use crate::base::distribution::Distribution;
use crate::base::time::Duration;
use crate::connection::edges::Edges;
use crate::connection::error::{RuleError, RuleFault};
use crate::connection::plan::{Delay, Plan};

/// Most steps of `delay_resolution` in a part of a delay that is drawn.
pub(super) const MOST_STEPS: u16 = u16::MAX;

/// The shortest delay that is rounded to a step of `resolution`: half of it.
fn shortest(resolution: Duration) -> Duration {
    Duration::from_ps(resolution.ps() - resolution.ps() / 2)
}

impl Plan {
    /// Checks that the plan can be met.
    ///
    /// # Errors
    /// If it cannot, with the reason.
    pub fn check(&self) -> Result<(), RuleError> {
        self.faults().map_err(|fault| self.error(fault))
    }

    pub(super) fn error(&self, fault: RuleFault) -> RuleError {
        RuleError {
            projection: self.name.clone(),
            fault,
        }
    }

    fn faults(&self) -> Result<(), RuleFault> {
        self.check_own()?;
        self.rule.check(&self.space)?;
        self.check_weight()?;
        let Some(delay) = &self.delay else {
            return self.check_listed();
        };
        self.check_delay(delay)
    }

    fn check_listed(&self) -> Result<(), RuleFault> {
        let Some(delays) = self.edges().and_then(Edges::delays) else {
            let key = "axonal_delay";
            return Err(RuleFault::NotGiven { key });
        };
        let dendritic = self.listed_dendritic;
        match delays.distinct[..] {
            [Duration::ZERO, ..] if self.space.own.is_some() => Err(RuleFault::ShortDelay {
                key: "file",
                found_ms: 0.0,
                least: Duration::from_ps(1),
                drawn: false,
                within: true,
            }),
            // Between what happens at once and what does not there is an order that rows of one projection do not have.
            [Duration::ZERO, next, ..] => Err(RuleFault::SomeAtOnce { next }),
            [least, ..] => match dendritic.filter(|&dendritic| least < dendritic) {
                Some(dendritic) => Err(RuleFault::ShortListed { least, dendritic }),
                None => Ok(()),
            },
            [] => Ok(()),
        }
    }

    fn check_own(&self) -> Result<(), RuleFault> {
        let Some(first) = self.space.own else {
            return Ok(());
        };
        let end = u64::from(first) + u64::from(self.space.n_source);
        if end > u64::from(self.space.n_target) {
            return Err(RuleFault::Own {
                first,
                last: end.saturating_sub(1),
                n_target: self.space.n_target,
            });
        }
        Ok(())
    }

    fn check_weight(&self) -> Result<(), RuleFault> {
        let Some(weight) = self.weight else {
            let given = self.edges().and_then(Edges::weights);
            return match given {
                Some(_) => Ok(()),
                None => Err(RuleFault::NotGiven { key: "weight" }),
            };
        };
        let (low, high) = weight.reach();
        let counts = self.edges().and_then(Edges::counts).unwrap_or(&[]);
        let most = f64::from(counts.iter().copied().max().unwrap_or(1));
        let value = most * if low.abs() > high.abs() { low } else { high };
        if value.is_nan() || value.abs() > f64::from(f32::MAX) {
            return Err(RuleFault::Weight { value });
        }
        Ok(())
    }

    fn check_delay(&self, delay: &Delay) -> Result<(), RuleFault> {
        let within = self.space.own.is_some();
        if let Some(velocity) = delay.velocity {
            self.check_velocity(velocity, delay)?;
        }
        for (key, part) in delay.parts() {
            if key == "axonal_delay" && delay.velocity.is_some() {
                continue;
            }
            match part.constant() {
                Some(ms) if ms < 0.0 => {
                    return Err(RuleFault::ShortDelay {
                        key,
                        found_ms: ms,
                        least: Duration::ZERO,
                        drawn: false,
                        within: false,
                    });
                }
                Some(_) => {}
                None => self.check_drawn(key, &part)?,
            }
        }
        // The part that matters.
        let key = match delay.dendritic.constant() {
            Some(0.0) => "axonal_delay",
            _ => "dendritic_delay",
        };
        let range = |cause| RuleFault::DelayRange { key, cause };
        let longest = self.longest_delay_ms();
        Duration::from_ms(longest).map_err(range)?;
        if let Some(ms) = delay.constant() {
            // No delay at all is a choice between two populations; within one a spike would have to be in time for
            // itself. A delay that the clock would round to none is a mistake.
            let tick = Duration::from_ps(1);
            let none = ms == 0.0 && !within;
            if Duration::from_ms(ms).map_err(range)? < tick && !none {
                return Err(RuleFault::ShortDelay {
                    key,
                    found_ms: ms,
                    least: tick,
                    drawn: false,
                    within,
                });
            }
        }
        Ok(())
    }

    /// Checks axonal delays that grow with distance.
    fn check_velocity(&self, velocity: f64, delay: &Delay) -> Result<(), RuleFault> {
        let positive = velocity.is_finite() && velocity > 0.0;
        if !positive {
            return Err(RuleFault::Velocity { found: velocity });
        }
        self.space.placed()?;
        let (low, high) = delay.axonal.reach();
        let least = self.least_drawn()?;
        let range = |cause| RuleFault::DelayRange {
            key: "axonal_delay",
            cause,
        };
        if Duration::from_ms(low).map_err(range)? < least {
            return Err(RuleFault::ShortOffset {
                found_ms: low,
                least,
            });
        }
        self.check_long("axonal_delay", high + self.longest_travel_ms())
    }

    /// The shortest delay that may be drawn.
    fn least_drawn(&self) -> Result<Duration, RuleFault> {
        let resolution = self.delay_resolution;
        if resolution <= Duration::ZERO {
            return Err(RuleFault::Resolution { found: resolution });
        }
        Ok(shortest(resolution))
    }

    /// Checks that the longest delay that may be drawn is within the grid.
    fn check_long(&self, key: &'static str, longest_ms: f64) -> Result<(), RuleFault> {
        let most = self.delay_resolution.ps().saturating_mul(MOST_STEPS.into());
        let most = Duration::from_ps(most);
        let longest = Duration::from_ms(longest_ms);
        if longest.map_err(|cause| RuleFault::DelayRange { key, cause })? > most {
            return Err(RuleFault::LongDelay {
                key,
                found_ms: longest_ms,
                most,
            });
        }
        Ok(())
    }

    fn check_drawn(&self, key: &'static str, part: &Distribution) -> Result<(), RuleFault> {
        let range = |cause| RuleFault::DelayRange { key, cause };
        let (low, high) = part.reach();
        // Whole picoseconds, so that a bound of 0.05 ms meets a resolution of 0.1 ms.
        let least = self.least_drawn()?;
        if Duration::from_ms(low).map_err(range)? < least {
            return Err(RuleFault::ShortDelay {
                key,
                found_ms: low,
                least,
                drawn: true,
                within: self.space.own.is_some(),
            });
        }
        self.check_long(key, high)
    }
}
