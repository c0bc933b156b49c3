//! Pairs that are the likelier the closer they lie on a ring.
//!
//! Pairs are independent, each with its own probability, but not every pair is drawn for. Around a target the ring is cut
//! into zones of distance. In a zone candidates are met with the largest probability in it, by jumps over those that are
//! not, and then kept with what is left of their own. A target costs about as many draws as it has synapses, and the
//! zones.

use std::f64::consts::{LN_2, PI, SQRT_2};
use std::sync::Arc;

use crate::base::function;
use crate::base::parameter::{Dimension, Kind, ParameterError, ParameterSpec, Range, Spec};
use crate::base::stream::Stream;
use crate::connection::draw::{Lane, Visit};
use crate::connection::error::RuleFault;
use crate::connection::profile::{LONG_RANGE, PROBABILITY};
use crate::connection::rule::{Connect, Make, Rule};
use crate::connection::space::Space;

/// Zones over each of which the profile falls to a half; behind them lies one more.
const HALVINGS: u32 = 16;

/// Most distances that are summed over for the mean number of synapses; more are close enough for an integral.
const MOST_SUMMED: u64 = 100_000;

/// The registry's entry.
pub(super) static RULE: Rule = Rule {
    spec: &SPEC,
    make: Make::Values(|values| {
        let width = values["width"];
        if width == 0.0 {
            return Err(ParameterError::Inconsistent {
                model: SPEC.name,
                parameter: "width",
                neuron: None,
                reason: " is 0, expected more than 0 and at most 0.5".into(),
            });
        }
        Ok(Arc::new(RingDistance {
            profile: match values.text("profile") {
                Some("gaussian") => Profile::Gaussian,
                Some("exponential") => Profile::Exponential,
                _ => Profile::Uniform,
            },
            width,
            probability: values["probability"],
            long_range: values["long_range"],
        }))
    }),
};

static SPEC: Spec = Spec {
    name: "ring_distance",
    summary: "Every pair independently, with a probability that falls with distance on a ring of length 1; number i of n \
              sources lies at i/n, and so does number i of n targets.",
    equations: "p(d) = 1 - (1 - probability f(d)) (1 - long_range) at the distance d, the shorter way round;  gaussian: \
                f(d) = exp(-d^2 / (2 width^2));  exponential: f(d) = exp(-d / width);  uniform: f(d) = 1 where d <= width, \
                else 0",
    parameters: &[
        ParameterSpec::new(
            "profile",
            Kind::Word(&["gaussian", "exponential", "uniform"]),
            "how the probability falls with distance",
        ),
        ParameterSpec::quantity(
            "width",
            Dimension::One,
            Range::Between(0.0, 0.5),
            "how far it reaches: standard deviation, decay length or largest distance, as a share of the ring, more than 0",
        ),
        PROBABILITY,
        LONG_RANGE,
    ],
    source: "",
};

/// How the probability falls with distance.
#[derive(Debug, Clone, Copy)]
enum Profile {
    Gaussian,
    Exponential,
    Uniform,
}

/// Every pair independently, with a probability that falls with distance.
#[derive(Debug)]
struct RingDistance {
    profile: Profile,
    width: f64,
    probability: f64,
    long_range: f64,
}

/// Pairs at similar distances.
#[derive(Debug)]
struct Zone {
    /// Where the next one begins, in units of the ring.
    end: u64,
    /// The largest probability of a pair.
    top: f64,
    /// −ln(1 − top).
    rate: f64,
}

/// Sources and targets on one ring, which is as long as there are pairs, so that all positions are whole numbers.
#[derive(Debug, Clone, Copy)]
struct Ring {
    n_source: u64,
    n_target: u64,
    length: u64,
}

/// Sources on one side of a target, by ascending distance.
struct Side {
    /// Distance of the first; the next ones are `Ring::n_target` farther each.
    first: u64,
    len: u64,
}

impl Ring {
    fn new(space: &Space) -> Self {
        let (n_source, n_target) = (space.n_source.into(), space.n_target.into());
        Self {
            n_source,
            n_target,
            length: n_source * n_target,
        }
    }

    /// The share of the ring that lies between a source and a target.
    fn distance(&self, source: u32, target: u32) -> f64 {
        let apart = (u64::from(source) * self.n_target).abs_diff(u64::from(target) * self.n_source);
        self.share(apart.min(self.length - apart))
    }

    fn share(&self, apart: u64) -> f64 {
        apart as f64 / self.length as f64
    }

    /// The first source at or above `target`, which may be one round further; those from it on upwards, to the opposite
    /// point included, and those below it.
    fn sides(&self, target: u32) -> (u64, Side, Side) {
        let at = u64::from(target) * self.n_source;
        let from = at.div_ceil(self.n_target);
        let ahead = from * self.n_target - at;
        let up = match (self.length / 2).checked_sub(ahead) {
            Some(rest) => rest / self.n_target + 1,
            None => 0,
        };
        let above = Side {
            first: ahead,
            len: up,
        };
        let below = Side {
            first: self.n_target - ahead,
            len: self.n_source - up,
        };
        (from, above, below)
    }
}

