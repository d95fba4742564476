//! The declared inputs and outputs of an ONNX file, read without its weights, and the part of a network that
//! they indicate.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use tract_onnx::pb::tensor_shape_proto::dimension::Value as Dimension;
use tract_onnx::pb::{ValueInfoProto, type_proto};
use tract_onnx::prelude::{DatumType, Framework};

use crate::sam::error::{Error, Result};
use crate::sam::network::Family;

/// The names of a tensor in exports, ignoring case.
pub(super) type Names = &'static [&'static str];

pub(super) const IMAGE_EMBEDDING: Names =
    &["image_embeddings", "image_embed", "image_embedding", "embeddings", "embedding"];
pub(super) const HIGH_RES: [Names; 2] =
    [&["high_res_feats_0", "image_features_0"], &["high_res_feats_1", "image_features_1"]];
pub(super) const POINT_COORDS: Names = &["point_coords"];
pub(super) const POINT_LABELS: Names = &["point_labels"];
pub(super) const MASK_INPUT: Names = &["mask_input", "input_masks"];
pub(super) const HAS_MASK_INPUT: Names = &["has_mask_input", "has_input_masks"];
pub(super) const MASKS: Names = &["masks"];
pub(super) const LOW_RES_MASKS: Names = &["low_res_masks"];
pub(super) const IOU_PREDICTIONS: Names = &["iou_predictions"];

/// Numbers of the fields of `onnx.proto` that are looked at.
mod field {
    pub const MODEL_GRAPH: u64 = 7;
    pub const GRAPH_INITIALIZER: u64 = 5;
    pub const GRAPH_INPUT: u64 = 11;
    pub const GRAPH_OUTPUT: u64 = 12;
    pub const TENSOR_NAME: u64 = 8;
}

/// Most bytes of a single name or declaration, and of all together.
const MOST_BYTES: u64 = 1 << 16;
const MOST_BYTES_TOGETHER: usize = 1 << 20;

/// A declared input or output.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub name: String,
    /// `None` where the file gives no shape; in it, `None` for a size that varies.
    pub dims: Option<Vec<Option<usize>>>,
    element_type: i32,
}

impl Value {
    fn new(info: &ValueInfoProto) -> Self {
        let tensor = info.r#type.as_ref().and_then(|t| t.value.as_ref());
        let tensor = tensor.map(|type_proto::Value::TensorType(tensor)| tensor);
        let size = |value: &Option<Dimension>| match value {
            Some(Dimension::DimValue(size)) => usize::try_from(*size).ok().filter(|size| *size > 0),
            _ => None,
        };
        let shape = tensor.and_then(|t| t.shape.as_ref());
        let dims = shape.map(|shape| shape.dim.iter().map(|dim| size(&dim.value)).collect());
        Self { name: info.name.clone(), dims, element_type: tensor.map_or(0, |t| t.elem_type) }
    }

    #[cfg(test)]
    pub fn of(name: &str, dims: Option<Vec<Option<usize>>>, element_type: i32) -> Self {
        Self { name: name.to_owned(), dims, element_type }
    }

    /// The kind of number that the network is given. Half precision is widened when the file is loaded.
    ///
    /// # Errors
    /// It is none that can be given.
    pub fn number(&self) -> Result<DatumType, String> {
        Ok(match self.element_type {
            1 | 10 => DatumType::F32,
            2 => DatumType::U8,
            6 => DatumType::I32,
            7 => DatumType::I64,
            9 => DatumType::Bool,
            11 => DatumType::F64,
            other => {
                return Err(format!("its input {} has an unknown element type ({other})", self.name));
            }
        })
    }

    fn is_of_rank(&self, ranks: &[usize]) -> bool {
        self.dims.as_ref().is_none_or(|dims| ranks.contains(&dims.len()))
    }
}

/// The part of a network in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Encoder(Family),
    Decoder(Family),
}

/// The declared inputs and outputs of a file.
#[derive(Debug)]
pub(super) struct Signature {
    pub inputs: Vec<Value>,
    pub outputs: Vec<Value>,
}

impl Signature {
    /// Reads the declarations of a file.
    ///
    /// # Errors
    /// It cannot be read, or is no ONNX file.
    pub fn read(file: &Path) -> Result<Self> {
        let name = || file.display().to_string();
        let unreadable = |cause| Error::Unreadable { file: name(), cause };
        let wrong = |cause: String| Error::Format { file: name(), cause };
        let opened = File::open(file).map_err(unreadable)?;
        let length = opened.metadata().map_err(unreadable)?.len();
        if is_lfs_pointer(&opened).map_err(unreadable)? {
            let cause = "it is a Git LFS pointer, not the file; run `git lfs pull`";
            return Err(wrong(cause.into()));
        }
        let mut reader = Fields { reader: BufReader::new(opened), position: 0 };
        let (skeleton, constants) =
            skeleton(&mut reader, length).map_err(|e| wrong(format!("it is not an ONNX file ({e})")))?;
        let model = tract_onnx::onnx()
            .proto_model_for_read(&mut &skeleton[..])
            .map_err(|e| wrong(format!("it is not an ONNX file ({e:#})")))?;
        let graph = model.graph.ok_or_else(|| wrong("it is not an ONNX file (no graph)".into()))?;
        let inputs = graph.input.iter().filter(|input| !constants.contains(&input.name));
        Ok(Self {
            inputs: inputs.map(Value::new).collect(),
            outputs: graph.output.iter().map(Value::new).collect(),
        })
    }

    pub fn input(&self, names: Names) -> Option<&Value> {
        named(&self.inputs, names)
    }

    pub fn output(&self, names: Names) -> Option<&Value> {
        named(&self.outputs, names)
    }

