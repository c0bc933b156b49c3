//! Events of bins, at once and in order.

use super::*;
use crate::base::time::Duration;
use crate::neuron::{Bins, Growth, RowWeights, StateError};

const TAU_PS: f64 = 20e9;

/// Neurons that note what they get, and refuse every third bin of each.
#[derive(Default)]
struct Notes {
    /// Per neuron: what it has had at once, from whose start on.
    whole: Vec<f64>,
    /// What that has gathered as a current.
    gathered: Vec<f64>,
    /// Picoseconds of a stretch, over whose end no bin reaches.
    stretch: Option<i64>,
    refused: usize,
    taken_back: Vec<(u16, Early)>,
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
    fn bins(&self) -> Option<Bins> {
        Some(BINS)
    }
    fn receive_bin(&mut self, bin: Bin<'_>, apart: &mut Vec<u16>) -> bool {
        for (j, sum) in (bin.first..).zip(bin.sums) {
            self.refused += 1;
            if self.refused.is_multiple_of(3) {
                apart.push(j as u16);
            } else {
                self.whole[j] += sum * bin.weight;
                let gathered = bin.gathered.get(j - bin.first);
                self.gathered[j] += gathered.unwrap_or(&0.0) * bin.weight;
            }
        }
        false
    }
    fn take_back(&mut self, j: u16, early: Early) {
        self.whole[usize::from(j)] -= early.amount;
        self.gathered[usize::from(j)] -= early.gathered;
        self.taken_back.push((j, early));
    }
    fn stretch_end(&self, t: Time) -> Time {
        self.stretch.map_or(Time::MAX, |stretch| {
            Time::from_ps((t.ps() / stretch + 1) * stretch)
        })
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

const BINS: Bins = Bins {
    growth: GROWTH,
    stretch: None,
    most_weight: 1.0,
    least_pa: 1.0,
};

const WISH: Wish = Wish {
    growth: GROWTH,
    by_bin: true,
};

fn noise(rates_hz: &[f64]) -> Binned {
    let class = Class {
        weight: 0.5,
        rates_hz: rates_hz.to_vec(),
    };
    Binned::new(
        &class,
        BINS,
        WISH,
        Time::ZERO,
        &mut Stream::new(1, "test", 0),
    )
}

fn notes(n: usize) -> Notes {
    Notes {
        whole: vec![0.0; n],
        gathered: vec![0.0; n],
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
    let mut noise = noise(&rates());
    noise.set_wish(Wish {
        by_bin: false,
        ..WISH
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

/// Events that bring currents.
const CURRENT: Growth = Growth {
    rate_per_ps: 1.0 / 0.5e9,
    delta_per_ps: Some(1.0 / 10e9 - 1.0 / 0.5e9),
};

const STRETCH: i64 = 251_000_001;

const CURRENT_BINS: Bins = Bins {
    growth: CURRENT,
    stretch: Some(Duration::from_ps(STRETCH)),
    ..BINS
};

const CURRENT_WISH: Wish = Wish {
    growth: CURRENT,
    by_bin: true,
};

fn noise_of(bins: Bins, wish: Wish) -> Binned {
    let class = Class {
        weight: 0.5,
        rates_hz: rates(),
    };
    let stream = &mut Stream::new(1, "test", 0);
    Binned::new(&class, bins, wish, ms(0.07), stream)
}

#[test]
fn at_once_or_in_order_it_is_the_same() {
    for (bins, wish, stretch) in [
        (BINS, WISH, None),
        (CURRENT_BINS, CURRENT_WISH, Some(STRETCH)),
    ] {
        compare(bins, wish, stretch);
    }
}

fn compare(bins: Bins, wish: Wish, stretch: Option<i64>) {
    let n = rates().len();
    let notes = || Notes {
        stretch,
        ..notes(n)
    };
    let mut reference = noise_of(bins, wish);
    reference.set_wish(Wish {
        by_bin: false,
        ..wish
    });
    let mut mixed = noise_of(bins, wish);
    let mut neurons = notes();
    for _ in 0..40 {
        // What each neuron should have of the bin, from its start on.
        let mut wanted = vec![[0.0; 2]; n];
        assert!(!reference.open(&mut notes()));
        let start = reference.begin();
        while !reference.is_over() {
            let events = reference.before(reference.end);
            add(&events, &mut wanted);
            let k = events.targets.len();
            reference.pass(k);
        }
        assert!(!mixed.open(&mut neurons));
        // A third of the way through, one is taken back, at the middle all.
        let middle = later(start, mixed.end.since(start).ps() / 2);
        let third = later(start, mixed.end.since(start).ps() / 3);
        let mut found = vec![[0.0; 2]; n];
        for (until, back) in [(third, Some(3)), (middle, None), (mixed.end, None)] {
            while !mixed.is_over() && mixed.next_time() < until {
                let events = mixed.before(until);
                add(&events, &mut found);
                let k = events.targets.len();
                assert!(mixed.pass(k) < until);
            }
            let ahead = mixed.ahead(3, until);
            if let Some(j) = back {
                neurons.taken_back.clear();
                let any = mixed.take_back(&mut neurons, j, until);
                let taken: Vec<_> = ahead.map(|early| (j, early)).into_iter().collect();
                assert_eq!(any, ahead.is_some());
                assert_eq!(neurons.taken_back, taken);
                assert!(!mixed.take_back(&mut neurons, j, until));
            } else if until == middle {
                mixed.take_all_back(&mut neurons, until);
                assert!((0..n).all(|j| mixed.ahead(j, until).is_none()));
            }
        }
        for j in 0..n {
            let [grown, gathered] = found[j];
            let found = [grown + neurons.whole[j], gathered + neurons.gathered[j]];
            let scales = [1.0, bin_ps(&mixed)];
            for ((found, wanted), scale) in found.iter().zip(wanted[j]).zip(scales) {
                let apart = (found - wanted).abs();
                assert!(apart < 1e-10 * scale, "{found} for {wanted} of {j}");
            }
        }
        neurons.whole.fill(0.0);
        neurons.gathered.fill(0.0);
        if let Some(stretch) = stretch {
            // Whole stretches are shared out evenly; the first was cut short.
            assert!(start.ps() / stretch == (mixed.end.ps() - 1) / stretch);
            let length = mixed.end.since(start).ps();
            assert!(
                length == 90_500_000 || length == 90_500_001 || (length - 125_500_000).abs() < 2
            );
        }
    }
    assert_eq!(mixed.end, reference.end);
}

fn bin_ps(noise: &Binned) -> f64 {
    noise.end.since(noise.begin()).ps() as f64
}

/// Adds what events bring: what each has grown by, and what of it has gathered.
fn add(events: &Events<'_>, all: &mut [[f64; 2]]) {
    for (k, (&j, &growth)) in events.targets.iter().zip(events.growth).enumerate() {
        let psi = events.psi.get(k).unwrap_or(&0.0);
        all[usize::from(j)][0] += 0.5 * growth;
        all[usize::from(j)][1] += 0.5 * growth * psi;
    }
}

#[test]
fn it_goes_on_from_its_state() {
    goes_on(|| noise(&rates()), None);
    goes_on(|| noise_of(CURRENT_BINS, CURRENT_WISH), Some(STRETCH));
}

fn goes_on(noise: impl Fn() -> Binned, stretch: Option<i64>) {
    let notes = || Notes {
        stretch,
        ..notes(rates().len())
    };
    let mut one = noise();
    let mut neurons = notes();
    for bin in 0..10 {
        one.open(&mut neurons);
        let t = later(one.begin(), 50_000_000);
        one.take_back(&mut neurons, 4, t);
        let n = one.before(t).targets.len();
        if n > 0 {
            one.pass(n);
        }
        let mut other = noise();
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
        other.open(&mut notes());
        let mut next = one.clone();
        next.open(&mut notes());
        assert_eq!((next.counts, next.sums), (other.counts, other.sums));
        assert_eq!(next.gathered, other.gathered);
    }
    // What is no state of it.
    let state = one.state();
    let wrong = |change: fn(&mut State)| {
        let mut state = state.clone();
        change(&mut state);
        noise().go_on_from(state)
    };
    assert!(wrong(|_| {}));
    assert!(!wrong(|state| state.rest = vec![38]));
    assert!(!wrong(|state| state.rest = vec![1 << 60]));
    assert!(!wrong(|state| state.end = Time::ZERO));
}

#[test]
fn it_goes_on_where_the_time_constant_has_become_another() {
    let short = |by_bin| Wish {
        growth: Growth {
            rate_per_ps: 1.0 / 5e9,
            ..GROWTH
        },
        by_bin,
    };
    let class = Class {
        weight: 0.5,
        rates_hz: rates(),
    };
    let new = |wish| {
        Binned::new(
            &class,
            BINS,
            wish,
            Time::ZERO,
            &mut Stream::new(1, "test", 0),
        )
    };
    let mut one = new(WISH);
    one.open(&mut notes(rates().len()));
    one.take_all_back(&mut notes(rates().len()), ms(0.03));
    one.set_wish(short(true));
    // So long bins are none for it: all of it comes in order.
    assert!(!one.by_bin && one.dense);
    let mut other = new(short(true));
    assert!(!other.by_bin && other.go_on_from(one.state()));
    for noise in [&mut one, &mut other] {
        noise.set_wish(WISH);
        assert!(noise.by_bin);
        noise.open(&mut notes(rates().len()));
    }
    assert_eq!((one.counts, one.sums), (other.counts, other.sums));
}

#[test]
fn where_growth_would_overflow_each_event_is_an_instant() {
    let wish = Wish {
        growth: Growth {
            rate_per_ps: 1.0 / 1e4,
            ..GROWTH
        },
        by_bin: true,
    };
    let class = Class {
        weight: 0.5,
        rates_hz: rates(),
    };
    let mut noise = Binned::new(
        &class,
        BINS,
        wish,
        Time::ZERO,
        &mut Stream::new(1, "test", 0),
    );
    assert!(!noise.is_dense() && !noise.by_bin);
    noise.open(&mut notes(0));
    for _ in 0..50 {
        let t = noise.next_time();
        let events = noise.at(t);
        assert_eq!((events.start, events.growth[0]), (t, 1.0));
        noise.pass(1);
    }
}

#[test]
fn it_is_for_frequent_noise_that_excites_a_little() {
    let is = |weight, rates_hz: &[f64]| {
        let rates_hz = rates_hz.to_vec();
        pays(&Class { weight, rates_hz }, BINS)
    };
    assert!(is(1.0, &[20_000.0; 3]));
    assert!(is(1.0, &[0.0, 9_700.0, 9_700.0]));
    assert!(!is(1.0, &[9_600.0; 3]));
    assert!(!is(1.01, &[20_000.0; 3]) && !is(-1.0, &[20_000.0; 3]) && !is(0.0, &[20_000.0; 3]));
    assert!(!is(1.0, &[0.0; 3]) && !is(1.0, &[]));
    let many: Vec<f64> = (0..40).map(|k| 20_000.0 + f64::from(k)).collect();
    assert!(!is(1.0, &many));
    // The more often it comes, and the shorter the time constant, the shorter are the bins.
    let exponent = |tau_ps: f64, rate_hz: f64| {
        let class = Class {
            weight: 1.0,
            rates_hz: vec![rate_hz; 3],
        };
        let bins = Bins {
            growth: Growth {
                rate_per_ps: 1.0 / tau_ps,
                ..GROWTH
            },
            ..BINS
        };
        (Length::of(&class, bins).bits(), pays(&class, bins))
    };
    assert_eq!(exponent(20e9, 2e4), (27, true));
    assert_eq!(exponent(20e9, 2e5), (24, true));
    assert_eq!(exponent(5e9, 2e4), (26, true));
    // With a shorter one there would be too few events in a bin.
    assert_eq!(exponent(2e9, 2e4), (24, false));
}
