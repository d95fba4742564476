//! Tells the published networks apart by the shapes of their tensors.

use super::TensorStore;
use crate::sam2::config::Config;

/// What distinguishes a published network; the other sizes are the same in all of them.
struct Variant {
    embed_dim: usize,
    num_heads: usize,
    stages: [usize; 4],
    global_att_blocks: [usize; 3],
    window_spec: [usize; 4],
    background: usize,
}

/// The sizes in the official configurations `sam2_hiera_t`, `_s`, `_b+` and `_l`, which SAM 2 and
/// SAM 2.1 share.
const VARIANTS: [Variant; 4] = [
    Variant {
        embed_dim: 96,
        num_heads: 1,
        stages: [1, 2, 7, 2],
        global_att_blocks: [5, 7, 9],
        window_spec: [8, 4, 14, 7],
        background: 7,
    },
    Variant {
        embed_dim: 96,
        num_heads: 1,
        stages: [1, 2, 11, 2],
        global_att_blocks: [7, 10, 13],
        window_spec: [8, 4, 14, 7],
        background: 7,
    },
    Variant {
        embed_dim: 112,
        num_heads: 2,
        stages: [2, 3, 16, 3],
        global_att_blocks: [12, 16, 20],
        window_spec: [8, 4, 14, 7],
        background: 14,
    },
    Variant {
        embed_dim: 144,
        num_heads: 2,
        stages: [2, 6, 36, 4],
        global_att_blocks: [23, 33, 43],
        window_spec: [8, 4, 16, 8],
        background: 7,
    },
];

const PATCH_EMBED: &str = "image_encoder.trunk.patch_embed.proj.weight";
/// More blocks than any network has; counting ends here whatever the file holds.
const MOST_BLOCKS: usize = 1000;

/// The sizes of the published network that these tensors belong to; the error says why it is none.
pub(super) fn detect(store: &dyn TensorStore) -> Result<Config, String> {
    let shape = store
        .shape(PATCH_EMBED)
        .ok_or_else(|| format!("tensor `{PATCH_EMBED}` is missing; these are not the weights of SAM 2"))?;
    let embed_dim = shape.first().copied().unwrap_or(0);
    let is_block = |i: &usize| store.shape(&format!("image_encoder.trunk.blocks.{i}.norm1.weight")).is_some();
    let blocks = (0..MOST_BLOCKS).take_while(is_block).count();
    let matching = |v: &&Variant| v.embed_dim == embed_dim && v.stages.iter().sum::<usize>() == blocks;
    let variant = VARIANTS.iter().find(matching).ok_or_else(|| {
        format!(
            "an encoder with {embed_dim} channels and {blocks} blocks; SAM 2 has 96 and 12 (tiny), \
             96 and 16 (small), 112 and 24 (base+) or 144 and 48 (large)"
        )
    })?;
    Ok(Config {
        image_size: 1024,
        embed_dim,
        num_heads: variant.num_heads,
        stages: variant.stages.to_vec(),
        global_att_blocks: variant.global_att_blocks.to_vec(),
        window_spec: variant.window_spec.to_vec(),
        q_pool: 3,
        window_pos_embed_bkg_spatial_size: [variant.background; 2],
        d_model: 256,
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
        decoder_depth: 2,
        decoder_num_heads: 8,
    })
}

#[cfg(test)]
mod tests {
    use super::super::StoreError;
    use super::*;

    /// Only the shapes that tell variants apart.
    struct Shapes(usize, usize);

    impl TensorStore for Shapes {
        fn metadata(&self, _: &str) -> Option<&str> {
            None
        }

        fn names(&self) -> Vec<String> {
            vec![]
        }

        fn shape(&self, name: &str) -> Option<&[usize]> {
            if name == PATCH_EMBED {
                return Some(std::slice::from_ref(&self.0));
            }
            let block: usize = name.split('.').nth(3)?.parse().ok()?;
            (block < self.1).then_some(&[])
        }

        fn to_f32(&self, _: &str) -> Result<Vec<f32>, StoreError> {
            Err(StoreError::Format("nothing"))
        }
    }

    #[test]
    fn channels_and_blocks_tell_the_variants_apart() {
        for (channels, blocks, global) in [(96, 12, 5), (96, 16, 7), (112, 24, 12), (144, 48, 23)] {
            let config = detect(&Shapes(channels, blocks)).unwrap();
            assert_eq!(config.global_att_blocks[0], global);
            assert_eq!((config.image_size, config.d_model), (1024, 256));
        }
        let error = detect(&Shapes(96, 13)).unwrap_err();
        assert!(error.contains("96 channels and 13 blocks"), "{error}");
    }
}
