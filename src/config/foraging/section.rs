//! Sections of a model file in which an agent forages.

use crate::base::parameter::{Dimension, Range};
use crate::config::form::{Around, Form, Keys, Table, count, number, some, words};
use crate::config::reader::Section;
use crate::foraging::network::Setting;
use crate::foraging::plan::{Agent, Plan, Task};
use crate::foraging::world::Pattern;

/// A bare number.
fn bare(range: Range) -> Form<'static, f64> {
    number(Dimension::One, range)
}

/// A share.
fn share() -> Form<'static, f64> {
    bare(Range::Between(0.0, 1.0))
}

/// A pattern.
fn pattern() -> Form<'static, Pattern> {
    words(&Pattern::ALL)
}

/// `[world]`.
#[derive(Clone)]
pub(in crate::config) struct Place {
    pub(super) side: usize,
    pub(super) pairs: usize,
    pub(super) epochs: u64,
}

impl Place {
    /// That of `plan`.
    pub(in crate::config) fn of(plan: &Plan) -> Self {
        Self {
            side: plan.side,
            pairs: plan.pairs,
            epochs: plan.epochs,
        }
    }
}

impl Table for Place {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "cells of a side of the torus";
        k.or("side", &mut self.side, count(4, 1000), what);
        let what = "pairs of food of each of a task's two patterns; of all four half as many while the agent explores";
        k.or("pairs", &mut self.pairs, some(), what);
        let what = "epochs of an aeon, each of which ends with a move";
        k.or("epochs", &mut self.epochs, some(), what);
    }

    /// Refuses worlds in which there is hardly room for a pair that is eaten to grow elsewhere.
    fn check(&self, section: &Section<'_>, _: &Around<'_>) -> bool {
        // Two patterns, or four half as often, of two cells each, in half of the world at most.
        let most = self.side * self.side / 8;
        if self.pairs <= most {
            return true;
        }
        let item = section.get("pairs").or_else(|| section.get("side"));
        if let Some(item) = item {
            let expected = format!(
                "at most {most} pairs of each pattern, half of a world of {0} × {0} cells",
                self.side
            );
            item.refuse::<()>(&expected, None);
        }
        false
    }
}

/// `[task.NAME]`.
#[derive(Clone)]
pub(in crate::config) struct TaskTable(pub(super) Task);

impl Table for TaskTable {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "pairs that are to be eaten";
        k.need("rewarded", &mut self.0.rewarded, pattern(), what);
        let what = "pairs that are not";
        k.need("punished", &mut self.0.punished, pattern(), what);
    }

    fn check(&self, section: &Section<'_>, _: &Around<'_>) -> bool {
        let differ = self.0.rewarded != self.0.punished;
        if !differ && let Some(item) = section.get("punished") {
            item.refuse::<()>("another pattern than `rewarded`", None);
        }
        differ
    }
}

/// `[agent]`.
#[derive(Clone)]
pub(in crate::config) struct Habits(pub(super) Agent);

impl Table for Habits {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Self(agent) = self;
        let what = "reward for a pair that is to be eaten";
        k.or("right", &mut agent.right, bare(Range::Finite), what);
        let what = "reward for a pair that is not";
        k.or("wrong", &mut agent.wrong, bare(Range::Finite), what);
        let what = "reward of an epoch without food";
        k.or("nothing", &mut agent.nothing, bare(Range::Finite), what);
        let what = "reward of every epoch of sleep";
        k.or("asleep", &mut agent.asleep, bare(Range::Finite), what);
        let what = "by how much each epoch without what its task knows as food makes a random move more probable";
        k.or("restlessness", &mut agent.restlessness, share(), what);
        let what = "how probable a random move is at most";
        k.or("most_restless", &mut agent.most_restless, share(), what);
    }
}

/// `[network]`.
#[derive(Clone)]
pub(in crate::config) struct Body(pub(super) Setting);

