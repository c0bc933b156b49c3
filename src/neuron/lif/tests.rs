//! The closed forms, boundaries and bitwise twins of [`Lif`](super::Lif).

mod checkpoint;
mod current;

use proptest::prelude::*;

use super::*;
use crate::base::parameter::Values;

/// Something that happens to a population from outside.
#[derive(Debug, Clone)]
enum Input {
    /// So much current is injected from now on.
    Current(f64),
    /// A row arrives.
    Row(Vec<u16>, f32),
}

/// Inputs at picoseconds from the start, in order.
type Inputs = Vec<(i64, Input)>;

/// Goes through every instant from `start` up to `until_ps` later: who fired, at picoseconds from the start.
fn run(lif: &mut Lif, start: Time, inputs: &[(i64, Input)], until_ps: i64) -> Vec<(i64, u32)> {
    let mut spikes = Vec::new();
    let mut inputs = inputs.iter().peekable();
    loop {
        let outside = inputs.peek().map_or(i64::MAX, |input| input.0);
        let ps = outside.min(lif.next_due().since(start).ps());
        if ps >= until_ps {
            return spikes;
        }
        lif.advance(start + Duration::from_ps(ps));
        while let Some((_, input)) = inputs.next_if(|input| input.0 == ps) {
            match input {
                Input::Current(pa) => lif.inject(*pa),
                Input::Row(targets, weight) => {
                    lif.receive_row(targets, RowWeights::One((*weight).into()))
                }
            }
        }
        let mut fired = Vec::new();
        lif.fire(&mut fired);
        spikes.extend(fired.into_iter().map(|j| (ps, j)));
    }
}

/// The state of every neuron, to the bit.
fn bits(lif: &Lif) -> Vec<u64> {
    let u = lif.state.cells.all().as_flattened();
    u.iter().map(|u| u.to_bits()).collect()
}

/// No neuron fired.
const NONE: [u32; 0] = [];

