#!/usr/bin/env python3
"""Write small Segment Anything networks with random weights in the layout of Hugging Face transformers, and what transformers
makes of them, to check that files of that layout open and give the same masks.

Needs: pip install torch torchvision transformers safetensors pillow sam2 segment-anything   (CPU is enough)

    make_transformers.py [OUT_DIR]        writes OUT_DIR/sam2 and OUT_DIR/sam1, by default into transformers/ beside this script
    make_transformers.py --check SIZES    writes nothing: builds SAM 2, its video model and SAM 1 in SIZES (small or full) and
                                          loads their weights, renamed, into the official implementations

Each folder holds `model.safetensors` (float16), `config.json` and `preprocessor_config.json` as `save_pretrained` writes them, and
`reference.safetensors` (float32): for the photo of mini_reference.safetensors and each case `point` and `box`: `CASE.low_res`
(3,S/4,S/4) and `CASE.iou` (3), the three candidates; `CASE.coords` in photo pixels (1,2 or 2,2). `official.json` lists the
official name, shape, first and last value of each tensor.
"""
import json
import os
import re
import sys
from pathlib import Path

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import numpy as np
import torch
import transformers as T
from PIL import Image
from safetensors.torch import load_file, save_file

HERE = Path(__file__).resolve().parent
SIDE, WIDTH = 192, 32
MEAN, STD = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1), torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
CASES = {"point": [[72.0, 48.0]], "box": [[32.0, 18.0], [112.0, 96.0]]}  # in photo pixels


