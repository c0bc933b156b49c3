//! Connection rules as users see them.

use crate::base::parameter::{Default, Dimension, Kind, ParameterSpec, Range, Spec};

const MULTAPSES: ParameterSpec = ParameterSpec::new(
    "multapses",
    Kind::Flag,
    "whether two neurons may have several synapses",
)
.or(Default::Flag(false));

const fn degree(name: &'static str, doc: &'static str) -> ParameterSpec {
    ParameterSpec::new(
        name,
        Kind::Count {
            least: 0,
            most: u32::MAX as u64,
        },
        doc,
    )
}

const fn rule(
    name: &'static str,
    summary: &'static str,
    parameters: &'static [ParameterSpec],
) -> Spec {
    Spec {
        name,
        summary,
        equations: "",
        parameters,
        source: "",
    }
}

static RULES: [Spec; 6] = [
    rule(
        "one_to_one",
        "Source i to target i; as many sources as targets.",
        &[],
    ),
    rule("all_to_all", "Every source to every target.", &[]),
    rule(
        "fixed_probability",
        "Every pair with the same probability, independently of all others.",
        &[ParameterSpec::quantity(
            "probability",
            Dimension::One,
            Range::Between(0.0, 1.0),
            "the probability of each pair, 0 to 1",
        )],
    ),
    rule(
        "fixed_in_degree",
        "The same number of synapses onto every target, from sources drawn at random.",
        &[
            degree("in_degree", "the number of synapses onto each target"),
            MULTAPSES,
        ],
    ),
    rule(
        "fixed_out_degree",
        "The same number of synapses from every source, onto targets drawn at random.",
        &[
            degree("out_degree", "the number of synapses of each source"),
            MULTAPSES,
        ],
    ),
    rule(
        "fixed_total",
        "A number of synapses in all, between pairs drawn at random.",
        &[
            ParameterSpec::new(
                "total",
                Kind::Count {
                    least: 0,
                    most: i64::MAX as u64,
                },
                "the number of synapses in all",
            ),
            MULTAPSES,
        ],
    ),
];

/// Every rule as users see it.
pub fn specs() -> Vec<&'static Spec> {
    RULES.iter().collect()
}