fn values(pairs: &[(&'static str, f64)]) -> Values {
    pairs.iter().copied().collect()
}

fn lif(size: usize, pairs: &[(&'static str, f64)]) -> Lif {
    Lif::new(size, Params::new(&values(pairs)).expect("valid"))
}

fn at(ms: f64) -> Time {
    Time::from_ms(ms).expect("in range")
}

fn arrive(lif: &mut Lif, t: Time, rows: &[&[f32]]) -> Vec<u32> {
    let mut fired = Vec::new();
    lif.advance(t);
    lif.receive(rows, 1.0);
    lif.fire(&mut fired);
    fired
}

#[test]
fn decay_follows_the_closed_form() {
    let mut lif = lif(
        1,
        &[
            ("tau_m", 20.0),
            ("v_th", 100.0),
            ("e_l", -5.0),
            ("v_reset", -5.0),
        ],
    );
    let mut expected = 0.0;
    let mut last = 0.0;
    // 1,000 ms is fifty time constants: the origin moves several times.
    for step in 1..=40 {
        let t = f64::from(step) * 25.0;
        expected = expected * (-(t - last) / 20.0_f64).exp() + 3.0;
        last = t;
        assert_eq!(arrive(&mut lif, at(t), &[&[3.0]]), NONE);
        assert!(
            (lif.potential(0) + 5.0 - expected).abs() < 1e-12 * expected,
            "{t} ms"
        );
    }
}

#[test]
fn the_test_comes_after_all_arrivals_of_the_instant() {
    let mut lif = lif(1, &[("tau_m", 20.0), ("v_th", 1.0)]);
    // Above threshold after the first row, below after the second: no spike.
    assert_eq!(arrive(&mut lif, at(1.0), &[&[1.5], &[-1.0]]), NONE);
    assert_eq!(arrive(&mut lif, at(1.0), &[&[0.5]]), [0]);
}

#[test]
fn a_sum_equal_to_the_threshold_fires_at_any_offset() {
    let mut stream = crate::base::stream::Stream::new(1, "test", 0);
    for _ in 0..2_000 {
        let mut lif = lif(1, &[("tau_m", 20.0), ("v_th", 20.0)]);
        let t = Time::from_ps(stream.below(1_000_000_000_000) as i64);
        let rows = [&[0.5_f32][..]; 40];
        assert_eq!(arrive(&mut lif, t, &rows[..39]), NONE);
        assert_eq!(arrive(&mut lif, t, &rows[..1]), [0], "{t}");
    }
}

#[test]
fn an_arrival_at_the_refractory_end_counts() {
    let mut lif = lif(
        1,
        &[
            ("tau_m", 20.0),
            ("v_th", 1.0),
            ("v_reset", 0.5),
            ("t_ref", 2.0),
        ],
    );
    assert_eq!(arrive(&mut lif, at(10.0), &[&[1.0]]), [0]);
    assert_eq!(lif.potential(0), 0.5);
    let just_before = Time::from_ps(at(12.0).ps() - 1);
    assert_eq!(arrive(&mut lif, just_before, &[&[50.0]]), NONE);
    assert_eq!(arrive(&mut lif, at(12.0), &[&[0.5]]), [0]);
}

#[test]
fn after_the_refractory_period_v_decays_from_the_reset() {
    let mut lif = lif(
        1,
        &[
            ("tau_m", 20.0),
            ("v_th", 1.0),
            ("v_reset", 0.5),
            ("t_ref", 2.0),
        ],
    );
    arrive(&mut lif, at(10.0), &[&[1.0]]);
    lif.advance(at(32.0));
    assert!((lif.potential(0) - 0.5 * (-1.0_f64).exp()).abs() < 1e-15);
}

#[test]
fn a_threshold_at_rest_is_refused() {
    let error = Params::new(&values(&[("tau_m", 20.0), ("v_th", 0.0)])).expect_err("never reached");
    assert_eq!(
        error.to_string(),
        "`lif`: `v_th` and `e_l` are both 0, expected different potentials: v would approach the threshold without end"
    );
}

#[test]
fn a_neuron_driven_above_threshold_fires_at_the_closed_form() {
    // From −60 towards −49 mV: −50 is reached after τ ln 11; then every τ ln 11 + t_ref.
    let pairs = [
        ("tau_m", 20.0),
        ("v_th", -50.0),
        ("e_l", -49.0),
        ("v_reset", -60.0),
        ("t_ref", 5.0),
    ];
    let mut lif = lif(2, &pairs);
    lif.reset(at(3.0));
    lif.set_potential(0, -60.0);
    lif.set_potential(1, -60.0);
    let period_ms = 20.0 * 11.0_f64.ln();
    let mut spikes = Vec::new();
    while spikes.len() < 8 {
        let t = lif.next_due();
        lif.advance(t);
        let mut fired = Vec::new();
        lif.fire(&mut fired);
        spikes.extend(fired.into_iter().map(|j| (t, j)));
    }
    for (k, (t, j)) in spikes.into_iter().enumerate() {
        let n = (k / 2) as f64;
        let expected_ps = (3.0 + period_ms * (n + 1.0) + 5.0 * n) * 1e9;
        assert_eq!(j as usize, k % 2);
        assert!(
            (t.ps() as f64 - expected_ps).abs() <= 2.0 + n,
            "{t} for {expected_ps} ps"
        );
    }
}

proptest! {
    /// Same bits for rows one by one or four at a time, for every length and at any shift in time.
    #[test]
    fn grouping_and_time_shift_change_nothing(
        size in 1_usize..40,
        times in proptest::collection::vec((0_i64..40_000_000_000, 1_usize..9), 1..30),
        seed in 0_u64..1000,
    ) {
        let mut stream = crate::base::stream::Stream::new(seed, "test", 0);
        let rows: Vec<Vec<f32>> =
            (0..9).map(|_| (0..size).map(|_| (stream.uniform() - 0.3) as f32).collect()).collect();
        let run = |shift_ps: i64, grouped: bool| {
            let mut lif = lif(size, &[("tau_m", 5.0), ("v_th", 2.0), ("t_ref", 1.0)]);
            lif.reset(Time::from_ps(shift_ps));
            let mut log = Vec::new();
            let mut t = shift_ps;
            for &(gap, n) in &times {
                t += gap;
                let mut fired = Vec::new();
                lif.advance(Time::from_ps(t));
                let arrived: Vec<&[f32]> = rows[..n].iter().map(Vec::as_slice).collect();
                if grouped {
                    lif.receive(&arrived, 1.5);
                } else {
                    arrived.iter().for_each(|row| lif.receive(&[row], 1.5));
                }
                lif.fire(&mut fired);
                log.push((fired, bits(&lif)));
            }
            log
        };
        prop_assert_eq!(run(0, true), run(0, false));
        prop_assert_eq!(run(0, true), run(8 * 3_600_000_000_000_000, true));
    }
}

#[test]
fn a_sample_is_the_potential_that_an_advance_would_show() {
    let pairs = [
        ("tau_m", 20.0),
        ("v_th", 1.0),
        ("v_reset", 0.5),
        ("t_ref", 2.0),
        ("i_e", 5.0),
    ];
    let mut lif = lif(2, &pairs);
    arrive(&mut lif, at(10.0), &[&[2.0, 0.25]]);
    for ms in [10.0, 11.5, 12.0, 12.5, 30.0, 400.0] {
        let mut later = lif.clone();
        later.advance(at(ms));
        for j in 0..2 {
            let (sample, v) = (lif.sample(0, j, at(ms)), later.potential(j));
            assert!((sample - v).abs() < 1e-14, "{ms} ms: {sample} for {v}");
        }
    }
}

#[test]
fn only_what_is_wrong_is_found_to_be() {
    let mut lif = lif(3, &[("tau_m", 20.0), ("v_th", 1.0), ("t_ref", 2.0)]);
    assert_eq!(arrive(&mut lif, at(1.0), &[&[2.0, 0.0, 0.0]]), [0]);
    assert_eq!(lif.non_finite(), None, "refractory");
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        lif.set_potential(2, wrong);
        assert_eq!(lif.non_finite(), Some(2), "{wrong}");
    }
}
