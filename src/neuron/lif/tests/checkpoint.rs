//! A population that goes on from saved bytes.

use super::*;

/// Fires by itself while 200 pA flow, and at arrivals.
const PAIRS: [(&str, f64); 6] = [
    ("tau_m", 10.0),
    ("v_th", 10.0),
    ("v_reset", -2.0),
    ("t_ref", 2.0),
    ("c_m", 100.0),
    ("i_e", 20.0),
];

const SIZE: usize = 12;

/// Spread over potentials, so that crossings do not coincide.
fn population() -> Lif {
    let mut lif = lif(SIZE, &PAIRS);
    (0..SIZE).for_each(|j| lif.set_potential(j, j as f64 * 0.9 - 1.0));
    lif
}

/// Rows and steps in whole units of 0.1 ms, so that many coincide.
fn inputs() -> impl Strategy<Value = Inputs> {
    let row = (
        proptest::collection::vec(0_u16..SIZE as u16, 1..8),
        -2.0_f32..6.0,
    );
    let input = prop_oneof![
        1 => prop_oneof![Just(0.0), -50.0_f64..300.0].prop_map(Input::Current),
        4 => row.prop_map(|(targets, weight)| Input::Row(targets, weight)),
    ];
    proptest::collection::vec((0_i64..500, input), 1..60).prop_map(|mut inputs| {
        inputs.sort_by_key(|input| input.0);
        inputs
            .into_iter()
            .map(|(step, input)| (step * 100_000_000, input))
            .collect()
    })
}

#[test]
fn refractory_neurons_queued_crossings_and_current_are_kept() {
    let mut one = population();
    let inputs = [
        (0, Input::Current(200.0)),
        (30_000_000_000, Input::Row(vec![1, 5, 7], 20.0)),
    ];
    run(&mut one, Time::ZERO, &inputs, 30_500_000_000);
    assert!(one.state.refractory.len() >= 3);
    assert!(one.state.queue.neurons().count() > 0);
    let bytes = one.save().expect("plain data");
    assert!(
        bytes.len() < 400,
        "{} bytes for {SIZE} neurons",
        bytes.len()
    );
    let mut other = lif(SIZE, &PAIRS);
    other.load(&bytes).expect("its own state");
    let end = 200_000_000_000;
    let spikes = run(&mut one, Time::ZERO, &[], end);
    assert!(spikes.len() > 50);
    assert_eq!(run(&mut other, Time::ZERO, &[], end), spikes);
    assert_eq!(bits(&one), bits(&other));
}

#[test]
fn states_of_other_populations_are_refused() {
    let bytes = population().save().expect("plain data");
    let load = |size: usize, pairs: &[(&'static str, f64)]| {
        lif(size, pairs)
            .load(&bytes)
            .map_err(|error| error.to_string())
    };
    assert_eq!(
        load(11, &PAIRS),
        Err("the state of the neurons does not fit: found 12 neurons, expected 11".into())
    );
    let mut crossing = PAIRS;
    crossing[5].1 = 200.0;
    assert!(load(SIZE, &crossing).is_err());
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(population().load(&longer).is_err());
    assert!(population().load(&bytes[..bytes.len() - 1]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn it_goes_on_bit_for_bit(inputs in inputs(), cut_ps in 0_i64..55_000_000_000) {
        let end = 80_000_000_000;
        let mut whole = population();
        let spikes = run(&mut whole, Time::ZERO, &inputs, end);

        let at = inputs.partition_point(|input| input.0 < cut_ps);
        let mut first = population();
        let mut pieces = run(&mut first, Time::ZERO, &inputs[..at], cut_ps);
        let mut second = lif(SIZE, &PAIRS);
        second.load(&first.save().expect("plain data")).expect("its own state");
        prop_assert_eq!(second.next_due(), first.next_due());
        pieces.extend(run(&mut second, Time::ZERO, &inputs[at..], end));
        prop_assert_eq!(pieces, spikes);
        prop_assert_eq!(bits(&second), bits(&whole));
        prop_assert_eq!(second.save().expect("plain data"), whole.save().expect("plain data"));
    }

    /// Also in the middle of an instant.
    #[test]
    fn what_has_arrived_but_is_not_tested_is_kept(weight in 0.0_f32..30.0, dense in any::<bool>()) {
        let mut one = population();
        one.advance(at(1.0));
        if dense {
            one.receive(&[&[weight; SIZE]], 1.0);
        } else {
            one.receive_row(&[3, 0, 9], RowWeights::One(weight.into()));
        }
        let mut other = lif(SIZE, &PAIRS);
        other.load(&one.save().expect("plain data")).expect("its own state");
        let (mut a, mut b) = (Vec::new(), Vec::new());
        one.fire(&mut a);
        other.fire(&mut b);
        prop_assert_eq!(a, b);
    }

    #[test]
    fn any_bytes_are_a_state_or_an_error(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        prop_assert!(population().load(&bytes).is_err());
        // A state with some bytes changed either is refused or names no neuron that does not exist.
        let mut one = population();
        run(&mut one, Time::ZERO, &[(0, Input::Current(200.0))], 20_000_000_000);
        let mut changed = one.save().expect("plain data");
        for (index, byte) in flips {
            let k = index.index(changed.len());
            changed[k] = byte;
        }
        if one.load(&changed).is_ok() {
            one.advance(at(20.0));
            one.fire(&mut Vec::new());
        }
    }
}
