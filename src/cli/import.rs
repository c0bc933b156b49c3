//! `import`: what a weight file holds and how it maps to a network that can sleep; a SONATA circuit as a model file.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::argument::{BiasChoice, ImportArguments};
use super::failure::Failure;
use super::shell::Shell;
use crate::base::parameter::Dimension;
use crate::config::{quote, typed};
use crate::experiment::circuit::{self, Circuit};
use crate::experiment::nir::{self, NirError};
use crate::mlp::conversion::Method;
use crate::mlp::dataset::DataSet;
use crate::mlp::images::Images;
use crate::mlp::perceptron::Output;
use crate::mlp::weight_file::{self, Bias, Stated, WeightFileError};
use crate::record::{self, output};

/// Longer lists are cut; `--json` has all of them.
const MOST_FACTORS: usize = 60;

/// Prints the content, the mapping and the conversion factors.
pub(super) fn run(arguments: &ImportArguments, shell: &Shell) -> Result<(), Failure> {
    let ending = arguments.file.extension();
    if ending.is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        let folder =
            |folder: &Path| circuit::import(&arguments.file, folder).map_err(Failure::input);
        let out = arguments.out.clone();
        let out = out.unwrap_or_else(|| PathBuf::from("circuit.toml"));
        return model_file(&out, folder, shell);
    }
    if let Some(out) = &arguments.out {
        if !is_nir(&arguments.file) {
            let message = "`--out`: a weight file is printed; only of a circuit (.json) or a network (.nir) a model file is written";
            return Err(Failure::input(message));
        }
        let Some(dt) = &arguments.dt else {
            let message = "`--dt`: found none, expected how long a spike lasts, the time step of the program that wrote the \
                           file, such as --dt \"0.1 ms\"";
            return Err(Failure::input(message));
        };
        let dt_ms = step(dt)?;
        if arguments.bias == BiasChoice::Keep {
            let message =
                "`--bias keep`: a network of spiking neurons has no biases; `drop` leaves them out";
            return Err(Failure::input(message));
        }
        let drop_bias = arguments.bias == BiasChoice::Drop;
        let folder = |folder: &Path| {
            let made = nir::import(&arguments.file, folder, dt_ms, drop_bias);
            made.map_err(|error| match error {
                NirError::File(error) => refused(&error),
                other => Failure::input(other),
            })
        };
        return model_file(out, folder, shell);
    }
    if arguments.dt.is_some() {
        let message = "`--dt`: belongs to a network (.nir) of which `--out` makes a model file";
        return Err(Failure::input(message));
    }
    let file = record::weight_file::read(&arguments.file).map_err(|error| refused(&error))?;
    let stated = Stated {
        bias: match arguments.bias {
            BiasChoice::Error => Bias::Refuse,
            BiasChoice::Drop => Bias::Drop,
            BiasChoice::Keep => Bias::Keep,
        },
        sizes: None,
        names: arguments.layer_names.as_deref(),
    };
    let summary = weight_file::describe(&file, &stated);
    if !shell.json() {
        shell.print(|out| writeln!(out, "{summary}"))?;
    }
    let mlp = weight_file::to_mlp(&file, &stated, Output::Relu);
    let mlp = mlp.map_err(|error| refused(&error))?;
    let images: Vec<Images> = match &arguments.data {
        None => Vec::new(),
        Some(path) => {
            let set = DataSet::from_path(path)?;
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
            "keep": mlp.keep,
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
            "\nTo let it sleep, name it in a model file: [mlp] {}",
            keys(arguments).join(", ")
        )
    })
}

/// Keys of a model file that say what these `arguments` say.
fn keys(arguments: &ImportArguments) -> Vec<String> {
    let mut keys = vec![format!(
        "weights = {}",
        quote(&arguments.file.to_string_lossy())
    )];
    match arguments.bias {
        BiasChoice::Error => {}
        BiasChoice::Drop => keys.push("bias = \"drop\"".into()),
        BiasChoice::Keep => keys.push("bias = true".into()),
    }
    if let Some(names) = &arguments.layer_names {
        let names: Vec<String> = names.iter().map(|name| quote(name)).collect();
        keys.push(format!("layer_names = [{}]", names.join(", ")));
    }
    keys
}

/// What is wrong with a weight file, in options.
fn refused(error: &WeightFileError) -> Failure {
    Failure::input(error.on_command_line())
}

/// Whether the name of the file says that it is of the Neuromorphic Intermediate Representation.
pub(super) fn is_nir(path: &Path) -> bool {
    let ending = path.extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("nir"))
}

/// The time step in ms that `--dt` is.
pub(super) fn step(text: &str) -> Result<f64, Failure> {
    match typed("--dt", text, Dimension::Time).map_err(Failure::input)? {
        ms if ms > 0.0 => Ok(ms),
        ms => {
            let message = format!("`--dt`: found {ms} ms, expected a time above 0");
            Err(Failure::input(message))
        }
    }
}

/// Writes the model file `out` that `import` makes for its folder, and prints what it has and lacks.
fn model_file(
    out: &Path,
    import: impl FnOnce(&Path) -> Result<Circuit, Failure>,
    shell: &Shell,
) -> Result<(), Failure> {
    let folder = match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let Circuit { text, mapped, left } = import(folder)?;
    output::write_new(out, |file| file.write_all(text.as_bytes())).map_err(Failure::input)?;
    if shell.json() {
        return shell.print_json(&json!({ "file": out, "mapped": mapped, "left_out": left }));
    }
    shell.print(|print| {
        writeln!(print, "Mapped:")?;
        mapped
            .iter()
            .try_for_each(|line| writeln!(print, "  {line}"))?;
        if !left.is_empty() {
            writeln!(print, "\nNot mapped:")?;
            left.iter()
                .try_for_each(|line| writeln!(print, "  {line}"))?;
        }
        let shown = out.display();
        writeln!(
            print,
            "\nWritten to {shown}; look at it, then: sharpwave run {shown}"
        )
    })
}
