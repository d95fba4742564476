//! Tensors of a safetensors file.

use safetensors::tensor::{Dtype, Metadata};

use super::blob::Blob;
use super::number::Number;
use super::{StoreError, TensorStore};

/// Headers of real weights have some hundred kilobytes.
const MAX_HEADER_BYTES: u64 = 16 << 20;

/// The file and its parsed header.
pub(super) struct SafetensorsStore {
    blob: Blob,
    header: Metadata,
    data_start: u64,
}

impl SafetensorsStore {
    /// Parses the header and checks it against the length of the file; the error says what is wrong.
    pub fn parse(blob: Blob) -> Result<Self, String> {
        const LENGTH_BYTES: u64 = 8;
        let cut_short = |_| "it is incomplete".to_owned();
        let length = blob.read(0..LENGTH_BYTES.min(blob.len())).map_err(cut_short)?;
        let length = u64::from_le_bytes(length.try_into().map_err(|_| "it is incomplete".to_owned())?);
        if length > MAX_HEADER_BYTES {
            return Err("its header is not that of a safetensors file".into());
        }
        let data_start = LENGTH_BYTES + length;
        let header = blob.read(LENGTH_BYTES..data_start).map_err(cut_short)?;
        let header: Metadata = serde_json::from_slice(&header).map_err(|e| e.to_string())?;
        if data_start.checked_add(header.data_len() as u64) != Some(blob.len()) {
            return Err("its length does not match its header".into());
        }
        Ok(Self { blob, header, data_start })
    }
}

impl TensorStore for SafetensorsStore {
    fn metadata(&self, key: &str) -> Option<&str> {
        Some(self.header.metadata().as_ref()?.get(key)?.as_str())
    }

    fn names(&self) -> Vec<String> {
        self.header.offset_keys()
    }

    fn shape(&self, name: &str) -> Option<&[usize]> {
        Some(&self.header.info(name)?.shape)
    }

    fn to_f32(&self, name: &str) -> Result<Vec<f32>, StoreError> {
        let info = self.header.info(name).ok_or(StoreError::Format("nothing"))?;
        let number = match info.dtype {
            Dtype::F32 => Number::F32,
            Dtype::F16 => Number::F16,
            Dtype::BF16 => Number::Bf16,
            Dtype::F64 => Number::F64,
            _ => Number::Other("integers or packed numbers", 1),
        };
        let (start, end) = info.data_offsets;
        self.blob.numbers(self.data_start + start as u64..self.data_start + end as u64, number)
    }
}
