//! The names and the configuration of Hugging Face transformers, for its classes of SAM 2
//! (`Sam2Model`, `Sam2VideoModel`), EdgeTAM (`EdgeTamModel`, `EdgeTamVideoModel`) and SAM 1 (`SamModel`).
//!
//! Scripts that convert weights may rename only some of them, so each name is looked at by itself, and
//! official names stay as they are.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};

/// Beginning of the names of the image encoder.
pub(super) const ENCODER: &str = "vision_encoder.";
/// The embeddings of the four kinds of points in one tensor, which officially are four tensors.
pub(super) const POINT_EMBEDDINGS: &str = "prompt_encoder.point_embed.weight";
pub(super) const POINT_KINDS: usize = 4;

/// Real ones have three kilobytes.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

const POSITIONS: &str = "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix";

/// Beginnings of names, and what they are officially. The first that fits counts.
const BEGINNINGS: [(&str, &str); 39] = [
    ("vision_encoder.backbone.timm_model.", "image_encoder.trunk.body."),
    ("vision_encoder.backbone.", "image_encoder.trunk."),
    ("vision_encoder.layers.", "image_encoder.blocks."),
    ("vision_encoder.neck.conv1.", "image_encoder.neck.0."),
    ("vision_encoder.neck.layer_norm1.", "image_encoder.neck.1."),
    ("vision_encoder.neck.conv2.", "image_encoder.neck.2."),
    ("vision_encoder.neck.layer_norm2.", "image_encoder.neck.3."),
    (ENCODER, "image_encoder."),
    // One tensor under two names, of which a file may have only the first.
    ("shared_image_embedding.positional_embedding", POSITIONS),
    ("prompt_encoder.shared_embedding.positional_embedding", POSITIONS),
    ("prompt_encoder.point_embed.", "prompt_encoder.point_embeddings."),
    ("prompt_encoder.mask_embed.conv1.", "prompt_encoder.mask_downscaling.0."),
    ("prompt_encoder.mask_embed.layer_norm1.", "prompt_encoder.mask_downscaling.1."),
    ("prompt_encoder.mask_embed.conv2.", "prompt_encoder.mask_downscaling.3."),
    ("prompt_encoder.mask_embed.layer_norm2.", "prompt_encoder.mask_downscaling.4."),
    ("prompt_encoder.mask_embed.conv3.", "prompt_encoder.mask_downscaling.6."),
    ("mask_decoder.upscale_conv1.", "mask_decoder.output_upscaling.0."),
    ("mask_decoder.upscale_layer_norm.", "mask_decoder.output_upscaling.1."),
    ("mask_decoder.upscale_conv2.", "mask_decoder.output_upscaling.3."),
    ("memory_encoder.mask_downsampler.layers.0.conv.", "memory_encoder.mask_downsampler.encoder.0."),
    ("memory_encoder.mask_downsampler.layers.0.layer_norm.", "memory_encoder.mask_downsampler.encoder.1."),
    ("memory_encoder.mask_downsampler.layers.1.conv.", "memory_encoder.mask_downsampler.encoder.3."),
    ("memory_encoder.mask_downsampler.layers.1.layer_norm.", "memory_encoder.mask_downsampler.encoder.4."),
    ("memory_encoder.mask_downsampler.layers.2.conv.", "memory_encoder.mask_downsampler.encoder.6."),
    ("memory_encoder.mask_downsampler.layers.2.layer_norm.", "memory_encoder.mask_downsampler.encoder.7."),
    ("memory_encoder.mask_downsampler.layers.3.conv.", "memory_encoder.mask_downsampler.encoder.9."),
    ("memory_encoder.mask_downsampler.layers.3.layer_norm.", "memory_encoder.mask_downsampler.encoder.10."),
    ("memory_encoder.mask_downsampler.final_conv.", "memory_encoder.mask_downsampler.encoder.12."),
    ("memory_encoder.feature_projection.", "memory_encoder.pix_feat_proj."),
    ("memory_encoder.projection.", "memory_encoder.out_proj."),
    ("memory_encoder.memory_fuser.", "memory_encoder.fuser."),
    ("memory_temporal_positional_encoding", "maskmem_tpos_enc"),
    ("spatial_perceiver.latents_1d", "spatial_perceiver.latents"),
    ("no_memory_embedding", "no_mem_embed"),
    ("no_memory_positional_encoding", "no_mem_pos_enc"),
    ("no_object_pointer", "no_obj_ptr"),
    ("object_pointer_proj.", "obj_ptr_proj."),
    ("occlusion_spatial_embedding_parameter", "no_obj_embed_spatial"),
    ("temporal_positional_encoding_projection_layer.", "obj_ptr_tpos_proj."),
];