def sam2_config(cls):
    backbone = dict(hidden_size=16, num_attention_heads=1, image_size=[SIDE, SIDE], blocks_per_stage=[1, 2, 3, 1],
                    embed_dim_per_stage=[16, 32, 64, 128], num_attention_heads_per_stage=[1, 2, 4, 8],
                    window_size_per_stage=[8, 4, 10, 5], global_attention_blocks=[4],
                    window_positional_embedding_background_size=[5, 5], model_type="sam2_hiera_det_model")
    vision = dict(backbone_config=backbone, backbone_channel_list=[128, 64, 32, 16], fpn_hidden_size=WIDTH,
                  backbone_feature_sizes=[[SIDE // k] * 2 for k in (4, 8, 16)], model_type="sam2_vision_model")
    return cls(vision_config=vision, prompt_encoder_config=dict(hidden_size=WIDTH, image_size=SIDE),
               mask_decoder_config=dict(hidden_size=WIDTH, iou_head_hidden_dim=256))


def sam1_config():
    vision = dict(hidden_size=32, output_channels=WIDTH, num_hidden_layers=4, num_attention_heads=2, image_size=SIDE,
                  window_size=5, global_attn_indexes=[1, 3], num_pos_feats=WIDTH // 2)
    return T.SamConfig(vision_config=vision, prompt_encoder_config=dict(hidden_size=WIDTH, image_size=SIDE),
                       mask_decoder_config=dict(hidden_size=WIDTH, mlp_dim=96, iou_head_hidden_dim=48))


def randomise(model):
    """Random weights that let every part of the network matter, exact in float16."""
    g = torch.Generator().manual_seed(20250813)
    for name, p in model.state_dict().items():
        if "positional_embedding" in name:
            value = torch.randn(p.shape, generator=g)
        elif re.search(r"norm\w*\.weight$", name):
            value = 1 + 0.1 * torch.randn(p.shape, generator=g)
        else:
            fan_in = p[0].numel() if p.dim() > 1 else 100
            value = torch.randn(p.shape, generator=g) * (0.5 if "pos_embed" in name or "token" in name or "_embed" in name else fan_in ** -0.5)
        p.copy_(value.half().float())
    # One tensor under two names.
    model.prompt_encoder.shared_embedding.positional_embedding.copy_(model.shared_image_embedding.positional_embedding)
    return model.eval()


def squashed(photo):
    """The network input of SAM 2, as the official predictor makes it."""
    x = torch.from_numpy(photo).permute(2, 0, 1).float()[None] / 255
    x = torch.nn.functional.interpolate(x, (SIDE, SIDE), mode="bilinear", antialias=True)
    return (x - MEAN) / STD, SIDE / photo.shape[1], SIDE / photo.shape[0]


def padded(photo):
    """The network input of SAM 1, as the official predictor makes it."""
    h, w = photo.shape[:2]
    scale = SIDE / max(h, w)
    nh, nw = int(h * scale + 0.5), int(w * scale + 0.5)
    x = torch.from_numpy(np.array(Image.fromarray(photo).resize((nw, nh), Image.BILINEAR))).permute(2, 0, 1).float()
    x = (x - MEAN * 255) / (STD * 255)
    return torch.nn.functional.pad(x, (0, SIDE - nw, 0, SIDE - nh))[None], nw / w, nh / h


def reference(model, photo, prepare):
    image, sx, sy = prepare(photo)
    out = {}
    for case, coords in CASES.items():
        scaled = torch.tensor(coords) * torch.tensor([sx, sy])
        prompt = dict(input_boxes=scaled.reshape(1, 1, 4)) if case == "box" else dict(
            input_points=scaled[None, None], input_labels=torch.ones(1, 1, 1, dtype=torch.int32))
        got = model(pixel_values=image, multimask_output=True, **prompt)
        out |= {f"{case}.coords": torch.tensor(coords), f"{case}.low_res": got.pred_masks[0, 0], f"{case}.iou": got.iou_scores[0, 0]}
    return {k: v.float().contiguous().clone() for k, v in out.items()}


def write(folder, model, processor, photo, prepare):
    folder.mkdir(parents=True, exist_ok=True)
    tensors = renamed(model, isinstance(model, T.Sam2Model)).items()
    lines = [json.dumps([k, list(v.shape), v.flatten()[0].item(), v.flatten()[-1].item()]) for k, v in tensors]
    (folder / "official.json").write_text("[" + ",\n".join(lines) + "]\n")
    save_file(reference(model, photo, prepare), folder / "reference.safetensors")
    processor.save_pretrained(folder)
    model.half().save_pretrained(folder)


MLP3 = ("output_hypernetworks_mlps", "iou_prediction_head", "pred_obj_score_head", "object_pointer_proj")


def official(name):
    """The key of facebookresearch's sam2 or segment_anything for one of transformers, written independently of the program."""
    sam2 = official.sam2
    if any(m in name for m in MLP3):
        name = re.sub(r"\.layers\.(\d+)\.", lambda m: f".layers.{int(m[1]) + 1}.", name)
        name = name.replace(".proj_in.", ".layers.0.").replace(".proj_out.", ".layers.2.")
    name = name.replace(".mlp.proj_in.", ".mlp.layers.0.").replace(".mlp.proj_out.", ".mlp.layers.1.")
    for i, (a, b) in enumerate([("conv1", 0), ("layer_norm1", 1), ("conv2", 3), ("layer_norm2", 4), ("conv3", 6)]):
        name = name.replace(f"mask_embed.{a}.", f"mask_downscaling.{b}.")
    for a, b in [("conv1", 0), ("layer_norm1", 1), ("conv2", 2), ("layer_norm2", 3)]:
        name = name.replace(f"vision_encoder.neck.{a}.", f"vision_encoder.neck.{b}.")
    name = re.sub(r"mask_downsampler\.layers\.(\d)\.conv\.", lambda m: f"mask_downsampler.encoder.{3 * int(m[1])}.", name)
    name = re.sub(r"mask_downsampler\.layers\.(\d)\.layer_norm\.", lambda m: f"mask_downsampler.encoder.{3 * int(m[1]) + 1}.", name)
    for a, b in [("mask_downsampler.final_conv", "mask_downsampler.encoder.12"), ("upscale_conv1", "output_upscaling.0"),
                 ("upscale_layer_norm", "output_upscaling.1"), ("upscale_conv2", "output_upscaling.3"), ("layer_norm", "norm"),
                 ("o_proj", "out_proj"), ("temporal_positional_encoding_projection_layer", "obj_ptr_tpos_proj"), ("patch_embed.projection", "patch_embed.proj"),
                 ("feature_projection", "pix_feat_proj"), ("memory_encoder.projection", "memory_encoder.out_proj"),
                 ("memory_fuser", "fuser"), (".scale", ".gamma"), ("depthwise_conv", "dwconv"), ("pointwise_conv", "pwconv"),
                 ("no_memory_embedding", "no_mem_embed"), ("no_memory_positional_encoding", "no_mem_pos_enc"),
                 ("memory_temporal_positional_encoding", "maskmem_tpos_enc"), ("no_object_pointer", "no_obj_ptr"),
                 ("occlusion_spatial_embedding_parameter", "no_obj_embed_spatial"), ("object_pointer_proj", "obj_ptr_proj"),
                 ("prompt_encoder.point_embed.", "prompt_encoder.point_embeddings."),
                 ("vision_encoder.backbone", "image_encoder.trunk"), ("vision_encoder.layers", "image_encoder.blocks"),
                 ("vision_encoder", "image_encoder"),
                 ("shared_embedding.positional_embedding", "pe_layer.positional_encoding_gaussian_matrix"),
                 ("shared_image_embedding.positional_embedding", "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix")]:
        name = name.replace(a, b)
    if sam2:
        name = re.sub(r"^(prompt_encoder|mask_decoder)", r"sam_\1", name)
        name = re.sub(r"(neck\.convs\.\d)\.", r"\1.conv.", name)
    return name


def renamed(model, sam2):
    official.sam2 = sam2
    out = {}
    for name, value in model.state_dict().items():
        if sam2 and name == "prompt_encoder.point_embed.weight":
            out |= {f"sam_prompt_encoder.point_embeddings.{i}.weight": value[i:i + 1] for i in range(4)}
        else:
            out[official(name)] = value
    return out


def check(sizes):
    """Every tensor of transformers has its place in the official implementation, with the same shape, and the other way round."""
    import make_reference
    from segment_anything import sam_model_registry
    small = sizes == "small"
    official_sam2 = make_reference.build(make_reference.CONFIGS["mini"] | {"d_model": WIDTH} if small else make_reference.CONFIGS["tiny"])
    models = [(T.Sam2Model, sam2_config(T.Sam2Config))] if small else [
        (T.Sam2Model, T.Sam2Config()), (T.Sam2VideoModel, T.Sam2VideoConfig())]
    for cls, config in models:
        missing, unexpected = official_sam2.load_state_dict(renamed(cls(config), True), strict=False)
        video = ("memory_", "maskmem", "no_mem_pos", "no_obj", "obj_ptr", "mask_downsample")
        missing = [k for k in missing if cls is T.Sam2VideoModel or not k.startswith(video)]
        # The official network is built as SAM 2.0's, without this one.
        unexpected = [k for k in unexpected if not k.startswith("obj_ptr_tpos_proj")]
        print(cls.__name__, sizes, "missing", missing, "unexpected", unexpected)
    if not small:
        missing, unexpected = sam_model_registry["vit_b"]().load_state_dict(renamed(T.SamModel(T.SamConfig()), False), strict=False)
        print("SamModel", sizes, "missing", missing, "unexpected", unexpected)


@torch.no_grad()
def main():
    if sys.argv[1:2] == ["--check"]:
        return check(sys.argv[2])
    out = Path(sys.argv[1]) if sys.argv[1:] else HERE / "transformers"
    photo = load_file(HERE / "mini_reference.safetensors")["photo"].numpy()
    size = {"height": SIDE, "width": SIDE}
    write(out / "sam2", randomise(T.Sam2Model(sam2_config(T.Sam2Config))), T.Sam2ImageProcessor(size=size), photo, squashed)
    write(out / "sam1", randomise(T.SamModel(sam1_config())),
          T.SamImageProcessor(size={"longest_edge": SIDE}, pad_size=size), photo, padded)


if __name__ == "__main__":
    main()
