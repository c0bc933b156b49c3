//! How far a network has come through its bouts, and the spikes that nobody has taken yet.

use std::time::{Duration, Instant};

use pyo3::prelude::*;
use rayon::ThreadPool;
use sharpwave::base::time::Time;
use sharpwave::engine::Observer;
use sharpwave::engine::error::StateError;
use sharpwave::engine::simulation::{self, Ended};
use sharpwave::network::Network;
use sharpwave::protocol::hypnogram::Bout;
use sharpwave::record::checkpoint::hash;

use crate::error;

/// How long the engine runs before signals are looked at.
const SLICE: Duration = Duration::from_millis(50);

/// A network under way.
pub(super) struct UnderWay {
    pub(super) simulation: simulation::Simulation,
    pub(super) network: Network,
    /// Of what describes the network: tells states of others apart.
    pub(super) hash: u128,
    pub(super) bouts: Vec<Bout>,
    /// Number of bouts that have begun.
    pub(super) begun: usize,
    /// By how much later bouts come sooner than declared, in picoseconds.
    pub(super) saved: i64,
    /// Whether the last bout has ended before its time.
    pub(super) is_over: bool,
    pub(super) spikes: Kept,
    /// `None` for a network of one lane, which needs none.
    pub(super) pool: Option<ThreadPool>,
}

/// The spikes of one step, and when to look up from it.
#[derive(Default)]
pub(super) struct Kept {
    /// Per population: ms and neurons.
    pub(super) spikes: Vec<(Vec<f64>, Vec<u32>)>,
    pub(super) until: Option<Instant>,
}

impl Observer for Kept {
    fn spikes(&mut self, population: usize, t: Time, nodes: &[u32]) {
        let (times, neurons) = &mut self.spikes[population];
        times.extend(std::iter::repeat_n(t.as_ms(), nodes.len()));
        neurons.extend_from_slice(nodes);
    }

    fn has_enough(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }
}

/// What states begin with.
const MAGIC: &[u8] = b"sharpwave state 2\n";

impl UnderWay {
    /// When the bout at hand ends; the last one goes on.
    pub(super) fn stop(&self) -> Time {
        match self.begun.checked_sub(1) {
            None => Time::ZERO,
            Some(at) if self.begun < self.bouts.len() => self.sooner(self.bouts[at].stop),
            Some(_) => Time::MAX,
        }
    }

    /// When what was declared for `t` comes.
    fn sooner(&self, t: Time) -> Time {
        Time::from_ps(t.ps() - self.saved)
    }

    /// Begins the next bout if the one at hand has ended and there is one.
    ///
    /// # Errors
    /// If the last one has, as its `until` says, or another cannot begin.
    pub(super) fn begin_next(&mut self) -> PyResult<()> {
        if self.is_over {
            let now = self.simulation.now().as_ms();
            let text = format!("the last bout ended at {now} ms, as its `until` says");
            return Err(error::model(text));
        }
        if self.simulation.now() < self.stop() {
            return Ok(());
        }
        let Some(bout) = self.bouts.get(self.begun).cloned() else {
            return Ok(());
        };
        let start = self.sooner(bout.start);
        let begun = self.simulation.begin(&simulation::Bout {
            number: self.begun as u64,
            name: bout.name,
            start,
            keep: bout.keep,
            on: bout.on,
            regime: bout.regime,
        });
        self.begun += 1;
        begun.map_err(error::model)
    }

    /// The bout at hand has ended before its time: later ones come sooner.
    pub(super) fn end_early(&mut self) {
        let now = self.simulation.now();
        match self.begun == self.bouts.len() {
            true => self.is_over = true,
            false => self.saved += self.stop().since(now).ps(),
        }
    }

    /// All that changes, and what it is of.
    pub(super) fn save(&self) -> Result<Vec<u8>, StateError> {
        let engine = self.simulation.save()?;
        let mut own = self.hash.to_le_bytes().to_vec();
        own.extend((self.begun as u64).to_le_bytes());
        own.extend(self.saved.to_le_bytes());
        own.push(u8::from(self.is_over));
        own.extend(engine);
        let mut state = MAGIC.to_vec();
        state.extend(hash(&own).to_le_bytes());
        state.extend(own);
        Ok(state)
    }

    /// Goes to a state that [`save`](Self::save) gave; where that cannot be, nothing changes.
    pub(super) fn load(&mut self, state: &[u8]) -> PyResult<()> {
        let refuse = |found: &str, expected: &str| {
            Err(error::model(format!("found {found}, expected {expected}")))
        };
        let whole = "a state that `save` gave";
        let head = state.strip_prefix(MAGIC).and_then(|rest| {
            let (checked, own) = rest.split_first_chunk()?;
            let (of, rest) = own.split_first_chunk()?;
            let (begun, rest) = rest.split_first_chunk()?;
            let (saved, rest) = rest.split_first_chunk()?;
            let (is_over, engine) = rest.split_first()?;
            Some((checked, own, of, (begun, saved, is_over), engine))
        });
        let Some((checked, own, of, (begun, saved, is_over), engine)) = head else {
            return refuse("other bytes", whole);
        };
        if u128::from_le_bytes(*checked) != hash(own) {
            return refuse("bytes that are damaged or cut", whole);
        }
        if u128::from_le_bytes(*of) != self.hash {
            let alike = "one of a simulation of the same model, seed and `changing`";
            return refuse("a state of another network", alike);
        }
        let before = self.simulation.save().map_err(error::model)?;
        if let Err(cause) = self.simulation.load(engine) {
            self.simulation.load(&before).map_err(error::model)?;
            return Err(error::model(cause));
        }
        self.begun = u64::from_le_bytes(*begun) as usize;
        self.saved = i64::from_le_bytes(*saved);
        self.is_over = *is_over != 0;
        // What nobody took belongs to another course.
        self.spikes.spikes.fill(Default::default());
        self.simulation.take_stimulation();
        self.simulation.take_edits();
        Ok(())
    }

    /// Runs up to `until` or for a slice of time.
    pub(super) fn slice(&mut self, until: Time) -> Ended {
        self.spikes.until = Some(Instant::now() + SLICE);
        let (simulation, spikes) = (&mut self.simulation, &mut self.spikes);
        let ended = match &self.pool {
            None => simulation.run(until, spikes),
            Some(pool) => pool.install(|| simulation.run(until, spikes)),
        };
        // Nobody asks which synapses came and went.
        simulation.take_edits();
        ended
    }
}
