//! Pairs of ONNX files: a small encoder and decoder that run, changed in some places.

#![no_main]

use std::panic;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use prost::Message;
use tinsel::prompt::{Point, Prompt};
use tinsel::sam::{Output, Predictor};
use tinsel_fuzz::write;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto,
    TypeProto, ValueInfoProto, type_proto,
};

#[derive(Arbitrary, Debug)]
struct Pair<'a> {
    is_sam2: bool,
    encoder: Vec<Change<'a>>,
    decoder: Vec<Change<'a>>,
    /// Places in the files, in 65536ths of their length, and what is written over them.
    damage: Vec<(bool, u16, u8)>,
}

#[derive(Arbitrary, Debug)]
enum Change<'a> {
    /// A node before the last one, some of whose inputs it takes the place of.
    Node {
        operator: u8,
        inputs: Vec<u8>,
        attributes: Vec<(u8, Attribute<'a>)>,
        replaces: u8,
    },
    Operator {
        node: u8,
        operator: u8,
    },
    Input {
        node: u8,
        input: u8,
        tensor: u8,
    },
    Attribute {
        node: u8,
        name: u8,
        value: Attribute<'a>,
    },
    Constant {
        name: u8,
        dims: Vec<i8>,
        kind: u8,
        raw: &'a [u8],
    },
    Numbers {
        name: u8,
        numbers: Vec<i64>,
    },
    Shape {
        value: u8,
        dims: Vec<Option<i8>>,
    },
    Size {
        value: u8,
        axis: u8,
        size: i64,
    },
    Kind {
        value: u8,
        kind: u8,
    },
    Rename {
        value: u8,
        name: u8,
    },
    Remove {
        list: u8,
        place: u8,
    },
    Duplicate {
        list: u8,
        place: u8,
    },
    Opset(i64),
}

#[derive(Arbitrary, Debug)]
enum Attribute<'a> {
    Int(i64),
    Float(f32),
    Ints(Vec<i8>),
    Text(&'a str),
    Tensor {
        dims: Vec<i8>,
        kind: u8,
        raw: &'a [u8],
    },
    /// All the nodes so far, within this one.
    Graph,
}

const OPERATORS: [&str; 64] = [
    "Add",
    "And",
    "ArgMax",
    "AveragePool",
    "BatchNormalization",
    "Cast",
    "Ceil",
    "Clip",
    "Concat",
    "Constant",
    "ConstantOfShape",
    "Conv",
    "ConvInteger",
    "ConvTranspose",
    "CumSum",
    "DepthToSpace",
    "DequantizeLinear",
    "Div",
    "DynamicQuantizeLinear",
    "Einsum",
    "Equal",
    "Erf",
    "Expand",
    "EyeLike",
    "Flatten",
    "Gather",
    "GatherElements",
    "GatherND",
    "Gelu",
    "Gemm",
    "GlobalAveragePool",
    "Identity",
    "If",
    "InstanceNormalization",
    "LayerNormalization",
    "Loop",
    "MatMul",
    "MatMulInteger",
    "MaxPool",
    "Mul",
    "NonMaxSuppression",
    "NonZero",
    "OneHot",
    "Pad",
    "Pow",
    "QLinearConv",
    "Range",
    "ReduceMean",
    "Relu",
    "Reshape",
    "Resize",
    "Scan",
    "ScatterElements",
    "ScatterND",
    "Shape",
    "Slice",
    "Softmax",
    "Split",
    "Squeeze",
    "Tile",
    "TopK",
    "Transpose",
    "Unsqueeze",
    "Where",
];
const ATTRIBUTES: [&str; 20] = [
    "axis",
    "axes",
    "to",
    "perm",
    "kernel_shape",
    "strides",
    "pads",
    "dilations",
    "group",
    "value",
    "keepdims",
    "mode",
    "equation",
    "starts",
    "ends",
    "split",
    "alpha",
    "then_branch",
    "else_branch",
    "body",
];
const NAMES: [&str; 16] = [
    "image",
    "image_embeddings",
    "high_res_feats_0",
    "high_res_feats_1",
    "point_coords",
    "point_labels",
    "mask_input",
    "has_mask_input",
    "orig_im_size",
    "masks",
    "low_res_masks",
    "iou_predictions",
    "a",
    "b",
    "c",
    "",
];
const FLOAT: i32 = 1;

