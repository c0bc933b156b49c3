//! Networks as MATLAB files.

use std::io::{self, Write};

use ndarray::ArrayView2;

use crate::mlp::perceptron::Mlp;
use crate::mlp::weight_file::KEEP;

/// The classes and types that a file of ours has.
const SINGLE_CLASS: u32 = 7;
const INT8: u32 = 1;
const INT32: u32 = 5;
const UINT32: u32 = 6;
const SINGLE: u32 = 7;
const MATRIX: u32 = 14;

/// Writes `W1` of shape (n_out, n_in), `b1` (n_out, 1) where there is one, and so on, and `keep` where that is not 1, as single
/// precision.
///
/// # Errors
/// If `out` refuses.
pub(in crate::mlp::weight_file) fn write(out: &mut impl Write, mlp: &Mlp) -> io::Result<()> {
    let mut header = [b' '; 128];
    let text = b"MATLAB 5.0 MAT-file, created by sharpwave";
    header[..text.len()].copy_from_slice(text);
    // No data of a subsystem, version 1, little-endian.
    header[116..124].fill(0);
    header[124..].copy_from_slice(&[0, 1, b'I', b'M']);
    out.write_all(&header)?;
    for (number, layer) in (1..).zip(&mlp.layers) {
        array(out, &format!("W{number}"), layer.weights.view())?;
        if let Some(bias) = &layer.bias {
            let column = bias.view().insert_axis(ndarray::Axis(1));
            array(out, &format!("b{number}"), column)?;
        }
    }
    if mlp.keep != 1.0 {
        array(out, KEEP, ndarray::aview2(&[[mlp.keep]]))?;
    }
    Ok(())
}

fn array(out: &mut impl Write, name: &str, values: ArrayView2<'_, f32>) -> io::Result<()> {
    let mut data = Vec::new();
    part(
        &mut data,
        UINT32,
        &[SINGLE_CLASS, 0].map(u32::to_le_bytes).concat(),
    )?;
    let too_large = |_| io::Error::other("a layer of more than 4 GB does not fit a MATLAB file");
    let (rows, columns) = values.dim();
    let rows = u32::try_from(rows).map_err(too_large)?;
    let columns = u32::try_from(columns).map_err(too_large)?;
    part(
        &mut data,
        INT32,
        &[rows, columns].map(u32::to_le_bytes).concat(),
    )?;
    part(&mut data, INT8, name.as_bytes())?;
    // The first index is the fastest.
    let columnwise: Vec<u8> = values
        .t()
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    part(&mut data, SINGLE, &columnwise)?;
    part(out, MATRIX, &data)
}

/// An element, filled up to eight bytes.
fn part(out: &mut impl Write, kind: u32, data: &[u8]) -> io::Result<()> {
    let too_large = |_| io::Error::other("a layer of more than 4 GB does not fit a MATLAB file");
    let length = u32::try_from(data.len()).map_err(too_large)?;
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(data)?;
    out.write_all(&[0; 8][..data.len().wrapping_neg() % 8])
}
