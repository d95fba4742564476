//! Named tensors from a weights file, checked against the shapes that the network requires.

mod blob;
#[cfg(test)]
mod checkpoints;
mod foreign;
mod names;
mod number;
mod pickle;
mod safetensors;
mod torch;
mod transformers;

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use self::safetensors::SafetensorsStore;
use self::torch::TorchStore;
use super::config::Config;
use super::encoder;
use super::error::{Error, Result};
use blob::Blob;
use foreign::Refusal;
use names::{Naming, Renamed};

/// The weights compiled into the binary, so that the program works without a download.
#[cfg(built_in_model)]
static BUILT_IN: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/mobile_sam.safetensors"));
/// The published crate has none, since registries limit the size of a crate.
#[cfg(not(built_in_model))]
static BUILT_IN: &[u8] = &[];

/// The content of the built-in weights' file; empty in a build from the published crate.
pub fn built_in_bytes() -> &'static [u8] {
    BUILT_IN
}

/// Name of the built-in weights.
pub const BUILT_IN_NAME: &str = "mobile-sam";

/// The tensors of a file, whatever its format.
pub(super) trait TensorStore: Send + Sync {
    /// An entry of the file's free-form metadata.
    fn metadata(&self, key: &str) -> Option<&str>;
    /// The names of all tensors, in no particular order.
    fn names(&self) -> Vec<String>;
    /// The shape of a tensor, if there is one of that name.
    fn shape(&self, name: &str) -> Option<&[usize]>;
    /// A tensor's values in row-major order.
    fn to_f32(&self, name: &str) -> Result<Vec<f32>, StoreError>;
}

/// Why a tensor could not be read.
pub(super) enum StoreError {
    /// The name of a number format that is not supported.
    Format(&'static str),
    Io(io::Error),
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        StoreError::Io(error)
    }
}

/// The tensors of one network under their official state-dict keys, with its [`Config`].
pub struct Weights {
    name: String,
    config: Config,
    store: Box<dyn TensorStore>,
    /// Names of the tensors used by the network.
    asked: Mutex<HashSet<String>>,
}

/// The parts of a network that are built here. Tensors of others, such as SAM 2's memory, are ignored.
const PARTS: [&str; 3] = ["image_encoder.", "sam_prompt_encoder.", "sam_mask_decoder."];
/// What is added to all keys of an attention alike changes nothing: the softmax takes it away again.
const KEY_BIAS: &str = "k_proj.bias";

impl Weights {
    /// The built-in model, MobileSAM.
    pub fn built_in() -> Result<Self> {
        if BUILT_IN.is_empty() {
            return Err(Error::NotBuiltIn);
        }
        Self::from_blob(BUILT_IN_NAME, Blob::from_static(BUILT_IN), None, None)
    }

