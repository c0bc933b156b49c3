//! Number formats of weight files, and their conversion to f32.

use std::fmt;

/// The number format of a tensor in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dtype {
    /// IEEE 754 half precision.
    F16,
    /// The upper half of an f32.
    Bf16,
    /// IEEE 754 single precision.
    F32,
    /// IEEE 754 double precision.
    F64,
    /// Anything else, by its name in the file: listed, not read.
    Unsupported(String),
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F16 => "F16",
            Self::Bf16 => "BF16",
            Self::F32 => "F32",
            Self::F64 => "F64",
            Self::Unsupported(name) => name,
        })
    }
}

impl Dtype {
    /// Bytes per number, or none where it cannot be read.
    pub(super) fn size(&self) -> Option<usize> {
        match self {
            Self::F16 | Self::Bf16 => Some(2),
            Self::F32 => Some(4),
            Self::F64 => Some(8),
            Self::Unsupported(_) => None,
        }
    }

    /// The numbers in `bytes`, rounded to the nearest f32; incomplete bytes at the end are left out, and there are none
    /// of an unsupported format.
    pub(super) fn decode(&self, bytes: &[u8], order: ByteOrder) -> Vec<f32> {
        match self {
            Self::F16 => decode(bytes, order, |raw| half_to_f32(u16::from_le_bytes(raw))),
            Self::Bf16 => decode(bytes, order, |raw| {
                f32::from_bits(u32::from(u16::from_le_bytes(raw)) << 16)
            }),
            Self::F32 => decode(bytes, order, f32::from_le_bytes),
            Self::F64 => decode(bytes, order, |raw| f64::from_le_bytes(raw) as f32),
            Self::Unsupported(_) => Vec::new(),
        }
    }
}

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

fn decode<const N: usize>(
    bytes: &[u8],
    order: ByteOrder,
    number: impl Fn([u8; N]) -> f32,
) -> Vec<f32> {
    let (raw, _) = bytes.as_chunks::<N>();
    raw.iter()
        .map(|&(mut raw)| {
            if order == ByteOrder::Big {
                raw.reverse();
            }
            number(raw)
        })
        .collect()
}

/// The f32 equal to an IEEE 754 half: 1 sign, 5 exponent (bias 15) and 10 mantissa bits.
fn half_to_f32(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let exponent = u32::from(half >> 10 & 0x1F);
    let mantissa = u32::from(half & 0x3FF);
    match exponent {
        // Subnormal: mantissa · 2⁻²⁴, exact in f32.
        0 => {
            let magnitude = mantissa as f32 / 16_777_216.0;
            f32::from_bits(sign | magnitude.to_bits())
        }
        0x1F => f32::from_bits(sign | 0x7F80_0000 | mantissa << 13),
        // The bias of f32 is 127.
        _ => f32::from_bits(sign | (exponent + 127 - 15) << 23 | mantissa << 13),
    }
}

/// The number of elements of an array of `shape`, or none on overflow.
pub(super) fn count(shape: &[usize]) -> Option<usize> {
    shape
        .iter()
        .try_fold(1usize, |count, &size| count.checked_mul(size))
}

/// The `count` elements that an array of `shape` with `strides` shows of `values` from `offset` on, in C order. Elements
/// outside `values` are NaN.
pub(super) fn gather(
    values: &[f32],
    offset: usize,
    shape: &[usize],
    strides: &[usize],
    count: usize,
) -> Vec<f32> {
    // An axis of one element never moves, and its stride may be any number.
    let axes: Vec<(usize, usize)> = shape
        .iter()
        .zip(strides)
        .filter(|&(&size, _)| size != 1)
        .map(|(&size, &stride)| (size, stride))
        .collect();
    let mut position = vec![0; axes.len()];
    let mut from = offset;
    let mut elements = Vec::with_capacity(count);
    for _ in 0..count {
        elements.push(values.get(from).copied().unwrap_or(f32::NAN));
        // Counts up the position like an odometer, last axis first.
        for (position, &(size, stride)) in position.iter_mut().zip(&axes).rev() {
            *position += 1;
            from += stride;
            if *position < size {
                break;
            }
            from -= stride * size;
            *position = 0;
        }
    }
    elements
}

/// Numbers with `between` them; of very many only the first.
pub(super) fn listed(numbers: &[usize], between: &str) -> String {
    const MOST: usize = 40;
    let shown: Vec<String> = numbers.iter().take(MOST).map(usize::to_string).collect();
    let shown = shown.join(between);
    match numbers.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown}{between}… (and {more} more)"),
    }
}

/// A shape in words: "1200 x 784", "scalar" for none.
pub(super) fn dimensions(shape: &[usize]) -> String {
    if shape.is_empty() {
        return "scalar".into();
    }
    listed(shape, " x ")
}

/// The index of element `flat` in C order of an array of `shape`, in brackets: "[3, 17]".
pub(super) fn index(shape: &[usize], mut flat: usize) -> String {
    let mut index: Vec<String> = shape
        .iter()
        .rev()
        .map(|&size| {
            let size = size.max(1);
            let position = flat % size;
            flat /= size;
            position.to_string()
        })
        .collect();
    index.reverse();
    format!("[{}]", index.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_by_hand() {
        // 1, -2, the largest, the smallest normal, the smallest subnormal, the largest subnormal, both infinities.
        let expected = [
            (0x3C00, 1.0),
            (0xC000, -2.0),
            (0x7BFF, 65504.0),
            (0x0400, 6.103_515_6e-5),
            (0x0001, 5.960_464_5e-8),
            (0x83FF, -6.097_555e-5),
            (0x7C00, f32::INFINITY),
            (0xFC00, f32::NEG_INFINITY),
        ];
        for (half, value) in expected {
            assert_eq!(half_to_f32(half), value, "{half:#06x}");
        }
        assert!(half_to_f32(0x7E00).is_nan());
        assert!(half_to_f32(0x8000).is_sign_negative());
    }

    #[test]
    fn every_format_in_both_orders() {
        let cases: [(Dtype, Vec<u8>); 4] = [
            (Dtype::F16, vec![0x3E, 0x00]),
            (Dtype::Bf16, vec![0x3F, 0xC0]),
            (Dtype::F32, 1.5f32.to_be_bytes().to_vec()),
            (Dtype::F64, 1.5f64.to_be_bytes().to_vec()),
        ];
        for (dtype, big) in cases {
            let little: Vec<u8> = big.iter().rev().copied().collect();
            assert_eq!(dtype.decode(&big, ByteOrder::Big), [1.5]);
            assert_eq!(dtype.decode(&little, ByteOrder::Little), [1.5]);
        }
    }

    #[test]
    fn indices_in_c_order() {
        assert_eq!(index(&[3, 4], 6), "[1, 2]");
        assert_eq!(index(&[5], 4), "[4]");
    }
}