    /// The part of a network that has these inputs and outputs; `None` for any other network.
    pub fn role(&self) -> Option<Role> {
        if self.input(POINT_COORDS).is_some() && self.input(POINT_LABELS).is_some() {
            let has_high_res = HIGH_RES.iter().all(|names| self.input(names).is_some());
            return Some(Role::Decoder(if has_high_res { Family::Sam2 } else { Family::Sam1 }));
        }
        let [image] = &self.inputs[..] else { return None };
        let embedding = self.embedding()?;
        if !image.is_of_rank(&[3, 4]) || !embedding.is_of_rank(&[4]) {
            return None;
        }
        let has_high_res = HIGH_RES.iter().all(|names| self.output(names).is_some());
        Some(Role::Encoder(if has_high_res { Family::Sam2 } else { Family::Sam1 }))
    }

    /// The output that is the embedding: the one of that name, or the only one.
    pub fn embedding(&self) -> Option<&Value> {
        let only = || if let [only] = &self.outputs[..] { Some(only) } else { None };
        self.output(IMAGE_EMBEDDING).or_else(only)
    }

    /// Inputs and outputs in words.
    pub fn describe(&self) -> String {
        let names = |values: &[Value]| {
            let names: Vec<&str> = values.iter().map(|value| &value.name[..]).collect();
            names.join(", ")
        };
        format!("its inputs are {} and its outputs {}", names(&self.inputs), names(&self.outputs))
    }
}

/// Whether a file is what Git leaves in place of a large file; starts and ends at its beginning.
fn is_lfs_pointer(mut file: &File) -> io::Result<bool> {
    const START: &[u8] = b"version https://git-lfs";
    let mut start = vec![];
    file.take(START.len() as u64).read_to_end(&mut start)?;
    file.rewind()?;
    Ok(start == START)
}

fn named(values: &[Value], names: Names) -> Option<&Value> {
    names.iter().find_map(|name| values.iter().find(|value| value.name.eq_ignore_ascii_case(name)))
}

/// A model of nothing but the declared inputs and outputs, encoded as the file is, and the names of the
/// graph's constants, which old files declare as inputs, too.
fn skeleton(fields: &mut Fields, length: u64) -> io::Result<(Vec<u8>, Vec<String>)> {
    let (mut graph, mut constants) = (vec![], vec![]);
    let mut has_graph = false;
    fields.each(length, |fields, number, end| {
        if number != field::MODEL_GRAPH {
            return Ok(());
        }
        has_graph = true;
        fields.each(end, |fields, number, end| {
            match number {
                field::GRAPH_INPUT | field::GRAPH_OUTPUT => {
                    put_field(&mut graph, number, &fields.bytes(end)?);
                }
                field::GRAPH_INITIALIZER => fields.each(end, |fields, number, end| {
                    if number == field::TENSOR_NAME {
                        constants.push(String::from_utf8_lossy(&fields.bytes(end)?).into_owned());
                    }
                    Ok(())
                })?,
                _ => {}
            }
            if graph.len() > MOST_BYTES_TOGETHER {
                Err(broken("too many inputs and outputs"))
            } else {
                Ok(())
            }
        })
    })?;
    if !has_graph {
        return Err(broken("no graph"));
    }
    let mut model = vec![];
    put_field(&mut model, field::MODEL_GRAPH, &graph);
    Ok((model, constants))
}

fn broken(cause: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, cause)
}

/// Adds a field with a length to an encoded message.
fn put_field(message: &mut Vec<u8>, number: u64, content: &[u8]) {
    for mut value in [number << 3 | 2, content.len() as u64] {
        while value > 0x7f {
            message.push(value as u8 | 0x80);
            value >>= 7;
        }
        message.push(value as u8);
    }
    message.extend_from_slice(content);
}

/// Reads the fields of an encoded message, and skips over what nobody looks at.
struct Fields {
    reader: BufReader<File>,
    position: u64,
}

impl Fields {
    /// Calls back with the number and the end of each field that has a length, up to the message's end.
    fn each(
        &mut self,
        end: u64,
        mut field: impl FnMut(&mut Self, u64, u64) -> io::Result<()>,
    ) -> io::Result<()> {
        while self.position < end {
            let key = self.varint()?;
            if self.position > end {
                return Err(broken("it ends too early"));
            }
            let length = match key & 7 {
                0 => {
                    self.varint()?;
                    0
                }
                1 => 8,
                2 => self.varint()?,
                5 => 4,
                _ => return Err(broken("unknown field type")),
            };
            let field_end = self.position.checked_add(length).filter(|field_end| *field_end <= end);
            let field_end = field_end.ok_or_else(|| broken("it ends too early"))?;
            if key & 7 == 2 {
                field(self, key >> 3, field_end)?;
            }
            self.reader.seek_relative((field_end - self.position) as i64)?;
            self.position = field_end;
        }
        Ok(())
    }

    /// What is left up to a field's end.
    fn bytes(&mut self, end: u64) -> io::Result<Vec<u8>> {
        let length = end - self.position;
        if length > MOST_BYTES {
            return Err(broken("a declaration is too long"));
        }
        let mut bytes = vec![0; length as usize];
        self.reader.read_exact(&mut bytes)?;
        self.position = end;
        Ok(bytes)
    }

    fn varint(&mut self) -> io::Result<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let mut byte = [0];
            self.reader.read_exact(&mut byte)?;
            self.position += 1;
            value |= u64::from(byte[0] & 0x7f) << shift;
            if byte[0] < 0x80 {
                return Ok(value);
            }
        }
        Err(broken("a number is too long"))
    }
}
