//! Rules of covariance, written out once more.

use super::{Naive, Released, concentration, modulator, still};
use crate::base::parameter::Values;

/// The same, with changes that show at multiples of 35 ms; the clamp is at the bounds then.
pub(in crate::plasticity::tests) fn anti_hebbian_epoch() -> Naive {
    let above = |x: &[f64]| x[0] - 20.0 / (20.0 - 900.0) * (x[0] - x[1]);
    let Naive { mut values, .. } = anti_hebbian();
    values.insert("epoch", 35.0);
    Naive {
        values,
        arrive: Box::new(move |w, c, _, y| {
            *c -= 0.03 * above(y);
            w
        }),
        fire: Box::new(move |w, c, x, _| {
            *c -= 0.02 * above(x);
            w
        }),
        flow: Some(Box::new(|w, c, (from, to)| {
            let is_over = (1..).map(|k| k * 35_000_000_000_i64);
            let mut ends = is_over
                .skip_while(|end| *end <= from)
                .take_while(|end| *end <= to);
            match ends.next().is_some() {
                true => w + std::mem::replace(c, 0.0),
                false => w,
            }
        })),
        ..anti_hebbian()
    }
}

/// Averages of traces as sums over all spikes of what a low-pass filter answers.
pub(in crate::plasticity::tests) fn anti_hebbian() -> Naive {
    let above = |x: &[f64]| x[0] - 20.0 / (20.0 - 900.0) * (x[0] - x[1]);
    Naive {
        values: Values::from([
            ("w_max", 1.0),
            ("eta", 0.02),
            ("eta_pre", 0.03),
            ("tau", 20.0),
            ("tau_average", 900.0),
        ]),
        pre: vec![20.0, 900.0],
        post: vec![20.0, 900.0],
        arrive: Box::new(move |w, _, _, y| w - 0.03 * above(y)),
        fire: Box::new(move |w, _, x, _| w - 0.02 * above(x)),
        ..still()
    }
}

/// Counts of all events are kept, and the sum over them about their means taken anew: the state is a number that only grows.
pub(in crate::plasticity::tests) fn covariance() -> Naive {
    covariance_by(None)
}

/// Under a modulator, which takes part at the end of each event.
pub(in crate::plasticity::tests) fn modulated_covariance() -> Naive {
    covariance_by(Some(modulator()))
}

fn covariance_by(modulator: Option<Released>) -> Naive {
    use std::{cell::RefCell, rc::Rc};
    const EVENT: i64 = 35_000_000_000;
    // Of the synapse at hand: arrivals and spikes of the event at hand, and of those before.
    type Counts = (f64, f64, Vec<(f64, f64)>);
    let counts: Rc<RefCell<Counts>> = Rc::default();
    let (arrivals, spikes, flown) = (counts.clone(), counts.clone(), counts);
    let acts = modulator.clone();
    Naive {
        values: Values::from([("eta", 0.01), ("event", 35.0)]),
        start: (-1.0, 1.0),
        pre: Vec::new(),
        post: Vec::new(),
        bounds: (f64::NEG_INFINITY, f64::INFINITY),
        arrive: Box::new(move |w, _, _, _| {
            arrivals.borrow_mut().0 += 1.0;
            w
        }),
        fire: Box::new(move |w, _, _, _| {
            spikes.borrow_mut().1 += 1.0;
            w
        }),
        flow: Some(Box::new(move |w, c, (from, to)| {
            let mut counts = flown.borrow_mut();
            // Another synapse begins.
            if from <= 0 {
                *counts = (0.0, 0.0, Vec::new());
            }
            let mut w = w;
            let end = to.div_euclid(EVENT);
            for number in from.max(0).div_euclid(EVENT)..end {
                let ended = (counts.0, counts.1);
                counts.2.push(ended);
                (counts.0, counts.1) = (0.0, 0.0);
                // Without a modulator what several events add is one sum.
                if acts.is_none() && number + 1 < end {
                    continue;
                }
                let before = *c;
                let n = counts.2.len() as f64;
                let (a, b) = counts
                    .2
                    .iter()
                    .fold((0.0, 0.0), |(a, b), one| (a + one.0, b + one.1));
                let about = counts.2.iter().map(|one| (one.0 - a / n) * (one.1 - b / n));
                *c = about.sum();
                let end = (number + 1) * EVENT;
                let gain = acts
                    .as_ref()
                    .map_or(1.0, |acts| concentration(acts, end, end));
                w += 0.01 * gain * (*c - before);
            }
            w
        })),
        modulator,
        ..still()
    }
}