/// Layers within these modules, and what they are officially.
const LAYERS: [(&str, &str); 9] = [
    (".patch_embed.projection.", ".patch_embed.proj."),
    (".layer_norm_final_attn.", ".norm_final_attn."),
    (".layer_norm", ".norm"),
    (".o_proj.", ".out_proj."),
    (".mlp.proj_in.", ".mlp.layers.0."),
    (".mlp.proj_out.", ".mlp.layers.1."),
    (".depthwise_conv.", ".dwconv."),
    (".pointwise_conv", ".pwconv"),
    (".scale", ".gamma"),
];

/// Layers of EdgeTAM's memory by the beginning of their names, and what they are officially. The keys and values
/// of its perceiver are one tensor officially, and two here.
const EDGE_TAM_LAYERS: [(&str, &[(&str, &str)]); 2] = [
    ("memory_attention.layers.", &[(".mlp.up_proj.", ".linear1."), (".mlp.down_proj.", ".linear2.")]),
    (
        "spatial_perceiver.layers.",
        &[
            (".layer_norm_input.", ".attn.norm_x."),
            (".layer_norm_latents.", ".attn.norm_latents."),
            (".layer_norm_self.", ".self_attn.norm."),
            (".cross_attention.", ".attn."),
            (".self_attention.", ".self_attn."),
            (".q_proj.", ".to_q."),
            (".k_proj.", ".to_k."),
            (".v_proj.", ".to_v."),
            (".o_proj.", ".to_out."),
            (".self_mlp.", ".self_ff."),
            (".mlp.", ".ff."),
            ("ff.layer_norm.", "ff.0."),
            ("ff.up_proj.", "ff.1."),
            ("ff.down_proj.", "ff.3."),
        ],
    ),
];

/// Perceptrons of three layers, by their official names.
const PERCEPTRONS: [&str; 4] = [
    "mask_decoder.output_hypernetworks_mlps.",
    "mask_decoder.iou_prediction_head.",
    "mask_decoder.pred_obj_score_head.",
    "obj_ptr_proj.",
];
/// What the configuration calls EdgeTAM's trunk, whose depths it does not tell.
const EDGE_TAM_TRUNK: &str = "repvit_m1";
/// Where SAM 2's neck keeps its convolutions, officially one level deeper.
const NECK: &str = "image_encoder.neck.convs.";

/// What `sam2` or `segment_anything` calls the tensor `name`; `exists` tells which names the file has.
pub(super) fn official(name: &str, exists: impl Fn(&str) -> bool) -> String {
    let module = BEGINNINGS.iter().find_map(|(from, to)| Some(format!("{to}{}", name.strip_prefix(from)?)));
    let start = module.unwrap_or_else(|| name.to_owned());
    let edge_tam = EDGE_TAM_LAYERS.iter().find(|(start, _)| name.starts_with(start));
    let layers = edge_tam.map_or(&[][..], |(_, layers)| layers).iter().chain(&LAYERS);
    let official = layers.fold(start, |name, (from, to)| name.replace(from, to));
    if PERCEPTRONS.iter().any(|perceptron| official.starts_with(perceptron)) {
        // The layer between `proj_in` and `proj_out` is number 0 here and number 1 officially.
        let perceptron = name.rsplit_once("layers.").map(|(perceptron, _)| perceptron);
        return if perceptron.is_some_and(|perceptron| exists(&format!("{perceptron}proj_in.weight"))) {
            official.replace(".layers.0.", ".layers.1.")
        } else {
            official.replace(".proj_in.", ".layers.0.").replace(".proj_out.", ".layers.2.")
        };
    }
    match official.strip_prefix(NECK).and_then(|rest| rest.split_once('.')) {
        Some((number, parameter @ ("weight" | "bias"))) => format!("{NECK}{number}.conv.{parameter}"),
        _ => official,
    }
}

/// The official key of one row of [`POINT_EMBEDDINGS`].
pub(super) fn point_embedding(row: usize) -> String {
    format!("prompt_encoder.point_embeddings.{row}.weight")
}

/// The configuration that lies in a folder, as [`config`] gives it.
pub(super) fn config_in(folder: &Path) -> Result<Option<Value>, String> {
    let Some(json) = text(&folder.join("config.json")) else { return Ok(None) };
    let preprocessor = ["preprocessor_config.json", "processor_config.json"]
        .iter()
        .find_map(|name| text(&folder.join(name)));
    config(&json, preprocessor.as_deref()).map_err(|cause| format!("config.json next to it: {cause}"))
}

