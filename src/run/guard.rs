//! Guards: a network that runs away, falls silent or leaves the numbers is stopped where it does, with a sentence that
//! says who and when.
//!
//! Rates are means over a population and a window of simulated time; windows begin at multiples of their length, so
//! that the same model is stopped at the same spike on every machine and after every restart.

use serde::{Deserialize, Serialize};

use crate::base::legible::legible;
use crate::base::time::{Duration, PS_PER_S, Time};
use crate::engine::simulation::{Ended, Exploded, Keep, Simulation};
use crate::protocol::hypnogram::Bout;

/// A guard that stopped a run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Tripped {
    /// Too many spikes.
    #[error(
        "population `{population}` runs away: {spikes} spikes within {elapsed} from {start} on ({rate_hz:.0} Hz per \
         neuron), more than {limit_hz} Hz allow in a whole window of {window}\n  help: raise `guard.max_rate` or set it \
         to \"off\" if that is meant"
    )]
    Runaway {
        /// Name of the population.
        population: String,
        /// Its spikes since the window began.
        spikes: u64,
        /// When the window began.
        start: Time,
        /// Time since then.
        elapsed: Duration,
        /// Mean rate of a neuron since then.
        rate_hz: f64,
        /// The most that is allowed.
        limit_hz: f64,
        /// Length of the window.
        window: Duration,
    },
    /// Too few spikes.
    #[error(
        "population `{population}` falls silent: {rate_hz:.3} Hz per neuron from {start} to {stop}, expected at least \
         {limit_hz} Hz\n  help: lower `guard.min_rate` or set it to \"off\" if that is meant"
    )]
    Silent {
        /// Name of the population.
        population: String,
        /// Mean rate of a neuron.
        rate_hz: f64,
        /// When the window began.
        start: Time,
        /// When it ended.
        stop: Time,
        /// The least that is allowed.
        limit_hz: f64,
    },
    /// So many spikes within the shortest delay that memory would not hold them.
    #[error(
        "the network explodes: {spikes} spikes within {window}, its shortest delay, from {start} on; population `{population}` \
         fires most\n  help: give neurons a refractory period (`t_ref`), or look for extreme weights and currents"
    )]
    Explosion {
        /// Name of the population with the most of them.
        population: String,
        /// Spikes in this window.
        spikes: u64,
        /// Length of the window.
        window: Duration,
        /// When it began.
        start: Time,
    },
    /// A weight that a rule without bounds has let grow too far.
    #[error(
        "projection `{}`: the weight from {} to {} is {} at {time}, expected {}",
        .synapse.projection, .synapse.source, .synapse.target, legible(.synapse.weight), expected(.synapse)
    )]
    Weight {
        /// The synapse.
        synapse: Exploded,
        /// When it was found.
        time: Time,
    },
    /// A state that is no number.
    #[error(
        "population `{population}`: the state of neuron {neuron} is not finite at {time}\n  help: look for extreme \
         weights, rates or currents onto `{population}`"
    )]
    NonFinite {
        /// Name of the population.
        population: String,
        /// The neuron.
        neuron: u32,
        /// When it was found.
        time: Time,
    },
    /// A modulator that is no number.
    #[error(
        "modulator `{name}`: its concentration is {value} at {time}, expected a finite number\n  help: look at its `amount` and at how \
         often it is released"
    )]
    Modulator {
        /// Its name.
        name: String,
        /// How much there is of it.
        value: f64,
        /// When it was found.
        time: Time,
    },
    /// Any of these, of one of several seeds.
    #[error("seed {seed}: {tripped}")]
    OfSeed {
        /// The seed.
        seed: u64,
        /// What tripped.
        tripped: Box<Tripped>,
    },
}

/// What a weight should be.
fn expected(synapse: &Exploded) -> String {
    match synapse.limit < f32::MAX.into() {
        true => format!(
            "at most {}, without sign\n  help: learn at a lower rate, or raise `max_weight` of its `plasticity` if that is meant",
            legible(synapse.limit)
        ),
        false => "a finite number\n  help: learn at a lower rate; `max_weight` in its `plasticity` stops a run before that".into(),
    }
}

impl Tripped {
    /// The same, of the run with `seed`, where there are others.
    #[must_use]
    pub fn of_seed(self, seed: u64, seeds: u64) -> Self {
        match seeds {
            1 => self,
            _ => Self::OfSeed {
                seed,
                tripped: Box::new(self),
            },
        }
    }

