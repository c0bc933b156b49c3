//! A memory: a bounded store of patterns that were experienced, each with a salience that fades.
//!
//! What is stored is how strongly each neuron took part; [`Replay`](crate::stimulus::replay::Replay) plays it as Poisson
//! spikes, more salient patterns more often.

pub mod sketch;

use serde::{Deserialize, Serialize};

/// A pattern as it was experienced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Engram {
    /// How strongly each neuron took part, 0 to 1.
    pub pattern: Vec<f32>,
    /// Which class it was of.
    pub class: u8,
    /// How often it is replayed, in relation to others; 0 or more.
    pub salience: f64,
}

/// A bounded store of patterns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    capacity: usize,
    /// In the order in which they were experienced.
    engrams: Vec<Engram>,
}

impl Memory {
    /// An empty store with room for `capacity` patterns.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            engrams: Vec::new(),
        }
    }

    /// What it holds, in the order in which it was experienced.
    pub fn engrams(&self) -> &[Engram] {
        &self.engrams
    }

    /// Whether it has room for `capacity` patterns and all that it holds are of `neurons` neurons.
    pub fn fits(&self, capacity: usize, neurons: usize) -> bool {
        let sound = |engram: &Engram| {
            engram.pattern.len() == neurons && engram.salience.is_finite() && engram.salience >= 0.0
        };
        self.capacity == capacity
            && self.engrams.len() <= capacity
            && self.engrams.iter().all(sound)
    }

    /// Stores a pattern. Where there is no room the least salient goes, of several the oldest; that may be the new one
    /// itself.
    pub fn encode(&mut self, engram: Engram) {
        self.engrams.push(engram);
        if self.engrams.len() > self.capacity {
            let salience = |k: &usize| self.engrams[*k].salience;
            // The first of equals.
            let least = (0..self.engrams.len()).min_by(|a, b| salience(a).total_cmp(&salience(b)));
            least.map(|least| self.engrams.remove(least));
        }
    }

    /// Leaves this `share` of every salience.
    pub fn fade(&mut self, share: f64) {
        for engram in &mut self.engrams {
            engram.salience *= share;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engram(class: u8, salience: f64) -> Engram {
        Engram {
            pattern: vec![f32::from(class)],
            class,
            salience,
        }
    }

    fn classes(memory: &Memory) -> Vec<u8> {
        memory.engrams().iter().map(|engram| engram.class).collect()
    }

    #[test]
    fn the_least_salient_goes_first_and_of_equals_the_oldest() {
        let mut memory = Memory::new(3);
        for (class, salience) in [(0, 0.5), (1, 1.0), (2, 0.5)] {
            memory.encode(engram(class, salience));
        }
        assert_eq!(classes(&memory), [0, 1, 2]);
        memory.encode(engram(3, 1.0));
        assert_eq!(classes(&memory), [1, 2, 3]);
        memory.encode(engram(4, 0.1));
        assert_eq!(classes(&memory), [1, 2, 3], "the new one is the least");
        memory.encode(engram(5, 0.7));
        assert_eq!(classes(&memory), [1, 3, 5]);
        assert!(memory.fits(3, 1) && !memory.fits(4, 1) && !memory.fits(3, 2));
    }

    #[test]
    fn what_has_faded_makes_room_for_what_is_new() {
        let mut memory = Memory::new(2);
        memory.encode(engram(0, 1.0));
        memory.encode(engram(1, 0.2));
        memory.fade(0.5);
        let saliences = memory.engrams().iter().map(|engram| engram.salience);
        assert_eq!(saliences.collect::<Vec<_>>(), [0.5, 0.1]);
        memory.encode(engram(2, 0.3));
        memory.encode(engram(3, 0.4));
        assert_eq!(classes(&memory), [0, 3]);
    }

    #[test]
    fn without_room_nothing_is_kept() {
        let mut memory = Memory::new(0);
        memory.encode(engram(0, 1.0));
        assert!(memory.engrams().is_empty());
    }
}
