//! What can be wrong with a weight file, in words.

use std::path::{Path, PathBuf};

use super::element::{Dtype, dimensions, listed};
use super::{Format, KEEP};
use crate::base::legible::legible;
use crate::base::shown::shown;
use crate::base::suggest::nearest;

/// A weight file that cannot be read, mapped to layers or written.
#[derive(Debug, thiserror::Error)]
#[error("`{}`: {problem}", file.display())]
pub struct WeightFileError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it; part of this error's message, so no source of its own.
    pub problem: Problem,
}

/// What is wrong with a weight file. Messages go without the file's name, which [`WeightFileError`] puts in front.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Nothing is there.
    #[error("no such file")]
    NotFound,
    /// A folder is there.
    #[error("is a directory, expected a file")]
    Directory,
    /// A device, pipe or socket is there.
    #[error("is not a plain file")]
    NotAFile,
    /// The system refused.
    #[error("cannot be read: {0}")]
    Read(std::io::Error),
    /// The file has no bytes.
    #[error("is empty (0 bytes)")]
    ZeroLength,
    /// The extension announces no known format.
    #[error("{found}, expected {expected}{help}")]
    Extension {
        /// What the extension is, in words.
        found: String,
        /// The known extensions.
        expected: String,
        /// A line that names the nearest one, or nothing.
        help: String,
    },
    /// An image in another format.
    #[error("expected a NumPy array (.npy)")]
    ImageExtension,
    /// The first bytes are those of another format.
    #[error("expected {} {} file, found {found}", .expected.article(), .expected.name())]
    Content {
        /// What the extension announces.
        expected: Format,
        /// What the content looks like.
        found: &'static str,
    },
    /// The file ends early or contradicts itself.
    #[error("damaged or incomplete {} file: {detail}", .format.name())]
    Damaged {
        /// Its format.
        format: Format,
        /// Where and what.
        detail: String,
    },
    /// Decompressed content would outgrow the file too far.
    #[error("its arrays would take more than {limit} bytes, over 100 times the size of the file")]
    Expands {
        /// The largest size allowed for this file.
        limit: u64,
    },
    /// Written by `torch.save` before version 1.6, or with the old layout asked for.
    #[error(
        "PyTorch file in the layout from before version 1.6\n  \
         help: load it in PyTorch and save it again: torch.save(torch.load(\"old.pt\"), \"new.pt\")"
    )]
    LegacyPyTorch,
    /// HDF5, which the library behind it reads from disk alone.
    #[error("{} file that is HDF5, expected one that can be read from memory", .format.name())]
    OnDisk {
        /// Its format.
        format: Format,
    },
    /// Weights without a word on what is between them.
    #[error(
        "HDF5 file without `model_config`, expected a model that Keras saved as a whole\n  \
         help: model.save(\"model.keras\"); weights alone do not say what the layers do"
    )]
    NoModelConfig,
    /// A part of a network that has no counterpart here, or stands where it has none.
    #[error("{what} `{}`: found {}, expected {expected}{help}", shown(.name), shown(.found))]
    Part {
        /// What the format calls such a part: a layer, a node.
        what: &'static str,
        /// Its name.
        name: String,
        /// What it is.
        found: String,
        /// What it could be.
        expected: &'static str,
        /// A line that shows a way out, or nothing.
        help: &'static str,
    },
    /// A compiled program rather than a state dict.
    #[error("TorchScript archive, expected a state dict\n  {STATE_DICT_HELP}")]
    TorchScript,
    /// A pickle that names something outside the few names that a state dict needs.
    #[error("contains executable pickle code: `{}`{help}", shown(.name))]
    ExecutablePickle {
        /// Module and name.
        name: String,
        /// A line on how to save only the weights, or nothing.
        help: String,
    },
    /// A pickle that is not a dictionary of tensors.
    #[error("{found}, expected a state dict: names with their tensors\n  {STATE_DICT_HELP}")]
    NotAStateDict {
        /// What was found.
        found: String,
    },
    /// The file is whole but holds no tensor.
    #[error("holds no tensors")]
    NoTensors,
    /// A number format that is not floating-point.
    #[error("`{}` holds {}, expected F16, BF16, F32 or F64", shown(.tensor), shown(&.dtype.to_string()))]
    Dtype {
        /// Tensor.
        tensor: String,
        /// What it holds.
        dtype: Dtype,
    },
    /// A value that is no finite f32.
    #[error("`{}`{index} is {value}, expected a finite number", shown(.tensor))]
    NotFinite {
        /// Tensor.
        tensor: String,
        /// Its index in brackets.
        index: String,
        /// NaN or an infinity.
        value: f32,
    },
    /// The factor on hidden activations is no share of them.
    #[error("`{KEEP}`, the factor on hidden activations outside training, is {}, expected above 0 and at most 1", legible(*.value))]
    Keep {
        /// The number found.
        value: f32,
    },
    /// A tensor that belongs to something else than a linear layer.
    #[error("`{}` ({}) is {what}: only linear layers can be mapped", shown(.tensor), dimensions(.shape))]
    NotLinear {
        /// Tensor.
        tensor: String,
        /// Its shape.
        shape: Vec<usize>,
        /// What it seems to be.
        what: &'static str,
    },
    /// A layer of no neurons, or without afferents.
    #[error("`{}` is {}: a layer needs at least one neuron and one input", shown(.tensor), dimensions(.shape))]
    EmptyLayer {
        /// Tensor.
        tensor: String,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// A layer has a bias and nobody said what to do with it.
    #[error("{}", bias(.tensor, ["bias = \"drop\"", "bias = true"]))]
    Bias {
        /// Tensor.
        tensor: String,
    },
    /// A bias without its layer, or not one number per neuron.
    #[error("`{}` is {}, expected the {n_out} biases of `{}`", shown(.tensor), dimensions(.shape), shown(.weights))]
    BiasShape {
        /// Tensor.
        tensor: String,
        /// Its shape.
        shape: Vec<usize>,
        /// The weights of its layer.
        weights: String,
        /// Neurons of its layer.
        n_out: usize,
    },
    /// A bias of a layer that has no weights.
    #[error("`{}` is a bias, but no weights belong to it", shown(.tensor))]
    BiasWithoutLayer {
        /// Tensor.
        tensor: String,
    },
    /// Weights stored (in, out).
    #[error(
        "`{}` is {} x {} where the chain needs {} x {}: it looks transposed; PyTorch stores (out, in)",
        shown(.tensor), .shape[0], .shape[1], .shape[1], .shape[0]
    )]
    Transposed {
        /// Tensor.
        tensor: String,
        /// Its shape as found.
        shape: [usize; 2],
    },
    /// A layer does not take what the layer before it gives.
    #[error(
        "`{}` takes {n_in} inputs, but `{}` before it has {n_out} outputs\n  \
         help: layers are taken {order}", shown(.tensor), shown(.previous)
    )]
    Chain {
        /// Tensor.
        tensor: String,
        /// Its second dimension.
        n_in: usize,
        /// The layer before.
        previous: String,
        /// First dimension of the layer before.
        n_out: usize,
        /// In which order the layers were taken.
        order: &'static str,
    },
    /// Neither names nor shapes settle which layer follows which.
    #[error("{}", order(.why, &format!("layer_names = [{}]", quoted(.example))))]
    Order {
        /// Why, in words.
        why: String,
        /// The layers in some order; the last may be `…`.
        example: Vec<String>,
    },
    /// `layer_names` names something that is no layer.
    #[error("{}", no_such_layer("layer_names", .name, .nearest.as_deref()))]
    NoSuchLayer {
        /// The name.
        name: String,
        /// The nearest name of a layer.
        nearest: Option<String>,
    },
    /// `layer_names` names a layer a second time.
    #[error("{}", named_twice("layer_names", .name))]
    NamedTwice {
        /// The name.
        name: String,
    },
    /// `layer_names` leaves a layer out.
    #[error("{}", not_named("layer_names", .tensor))]
    NotNamed {
        /// The layer's weights.
        tensor: String,
    },
    /// Two tensors have one name.
    #[error("holds `{}` twice", shown(.tensor))]
    Twice {
        /// The name.
        tensor: String,
    },
    /// Neurons per layer differ from those that the model file or data set needs.
    #[error("the layers have {} neurons, expected {}", sizes(.found), sizes(.expected))]
    Sizes {
        /// Of the file, input first.
        found: Vec<usize>,
        /// Expected, input first.
        expected: Vec<usize>,
    },
    /// An image is not a list or table of numbers.
    #[error("is {}, expected 1 or 2 dimensions", dimensions(.shape))]
    ImageShape {
        /// Its shape.
        shape: Vec<usize>,
    },
    /// An image holds something else than floating-point numbers.
    #[error("holds {}, expected F32 or F64", shown(&.dtype.to_string()))]
    ImageDtype {
        /// What it holds.
        dtype: Dtype,
    },
    /// A pixel is out of range.
    #[error("pixel {index} is {}, expected between 0 and 1", legible(*.value))]
    Pixel {
        /// Its index in brackets.
        index: String,
        /// Its value.
        value: f32,
    },
    /// The output is there already.
    #[error("exists already; choose another name or remove it")]
    Exists,
    /// The output's folder is missing.
    #[error("cannot be written: its folder does not exist")]
    NoDirectory,
    /// The system refused.
    #[error("cannot be written: {0}")]
    Write(std::io::Error),
    /// The encoder refused.
    #[error("cannot be encoded: {0}")]
    Encode(String),
}

