//! One bout of sleep on the engine.

use std::ops::ControlFlow;

use crate::base::time::{Duration, Time};
use crate::engine::Observer;
use crate::engine::error::SimulationError;
use crate::engine::simulation::{self, Ended, Keep, Simulation};
use crate::protocol::hypnogram::Bout;
use crate::stimulus::Stimulus;

/// Biology between two looks from outside: often enough for a progress line and Ctrl-C, rare enough to cost nothing.
const SLICE: Duration = Duration::from_ps(100_000_000_000);

/// Name of the stimulus.
const STIMULUS: &str = "image";

/// What a spike of the stimulus adds: any weight makes a relay fire.
const WEIGHT: f32 = 1.0;

/// Runs `bout` from rest, with `stimulus` driving the relays of the population called `input`. After each slice of 100 ms
/// `look` sees the engine and may stop it, which ends the bout with [`Ended::Enough`].
///
/// # Errors
/// If there is no such population.
pub fn sleep(
    engine: &mut Simulation,
    bout: &Bout,
    input: &str,
    stimulus: Box<dyn Stimulus>,
    observer: &mut dyn Observer,
    mut look: impl FnMut(&Simulation) -> ControlFlow<()>,
) -> Result<Ended, SimulationError> {
    engine.begin(&simulation::Bout {
        number: 0,
        name: bout.name.clone(),
        start: bout.start,
        keep: Keep::Weights,
        on: Vec::new(),
    })?;
    engine.drive(STIMULUS, input, WEIGHT, stimulus)?;
    while engine.now() < bout.stop {
        let until: Time = engine
            .now()
            .checked_add(SLICE)
            .map_or(bout.stop, |next| next.min(bout.stop));
        let ended = engine.run(until, observer);
        if ended != Ended::Reached {
            return Ok(ended);
        }
        if look(engine).is_break() {
            return Ok(Ended::Enough);
        }
    }
    Ok(Ended::Reached)
}
