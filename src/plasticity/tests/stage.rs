//! Rules that are to go on with other values.

use super::*;

#[test]
fn what_keeps_a_rule_from_going_on_is_told() {
    let told = |name: &str, from: &[(&'static str, f64)], to: (&'static str, f64)| {
        let mut values = Values::default();
        for &(key, value) in from {
            values.insert(key, value);
        }
        let rule = super::rule(name).expect("a rule");
        let complete = crate::base::parameter::complete;
        let from = complete(rule.spec, &values).expect("valid");
        values.insert(to.0, to.1);
        let to = complete(rule.spec, &values).expect("valid");
        rule.obstacle(&from, &to).expect("valid")
    };
    let is_together = |told: Option<&str>| told.is_some_and(|told| told.contains("taken together"));
    let bound = [("w_max", 1.0)];
    for key in ["a2_plus", "a3_plus"] {
        assert!(
            is_together(told("stdp_triplet", &bound, (key, -0.1))),
            "{key}"
        );
        assert_eq!(told("stdp_triplet", &bound, (key, 0.1)), None);
    }
    let powers = |mu_plus| [("w_max", 1.0), ("mu_plus", mu_plus)];
    assert!(is_together(told(
        "stdp_pair",
        &powers(0.5),
        ("mu_plus", 0.0)
    )));
    assert!(is_together(told(
        "stdp_pair",
        &powers(0.0),
        ("mu_plus", 1.0)
    )));
    assert_eq!(told("stdp_pair", &powers(0.5), ("mu_plus", 1.0)), None);
    let traces = told("stdp_pair", &bound, ("tau_plus", 30.0));
    assert!(traces.is_some_and(|told| told.contains("time constants")));
    let events = told(
        "covariance",
        &[("eta", 1.0), ("event", 10.0)],
        ("event", 20.0),
    );
    assert!(events.is_some_and(|told| told.contains("events")));
}

/// Spikes are on their way back to synapses whenever the rule gets other values; a run in pieces goes on with them.
#[test]
fn rows_and_matrices_get_other_values_alike_whatever_is_on_its_way() {
    let (axonal, dendritic) = (2 * GRID, 6 * GRID);
    let ends = (0..N_SOURCE as u32).flat_map(|i| (0..N_TARGET as u16).map(move |j| (i, j)));
    let made: Vec<Made> = ends
        .map(|(source, target)| Made {
            source,
            target,
            axonal,
            dendritic,
            weight: 0.5,
        })
        .collect();
    let start: Vec<f32> = made.iter().map(|one| one.weight).collect();
    for (name, key) in [
        ("stdp_pair", "a_plus"),
        ("stdp_symmetric", "a"),
        ("stdp_triplet", "a3_plus"),
    ] {
        let rule = super::rule(name).expect("a rule");
        let values = |amplitude: f64| {
            let mut values = Values::default();
            values.insert("w_max", 1.0);
            values.insert(key, amplitude);
            crate::base::parameter::complete(rule.spec, &values).expect("valid")
        };
        let trains = trains(&mut Stream::new(5, name, 0));
        let delay = axonal + dendritic;
        let mut moments = Vec::new();
        let all: Vec<i64> = instants(&trains, &|source| vec![(source, delay)])
            .into_keys()
            .collect();
        for (k, pair) in all.windows(2).enumerate() {
            // Between two instants, more than once within a delay.
            let between = pair[0] + (pair[1] - pair[0]) / 2;
            if k % 5 < 2 && between > pair[0] {
                moments.push((between, [0.02, 0.001, 0.04][k % 3]));
            }
        }
        let plain = values(0.01);
        let mut rows = rule
            .rows(&plain, None, sparse(&made), N_TARGET)
            .expect("fits");
        let mut due = moments.iter().copied().peekable();
        let (_, of_rows) = run_rows(rows.as_mut(), &trains, &[], &mut |now, learn| {
            while let Some((t, amplitude)) = due.next_if(|due| due.0 < now.ps()) {
                let changed = learn.set_rule(Time::from_ps(t), &values(amplitude));
                changed.expect("valid");
            }
        });
        let new = || {
            let dendritic = Duration::from_ps(dendritic);
            let made = rule.matrix(&plain, None, &start, N_TARGET, dendritic);
            made.expect("fits")
        };
        let (mut matrix, mut weights) = (new(), start.clone());
        let mut due = moments.iter().copied().peekable();
        for (now, (arrive, fire)) in instants(&trains, &|source| vec![(source, delay)]) {
            while let Some((t, amplitude)) = due.next_if(|due| due.0 < now) {
                let changed = matrix.set_rule(Time::from_ps(t), &values(amplitude), &mut weights);
                changed.expect("valid");
                // A state holds no rule: what goes on from one has it already.
                let bytes = matrix.save().expect("bytes");
                matrix = new();
                let again = matrix.set_rule(Time::from_ps(t), &values(amplitude), &mut weights);
                again.expect("valid");
                matrix.load(&bytes).expect("the same");
            }
            let now = Time::from_ps(now);
            matrix.come_to(now, &mut weights);
            for &i in &arrive {
                let row = &mut weights[i as usize * N_TARGET..][..N_TARGET];
                matrix.catch_up(now, i as usize, row);
            }
            for &i in &arrive {
                let row = &mut weights[i as usize * N_TARGET..][..N_TARGET];
                matrix.arrive(now, i as usize, row);
            }
            if !fire.is_empty() {
                matrix.fire(now, &fire, &mut weights);
            }
        }
        matrix.settle(Time::from_ps(trains.end), &mut weights);
        assert!(
            of_rows.iter().any(|weight| (weight - 0.5).abs() > 0.05),
            "{name}"
        );
        for (one, other) in weights.iter().zip(&of_rows) {
            near(f64::from(*one), *other, 1e-5, name);
        }
    }
}
