//! Networks as files that PyTorch, NumPy and MATLAB load unchanged, bit for bit.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;

use ndarray::{ArrayD, CowArray, IxDyn};
use safetensors::tensor::TensorView;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{KEEP, Problem, WeightFileError, matlab, npy_header};
use crate::mlp::perceptron::Mlp;

/// Writes `mlp` as a safetensors file: `layer1.weight` of shape (n_out, n_in), `layer1.bias` where there is one, and so
/// on, all F32; the factor on hidden activations, where that is not 1, is `keep` among the metadata. The file appears whole or not
/// at all.
///
/// # Errors
/// If the file exists or cannot be written.
pub fn write_safetensors(path: &Path, mlp: &Mlp) -> Result<(), WeightFileError> {
    write(path, |file| {
        let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = named(mlp)
            .map(|(name, array)| {
                let bytes = array.iter().flat_map(|value| value.to_le_bytes()).collect();
                (name, array.shape().to_vec(), bytes)
            })
            .collect();
        let views = tensors
            .iter()
            .map(|(name, shape, bytes)| {
                TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes)
                    .map(|view| (name, view))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(encode)?;
        // What PyTorch's own writers put there; some readers insist on it.
        let mut metadata = BTreeMap::from([("format", "pt".to_string())]);
        if mlp.keep != 1.0 {
            metadata.insert(KEEP, mlp.keep.to_string());
        }
        let bytes = safetensors::serialize(views, None).map_err(encode)?;
        file.write_all(&with_metadata(&bytes, &metadata))
            .map_err(Problem::Write)
    })
}

/// The safetensors file `bytes` with `metadata` in its header, in their order: the library takes them as a hash map, whose
/// order differs between runs, and one network is one file.
///
/// The layout: length of the header in eight bytes, little-endian; the header in JSON, which ends with spaces so that the tensors
/// begin at a multiple of [`ALIGNMENT`]; the tensors.
fn with_metadata(bytes: &[u8], metadata: &BTreeMap<&str, String>) -> Vec<u8> {
    const LENGTH: usize = size_of::<u64>();
    let mut length = [0; LENGTH];
    length.copy_from_slice(&bytes[..LENGTH]);
    let (header, tensors) = bytes[LENGTH..].split_at(u64::from_le_bytes(length) as usize);
    let mut head = b"{\"__metadata__\":".to_vec();
    head.extend(serde_json::json!(metadata).to_string().bytes());
    head.push(b',');
    head.extend(header[1..].trim_ascii_end());
    head.resize(head.len().next_multiple_of(ALIGNMENT), b' ');
    let length = (head.len() as u64).to_le_bytes();
    [&length, head.as_slice(), tensors].concat()
}

/// Of tensors in a safetensors file, bytes.
const ALIGNMENT: usize = 8;

/// Writes `mlp` as an uncompressed NumPy archive with the names and shapes of [`write_safetensors`], and `keep` as an array of one
/// number. The file appears whole or not at all.
///
/// # Errors
/// If the file exists or cannot be written.
pub fn write_npz(path: &Path, mlp: &Mlp) -> Result<(), WeightFileError> {
    write(path, |file| {
        let mut archive = ZipWriter::new(file);
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (name, array) in named(mlp) {
            let mut bytes = npy_header::of_f32(array.shape());
            bytes.extend(array.iter().flat_map(|value| value.to_le_bytes()));
            archive
                .start_file(format!("{name}.npy"), options)
                .map_err(zip_error)?;
            archive.write_all(&bytes).map_err(Problem::Write)?;
        }
        if mlp.keep != 1.0 {
            let mut bytes = npy_header::of_f32(&[1]);
            bytes.extend(mlp.keep.to_le_bytes());
            archive
                .start_file(format!("{KEEP}.npy"), options)
                .map_err(zip_error)?;
            archive.write_all(&bytes).map_err(Problem::Write)?;
        }
        archive.finish().map(|_| ()).map_err(zip_error)
    })
}

/// Writes `mlp` as a MATLAB file of version 5: `W1` of shape (n_out, n_in), `b1` where there is one, and so on, and `keep` where
/// that is not 1. The file appears whole or not at all.
///
/// # Errors
/// If the file exists or cannot be written.
pub fn write_matlab(path: &Path, mlp: &Mlp) -> Result<(), WeightFileError> {
    write(path, |file| {
        matlab::write(file, mlp).map_err(Problem::Write)
    })
}

/// Names and arrays of a network, layer by layer.
fn named(mlp: &Mlp) -> impl Iterator<Item = (String, CowArray<'_, f32, IxDyn>)> {
    (1..).zip(&mlp.layers).flat_map(|(number, layer)| {
        let weights = standard(layer.weights.view().into_dyn());
        let bias = layer.bias.as_ref();
        std::iter::once((format!("layer{number}.weight"), weights)).chain(bias.map(|bias| {
            let bias = standard(bias.view().into_dyn());
            (format!("layer{number}.bias"), bias)
        }))
    })
}

/// `array` in C order, in which both formats store it.
fn standard(array: ndarray::ArrayViewD<'_, f32>) -> CowArray<'_, f32, IxDyn> {
    if array.is_standard_layout() {
        return array.into();
    }
    let values = array.iter().copied().collect();
    match ArrayD::from_shape_vec(array.raw_dim(), values) {
        Ok(ordered) => ordered.into(),
        Err(_) => array.into(),
    }
}

/// Fills a temporary file next to `path` by `content` and gives it its name once it is whole, unless that is taken.
fn write(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<&mut std::fs::File>) -> Result<(), Problem>,
) -> Result<(), WeightFileError> {
    let write = || {
        let mut file = temporary(path)?;
        let mut buffered = BufWriter::new(file.as_file_mut());
        content(&mut buffered)?;
        buffered.flush().map_err(Problem::Write)?;
        drop(buffered);
        file.as_file().sync_all().map_err(Problem::Write)?;
        match file.persist_noclobber(path) {
            Ok(_) => Ok(()),
            Err(refused) if refused.error.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(Problem::Exists)
            }
            Err(refused) => Err(Problem::Write(refused.error)),
        }
    };
    write().map_err(|problem| problem.in_file(path))
}

/// Whether a new file `path` can be written, to be asked before the work that fills it.
///
/// # Errors
/// If the file exists, or its folder does not or refuses new files.
pub fn check_writable(path: &Path) -> Result<(), WeightFileError> {
    temporary(path)
        .map(drop)
        .map_err(|problem| problem.in_file(path))
}

/// A temporary file next to `path`, where there must be nothing yet.
fn temporary(path: &Path) -> Result<tempfile::NamedTempFile, Problem> {
    if path.symlink_metadata().is_ok() {
        return Err(Problem::Exists);
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !directory.is_dir() {
        return Err(Problem::NoDirectory);
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".sharpwave-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What other new files get: everything that the user's umask allows. Temporary files are private.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory).map_err(|error| {
        // The reason alone: the error itself names the temporary file.
        let reason = error.get_ref().and_then(|inner| inner.source());
        Problem::Write(match reason {
            Some(reason) => std::io::Error::new(error.kind(), reason.to_string()),
            None => error,
        })
    })
}

fn encode(error: impl std::fmt::Display) -> Problem {
    Problem::Encode(error.to_string())
}

fn zip_error(error: zip::result::ZipError) -> Problem {
    match error {
        zip::result::ZipError::Io(error) => Problem::Write(error),
        other => encode(other),
    }
}
