//! Number formats of stored tensors.

use half::{bf16, f16};

/// How a stored number is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Number {
    F32,
    F64,
    F16,
    Bf16,
    /// Something no network of the family is made of, with its name.
    Other(&'static str, usize),
}

impl Number {
    /// Bytes of one number.
    pub fn size(self) -> usize {
        match self {
            Number::F32 => 4,
            Number::F64 => 8,
            Number::F16 | Number::Bf16 => 2,
            Number::Other(_, size) => size,
        }
    }

    /// Little-endian numbers as float32; the error is the name of an unsupported format.
    pub fn to_f32(self, raw: &[u8]) -> Result<Vec<f32>, &'static str> {
        Ok(match self {
            Number::F32 => raw.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            Number::F64 => raw.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b) as f32).collect(),
            Number::F16 => raw.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
            Number::Bf16 => raw.as_chunks().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()).collect(),
            Number::Other(name, _) => return Err(name),
        })
    }
}
