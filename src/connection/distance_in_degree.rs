//! A number of synapses onto every target, from sources that are the likelier the closer they lie.
//!
//! A source is drawn from the boxes of [`distance`](super::distance): a box by the share of its upper bound, a source in it,
//! which is kept with what is left of its own probability. Where too few are kept, the rest is drawn from a list of all
//! sources.

use std::sync::Arc;

use crate::base::function;
use crate::base::parameter::Spec;
use crate::base::stream::Stream;
use crate::connection::draw::{Lane, Visit};
use crate::connection::error::RuleFault;
use crate::connection::profile::{Bounds, EXPONENT, PROFILE, Profile, WIDTH, equations};
use crate::connection::rule::{Connect, MULTAPSES, Make, Rule, count};
use crate::connection::space::Space;
use crate::position::{Ends, Tree};

/// The registry's entry.
pub(super) static RULE: Rule = Rule {
    spec: &SPEC,
    make: Make::Values(|values| {
        Ok(Arc::new(DistanceInDegree {
            profile: Profile::new(&SPEC, values)?,
            in_degree: values.count("in_degree").unwrap_or_default(),
            multapses: values.flag("multapses"),
        }))
    }),
};

static SPEC: Spec = Spec {
    name: "distance_in_degree",
    summary: "The same number of synapses onto every target, from sources drawn one after the other with a probability in \
              proportion to a function of the distance between the positions of the two.",
    equations: equations!(),
    parameters: &[
        count(
            "in_degree",
            u32::MAX as u64,
            "the number of synapses onto each target",
        ),
        PROFILE,
        WIDTH,
        EXPONENT,
        MULTAPSES,
    ],
    source: "",
};

/// This many synapses onto every target, from sources close by.
#[derive(Debug)]
struct DistanceInDegree {
    profile: Profile,
    in_degree: u64,
    multapses: bool,
}

/// A target and its sources.
struct Around<'a> {
    ends: &'a Ends,
    tree: &'a Tree,
    target: u32,
    barred: Option<u32>,
}

impl Around<'_> {
    /// The square of the distance to the source at `place` in the tree, in square millimetres.
    fn square_mm2(&self, place: u32) -> f64 {
        let from = &self.ends.targets()[self.target as usize];
        self.ends.region().square_mm2(from, self.tree.point(place))
    }
}

/// Sources at similar distances.
struct Zone {
    first: u32,
    last: u32,
    /// Their largest probability.
    top: f64,
    /// None is smaller.
    least: f64,
    /// The sum of such bounds over all sources up to the last of these.
    end: f64,
}

/// What is kept between targets.
struct Desk {
    bounds: Bounds,
    zones: Vec<Zone>,
    /// One bit for each source, all clear between targets.
    taken: Vec<u64>,
}

impl Desk {
    /// Marks `source`, unless it is marked.
    fn take(&mut self, source: u32) -> bool {
        let free = !self.is_taken(source);
        self.taken[source as usize / 64] |= 1 << (source % 64);
        free
    }

    fn is_taken(&self, source: u32) -> bool {
        self.taken[source as usize / 64] >> (source % 64) & 1 == 1
    }
}

impl DistanceInDegree {
    /// Checks that every target has as many sources within reach as it needs.
    fn check_reach(&self, space: &Space) -> Result<(), RuleFault> {
        /// The shell in which sources are looked at one by one is a billionth of the longest distance.
        const HALVINGS: u32 = 30;
        let ends = space.placed()?;
        let longest = ends.longest_mm();
        // Squares of distances: within reach, and beyond it.
        let (mut near, mut far) = (0.0, longest * longest);
        // Where the farthest are within reach, all are.
        if self.in_degree == 0 || self.profile.at(far) > 0.0 {
            return Ok(());
        }
        for _ in 0..HALVINGS {
            let middle = 0.5 * (near + far);
            match self.profile.at(middle) > 0.0 {
                true => near = middle,
                false => far = middle,
            }
        }
        let needed = if self.multapses { 1 } else { self.in_degree };
        // Most targets have enough sources a short way off: few boxes are looked at.
        let share = (needed + 1) as f64 / f64::from(space.n_source.max(1));
        let first = (4.0 * share * longest * longest).min(near);
        for target in 0..space.n_target {
            let around = Around {
                ends,
                tree: ends.sources().tree(),
                target,
                barred: space.barred_source(target),
            };
            let (mut reach, mut found) = (first, 0);
            while reach < near && found < needed {
                found = self.within_reach(&around, (reach, reach));
                reach *= 4.0;
            }
            if found < needed {
                found = self.within_reach(&around, (near, far));
            }
            if found < needed {
                return Err(RuleFault::OutOfReach {
                    target,
                    wanted: self.in_degree,
                    found,
                    multapses: self.multapses,
                });
            }
        }
        Ok(())
    }

    /// Number of sources whose probability is not 0: the square of their distance is at most `near`, or they lie in a box that
    /// begins before `far` and are looked at. With bounds below the reach some of those that are farther may be missing.
    fn within_reach(&self, around: &Around<'_>, (near, far): (f64, f64)) -> u64 {
        let (ends, tree) = (around.ends, around.tree);
        let from = &ends.targets()[around.target as usize];
        let shares = |least, most| (f64::from(least < far), f64::from(most <= near));
        let mut found = 0;
        tree.zones(ends.region(), from, shares, |zone, (some, all)| {
            if all > 0.0 {
                found += u64::from(zone.end - zone.start);
            } else if some > 0.0 {
                let is_near = |place: &u32| self.profile.at(around.square_mm2(*place)) > 0.0;
                found += zone.filter(is_near).count() as u64;
            }
        });
        // A neuron is always within its own reach.
        found.saturating_sub(around.barred.is_some().into())
    }

