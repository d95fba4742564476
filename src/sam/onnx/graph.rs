//! Loading an ONNX file as a graph with only the nodes that the wanted outputs need.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use tract_onnx::data_resolver::MmapDataResolver;
use tract_onnx::model::ParseResult;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto, ValueInfoProto, type_proto};
use tract_onnx::prelude::{Framework, InferenceModel, Tensor, TractError, TractResult};
use tract_onnx::tensor::load_tensor;

use super::dequantise::dequantise;
use crate::sam::error::{Error, Result};

/// Products of bytes, which are either replaced by those of floats or not supported.
const INTEGER_OPERATORS: [&str; 2] = ["MatMulInteger", "ConvInteger"];

/// Parses a file into a graph with these inputs and outputs, in this order. What only other outputs need
/// is not built, so that it can be of any kind. Quantised networks and those of half precision become ones
/// of floats.
///
/// # Errors
/// The file is damaged, an output needs another input, or an operator is not known.
pub(super) fn load(file: &Path, inputs: &[&str], outputs: &[&str]) -> Result<InferenceModel> {
    let name = || file.display().to_string();
    let damaged = |e: TractError| Error::Format { file: name(), cause: format!("{e:#}") };
    let onnx = tract_onnx::onnx();
    let mut model = onnx.proto_model_for_path(file).map_err(damaged)?;
    let folder = file.parent().and_then(Path::to_str);
    if let Some(graph) = &mut model.graph {
        dequantise(graph, folder).map_err(damaged)?;
        cut(graph, inputs, outputs).map_err(|cause| Error::Config { file: name(), cause })?;
        let is_known =
            |name: &str| onnx.op_register.0.contains_key(name) && !INTEGER_OPERATORS.contains(&name);
        let unknown = operators(&graph.node).find(|operator| !is_known(operator));
        if let Some(operator) = unknown {
            let cause = format!(
                "it uses the operator {operator}, which is not supported; \
                 export it without runtime-specific optimisations, or open the weights (.pth or .pt) instead"
            );
            return Err(Error::Config { file: name(), cause });
        }
        widen(graph, folder).map_err(damaged)?;
    }
    let ParseResult { model, unresolved_inputs, .. } = onnx.parse(&model, folder).map_err(damaged)?;
    if let Some(unresolved) = unresolved_inputs.first() {
        return Err(Error::Format {
            file: name(),
            cause: format!("its tensor {unresolved} is not computed by any node"),
        });
    }
    Ok(model)
}

/// Reduces a graph to the nodes, constants and inputs that the given outputs need.
fn cut(graph: &mut GraphProto, inputs: &[&str], outputs: &[&str]) -> Result<(), String> {
    let producers: HashMap<&str, usize> = graph
        .node
        .iter()
        .enumerate()
        .flat_map(|(i, node)| node.output.iter().map(move |output| (&output[..], i)))
        .collect();
    let mut needed_nodes = vec![false; graph.node.len()];
    let mut needed: HashSet<String> = HashSet::new();
    let mut open: Vec<String> = outputs.iter().map(|&output| output.to_owned()).collect();
    while let Some(name) = open.pop() {
        if let Some(&producer) = producers.get(&name[..])
            && !std::mem::replace(&mut needed_nodes[producer], true)
        {
            open.extend(used(&graph.node[producer]));
        }
        needed.insert(name);
    }
    let mut is_needed = needed_nodes.into_iter();
    graph.node.retain(|_| is_needed.next().unwrap_or(false));
    graph.initializer.retain(|constant| needed.contains(&constant.name));
    let constants: HashSet<String> = graph.initializer.iter().map(|constant| constant.name.clone()).collect();
    let is_free = |input: &&ValueInfoProto| needed.contains(&input.name) && !constants.contains(&input.name);
    if let Some(other) = graph.input.iter().filter(is_free).find(|input| !inputs.contains(&&input.name[..])) {
        return Err(format!("it needs an unknown input {}", other.name));
    }
    let in_order = |declared: &[ValueInfoProto], names: &[&str]| -> Vec<ValueInfoProto> {
        names.iter().filter_map(|name| declared.iter().find(|value| value.name == *name).cloned()).collect()
    };
    graph.input = in_order(&graph.input, inputs);
    graph.output = in_order(&graph.output, outputs);
    // Shapes noted by the exporter, of its own sample input.
    graph.value_info.clear();
    Ok(())
}

/// Nodes of a node's inner graphs (of `If`, `Loop` and `Scan`).
fn inner(node: &NodeProto) -> impl Iterator<Item = &NodeProto> {
    let graphs = node.attribute.iter().flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs));
    graphs.flat_map(|graph| &graph.node)
}

/// The tensors that a node takes; its inner graphs use tensors of the outer one by name.
fn used(node: &NodeProto) -> Vec<String> {
    let graphs = node.attribute.iter().flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs));
    let handed_on = graphs.flat_map(|graph| graph.output.iter().map(|output| output.name.clone()));
    let within = inner(node).flat_map(used).chain(handed_on);
    node.input.iter().filter(|name| !name.is_empty()).cloned().chain(within).collect()
}

fn operators(nodes: &[NodeProto]) -> impl Iterator<Item = &str> {
    let mut open: Vec<&NodeProto> = nodes.iter().collect();
    std::iter::from_fn(move || {
        let node = open.pop()?;
        open.extend(inner(node));
        Some(&node.op_type[..])
    })
}

/// Turns a graph of half precision into one of floats.
fn widen(graph: &mut GraphProto, folder: Option<&str>) -> TractResult<()> {
    const HALF: i32 = DataType::Float16 as i32;
    let widen_constant = |constant: &mut TensorProto| -> TractResult<()> {
        if constant.data_type == HALF {
            let values = load_float(constant, folder)?;
            let raw_data = values.view().as_slice::<f32>()?.iter().flat_map(|x| x.to_le_bytes()).collect();
            *constant = float_constant(
                std::mem::take(&mut constant.name),
                std::mem::take(&mut constant.dims),
                raw_data,
            );
        }
        Ok(())
    };
    graph.initializer.iter_mut().try_for_each(widen_constant)?;
    for value in graph.input.iter_mut().chain(&mut graph.output).chain(&mut graph.value_info) {
        if let Some(type_proto::Value::TensorType(tensor)) =
            value.r#type.as_mut().and_then(|t| t.value.as_mut())
            && tensor.elem_type == HALF
        {
            tensor.elem_type = DataType::Float as i32;
        }
    }
    for node in &mut graph.node {
        for attribute in &mut node.attribute {
            attribute.t.iter_mut().chain(&mut attribute.tensors).try_for_each(widen_constant)?;
            if node.op_type == "Cast" && attribute.name == "to" && attribute.i == i64::from(HALF) {
                attribute.i = DataType::Float as i64;
            }
            let inner = attribute.g.iter_mut().chain(&mut attribute.graphs);
            for graph in inner {
                widen(graph, folder)?;
            }
        }
    }
    Ok(())
}

/// The values of a constant, whatever numbers it is stored in.
pub(super) fn load_float(constant: &TensorProto, folder: Option<&str>) -> TractResult<Tensor> {
    Ok(load_tensor(&MmapDataResolver, constant, folder)?.cast_to::<f32>()?.into_owned())
}

/// A constant of 32-bit floats.
pub(super) fn float_constant(name: String, dims: Vec<i64>, raw_data: Vec<u8>) -> TensorProto {
    TensorProto { name, dims, data_type: DataType::Float as i32, raw_data, ..TensorProto::default() }
}