/// The text of a small file, if there is one.
fn text(path: &Path) -> Option<String> {
    // Opening what is no file can wait forever.
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    File::open(path).ok()?.take(MAX_CONFIG_BYTES).read_to_string(&mut text).ok()?;
    Some(text)
}

/// The content of a `config.json`, and of the `preprocessor_config.json` or `processor_config.json`
/// beside it, as the flat JSON that [`Config::from_json`](crate::sam::Config::from_json) takes; none
/// if it is about something else than SAM 2, EdgeTAM or SAM 1.
///
/// What is not given has the default of transformers. The side of the network input comes from
/// `config.json`, on which the position embeddings depend, and only mean and deviation from the
/// preprocessor.
///
/// # Errors
/// It is no JSON, or says that the network is built otherwise than all published ones.
pub(super) fn config(json: &str, preprocessor: Option<&str>) -> Result<Option<Value>, String> {
    let root: Value = serde_json::from_str(json).map_err(|e| e.to_string())?;
    let (vision, decoder) = (&root["vision_config"], &root["mask_decoder_config"]);
    let (mean, std) = normalisation(preprocessor)?;
    let heads = "num_attention_heads";
    let mut flat = match root["model_type"].as_str() {
        Some("sam2" | "sam2_video") => {
            let trunk = &vision["backbone_config"];
            expect(vision, "fpn_top_down_levels", json!([2, 3]))?;
            json!({
                "embed_dim": or(&trunk["embed_dim_per_stage"][0], or(&trunk["hidden_size"], json!(96))),
                "num_heads": or(&trunk["num_attention_heads_per_stage"][0], or(&trunk[heads], json!(1))),
                "stages": or(&trunk["blocks_per_stage"], json!([1, 2, 7, 2])),
                "global_att_blocks": or(&trunk["global_attention_blocks"], json!([5, 7, 9])),
                "window_spec": or(&trunk["window_size_per_stage"], json!([8, 4, 14, 7])),
                "q_pool": or(&trunk["num_query_pool_stages"], json!(3)),
                "window_pos_embed_bkg_spatial_size":
                    or(&trunk["window_positional_embedding_background_size"], json!([7, 7])),
                "d_model": or(&vision["fpn_hidden_size"], json!(256)),
            })
        }
        Some("edgetam" | "edgetam_video") => {
            expect(vision, "fpn_top_down_levels", json!([2, 3]))?;
            let trunk = vision["backbone_config"]["architecture"].as_str().unwrap_or(EDGE_TAM_TRUNK);
            // What follows a dot tells how it was trained.
            if trunk.split('.').next() != Some(EDGE_TAM_TRUNK) {
                return Err(format!("`architecture` is {trunk}, only {EDGE_TAM_TRUNK} is supported"));
            }
            json!({
                "encoder": "repvit",
                "embed_dim": or(&vision["backbone_channel_list"][3], json!(48)),
                "depths": [2, 2, 14, 2],
                "d_model": or(&vision["fpn_hidden_size"], json!(256)),
                "mem_dim": or(&root["perceiver_resampler_hidden_size"], json!(64)),
                "memory_ffn": or(&root["memory_attention_mlp_hidden_size"], json!(2048)),
                "memory_layers": or(&root["memory_attention_num_layers"], json!(2)),
                "perceiver": {
                    "depth": or(&root["perceiver_resampler_num_layers"], json!(2)),
                    "num_latents": or(&root["perceiver_resampler_num_latents"], json!(256)),
                    "num_latents_2d": or(&root["perceiver_resampler_num_latents_2d"], json!(256)),
                },
            })
        }
        Some("sam") => json!({
            "family": "sam1",
            "encoder": "vit",
            "embed_dim": or(&vision["hidden_size"], json!(768)),
            "depth": or(&vision["num_hidden_layers"], json!(12)),
            "num_heads": or(&vision[heads], json!(12)),
            "window_size": or(&vision["window_size"], json!(14)),
            "global_attn_indexes": or(&vision["global_attn_indexes"], json!([2, 5, 8, 11])),
            "d_model": or(&vision["output_channels"], json!(256)),
        }),
        _ => return Ok(None),
    };
    expect(decoder, "iou_head_depth", json!(3))?;
    flat["image_size"] = match or(&root["prompt_encoder_config"]["image_size"], json!(1024)) {
        Value::Array(sides) => match &sides[..] {
            [height, width] if height == width => width.clone(),
            _ => return Err(format!("`image_size` is {sides:?}, which is not a square")),
        },
        side => side,
    };
    flat["decoder_depth"] = or(&decoder["num_hidden_layers"], json!(2));
    flat["decoder_num_heads"] = or(&decoder[heads], json!(8));
    flat["mlp_dim"] = or(&decoder["mlp_dim"], json!(2048));
    flat["iou_head_hidden_dim"] = or(&decoder["iou_head_hidden_dim"], json!(256));
    flat["mean"] = mean;
    flat["std"] = std;
    Ok(Some(flat))
}

