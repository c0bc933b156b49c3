//! Oscillations that are imposed on the network from outside.

use std::collections::BTreeMap;

use crate::base::time::{Duration, Time};
use crate::network::{Network, NetworkError, Part, Problem, Stimulus};
use crate::stimulus::wave::{self, Wave, Waves};

/// A named oscillation, which stimuli go up and down with.
#[derive(Debug, Clone, PartialEq)]
pub struct Oscillation {
    /// Name, unique among oscillations.
    pub name: String,
    /// How fast it is.
    pub pace: Pace,
    /// How far it goes to either side, 0 or more, as a share of what it acts on.
    pub amplitude: f64,
    /// Where in its period it is at the start of the run, or, locked, where the other is at 0: from 0 to 1.
    pub phase: f64,
    /// Within what it comes and goes.
    pub nest: Option<Nest>,
}

/// How fast an oscillation is.
#[derive(Debug, Clone, PartialEq)]
pub enum Pace {
    /// By itself, in hertz, above zero.
    Own(f64),
    /// So many cycles in each of another's, at least 1.
    Locked {
        /// Name of the other.
        to: String,
        /// How many.
        cycles: u32,
    },
}

/// Where an oscillation is within another.
#[derive(Debug, Clone, PartialEq)]
pub struct Nest {
    /// Name of the other.
    pub within: String,
    /// The phase of that at which it is strongest, from 0 to 1.
    pub at: f64,
    /// For which share of its period it is there, above 0, at most 1.
    pub width: f64,
}

/// What a stimulus goes up and down with: what it brings is multiplied by 1 and the sum of oscillations; a rate that would be
/// below 0 is 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Swings {
    /// Names of oscillations, none twice.
    pub with: Vec<String>,
    /// For how long a current stays at what the oscillations are in the middle of that time; above zero.
    pub step: Duration,
}

/// A thousand values a second, 77 for each cycle of a spindle of 13 Hz.
pub const STEP: Duration = Duration::from_ps(1_000_000_000);

impl Default for Swings {
    fn default() -> Self {
        Self {
            with: Vec::new(),
            step: STEP,
        }
    }
}

/// What is wrong with oscillations.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OscillationFault {
    /// A number out of its range.
    #[error("`{key}` is {value}, expected {expected}")]
    Number {
        /// The key.
        key: &'static str,
        /// Its value.
        value: f64,
        /// The range in words.
        expected: &'static str,
    },
    /// An oscillation that there is not.
    #[error("`{key}` names `{found}`, expected the name of an oscillation")]
    Unknown {
        /// Which key.
        key: &'static str,
        /// What was named.
        found: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// One named twice.
    #[error("`oscillation` names `{0}` twice")]
    Twice(String),
    /// Oscillations that depend on each other in a circle.
    #[error("`{key}` leads back to `{name}` itself: {circle}")]
    Circle {
        /// Which key.
        key: &'static str,
        /// The oscillation.
        name: String,
        /// The way.
        circle: String,
    },
    /// A stimulus that cannot go up and down.
    #[error("`oscillation` acts on rates and currents, and `{0}` has none that can follow it")]
    Still(&'static str),
    /// Steps that never end.
    #[error("`oscillation_step` is {0}, expected at least 0.001 ms")]
    Short(Duration),
    /// Steps too coarse for an oscillation.
    #[error(
        "`oscillation_step` is {step}, expected at most {most}, a tenth of a cycle of `{name}`"
    )]
    Coarse {
        /// The step.
        step: Duration,
        /// The longest.
        most: Duration,
        /// The oscillation.
        name: String,
    },
}

impl OscillationFault {
    /// The key that is at fault.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Number { key, .. } | Self::Unknown { key, .. } | Self::Circle { key, .. } => key,
            Self::Twice(_) | Self::Still(_) => "oscillation",
            Self::Coarse { .. } | Self::Short(_) => "oscillation_step",
        }
    }

    /// What may help.
    pub fn help(&self) -> Option<String> {
        let Self::Unknown { found, known, .. } = self else {
            return None;
        };
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        match known.is_empty() {
            true => Some("there is none: describe it, such as [oscillation.slow]".into()),
            false => crate::base::suggest::help(found, &known),
        }
    }
}

impl Oscillation {
    /// Names of the oscillations that it depends on, each with its key.
    fn needs(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let locked = match &self.pace {
            Pace::Own(_) => None,
            Pace::Locked { to, .. } => Some(("locked_to", to)),
        };
        let nested = self.nest.as_ref().map(|nest| ("nested_in", &nest.within));
        locked.into_iter().chain(nested)
    }