const STATE_DICT_HELP: &str =
    "help: save the state dict alone: torch.save(model.state_dict(), \"weights.pt\")";

/// The message of [`Problem::Bias`]; the ways leave biases out, and keep them.
fn bias(tensor: &str, [out, keep]: [&str; 2]) -> String {
    format!(
        "`{}` is a bias; the spiking network has none\n  \
         help: `{out}` leaves biases out (check the accuracy); of a network that is to sleep, `{keep}` keeps them as they are beside it",
        shown(tensor)
    )
}

/// The message of [`Problem::Order`]; `way` names layers.
fn order(why: &str, way: &str) -> String {
    format!("{why}\n  help: name the layers from input to output, such as {way}")
}

/// `names` as a model file has them in a list.
fn quoted(names: &[String]) -> String {
    let quoted = names.iter().map(|name| match name.as_str() {
        "…" => name.clone(),
        name => format!("\"{name}\""),
    });
    quoted.collect::<Vec<_>>().join(", ")
}

/// The message of [`Problem::NoSuchLayer`]; `key` has the names.
fn no_such_layer(key: &str, name: &str, nearest: Option<&str>) -> String {
    let help = nearest.map(|near| format!("\n  help: did you mean `{}`?", shown(near)));
    let help = help.unwrap_or_default();
    format!("`{key}`: no layer is called `{}`{help}", shown(name))
}

