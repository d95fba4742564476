//! TinyViT's `MBConv` and `PatchMerging`: widen, convolve each channel, narrow.

use std::ops::RangeInclusive;

use rayon::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::ensure;

use super::chain::MapLayer;
use super::conv::{Depthwise, folded};
use super::layers::{Linear, room};
use super::rings::Ring;
use super::windows::{Place, Windows};
use crate::sam::error::Result;
use crate::sam::numeric::rows;
use crate::sam::weights::Weights;

/// Columns of the result that are one job for a thread: three rows of so few stay in the processor's
/// cache.
const PART_COLUMNS: usize = 128;
/// Rows of a job. Those above and below it are made twice, so there are many, if that leaves each thread a
/// few jobs.
const PART_ROWS: RangeInclusive<usize> = 4..=32;
const JOBS_A_THREAD: usize = 4;

/// Height and width of the jobs for a result of this height.
fn part(height: usize) -> [usize; 2] {
    let rows = height / (JOBS_A_THREAD * rayon::current_num_threads());
    [rows.clamp(*PART_ROWS.start(), *PART_ROWS.end()), PART_COLUMNS]
}

/// Whether the input is added to the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// `MBConv`: it is, and GELU follows.
    Residual,
    /// `PatchMerging`: it is not, and nothing follows.
    Nothing,
}

/// (height, width, inputs) to (height / stride, width / stride, outputs): a 1x1 convolution, a 3x3
/// one of each channel and a 1x1 one, GELU between them.
#[derive(Debug)]
pub struct MbConv {
    widen: Linear,
    depthwise: Depthwise,
    narrow: Linear,
    around: Around,
}

#[derive(Default)]
struct Memory {
    ring: Ring,
    hidden: Vec<f32>,
}

impl MbConv {
    /// The layers `{prefix}.conv1`, `conv2` and `conv3`, with this many channels before, between and
    /// after them.
    pub fn load(
        weights: &Weights,
        prefix: &str,
        [inputs, hidden, outputs]: [usize; 3],
        stride: usize,
        around: Around,
    ) -> Result<Self> {
        let layer = |i: usize, shape| folded(weights, &format!("{prefix}.conv{i}"), shape);
        let (widen, widen_bias) = layer(1, [hidden, inputs, 1, 1])?;
        let (kernel, kernel_bias) = layer(2, [hidden, 1, 3, 3])?;
        let (narrow, narrow_bias) = layer(3, [outputs, hidden, 1, 1])?;
        Ok(Self {
            widen: Linear::new(&widen, widen_bias),
            depthwise: Depthwise::new(&kernel, kernel_bias, stride),
            narrow: Linear::new(&narrow, narrow_bias),
            around,
        })
    }

    /// Makes the part of the result at `place`, row by row.
    fn part(
        &self,
        map: &[f32],
        [height, width]: [usize; 2],
        place: &Place,
        out: &mut [&mut [f32]],
        memory: &mut Memory,
    ) {
        let (inputs, hidden, stride) =
            (self.widen.inputs(), self.depthwise.channels(), self.depthwise.stride());
        let ([y0, x0], [_, columns]) = (place.first, place.size);
        let cells = stride * (columns - 1) + 3;
        // The kernel begins a cell further left than the part does.
        let missing = usize::from(x0 == 0);
        let first = (stride * x0 + missing) - 1;
        let end = (stride * x0 + cells - 1).min(width);
        let Memory { ring, hidden: between } = memory;
        ring.restart(cells * hidden);
        let between = room(between, columns * hidden);
        for (y, out) in (y0..).zip(out) {
            let rows = ring.around(stride * y, height, |row, values| {
                let (left, rest) = values.split_at_mut(missing * hidden);
                let (middle, right) = rest.split_at_mut((end - first) * hidden);
                left.fill(0.0);
                right.fill(0.0);
                self.widen.apply(&map[(row * width + first) * inputs..(row * width + end) * inputs], middle);
                rows::gelu(middle);
            });
            self.depthwise.apply(rows, between);
            rows::gelu(between);
            self.narrow.apply(between, out);
            if self.around == Around::Residual {
                rows::add(out, &map[(y * width + x0) * inputs..]);
                rows::gelu(out);
            }
        }
    }
}

impl MapLayer for MbConv {
    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        let (stride, inputs) = (self.depthwise.stride(), self.widen.inputs());
        ensure!(
            matches!(input, [h, w, c] if *c == inputs && h % stride == 0 && w % stride == 0),
            "a map of {inputs} channels with sides that {stride} divides, not {input:?}"
        );
        Ok(vec![input[0] / stride, input[1] / stride, self.narrow.outputs()])
    }

    fn apply(&self, input: &[f32], shape: &[usize], out: &mut [f32]) {
        let (size, stride) = ([shape[0], shape[1]], self.depthwise.stride());
        let map = size.map(|side| side / stride);
        let parts = Windows { map, window: part(map[0]) };
        let places: Vec<Place> = parts.places().collect();
        let mut out = parts.split(out, self.narrow.outputs());
        let tasks = places.par_iter().zip(out.par_iter_mut());
        tasks.for_each_init(Memory::default, |memory, (place, out)| {
            self.part(input, size, place, out, memory)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::encoder::ops::conv::tests::convolved;
    use crate::sam::encoder::ops::layers::tests::{assert_close, linear_by_definition, numbers};

    #[test]
    fn parts_join_to_the_whole_map() {
        // Larger than a part in both directions, which leaves a part that is not whole.
        for (stride, around) in [(1, Around::Residual), (2, Around::Nothing), (1, Around::Nothing)] {
            let [height, width] = [PART_ROWS.end(), &PART_COLUMNS].map(|side| stride * (side + 6));
            let (inputs, hidden) = (4, 9);
            let outputs = if around == Around::Residual { inputs } else { 5 };
            let (w1, b1) = (numbers(hidden * inputs, 1), numbers(hidden, 2));
            let (w2, b2) = (numbers(hidden * 9, 3), numbers(hidden, 4));
            let (w3, b3) = (numbers(outputs * hidden, 5), numbers(outputs, 6));
            let map = numbers(height * width * inputs, 7);

            let mut wide = linear_by_definition(&map, &w1, &b1);
            rows::gelu(&mut wide);
            let mut mixed = convolved(&wide, [height, width, hidden], &w2, &b2, stride);
            rows::gelu(&mut mixed);
            let mut expected = linear_by_definition(&mixed, &w3, &b3);
            if around == Around::Residual {
                rows::add(&mut expected, &map);
                rows::gelu(&mut expected);
            }

            let layer = MbConv {
                widen: Linear::new(&w1, b1),
                depthwise: Depthwise::new(&w2, b2, stride),
                narrow: Linear::new(&w3, b3),
                around,
            };
            let shape = layer.output_shape(&[height, width, inputs]).unwrap();
            assert_eq!(shape, [height / stride, width / stride, outputs]);
            let mut found = vec![f32::NAN; expected.len()];
            layer.apply(&map, &[height, width, inputs], &mut found);
            assert_close(&found, &expected, 1e-4);
        }
    }
}
