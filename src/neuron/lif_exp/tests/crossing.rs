//! Crossings against a naive neuron.

use proptest::prelude::*;

use super::*;
use crate::base::stream::Stream;

/// Spikes of one neuron that are not those of the naive one, which is led along the model's spikes so that a tick's
/// difference does not add up.
fn differences(
    naive: &mut Naive,
    spikes: &[Time],
    happenings: &[Happening],
    until: Time,
) -> Result<(), String> {
    let mut expected = spikes.iter().map(|t| t.ps()).peekable();
    let ends = happenings.iter().map(|it| (it.t.ps(), Some(it.what)));
    for (end, input) in ends.chain([(until.ps(), None)]) {
        while let Some(tick) = naive.crossing(end) {
            match expected.next_if(|&t| (t - tick).abs() <= 1 && t <= end) {
                Some(t) => {
                    naive.go_to(t);
                    naive.spike(t);
                }
                // Rounded up, it may lie behind what happens next.
                None if tick >= end - 1 => break,
                None => return Err(format!("expected {tick} ps, found {:?}", expected.peek())),
            }
        }
        if let Some(t) = expected.next_if(|&t| t < end) {
            return Err(format!("found {t} ps, expected none before {end}"));
        }
        naive.go_to(end);
        if expected.next_if(|&t| t == end).is_some() {
            naive.spike(end);
        }
        if let Some(input) = input {
            naive.receive(input);
        }
    }
    Ok(())
}

/// Whether neuron `j` is where the naive one is.
fn agrees(population: &LifExp, j: usize, naive: &Naive) -> Result<(), String> {
    let now = population.state.now;
    let expected = [naive.v, naive.i_ex, naive.i_in];
    for (variable, expected) in expected.into_iter().enumerate() {
        let found = population.sample(variable, j, now);
        if (found - expected).abs() > 1e-10 * (1.0 + expected.abs()) {
            return Err(format!(
                "variable {variable} is {found}, expected {expected}"
            ));
        }
    }
    Ok(())
}

#[test]
fn maxima_that_just_reach_or_miss_the_threshold_are_told_apart() {
    for (tau_ex, tau_in) in [
        (0.5, 0.5),
        (2.0, 5.0),
        (5.0, 2.0),
        (10.0, 10.0),
        (20.0, 3.0),
    ] {
        let changes = [("tau_syn_ex", tau_ex), ("tau_syn_in", tau_in)];
        let inhibition = happening(300_000_000, -90.0, 0);
        // The weight whose response just touches, by bisection on the naive maximum.
        let fires = |weight: f64| {
            let mut naive = Naive::new(params(&changes), -65.0, 0);
            naive.receive(Input::Arrival(weight));
            let early = naive.crossing(inhibition.t.ps()).is_some();
            naive.go_to(inhibition.t.ps());
            naive.receive(inhibition.what);
            early || naive.crossing(60_000_000_000).is_some()
        };
        let (mut low, mut high) = (0.0, 1e5);
        while high - low > 1e-10 * high {
            let middle = (low + high) / 2.0;
            if fires(middle) {
                high = middle
            } else {
                low = middle
            }
        }
        for (share, count) in [
            (1.0 - 1e-7, 0),
            (1.0 - 1e-9, 0),
            (1.0 + 1e-9, 1),
            (1.0 + 1e-7, 1),
        ] {
            let mut population = population(1, &changes);
            population.receive_events(Events {
                origin: Time::ZERO,
                offsets: &[0],
                start: Time::ZERO,
                growth: &[1.0],
                psi: &[0.0],
                targets: &[0],
                weights: EventWeights::One(high * share),
            });
            population.fire(&mut Vec::new());
            let spikes = drive(&mut population, &[inhibition], &[], at(20.0));
            assert_eq!(spikes.len(), count, "{tau_ex} {tau_in} {share}");
        }
    }
}

