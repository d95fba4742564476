//! The two-way transformer: tokens attend to the image, and the image attends to the tokens.
//!
//! Follows `sam2/modeling/sam/transformer.py`.

use rayon::prelude::*;

use crate::sam::config::DecoderConfig;
use crate::sam::decoder::PREFIX;
use crate::sam::decoder::layers::{Linear, Mlp, Norm};
use crate::sam::decoder::tokens::{add, sum};
use crate::sam::error::Result;
use crate::sam::numeric::packed::{Packed, Start, multiply};
use crate::sam::numeric::rows;
use crate::sam::weights::Weights;

/// Rows that go through a layer together on one thread.
const ROWS: usize = 64;

/// `TwoWayTransformer`.
pub struct TwoWayTransformer {
    layers: Vec<TwoWayAttentionBlock>,
    final_attn_token_to_image: Attention,
    norm_final_attn: Norm,
}

impl TwoWayTransformer {
    pub fn new(weights: &Weights, d: usize, config: &DecoderConfig) -> Result<Self> {
        let name = |part: &str| format!("{PREFIX}.transformer.{part}");
        let layer = |i: usize| TwoWayAttentionBlock::new(weights, &name(&format!("layers.{i}")), d, config);
        let last = name("final_attn_token_to_image");
        Ok(Self {
            layers: (0..config.depth).map(layer).collect::<Result<_>>()?,
            final_attn_token_to_image: Attention::new(weights, &last, d, d / 2, config.num_heads)?,
            norm_final_attn: Norm::new(weights, &name("norm_final_attn"), d)?,
        })
    }

    /// Tokens (tokens, d) and image (cells, d) after all layers. What the tokens are at first is their
    /// position throughout; `image_position` is (cells, d).
    pub fn apply(
        &self,
        mut image: Vec<f32>,
        image_position: &[f32],
        token_position: &[f32],
    ) -> (Vec<f32>, Vec<f32>) {
        let mut tokens = token_position.to_vec();
        for (i, layer) in self.layers.iter().enumerate() {
            layer.apply(&mut tokens, &mut image, token_position, image_position, i == 0);
        }
        let (queries, keys) = (sum(&tokens, token_position), sum(&image, image_position));
        add(&mut tokens, &self.final_attn_token_to_image.apply(&queries, &keys, &image));
        self.norm_final_attn.apply(&mut tokens);
        (tokens, image)
    }
}

/// `TwoWayAttentionBlock`.
struct TwoWayAttentionBlock {
    self_attn: Attention,
    norm1: Norm,
    cross_attn_token_to_image: Attention,
    norm2: Norm,
    mlp: Mlp,
    norm3: Norm,
    cross_attn_image_to_token: Attention,
    norm4: Norm,
}

impl TwoWayAttentionBlock {
    fn new(weights: &Weights, prefix: &str, d: usize, config: &DecoderConfig) -> Result<Self> {
        let name = |part: &str| format!("{prefix}.{part}");
        let norm = |i: usize| Norm::new(weights, &format!("{prefix}.norm{i}"), d);
        let attention =
            |part: &str, inner: usize| Attention::new(weights, &name(part), d, inner, config.num_heads);
        Ok(Self {
            self_attn: attention("self_attn", d)?,
            norm1: norm(1)?,
            cross_attn_token_to_image: attention("cross_attn_token_to_image", d / 2)?,
            norm2: norm(2)?,
            mlp: Mlp::new(weights, &name("mlp"), &[d, config.mlp_dim, d])?,
            norm3: norm(3)?,
            cross_attn_image_to_token: attention("cross_attn_image_to_token", d / 2)?,
            norm4: norm(4)?,
        })
    }

