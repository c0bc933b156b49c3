//! Pairs that are the likelier the closer they lie.
//!
//! Pairs are independent, each with its own probability, but not every pair is drawn for. Sources lie in nested boxes; a
//! target takes them box by box, each box so small that its largest probability is not far above the others, or so poor
//! that it hardly matters. In a box candidates are met with that probability, by jumps over those that are not, and then
//! kept with what is left of their own. A target costs about as many draws as it has synapses, and its boxes.

use std::sync::Arc;

use crate::base::parameter::Spec;
use crate::connection::draw::{Lane, Visit};
use crate::connection::error::RuleFault;
use crate::connection::profile::{
    Bounds, EXPONENT, LONG_RANGE, PROBABILITY, PROFILE, Profile, WIDTH, equations,
};
use crate::connection::rule::{Connect, Make, Rule};
use crate::connection::space::Space;

/// Targets whose synapses are counted for the mean number.
const SAMPLED: usize = 256;

/// Sources of a box that are looked at for that.
const LOOKED_AT: usize = 32;

/// The registry's entry.
pub(super) static RULE: Rule = Rule {
    spec: &SPEC,
    make: Make::Values(|values| {
        Ok(Arc::new(Distance {
            profile: Profile::new(&SPEC, values)?,
            probability: values["probability"],
            long_range: values["long_range"],
        }))
    }),
};

static SPEC: Spec = Spec {
    name: "distance",
    summary: "Every pair independently, with a probability that falls with the distance between the positions of the two.",
    equations: concat!(
        "p(d) = 1 - (1 - probability f(d)) (1 - long_range);  ",
        equations!()
    ),
    parameters: &[PROFILE, WIDTH, EXPONENT, PROBABILITY, LONG_RANGE],
    source: "",
};

/// Every pair independently, with a probability that falls with distance.
#[derive(Debug)]
struct Distance {
    profile: Profile,
    probability: f64,
    long_range: f64,
}

impl Distance {
    /// The probability of a pair, where `square` is that of its distance: never more than that of one closer by.
    #[inline]
    fn at(&self, square: f64) -> f64 {
        let near = self.probability * self.profile.at(square);
        (self.long_range + near * (1.0 - self.long_range)).min(1.0)
    }
}

impl Connect for Distance {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn is_spatial(&self) -> bool {
        true
    }

    fn check(&self, space: &Space) -> Result<(), RuleFault> {
        space.placed().map(drop)
    }

    fn expected_synapses(&self, space: &Space) -> f64 {
        let Ok(ends) = space.placed() else {
            return 0.0;
        };
        let (region, tree) = (ends.region(), ends.sources().tree());
        let bounds = Bounds::new(ends.longest_mm(), |square| self.at(square));
        let every = ends.targets().len().div_ceil(SAMPLED).max(1);
        let (mut sum, mut sampled) = (0.0, 0_u32);
        // From the middle of each stretch.
        for target in (every / 2..ends.targets().len()).step_by(every) {
            let from = &ends.targets()[target];
            let between = |near, far| bounds.between(near, far);
            tree.zones(region, from, between, |zone, _| {
                let n = zone.len();
                let every = n.div_ceil(LOOKED_AT);
                let at = |place| self.at(region.square_mm2(from, tree.point(place)));
                let some: Vec<f64> = zone.skip(every / 2).step_by(every).map(at).collect();
                sum += n as f64 * some.iter().sum::<f64>() / some.len().max(1) as f64;
            });
            if let Some(barred) = space.barred_source(target as u32) {
                sum -= self.at(region.square_mm2(from, &ends.sources().at()[barred as usize]));
            }
            sampled += 1;
        }
        (sum / f64::from(sampled.max(1)) * f64::from(space.n_target)).max(0.0)
    }

    fn draw(&self, lane: &Lane<'_>, visit: &mut Visit<'_>) -> Result<(), RuleFault> {
        let space = lane.space();
        let ends = space.placed()?;
        let (region, tree) = (ends.region(), ends.sources().tree());
        let bounds = Bounds::new(ends.longest_mm(), |square| self.at(square));
        lane.by_target(visit, |target, sampler| {
            let partners = &mut sampler.partners;
            partners.clear();
            let from = &ends.targets()[target as usize];
            let barred = space.barred_source(target);
            let mut stream = lane.stream(target.into());
            // What is left of an exponential variable lasts for the jump to the next candidate, over as many boxes as that
            // takes.
            let mut rest = stream.exponential();
            let between = |near, far| bounds.between(near, far);
            tree.zones(region, from, between, |zone, (most, least)| {
                // Nothing is met at a rate of 0, everything at once at an infinite one.
                let rate = -libm::log1p(-most);
                if rate <= 0.0 {
                    return;
                }
                let mut place = zone.start;
                while place < zone.end {
                    let left = f64::from(zone.end - place);
                    let jump = rest / rate;
                    if jump >= left {
                        rest = (rest - left * rate).max(0.0);
                        return;
                    }
                    place += jump as u32;
                    rest = stream.exponential();
                    // Most are kept by the lower bound, without a look at where they lie.
                    let drawn = stream.uniform() * most;
                    if drawn < least || drawn < self.at(region.square_mm2(from, tree.point(place)))
                    {
                        let source = tree.number(place);
                        if Some(source) != barred {
                            partners.push(source);
                        }
                    }
                    place += 1;
                }
            });
        })
    }
}
