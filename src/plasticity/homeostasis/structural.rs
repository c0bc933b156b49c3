//! Synaptic elements that grow towards a rate.

use std::collections::BTreeMap;
use std::f64::consts::LN_2;

use super::taken::Taken;
use super::wiring::{
    Activity, Edge, Edit, LENGTH, LONG_RANGE, Lot, NEW_WEIGHT, Reach, Rewiring, Wiring, shuffle,
};
use super::{Act, ActsOn, Entry};
use crate::base::function::exp;
use crate::base::parameter::{
    Default, Dimension, Kind, ParameterError, ParameterSpec, Range, Spec, Values,
};
use crate::base::stream::Stream;
use crate::base::time::MS_PER_S;
use crate::plasticity::rule::tau;

pub(super) static ENTRY: Entry = Entry {
    spec: &SPEC,
    acts_on: ActsOn::Wiring,
    build: |values| {
        Ok(Act::Wiring(Box::new(Structural {
            rate_hz: values["rate"],
            growth_hz: values["growth"],
            curve: curve(values)?,
            tau_s: values["tau"] / MS_PER_S,
            strength: values["new_weight"],
            multapses: values.flag("multapses"),
            reach: Reach::new(values, &SPEC)?,
            axonal: Vec::new(),
            dendritic: Vec::new(),
        })))
    },
};

/// The curve that `values` ask for.
fn curve(values: &Values) -> Result<Curve, ParameterError> {
    let (least, rate) = (values.number("least_rate"), values["rate"]);
    let fault = |reason: String| ParameterError::Inconsistent {
        model: SPEC.name,
        parameter: "least_rate",
        neuron: None,
        reason,
    };
    match (values.text("curve"), least) {
        (Some("gaussian"), least) => {
            let least_hz = least.unwrap_or(0.0);
            if least_hz >= rate {
                return Err(fault(" is not below `rate`".into()));
            }
            Ok(Curve::Gaussian { least_hz })
        }
        (_, None) => Ok(Curve::Linear),
        (_, Some(_)) => Err(fault(" is of `curve = \"gaussian\"` alone".into())),
    }
}

/// Most elements of a neuron: a slip in a unit ends here, not with the memory.
const MOST: f64 = 65_535.0;

static SPEC: Spec = Spec {
    name: "structural",
    summary: "Homeostatic structural plasticity: neurons that fire too little grow synaptic elements, which find each other at \
              random; neurons that fire too much lose them and their synapses.",
    equations: "z' = growth * (1 - r / rate), or with `curve = \"gaussian\"` growth * (2 exp(-((r - xi) / zeta)^2) - 1), \
                xi = (least_rate + rate) / 2, zeta = (rate - least_rate) / (2 sqrt(ln 2)), for the axonal elements of each source and the dendritic ones of each target, r its \
                average rate, whose integral is exact, and which a Gaussian takes the mean of between two instants of, from 0 to 65535;  at each instant elements beyond z break their synapses, drawn at random, and \
                free ones of both kinds are paired at random, a pair that may not be waiting for the next instant;  r' = -r / tau + spikes / tau",
    parameters: &[
        ParameterSpec::quantity(
            "rate",
            Dimension::Rate,
            Range::Positive,
            "rate that neurons are brought to",
        ),
        ParameterSpec::quantity(
            "growth",
            Dimension::Rate,
            Range::Positive,
            "elements that a silent neuron grows per second",
        ),
        ParameterSpec::new(
            "curve",
            Kind::Word(&["linear", "gaussian"]),
            "how growth goes with the rate; by a Gaussian neurons that fire less than `least_rate` lose elements, too",
        )
        .or(Default::Word("linear")),
        ParameterSpec::quantity(
            "least_rate",
            Dimension::Rate,
            Range::NonNegative,
            "of a Gaussian the lower of the two rates at which nothing grows",
        )
        .or(Default::Absent("0")),
        tau(
            "tau",
            10_000.0,
            "time over which rates are averaged, as calcium does",
        ),
        NEW_WEIGHT,
        LENGTH,
        LONG_RANGE,
        ParameterSpec::new(
            "multapses",
            Kind::Flag,
            "whether two neurons may have several synapses",
        )
        .or(Default::Flag(true)),
    ],
    source: "Butz, van Ooyen 2013, PLoS Comput Biol 9:e1003259; Diaz-Pier, Naveau, Butz-Ostendorf, Morrison 2016, Front Neuroanat \
             10:57 (the linear growth curve; the Gaussian is that of Butz and van Ooyen)",
};

