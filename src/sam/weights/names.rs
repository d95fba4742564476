//! One set of names for the tensors of all files.
//!
//! The network uses the keys of the official SAM 2 state dict. The names of other packages are translated to
//! these keys here, once, when a file is opened. Encoders that SAM 2 does not have keep the keys of their own
//! official implementation.
//!
//! In front of these keys stands whatever the tensors were kept under: dicts of a checkpoint,
//! attributes of the object that was trained. It is found by a tensor that every network of the
//! family has, and taken off. If there are several networks, plain weights are taken rather than
//! their moving average.

use std::collections::{HashMap, HashSet};

use super::{StoreError, TensorStore, transformers};

/// Every network of the family has a tensor with the first name, or with `sam_` in front. The others
/// serve where the decoder is missing, so that the message can name what is.
const LANDMARKS: [&str; 3] = [
    "mask_decoder.iou_token.weight",
    "image_encoder.trunk.patch_embed.proj.weight",
    "image_encoder.patch_embed.proj.weight",
];
/// Names that PyTorch puts around modules, at any depth, when it compiles or distributes them.
const WRAPPERS: [&str; 4] = ["module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"];
/// Where the weights lie in most checkpoints.
const USUAL_PREFIXES: [&str; 4] = ["", "model.", "model_state_dict.", "state_dict."];
/// Words in the names of moving averages.
const AVERAGES: [&str; 4] = ["ema", "swa", "averaged", "teacher"];

/// Beginnings of the keys of `segment_anything`, and of SAM 2's for the same modules.
const SAM1_MODULES: [(&str, &str); 2] =
    [("prompt_encoder.", "sam_prompt_encoder."), ("mask_decoder.", "sam_mask_decoder.")];
/// Layers that `segment_anything` calls otherwise within these modules.
const SAM1_LAYERS: [(&str, &str); 2] = [(".mlp.lin1.", ".mlp.layers.0."), (".mlp.lin2.", ".mlp.layers.1.")];

/// Whose names a file uses for its encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Those of `sam2` and `segment_anything`.
    Official,
    /// Those of Hugging Face transformers.
    Transformers,
}

/// Whether this is the name of a tensor by which a network is found, whatever stands before it.
pub(super) fn is_landmark(name: &str) -> bool {
    let name = unwrapped(name);
    LANDMARKS.iter().any(|landmark| prefix(&name, landmark).is_some())
}

/// A name without what PyTorch puts around modules.
fn unwrapped(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').filter(|part| !WRAPPERS.contains(part)).collect();
    parts.join(".")
}

/// What stands before a landmark, if this is its name.
fn prefix<'a>(name: &'a str, landmark: &str) -> Option<&'a str> {
    let rest = name.strip_suffix(landmark)?;
    let rest = rest.strip_suffix("sam_").unwrap_or(rest);
    (rest.is_empty() || rest.ends_with('.')).then_some(rest)
}

/// Orders the places where weights lie, the best first.
fn rank(prefix: &str) -> (bool, bool, usize, &str) {
    let is_average = prefix.split(['.', '_']).any(|word| AVERAGES.contains(&word));
    (is_average, !USUAL_PREFIXES.contains(&prefix), prefix.len(), prefix)
}

/// The SAM 2 key of a tensor that `segment_anything` or `sam2` calls `name`.
pub(super) fn official(name: &str) -> String {
    for (from, to) in SAM1_MODULES {
        if let Some(rest) = name.strip_prefix(from) {
            let layers = SAM1_LAYERS.iter();
            return layers.fold(format!("{to}{rest}"), |name, (from, to)| name.replace(from, to));
        }
    }
    name.to_owned()
}

/// Where the values of a tensor lie.
struct Source {
    /// The name in the file.
    name: String,
    /// The shape the network asks with.
    shape: Vec<usize>,
    /// The one row of the file's tensor that is meant, or all of it.
    row: Option<usize>,
}

/// A store whose tensors go by their official keys.
pub(super) struct Renamed {
    store: Box<dyn TensorStore>,
    naming: Naming,
    tensors: HashMap<String, Source>,
}

impl Renamed {
    pub fn new(store: Box<dyn TensorStore>) -> Self {
        let mut names: Vec<(String, String)> =
            store.names().into_iter().map(|name| (unwrapped(&name), name)).collect();
        // Which one of two tensors of one name counts must not depend on the order in memory.
        names.sort();
        let best = |landmark: &&str| {
            let prefixes = names.iter().filter_map(|(name, _)| prefix(name, landmark));
            prefixes.min_by_key(|prefix| rank(prefix))
        };
        let prefix = LANDMARKS.iter().find_map(best).unwrap_or_default().to_owned();
        names.retain(|(name, _)| name.starts_with(&prefix));
        let keys: HashSet<&str> = names.iter().map(|(name, _)| &name[prefix.len()..]).collect();
        let is_foreign = keys.iter().any(|key| key.starts_with(transformers::ENCODER));
        let naming = if is_foreign { Naming::Transformers } else { Naming::Official };
        let mut tensors = HashMap::new();
        for (unwrapped, name) in &names {
            let Some(shape) = store.shape(name).map(<[usize]>::to_vec) else { continue };
            let key = &unwrapped[prefix.len()..];
            match shape[..] {
                [rows, width] if key == transformers::POINT_EMBEDDINGS => {
                    for row in 0..rows.min(transformers::POINT_KINDS) {
                        let source = Source { name: name.clone(), shape: vec![1, width], row: Some(row) };
                        tensors.insert(official(&transformers::point_embedding(row)), source);
                    }
                }
                _ => {
                    let key = transformers::official(key, |key| keys.contains(key));
                    tensors.insert(official(&key), Source { name: name.clone(), shape, row: None });
                }
            }
        }
        Self { store, naming, tensors }
    }

    /// Whose names the file uses.
    pub fn naming(&self) -> Naming {
        self.naming
    }
}

impl TensorStore for Renamed {
    fn metadata(&self, key: &str) -> Option<&str> {
        self.store.metadata(key)
    }

    fn names(&self) -> Vec<String> {
        self.tensors.keys().cloned().collect()
    }

    fn shape(&self, name: &str) -> Option<&[usize]> {
        Some(&self.tensors.get(name)?.shape)
    }

    fn to_f32(&self, name: &str) -> Result<Vec<f32>, StoreError> {
        let Source { name, shape, row } = self.tensors.get(name).ok_or(StoreError::Format("nothing"))?;
        let values = self.store.to_f32(name)?;
        let Some(row) = row else { return Ok(values) };
        let width: usize = shape.iter().product();
        Ok(values.into_iter().skip(row * width).take(width).collect())
    }
}
