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

    /// Converts little-endian numbers to float32, as many as `values` holds; the error is the name of an unsupported
    /// format.
    pub fn to_f32(self, raw: &[u8], values: &mut [f32]) -> Result<(), &'static str> {
        match self {
            Number::F32 => convert(raw, values, f32::from_le_bytes),
            Number::F64 => convert(raw, values, |bytes| f64::from_le_bytes(bytes) as f32),
            Number::F16 => convert(raw, values, |bytes| f16::from_le_bytes(bytes).to_f32()),
            Number::Bf16 => convert(raw, values, |bytes| bf16::from_le_bytes(bytes).to_f32()),
            Number::Other(name, _) => return Err(name),
        }
        Ok(())
    }
}

fn convert<const SIZE: usize>(raw: &[u8], values: &mut [f32], to_f32: impl Fn([u8; SIZE]) -> f32) {
    for (value, bytes) in values.iter_mut().zip(raw.as_chunks().0) {
        *value = to_f32(*bytes);
    }
}
