//! NumPy arrays (`.npy`) and archives of them (`.npz`).

use super::archive::Archive;
use super::element::{ByteOrder, Dtype, count, dimensions, gather, index};
use super::error::looks_like;
use super::npy_header::Header;
use super::{Format, Image, Problem, Tensor};
use crate::base::shown::shown;

/// The arrays of a `.npz` archive.
pub(super) fn read_npz(bytes: &[u8]) -> Result<Vec<Tensor>, Problem> {
    let mut archive = Archive::open(bytes, Format::Npz)?;
    let names = archive.names();
    if names.iter().any(|name| name.ends_with("data.pkl")) {
        return Err(Problem::Content {
            expected: Format::Npz,
            found: "a PyTorch file",
        });
    }
    names
        .iter()
        .map(|entry| {
            let Some(name) = entry.strip_suffix(".npy") else {
                return Err(Problem::damaged(
                    Format::Npz,
                    format!("entry `{}` is no .npy array", shown(entry)),
                ));
            };
            let content = archive.read(entry)?;
            parse(name, &content, Format::Npz)
        })
        .collect()
}

/// The array of a `.npy` file.
pub(super) fn read_npy(name: &str, bytes: &[u8]) -> Result<Tensor, Problem> {
    parse(name, bytes, Format::Npy)
}

/// The pixels of an image in a `.npy` file.
pub(super) fn read_image(bytes: &[u8]) -> Result<Image, Problem> {
    let pixels = read_numbers(bytes)?;
    let shape = parse("image", bytes, Format::Npy)?.shape;
    match pixels.iter().position(|x| !(0.0..=1.0).contains(x)) {
        Some(bad) => Err(Problem::Pixel {
            index: index(&shape, bad),
            value: pixels[bad],
        }),
        None => Ok(Image {
            shape: match shape[..] {
                [rows, columns] if rows > 1 && columns > 1 => Some((rows, columns)),
                _ => None,
            },
            pixels,
        }),
    }
}

/// The numbers of a `.npy` file with one or two dimensions.
pub(super) fn read_numbers(bytes: &[u8]) -> Result<Vec<f32>, Problem> {
    let image = parse("image", bytes, Format::Npy)?;
    if !matches!(image.dtype, Dtype::F32 | Dtype::F64) {
        return Err(Problem::ImageDtype { dtype: image.dtype });
    }
    if !matches!(image.shape.len(), 1 | 2) {
        return Err(Problem::ImageShape { shape: image.shape });
    }
    match image.values.iter().position(|x| !x.is_finite()) {
        Some(bad) => Err(Problem::Pixel {
            index: index(&image.shape, bad),
            value: image.values[bad],
        }),
        None => Ok(image.values),
    }
}

/// An array as it lies in a file.
pub(crate) struct RawArray {
    /// Its name.
    pub(crate) name: String,
    /// Length of each dimension, outermost first.
    pub(crate) shape: Vec<usize>,
    /// Its type as NumPy describes it, such as `<f8`.
    pub(crate) descriptor: String,
    /// Whether the first index is the fastest.
    is_fortran: bool,
    /// Its values as they lie there.
    pub(crate) data: Vec<u8>,
}

/// The arrays of a `.npz` archive as they lie there, or what is wrong with it.
pub(crate) fn raw_arrays(bytes: &[u8]) -> Result<Vec<RawArray>, String> {
    let arrays = || {
        let mut archive = Archive::open(bytes, Format::Npz)?;
        let names = archive.names();
        let arrays = names.iter().map(|entry| {
            let content = archive.read(entry)?;
            let name = entry.strip_suffix(".npy").unwrap_or(entry);
            raw(name, &content, Format::Npz)
        });
        arrays.collect::<Result<Vec<_>, Problem>>()
    };
    arrays().map_err(|problem| problem.to_string())
}

/// The array of a `.npy` file as it lies there, without a name, or what is wrong with it.
pub(crate) fn raw_array(bytes: &[u8]) -> Result<RawArray, String> {
    raw("", bytes, Format::Npy).map_err(|problem| problem.to_string())
}

