//! Plans that cannot be met are refused, with the key that is at fault.

use std::path::PathBuf;

use sharpwave::base::distribution::{Distribution, Shape};
use sharpwave::base::parameter::{Value, Values};
use sharpwave::base::time::Duration;
use sharpwave::connection::{self, Delay, Plan};

use crate::graph::{
    all_to_all, axonal, fixed, in_degree, one_to_one, out_degree, plan, total, whole,
};

#[test]
fn plans_that_cannot_be_met_say_why() {
    let message = |change: &dyn Fn(&mut Plan)| {
        let mut plan = plan(all_to_all(), 100, 200);
        change(&mut plan);
        plan.check().unwrap_err().to_string()
    };
    let delay = |shape| Distribution::new(shape).unwrap();
    assert_eq!(
        message(&|p| p.rule = one_to_one()),
        "projection `e_i`: one_to_one from 100 sources to 200 targets, expected equal numbers"
    );
    assert_eq!(
        message(&|p| {
            p.rule = in_degree(100, false);
            (p.space.own, p.space.autapses) = (Some(0), false);
        }),
        "projection `e_i`: in_degree is 100, expected at most 99 (100 sources, without autapses)\n  \
         help: multapses = true allows several synapses between two neurons"
    );
    assert_eq!(
        message(&|p| p.rule = out_degree(201, false)),
        "projection `e_i`: out_degree is 201, expected at most 200 (200 targets)\n  \
         help: multapses = true allows several synapses between two neurons"
    );
    assert_eq!(
        message(&|p| p.rule = total(20_001, false)),
        "projection `e_i`: total is 20001, expected at most 20000 (pairs of 100 sources and 200 targets)\n  \
         help: multapses = true allows several synapses between two neurons"
    );
    assert_eq!(
        message(&|p| {
            (p.space.n_source, p.space.n_target, p.rule) = (1, 1, in_degree(3, true));
            (p.space.own, p.space.autapses) = (Some(0), false);
        }),
        "projection `e_i`: in_degree is 3, expected at most 0 (1 sources, without autapses)"
    );
    assert_eq!(
        message(&|p| p.space.own = Some(101)),
        "projection `e_i`: own neurons are targets 101 to 200, expected them among 200 targets"
    );
    assert_eq!(
        message(&|p| (p.space.own, p.delay) = (Some(0), axonal(fixed(0.0)))),
        "projection `e_i`: delay may be 0 ms, expected at least 0.000000001 ms\n  \
         help: within a population spikes take time; between different populations the delay may be 0 ms"
    );
    assert_eq!(
        message(&|p| p.delay = axonal(fixed(-0.1))),
        "projection `e_i`: delay may be -0.1 ms, expected at least 0 ms"
    );
    assert_eq!(
        message(&|p| p.delay = axonal(delay(Shape::Uniform {
            low: 0.04,
            high: 1.0
        }))),
        "projection `e_i`: delay may be 0.04 ms, expected at least 0.05 ms, which rounds to delay_resolution\n  \
         help: give the delay a lower bound; draws below it are drawn again"
    );
    assert_eq!(
        message(&|p| p.delay = axonal(delay(Shape::Uniform {
            low: 1.0,
            high: 1e4
        }))),
        "projection `e_i`: delay may be 10000 ms, expected at most 6553.5 ms (65535 times delay_resolution)"
    );
    assert_eq!(
        message(&|p| p.weight = Some(fixed(-1e39))),
        "projection `e_i`: weight may be -1e39, expected at most 3.4028235e38 in magnitude"
    );
    let crowded = plan(in_degree(u32::MAX.into(), true), 100, 200);
    assert_eq!(
        crowded
            .connect::<u16>(&whole(&crowded))
            .unwrap_err()
            .to_string(),
        "projection `e_i`: found more than 4294967295 synapses in one lane, expected fewer\n  \
         help: use more lanes"
    );
    let large = plan(all_to_all(), 1, 70_000);
    assert_eq!(
        large
            .connect::<u16>(&whole(&large))
            .unwrap_err()
            .to_string(),
        "projection `e_i`: a lane has neuron 69999, expected numbers below 65536"
    );
}