/// The rule with its parameters, and the elements of each neuron.
#[derive(Debug)]
struct Structural {
    rate_hz: f64,
    growth_hz: f64,
    curve: Curve,
    tau_s: f64,
    strength: f64,
    multapses: bool,
    reach: Reach,
    /// Of each source, as many as it has synapses at first.
    axonal: Vec<f64>,
    dendritic: Vec<f64>,
}

/// How growth goes with the rate.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Curve {
    Linear,
    Gaussian { least_hz: f64 },
}

impl Structural {
    /// What a neuron grows while it is there. Of r' = -r/τ + spikes/τ the integral over r is spikes − τ (r_now − r_before).
    fn grown(&self, activity: &Activity) -> f64 {
        let area = f64::from(activity.spikes) - self.tau_s * (activity.now_hz - activity.before_hz);
        match self.curve {
            Curve::Linear => self.growth_hz * (activity.here_s - area / self.rate_hz),
            Curve::Gaussian { .. } if activity.here_s <= 0.0 => 0.0,
            Curve::Gaussian { least_hz } => {
                let (middle, width) = (0.5 * (least_hz + self.rate_hz), self.rate_hz - least_hz);
                let zeta = width / (2.0 * LN_2.sqrt());
                let away = (area / activity.here_s - middle) / zeta;
                self.growth_hz * activity.here_s * (2.0 * exp(-away * away) - 1.0)
            }
        }
    }

    /// Pairs each of the free elements of sources with one of those of targets, the more likely the nearer it is.
    fn nearby(
        &self,
        wiring: &Wiring<'_>,
        (sources, targets): (Vec<u32>, Vec<u32>),
        stream: &mut Stream,
    ) -> Vec<(u32, u32)> {
        let (mut pairs, mut lot) = (Vec::new(), Lot::default());
        // How many free elements each target has left.
        let mut free: BTreeMap<u32, u32> = BTreeMap::new();
        targets
            .iter()
            .for_each(|&target| *free.entry(target).or_default() += 1);
        for source in sources {
            let is_near = self.reach.is_near(stream);
            lot.fill(free.iter().map(|(&target, &n)| match is_near {
                true => f64::from(n) * wiring.share(self.reach, source, target),
                false => f64::from(n),
            }));
            let Some(target) = lot.draw(stream).and_then(|k| free.keys().nth(k).copied()) else {
                continue;
            };
            match free.get_mut(&target) {
                Some(n) if *n > 1 => *n -= 1,
                _ => drop(free.remove(&target)),
            }
            pairs.push((source, target));
        }
        pairs
    }

    fn grow(&mut self, wiring: &Wiring<'_>) {
        if self.axonal.is_empty() {
            self.axonal = vec![0.0; wiring.n.0 as usize];
            self.dendritic = vec![0.0; wiring.n.1 as usize];
            for edge in wiring.edges {
                self.axonal[edge.source as usize] += 1.0;
                self.dendritic[edge.target as usize] += 1.0;
            }
        }
        let grown = |activities: &[Activity]| -> Vec<f64> {
            activities
                .iter()
                .map(|activity| self.grown(activity))
                .collect()
        };
        let (sources, targets) = (grown(wiring.sources), grown(wiring.targets));
        let add = |elements: &mut [f64], grown: Vec<f64>, is_born: &dyn Fn(u32) -> bool| {
            let born = (0..).zip(elements).filter(|(neuron, _)| is_born(*neuron));
            for (neuron, z) in born {
                *z = (*z + grown[neuron as usize]).clamp(0.0, MOST);
            }
        };
        add(&mut self.axonal, sources, &|source| {
            wiring.is_source(source)
        });
        add(&mut self.dendritic, targets, &|target| {
            wiring.is_target(target)
        });
    }
}

/// Adds to `gone` synapses, drawn, of neurons that have more than elements; `of` is the neuron of a synapse.
fn cut(
    edges: &[Edge],
    of: impl Fn(&Edge) -> u32,
    elements: &[f64],
    gone: &mut [bool],
    stream: &mut Stream,
) {
    let mut own: Vec<Vec<u32>> = vec![Vec::new(); elements.len()];
    for (k, edge) in (0..).zip(edges).filter(|(k, _)| !gone[*k as usize]) {
        own[of(edge) as usize].push(k);
    }
    for (mut own, z) in own.into_iter().zip(elements) {
        let excess = own.len().saturating_sub(*z as usize);
        if excess > 0 {
            shuffle(&mut own, stream);
            own[..excess].iter().for_each(|&k| gone[k as usize] = true);
        }
    }
}