/// The message of [`Problem::NamedTwice`]; `key` has the names.
fn named_twice(key: &str, name: &str) -> String {
    format!("`{key}` names `{}` twice", shown(name))
}

/// The message of [`Problem::NotNamed`]; `key` has the names.
fn not_named(key: &str, tensor: &str) -> String {
    let tensor = shown(tensor);
    format!("`{key}` leaves out `{tensor}`, expected every layer of the file")
}

impl WeightFileError {
    /// The message for one who typed a command: it names options, not keys of a model file.
    pub fn on_command_line(&self) -> String {
        const NAMES: &str = "--layer-names";
        let problem = match &self.problem {
            Problem::Bias { tensor } => bias(tensor, ["--bias drop", "--bias keep"]),
            Problem::Order { why, example } => {
                order(why, &format!("{NAMES} {}", example.join(",")))
            }
            Problem::NoSuchLayer { name, nearest } => {
                no_such_layer(NAMES, name, nearest.as_deref())
            }
            Problem::NamedTwice { name } => named_twice(NAMES, name),
            Problem::NotNamed { tensor } => not_named(NAMES, tensor),
            other => other.to_string(),
        };
        format!("`{}`: {problem}", self.file.display())
    }
}

impl Problem {
    /// This problem, of the file at `path`.
    pub(crate) fn in_file(self, path: &Path) -> WeightFileError {
        WeightFileError {
            file: path.to_path_buf(),
            problem: self,
        }
    }

    /// The system's refusal to read.
    pub(crate) fn read(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::NotFound,
            _ => Self::Read(error),
        }
    }

    /// A damaged file.
    pub(crate) fn damaged(format: Format, detail: impl Into<String>) -> Self {
        Self::Damaged {
            format,
            detail: detail.into(),
        }
    }

    /// An extension that is none of `known`, with the nearest of them.
    pub(super) fn extension<const N: usize>(found: &str, known: [&str; N]) -> Self {
        let mut expected: Vec<String> = known.iter().map(|name| format!(".{name}")).collect();
        let last = expected.pop().unwrap_or_default();
        Self::Extension {
            found: if found.is_empty() {
                "no extension".into()
            } else {
                format!("unknown extension `.{}`", shown(found))
            },
            expected: format!("{} or {last}", expected.join(", ")),
            help: nearest(found, known)
                .map(|name| format!("\n  help: did you mean `.{name}`?"))
                .unwrap_or_default(),
        }
    }

    /// A pickle that names `module.name`.
    pub(super) fn executable_pickle(module: &str, name: &str) -> Self {
        // A whole model names the classes of its layers, or those of the script that defined it.
        let whole_model = module.starts_with("torch.nn") || module == "__main__";
        Self::ExecutablePickle {
            name: format!("{module}.{name}"),
            help: if whole_model {
                format!("\n  {STATE_DICT_HELP}")
            } else {
                String::new()
            },
        }
    }
}

/// Neurons per layer in the form of "784-1200-10".
fn sizes(sizes: &[usize]) -> String {
    listed(sizes, "-")
}

/// What content that begins with `bytes` looks like, for messages.
pub(crate) fn looks_like(bytes: &[u8]) -> &'static str {
    match bytes {
        [b'P', b'K', 3, 4, ..] => "a zip archive (NumPy .npz, PyTorch or Keras)",
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => "a NumPy .npy array",
        [0x89, b'H', b'D', b'F', ..] => "an HDF5 file",
        [b'M', b'A', b'T', b'L', b'A', b'B', ..] => "a MATLAB file",
        [0x1F, 0x8B, ..] => "a gzip file",
        [0x80, 2..=5, ..] => "a pickle",
        [_, _, _, _, _, _, _, _, b'{', ..] => "a safetensors file",
        _ => "an unknown format",
    }
}