fn of<T: Copy>(table: &[T], place: u8) -> T {
    table[usize::from(place) % table.len()]
}

/// The element that a byte names, if there is any.
fn pick<T>(list: &mut [T], place: u8) -> Option<&mut T> {
    let count = list.len().max(1);
    list.get_mut(usize::from(place) % count)
}

fn dims(dims: &[i8]) -> Vec<i64> {
    dims.iter().take(6).map(|dim| i64::from(*dim)).collect()
}

fn value(name: &str, dims: &[Option<i64>]) -> ValueInfoProto {
    let dimension =
        |dim: &Option<i64>| Dimension { value: dim.map(dimension::Value::DimValue), ..Dimension::default() };
    let shape = Some(TensorShapeProto { dim: dims.iter().map(dimension).collect() });
    let tensor = type_proto::Value::TensorType(type_proto::Tensor { elem_type: FLOAT, shape });
    let r#type = Some(TypeProto { value: Some(tensor), ..TypeProto::default() });
    ValueInfoProto { name: name.into(), r#type, ..ValueInfoProto::default() }
}

fn fixed(name: &str, dims: &[i64]) -> ValueInfoProto {
    value(name, &dims.iter().copied().map(Some).collect::<Vec<_>>())
}

fn node(operator: &str, inputs: &[&str], output: &str, attributes: Vec<AttributeProto>) -> NodeProto {
    NodeProto {
        op_type: operator.into(),
        input: inputs.iter().map(|&input| input.into()).collect(),
        output: vec![output.into()],
        name: output.into(),
        attribute: attributes,
        ..NodeProto::default()
    }
}

fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    const INTS: i32 = 7;
    AttributeProto { name: name.into(), r#type: INTS, ints: ints.to_vec(), ..AttributeProto::default() }
}

fn model(node: Vec<NodeProto>, input: Vec<ValueInfoProto>, output: Vec<ValueInfoProto>) -> ModelProto {
    let graph = GraphProto { name: "graph".into(), node, input, output, ..GraphProto::default() };
    let opset_import = vec![OperatorSetIdProto { domain: String::new(), version: 17 }];
    ModelProto { ir_version: 8, opset_import, graph: Some(graph), ..ModelProto::default() }
}

/// Takes means of the picture.
fn encoder(is_sam2: bool) -> ModelProto {
    let pooled = |output: &str, stride: i64| {
        node(
            "AveragePool",
            &["image"],
            output,
            vec![ints("kernel_shape", &[stride, stride]), ints("strides", &[stride, stride])],
        )
    };
    let mut nodes = vec![pooled("image_embeddings", 16)];
    let mut outputs = vec![fixed("image_embeddings", &[1, 3, 4, 4])];
    if is_sam2 {
        nodes.extend([pooled("high_res_feats_0", 4), pooled("high_res_feats_1", 8)]);
        outputs
            .extend([fixed("high_res_feats_0", &[1, 3, 16, 16]), fixed("high_res_feats_1", &[1, 3, 8, 8])]);
    }
    model(nodes, vec![fixed("image", &[1, 3, 64, 64])], outputs)
}

/// Gives the mask back that it is given.
fn decoder(is_sam2: bool) -> ModelProto {
    let mut inputs = vec![
        fixed("image_embeddings", &[1, 3, 4, 4]),
        value("point_coords", &[Some(1), None, Some(2)]),
        value("point_labels", &[Some(1), None]),
        fixed("mask_input", &[1, 1, 16, 16]),
        fixed("has_mask_input", &[1]),
    ];
    if is_sam2 {
        inputs.extend([fixed("high_res_feats_0", &[1, 3, 16, 16]), fixed("high_res_feats_1", &[1, 3, 8, 8])]);
    }
    let masks = if is_sam2 { "masks" } else { "low_res_masks" };
    let nodes = vec![
        node("ReduceMean", &["image_embeddings"], "a", vec![]),
        node("ReduceMean", &["point_coords"], "b", vec![]),
        node("Add", &["a", "b"], "c", vec![]),
        node("Add", &["mask_input", "c"], masks, vec![]),
        node("ReduceMean", &["mask_input"], "iou_predictions", vec![ints("axes", &[2, 3])]),
    ];
    model(nodes, inputs, vec![fixed(masks, &[1, 1, 16, 16]), fixed("iou_predictions", &[1, 1])])
}

impl Change<'_> {
    fn make(&self, model: &mut ModelProto) {
        if let Self::Opset(version) = self {
            model.opset_import.iter_mut().for_each(|opset| opset.version = *version);
        }
        let Some(graph) = &mut model.graph else { return };
        match self {
            Self::Node { operator, inputs, attributes, replaces } => {
                let output = format!("new{}", graph.node.len());
                let inputs: Vec<String> = inputs.iter().take(6).map(|place| tensor(graph, *place)).collect();
                let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
                let attributes = attributes.iter().map(|(name, value)| value.named(*name, graph)).collect();
                let new = node(of(&OPERATORS, *operator), &inputs, &output, attributes);
                let old = tensor(graph, *replaces);
                let users = graph.node.iter_mut().flat_map(|node| &mut node.input);
                users.filter(|input| **input == old).for_each(|input| *input = output.clone());
                graph.node.insert(0, new);
            }
            Self::Operator { node, operator } => {
                if let Some(node) = pick(&mut graph.node, *node) {
                    node.op_type = of(&OPERATORS, *operator).into();
                }
            }
            Self::Input { node, input, tensor: place } => {
                let tensor = tensor(graph, *place);
                if let Some(input) =
                    pick(&mut graph.node, *node).and_then(|node| pick(&mut node.input, *input))
                {
                    *input = tensor;
                }
            }
            Self::Attribute { node, name, value } => {
                let attribute = value.named(*name, graph);
                if let Some(node) = pick(&mut graph.node, *node) {
                    node.attribute.retain(|other| other.name != attribute.name);
                    node.attribute.push(attribute);
                }
            }
            Self::Constant { name, dims: sides, kind, raw } => {
                let constant = constant(of(&NAMES, *name), dims(sides), *kind, raw);
                graph.initializer.push(constant);
            }
            Self::Numbers { name, numbers } => graph.initializer.push(TensorProto {
                name: of(&NAMES, *name).into(),
                dims: vec![numbers.len() as i64],
                data_type: 7,
                int64_data: numbers.clone(),
                ..TensorProto::default()
            }),
            Self::Shape { value: place, dims } => {
                if let Some(declared) = declared(graph, *place) {
                    let dims: Vec<Option<i64>> = dims.iter().map(|dim| dim.map(Into::into)).collect();
                    *declared = value(&declared.name, &dims);
                }
            }
            Self::Size { value, axis, size } => {
                let shape =
                    declared(graph, *value).and_then(tensor_type).and_then(|tensor| tensor.shape.as_mut());
                if let Some(dim) = shape.and_then(|shape| pick(&mut shape.dim, *axis)) {
                    dim.value = Some(dimension::Value::DimValue(*size));
                }
            }
            Self::Kind { value, kind } => {
                if let Some(tensor) = declared(graph, *value).and_then(tensor_type) {
                    tensor.elem_type = i32::from(*kind % 17);
                }
            }
            Self::Rename { value, name } => {
                if let Some(value) = declared(graph, *value) {
                    value.name = of(&NAMES, *name).into();
                }
            }
            Self::Remove { list, place } => match list % 4 {
                0 => remove(&mut graph.node, *place),
                1 => remove(&mut graph.input, *place),
                2 => remove(&mut graph.output, *place),
                _ => remove(&mut graph.initializer, *place),
            },
            Self::Duplicate { list, place } => match list % 4 {
                0 => duplicate(&mut graph.node, *place),
                1 => duplicate(&mut graph.input, *place),
                2 => duplicate(&mut graph.output, *place),
                _ => duplicate(&mut graph.initializer, *place),
            },
            Self::Opset(_) => {}
        }
    }
}

