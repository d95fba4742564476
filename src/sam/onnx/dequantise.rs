//! Dequantises dynamically quantised networks (`quantize_dynamic` of ONNX Runtime).
//!
//! Such a file replaces `MatMul(x, w)` and `Conv(x, w)` by
//!
//! ```text
//! q, s, z = DynamicQuantizeLinear(x)
//! y = Cast(MatMulInteger(q, wq, z, wz)) * (s * ws)
//! ```
//!
//! where `q` may be transposed and the like before, or become floats again by `DequantizeLinear(q, s, z)`.
//! The rounding of `x` only serves processors that multiply bytes faster. Here `q` is `x` itself, the
//! weights become `(wq - wz) * ws` again and the product one of floats, which is more precise and, with
//! these kernels, faster.

use std::collections::HashMap;

use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};
use tract_onnx::prelude::{Tensor, TractError, TractResult};

use super::graph::{float_constant, load_float};

/// Replaces quantised products by those of floats wherever a graph has this form.
///
/// # Errors
/// A quantised weight cannot be read.
pub(super) fn dequantise(graph: &mut GraphProto, folder: Option<&str>) -> TractResult<()> {
    let (products, copies) = {
        let lookup = Lookup::new(graph);
        let product = |(i, node)| Some((i, Product::ending_with(node, &lookup)?));
        let products: Vec<(usize, Product)> = graph.node.iter().enumerate().filter_map(product).collect();
        let is_copy = |node: &NodeProto| match &node.op_type[..] {
            "DynamicQuantizeLinear" => true,
            "DequantizeLinear" => {
                node.input.get(1).is_some_and(|s| lookup.producer(s, &["DynamicQuantizeLinear"]).is_some())
            }
            _ => false,
        };
        let copies: Vec<bool> = graph.node.iter().map(is_copy).collect();
        (products, copies)
    };
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
    for (node, _) in graph.node.iter_mut().zip(copies).filter(|(_, is_copy)| *is_copy) {
        node.op_type = "Identity".into();
        node.attribute.clear();
        node.input.truncate(1);
        node.output.truncate(1);
    }
    Ok(())
}

/// Nodes by their outputs, constants by their names.
struct Lookup<'a> {
    producers: HashMap<&'a str, &'a NodeProto>,
    constants: HashMap<&'a str, &'a TensorProto>,
}

impl<'a> Lookup<'a> {
    fn new(graph: &'a GraphProto) -> Self {
        let outputs =
            graph.node.iter().flat_map(|node| node.output.iter().map(move |output| (&output[..], node)));
        let constants = graph.initializer.iter().map(|constant| (&constant.name[..], constant));
        Self { producers: outputs.collect(), constants: constants.collect() }
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
        let [x, quantised, zero_of_x, rest @ ..] = &integer.input[..] else { return None };
        // Its scale and zero are those of the tensor that was rounded, whatever was then done to that.
        let rounded = graph.producer(zero_of_x, &["DynamicQuantizeLinear"])?;
        let scales = graph.producer(scales, &["Mul"])?;
        let scale = scales.input.iter().find(|scale| graph.constants.contains_key(&scale[..]))?;
        let is_scale_of_x = scales.input.iter().any(|scale| rounded.output.get(1) == Some(scale));
        let zero = rest.first().filter(|zero| !zero.is_empty());
        let is_constant = |name: &String| graph.constants.contains_key(&name[..]);
        if !is_scale_of_x || !is_constant(quantised) || !zero.is_none_or(is_constant) {
            return None;
        }
        Some(Self {
            operator: if integer.op_type == "ConvInteger" { "Conv" } else { "MatMul" },
            attributes: integer.attribute.clone(),
            x: x.clone(),
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
        Ok(Some(float_constant(name.to_owned(), dims, raw_data)))
    }
}

/// A constant of the graph as floats.
fn floats(graph: &GraphProto, name: &str, folder: Option<&str>) -> TractResult<Tensor> {
    let constant = graph.initializer.iter().find(|constant| constant.name == name);
    let constant = constant.ok_or_else(|| TractError::msg(format!("its constant {name} is missing")))?;
    load_float(constant, folder)
}
