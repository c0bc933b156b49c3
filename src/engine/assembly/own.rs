//! Parameters of rules of which each target has its own.

use std::iter::repeat_n;

use crate::base::parameter::Value;
use crate::base::stream::Stream;
use crate::connection::Block;
use crate::network::plan::Plasticity;
use crate::plasticity;

/// The values of the targets that lie in a group of `size` neurons as `onto` says, by their numbers in it; `None` where all
/// have one. What is drawn belongs to the target, counted over all of `projection`.
pub(super) fn own(
    plasticity: &Plasticity,
    (projection, seed): (&str, u64),
    onto: &[Block],
    size: usize,
) -> Option<Vec<f64>> {
    let name = plasticity::rule(plasticity.rule).ok()?.own?;
    let value = plasticity.values.get(name)?;
    let all: Vec<f64> = match (value, value.blocks()) {
        (_, Some(blocks)) => {
            let each = blocks.iter();
            each.flat_map(|&(n, value)| repeat_n(value, n as usize))
                .collect()
        }
        (Value::Drawn(_), None) => Vec::new(),
        _ => return None,
    };
    let purpose = format!("rule.{name}.{projection}");
    let of = |target: u32| match value {
        Value::Drawn(from) => from.draw(&mut Stream::new(seed, &purpose, target.into())),
        // As many as there are targets, as the network's check has made sure.
        _ => all.get(target as usize).copied().unwrap_or(1.0),
    };
    let mut own = vec![1.0; size];
    for block in onto {
        for k in 0..block.len {
            own[(block.local + k) as usize] = of(block.first + k);
        }
    }
    Some(own)
}
