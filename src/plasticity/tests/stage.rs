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
