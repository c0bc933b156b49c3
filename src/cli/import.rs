//! `import`: what a weight file holds and how it maps to a network that can sleep.

use serde_json::json;

use super::argument::{BiasChoice, ImportArguments};
use super::failure::Failure;
use super::shell::Shell;
use crate::mlp::conversion::Method;
use crate::mlp::dataset::DataSet;
use crate::mlp::images::Images;
use crate::mlp::perceptron::Output;
use crate::mlp::weight_file::{self, Bias, Stated};

/// Longer lists are cut; `--json` has all of them.
const MOST_FACTORS: usize = 60;

/// Prints the content, the mapping and the conversion factors.
pub(super) fn run(arguments: &ImportArguments, shell: &Shell) -> Result<(), Failure> {
    let file = weight_file::read(&arguments.file)?;
    let stated = Stated {
        bias: match arguments.bias {
            BiasChoice::Error => Bias::Refuse,
            BiasChoice::Drop => Bias::Drop,
        },
        sizes: None,
        names: arguments.layer_names.as_deref(),
    };
    let summary = weight_file::describe(&file, &stated);
    if !shell.json() {
        shell.print(|out| writeln!(out, "{summary}"))?;
    }
    let mlp = weight_file::to_mlp(&file, &stated, Output::Relu, 1.0)?;
    let images: Vec<Images> = match &arguments.data {
        None => Vec::new(),
        Some(folder) => {
            let set = DataSet::from_directory(folder)?;
            set.check_layers(&mlp.sizes(), &[])?;
            vec![set.train]
        }
    };
    let factors = Method::DataMax.factors(&mlp, &images)?;
    if shell.json() {
        return shell.print_json(&json!({
            "file": arguments.file,
            "sizes": mlp.sizes(),
            "order": summary.order.map(|order| order.to_string()),
            "layer_names": summary.layer_names(),
            "factors": factors,
            "factors_from": if images.is_empty() { "weights" } else { "weights and activations" },
        }));
    }
    shell.print(|out| {
        let from = match arguments.data {
            None => "of weights alone; --data DIR takes activations into account",
            Some(_) => "of weights and activations",
        };
        writeln!(
            out,
            "\nConversion factors (gain = scale x factor), data_max {from}:"
        )?;
        for (l, factor) in factors.iter().enumerate().take(MOST_FACTORS) {
            writeln!(out, "  layer {}  {factor:.6}", l + 1)?;
        }
        match factors.len().saturating_sub(MOST_FACTORS) {
            0 => {}
            more => writeln!(out, "  and {more} more")?,
        }
        writeln!(
            out,
            "\nTo let it sleep, name it in a model file: [mlp] weights = \"{}\"",
            arguments.file.display()
        )
    })
}
