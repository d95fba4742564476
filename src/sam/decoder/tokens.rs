//! The tokens' side of the two-way transformer.
//!
//! Tokens of several prompts go through a layer together, (prompts * tokens, d), so that its
//! weights are read once for all of them.

use super::Sizes;
use super::basis::Basis;
use super::layers::{Linear, Mlp, Norm, SelfAttention};
use super::matrices::{scale_rows, turned};
use super::passes::Gathered;
use crate::sam::error::Result;
use crate::sam::numeric::tile::{GRANULE, Left, Out, Shape, View, product};
use crate::sam::weights::Weights;

/// Folds the channel scales of a norm into a projection (d / 2, d) of what comes out of it.
fn after_norm(mut projection: Vec<f32>, norm: &Norm) -> Vec<f32> {
    scale_rows(&mut projection, &norm.gamma);
    projection
}

/// For each head, `tokens` (tokens, d / 2) times a projection (d / 2, d) of the image: what the
/// tokens seek in a cell's d channels, (heads * tokens, d).
fn through(sizes: &Sizes, tokens: &[f32], projection: &[f32]) -> Vec<f32> {
    let Sizes { d, narrow, head, .. } = *sizes;
    let mut out = vec![0f32; sizes.rows() * d];
    let shape = Shape { rows: sizes.tokens, depth: head, columns: d };
    for (h, out) in out.chunks_exact_mut(sizes.tokens * d).enumerate() {
        let left = Left::Plain(View::new(&tokens[h * head..], narrow));
        product(Out::new(out, d), left, View::new(&projection[h * head * d..], d), shape);
    }
    out
}

/// The tokens' part of an `Attention` in which tokens attend to the image.
pub struct TokenToImage {
    q: Linear,
    out: Linear,
    /// What every mixture of values contains, (d / 2).
    value_start: Vec<f32>,
    /// Key projection (d / 2, d) and value projection (d, d / 2) of what attention added to the
    /// image; none in layer 0, before which nothing is added.
    maps: Option<(Vec<f32>, Vec<f32>)>,
}

impl TokenToImage {
    /// `norm` is the one that the image's cells come out of.
    pub fn new(weights: &Weights, prefix: &str, d: usize, norm: Option<&Norm>) -> Result<Self> {
        let narrow = d / 2;
        let projection = |name: &str| weights.values(&format!("{prefix}.{name}.weight"), &[narrow, d]);
        let mut value_start = weights.values(&format!("{prefix}.v_proj.bias"), &[narrow])?;
        let mut maps = None;
        if let Some(norm) = norm {
            let values = projection("v_proj")?;
            for (start, row) in value_start.iter_mut().zip(values.chunks_exact(d)) {
                *start += row.iter().zip(&norm.beta).map(|(a, b)| a * b).sum::<f32>();
            }
            let values = turned(&after_norm(values, norm), d);
            maps = Some((after_norm(projection("k_proj")?, norm), values));
        }
        Ok(Self {
            q: Linear::new(weights, &format!("{prefix}.q_proj"), d, narrow)?,
            out: Linear::new(weights, &format!("{prefix}.out_proj"), narrow, d)?,
            value_start,
            maps,
        })
    }

    /// (prompts * tokens, d) to queries (prompts * tokens, d / 2) with the softmax's scale.
    pub fn queries(&self, sizes: &Sizes, tokens: &[f32]) -> Vec<f32> {
        let mut queries = self.q.apply(tokens);
        queries.iter_mut().for_each(|x| *x *= sizes.softmax_scale());
        queries
    }

    /// What one prompt's queries make of the coordinates of `basis`, (heads * tokens, stride).
    pub fn on_coordinates(&self, sizes: &Sizes, queries: &[f32], basis: &Basis) -> Vec<f32> {
        self.maps.as_ref().map_or(vec![], |(keys, _)| basis.dots(&through(sizes, queries, keys)))
    }

    /// One prompt's mixed values, (tokens, d / 2), before [`TokenToImage::out`].
    pub fn mixed(&self, sizes: &Sizes, gathered: Gathered, basis: Option<&Basis>) -> Vec<f32> {
        let Sizes { d, narrow, head, tokens, .. } = *sizes;
        let (mut mixed, coordinates) = gathered.finish(sizes);
        for row in mixed.chunks_exact_mut(narrow) {
            row.iter_mut().zip(&self.value_start).for_each(|(x, b)| *x += b);
        }
        if let (Some(basis), Some((_, values))) = (basis, &self.maps) {
            let added = basis.sums(&coordinates);
            let mut of_head = vec![0f32; tokens * sizes.window()];
            for (h, added) in added.chunks_exact(tokens * d).enumerate() {
                let first = h * head / GRANULE * GRANULE;
                let columns = ((h + 1) * head).next_multiple_of(GRANULE).min(narrow) - first;
                let shape = Shape { rows: tokens, depth: d, columns };
                let left = Left::Plain(View::new(added, d));
                let right = View::new(&values[first..], narrow);
                product(Out::new(&mut of_head, sizes.window()), left, right, shape);
                for (row, x) in mixed.chunks_exact_mut(narrow).zip(of_head.chunks(sizes.window())) {
                    let x = &x[h * head - first..][..head];
                    row[h * head..][..head].iter_mut().zip(x).for_each(|(to, x)| *to += x);
                }
            }
        }
        mixed
    }