/// A value, or the default if it is missing or null.
fn or(value: &Value, default: Value) -> Value {
    if value.is_null() { default } else { value.clone() }
}

/// Checks a setting that all published networks share and that no shape of a tensor tells.
fn expect(section: &Value, key: &str, expected: Value) -> Result<(), String> {
    match &section[key] {
        found if found.is_null() || *found == expected => Ok(()),
        found => Err(format!("`{key}` is {found}, only {expected} is supported")),
    }
}

/// Mean and standard deviation of the channels, on [0, 1].
fn normalisation(preprocessor: Option<&str>) -> Result<(Value, Value), String> {
    let root: Value = match preprocessor {
        Some(json) => serde_json::from_str(json).map_err(|e| format!("the preprocessor's: {e}"))?,
        None => Value::Null,
    };
    // A processor for text and images keeps that for images within.
    let images = if root["image_processor"].is_object() { &root["image_processor"] } else { &root };
    Ok(if images["do_normalize"] == json!(false) {
        (json!([0, 0, 0]), json!([1, 1, 1]))
    } else {
        (
            or(&images["image_mean"], json!([0.485, 0.456, 0.406])),
            or(&images["image_std"], json!([0.229, 0.224, 0.225])),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_the_video_model_has_its_official_names() {
        for (name, expected) in [
            (
                "memory_attention.layers.3.cross_attn_image.o_proj.bias",
                "memory_attention.layers.3.cross_attn_image.out_proj.bias",
            ),
            ("memory_attention.layers.0.layer_norm2.weight", "memory_attention.layers.0.norm2.weight"),
            ("memory_attention.layer_norm.weight", "memory_attention.norm.weight"),
            (
                "memory_encoder.mask_downsampler.layers.2.layer_norm.bias",
                "memory_encoder.mask_downsampler.encoder.7.bias",
            ),
            (
                "memory_encoder.mask_downsampler.final_conv.weight",
                "memory_encoder.mask_downsampler.encoder.12.weight",
            ),
            ("memory_encoder.memory_fuser.layers.1.scale", "memory_encoder.fuser.layers.1.gamma"),
            (
                "memory_encoder.memory_fuser.layers.1.depthwise_conv.bias",
                "memory_encoder.fuser.layers.1.dwconv.bias",
            ),
            (
                "memory_encoder.memory_fuser.layers.1.pointwise_conv2.bias",
                "memory_encoder.fuser.layers.1.pwconv2.bias",
            ),
            (
                "memory_encoder.memory_fuser.layers.0.layer_norm.bias",
                "memory_encoder.fuser.layers.0.norm.bias",
            ),
            ("memory_encoder.feature_projection.bias", "memory_encoder.pix_feat_proj.bias"),
            ("memory_encoder.projection.bias", "memory_encoder.out_proj.bias"),
            ("memory_temporal_positional_encoding", "maskmem_tpos_enc"),
            ("object_pointer_proj.proj_in.weight", "obj_ptr_proj.layers.0.weight"),
            ("object_pointer_proj.layers.0.weight", "obj_ptr_proj.layers.1.weight"),
            ("object_pointer_proj.proj_out.weight", "obj_ptr_proj.layers.2.weight"),
            ("temporal_positional_encoding_projection_layer.bias", "obj_ptr_tpos_proj.bias"),
            ("occlusion_spatial_embedding_parameter", "no_obj_embed_spatial"),
            ("mask_downsample.weight", "mask_downsample.weight"),
        ] {
            assert_eq!(official(name, |name| name == "object_pointer_proj.proj_in.weight"), expected);
        }
    }

    #[test]
    fn the_tensors_of_edge_tam_have_their_official_names() {
        let perceiver = |part: &str| format!("spatial_perceiver.{part}");
        for (name, expected) in [
            ("latents_1d", "latents"),
            ("latents_2d", "latents_2d"),
            ("layer_norm.bias", "norm.bias"),
            ("layers.1.layer_norm_input.weight", "layers.1.attn.norm_x.weight"),
            ("layers.1.layer_norm_latents.weight", "layers.1.attn.norm_latents.weight"),
            ("layers.0.layer_norm_self.bias", "layers.0.self_attn.norm.bias"),
            ("layers.0.cross_attention.q_proj.weight", "layers.0.attn.to_q.weight"),
            ("layers.0.cross_attention.k_proj.weight", "layers.0.attn.to_k.weight"),
            ("layers.0.self_attention.v_proj.weight", "layers.0.self_attn.to_v.weight"),
            ("layers.0.self_attention.o_proj.weight", "layers.0.self_attn.to_out.weight"),
            ("layers.0.mlp.layer_norm.weight", "layers.0.ff.0.weight"),
            ("layers.0.mlp.up_proj.weight", "layers.0.ff.1.weight"),
            ("layers.1.self_mlp.down_proj.weight", "layers.1.self_ff.3.weight"),
        ] {
            assert_eq!(official(&perceiver(name), |_| false), perceiver(expected));
            assert_eq!(official(&perceiver(expected), |_| false), perceiver(expected));
        }
        for (name, expected) in [
            (
                "vision_encoder.backbone.timm_model.stages_1.blocks.0.token_mixer.conv1.c.weight",
                "image_encoder.trunk.body.stages_1.blocks.0.token_mixer.conv1.c.weight",
            ),
            ("memory_attention.layers.1.mlp.up_proj.bias", "memory_attention.layers.1.linear1.bias"),
            ("memory_attention.layers.1.mlp.down_proj.bias", "memory_attention.layers.1.linear2.bias"),
            (
                "memory_attention.layers.1.self_attn.o_proj.bias",
                "memory_attention.layers.1.self_attn.out_proj.bias",
            ),
        ] {
            assert_eq!(official(name, |_| false), expected);
        }
    }

    #[test]
    fn official_names_stay() {
        for name in [
            "obj_ptr_proj.layers.0.weight",
            "mask_decoder.iou_prediction_head.layers.2.bias",
            "image_encoder.neck.convs.3.conv.weight",
            "image_encoder.neck.3.weight",
            "image_encoder.layers.1.blocks.0.local_conv.bn.running_mean",
            "memory_encoder.fuser.layers.0.gamma",
        ] {
            assert_eq!(official(name, |_| false), name);
        }
    }

    #[test]
    fn what_is_not_given_has_the_default_of_transformers() {
        let flat =
            config(r#"{"model_type": "sam2_video", "vision_config": {"backbone_config": null}}"#, None);
        let flat = flat.unwrap().unwrap();
        assert_eq!((&flat["stages"], &flat["image_size"]), (&json!([1, 2, 7, 2]), &json!(1024)));
        let preprocessor = r#"{"image_processor": {"do_normalize": false, "image_mean": [0.5, 0.5, 0.5]}}"#;
        let edge_tam = config(r#"{"model_type": "edgetam_video"}"#, None).unwrap().unwrap();
        assert_eq!((&edge_tam["embed_dim"], &edge_tam["perceiver"]["depth"]), (&json!(48), &json!(2)));
        let flat = config(r#"{"model_type": "sam"}"#, Some(preprocessor)).unwrap().unwrap();
        assert_eq!((&flat["depth"], &flat["mean"]), (&json!(12), &json!([0, 0, 0])));
        let preprocessor = r#"{"image_std": [0.5, 0.5, 0.5]}"#;
        let flat = config(r#"{"model_type": "sam"}"#, Some(preprocessor)).unwrap().unwrap();
        assert_eq!(flat["std"], json!([0.5, 0.5, 0.5]));
    }

    #[test]
    fn other_configurations_are_none_and_unusual_ones_errors() {
        assert_eq!(config(r#"{"model_type": "bert"}"#, None), Ok(None));
        assert_eq!(config("[1]", None), Ok(None));
        for (json, reason) in [
            ("{", "EOF"),
            (
                r#"{"model_type": "sam", "mask_decoder_config": {"iou_head_depth": 4}}"#,
                "`iou_head_depth` is 4",
            ),
            (
                r#"{"model_type": "sam2", "vision_config": {"fpn_top_down_levels": [3]}}"#,
                "`fpn_top_down_levels`",
            ),
            (
                r#"{"model_type": "edgetam", "vision_config": {"backbone_config": {"architecture": "repvit_m3"}}}"#,
                "`architecture`",
            ),
            (
                r#"{"model_type": "sam2", "prompt_encoder_config": {"image_size": [512, 768]}}"#,
                "not a square",
            ),
        ] {
            let error = config(json, None).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
