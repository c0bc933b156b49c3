//! Many numbers as bytes, for `#[serde(with = "…")]`: copied as a whole, where a list would be written number by number.
//! A list of bytes is written the same either way.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};

/// Writes `bytes`.
///
/// # Errors
/// If the serializer fails.
pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// Reads what [`serialize`] wrote.
///
/// # Errors
/// If the deserializer fails.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    struct Bytes;
    impl Visitor<'_> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }

        fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
            Ok(bytes)
        }
    }
    deserializer.deserialize_byte_buf(Bytes)
}

/// Single-precision numbers, in little-endian order.
pub mod floats {
    use serde::de::Error;
    use serde::{Deserializer, Serializer};

    /// Writes `numbers`.
    ///
    /// # Errors
    /// If the serializer fails.
    pub fn serialize<S: Serializer>(numbers: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        super::serialize(&bytes, serializer)
    }

    /// Reads what [`serialize`] wrote.
    ///
    /// # Errors
    /// If the deserializer fails, or there is a part of a number.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
        let bytes = super::deserialize(deserializer)?;
        let (whole, rest) = bytes.as_chunks();
        match rest {
            [] => Ok(whole
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .collect()),
            _ => Err(D::Error::custom("a part of a number")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Both {
        #[serde(with = "super")]
        bytes: Vec<u8>,
        #[serde(with = "super::floats")]
        numbers: Vec<f32>,
    }

    #[test]
    fn numbers_come_back_bit_for_bit_and_parts_of_them_do_not() {
        let both = Both {
            bytes: vec![0, 255, 7],
            numbers: vec![-0.0, f32::MIN_POSITIVE / 3.0, 1e30],
        };
        let written = postcard::to_stdvec(&both).unwrap();
        let listed = postcard::to_stdvec(&both.bytes).unwrap();
        assert_eq!(written[..listed.len()], listed);
        let read: Both = postcard::from_bytes(&written).unwrap();
        let bits = |both: &Both| both.numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!((bits(&read), &read.bytes), (bits(&both), &both.bytes));
        let part = postcard::to_stdvec(&(vec![1_u8], vec![0_u8; 5])).unwrap();
        assert!(postcard::from_bytes::<Both>(&part).is_err());
    }
}