fn remove<T>(list: &mut Vec<T>, place: u8) {
    if !list.is_empty() {
        list.remove(usize::from(place) % list.len());
    }
}

fn duplicate<T: Clone>(list: &mut Vec<T>, place: u8) {
    if let Some(item) = pick(list, place).cloned() {
        list.push(item);
    }
}

/// The name of a tensor of the graph, or any.
fn tensor(graph: &GraphProto, place: u8) -> String {
    let nodes = graph.node.iter().flat_map(|node| &node.output);
    let all = nodes.chain(graph.input.iter().map(|input| &input.name));
    let all: Vec<&String> = all.chain(graph.initializer.iter().map(|constant| &constant.name)).collect();
    match all.get(usize::from(place)) {
        Some(name) => (*name).clone(),
        None => of(&NAMES, place).into(),
    }
}

fn declared(graph: &mut GraphProto, place: u8) -> Option<&mut ValueInfoProto> {
    let mut all: Vec<&mut ValueInfoProto> = graph.input.iter_mut().chain(&mut graph.output).collect();
    let place = usize::from(place) % all.len().max(1);
    (place < all.len()).then(|| all.swap_remove(place))
}

fn tensor_type(value: &mut ValueInfoProto) -> Option<&mut type_proto::Tensor> {
    let type_proto::Value::TensorType(tensor) = value.r#type.as_mut()?.value.as_mut()?;
    Some(tensor)
}

