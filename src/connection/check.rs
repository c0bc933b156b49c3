//! Whether a plan can be met.

use crate::base::time::Duration;
use crate::connection::edges::shortest;
use crate::connection::error::{RuleError, RuleFault};
use crate::connection::plan::{MOST_STEPS, Plan};

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
        let (low, high) = self.weight.reach();
        let value = if low.abs() > high.abs() { low } else { high };
        if value.abs() > f64::from(f32::MAX) {
            return Err(RuleFault::Weight { value });
        }
        self.check_delay()
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

    fn check_delay(&self) -> Result<(), RuleFault> {
        let range = |cause| RuleFault::DelayRange { cause };
        let short = |found_ms, least, drawn| RuleFault::ShortDelay {
            found_ms,
            least,
            drawn,
            within: self.space.own.is_some(),
        };
        if let Some(ms) = self.delay_ms.constant() {
            // No delay at all is a choice between two populations; within one a spike would have to be in time for
            // itself. A delay that the clock would round to none is a mistake.
            let tick = Duration::from_ps(1);
            let none = ms == 0.0 && self.space.own.is_none();
            if Duration::from_ms(ms).map_err(range)? < tick && !none {
                return Err(short(ms, tick, false));
            }
            return Ok(());
        }
        let resolution = self.delay_resolution;
        if resolution <= Duration::ZERO {
            return Err(RuleFault::Resolution { found: resolution });
        }
        let (low, high) = self.delay_ms.reach();
        // Whole picoseconds, so that a bound of 0.05 ms meets a resolution of 0.1 ms.
        let least = shortest(resolution);
        if Duration::from_ms(low).map_err(range)? < least {
            return Err(short(low, least, true));
        }
        let most = Duration::from_ps(resolution.ps().saturating_mul(MOST_STEPS.into()));
        if Duration::from_ms(high).map_err(range)? > most {
            return Err(RuleFault::LongDelay {
                found_ms: high,
                most,
            });
        }
        Ok(())
    }
}