    /// (prompts * tokens, d / 2) to (prompts * tokens, d).
    pub fn out(&self, mixed: &[f32]) -> Vec<f32> {
        self.out.apply(mixed)
    }
}

/// The tokens' part of an `Attention` in which the image attends to tokens.
pub struct ImageToToken {
    k: Linear,
    v: Linear,
    /// Query projection (d / 2, d) of what attention added to the image; none in layer 0.
    queries: Option<Vec<f32>>,
}

impl ImageToToken {
    /// `norm` is the one that the image's cells come out of.
    pub fn new(weights: &Weights, prefix: &str, d: usize, norm: Option<&Norm>) -> Result<Self> {
        let narrow = d / 2;
        let queries = norm
            .map(|norm| -> Result<_> {
                let queries = weights.values(&format!("{prefix}.q_proj.weight"), &[narrow, d])?;
                Ok(after_norm(queries, norm))
            })
            .transpose()?;
        Ok(Self {
            k: Linear::new(weights, &format!("{prefix}.k_proj"), d, narrow)?,
            v: Linear::new(weights, &format!("{prefix}.v_proj"), d, narrow)?,
            queries,
        })
    }

    /// (prompts * tokens, d) to keys (prompts * tokens, d / 2) with the softmax's scale.
    pub fn keys(&self, sizes: &Sizes, tokens: &[f32]) -> Vec<f32> {
        let mut keys = self.k.apply(tokens);
        keys.iter_mut().for_each(|x| *x *= sizes.softmax_scale());
        keys
    }

    /// (prompts * tokens, d) to values (prompts * tokens, d / 2).
    pub fn values(&self, tokens: &[f32]) -> Vec<f32> {
        self.v.apply(tokens)
    }

    /// What one prompt's keys make of the coordinates of `basis`, (heads * tokens, stride).
    pub fn on_coordinates(&self, sizes: &Sizes, keys: &[f32], basis: &Basis) -> Vec<f32> {
        self.queries.as_ref().map_or(vec![], |queries| basis.dots(&through(sizes, keys, queries)))
    }
}

/// A `TwoWayAttentionBlock` as the tokens see it.
pub struct TokenLayer {
    self_attention: SelfAttention,
    norm1: Norm,
    pub token_to_image: TokenToImage,
    norm2: Norm,
    mlp: Mlp,
    norm3: Norm,
    pub image_to_token: ImageToToken,
}

impl TokenLayer {
    /// `before` is the norm that the image's cells come out of, none in layer 0.
    pub fn new(
        weights: &Weights,
        prefix: &str,
        sizes: &Sizes,
        mlp_dim: usize,
        before: Option<&Norm>,
    ) -> Result<Self> {
        let Sizes { d, heads, .. } = *sizes;
        let name = |part: &str| format!("{prefix}.{part}");
        let norm = |i: usize| Norm::new(weights, &format!("{prefix}.norm{i}"), d);
        Ok(Self {
            self_attention: SelfAttention::new(weights, &name("self_attn"), d, heads)?,
            norm1: norm(1)?,
            token_to_image: TokenToImage::new(weights, &name("cross_attn_token_to_image"), d, before)?,
            norm2: norm(2)?,
            mlp: Mlp::new(weights, &name("mlp"), &[d, mlp_dim, d])?,
            norm3: norm(3)?,
            image_to_token: ImageToToken::new(weights, &name("cross_attn_image_to_token"), d, before)?,
        })
    }

    /// Self-attention, before the tokens attend to the image. `position` is what the tokens were at first.
    pub fn attend(&self, tokens: &mut Vec<f32>, position: &[f32], count: usize, first_layer: bool) {
        if first_layer {
            // The first layer's tokens are their own position; nothing is added to themselves.
            *tokens = self.self_attention.apply(tokens, tokens, count);
        } else {
            let mixed = self.self_attention.apply(&sum(tokens, position), tokens, count);
            add(tokens, &mixed);
        }
        self.norm1.apply(tokens);
    }

    /// What follows that: `mixed` is what they gathered, (prompts * tokens, d / 2).
    pub fn after_image(&self, tokens: &mut [f32], mixed: &[f32]) {
        add(tokens, &self.token_to_image.out(mixed));
        self.norm2.apply(tokens);
        let changed = self.mlp.apply(tokens);
        add(tokens, &changed);
        self.norm3.apply(tokens);
    }
}

/// Element-wise sum.
pub fn sum(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// Adds `b` to `a`.
pub fn add(a: &mut [f32], b: &[f32]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
}
