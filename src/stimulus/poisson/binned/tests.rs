//! Events of bins, at once and in order.

use super::*;
use crate::neuron::{RowWeights, StateError};

const TAU_PS: f64 = 20e9;

/// Neurons that note what they get, and refuse every third bin of each.
#[derive(Default)]
struct Notes {
    /// Per neuron: what it has had at once, from whose start on.
    whole: Vec<f64>,
    refused: usize,
    taken_back: Vec<(u16, f64)>,
}

impl Neurons for Notes {
    fn size(&self) -> usize {
        self.whole.len()
    }
    fn reset(&mut self, _: Time) {}
    fn advance(&mut self, _: Time) {}
    fn receive(&mut self, _: &[&[f32]], _: f64) {}
    fn receive_row(&mut self, _: &[u16], _: RowWeights<'_>) {}
    fn growth(&self, _: f64) -> Growth {
        GROWTH
    }
    fn receive_events(&mut self, _: Events<'_>) -> Option<usize> {
        None
    }
    fn takes_bins(&self, _: f64) -> bool {
        true
    }
    fn receive_bin(&mut self, bin: Bin<'_>, apart: &mut Vec<u16>) {
        for (j, sum) in (bin.first..).zip(bin.sums) {
            self.refused += 1;
            if self.refused.is_multiple_of(3) {
                apart.push(j as u16);
            } else {
                self.whole[j] += sum * bin.weight;
            }
        }
    }
    fn take_back(&mut self, _: Time, j: u16, amount: f64) {
        self.whole[usize::from(j)] -= amount;
        self.taken_back.push((j, amount));
    }
    fn next_due(&self) -> Time {
        Time::MAX
    }
    fn next_alone(&self) -> Time {
        Time::MAX
    }
    fn fire(&mut self, _: &mut Vec<u32>) {}
    fn state(&self) -> crate::neuron::State {
        unreachable!("no test asks for it")
    }
    fn set_state(&mut self, _: &crate::neuron::State) -> Result<(), StateError> {
        Ok(())
    }
    fn save(&self) -> Result<Vec<u8>, StateError> {
        Ok(Vec::new())
    }
    fn load(&mut self, _: &[u8]) -> Result<(), StateError> {
        Ok(())
    }
}

const GROWTH: Growth = Growth {
    rate_per_ps: 1.0 / TAU_PS,
    delta_per_ps: None,
};

fn noise(rates_hz: &[f64]) -> Option<Binned> {
    let class = Class {
        weight: 0.5,
        rates_hz: rates_hz.to_vec(),
    };
    Binned::new(&[class], GROWTH, Time::ZERO, &mut Stream::new(1, "test", 0))
}

fn notes(n: usize) -> Notes {
    Notes {
        whole: vec![0.0; n],
        ..Notes::default()
    }
}

/// Every event up to `until`, all in order, with how much it has grown since its bin began.
fn in_order(noise: &mut Binned, until: Time) -> Vec<(Time, u16)> {
    let mut neurons = notes(0);
    let mut all = Vec::new();
    while noise.next_time() < until {
        if noise.is_over() {
            noise.open(&mut neurons);
            continue;
        }
        let t = noise.next_time();
        let now = noise.at(t).targets.to_vec();
        all.extend(now.iter().map(|&j| (t, j)));
        assert_eq!(noise.pass(now.len()), t);
    }
    all
}

fn ms(t: f64) -> Time {
    Time::from_ms(t).expect("a time")
}

fn rates() -> Vec<f64> {
    [
        vec![20_000.0; 37],
        vec![0.0; 5],
        vec![11_000.0; 20],
        vec![19_999.0; 1],
    ]
    .concat()
}

#[test]
fn every_neuron_gets_its_rate_in_the_order_of_time() {
    let mut noise = noise(&rates()).expect("dense noise");
    noise.set_wish(Wish {
        growth: GROWTH,
        by_bin: false,
    });
    let all = in_order(&mut noise, ms(2_000.0));
    assert!(all.is_sorted());
    let mut counts = vec![0.0; rates().len()];
    all.iter().for_each(|&(_, j)| counts[usize::from(j)] += 1.0);
    for (rate, count) in rates().iter().zip(counts) {
        let expected: f64 = rate * 2.0;
        assert!(
            (count - expected).abs() <= 5.0 * expected.sqrt(),
            "{count} for {expected}"
        );
    }
}

#[test]
fn at_once_or_in_order_it_is_the_same() {
    let wish = Wish {
        growth: GROWTH,
        by_bin: false,
    };
    let mut reference = noise(&rates()).expect("dense noise");
    reference.set_wish(wish);
    let mut mixed = noise(&rates()).expect("dense noise");
    let mut neurons = notes(rates().len());
    let n = rates().len();
    for _ in 0..40 {
        // What each neuron should have of the bin, from its start on.
        let mut wanted = vec![0.0; n];
        reference.open(&mut notes(0));
        let start = reference.begin();
        while !reference.is_over() {
            let events = reference.before(reference.end);
            for (&j, &growth) in events.targets.iter().zip(events.growth) {
                wanted[usize::from(j)] += growth * 0.5;
            }
            let k = events.targets.len();
            reference.pass(k);
        }
        mixed.open(&mut neurons);
        // A third of the way through, one is taken back, at the middle all.
        let middle = later(start, 1 << 26);
        let third = later(start, 1 << 25);
        let mut found = vec![0.0; n];
        for (until, back) in [(third, Some(3)), (middle, None), (mixed.end, None)] {
            while !mixed.is_over() && mixed.next_time() < until {
                let events = mixed.before(until);
                for (&j, &growth) in events.targets.iter().zip(events.growth) {
                    found[usize::from(j)] += growth * 0.5;
                }
                let k = events.targets.len();
                assert!(mixed.pass(k) < until);
            }
            let ahead = mixed.ahead(3, until).map_or(0.0, |(_, amount)| amount);
            if let Some(j) = back {
                neurons.taken_back.clear();
                let any = mixed.take_back(&mut neurons, j, until);
                let taken: Vec<_> = any.then_some((j, ahead)).into_iter().collect();
                assert_eq!(neurons.taken_back, taken);
                assert!(!mixed.take_back(&mut neurons, j, until));
            } else if until == middle {
                mixed.take_all_back(&mut neurons, until);
                assert!((0..n).all(|j| mixed.ahead(j, until).is_none()));
            }
        }
        for j in 0..n {
            let found = found[j] + neurons.whole[j];
            assert!(
                (found - wanted[j]).abs() < 1e-11,
                "{found} for {} of {j}",
                wanted[j]
            );
        }
        neurons.whole.fill(0.0);
    }
    assert_eq!(mixed.end, reference.end);
}

#[test]
fn it_goes_on_from_its_state() {
    let mut one = noise(&rates()).expect("dense noise");
    let mut neurons = notes(rates().len());
    for bin in 0..10 {
        one.open(&mut neurons);
        let t = later(one.begin(), 50_000_000);
        one.take_back(&mut neurons, 4, t);
        let n = one.before(t).targets.len();
        if n > 0 {
            one.pass(n);
        }
        let mut other = noise(&rates()).expect("dense noise");
        assert!(other.go_on_from(one.state()), "{bin}");
        let rest = |noise: &Binned| noise.order.rest().collect::<Vec<_>>();
        assert_eq!(rest(&one), rest(&other));
        assert_eq!(
            (one.begin(), one.next_time()),
            (other.begin(), other.next_time())
        );
        assert!((0..rates().len()).all(|j| one.ahead(j, t) == other.ahead(j, t)));
        let n = one.before(one.end).targets.len();
        if n > 0 {
            one.pass(n);
            other.pass(n);
        }
        one.clone().open(&mut notes(rates().len()));
        other.open(&mut notes(rates().len()));
        let mut next = one.clone();
        next.open(&mut notes(rates().len()));
        assert_eq!((next.counts, next.sums), (other.counts, other.sums));
    }
    // What is no state of it.
    let state = one.state();
    let wrong = |change: fn(&mut State)| {
        let mut state = state.clone();
        change(&mut state);
        noise(&rates()).expect("dense noise").go_on_from(state)
    };
    assert!(wrong(|_| {}));
    assert!(!wrong(|state| state.rest = vec![38]));
    assert!(!wrong(|state| state.rest = vec![1 << 60]));
    assert!(!wrong(|state| state.end = Time::ZERO));
}

#[test]
fn it_is_for_dense_noise_of_one_weight() {
    assert!(noise(&[20_000.0; 3]).is_some());
    assert!(noise(&[7_500.0; 3]).is_some());
    assert!(noise(&[7_400.0; 3]).is_none());
    assert!(noise(&[0.0; 3]).is_none());
    assert!(noise(&[]).is_none());
    let many: Vec<f64> = (0..40).map(|k| 20_000.0 + f64::from(k)).collect();
    assert!(noise(&many).is_none());
    // The shorter the time constant, the shorter the bins, the denser it has to be.
    let short = Growth {
        rate_per_ps: 1.0 / 1e9,
        ..GROWTH
    };
    let class = |weight, rate_hz| Class {
        weight,
        rates_hz: vec![rate_hz; 3],
    };
    let new = |classes: &[Class], growth| {
        let stream = &mut Stream::new(1, "test", 0);
        Binned::new(classes, growth, Time::ZERO, stream).is_some()
    };
    assert!(!new(&[class(1.0, 2e4)], short));
    assert!(new(&[class(1.0, 2e5)], short));
    assert!(!new(&[class(-1.0, 2e4)], GROWTH));
    assert!(!new(&[class(1.0, 2e4), class(2.0, 2e4)], GROWTH));
}
