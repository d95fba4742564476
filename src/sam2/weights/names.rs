//! One set of names for the tensors of all files.
//!
//! The network asks for tensors by the keys of the official SAM 2 state dict. What other packages
//! call the same tensors is turned into these keys here, once, when a file is opened. Encoders that
//! SAM 2 does not have keep the keys of their own official implementation.

use std::collections::HashMap;

use super::{StoreError, TensorStore};

/// Beginnings of the keys of `segment_anything`, and of SAM 2's for the same modules.
const SAM1_MODULES: [(&str, &str); 2] =
    [("prompt_encoder.", "sam_prompt_encoder."), ("mask_decoder.", "sam_mask_decoder.")];
/// Layers that `segment_anything` calls otherwise within these modules.
const SAM1_LAYERS: [(&str, &str); 2] = [(".mlp.lin1.", ".mlp.layers.0."), (".mlp.lin2.", ".mlp.layers.1.")];

/// The SAM 2 key of a tensor that a file calls `name`.
fn official(name: &str) -> String {
    for (from, to) in SAM1_MODULES {
        if let Some(rest) = name.strip_prefix(from) {
            let layers = SAM1_LAYERS.iter();
            return layers.fold(format!("{to}{rest}"), |name, (from, to)| name.replace(from, to));
        }
    }
    name.to_owned()
}

/// A store whose tensors go by their official keys.
pub(super) struct Renamed {
    store: Box<dyn TensorStore>,
    /// From official keys to those of the file.
    names: HashMap<String, String>,
}

impl Renamed {
    pub fn new(store: Box<dyn TensorStore>) -> Self {
        let names = store.names().into_iter().map(|name| (official(&name), name)).collect();
        Self { store, names }
    }
}

impl TensorStore for Renamed {
    fn metadata(&self, key: &str) -> Option<&str> {
        self.store.metadata(key)
    }

    fn names(&self) -> Vec<String> {
        self.names.keys().cloned().collect()
    }

    fn shape(&self, name: &str) -> Option<&[usize]> {
        self.store.shape(self.names.get(name)?)
    }

    fn to_f32(&self, name: &str) -> Result<Vec<f32>, StoreError> {
        self.store.to_f32(self.names.get(name).map_or(name, |name| name))
    }
}