impl RingDistance {
    /// The probability of a pair at a distance: never more than that of one closer by.
    fn at(&self, distance: f64) -> f64 {
        let far = distance / self.width;
        let fall = match self.profile {
            Profile::Gaussian => function::exp(-0.5 * far * far),
            Profile::Exponential => function::exp(-far),
            Profile::Uniform => f64::from(distance <= self.width),
        };
        let near = self.probability * fall;
        (self.long_range + near * (1.0 - self.long_range)).min(1.0)
    }

    /// The mean of the profile over the ring.
    fn mean(&self) -> f64 {
        let half = 0.5 / self.width;
        match self.profile {
            Profile::Gaussian => self.width * (2.0 * PI).sqrt() * libm::erf(half / SQRT_2),
            Profile::Exponential => -2.0 * self.width * function::expm1(-half),
            Profile::Uniform => 2.0 * self.width,
        }
    }

    /// Zones of distance, ascending; the last one has no end.
    fn zones(&self, ring: &Ring) -> Vec<Zone> {
        let place = |share: f64| (share * ring.length as f64) as u64;
        let starts: Vec<u64> = match self.profile {
            Profile::Gaussian => (1..=HALVINGS)
                .map(|k| place(self.width * (2.0 * LN_2 * f64::from(k)).sqrt()))
                .collect(),
            Profile::Exponential => (1..=HALVINGS)
                .map(|k| place(self.width * LN_2 * f64::from(k)))
                .collect(),
            Profile::Uniform => {
                let within = |&start: &u64| ring.share(start) <= self.width;
                let beyond = (place(self.width)..).find(|start| !within(start));
                beyond.into_iter().collect()
            }
        };
        let mut zones = Vec::new();
        let mut start = 0;
        for end in starts.into_iter().chain([u64::MAX]) {
            if end > start {
                let top = self.at(ring.share(start));
                let rate = -libm::log1p(-top);
                zones.push(Zone { end, top, rate });
                start = end;
            }
        }
        zones
    }

    /// Calls `take` with the places in `side` of the sources that are drawn. `rest` is what is left of an exponential
    /// variable: it lasts for the jump to the next candidate, over as many zones as that takes.
    fn side(
        &self,
        ring: &Ring,
        zones: &[Zone],
        side: &Side,
        stream: &mut Stream,
        rest: &mut f64,
        mut take: impl FnMut(u64),
    ) {
        let mut place = 0;
        for zone in zones {
            let end = match zone.end.checked_sub(side.first) {
                Some(room) => room.div_ceil(ring.n_target).min(side.len),
                None => 0,
            };
            // Nothing is met at a rate of 0, everything at once at an infinite one.
            if zone.rate <= 0.0 {
                place = place.max(end);
                continue;
            }
            while place < end {
                let left = (end - place) as f64;
                let jump = *rest / zone.rate;
                if jump >= left {
                    *rest = (*rest - left * zone.rate).max(0.0);
                    place = end;
                    break;
                }
                place += jump as u64;
                *rest = stream.exponential();
                let p = self.at(ring.share(side.first + place * ring.n_target));
                if p >= zone.top || stream.uniform() * zone.top < p {
                    take(place);
                }
                place += 1;
            }
        }
    }
}

impl Connect for RingDistance {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check(&self, _space: &Space) -> Result<(), RuleFault> {
        Ok(())
    }

    fn expected_synapses(&self, space: &Space) -> f64 {
        let ring = Ring::new(space);
        if ring.length == 0 {
            return 0.0;
        }
        // All pairs together lie at so many distances, each of them as often.
        let distances = ring.length / common(ring.n_source, ring.n_target);
        let mean = if distances <= MOST_SUMMED {
            let each = (0..distances).map(|k| k.min(distances - k) as f64 / distances as f64);
            each.map(|distance| self.at(distance)).sum::<f64>() / distances as f64
        } else {
            self.long_range + self.probability * self.mean() * (1.0 - self.long_range)
        };
        let barred = (0..space.n_source).filter_map(|source| {
            let target = space.barred_target(source)?;
            Some(self.at(ring.distance(source, target)))
        });
        let barred = barred.fold(0.0, |sum, p| sum + p);
        (mean * ring.length as f64 - barred).max(0.0)
    }

    fn draw(&self, lane: &Lane<'_>, visit: &mut Visit<'_>) -> Result<(), RuleFault> {
        let space = lane.space();
        let ring = Ring::new(space);
        let zones = self.zones(&ring);
        let n = ring.n_source;
        lane.by_target(visit, |target, sampler| {
            sampler.partners.clear();
            if n == 0 {
                return;
            }
            let barred = space.barred_source(target);
            let mut stream = lane.stream(target.into());
            let (from, above, below) = ring.sides(target);
            let mut rest = stream.exponential();
            let mut take = |source: u64| {
                let source = (source % n) as u32;
                if Some(source) != barred {
                    sampler.partners.push(source);
                }
            };
            self.side(&ring, &zones, &above, &mut stream, &mut rest, |place| {
                take(from + place);
            });
            self.side(&ring, &zones, &below, &mut stream, &mut rest, |place| {
                take(from + 2 * n - 1 - place);
            });
        })
    }
}

/// The largest number that divides both.
fn common(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common(b, a % b) }
}