#[test]
fn values_out_of_range_are_refused() {
    let error = |name, values: &[(&'static str, Value)]| {
        let values: Values = values.iter().cloned().collect();
        connection::build(name, &values).unwrap_err().to_string()
    };
    for p in [1.5, f64::NAN] {
        assert_eq!(
            error("fixed_probability", &[("probability", p.into())]),
            format!("`probability` of `fixed_probability` is {p}, expected between 0 and 1")
        );
    }
    assert_eq!(
        error("fixed_in_degree", &[]),
        "`fixed_in_degree` needs `in_degree`: the number of synapses onto each target"
    );
    let surplus = [("probability", 0.5.into()), ("multapses", true.into())];
    assert_eq!(
        error("fixed_probability", &surplus),
        "`fixed_probability` has no parameter `multapses`\n  help: known here: `probability`"
    );
    assert_eq!(
        error("from_file", &[("file", PathBuf::from("e.csv").into())]),
        "`from_file`: `file` has not been read, expected its edges"
    );
    assert_eq!(
        error("nearest", &[]),
        "found `nearest`, expected the name of a registered model or rule"
    );
}

#[test]
fn every_reason_stands_alone_and_names_the_key_to_mend() {
    let error = |change: &dyn Fn(&mut Plan)| {
        let mut plan = plan(all_to_all(), 100, 200);
        change(&mut plan);
        plan.check().unwrap_err()
    };
    let uniform = |low, high| Distribution::new(Shape::Uniform { low, high }).unwrap();
    let delay = |axonal, dendritic| {
        Some(Delay {
            axonal,
            dendritic,
            velocity: None,
        })
    };
    let (one, short) = (fixed(1.0), uniform(0.01, 1.0));
    let cases = [
        (error(&|p| p.rule = one_to_one()), "rule"),
        (error(&|p| p.rule = in_degree(101, false)), "in_degree"),
        (error(&|p| p.rule = total(20_001, false)), "total"),
        (error(&|p| p.space.own = Some(101)), "source"),
        (error(&|p| p.weight = Some(fixed(1e39))), "weight"),
        (error(&|p| p.weight = None), "weight"),
        (error(&|p| p.delay = None), "axonal_delay"),
        (error(&|p| p.delay = delay(short, one)), "axonal_delay"),
        (error(&|p| p.delay = delay(one, short)), "dendritic_delay"),
        (
            error(&|p| p.delay = delay(one, uniform(1.0, 1e4))),
            "dendritic_delay",
        ),
        (
            error(&|p| p.delay = delay(fixed(-1.0), fixed(2.0))),
            "axonal_delay",
        ),
        (
            error(&|p| p.delay = delay(fixed(2.0), fixed(-1.0))),
            "dendritic_delay",
        ),
        (
            error(&|p| p.delay = delay(fixed(1e13), fixed(0.0))),
            "axonal_delay",
        ),
        (
            error(&|p| p.delay = delay(uniform(1.0, 2.0), fixed(1e13))),
            "dendritic_delay",
        ),
    ];
    for (error, key) in cases {
        assert_eq!(error.key(), key, "{error}");
        let (reason, help) = (error.reason(), error.help());
        assert!(
            !reason.contains("e_i") && !reason.contains("help"),
            "{reason}"
        );
        let help = help.map_or(String::new(), |help| format!("\n  help: {help}"));
        assert_eq!(
            error.to_string(),
            format!("projection `e_i`: {reason}{help}")
        );
    }
    let resolution = |p: &mut Plan| {
        p.delay = axonal(uniform(1.0, 2.0));
        p.delay_resolution = Duration::ZERO;
    };
    assert_eq!(error(&resolution).key(), "delay_resolution");
}
