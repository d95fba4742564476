//! Dynamically quantised networks (`quantize_dynamic` of ONNX Runtime) as what they were made of.
//!
//! Such a file replaces `MatMul(x, w)` and `Conv(x, w)` by
//!
//! ```text
//! q, s, z = DynamicQuantizeLinear(x)
//! y = Cast(MatMulInteger(q, wq, z, wz)) * (s * ws)
//! ```
//!
//! The rounding of `x` only serves processors that multiply bytes faster. Here the weights become
//! `(wq - wz) * ws` again and the product one of floats, which is more precise and, with these kernels,
//! faster.

use std::collections::HashMap;

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};
use tract_onnx::prelude::{Tensor, TractError, TractResult};
use tract_onnx::tensor::load_tensor;

/// Replaces quantised products by those of floats wherever a graph has this form.
///
/// # Errors
/// A quantised weight cannot be read.
pub(super) fn dequantise(graph: &mut GraphProto, folder: Option<&str>) -> TractResult<()> {
    let products: Vec<(usize, Product)> = {
        let graph = Lookup::new(graph);
        let is_product = |(i, node)| Some((i, Product::ending_with(node, &graph)?));
        graph.nodes.iter().enumerate().filter_map(is_product).collect()
    };
    if products.is_empty() {
        return Ok(());
    }
    let mut weights: HashMap<String, TensorProto> = HashMap::new();
    for (i, product) in products {
        let name = format!("{} as float", product.quantised);
        if !weights.contains_key(&name) {
            let Some(weight) = product.weight(graph, &name, folder)? else { continue };
            weights.insert(name.clone(), weight);
        }
        let node = &mut graph.node[i];
        node.op_type = product.operator.into();
        node.attribute = product.attributes;
        node.input = vec![product.x, name];
    }
    graph.initializer.extend(weights.into_values());
    Ok(())
}

/// Nodes by their outputs, constants by their names.
struct Lookup<'a> {
    nodes: &'a [NodeProto],
    producers: HashMap<&'a str, &'a NodeProto>,
    constants: HashMap<&'a str, &'a TensorProto>,
}

impl<'a> Lookup<'a> {
    fn new(graph: &'a GraphProto) -> Self {
        let outputs =
            graph.node.iter().flat_map(|node| node.output.iter().map(move |output| (&output[..], node)));
        let constants = graph.initializer.iter().map(|constant| (&constant.name[..], constant));
        Self { nodes: &graph.node, producers: outputs.collect(), constants: constants.collect() }
    }

    fn producer(&self, tensor: &str, operators: &[&str]) -> Option<&'a NodeProto> {
        self.producers.get(tensor).copied().filter(|node| operators.contains(&&node.op_type[..]))
    }
}

/// A product of a tensor and a quantised constant.
struct Product {
    /// Of the product of floats.
    operator: &'static str,
    attributes: Vec<tract_onnx::pb::AttributeProto>,
    x: String,
    /// Names of the constants `wq`, `wz` and `ws`.
    quantised: String,
    zero: Option<String>,
    scale: String,
}

impl Product {
    /// The product whose last node this is, the multiplication with the scales.
    fn ending_with(node: &NodeProto, graph: &Lookup) -> Option<Self> {
        if node.op_type != "Mul" {
            return None;
        }
        let [a, b] = &node.input[..] else { return None };
        [(a, b), (b, a)].into_iter().find_map(|(cast, scales)| Self::of(cast, scales, graph))
    }

    fn of(cast: &str, scales: &str, graph: &Lookup) -> Option<Self> {
        let cast = graph.producer(cast, &["Cast"])?;
        let integer = graph.producer(cast.input.first()?, &["MatMulInteger", "ConvInteger"])?;
        let [x, quantised, rest @ ..] = &integer.input[..] else { return None };
        let x = graph.producer(x, &["DynamicQuantizeLinear"])?;
        let scales = graph.producer(scales, &["Mul"])?;
        let scale = scales.input.iter().find(|scale| graph.constants.contains_key(&scale[..]))?;
        let is_scale_of_x = scales.input.iter().any(|scale| x.output.get(1) == Some(scale));
        let zero = rest.get(1).filter(|zero| !zero.is_empty());
        let is_constant = |name: &String| graph.constants.contains_key(&name[..]);
        if !is_scale_of_x || !is_constant(quantised) || !zero.is_none_or(is_constant) {
            return None;
        }
        Some(Self {
            operator: if integer.op_type == "ConvInteger" { "Conv" } else { "MatMul" },
            attributes: integer.attribute.clone(),
            x: x.input.first()?.clone(),
            quantised: quantised.clone(),
            zero: zero.cloned(),
            scale: scale.clone(),
        })
    }

    /// The weight as floats; `None` where zero or scale vary in another way than by column.
    fn weight(
        &self,
        graph: &GraphProto,
        name: &str,
        folder: Option<&str>,
    ) -> TractResult<Option<TensorProto>> {
        let quantised = floats(graph, &self.quantised, folder)?;
        let scale = floats(graph, &self.scale, folder)?;
        let zero = match &self.zero {
            Some(zero) => floats(graph, zero, folder)?,
            None => Tensor::zero::<f32>(&[])?,
        };
        let columns = match self.operator {
            "MatMul" => quantised.shape().last().copied().unwrap_or(1),
            _ => 1,
        };
        if [&scale, &zero].iter().any(|tensor| ![1, columns].contains(&tensor.len())) {
            return Ok(None);
        }
        let dims = quantised.shape().iter().map(|size| *size as i64).collect();
        let (quantised, scale, zero) = (quantised.view(), scale.view(), zero.view());
        let (quantised, scale, zero) =
            (quantised.as_slice::<f32>()?, scale.as_slice::<f32>()?, zero.as_slice::<f32>()?);
        let value = |(i, value): (usize, &f32)| {
            let column = i % columns;
            (value - zero[column % zero.len()]) * scale[column % scale.len()]
        };
        let raw_data = quantised.iter().enumerate().map(value).flat_map(f32::to_le_bytes).collect();
        let data_type = DataType::Float as i32;
        Ok(Some(TensorProto { dims, data_type, name: name.to_owned(), raw_data, ..TensorProto::default() }))
    }
}

/// A constant of the graph as floats.
fn floats(graph: &GraphProto, name: &str, folder: Option<&str>) -> TractResult<Tensor> {
    let constant = graph.initializer.iter().find(|constant| constant.name == name);
    let constant = constant.ok_or_else(|| TractError::msg(format!("its constant {name} is missing")))?;
    let tensor = load_tensor(&tract_onnx::data_resolver::MmapDataResolver, constant, folder)?;
    Ok(tensor.cast_to::<f32>()?.into_owned())
}