/// Elements that are in no synapse, each as the number of its neuron.
fn free(elements: &[f64], bound: &[u32]) -> Vec<u32> {
    let all = (0..).zip(elements.iter().zip(bound));
    let own =
        all.map(|(neuron, (z, bound))| (neuron, (*z as usize).saturating_sub(*bound as usize)));
    own.flat_map(|(neuron, n)| std::iter::repeat_n(neuron, n))
        .collect()
}

impl Rewiring for Structural {
    fn average_ms(&self) -> Option<f64> {
        Some(self.tau_s * MS_PER_S)
    }

    fn rewire(&mut self, wiring: &Wiring<'_>, stream: &mut Stream) -> Edit {
        self.grow(wiring);
        let mut gone = vec![false; wiring.edges.len()];
        cut(
            wiring.edges,
            |edge| edge.target,
            &self.dendritic,
            &mut gone,
            stream,
        );
        cut(
            wiring.edges,
            |edge| edge.source,
            &self.axonal,
            &mut gone,
            stream,
        );
        let removed: Vec<u32> = (0..)
            .zip(&gone)
            .filter(|(_, gone)| **gone)
            .map(|(k, _)| k)
            .collect();
        let dendritic = wiring.degrees(&removed);
        let mut axonal = vec![0; wiring.n.0 as usize];
        let kept = wiring.edges.iter().zip(&gone).filter(|(_, gone)| !**gone);
        kept.for_each(|(edge, _)| axonal[edge.source as usize] += 1);
        let (mut sources, mut targets) = (
            free(&self.axonal, &axonal),
            free(&self.dendritic, &dendritic),
        );
        shuffle(&mut sources, stream);
        shuffle(&mut targets, stream);
        let mut taken = (!self.multapses).then(|| Taken::new(wiring, &removed, &dendritic));
        let both = match self.reach.is_by_distance() {
            true => self.nearby(wiring, (sources, targets), stream),
            false => sources.into_iter().zip(targets).collect(),
        };
        let both = both.into_iter();
        let fit = both.filter(|&(source, target)| {
            let is_free = |taken: &mut Taken| taken.insert(target, source);
            wiring.may_connect(source, target) && taken.as_mut().is_none_or(is_free)
        });
        let added = fit.map(|(source, target)| Edge {
            source,
            target,
            strength: self.strength,
            unused_ms: 0.0,
        });
        Edit {
            added: added.collect(),
            removed,
        }
    }

    fn state(&self) -> Vec<f64> {
        [&self.axonal[..], &self.dendritic[..]].concat()
    }

