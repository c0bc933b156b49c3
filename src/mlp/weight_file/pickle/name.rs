//! What a pickle may name: the parts of a state dict, and harmless things that training scripts save beside it.

use super::Problem;

/// A name that a pickle may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mlp::weight_file) enum Name {
    /// A dictionary when called: `collections.OrderedDict`, `collections.defaultdict`.
    Dictionary,
    /// `torch._utils._rebuild_tensor_v2`
    RebuildTensor,
    /// `torch._utils._rebuild_parameter`
    RebuildParameter,
    /// `torch.FloatStorage` and its like: what comes before `Storage`.
    Storage(String),
    /// Something that holds no weights, by its full name: a device, a number of NumPy, a set. Nothing of it is kept but
    /// that it was there.
    Harmless(String),
}

/// Classes and functions whose results hold no weights, with their modules as the versions of Python and NumPy call them.
const HARMLESS: [(&[&str], &[&str]); 12] = [
    (
        &["builtins", "__builtin__"],
        &[
            "set",
            "frozenset",
            "complex",
            "bytearray",
            "slice",
            "range",
            "xrange",
            "list",
            "tuple",
            "dict",
            "int",
            "long",
            "float",
            "bool",
            "str",
            "bytes",
            "object",
        ],
    ),
    (&["collections"], &["deque", "Counter"]),
    (&["_codecs"], &["encode"]),
    (&["copyreg", "copy_reg"], &["_reconstructor"]),
    (&["argparse"], &["Namespace"]),
    (&["types"], &["SimpleNamespace"]),
    (
        &["datetime"],
        &["datetime", "date", "time", "timedelta", "timezone"],
    ),
    (
        &["pathlib", "pathlib._local"],
        &[
            "Path",
            "PosixPath",
            "WindowsPath",
            "PurePath",
            "PurePosixPath",
            "PureWindowsPath",
        ],
    ),
    (
        &[
            "numpy",
            "numpy.core.multiarray",
            "numpy._core.multiarray",
            "numpy.core.numeric",
            "numpy._core.numeric",
            "numpy.dtypes",
        ],
        &["scalar", "dtype", "ndarray", "_reconstruct", "_frombuffer"],
    ),
    (&["torch"], &["device", "Size", "Generator"]),
    (&["torch.torch_version"], &["TorchVersion"]),
    (&["torch.serialization"], &["_get_layout"]),
];

/// Constants of `torch`: number formats and layouts.
const TORCH_CONSTANTS: [&str; 29] = [
    "bfloat16",
    "bool",
    "cdouble",
    "cfloat",
    "channels_last",
    "chalf",
    "complex128",
    "complex32",
    "complex64",
    "contiguous_format",
    "double",
    "float",
    "float16",
    "float32",
    "float64",
    "half",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "long",
    "preserve_format",
    "qint8",
    "quint8",
    "short",
    "sparse_coo",
    "strided",
    "uint8",
];

impl Name {
    /// What `module.name` is, if a state dict may name it.
    pub(super) fn find(module: &str, name: &str) -> Result<Self, Problem> {
        match (module, name) {
            ("collections", "OrderedDict" | "defaultdict") => Ok(Self::Dictionary),
            ("torch._utils", "_rebuild_tensor_v2") => Ok(Self::RebuildTensor),
            ("torch._utils", "_rebuild_parameter") => Ok(Self::RebuildParameter),
            ("torch", name) if name.ends_with("Storage") && name.is_ascii() => {
                Ok(Self::Storage(name.trim_end_matches("Storage").into()))
            }
            ("torch", name) if TORCH_CONSTANTS.contains(&name) => Ok(harmless(module, name)),
            // Number formats are classes of their own there: `Float64DType`.
            ("numpy.dtypes", name) if name.ends_with("DType") => Ok(harmless(module, name)),
            _ if HARMLESS
                .iter()
                .any(|(modules, names)| modules.contains(&module) && names.contains(&name)) =>
            {
                Ok(harmless(module, name))
            }
            _ => Err(Problem::executable_pickle(module, name)),
        }
    }
}

fn harmless(module: &str, name: &str) -> Name {
    Name::Harmless(format!("{module}.{name}"))
}