impl RawArray {
    /// An axis of doubles.
    #[cfg(test)]
    pub(crate) fn of_doubles(name: &str, values: &[f64]) -> Self {
        Self {
            name: name.into(),
            shape: vec![values.len()],
            descriptor: "<f8".into(),
            is_fortran: false,
            data: values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect(),
        }
    }

    /// Its values, the last index being the fastest, if they are all there, and floats of 32 or 64 bits, whole numbers or truths.
    pub(crate) fn numbers(&self) -> Option<Vec<f64>> {
        macro_rules! each {
            ($type:ty, $from:ident) => {{
                let (raw, rest) = self.data.as_chunks::<{ size_of::<$type>() }>();
                let values = raw.iter().map(|&raw| <$type>::$from(raw) as f64);
                (rest.is_empty() && Some(raw.len()) == count(&self.shape)).then(|| values.collect())
            }};
        }
        let values: Option<Vec<f64>> = match self.descriptor.as_str() {
            "<f4" => each!(f32, from_le_bytes),
            "<f8" => each!(f64, from_le_bytes),
            "|i1" => each!(i8, from_le_bytes),
            "|u1" | "|b1" => each!(u8, from_le_bytes),
            "<i2" => each!(i16, from_le_bytes),
            "<i4" => each!(i32, from_le_bytes),
            "<i8" => each!(i64, from_le_bytes),
            "<u2" => each!(u16, from_le_bytes),
            "<u4" => each!(u32, from_le_bytes),
            "<u8" => each!(u64, from_le_bytes),
            ">f4" => each!(f32, from_be_bytes),
            ">f8" => each!(f64, from_be_bytes),
            ">i2" => each!(i16, from_be_bytes),
            ">i4" => each!(i32, from_be_bytes),
            ">i8" => each!(i64, from_be_bytes),
            ">u2" => each!(u16, from_be_bytes),
            ">u4" => each!(u32, from_be_bytes),
            ">u8" => each!(u64, from_be_bytes),
            _ => None,
        };
        values.map(|values| self.in_order(values))
    }

    /// Its bytes, the last index being the fastest, if it holds bytes and they are all there; else itself.
    pub(crate) fn into_bytes(mut self) -> Result<Vec<u8>, Self> {
        if self.descriptor != "|u1" || Some(self.data.len()) != count(&self.shape) {
            return Err(self);
        }
        let bytes = std::mem::take(&mut self.data);
        Ok(self.in_order(bytes))
    }

    /// All `values`, the last index being the fastest.
    fn in_order<T: Copy>(&self, values: Vec<T>) -> Vec<T> {
        if !self.is_fortran || self.shape.len() < 2 {
            return values;
        }
        let strides = fortran_strides(&self.shape);
        let place = |mut number: usize| {
            let axes = self.shape.iter().zip(&strides).rev();
            axes.map(|(size, stride)| {
                let index = number % size;
                number /= size;
                index * stride
            })
            .sum::<usize>()
        };
        (0..values.len())
            .map(|number| values[place(number)])
            .collect()
    }
}

/// Takes an array of a file of `format` apart.
fn raw(name: &str, bytes: &[u8], format: Format) -> Result<RawArray, Problem> {
    let damaged =
        |detail: String| Problem::damaged(format, format!("array `{}`: {detail}", shown(name)));
    if !bytes.starts_with(b"\x93NUMPY") {
        return Err(match format {
            Format::Npy => Problem::Content {
                expected: format,
                found: looks_like(bytes),
            },
            _ => damaged("does not begin as a .npy array".into()),
        });
    }
    let (begins, ends) = header_place(bytes).map_err(damaged)?;
    let header = bytes
        .get(begins..ends)
        .ok_or_else(|| damaged(format!("the header ends after byte {}", bytes.len())))?;
    let header = Header::parse(&String::from_utf8_lossy(header));
    let header = header.map_err(|problem| damaged(shown(&problem).to_string()))?;
    let described = header
        .descriptor
        .unwrap_or_else(|| "structured records".into());
    Ok(RawArray {
        name: name.into(),
        is_fortran: header.is_fortran,
        shape: header.shape,
        descriptor: described,
        data: bytes[ends..].to_vec(),
    })
}

