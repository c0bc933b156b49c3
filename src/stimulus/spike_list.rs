//! Spikes given one by one, from a file or another program.

use crate::base::time::{Duration, Time};
use crate::stimulus::{Spike, Stimulus};

/// Spikes handed over at one tick: enough to make ticks rare, few enough to stay in cache.
const CHUNK: usize = 4096;

/// A fixed list of spikes.
#[derive(Debug, Clone)]
pub struct SpikeList {
    spikes: Vec<Spike>,
    next: usize,
}

impl SpikeList {
    /// The spikes of `list`, given in any order on a clock of their own, moved by `offset` onto the network's.
    pub fn new(list: &[Spike], offset: Duration) -> Self {
        let mut spikes: Vec<Spike> = list.iter().map(|&(t, unit)| (t + offset, unit)).collect();
        spikes.sort_unstable();
        Self { spikes, next: 0 }
    }
}

impl Stimulus for SpikeList {
    fn tick(&mut self, _now: Time, spikes: &mut Vec<Spike>) -> Option<Time> {
        let end = (self.next + CHUNK).min(self.spikes.len());
        spikes.extend_from_slice(&self.spikes[self.next..end]);
        self.next = end;
        self.spikes.get(end).map(|&(t, _)| t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spike_comes_once_and_in_order() {
        let list: Vec<Spike> = (0..10_000)
            .map(|i| (Time::from_ps((i * 7919) % 10_007), i as u32))
            .collect();
        let mut stimulus = SpikeList::new(&list, Duration::from_ps(5));
        let (mut spikes, mut tick) = (Vec::new(), Some(Time::ZERO));
        while let Some(now) = tick {
            tick = stimulus.tick(now, &mut spikes);
        }
        assert_eq!(spikes.len(), list.len());
        assert!(spikes.is_sorted());
        assert_eq!(spikes[0], (Time::from_ps(5), 0));
    }
}
