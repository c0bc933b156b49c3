//! One synapse under frozen trains against NEST's, whose traces are stored beside the script that made them:
//! `tests/nest/README.md`.

use std::path::Path;

use super::*;

/// A stored trace.
#[derive(Debug, Default)]
struct Trace {
    synapse: String,
    delay: i64,
    weight: f32,
    parameters: BTreeMap<String, f64>,
    post: Vec<i64>,
    /// When the source fires, and the weight that NEST sends then: the one after everything that happens at that instant.
    pre: Vec<(i64, f64)>,
}

impl Trace {
    fn read(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nest/stdp");
        let text = std::fs::read_to_string(folder.join(name).with_extension("csv"));
        let mut trace = Self::default();
        let number = |text: &str| text.parse::<f64>().expect("a number");
        let ps = |text: &str| text.parse::<i64>().expect("picoseconds");
        for line in text.expect("a readable trace").lines() {
            match line.split(',').collect::<Vec<_>>()[..] {
                ["synapse", known] => trace.synapse = known.into(),
                ["delay", t] => trace.delay = ps(t),
                ["weight", weight] => trace.weight = number(weight) as f32,
                ["parameter", key, value] => {
                    trace.parameters.insert(key.into(), number(value));
                }
                ["post", t] => trace.post.push(ps(t)),
                ["pre", t, weight] => trace.pre.push((ps(t), number(weight))),
                _ => panic!("{name}: `{line}`"),
            }
        }
        trace
    }

    /// The values of `stdp_pair`, or of `stdp_power_law`, which mean the same.
    fn values(&self) -> Values {
        let of = |key: &str| self.parameters[key];
        let taus = [("tau_plus", of("tau_plus")), ("tau_minus", of("tau_minus"))];
        let (lambda, alpha) = (of("lambda"), of("alpha"));
        let mut values = Values::from(taus);
        match self.synapse.as_str() {
            "stdp_synapse" => values.extend([
                ("w_max", of("Wmax")),
                ("a_plus", lambda),
                ("a_minus", lambda * alpha),
                ("mu_plus", of("mu_plus")),
                ("mu_minus", of("mu_minus")),
            ]),
            _ => values.extend([
                ("w_0", 1.0),
                ("lambda", lambda),
                ("alpha", alpha),
                ("mu", of("mu")),
            ]),
        }
        values
    }

    /// What `R` makes of it: the weight after each arrival. All of a delay is dendritic in NEST.
    fn weights<R: PlasticityRule<1, 1>>(&self) -> Vec<f64> {
        let one = Made {
            source: 0,
            target: 0,
            axonal: 0,
            dendritic: self.delay,
            weight: self.weight,
        };
        let rule = R::new(&self.values()).expect("valid");
        let mut learn =
            PlasticRows::<R, f64, 1, 1>::new(rule, None, sparse(&[one]), 1).expect("fits");
        let mut events: BTreeMap<i64, (bool, bool)> = BTreeMap::new();
        for (t, _) in &self.pre {
            events.entry(t + self.delay).or_default().0 = true;
        }
        for t in &self.post {
            events.entry(*t).or_default().1 = true;
        }
        let row = learn.rows_of(0).next().expect("one row");
        let mut weights = Vec::new();
        for (t, (arrives, fires)) in events {
            let t = Time::from_ps(t);
            if arrives {
                learn.arrive(t, row);
            }
            if fires {
                learn.fire(t, &[0]);
            }
            if arrives {
                // Everything of that instant counts.
                let after = Time::from_ps(t.ps() + 1);
                learn.look(after, &mut |synapse| weights.push(synapse.weight));
            }
        }
        weights
    }
}

/// The largest difference as a share of the weight.
fn largest(found: &[f64], trace: &Trace) -> f64 {
    assert_eq!(found.len(), trace.pre.len());
    let pairs = found.iter().zip(&trace.pre);
    let off = pairs.map(|(found, (_, expected))| (found - expected).abs() / expected);
    off.fold(0.0, f64::max)
}

#[test]
fn weights_are_those_of_nest() {
    for name in ["additive", "multiplicative", "between"] {
        let trace = Trace::read(name);
        let off = largest(&trace.weights::<stdp_pair::StdpPair>(), &trace);
        assert!(off < 1e-12, "{name}: {off}");
    }
    for name in ["power_law", "power_law_steep"] {
        let trace = Trace::read(name);
        let off = largest(&trace.weights::<stdp_power_law::StdpPowerLaw>(), &trace);
        assert!(off < 1e-12, "{name}: {off}");
    }
}

/// Where a spike of the target comes back at the instant of an arrival, NEST strengthens before it weakens
/// (`stdp_synapse.h`, `send`: "facilitation due to postsynaptic spikes since last pre-synaptic spike" up to that instant, then
/// "depression due to new pre-synaptic spike"); here the arrival comes first. Both leave the pair itself out.
#[test]
fn ties_are_taken_in_the_other_order() {
    let trace = Trace::read("ties");
    let tied = |t: i64| trace.post.contains(&(t - trace.delay));
    let ties = trace.pre.iter().filter(|(t, _)| tied(*t)).count();
    assert!(ties > 20);
    let off = largest(&trace.weights::<stdp_pair::StdpPair>(), &trace);
    assert!(off > 1e-9, "the order makes no difference: {off}");
    // At each tie one change as a share of the other: traces are about 1.
    let (lambda, alpha) = (trace.parameters["lambda"], trace.parameters["alpha"]);
    assert!(off < ties as f64 * alpha * lambda * lambda, "{off}");
}