/// Parses one array of a file of `format`.
fn parse(name: &str, bytes: &[u8], format: Format) -> Result<Tensor, Problem> {
    let damaged =
        |detail: String| Problem::damaged(format, format!("array `{}`: {detail}", shown(name)));
    let RawArray {
        name: _,
        shape,
        descriptor,
        is_fortran,
        data,
    } = raw(name, bytes, format)?;
    let (dtype, order) = dtype(&descriptor);
    let mut tensor = Tensor {
        name: name.into(),
        shape,
        dtype,
        values: Vec::new(),
    };
    let Some(size) = tensor.dtype.size() else {
        return Ok(tensor);
    };
    let expected = count(&tensor.shape).and_then(|count| count.checked_mul(size));
    if expected != Some(data.len()) {
        return Err(damaged(format!(
            "{} bytes of data, expected {} ({} of {})",
            data.len(),
            expected.map_or_else(|| "more than any file has".into(), |n| n.to_string()),
            dimensions(&tensor.shape),
            tensor.dtype
        )));
    }
    tensor.values = tensor.dtype.decode(&data, order);
    if is_fortran {
        let strides = fortran_strides(&tensor.shape);
        tensor.values = gather(
            &tensor.values,
            0,
            &tensor.shape,
            &strides,
            tensor.values.len(),
        );
    }
    Ok(tensor)
}

/// Where the header of a `.npy` array begins and ends, which it may do after the end of the file.
fn header_place(bytes: &[u8]) -> Result<(usize, usize), String> {
    // The longest header that NumPy itself parses (`numpy.lib.format._MAX_HEADER_SIZE`).
    const LONGEST: usize = 10_000;
    let (prefix, length) = match *bytes {
        [_, _, _, _, _, _, 1, _, a, b, ..] => (10, usize::from(u16::from_le_bytes([a, b]))),
        [_, _, _, _, _, _, 2 | 3, _, a, b, c, d, ..] => {
            (12, u32::from_le_bytes([a, b, c, d]) as usize)
        }
        [_, _, _, _, _, _, major, minor, ..] => {
            return Err(format!("unknown format version {major}.{minor}"));
        }
        _ => return Err(format!("ends after byte {}", bytes.len())),
    };
    match length > LONGEST {
        true => Err(format!(
            "a header of {length} bytes, expected at most {LONGEST}"
        )),
        false => Ok((prefix, prefix + length)),
    }
}

/// The number format of a type descriptor such as `<f4`.
fn dtype(descriptor: &str) -> (Dtype, ByteOrder) {
    let order = match descriptor.as_bytes().first() {
        Some(b'>') => ByteOrder::Big,
        _ => ByteOrder::Little,
    };
    let dtype = match descriptor {
        "<f2" | ">f2" => Dtype::F16,
        "<f4" | ">f4" => Dtype::F32,
        "<f8" | ">f8" => Dtype::F64,
        _ if descriptor.contains('O') => Dtype::Unsupported("pickled Python objects".into()),
        _ => Dtype::Unsupported(descriptor.into()),
    };
    (dtype, order)
}

/// Strides of an array of `shape` in Fortran order (first index fastest).
fn fortran_strides(shape: &[usize]) -> Vec<usize> {
    shape
        .iter()
        .scan(1, |stride, &size| {
            let this = *stride;
            *stride *= size;
            Some(this)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fortran_order_by_hand() {
        // Rows 1 2 3 and 4 5 6, stored by columns.
        let stored = [1.0, 4.0, 2.0, 5.0, 3.0, 6.0];
        let strides = fortran_strides(&[2, 3]);
        assert_eq!(
            gather(&stored, 0, &[2, 3], &strides, 6),
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
        );
    }

    #[test]
    fn headers_that_would_exhaust_memory_are_refused() {
        assert!(header_place(b"\x93NUMPY\x02\0\xff\xff\xff\xff").is_err());
    }
}
