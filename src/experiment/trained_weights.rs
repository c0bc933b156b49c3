//! Weights of trained networks as files beside their run files.

use std::path::Path;

use crate::config::sleep_replay::Export;
use crate::experiment::error::ExperimentError;
use crate::mlp::perceptron::Mlp;
use crate::mlp::weight_file;

/// Every file that there may be for these `seeds`, by its name.
pub(super) fn names(seeds: &[(usize, u64)]) -> impl Iterator<Item = String> {
    seeds.iter().flat_map(|&(_, seed)| {
        let stem = stem(seeds.len(), seed);
        ["safetensors", "npz", "mat"].map(|ending| format!("{stem}.{ending}"))
    })
}

/// Name of the weight files of `seed`, one of `seeds`, without their endings.
fn stem(seeds: usize, seed: u64) -> String {
    match seeds {
        1 => "weights".into(),
        _ => format!("weights-seed-{seed}"),
    }
}

/// Writes the weights of `networks`, with their seeds, to `directory` in the formats that `output` asks for.
///
/// # Errors
/// If a file cannot be written.
pub(super) fn write<'a>(
    output: &Export,
    networks: impl ExactSizeIterator<Item = (u64, &'a Mlp)>,
    directory: &Path,
) -> Result<(), ExperimentError> {
    let seeds = networks.len();
    for (seed, mlp) in networks {
        let stem = stem(seeds, seed);
        let path = |ending: &str| directory.join(format!("{stem}.{ending}"));
        if output.safetensors {
            weight_file::write_safetensors(&path("safetensors"), mlp)?;
        }
        if output.npz {
            weight_file::write_npz(&path("npz"), mlp)?;
        }
        if output.mat {
            weight_file::write_matlab(&path("mat"), mlp)?;
        }
    }
    Ok(())
}