impl Table for Body {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Self(setting) = self;
        let what = "cells of a side of the view, in whose middle the agent is";
        k.or("view", &mut setting.view, count(3, 99), what);
        let what = "cells of a side of the hidden layer";
        k.or("hidden", &mut setting.hidden, count(3, 200), what);
        let what = "cells of the view that excite each hidden cell";
        k.or("inputs", &mut setting.inputs, some(), what);
        let what = "steps of the map in an epoch";
        k.or("steps", &mut setting.epoch, count(1, 1_000_000), what);
        let what = "input that a cell of the view is given where food is, and a hidden cell in sleep, once per epoch";
        k.or("shown", &mut setting.shown, bare(Range::NonNegative), what);
        let what = "what a spike adds is drawn from 1 ± this of its weight";
        k.or("spread", &mut setting.spread, share(), what);
        let what = "mean weight onto hidden cells in the beginning: each has an eleventh of it, and the rest is dealt out at random";
        let positive = || bare(Range::Positive);
        k.or(
            "hidden_weight",
            &mut setting.hidden_weight,
            positive(),
            what,
        );
        let what = "weight onto directions in the beginning";
        k.or(
            "output_weight",
            &mut setting.output_weight,
            positive(),
            what,
        );
        let map = &mut setting.map;
        k.or(
            "alpha",
            &mut map.alpha,
            bare(Range::Finite),
            "shape of the spikes",
        );
        let what = "excitability: v at rest is sigma - 1";
        k.or(
            "sigma",
            &mut map.sigma,
            bare(Range::Between(-10.0, 0.99)),
            what,
        );
        k.or("mu", &mut map.mu, positive(), "slowness of u");
        let what = "how much of the input acts on v at once";
        k.or("beta_e", &mut map.beta_e, bare(Range::Finite), what);
        let what = "share of the input that is left after a step";
        k.or("decay", &mut map.decay, share(), what);
    }

    fn check(&self, section: &Section<'_>, _: &Around<'_>) -> bool {
        let refuse = |key: &str, expected: String| {
            if let Some(item) = section.get(key) {
                item.refuse::<()>(&expected, None);
            }
            false
        };
        let Setting { view, inputs, .. } = self.0;
        if view % 2 == 0 {
            return refuse("view", "an odd number, so that there is a middle".into());
        }
        // Each cell of the view has equally many targets: cells that have drawn one twice must find another to swap with.
        let most = view * view / 2;
        if inputs > most {
            let key = if section.gives("inputs") {
                "inputs"
            } else {
                "view"
            };
            return refuse(
                key,
                format!(
                    "at most {most} inputs of a hidden cell, half of a view of {view} × {view}"
                ),
            );
        }
        true
    }
}

/// `[learning]`.
#[derive(Clone)]
pub(in crate::config) struct Learning(pub(super) Setting);

impl Table for Learning {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Self(setting) = self;
        let rule = &mut setting.rule;
        let positive = || bare(Range::Positive);
        let what = "trace of a pair of spikes at once; negative where the target comes first";
        k.or(
            "amplitude",
            &mut rule.amplitude,
            bare(Range::NonNegative),
            what,
        );
        let what = "steps between the two in which it is e times less";
        k.or("tau", &mut rule.tau, positive(), what);
        let what = "steps between the two beyond which there is none";
        k.or("window", &mut rule.window, some(), what);
        let what = "steps for which a trace is kept";
        k.or("memory", &mut rule.memory, some(), what);
        let what = "steps added to the age of a trace, by which it is divided";
        k.or("delay", &mut rule.delay, some(), what);
        let what = "share by which a trace changes a weight at most, times what weights of its source were in the beginning over what \
                    they are";
        k.or("most_change", &mut rule.most, share(), what);
        let what = "weight of an epoch in the running mean of a synapse's traces";
        k.or("trace_rate", &mut setting.salience_rate, share(), what);
        let what = "largest weight onto hidden cells";
        k.or("most_hidden", &mut setting.most[0], positive(), what);
        let what = "largest weight onto directions";
        k.or("most_output", &mut setting.most[1], positive(), what);
        let what = "smallest weight that excites";
        k.or("least", &mut setting.least, positive(), what);
    }

    fn check(&self, section: &Section<'_>, _: &Around<'_>) -> bool {
        let [hidden, output] = self.0.most;
        let least = self.0.least <= hidden.min(output);
        if !least {
            let keys = ["least", "most_hidden", "most_output"];
            if let Some(item) = keys.iter().find_map(|key| section.get(key)) {
                item.refuse::<()>("`least` at most `most_hidden` and `most_output`", None);
            }
        }
        least
    }
}

/// `[homeostasis]`.
#[derive(Clone)]
pub(in crate::config) struct Homeostasis(pub(super) Setting);

impl Table for Homeostasis {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let Self(setting) = self;
        let rate = || bare(Range::NonNegative);
        let what = "spikes per epoch that a hidden cell is held at, by the sum of its weights";
        k.or("hidden_target", &mut setting.target[0], rate(), what);
        let what = "spikes per epoch that a direction is held at, by its resistance";
        k.or("output_target", &mut setting.target[1], rate(), what);
        let what = "weight of an epoch in the running mean of spikes";
        k.or("rate", &mut setting.rate_rate, share(), what);
        let what = "share by which a cell is changed in an epoch";
        k.or("change", &mut setting.homeostasis, share(), what);
    }
}

/// `[record]`.
#[derive(Clone)]
pub(in crate::config) struct Recorded {
    pub(super) points: u64,
    pub(super) performance_rate: f64,
}

impl Recorded {
    /// That of `plan`.
    pub(in crate::config) fn of(plan: &Plan) -> Self {
        Self {
            points: plan.points,
            performance_rate: plan.performance_rate,
        }
    }
}

impl Table for Recorded {
    fn keys(&mut self, k: &mut Keys<'_>) {
        let what = "how often in each phase performances, spikes and weights are noted";
        k.or("points", &mut self.points, count(1, 10_000), what);
        let what = "weight of a pair that is eaten in the running mean that is the performance";
        k.or(
            "performance_rate",
            &mut self.performance_rate,
            share(),
            what,
        );
    }
}