    /// Opens a weights file: a PyTorch checkpoint (`.pt`, `.pth`, `.bin`) or a `.safetensors` file.
    /// Its content decides the format, not its name.
    ///
    /// The tensors may have the names of the official implementations or of Hugging Face transformers, in a
    /// plain state dict or inside the checkpoint of a training script.
    ///
    /// The sizes of the network come from the file's metadata, from transformers' `config.json` next to it,
    /// or else from the shapes of its tensors, which identify the published variants. Nothing in the file is
    /// executed.
    ///
    /// # Errors
    /// The file cannot be read, is damaged, or contains something else, which the error names. Missing
    /// tensors and wrong shapes are detected when the network is built.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_sized(path, None)
    }

    /// Like [`Weights::open`], for a network with sizes other than the published ones.
    pub fn open_with(path: &Path, config: Config) -> Result<Self> {
        Self::open_sized(path, Some(config))
    }

    fn open_sized(path: &Path, config: Option<Config>) -> Result<Self> {
        let file = path.display().to_string();
        if let Some(refusal) = foreign::shard(path) {
            return Err(refusal.into_error(file));
        }
        let blob = Blob::open(path).map_err(|cause| Error::Unreadable { file: file.clone(), cause })?;
        Self::from_blob(&file, blob, config, path.parent())
    }

    fn from_blob(name: &str, blob: Blob, config: Option<Config>, folder: Option<&Path>) -> Result<Self> {
        let file = || name.to_owned();
        let store = open_store(blob).map_err(|refusal| refusal.into_error(file()))?;
        let config = match config {
            Some(config) => config,
            None => find_config(&store, folder).map_err(|cause| Error::Config { file: file(), cause })?,
        };
        Ok(Self { name: file(), config, store: Box::new(store), asked: Mutex::default() })
    }

    /// The source of the weights: `mobile-sam`, or the file's path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The sizes of the network these weights belong to.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The model's own generator parameters (JSON), if the metadata has them.
    pub fn everything_defaults(&self) -> Option<&str> {
        self.store.metadata("everything_defaults")
    }

    /// The same weights for another input side, in pixels: a multiple of 32. Networks work best at the side
    /// they were trained with; a smaller one is faster and less precise.
    ///
    /// # Errors
    /// The network does not support this side.
    pub fn with_image_size(self, side: usize) -> Result<Self> {
        match self.config.clone().with_image_size(side) {
            Ok(config) => Ok(Self { config, ..self }),
            Err(cause) => Err(Error::InputSide { file: self.name, side, cause }),
        }
    }

    /// Checks that no tensor is unused once the network is built: adapters and changed architectures have
    /// additional tensors, and would give wrong masks without them.
    ///
    /// # Errors
    /// [`Error::Config`] names the first tensor that no layer uses.
    pub(crate) fn check_all_are_used(&self) -> Result<()> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_unused = |name: &&String| {
            PARTS.iter().any(|part| name.starts_with(part))
                && !name.contains(KEY_BIAS)
                && !encoder::is_without_effect(name)
                && !asked.contains(*name)
        };
        let names = self.store.names();
        let Some(unused) = names.iter().filter(is_unused).min() else { return Ok(()) };
        let cause = format!(
            "it contains tensors that this network has no layer for, such as `{unused}`; merge adapters into \
             the weights before you save them; other architectures are not supported"
        );
        Err(Error::Config { file: self.name.clone(), cause })
    }

    /// Whether there is a tensor called `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.store.shape(name).is_some()
    }

    /// The tensor called `name` as finite float32 in row-major order; it must have exactly this shape.
    ///
    /// # Errors
    /// [`Error::MissingTensor`] or [`Error::Shape`], both naming the key and the shapes; [`Error::Format`] if
    /// the values are not finite.
    pub(crate) fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let file = || self.name.clone();
        let Some(found) = self.store.shape(name) else {
            return Err(Error::MissingTensor { file: file(), name: name.into(), expected: shape.into() });
        };
        if found != shape {
            return Err(Error::Shape {
                file: file(),
                name: name.into(),
                found: found.into(),
                expected: shape.into(),
            });
        }
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        let values = self.store.to_f32(name).map_err(|e| match e {
            StoreError::Format(found) => {
                Error::NumberFormat { file: file(), name: name.into(), found: found.into() }
            }
            StoreError::Io(cause) => Error::Unreadable { file: file(), cause },
        })?;
        // Without a branch for each value.
        if !values.iter().fold(true, |is_finite, value| is_finite & value.is_finite()) {
            let cause = format!("tensor `{name}` contains numbers that are not finite");
            return Err(Error::Format { file: file(), cause });
        }
        Ok(values)
    }
}

/// Detects the format of the file.
fn open_store(blob: Blob) -> Result<Renamed, Refusal> {
    let start = blob.read(0..blob.len().min(foreign::START_BYTES)).map_err(|e| e.to_string())?;
    let store: Box<dyn TensorStore> = match start[..] {
        [] => return Err("it is empty".into()),
        // The first eight bytes are the header's length, which can look like any other mark.
        [_, _, _, _, _, _, _, _, b'{', ..] => Box::new(SafetensorsStore::parse(blob)?),
        [b'P', b'K', ..] => Box::new(TorchStore::parse(blob)?),
        _ => match foreign::file(&start) {
            Some(refusal) => return Err(refusal),
            None => Box::new(SafetensorsStore::parse(blob)?),
        },
    };
    match foreign::network(&store.names()) {
        Some(refusal) => Err(refusal),
        None => Ok(Renamed::new(store)),
    }
}

