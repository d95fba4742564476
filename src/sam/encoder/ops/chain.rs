//! Layers one after the other on large maps, in memory that is kept for the next photo: getting such
//! memory from the system takes about as long as a layer.

use std::fmt::Debug;
use std::mem::take;
use std::sync::{Mutex, PoisonError};

use tract_onnx::prelude::*;

use super::function::Function;
use super::layers::room;

/// A layer from one map to another, row-major. It spreads its work over rayon's threads.
pub trait MapLayer: Debug + Send + Sync + 'static {
    /// The shape of the result; an error if there is none for such an input.
    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>>;
    /// Writes every value of the result. `shape` is that of the input.
    fn apply(&self, input: &[f32], shape: &[usize], out: &mut [f32]);
}

/// The layers as one function.
#[derive(Debug)]
pub struct Chain {
    layers: Vec<Box<dyn MapLayer>>,
    /// For the maps between layers, in turns.
    spare: Mutex<[Vec<f32>; 2]>,
}

impl Chain {
    pub fn new(layers: Vec<Box<dyn MapLayer>>) -> Self {
        Self { layers, spare: Mutex::default() }
    }
}

impl Function for Chain {
    fn name(&self) -> &'static str {
        "Chain"
    }

    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        self.layers.iter().try_fold(input.to_vec(), |shape, layer| layer.output_shape(&shape))
    }

    fn eval(&self, input: Tensor) -> TractResult<Tensor> {
        let mut output = Tensor::zero::<f32>(&self.output_shape(input.shape())?)?;
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        // Another photo that is encoded at the same time finds nothing here and takes memory of its own.
        let mut memory = take(&mut *spare());
        let (view, mut shape) = (input.view(), input.shape().to_vec());
        let mut plain = output.try_as_plain_ram_mut()?;
        for (i, layer) in self.layers.iter().enumerate() {
            let [even, odd] = &mut memory;
            let (source, target) = if i % 2 == 0 { (&*odd, even) } else { (&*even, odd) };
            let source = match i {
                0 => view.as_slice::<f32>()?,
                _ => &source[..shape.iter().product()],
            };
            let next = layer.output_shape(&shape)?;
            let target = match i + 1 == self.layers.len() {
                true => plain.as_slice_mut::<f32>()?,
                false => room(target, next.iter().product()),
            };
            layer.apply(source, &shape, target);
            shape = next;
        }
        *spare() = memory;
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Repeats the map and adds a number to it.
    #[derive(Debug)]
    struct Twice(f32);

    impl MapLayer for Twice {
        fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
            Ok(vec![2 * input[0]])
        }

        fn apply(&self, input: &[f32], shape: &[usize], out: &mut [f32]) {
            assert_eq!(input.len(), shape[0]);
            out.iter_mut().zip(input.iter().cycle()).for_each(|(out, x)| *out = x + self.0);
        }
    }

    #[test]
    fn each_layer_takes_what_the_one_before_made() {
        let chain = Chain::new(vec![Box::new(Twice(1.0)), Box::new(Twice(10.0)), Box::new(Twice(100.0))]);
        // A smaller map after a larger one, in the same memory.
        for values in [&[1.0, 2.0, 3.0][..], &[5.0, 6.0]] {
            let input = Tensor::from_shape(&[values.len()], values).unwrap();
            let output = chain.eval(input).unwrap();
            let expected: Vec<f32> = values.iter().map(|x| x + 111.0).collect::<Vec<_>>().repeat(8);
            assert_eq!(output.view().as_slice::<f32>().unwrap(), expected);
        }
    }
}
