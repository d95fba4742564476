//! Errors of the network layer.

/// An error of the network layer. The message names the file or tensor and the cause.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The weights file could not be read.
    #[error("{file}: the weights cannot be read: {cause}")]
    Unreadable { file: String, cause: std::io::Error },
    /// The file is neither a checkpoint nor a safetensors file, or a damaged one.
    #[error("{file}: the weights cannot be used: {cause}; is the download complete?")]
    Format { file: String, cause: String },
    /// The file is not a usable weights file.
    #[error("{file}: the weights cannot be used: it is {found}; {way_out}")]
    Unsupported { file: String, found: String, way_out: &'static str },
    /// This build comes from the published crate, which has no weights.
    #[error(
        "this build of Tinsel has no built-in model; open or download one (`tinsel models download mobile-sam-original`), and choose it with `--model` or in the window"
    )]
    NotBuiltIn,
    /// The `config` in the metadata is missing or invalid.
    #[error("{file}: the network cannot be used: {cause}")]
    Config { file: String, cause: String },
    /// The network does not support this input size.
    #[error("{file}: the network's input cannot have {side} pixels a side: {cause}")]
    InputSide { file: String, side: usize, cause: String },
    /// A required tensor is missing.
    #[error(
        "{file}: tensor `{name}` of shape {expected:?} is missing; these are not the weights of a Segment Anything image model"
    )]
    MissingTensor { file: String, name: String, expected: Vec<usize> },
    /// A tensor does not have the shape required by the network's configuration.
    #[error("{file}: tensor `{name}` has shape {found:?}; the network needs {expected:?}")]
    Shape { file: String, name: String, found: Vec<usize>, expected: Vec<usize> },
    /// A tensor is stored in a number format that is not supported.
    #[error(
        "{file}: tensor `{name}` is stored as {found}; float64, float32, float16 and bfloat16 are supported"
    )]
    NumberFormat { file: String, name: String, found: String },
    /// The prompt is empty or extends beyond the photo.
    #[error("{0}")]
    Prompt(String),
    /// The photo cannot be prepared as network input.
    #[error("cannot prepare the photo for the network: {0}")]
    Input(String),
    /// The job was cancelled by its [`Monitor`](super::Monitor).
    #[error("cancelled")]
    Cancelled,
    /// The inference engine rejected a graph or failed while running it.
    #[error("the network failed: {0}")]
    Network(String),
}

/// Result of the network layer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<tract_onnx::prelude::TractError> for Error {
    fn from(error: tract_onnx::prelude::TractError) -> Self {
        Error::Network(format!("{error:#}"))
    }
}
