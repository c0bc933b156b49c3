//! The way from what is altered in one bout to what is in the next, step by step.

use serde::{Deserialize, Serialize};

use crate::base::time::{Duration, Time};
use crate::network::path::Alterations;

/// On the way from one to another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Way {
    pub(super) from: Alterations,
    pub(super) to: Alterations,
    pub(super) start: Time,
    pub(super) length: Duration,
    pub(super) steps: i64,
    pub(super) done: i64,
}

impl Way {
    /// When the next step is due.
    pub(super) fn due(&self) -> Time {
        let passed = i128::from(self.length.ps()) * i128::from(self.done + 1);
        let passed = passed / i128::from(self.steps);
        let passed = i64::try_from(passed).unwrap_or(i64::MAX);
        let due = self.start.checked_add(Duration::from_ps(passed));
        due.unwrap_or(Time::MAX)
    }

    /// What is altered after so many steps.
    pub(super) fn after(&self, done: f64) -> Alterations {
        let share = done / self.steps as f64;
        let at = |all: &Alterations, path| all.get(path).copied().unwrap_or_default();
        let paths = self.from.keys().chain(self.to.keys());
        let altered = paths.map(|path| {
            let on_the_way = at(&self.from, path).towards(at(&self.to, path), share);
            (path.clone(), on_the_way)
        });
        altered.filter(|(_, how)| !how.is_none()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::alteration::Alteration;
    use crate::network::{ParameterPath, Part};

    #[test]
    fn steps_are_no_coarser_than_asked_for_and_end_where_the_way_does() {
        let path = ParameterPath::new(Part::Population, "e", "b");
        let way = Way {
            from: Alterations::new(),
            to: Alterations::from([(path.clone(), Alteration::factor(4.0))]),
            start: Time::from_ps(100),
            length: Duration::from_ps(1_000),
            steps: 3,
            done: 0,
        };
        let due = |done| {
            Way {
                done,
                ..way.clone()
            }
            .due()
            .ps()
        };
        assert_eq!([due(0), due(1), due(2)], [433, 766, 1_100]);
        assert_eq!(way.after(0.0), Alterations::new());
        assert_eq!(way.after(1.0)[&path].factor, 2.0);
        assert_eq!(way.after(3.0), way.to);
    }
}