    fn apply(
        &self,
        tokens: &mut Vec<f32>,
        image: &mut [f32],
        token_position: &[f32],
        image_position: &[f32],
        skip_first_layer_pe: bool,
    ) {
        if skip_first_layer_pe {
            *tokens = self.self_attn.apply(tokens, tokens, tokens);
        } else {
            let queries = sum(tokens, token_position);
            let attended = self.self_attn.apply(&queries, &queries, tokens);
            add(tokens, &attended);
        }
        self.norm1.apply(tokens);

        let (queries, keys) = (sum(tokens, token_position), sum(image, image_position));
        add(tokens, &self.cross_attn_token_to_image.apply(&queries, &keys, image));
        self.norm2.apply(tokens);

        let changed = self.mlp.apply(tokens);
        add(tokens, &changed);
        self.norm3.apply(tokens);

        let (queries, keys) = (sum(image, image_position), sum(tokens, token_position));
        add(image, &self.cross_attn_image_to_token.apply(&queries, &keys, tokens));
        let d = self.norm4.gamma.len();
        image.par_chunks_mut(ROWS * d).for_each(|rows| self.norm4.apply(rows));
    }
}

/// `Attention`, with projections to a width of its own.
struct Attention {
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
    /// Width of queries, keys and values.
    d: usize,
    /// Width between the projections.
    inner: usize,
    heads: usize,
}

impl Attention {
    fn new(weights: &Weights, prefix: &str, d: usize, inner: usize, heads: usize) -> Result<Self> {
        let inward = |name: &str| Linear::new(weights, &format!("{prefix}.{name}_proj"), d, inner);
        let out = Linear::new(weights, &format!("{prefix}.out_proj"), inner, d)?;
        Ok(Self { q: inward("q")?, k: inward("k")?, v: inward("v")?, out, d, inner, heads })
    }

    /// `queries` are (n, d), `keys` and `values` (m, d); gives (n, d).
    fn apply(&self, queries: &[f32], keys: &[f32], values: &[f32]) -> Vec<f32> {
        let (inner, head) = (self.inner, self.inner / self.heads);
        let [k, v] = [(&self.k, keys), (&self.v, values)]
            .map(|(layer, rows)| in_parts(rows, [self.d, inner], |rows| layer.apply(rows)));
        let m = k.len() / inner;
        let pack = |first: usize| {
            let (mut keys, mut values) = (Packed::default(), Packed::default());
            keys.set_columns(&k[first..], inner, head, m);
            values.set_rows(&v[first..], inner, m, head);
            (keys, values)
        };
        let heads: Vec<(Packed, Packed)> = (0..self.heads).into_par_iter().map(|i| pack(i * head)).collect();
        in_parts(queries, [self.d; 2], |queries| self.found(queries, &heads))
    }

    /// What queries, (n, d), find with each head's keys and values: (n, d).
    fn found(&self, queries: &[f32], heads: &[(Packed, Packed)]) -> Vec<f32> {
        let (inner, head) = (self.inner, self.inner / self.heads);
        let mut q = self.q.apply(queries);
        // Scores become exponents to base 2.
        rows::scale(&mut q, std::f32::consts::LOG2_E / (head as f32).sqrt());
        let mut mixed = vec![0.0; q.len()];
        for (i, (keys, values)) in heads.iter().enumerate() {
            let m = keys.columns();
            let mut scores = vec![0.0; q.len() / inner * m];
            multiply(&q[i * head..], inner, keys, Start::Zero, &mut scores, m);
            for row in scores.chunks_exact_mut(m) {
                let (_, total) = rows::exp2_below_largest(row, f32::NEG_INFINITY);
                rows::scale(row, total.recip());
            }
            multiply(&scores, m, values, Start::Zero, &mut mixed[i * head..], inner);
        }
        self.out.apply(&mixed)
    }
}

/// Applies a function of rows, (n, inputs) to (n, outputs), to some rows at a time, on all threads.
fn in_parts(
    rows: &[f32],
    [inputs, outputs]: [usize; 2],
    apply: impl Fn(&[f32]) -> Vec<f32> + Sync,
) -> Vec<f32> {
    let mut out = vec![0.0; rows.len() / inputs * outputs];
    let parts = out.par_chunks_mut(ROWS * outputs).zip(rows.par_chunks(ROWS * inputs));
    parts.for_each(|(out, rows)| out.copy_from_slice(&apply(rows)));
    out
}