fn constant(name: &str, dims: Vec<i64>, kind: u8, raw: &[u8]) -> TensorProto {
    let data_type = i32::from(kind % 17);
    TensorProto { name: name.into(), dims, data_type, raw_data: raw.to_vec(), ..TensorProto::default() }
}

impl Attribute<'_> {
    fn named(&self, name: u8, graph: &GraphProto) -> AttributeProto {
        let name = of(&ATTRIBUTES, name).to_owned();
        let plain = AttributeProto { name: name.clone(), ..AttributeProto::default() };
        match self {
            Self::Int(i) => AttributeProto { r#type: 2, i: *i, ..plain },
            Self::Float(f) => AttributeProto { r#type: 1, f: *f, ..plain },
            Self::Ints(numbers) => ints(&name, &dims(numbers)),
            Self::Text(text) => AttributeProto { r#type: 3, s: text.as_bytes().to_vec(), ..plain },
            Self::Tensor { dims: sides, kind, raw } => {
                AttributeProto { r#type: 4, t: Some(constant("t", dims(sides), *kind, raw)), ..plain }
            }
            Self::Graph => {
                let graph = GraphProto {
                    node: graph.node.clone(),
                    output: graph.output.clone(),
                    ..GraphProto::default()
                };
                AttributeProto { r#type: 5, g: Some(graph), ..plain }
            }
        }
    }
}

/// Panics of tract that the library turns into errors are no finds; what unwinds further ends the process.
fn forgive_caught_panics() {
    panic::set_hook(Box::new(|info| eprintln!("{info}")));
}

fuzz_target!(
    init: forgive_caught_panics(),
    |pair: Pair| {
        let (mut encoder, mut decoder) = (encoder(pair.is_sam2), decoder(pair.is_sam2));
        pair.encoder.iter().for_each(|change| change.make(&mut encoder));
        pair.decoder.iter().for_each(|change| change.make(&mut decoder));
        let mut files = [encoder, decoder].map(|model| model.encode_to_vec());
        for (is_decoder, place, byte) in &pair.damage {
            let file = &mut files[usize::from(*is_decoder)];
            let at = usize::from(*place) * file.len() >> 16;
            file[at] = *byte;
        }
        write("decoder.onnx", &files[1]);
        let path = write("encoder.onnx", &files[0]);
        let Ok(predictor) = Predictor::open(&path) else { return };
        let Ok(embedding) = predictor.encode(&tinsel_fuzz::photo(), &()) else { return };
        let points = vec![Point { x: 3.0, y: 2.0, positive: true }];
        let prompt = Prompt { points, ..Prompt::default() };
        let _ = predictor.predict(&embedding, &prompt.into(), Output::Candidates, &());
    }
);