    /// Draws the sources of a target.
    fn target(
        &self,
        around: &Around<'_>,
        stream: &mut Stream,
        desk: &mut Desk,
        partners: &mut Vec<u32>,
    ) -> Result<(), RuleFault> {
        /// Draws for a source beyond which a list of all is less work.
        const DRAWS: u64 = 32;
        let (ends, tree) = (around.ends, around.tree);
        desk.zones.clear();
        let mut sum = 0.0;
        let from = &ends.targets()[around.target as usize];
        let between = |near, far| desk.bounds.between(near, far);
        let zones = &mut desk.zones;
        tree.zones(ends.region(), from, between, |zone, (top, least)| {
            if top > 0.0 {
                sum += top * f64::from(zone.end - zone.start);
                zones.push(Zone {
                    first: zone.start,
                    last: zone.end - 1,
                    top,
                    least,
                    end: sum,
                });
            }
        });
        let wanted = self.in_degree as usize;
        let mut left = self.in_degree.saturating_mul(DRAWS);
        while partners.len() < wanted && left > 0 && sum > 0.0 {
            left -= 1;
            let drawn = stream.uniform() * sum;
            let at = desk.zones.partition_point(|zone| zone.end <= drawn);
            // The last one holds what rounding leaves.
            let Some(zone) = desk.zones.get(at.min(desk.zones.len() - 1)) else {
                break;
            };
            let back = ((zone.end - drawn) / zone.top) as u32;
            let place = zone.last - back.min(zone.last - zone.first);
            // Most are kept by the lower bound, without a look at where they lie.
            let kept = stream.uniform() * zone.top;
            if kept >= zone.least && kept >= self.profile.at(around.square_mm2(place)) {
                continue;
            }
            let source = tree.number(place);
            if Some(source) != around.barred && (self.multapses || desk.take(source)) {
                partners.push(source);
            }
        }
        if partners.len() < wanted {
            self.rest(around, stream, desk, partners)?;
        }
        if !self.multapses {
            for &source in &*partners {
                desk.taken[source as usize / 64] = 0;
            }
        }
        Ok(())
    }

    /// Draws what is missing from a list of all sources that are left.
    fn rest(
        &self,
        around: &Around<'_>,
        stream: &mut Stream,
        desk: &mut Desk,
        partners: &mut Vec<u32>,
    ) -> Result<(), RuleFault> {
        let wanted = self.in_degree as usize;
        let mut all: Vec<(f64, u32)> = Vec::new();
        for place in 0..around.ends.sources().at().len() as u32 {
            let source = around.tree.number(place);
            let p = self.profile.at(around.square_mm2(place));
            if p > 0.0 && Some(source) != around.barred && !desk.is_taken(source) {
                all.push((p, source));
            }
        }
        let missing = wanted - partners.len();
        if all.is_empty() || (!self.multapses && all.len() < missing) {
            return Err(RuleFault::OutOfReach {
                target: around.target,
                wanted: self.in_degree,
                found: (partners.len() + all.len()) as u64,
                multapses: self.multapses,
            });
        }
        if self.multapses {
            let mut sum = 0.0;
            for (p, _) in &mut all {
                sum += *p;
                *p = sum;
            }
            for _ in 0..missing {
                let drawn = stream.uniform() * sum;
                let at = all.partition_point(|&(end, _)| end <= drawn);
                partners.push(all[at.min(all.len() - 1)].1);
            }
            return Ok(());
        }
        // Each source rings after an exponential time at its own rate; the first to ring are those drawn one after the other
        // (Efraimidis and Spirakis 2006). Logarithms, because rates may be next to nothing.
        for (p, _) in &mut all {
            *p = function::ln(stream.exponential()) - function::ln(*p);
        }
        all.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for &(_, source) in &all[..missing] {
            desk.take(source);
            partners.push(source);
        }
        Ok(())
    }
}

impl Connect for DistanceInDegree {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn is_spatial(&self) -> bool {
        true
    }

    fn check(&self, space: &Space) -> Result<(), RuleFault> {
        space.placed()?;
        if space.n_target == 0 {
            return Ok(());
        }
        let among = (space.n_source, "sources");
        space.check_degree("in_degree", self.in_degree, self.multapses, among)?;
        self.check_reach(space)
    }

    fn expected_synapses(&self, space: &Space) -> f64 {
        self.in_degree as f64 * f64::from(space.n_target)
    }

    fn certain_synapses(&self, lane: &Lane<'_>) -> u64 {
        self.in_degree.saturating_mul(lane.n_target())
    }

    fn draw(&self, lane: &Lane<'_>, visit: &mut Visit<'_>) -> Result<(), RuleFault> {
        let space = lane.space();
        let ends = space.placed()?;
        let mut desk = Desk {
            taken: vec![0; space.n_source.div_ceil(64) as usize],
            bounds: Bounds::new(ends.longest_mm(), |square| self.profile.at(square)),
            zones: Vec::new(),
        };
        lane.try_by_target(visit, |target, sampler| {
            let around = Around {
                ends,
                tree: ends.sources().tree(),
                target,
                barred: space.barred_source(target),
            };
            let mut stream = lane.stream(target.into());
            sampler.partners.clear();
            self.target(&around, &mut stream, &mut desk, &mut sampler.partners)
        })
    }
}
