//! Models that Keras saved: `.h5` of every version, and `.keras` of version 3 and of late versions 2.
//!
//! A `.keras` file is a zip archive with the model's description in `config.json` and its weights as HDF5 in
//! `model.weights.h5`, where layers are called after their class and counted. In a `.h5` file the description is the
//! attribute `model_config`, and layers have their own names. Kernels are stored (in, out). Source:
//! `keras/src/saving/saving_lib.py` and `keras/src/legacy/saving/legacy_h5_format.py` of Keras 3.15.

mod architecture;

use std::io::{Read, Write};
use std::path::Path;

use hdf5::{Dataset, Group};

use crate::base::file;
use crate::mlp::weight_file::{Archive, Format, Parts, Problem, content, looks_like};
use crate::record::dataset::Fault;
use crate::record::open::open_whole;
use crate::record::stored_text;
use crate::record::weight_tensor::Source;
use architecture::{Architecture, Dense};

/// First bytes of an HDF5 file, and of a zip archive.
const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";
const ZIP: &[u8] = b"PK\x03\x04";

/// Groups within groups under that of a layer: names of the model and of the layer.
const DEEPEST: usize = 4;

/// Members of groups that are looked at: a group may hold itself, and each level would multiply them.
const MOST_MEMBERS: usize = 100_000;

/// First bytes by which formats are told apart.
const MOST_SHOWN: u64 = 16;

/// The kernels of the file at `path`, turned to (out, in), each with its bias, from input to output.
///
/// # Errors
/// If the file is no model of dense layers with ReLU between them, or damaged.
pub(super) fn read(path: &Path) -> Result<Parts, Problem> {
    let mut start = Vec::new();
    file::open(path)
        .and_then(|file| file.take(MOST_SHOWN).read_to_end(&mut start))
        .map_err(Problem::read)?;
    if start.starts_with(ZIP) {
        return read_archive(&content(path)?);
    }
    if !start.starts_with(HDF5) {
        return Err(Problem::Content {
            expected: Format::Keras,
            found: looks_like(&start),
        });
    }
    let mut source = Source::new(path, Format::Keras);
    let file = open_whole(path).map_err(|error| source.refused(&error))?;
    let Ok(config) = file.attr("model_config") else {
        return Err(Problem::NoModelConfig);
    };
    let config = stored_text::text(path, &config).map_err(|fault| match fault {
        Fault::Unreadable(cause) => source.damaged(format!("`model_config`: {cause}")),
        _ => source.damaged("`model_config` cannot be read"),
    })?;
    let config = config.ok_or_else(|| source.damaged("`model_config` is no text"))?;
    let architecture = Architecture::new(config.as_bytes())?;
    let mut left = MOST_MEMBERS;
    weights(&mut source, &architecture, |dense, role| {
        let place = format!("model_weights/{}", dense.name);
        let group = file.group(&place).ok()?;
        let (inner, dataset) = named(&group, role, DEEPEST, &mut left)?;
        Some((format!("{place}/{inner}"), dataset))
    })
}

/// The model in a `.keras` archive.
fn read_archive(bytes: &[u8]) -> Result<Parts, Problem> {
    let mut archive = Archive::open(bytes, Format::Keras)?;
    let architecture = Architecture::new(&archive.read("config.json")?)?;
    let weights_file = archive.read("model.weights.h5")?;
    // The library reads files.
    let mut file = tempfile::NamedTempFile::new().map_err(Problem::Read)?;
    file.write_all(&weights_file).map_err(Problem::Read)?;
    drop(weights_file);
    let mut source = Source::new(file.path(), Format::Keras);
    let opened = open_whole(file.path()).map_err(|error| source.refused(&error))?;
    // Versions 2.12 to 2.15 call it by what they walk.
    let layers = ["layers", "_layer_checkpoint_dependencies"];
    let layers = layers.iter().find(|name| opened.link_exists(name));
    let layers = layers.ok_or_else(|| source.damaged("`model.weights.h5` has no `layers`"))?;
    weights(&mut source, &architecture, |dense, role| {
        let number = match role {
            Role::Kernel => 0,
            Role::Bias => 1,
        };
        let place = format!("{layers}/{}/vars/{number}", dense.group);
        let dataset = opened.dataset(&place).ok()?;
        Some((place, dataset))
    })
}

/// What an array of a dense layer is.
#[derive(Debug, Clone, Copy)]
enum Role {
    Kernel,
    Bias,
}

impl Role {
    const fn name(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Bias => "bias",
        }
    }
}

/// Kernels and biases of all layers, each by `find`, which tells the dataset's place too.
fn weights(
    source: &mut Source<'_>,
    architecture: &Architecture,
    mut find: impl FnMut(&Dense, Role) -> Option<(String, Dataset)>,
) -> Result<Parts, Problem> {
    let mut tensors = Vec::new();
    for dense in &architecture.layers {
        let roles = match dense.has_bias {
            true => &[Role::Kernel, Role::Bias][..],
            false => &[Role::Kernel],
        };
        for &role in roles {
            let (name, role_name) = (&dense.name, role.name());
            let (place, dataset) = find(dense, role)
                .ok_or_else(|| source.damaged(format!("layer `{name}` has no {role_name}")))?;
            let tensor = source.tensor(&dataset, &place, format!("{name}.{role_name}"))?;
            tensors.push(tensor.turned());
        }
    }
    let mut beside = vec!["kernels are shown turned, as (out, in)".to_owned()];
    beside.extend(architecture.beside.iter().cloned());
    Ok((tensors, beside))
}

/// The dataset of `role` somewhere in `group`, called so with or without a number of TensorFlow's behind it; `left` members
/// may still be looked at.
fn named(group: &Group, role: Role, depth: usize, left: &mut usize) -> Option<(String, Dataset)> {
    for name in group.member_names().ok()? {
        *left = left.checked_sub(1)?;
        let word = name.split(':').next().unwrap_or_default();
        if word == role.name()
            && let Ok(dataset) = group.dataset(&name)
        {
            return Some((name, dataset));
        }
        if let Some(depth) = depth.checked_sub(1)
            && let Ok(inner) = group.group(&name)
            && let Some((place, dataset)) = named(&inner, role, depth, left)
        {
            return Some((format!("{name}/{place}"), dataset));
        }
    }
    None
}