    /// Checks its numbers.
    fn check(&self) -> Result<(), OscillationFault> {
        let mut numbers = vec![
            (
                "amplitude",
                self.amplitude,
                (0.0..=HIGHEST).contains(&self.amplitude),
                "0 to 100",
            ),
            (
                "phase",
                self.phase,
                (0.0..=1.0).contains(&self.phase),
                "0 to 1",
            ),
        ];
        match self.pace {
            Pace::Own(hz) => {
                let is_fit = (LOWEST_HZ..=HIGHEST_HZ).contains(&hz);
                numbers.push(("frequency", hz, is_fit, "0.001 Hz to 1000 Hz"));
            }
            Pace::Locked { cycles, .. } => {
                let n = f64::from(cycles);
                numbers.push(("cycles", n, cycles >= 1, "1 or more"));
            }
        }
        if let Some(Nest { at, width, .. }) = self.nest {
            numbers.push(("at", at, (0.0..=1.0).contains(&at), "0 to 1"));
            let is_fit = width > 0.0 && width <= 1.0;
            numbers.push(("width", width, is_fit, "more than 0, at most 1"));
        }
        let wrong = numbers
            .into_iter()
            .find(|one| !(one.1.is_finite() && one.2));
        match wrong {
            None => Ok(()),
            Some((key, value, _, expected)) => Err(OscillationFault::Number {
                key,
                value,
                expected,
            }),
        }
    }
}

/// Slower than the infraslow rhythm of sleep, and faster than any of brains: ripples end at some 250 Hz.
pub const LOWEST_HZ: f64 = 1e-3;
/// The highest frequency.
pub const HIGHEST_HZ: f64 = 1e3;

/// The largest amplitude: a rate that goes up to a hundred times its mean is a train of bursts.
pub const HIGHEST: f64 = 100.0;

/// The shortest step of a current, a microsecond: a million of them a second are a run that does nothing else.
const SHORTEST: Duration = Duration::from_ps(1_000_000);

impl Network {
    /// Adds an oscillation; what it depends on may be added later.
    ///
    /// # Errors
    /// If a number is out of range, or the name is taken.
    pub fn oscillate(&mut self, oscillation: Oscillation) -> Result<(), NetworkError> {
        let name = oscillation.name.clone();
        let fault = |problem| NetworkError::new(Part::Oscillation, &name, problem);
        let checked = oscillation.check();
        checked.map_err(|error| fault(error.into()))?;
        if self.oscillations.iter().any(|known| known.name == name) {
            return Err(fault(Problem::Twice));
        }
        self.oscillations.push(oscillation);
        Ok(())
    }

    /// Lets the stimulus called `name` go up and down with oscillations.
    ///
    /// # Errors
    /// If there is no such stimulus or oscillation, or it cannot.
    pub fn swing(&mut self, name: &str, swings: Swings) -> Result<(), NetworkError> {
        let fault = |problem| NetworkError::new(Part::Stimulus, name, problem);
        let known = self.stimuli.iter().position(|known| known.name == name);
        let unknown = || Problem::Name(name.into());
        let at = known.ok_or_else(|| fault(unknown()))?;
        let stimulus = Stimulus {
            swings,
            ..self.stimuli[at].clone()
        };
        self.check_stimulus(&stimulus).map_err(fault)?;
        self.stimuli[at] = stimulus;
        Ok(())
    }

    /// Checks `oscillation` as one of this network's, whether it is part of it or not; what it depends on need not be there yet.
    ///
    /// # Errors
    /// The first number out of its range.
    pub fn check_oscillation(&self, oscillation: &Oscillation) -> Result<(), OscillationFault> {
        oscillation.check()
    }

    /// Oscillations in an order in which each comes after what it depends on, by their names otherwise.
    ///
    /// # Errors
    /// The first fault, and whose it is.
    pub fn order_oscillations(&self) -> Result<Vec<&Oscillation>, (String, OscillationFault)> {
        let mut left: BTreeMap<&str, &Oscillation> = BTreeMap::new();
        for own in &self.oscillations {
            let fault = |fault| (own.name.clone(), fault);
            own.check().map_err(fault)?;
            left.insert(&own.name, own);
        }
        let all = left.clone();
        for own in &self.oscillations {
            for (key, other) in own.needs() {
                if !all.contains_key(other.as_str()) {
                    let known = all.keys().filter(|known| **known != own.name);
                    let fault = OscillationFault::Unknown {
                        key,
                        found: other.clone(),
                        known: known.map(|&known| known.to_owned()).collect(),
                    };
                    return Err((own.name.clone(), fault));
                }
            }
        }
        let mut order: Vec<&Oscillation> = Vec::new();
        while !left.is_empty() {
            let waits =
                |own: &&Oscillation| own.needs().any(|(_, to)| left.contains_key(to.as_str()));
            let ready = left.values().find(|own| !waits(own)).copied();
            match ready {
                Some(ready) => {
                    left.remove(ready.name.as_str());
                    order.push(ready);
                }
                None => return Err(circle(&left)),
            }
        }
        Ok(order)
    }