/// The sizes of the network of a file in `folder`.
fn find_config(store: &Renamed, folder: Option<&Path>) -> Result<Config, String> {
    if let Some(json) = store.metadata("config") {
        return Config::from_json(json);
    }
    // A configuration next to a file with other names does not belong to it.
    if let (Naming::Transformers, Some(folder)) = (store.naming(), folder)
        && let Some(config) = transformers::config_in(folder)?
    {
        return Config::from_json(&config.to_string());
    }
    encoder::detect(store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_weights_have_a_config() {
        let weights = Weights::built_in().unwrap();
        assert_eq!(weights.name(), "mobile-sam");
        assert_eq!(weights.config().image_size % 32, 0);
    }

    #[test]
    fn a_missing_or_misshapen_tensor_names_key_and_shapes() {
        let weights = Weights::built_in().unwrap();
        let missing = weights.values("no_such_tensor", &[1, 2]).unwrap_err().to_string();
        assert!(missing.contains("no_such_tensor") && missing.contains("[1, 2]"), "{missing}");
        let shape = weights.values("sam_mask_decoder.iou_token.weight", &[7]).unwrap_err().to_string();
        assert!(shape.contains("[7]") && shape.contains("[1, 256]"), "{shape}");
    }

    #[test]
    fn a_damaged_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in
            [("empty", &[][..]), ("text", b"hello, I am no weights file"), ("cut", &BUILT_IN[..5000])]
        {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let error = Weights::open(&path).err().expect(name).to_string();
            assert!(error.contains(name), "{error}");
        }
        assert!(Weights::open(&dir.path().join("absent")).is_err());
        assert!(Weights::open(dir.path()).is_err());
        if cfg!(unix) {
            let error = Weights::open(Path::new("/dev/null")).err().unwrap().to_string();
            assert!(error.contains("not a regular file"), "{error}");
        }
    }

    #[test]
    fn a_header_of_any_length_is_recognised() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lengths.safetensors");
        // Lengths whose first bytes are those of a pickle and of a zip archive.
        for length in [0x80u64, 0x4b50] {
            let mut bytes = length.to_le_bytes().to_vec();
            bytes.extend_from_slice(b"{}");
            bytes.resize(8 + length as usize, b' ');
            std::fs::write(&path, bytes).unwrap();
            let error = Weights::open(&path).err().unwrap();
            assert!(matches!(error, Error::Config { .. }), "{error}");
        }
    }

    fn data(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
    }

    #[test]
    fn a_checkpoint_holds_the_same_tensors_as_its_safetensors_twin() {
        let twin = Weights::open(&data("mini.safetensors")).unwrap();
        let checkpoint = Weights::open_with(&data("mini.pt"), twin.config().clone()).unwrap();
        let bytes = std::fs::read(data("mini.safetensors")).unwrap();
        let tensors = ::safetensors::SafeTensors::deserialize(&bytes).unwrap();
        for (name, view) in tensors.tensors() {
            let expected = twin.values(&name, view.shape()).unwrap();
            assert_eq!(checkpoint.values(&name, view.shape()).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn damaged_numbers_are_no_weights() {
        let mut bytes = std::fs::read(data("mini_sam1.safetensors")).unwrap();
        let end = bytes.len();
        bytes[end - 256..].fill(0xff);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("damaged.safetensors");
        std::fs::write(&path, bytes).unwrap();
        let error = crate::sam::Predictor::open(&path).err().unwrap().to_string();
        assert!(error.contains("damaged.safetensors") && error.contains("not finite"), "{error}");
    }

    #[test]
    fn a_network_of_no_published_size_is_told_by_its_sizes() {
        let error = Weights::open(&data("mini.pt")).err().unwrap().to_string();
        assert!(error.contains("mini.pt") && error.contains("16 channels and 7 blocks"), "{error}");
    }

    /// Damages files in many ways; whatever comes of it must come quickly and without a panic.
    #[test]
    fn hostile_files_end_in_an_error_or_in_tensors() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hostile");
        let config = Weights::open(&data("mini.safetensors")).unwrap().config().clone();
        let mut random = 0x9e37_79b9_7f4a_7c15u64;
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random % below as u64) as usize
        };
        for name in [
            "mini.pt",
            "mini.safetensors",
            "checkpoints/objects.pth",
            "checkpoints/types.pth",
            "checkpoints/tensors.pth",
            "checkpoints/training.pth",
        ] {
            let whole = std::fs::read(data(name)).unwrap();
            // The interesting bytes: the pickle or header at the beginning, the directory at the end.
            let length = whole.len();
            let (head, tail) = (length.min(36_000), length - length.min(30_000));
            for round in 0..400 {
                let mut bytes = whole.clone();
                match round % 4 {
                    0 => bytes.truncate(next(whole.len())),
                    1 => (0..1 + next(4)).for_each(|_| bytes[next(head)] = next(256) as u8),
                    2 => (0..1 + next(4)).for_each(|_| bytes[tail + next(length - tail)] = next(256) as u8),
                    _ => {
                        let (from, to, count) = (next(head - 64), next(head - 64), 1 + next(64));
                        let piece = bytes[from..from + count].to_vec();
                        bytes[to..to + count].copy_from_slice(&piece);
                    }
                }
                std::fs::write(&path, bytes).unwrap();
                if let Ok(weights) = Weights::open_with(&path, config.clone()) {
                    let _ = weights.values("no_mem_embed", &[1, 1, config.d_model]);
                    let _ = weights.values("image_encoder.trunk.patch_embed.proj.weight", &[16, 3, 7, 7]);
                }
            }
        }
    }
}