    fn load(&mut self, mut state: Vec<f64>, (n_source, n_target): (usize, usize)) -> bool {
        if state.is_empty() {
            return true;
        }
        let fits = state.len() == n_source + n_target && state.iter().all(|z| *z >= 0.0);
        if fits {
            self.dendritic = state.split_off(n_source);
            self.axonal = state;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::{Ends, Points, Region};

    fn rule(multapses: bool) -> Structural {
        Structural {
            rate_hz: 5.0,
            growth_hz: 2.0,
            curve: Curve::Linear,
            tau_s: 1.0,
            strength: 1.0,
            multapses,
            reach: Reach::ANYWHERE,
            axonal: Vec::new(),
            dendritic: Vec::new(),
        }
    }

    fn at(rate_hz: f64) -> Activity {
        // Steady: as many spikes as the rate says.
        Activity {
            here_s: 2.0,
            before_hz: rate_hz,
            now_hz: rate_hz,
            spikes: (2.0 * rate_hz) as u32,
        }
    }

    #[test]
    fn silent_neurons_find_each_other_and_busy_ones_let_go() {
        let busy = Edge {
            source: 1,
            target: 1,
            strength: 3.0,
            unused_ms: 0.0,
        };
        let activities = [at(0.0), at(10.0), at(5.0)];
        let wiring = Wiring {
            edges: &[busy; 3],
            sources: &activities,
            targets: &activities,
            n: (3, 3),
            born: (&[], &[]),
            own: None,
            ends: None,
        };
        let edit = rule(true).rewire(&wiring, &mut Stream::new(1, "rewiring", 0));
        // 3 elements less 2 · 2 s: all gone. Silent: 2 · 2 s more, with itself. On target: as before.
        assert_eq!(edit.removed, [0, 1, 2]);
        assert_eq!(edit.added.len(), 4);
        assert!(
            edit.added
                .iter()
                .all(|edge| (edge.source, edge.target) == (0, 0))
        );
        let once = rule(false).rewire(&wiring, &mut Stream::new(1, "rewiring", 0));
        assert_eq!(once.added.len(), 1);
    }

    /// What is grown does not depend on where instants lie.
    #[test]
    fn growth_is_an_integral() {
        let tau = 1.0_f64;
        let decay = |s: f64| (-s / tau).exp();
        // One spike at 0.5 s, looked at after 1 s and after 2 s.
        let (half, whole) = (decay(0.5) / tau, decay(1.5) / tau);
        let of = |here_s, before_hz, now_hz, spikes| Activity {
            here_s,
            before_hz,
            now_hz,
            spikes,
        };
        let rule = rule(true);
        let parts = rule.grown(&of(1.0, 0.0, half, 1)) + rule.grown(&of(1.0, half, whole, 0));
        assert!((parts - rule.grown(&of(2.0, 0.0, whole, 1))).abs() < 1e-12);
    }

    /// Half its height at both rates at which nothing grows, and all of it in the middle (Butz, van Ooyen 2013, eq. 4).
    #[test]
    fn a_gaussian_has_two_rates_at_which_nothing_grows() {
        let mut rule = rule(true);
        rule.curve = Curve::Gaussian { least_hz: 1.0 };
        let grown = |rate_hz| rule.grown(&at(rate_hz));
        assert!(grown(1.0).abs() < 1e-12 && grown(5.0).abs() < 1e-12);
        // 2 elements a second for 2 s.
        assert!((grown(3.0) - 4.0).abs() < 1e-12);
        assert!(grown(0.5) < 0.0 && grown(0.0) < grown(0.5) && grown(50.0) < -3.99);
        let curve = |curve: &'static str, least: Option<f64>| {
            let mut values = Values::from([("rate", 5.0), ("growth", 1.0), ("new_weight", 1.0)]);
            values.insert("curve", curve);
            if let Some(least) = least {
                values.insert("least_rate", least);
            }
            crate::plasticity::homeostasis::build("structural", &values).is_ok()
        };
        assert!(curve("gaussian", None) && curve("gaussian", Some(4.0)));
        assert!(!curve("gaussian", Some(5.0)) && !curve("linear", Some(1.0)));
    }

    /// Elements on a ring find each other by the kernel, whatever was free before.
    #[test]
    fn elements_pair_with_near_ones() {
        let n = 60_u32;
        let at = (0..n).map(|k| [f64::from(k), 0.0, 0.0]).collect();
        let ring = Points::new(Region::new(&[f64::from(n)], true), at);
        let ends = Ends::new(ring.clone().into(), [&ring]);
        let silent: Vec<Activity> = vec![at_rest(); n as usize];
        let wiring = Wiring {
            edges: &[],
            sources: &silent,
            targets: &silent,
            n: (n, n),
            born: (&[], &[]),
            own: None,
            ends: Some(&ends),
        };
        let mean = |long_range: f64| {
            let mut rule = rule(true);
            let values = Values::from([("length", 2.0), ("long_range", long_range)]);
            rule.reach = Reach::new(&values, &SPEC).expect("valid");
            let edit = rule.rewire(&wiring, &mut Stream::new(1, "rewiring", 0));
            // 2 elements a second for 20 s on each side; all are paired.
            assert_eq!(edit.added.len(), 60 * 40);
            let mm = edit
                .added
                .iter()
                .map(|edge| ends.distance_mm(edge.source, edge.target));
            mm.sum::<f64>() / (60.0 * 40.0)
        };
        // A two-sided exponential of 2 mm on a grid has a mean distance of 1.92 mm; the last elements find few that are near.
        let (near, half, far) = (mean(0.0), mean(0.5), mean(1.0));
        assert!((1.7..4.0).contains(&near), "{near}");
        // On the ring all pairs are 15 mm apart on average.
        assert!(
            (far - 15.0).abs() < 0.8 && near + 3.0 < half && half < far - 3.0,
            "{half} {far}"
        );
    }

    fn at_rest() -> Activity {
        Activity {
            here_s: 20.0,
            ..Activity::default()
        }
    }
}
