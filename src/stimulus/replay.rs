//! Stored patterns as input to a sleeping network: one at a time is played as Poisson spikes, in turns with whatever else
//! the network hears.

use serde::{Deserialize, Serialize};

use crate::base::stream::Stream;
use crate::base::time::{Duration, Time};
use crate::stimulus::image::Timing;
use crate::stimulus::{Spike, StateError, Stimulus, from_bytes, to_bytes};

/// A pattern that can be played.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Neurons that take part, each with its rate in hertz, more than 0.
    pub rates_hz: Vec<(u32, f64)>,
    /// How often it is played, in relation to others; 0 or more.
    pub salience: f64,
}

/// When stored patterns are played.
#[derive(Debug, Clone, PartialEq)]
pub struct Programme {
    /// Share of events in which one is, 0 to 1.
    pub share: f64,
    /// How long an event lasts: a multiple of `tick`.
    pub event: Duration,
    /// How often spikes are drawn, and the step of a grid.
    pub tick: Duration,
    /// Where in a tick they are. On a grid no rate is above one spike per tick.
    pub timing: Timing,
    /// Seed of the network.
    pub seed: u64,
    /// Names the random streams: of the bout. What is played when depends on it and the seed alone, so that stimuli onto
    /// several populations play parts of one pattern at a time.
    pub name: String,
}

/// Stored patterns that are played one at a time, and what is heard in between.
pub struct Replay {
    pieces: Vec<Piece>,
    /// For each, rates added up one after the other.
    sums_hz: Vec<Vec<f64>>,
    /// Saliences of all of them together.
    salience: f64,
    programme: Programme,
    between: Option<Box<dyn Stimulus>>,
    state: State,
}

/// All that changes, but for what is heard in between.
#[derive(Serialize, Deserialize)]
struct State {
    /// Ticks so far.
    ticks: u64,
    /// What is played now.
    playing: Option<usize>,
    /// Spikes are drawn from it.
    stream: Stream,
}

impl Replay {
    /// `pieces` played as `programme` says onto what is called `population`; `between` them, or in place of them where
    /// there are none, something else, or silence. Its ticks are those of the programme.
    pub fn new(
        pieces: Vec<Piece>,
        programme: Programme,
        population: &str,
        between: Option<Box<dyn Stimulus>>,
    ) -> Self {
        let added = |piece: &Piece| {
            let mut sum = 0.0;
            let rates = piece.rates_hz.iter();
            rates
                .map(|(_, rate)| {
                    sum += rate;
                    sum
                })
                .collect()
        };
        let purpose = format!("stimulus.replay.{}.{population}", programme.name);
        Self {
            sums_hz: pieces.iter().map(added).collect(),
            salience: pieces.iter().map(|piece| piece.salience).sum(),
            state: State {
                ticks: 0,
                playing: None,
                stream: Stream::new(programme.seed, &purpose, 0),
            },
            pieces,
            programme,
            between,
        }
    }

    /// What is played in the event of this number.
    fn choice(&self, event: u64) -> Option<usize> {
        let Programme {
            share, seed, name, ..
        } = &self.programme;
        let mut stream = Stream::new(*seed, &format!("stimulus.replay.{name}"), event);
        let whole = self.salience;
        if stream.uniform() >= *share || whole <= 0.0 {
            return None;
        }
        let mut left = stream.uniform() * whole;
        let chosen = self.pieces.iter().position(|piece| {
            left -= piece.salience;
            left < 0.0
        });
        // Rounding may leave a little at the end.
        chosen.or_else(|| self.pieces.iter().rposition(|piece| piece.salience > 0.0))
    }

    /// Spikes of `piece` in the tick that starts at `now`.
    fn play(&mut self, piece: usize, now: Time, spikes: &mut Vec<Spike>) {
        let Programme { tick, timing, .. } = self.programme;
        let (rates, sums) = (&self.pieces[piece].rates_hz, &self.sums_hz[piece]);
        let stream = &mut self.state.stream;
        let tick_s = tick.as_ms() * 1e-3;
        match timing {
            Timing::Grid => {
                let fires = |(_, rate): &&(u32, f64)| stream.uniform() < rate * tick_s;
                spikes.extend(rates.iter().filter(fires).map(|&(neuron, _)| (now, neuron)));
            }
            Timing::Continuous => {
                let Some(&whole) = sums.last() else { return };
                // One process of all rates; each spike is of a neuron in proportion to its rate. Nothing is left over
                // from tick to tick: a Poisson process has no memory.
                let first = spikes.len();
                let mut at_s = stream.exponential() / whole;
                while at_s < tick_s {
                    let of = stream.uniform() * whole;
                    let k = sums.partition_point(|&sum| sum <= of).min(rates.len() - 1);
                    // Rounding may reach the tick's end, which belongs to the next one.
                    let offset = ((at_s * 1e12) as i64).min(tick.ps() - 1);
                    spikes.push((now + Duration::from_ps(offset), rates[k].0));
                    at_s += stream.exponential() / whole;
                }
                // Some of one instant.
                spikes[first..].sort_unstable();
            }
        }
    }
}

impl Stimulus for Replay {
    fn tick(&mut self, now: Time, spikes: &mut Vec<Spike>) -> Option<Time> {
        let each = (self.programme.event.ps() / self.programme.tick.ps()) as u64;
        if self.state.ticks.is_multiple_of(each) {
            self.state.playing = self.choice(self.state.ticks / each);
        }
        self.state.ticks += 1;
        match (self.state.playing, &mut self.between) {
            (Some(piece), _) => self.play(piece, now, spikes),
            (None, Some(between)) => {
                between.tick(now, spikes);
            }
            (None, None) => {}
        }
        Some(now + self.programme.tick)
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        let Self {
            pieces: _,
            sums_hz: _,
            salience: _,
            programme: _,
            between,
            state,
        } = self;
        let between = between.as_ref().map(|between| between.save()).transpose()?;
        to_bytes(&(state, between))
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let (state, between): (State, Option<Vec<u8>>) = from_bytes(bytes)?;
        if state
            .playing
            .is_some_and(|piece| piece >= self.pieces.len())
        {
            return Err(StateError("found a pattern that is not stored".into()));
        }
        match (&mut self.between, between) {
            (Some(own), Some(bytes)) => own.load(&bytes)?,
            (None, None) => {}
            _ => return Err(StateError("found another programme".into())),
        }
        self.state = state;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
