//! Tensors of a safetensors file, converted to float32 when they are asked for.

use std::borrow::Cow;

use half::{bf16, f16};
use safetensors::tensor::{Dtype, Metadata, SafeTensors};

/// The file's bytes and its parsed header.
pub(super) struct Store {
    bytes: Cow<'static, [u8]>,
    header: Metadata,
    data_start: usize,
}

impl Store {
    /// Parses the header and checks it against the length of the file.
    pub fn parse(bytes: Cow<'static, [u8]>) -> Result<Self, String> {
        let (header_len, header) = SafeTensors::read_metadata(&bytes).map_err(|e| e.to_string())?;
        Ok(Self { bytes, header, data_start: header_len + size_of::<u64>() })
    }

    /// An entry of the free-form metadata.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        Some(self.header.metadata().as_ref()?.get(key)?.as_str())
    }

    /// The shape of a tensor, if there is one of that name.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        Some(&self.header.info(name)?.shape)
    }

    /// The tensor's values; the error is the name of an unsupported number format.
    pub fn to_f32(&self, name: &str) -> Result<Vec<f32>, String> {
        let info = self.header.info(name).ok_or("nothing")?;
        let (start, end) = info.data_offsets;
        let raw = self
            .bytes
            .get(self.data_start + start..self.data_start + end)
            .ok_or("a range beyond the end of the file")?;
        Ok(match info.dtype {
            Dtype::F32 => raw.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            Dtype::F16 => raw.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
            Dtype::BF16 => raw.as_chunks().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()).collect(),
            other => return Err(format!("{other:?}")),
        })
    }
}