#[test]
fn events_count_at_their_own_instants() {
    const SIZE: usize = 20;
    // A batch of noise as it is drawn: growth counts from its start, at any place in a horizon.
    let changes = [("tau_syn_in", 2.0), ("t_ref", 1.0)];
    let params = params(&changes);
    let mut stream = Stream::new(5, "test", 0);
    let mut population = LifExp::new(SIZE, params);
    let mut spikes = vec![Vec::new(); SIZE];
    let mut happenings = vec![Vec::new(); SIZE];
    let mut start = 0;
    let weights = [[150.0, 700.0], [-30.0, -200.0]];
    let mut batches = 0;
    while start < 60_000_000_000 {
        let offsets: Vec<i64> = (0..200)
            .scan(0, |sum, _| {
                *sum += stream.below(5_000_000) as i64;
                Some(*sum)
            })
            .collect();
        // One batch in four is of inhibition.
        let weight = weights[usize::from(batches % 4 == 3)];
        batches += 1;
        let Growth {
            rate_per_ps,
            delta_per_ps,
        } = population.growth(weight[0]);
        let delta = delta_per_ps.expect("a current");
        let growth: Vec<f64> = offsets
            .iter()
            .map(|&x| (x as f64 * rate_per_ps).exp())
            .collect();
        let psi: Vec<f64> = offsets
            .iter()
            .map(|&x| (x as f64 * delta).exp_m1() / delta)
            .collect();
        let targets: Vec<u16> = offsets
            .iter()
            .map(|_| stream.below(SIZE as u64) as u16)
            .collect();
        let class: Vec<u8> = offsets.iter().map(|_| stream.below(2) as u8).collect();
        for k in 0..offsets.len() {
            let weight = weight[usize::from(class[k])];
            let t = Time::from_ps(start + offsets[k]);
            let it = Happening {
                t,
                what: Input::Arrival(weight),
                way: 3,
            };
            happenings[usize::from(targets[k])].push(it);
        }
        let mut done = 0;
        while done < offsets.len() {
            let due = population.next_due();
            let limit = due.since(Time::from_ps(start)).ps();
            let n = offsets[done..].partition_point(|&offset| offset < limit);
            let span = done..done + n;
            let reached = population.receive_events(Events {
                origin: Time::from_ps(start),
                offsets: &offsets[span.clone()],
                start: Time::from_ps(start),
                growth: &growth[span.clone()],
                psi: &psi[span.clone()],
                targets: &targets[span.clone()],
                weights: EventWeights::Class {
                    class: &class[span],
                    weight: &weight,
                },
            });
            done += reached.map_or(n, |k| k + 1);
            let t = match reached {
                Some(_) => Time::from_ps(start + offsets[done - 1]),
                None if done < offsets.len() => due,
                None => continue,
            };
            population.advance(t);
            let mut fired = Vec::new();
            population.fire(&mut fired);
            fired.iter().for_each(|&j| spikes[j as usize].push(t));
        }
        start += offsets[offsets.len() - 1];
    }
    let until = Time::from_ps(start);
    for (t, j) in drive(&mut population, &[], &[], until) {
        spikes[j as usize].push(t);
    }
    assert!(
        spikes.iter().map(Vec::len).sum::<usize>() > 100,
        "{spikes:?}"
    );
    for j in 0..SIZE {
        let mut naive = Naive::new(params, -65.0, 0);
        let found = differences(&mut naive, &spikes[j], &happenings[j], until);
        assert_eq!(
            found.and_then(|()| agrees(&population, j, &naive)),
            Ok(()),
            "{j}"
        );
    }
}

prop_compose! {
    fn any_params()(
        tau_m in 0.5..30.0_f64,
        ex in prop_oneof![0.02..30.0_f64, Just(0.0), Just(-1e-7)],
        inh in prop_oneof![0.02..30.0_f64, Just(0.0), Just(1e-7)],
        reset in -20.0..-0.01_f64,
        rest in prop_oneof![-20.0..-0.01_f64, 0.01..3.0_f64],
        t_ref in prop_oneof![Just(0.0), 0.0..4.0_f64],
        i_e in -200.0..300.0_f64,
    ) -> Params {
        // Small ones are near or at the membrane's own.
        let tau = |x: f64| if x < 0.01 { tau_m * (1.0 + x) } else { x };
        params(&[
            ("tau_m", tau_m), ("tau_syn_ex", tau(ex)), ("tau_syn_in", tau(inh)), ("v_th", 0.0),
            ("v_reset", reset), ("e_l", rest), ("t_ref", t_ref), ("i_e", i_e),
        ])
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// No crossing missed, none early, none late, whatever happens.
    #[test]
    fn spikes_are_those_of_the_naive_neuron(
        params in any_params(),
        start in prop_oneof![Just(0_i64), Just(8 * 3_600_000_000_000_000)],
        script in proptest::collection::vec(
            (0_i64..3_000_000_000, -1.0..1.0_f64, 0_u8..5, any::<bool>()), 1..40),
        strength in 10.0..5_000.0_f64,
    ) {
        let mut t = start;
        let happenings: Vec<Happening> = script.iter().map(|&(gap, weight, way, pause)| {
            t += if pause { gap } else { gap / 50 };
            // Weights that bring as much charge, however short they are.
            let tau = if weight > 0.0 { params.tau_syn_ex } else { params.tau_syn_in };
            let weight = weight * strength / tau.as_ms();
            match way {
                4 => Happening { t: Time::from_ps(t), what: Input::Current(weight / 20.0), way },
                way => happening(t, weight, way),
            }
        }).collect();
        let until = Time::from_ps(t + 20_000_000_000);
        let start = Time::from_ps(start);
        let mut population = LifExp::new(1, params);
        population.reset(start);
        let spikes = drive(&mut population, &happenings, &[], until);
        let spikes: Vec<Time> = spikes.into_iter().map(|(t, _)| t).collect();
        let mut naive = Naive::new(params, params.membrane.e_l, start.ps());
        let found = differences(&mut naive, &spikes, &happenings, until);
        prop_assert_eq!(found.and_then(|()| agrees(&population, 0, &naive)), Ok(()));
    }
}
