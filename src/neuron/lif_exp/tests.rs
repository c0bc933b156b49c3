//! The closed forms, boundaries and bitwise twins of [`LifExp`](super::LifExp).

mod bits;
mod crossing;
mod naive;
mod noise;

use super::*;
use crate::base::parameter::Values;
use crate::neuron::EventWeights;
use naive::{Input, Naive};

/// Parameters of the cortical microcircuit of Potjans & Diesmann 2014.
const CORTEX: [(&str, f64); 8] = [
    ("tau_m", 10.0),
    ("c_m", 250.0),
    ("tau_syn_ex", 0.5),
    ("tau_syn_in", 0.5),
    ("v_th", -50.0),
    ("v_reset", -65.0),
    ("e_l", -65.0),
    ("t_ref", 2.0),
];

fn params(changes: &[(&'static str, f64)]) -> Params {
    let values: Values = CORTEX.iter().chain(changes).copied().collect();
    Params::new(&values).expect("valid")
}

fn population(size: usize, changes: &[(&'static str, f64)]) -> LifExp {
    LifExp::new(size, params(changes))
}

fn at(ms: f64) -> Time {
    Time::from_ms(ms).expect("in range")
}

/// Something that happens to all neurons of a population.
#[derive(Debug, Clone, Copy)]
struct Happening {
    t: Time,
    what: Input,
    /// Of three ways in which an arrival may come.
    way: u8,
}

fn happening(t_ps: i64, weight: f64, way: u8) -> Happening {
    Happening {
        t: Time::from_ps(t_ps),
        what: Input::Arrival(f64::from(weight as f32)),
        way,
    }
}

fn happen(population: &mut LifExp, it: &Happening) {
    let all: Vec<u16> = (0..population.size() as u16).collect();
    match (it.what, it.way) {
        (Input::Current(current), _) => population.inject(current),
        (Input::Arrival(w), 0) => population.receive_row(&all, RowWeights::One(w)),
        (Input::Arrival(w), 1) => {
            population.receive_row(&all, RowWeights::Each(&vec![w as f32; all.len()]));
        }
        (Input::Arrival(w), 2) => population.receive(&[&vec![w as f32; all.len()]], 1.0),
        (Input::Arrival(w), _) => {
            let n = all.len();
            let mut events = Events {
                origin: it.t,
                offsets: &vec![0; n],
                start: it.t,
                growth: &vec![1.0; n],
                psi: &vec![0.0; n],
                targets: &all,
                weights: EventWeights::One(w),
            };
            while let Some(reached) = population.receive_events(events) {
                events = events.after(reached);
            }
        }
    }
}

/// Runs `population` up to and including `until`; `stops` are instants to which it is advanced for nothing.
fn drive(
    population: &mut LifExp,
    happenings: &[Happening],
    stops: &[Time],
    until: Time,
) -> Vec<(Time, u32)> {
    let mut spikes = Vec::new();
    let mut next = 0;
    let now = population.state.now;
    let mut stops = stops.iter().copied().filter(|t| *t >= now).peekable();
    loop {
        let arrival = happenings.get(next).map_or(Time::MAX, |it| it.t);
        let mut t = arrival.min(population.next_due());
        while let Some(stop) = stops.next_if(|stop| *stop < t && *stop <= until) {
            population.advance(stop);
            t = arrival.min(population.next_due());
        }
        if t > until {
            population.advance(until);
            return spikes;
        }
        population.advance(t);
        while let Some(it) = happenings.get(next).filter(|it| it.t == t) {
            happen(population, it);
            next += 1;
        }
        let mut fired = Vec::new();
        population.fire(&mut fired);
        spikes.extend(fired.into_iter().map(|j| (t, j)));
    }
}

#[test]
fn a_response_follows_the_closed_form() {
    for (tau_syn, way) in [
        (0.5, 0),
        (10.0, 0),
        (10.0 * (1.0 + 1e-7), 1),
        (30.0, 2),
        (2.0, 3),
    ] {
        let mut population = population(3, &[("tau_syn_ex", tau_syn), ("tau_syn_in", 2.0)]);
        let arrivals = [
            happening(1_234_567_890, 500.0, way),
            happening(3_000_000_000, -700.0, way),
        ];
        let response = |tau: f64, s: f64| {
            let delta = 1.0 / 10.0 - 1.0 / tau;
            let gathered = if delta == 0.0 {
                s
            } else {
                (delta * s).exp_m1() / delta
            };
            if s < 0.0 {
                0.0
            } else {
                gathered * (-s / 10.0_f64).exp() / 250.0
            }
        };
        assert_eq!(drive(&mut population, &arrivals, &[], at(3.0)), []);
        for step in 1..=200 {
            let t = 3.0 + f64::from(step) * 0.4;
            population.advance(at(t));
            let expected =
                -65.0 + 500.0 * response(tau_syn, t - 1.23456789) - 700.0 * response(2.0, t - 3.0);
            let found = population.potential(2);
            assert!(
                (found - expected).abs() < 1e-12,
                "{tau_syn}, {t}: {found} for {expected}"
            );
            assert_eq!(found, population.sample(0, 2, at(t)));
            let current = 500.0 * (-(t - 1.23456789) / tau_syn).exp();
            assert!((population.sample(1, 2, at(t)) - current).abs() < 1e-11);
        }
    }
}

#[test]
fn a_constant_current_fires_at_the_closed_form() {
    // v_inf = −65 + 10/250 · 500 = −45.
    let mut population = population(2, &[("i_e", 500.0)]);
    population.reset(at(3.0));
    let spikes = drive(&mut population, &[], &[], at(203.0));
    let climb = 10.0 * (20.0_f64 / 5.0).ln();
    assert_eq!(spikes.len(), 2 * (200.0 / (climb + 2.0)) as usize);
    for (k, (t, j)) in spikes.into_iter().enumerate() {
        let n = (k / 2) as f64;
        assert_eq!(j as usize, k % 2);
        // Each spike is rounded up to a tick.
        let late = t.ps() as f64 - (3.0 + climb * (n + 1.0) + 2.0 * n) * 1e9;
        assert!((-1e-3..n + 1.0).contains(&late), "{n}: {late} ps");
    }
}

#[test]
fn a_current_injected_in_the_middle_moves_the_crossing() {
    let mut population = population(1, &[]);
    let inject = |t, current| Happening {
        t: at(t),
        what: Input::Current(current),
        way: 0,
    };
    let script = [inject(10.0, 400.0), inject(15.0, 600.0), inject(50.0, 0.0)];
    let spikes = drive(&mut population, &script, &[], at(100.0));
    // From −65 towards −49 for 5 ms, then towards −41.
    let reached = -49.0 - 16.0 * (-0.5_f64).exp();
    let first = 15.0 + 10.0 * ((-41.0 - reached) / 9.0).ln();
    assert!((0.0..1.0).contains(&(spikes[0].0.ps() as f64 - first * 1e9)));
    let period = 2.0 + 10.0 * (24.0_f64 / 9.0).ln();
    assert_eq!(spikes.len(), 1 + ((50.0 - first) / period) as usize);
    assert_eq!(population.next_due(), Time::MAX);
}

#[test]
fn v_is_held_while_the_current_goes_on() {
    let mut population = population(
        1,
        &[("tau_syn_ex", 5.0), ("tau_syn_in", 6.0), ("v_reset", -60.0)],
    );
    let spikes = drive(&mut population, &[happening(0, 4_000.0, 0)], &[], at(2.0));
    let [(t, 0)] = spikes[..] else {
        panic!("{spikes:?}")
    };
    assert_eq!(population.potential(0), -60.0);
    // One more while it is refractory, and inhibition that keeps it from firing.
    let script = [
        happening(t.ps() + 500_000_000, 100.0, 0),
        happening(t.ps() + 600_000_000, -30_000.0, 0),
    ];
    assert_eq!(
        drive(
            &mut population,
            &script,
            &[],
            Time::from_ps(t.ps() + 1_999_999_999)
        ),
        []
    );
    assert_eq!(population.potential(0), -60.0);
    assert_eq!(
        drive(
            &mut population,
            &[],
            &[],
            Time::from_ps(t.ps() + 7_000_000_000)
        ),
        []
    );
    let mut naive = Naive::new(
        params(&[("tau_syn_ex", 5.0), ("tau_syn_in", 6.0), ("v_reset", -60.0)]),
        -65.0,
        0,
    );
    naive.receive(Input::Arrival(4_000.0));
    naive.go_to(t.ps());
    // 16 mV/ms rounded up to a tick.
    assert!((0.0..2e-8).contains(&(naive.v + 50.0)));
    naive.spike(t.ps());
    for it in script {
        naive.go_to(it.t.ps());
        naive.receive(it.what);
    }
    naive.go_to(t.ps() + 7_000_000_000);
    assert!((population.potential(0) - naive.v).abs() < 1e-11);
    assert!((population.sample(1, 0, population.state.now) - naive.i_ex).abs() < 1e-9);
}

#[test]
fn a_neuron_set_above_threshold_fires_at_its_next_test() {
    let mut population = population(3, &[]);
    population.reset(at(1.0));
    population.set_potential(0, -50.0);
    population.set_potential(1, -50.000_001);
    population.set_potential(2, -40.0);
    let mut fired = Vec::new();
    population.fire(&mut fired);
    assert_eq!(fired, [0, 2]);
    assert!((population.potential(1) + 50.000_001).abs() < 1e-13);
    assert_eq!(population.potential(2), -65.0);
}

#[test]
fn an_arrival_at_the_instant_of_a_crossing_comes_too_late() {
    let arrival = happening(0, 20_000.0, 0);
    let [(t, _)] = drive(&mut population(1, &[]), &[arrival], &[], at(1.0))[..] else {
        panic!("one spike");
    };
    let with = |inhibition: Time| {
        let script = [arrival, happening(inhibition.ps(), -1e7, 0)];
        drive(&mut population(1, &[]), &script, &[], at(1.5))
    };
    assert_eq!(with(t), [(t, 0)]);
    assert_eq!(with(Time::from_ps(t.ps() - 2)), []);
}

#[test]
fn a_quiet_population_has_nothing_to_do() {
    let mut population = population(2, &[]);
    let script = [
        happening(5_000_000_000, 20_000.0, 0),
        happening(5_000_000_000, -1_000.0, 1),
    ];
    let spikes = drive(&mut population, &script, &[], at(5.0));
    assert_eq!(spikes, []);
    let spikes = drive(&mut population, &[], &[], at(60.0));
    assert_eq!(spikes.len(), 2);
    assert_eq!(
        (population.next_due(), population.next_alone()),
        (Time::MAX, Time::MAX)
    );
    assert!(population.state.origin < at(20.0));
    // An hour later it is at rest, and hears.
    population.advance(at(3.6e6));
    assert_eq!(population.potential(0), -65.0);
    let spikes = drive(
        &mut population,
        &[happening(3_600_000_100_000_000, 20_000.0, 3)],
        &[],
        at(3.6e6 + 50.0),
    );
    assert_eq!(spikes.len(), 2);
    assert_eq!(population.next_due(), Time::MAX);
}

#[test]
fn a_refractory_end_that_a_quiet_population_made_up_for_is_exact() {
    let changes = [
        ("t_ref", 200.0),
        ("tau_syn_ex", 30.0),
        ("tau_syn_in", 80.0),
        ("v_reset", -70.0),
    ];
    let first = [
        happening(0, 4_000.0, 0),
        happening(3_000_000_000, -8_000.0, 0),
    ];
    for later in [150.0, 203.0, 260.0, 900.0] {
        let mut population = population(1, &changes);
        let mut script = first.to_vec();
        script.push(happening((later * 1e9) as i64, 50.0, 0));
        let spikes = drive(&mut population, &script, &[], at(later - 1.0));
        assert_eq!(spikes.len(), 1);
        assert!(population.state.quiet);
        let mut naive = Naive::new(params(&changes), -65.0, 0);
        naive.receive(first[0].what);
        naive.go_to(spikes[0].0.ps());
        naive.spike(spikes[0].0.ps());
        for it in &script[1..] {
            naive.go_to(it.t.ps() - 1_000);
            let found = population.sample(0, 0, Time::from_ps(it.t.ps() - 1_000));
            if it.t > population.state.now {
                assert!(
                    (found - naive.v).abs() < 1e-11,
                    "{later}: {found} {}",
                    naive.v
                );
            }
            naive.go_to(it.t.ps());
            naive.receive(it.what);
        }
        drive(&mut population, &script[2..], &[], at(later + 1.0));
        naive.go_to(at(later + 1.0).ps());
        let found = population.potential(0);
        assert!(
            (found - naive.v).abs() < 1e-11,
            "{later}: {found} {}",
            naive.v
        );
    }
}

#[test]
fn contradictions_are_refused() {
    let refused = |changes: &[(&'static str, f64)]| {
        let values: Values = CORTEX.iter().chain(changes).copied().collect();
        Params::new(&values).expect_err("refused").to_string()
    };
    assert_eq!(
        refused(&[("i_e", 375.0)]),
        "`lif_exp`: `v_th` and `e_l` + `i_e` `tau_m` / `c_m` are both -50, expected different potentials: v would \
         approach the threshold without end"
    );
    assert_eq!(
        refused(&[("v_reset", -50.0)]),
        "`lif_exp`: `v_reset` is -50, expected below `v_th` (-50)"
    );
    assert_eq!(
        refused(&[("tau_syn_ex", 1e-7)]),
        "`lif_exp`: `tau_syn_ex` is 0.0000001 ms, expected at least 0.000001 ms on a clock of picoseconds"
    );
}

/// As a subnormal number it would stay for ever where less than half of it goes in a step, and slow each step down tenfold.
#[test]
fn a_current_that_nothing_renews_comes_to_an_end() {
    let two = [params(&[]), params(&[("tau_m", 12.0), ("tau_syn_in", 0.6)])];
    let individual = two.map(individual::LifExp::from).to_vec();
    let populations: [Box<dyn Neurons>; 3] = [
        alike(2, two[0]),
        of_each(&two).expect("of like pace"),
        Box::new(individual::Individual::new(individual)),
    ];
    let targets = [0, 1];
    for (case, mut population) in populations.into_iter().enumerate() {
        population.receive_row(&targets, RowWeights::One(-100.0));
        population.fire(&mut Vec::new());
        // What keeps it awake: 0.2 ms are four tenths of a time constant.
        for step in 1..5_000 {
            let t = at(0.2 * f64::from(step));
            while population.next_due() < t {
                let due = population.next_due();
                population.advance(due);
                population.fire(&mut Vec::new());
            }
            population.advance(t);
            population.receive_row(&targets, RowWeights::One(1.0));
            population.fire(&mut Vec::new());
        }
        for j in 0..2 {
            let (ex, inh) = (
                population.sample(1, j, at(1e3)),
                population.sample(2, j, at(1e3)),
            );
            assert!(
                ex > 1.0 && inh == 0.0,
                "case {case}, neuron {j}: {ex}, {inh}"
            );
        }
    }
}