    /// `engine` has exploded within `window`.
    pub fn explosion(engine: &Simulation, window: Duration) -> Self {
        let (start, counts) = engine.last_spikes();
        let populations = engine.populations().iter().zip(&counts);
        let most = populations.max_by_key(|(_, spikes)| **spikes);
        Self::Explosion {
            population: most.map_or_else(String::new, |(population, _)| population.name.clone()),
            spikes: counts.iter().sum(),
            window,
            start,
        }
    }

    /// The key of the limit that was passed, and is another's to raise or lower.
    pub fn limit(&self) -> Option<String> {
        match self {
            Self::Runaway { .. } => Some("guard.max_rate".into()),
            Self::Silent { .. } => Some("guard.min_rate".into()),
            Self::Weight { synapse, .. } if synapse.limit < f32::MAX.into() => Some(format!(
                "projection.{}.plasticity.max_weight",
                synapse.projection
            )),
            Self::Weight { .. }
            | Self::Explosion { .. }
            | Self::NonFinite { .. }
            | Self::Modulator { .. } => None,
            Self::OfSeed { tripped, .. } => tripped.limit(),
        }
    }

    /// Looks at the weights under rules without bounds.
    ///
    /// # Errors
    /// If one is too large.
    pub fn check_weights(engine: &Simulation) -> Result<(), Self> {
        match engine.exploded() {
            None => Ok(()),
            Some(synapse) => Err(Self::Weight {
                synapse,
                time: engine.now(),
            }),
        }
    }

    /// Looks at the state of every neuron, and at modulators.
    ///
    /// # Errors
    /// If one is not finite, or a weight is too large, which then is why.
    pub fn check_finite(engine: &Simulation) -> Result<(), Self> {
        if let Some((name, value)) = engine.modulator_beyond() {
            return Err(Self::Modulator {
                name: name.into(),
                value,
                time: engine.now(),
            });
        }
        let Some((population, neuron)) = engine.non_finite() else {
            return Ok(());
        };
        Self::check_weights(engine)?;
        Err(Self::NonFinite {
            population: engine.populations()[population].name.clone(),
            neuron,
            time: engine.now(),
        })
    }
}

/// Mean rates of the neurons of a population that end a run when they are passed.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Highest rate in hertz, above zero; `None` for no limit.
    pub max_rate_hz: Option<f64>,
    /// Lowest rate in hertz, above zero and below the highest; `None` for no limit.
    pub min_rate_hz: Option<f64>,
    /// Rates are taken over one such span after the other, above zero.
    pub window: Duration,
}

impl Limits {
    /// None: the window has any length.
    pub const NONE: Self = Self {
        max_rate_hz: None,
        min_rate_hz: None,
        window: Duration::from_ps(1_000_000_000_000),
    };

    /// Names of the simulated bouts in which the lowest rate is not looked at, because no window lies within the stretch
    /// of a network's life that they are part of: a window begins at a multiple of its length.
    pub fn without_window<'a>(&self, bouts: &'a [Bout]) -> Vec<&'a str> {
        let simulated: Vec<&Bout> = bouts
            .iter()
            .filter(|bout| bout.kind.is_simulated())
            .collect();
        let stretches = simulated.chunk_by(|_, next| next.keep == Keep::All);
        let short = stretches.filter(|stretch| {
            let (first, last) = (stretch[0].start.ps(), stretch[stretch.len() - 1].stop.ps());
            let window = self.window.ps();
            let begun = first.rem_euclid(window);
            let wait = if begun == 0 { 0 } else { window - begun };
            last - first < wait.saturating_add(window)
        });
        short.flatten().map(|bout| &bout.name[..]).collect()
    }
}

/// Counts spikes against limits.
#[derive(Debug)]
pub struct Guard {
    limits: Limits,
    populations: Vec<Guarded>,
    /// When the bout at hand began: what lies before it is no part of a window.
    from: Time,
    /// Of the window at hand, per population.
    counts: Counts,
    tripped: Option<Tripped>,
    /// Steps of the engine when states were last looked at, if they were.
    checked: Option<u64>,
}

/// Spikes of every population in the window at hand: what a checkpoint holds of a guard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts(Vec<u64>);

#[derive(Debug)]
struct Guarded {
    name: String,
    size: f64,
    /// Most spikes in a window.
    most: u64,
}

/// Windows from one look at the weights under rules without bounds to the next, once a run has come so far: there may be many weights, and
/// what explodes does so early.
const WEIGHTS_EVERY: i64 = 10;

fn seconds(length: Duration) -> f64 {
    length.ps() as f64 / PS_PER_S
}

