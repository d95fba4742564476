//! Named tensors from a weights file, checked against the shape the network asks for.

mod safetensors;

use std::path::Path;

use tract_onnx::prelude::Tensor;

use super::config::Config;
use super::error::{Error, Result};

/// The weights compiled into the binary, so that the program works with nothing downloaded.
static STARTER: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/starter.safetensors"));

/// Name under which the built-in weights are selected.
pub const STARTER_NAME: &str = "starter";

/// The tensors of one network under their official state-dict keys, with its [`Config`].
pub struct Weights {
    name: String,
    config: Config,
    store: safetensors::Store,
}

impl Weights {
    /// The built-in starter model.
    pub fn starter() -> Result<Self> {
        Self::from_bytes(STARTER_NAME, STARTER.into())
    }

    /// Reads a `.safetensors` file whose metadata carry a `config`.
    ///
    /// # Errors
    /// The file cannot be read, is damaged, or carries no usable configuration. Missing or
    /// misshapen tensors are found when the network is built.
    pub fn open(path: &Path) -> Result<Self> {
        let file = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|cause| Error::Unreadable { file: file.clone(), cause })?;
        Self::from_bytes(&file, bytes.into())
    }

    fn from_bytes(name: &str, bytes: std::borrow::Cow<'static, [u8]>) -> Result<Self> {
        let file = name.to_owned();
        let store =
            safetensors::Store::parse(bytes).map_err(|cause| Error::Format { file: file.clone(), cause })?;
        let json = store.metadata("config").ok_or_else(|| Error::Config {
            file: file.clone(),
            cause: "there is no `config` entry".into(),
        })?;
        let config = Config::from_json(json).map_err(|cause| Error::Config { file, cause })?;
        Ok(Self { name: name.to_owned(), config, store })
    }

    /// Where the weights come from: `starter`, or the file's path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The sizes of the network these weights belong to.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Generator parameters (JSON) that suit these weights, if their metadata carry some.
    pub fn everything_defaults(&self) -> Option<&str> {
        self.store.metadata("everything_defaults")
    }

    /// The tensor called `name` as float32, which must have exactly the given shape.
    ///
    /// # Errors
    /// [`Error::MissingTensor`] or [`Error::Shape`], both naming the key and the shapes.
    pub(crate) fn get(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        let values = self.values(name, shape)?;
        Ok(Tensor::from_shape(shape, &values)?)
    }

    /// Like [`Weights::get`], as plain numbers in row-major order.
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
        self.store.to_f32(name).map_err(|found| Error::NumberFormat {
            file: file(),
            name: name.into(),
            found,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_weights_have_a_config() {
        let weights = Weights::starter().unwrap();
        assert_eq!(weights.name(), "starter");
        assert_eq!(weights.config().image_size % 32, 0);
    }

    #[test]
    fn a_missing_or_misshapen_tensor_names_key_and_shapes() {
        let weights = Weights::starter().unwrap();
        let missing = weights.get("no_such_tensor", &[1, 2]).unwrap_err().to_string();
        assert!(missing.contains("no_such_tensor") && missing.contains("[1, 2]"), "{missing}");
        let shape = weights.get("no_mem_embed", &[7]).unwrap_err().to_string();
        assert!(shape.contains("[7]") && shape.contains("[1, 1, "), "{shape}");
    }

    #[test]
    fn a_damaged_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in
            [("empty", &[][..]), ("text", b"hello, I am no weights file"), ("cut", &STARTER[..5000])]
        {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let error = Weights::open(&path).err().expect(name).to_string();
            assert!(error.contains(name), "{error}");
        }
        assert!(Weights::open(&dir.path().join("absent")).is_err());
    }
}