    /// Oscillations with numbers in place of names, in [that order](Self::order_oscillations), each with its name.
    ///
    /// # Errors
    /// As there.
    pub fn waves(&self) -> Result<(Vec<String>, Waves), (String, OscillationFault)> {
        let order = self.order_oscillations()?;
        let names: Vec<String> = order.iter().map(|own| own.name.clone()).collect();
        let index = |name: &String| names.iter().position(|known| known == name).unwrap_or(0);
        let waves = order.iter().map(|own| Wave {
            pace: match &own.pace {
                Pace::Own(hz) => wave::Pace::Own(*hz),
                Pace::Locked { to, cycles } => wave::Pace::Locked {
                    to: index(to),
                    cycles: *cycles,
                },
            },
            amplitude: own.amplitude,
            phase: own.phase,
            nest: own.nest.as_ref().map(|nest| wave::Nest {
                within: index(&nest.within),
                at: nest.at,
                width: nest.width,
            }),
        });
        let waves = Waves::new(waves, Time::ZERO);
        Ok((names, waves))
    }

    /// The numbers of the oscillations that `stimulus` goes up and down with, of one that can if `can`, with currents if it
    /// brings one.
    pub(in crate::network) fn swings(
        &self,
        stimulus: &Stimulus,
        (can, flows): (bool, bool),
    ) -> Result<Vec<usize>, OscillationFault> {
        let Swings { with, step } = &stimulus.swings;
        if with.is_empty() {
            return Ok(Vec::new());
        }
        if !can {
            return Err(OscillationFault::Still(stimulus.kind.spec.name));
        }
        // What is wrong with oscillations is told of them.
        let Ok((names, waves)) = self.waves() else {
            return Ok(Vec::new());
        };
        let mut which = Vec::new();
        for name in with {
            let Some(at) = names.iter().position(|known| known == name) else {
                return Err(OscillationFault::Unknown {
                    key: "oscillation",
                    found: name.clone(),
                    known: names,
                });
            };
            if which.contains(&at) {
                return Err(OscillationFault::Twice(name.clone()));
            }
            which.push(at);
        }
        /// Steps a cycle: at ten a sine is known to 5 % of its height in the middle of each.
        const STEPS: f64 = 10.0;
        if flows && *step < SHORTEST {
            return Err(OscillationFault::Short(*step));
        }
        for &k in which.iter().filter(|_| flows) {
            let most = 1e12 / (STEPS * waves.frequency_hz(k));
            if step.ps() as f64 > most {
                return Err(OscillationFault::Coarse {
                    step: *step,
                    most: Duration::from_ps(most as i64),
                    name: names[k].clone(),
                });
            }
        }
        Ok(which)
    }
}

/// The circle in which what is `left` depends on each other.
fn circle(left: &BTreeMap<&str, &Oscillation>) -> (String, OscillationFault) {
    let mut way: Vec<(&str, &'static str)> = Vec::new();
    let mut at = left.keys().next().copied().unwrap_or_default();
    loop {
        let next = left.get(at).and_then(|own| {
            let mut needs = own.needs();
            needs.find(|(_, to)| left.contains_key(to.as_str()))
        });
        let Some((key, to)) = next else { break };
        if let Some(begin) = way.iter().position(|(name, _)| *name == at) {
            way.drain(..begin);
            break;
        }
        way.push((at, key));
        at = to;
    }
    let (name, key) = way.first().copied().unwrap_or((at, "locked_to"));
    let names: Vec<&str> = way.iter().map(|(name, _)| *name).chain([name]).collect();
    let fault = OscillationFault::Circle {
        key,
        name: name.into(),
        circle: names.join(", "),
    };
    (name.into(), fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(own: &[(&str, Option<&str>, Option<&str>)]) -> Network {
        let mut network = Network::new(1);
        let one = |&(name, locked, nested): &(&str, Option<&str>, Option<&str>)| Oscillation {
            name: name.into(),
            pace: match locked {
                Some(to) => Pace::Locked {
                    to: to.into(),
                    cycles: 3,
                },
                None => Pace::Own(1.0),
            },
            amplitude: 1.0,
            phase: 0.0,
            nest: nested.map(|within| Nest {
                within: within.into(),
                at: 0.0,
                width: 1.0,
            }),
        };
        network.oscillations = own.iter().map(one).collect();
        network
    }

    #[test]
    fn what_depends_on_another_comes_after_it() {
        let all = network(&[
            ("a", Some("c"), None),
            ("b", None, Some("a")),
            ("c", None, None),
        ]);
        let (names, waves) = all.waves().unwrap();
        assert_eq!(names, ["c", "a", "b"]);
        assert_eq!(waves.frequency_hz(1), 3.0);
        for (own, expected) in [
            (
                vec![("a", Some("b"), None), ("b", None, Some("a"))],
                "`locked_to` leads back to `a` itself: a, b, a",
            ),
            (
                vec![("a", Some("a"), None)],
                "`locked_to` leads back to `a` itself: a, a",
            ),
            (
                vec![("a", None, Some("slow")), ("slov", None, None)],
                "`nested_in` names `slow`, expected the name of an oscillation",
            ),
        ] {
            let (_, fault) = network(&own).waves().unwrap_err();
            assert_eq!(fault.to_string(), expected);
        }
    }
}