impl Guard {
    /// The guards of populations, given by name and size, at the start of a run.
    pub fn new(limits: Limits, populations: impl Iterator<Item = (String, u32)>) -> Self {
        let populations: Vec<Guarded> = populations
            .map(|(name, size)| {
                let size = f64::from(size);
                let allowed = |rate_hz| (rate_hz * size * seconds(limits.window)) as u64;
                let most = limits.max_rate_hz.map_or(u64::MAX, allowed);
                Guarded { name, size, most }
            })
            .collect();
        Self {
            limits,
            counts: Counts(vec![0; populations.len()]),
            populations,
            from: Time::ZERO,
            tripped: None,
            checked: None,
        }
    }

    /// Begins anew with a bout at `from`.
    pub fn begin(&mut self, from: Time) {
        self.counts.0.fill(0);
        (self.from, self.checked) = (from, None);
    }

    /// Takes note of `n` spikes of a population at `t`; false once the run is to stop.
    pub fn spikes(&mut self, population: usize, t: Time, n: usize) -> bool {
        if self.tripped.is_some() {
            return false;
        }
        self.counts.0[population] += n as u64;
        let count = self.counts.0[population];
        let guarded = &self.populations[population];
        if count <= guarded.most {
            return true;
        }
        let start = self.start(t);
        // An instant has no length: one tick at least.
        let elapsed = Duration::from_ps((t - start).ps().max(1));
        self.tripped = Some(Tripped::Runaway {
            population: guarded.name.clone(),
            spikes: count,
            start,
            elapsed,
            rate_hz: count as f64 / guarded.size / seconds(elapsed),
            limit_hz: self.limits.max_rate_hz.unwrap_or(f64::INFINITY),
            window: self.limits.window,
        });
        false
    }

    /// Whether the run is to stop.
    pub fn has_tripped(&self) -> bool {
        self.tripped.is_some()
    }

    /// When the window of `t` began.
    fn start(&self, t: Time) -> Time {
        Time::from_ps(t.ps() - t.ps().rem_euclid(self.limits.window.ps()))
    }

    /// When the window ends that holds what happens from `now` on.
    pub fn next_end(&self, now: Time) -> Time {
        let end = self.start(now).checked_add(self.limits.window);
        end.unwrap_or(Time::MAX)
    }

    /// Looks whether the network stopped before its time, whose run has `ended`.
    ///
    /// # Errors
    /// The guard that tripped.
    pub fn check(&mut self, engine: &Simulation, ended: Ended) -> Result<(), Tripped> {
        if let Some(tripped) = self.tripped.take() {
            return Err(tripped);
        }
        match ended {
            Ended::Exploded(window) => Err(Tripped::explosion(engine, window)),
            _ => Ok(()),
        }
    }

    /// If a window ends `now`, looks at rates, weights and states of the network, and begins the next.
    ///
    /// # Errors
    /// The guard that tripped; then the window is still the one at hand.
    pub fn check_window(&mut self, now: Time, engine: &Simulation) -> Result<(), Tripped> {
        if now == self.start(now) {
            self.check_rates(now)?;
            // What has not moved since is as finite as it was.
            if self.checked != Some(engine.steps()) {
                let windows = now.ps() / self.limits.window.ps();
                if windows <= WEIGHTS_EVERY || windows % WEIGHTS_EVERY == 0 {
                    Tripped::check_weights(engine)?;
                }
                Tripped::check_finite(engine)?;
                self.checked = Some(engine.steps());
            }
            self.counts.0.fill(0);
        }
        Ok(())
    }

    fn check_rates(&self, now: Time) -> Result<(), Tripped> {
        let window_s = seconds(self.limits.window);
        for (guarded, &count) in self.populations.iter().zip(&self.counts.0) {
            let rate_hz = count as f64 / guarded.size / window_s;
            let start = Time::from_ps(now.ps() - self.limits.window.ps());
            if let Some(limit_hz) = self.limits.min_rate_hz
                && rate_hz < limit_hz
                && start >= self.from
            {
                return Err(Tripped::Silent {
                    population: guarded.name.clone(),
                    rate_hz,
                    start,
                    stop: now,
                    limit_hz,
                });
            }
        }
        Ok(())
    }

    /// What a checkpoint holds.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Goes on from `counts`; false if they are of other populations.
    pub fn restore(&mut self, counts: Counts) -> bool {
        let fits = counts.0.len() == self.counts.0.len();
        if fits {
            self.counts = counts;
        }
        fits
    }
}

#[cfg(test)]
mod tests;
