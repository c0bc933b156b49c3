//! A running hash over all spikes of a run.

use std::fmt;

use crate::base::stream::mix;
use crate::base::time::Time;

/// 128 bits over population, node and tick of every spike, summed: equal whenever the same spikes happened, in
/// whatever order threads report them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Fingerprint {
    low: u64,
    high: u64,
}

impl Fingerprint {
    /// Adds the spikes of `nodes` of the population with number `population` at `t`.
    pub fn add(&mut self, population: u64, t: Time, nodes: &[u32]) {
        let instant = mix(population ^ mix(t.ps() as u64));
        for &node in nodes {
            let spike = mix(instant.wrapping_add(u64::from(node)));
            self.low = self.low.wrapping_add(spike);
            self.high = self.high.wrapping_add(mix(spike));
        }
    }

    /// Adds all that went into `other`.
    pub fn merge(&mut self, other: Self) {
        self.low = self.low.wrapping_add(other.low);
        self.high = self.high.wrapping_add(other.high);
    }
}

impl fmt::Display for Fingerprint {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.high, self.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(spikes: &[(u64, i64, u32)]) -> String {
        let mut fingerprint = Fingerprint::default();
        for &(population, ps, node) in spikes {
            fingerprint.add(population, Time::from_ps(ps), &[node]);
        }
        fingerprint.to_string()
    }

    #[test]
    fn order_does_not_matter_and_everything_else_does() {
        let all = of(&[(1, 5, 0), (1, 5, 1), (2, 7, 0)]);
        assert_eq!(all, of(&[(2, 7, 0), (1, 5, 1), (1, 5, 0)]));
        for other in [
            [(1, 5, 0), (1, 5, 1), (2, 7, 1)],
            [(1, 5, 0), (1, 6, 1), (2, 7, 0)],
            [(1, 5, 0), (2, 5, 1), (2, 7, 0)],
        ] {
            assert_ne!(all, of(&other));
        }
        assert_eq!(of(&[]), "0".repeat(32));
    }
}
