#!/usr/bin/env python3
"""Write reference tensors of the official EdgeTAM, photos and sequences, to check another implementation against.

Needs: pip install torch torchvision edgetam-dimos timm safetensors pillow   (CPU is enough; in an environment of its own,
because its package is called sam2, too)

    make_edgetam_reference.py mini_edgetam OUT_DIR   a small network with random weights, a small picture and eight frames
    make_edgetam_reference.py edgetam OUT_DIR --image PHOTO --frames DIR [--scenario click]   full size, random weights

Writes  NAME.pt (full size)                {'model': state_dict}, the official checkpoint layout
        NAME.safetensors (the small one)   the tensors in float16, metadata 'config' (JSON)
        NAME_reference.safetensors         as make_reference.py does: `stage_0..3` is what comes out of the trunk
        NAME_video_reference.safetensors   as make_video_reference.py does; `memory_map` is a memory before the perceiver

The official predictor of this package follows the objects of a sequence together, so that scenario `two` is left out.
"""
import argparse
import json
import tempfile
from pathlib import Path
from unittest.mock import patch

import numpy as np
import timm
import torch
from PIL import Image, ImageOps
from safetensors.torch import save_file
from timm.models.repvit import RepVit
import make_reference as photos
import make_video_reference as videos
from sam2.modeling.backbones.image_encoder import FpnNeck, ImageEncoder
from sam2.modeling.backbones.timm import TimmBackbone
from sam2.modeling.memory_attention import MemoryAttention, MemoryAttentionLayer
from sam2.modeling.memory_encoder import CXBlock, Fuser, MaskDownSampler, MemoryEncoder
from sam2.modeling.perceiver import PerceiverResampler
from sam2.modeling.position_encoding import PositionEmbeddingSine
from sam2.modeling.sam.transformer import RoPEAttention, RoPEAttentionv2
from sam2.sam2_video_predictor import SAM2VideoPredictor

CONFIGS = {
    # maps of 48, 24, 12 and 6 cells; windows of 3x3 cells under the perceiver's latents
    "mini_edgetam": dict(encoder="repvit", image_size=192, embed_dim=16, depths=[2, 1, 3, 1], d_model=64, mem_dim=16,
                         memory_layers=2, memory_ffn=96, perceiver=dict(depth=2, num_latents=20, num_latents_2d=16)),
    "edgetam": dict(encoder="repvit", image_size=1024, embed_dim=48, depths=[2, 2, 14, 2], d_model=256, mem_dim=64,
                    memory_layers=2, memory_ffn=2048, perceiver=dict(depth=2, num_latents=256, num_latents_2d=256)),
}


def trunk(c):
    """timm's repvit_m1, which the official class would download, at these sizes."""
    def create(name, pretrained, **kw):
        return timm.create_model(name, pretrained=False, embed_dim=[c["embed_dim"] << i for i in range(4)],
                                 depth=c["depths"], **kw)

    with patch("sam2.modeling.backbones.timm.create_model", create):
        return TimmBackbone("repvit_m1.dist_in1k", ["layer0", "layer1", "layer2", "layer3"])


def build(c):
    """The official modules, wired as edgetam.yaml and build_sam2_video_predictor's overrides wire them."""
    d, m, cells, latents = c["d_model"], c["mem_dim"], c["image_size"] // 16, c["perceiver"]
    body = trunk(c)
    neck = FpnNeck(PositionEmbeddingSine(d, normalize=True), d, body.channel_list, fpn_top_down_levels=[2, 3],
                   fpn_interp_model="nearest")
    rope = dict(rope_theta=10000.0, embedding_dim=d, num_heads=1, downsample_rate=1, dropout=0.1)
    keys = int(latents["num_latents_2d"] ** 0.5)
    layer = MemoryAttentionLayer(activation="relu", d_model=d, dim_feedforward=c["memory_ffn"], dropout=0.1,
                                 pos_enc_at_attn=False, pos_enc_at_cross_attn_keys=True,
                                 pos_enc_at_cross_attn_queries=False,
                                 self_attention=RoPEAttention(**rope, feat_sizes=[cells] * 2),
                                 cross_attention=RoPEAttentionv2(**rope, q_sizes=[cells] * 2, k_sizes=[keys] * 2,
                                                                 kv_in_dim=m))
    memory = MemoryEncoder(out_dim=m, position_encoding=PositionEmbeddingSine(m, normalize=True),
                           mask_downsampler=MaskDownSampler(embed_dim=d, kernel_size=3, stride=2, padding=1),
                           fuser=Fuser(CXBlock(dim=d), num_layers=2), in_dim=d)
    perceiver = PerceiverResampler(dim=m, dim_head=m, heads=1, ff_mult=4, hidden_dropout_p=0.0, attention_dropout_p=0.0,
                                   pos_enc_at_key_value=True, concat_kv_latents=False, use_self_attn=True,
                                   position_encoding=PositionEmbeddingSine(m, normalize=True), **latents)
    return SAM2VideoPredictor(
        image_encoder=ImageEncoder(body, neck, scalp=1),
        memory_attention=MemoryAttention(d, True, layer, c["memory_layers"]), memory_encoder=memory,
        spatial_perceiver=perceiver, num_maskmem=7, image_size=c["image_size"], sigmoid_scale_for_mem_enc=20.0,
        sigmoid_bias_for_mem_enc=-10.0, use_mask_input_as_output_without_sam=True, directly_add_no_mem_embed=True,
        use_high_res_features_in_sam=True, multimask_output_in_sam=True, iou_prediction_use_sigmoid=True,
        use_obj_ptrs_in_encoder=True, add_tpos_enc_to_obj_ptrs=False, only_obj_ptrs_in_the_past_for_eval=True,
        pred_obj_scores=True, pred_obj_scores_mlp=True, fixed_no_obj_ptr=True, multimask_output_for_tracking=True,
        use_multimask_token_for_obj_ptr=True, multimask_min_pt_num=0, multimask_max_pt_num=1,
        use_mlp_for_obj_ptr_proj=True, binarize_mask_from_pts_for_mem_enc=True, fill_hole_area=0,
        # Its default, false, forgets a correction as soon as the frame is tracked again.
        add_all_frames_to_correct_as_cond=True,
        sam_mask_decoder_extra_args=dict(dynamic_multimask_via_stability=True,
                                         dynamic_multimask_stability_delta=0.05,
                                         dynamic_multimask_stability_thresh=0.98)).eval()


@torch.no_grad()
def randomise(model):
    """Random weights with which every bias, norm, embedding and memory matters, as numbers of 16 bits."""
    for p in model.parameters():
        p += 0.03 * torch.randn_like(p)
    for m in model.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.weight.uniform_(0.5, 1.5)
            m.running_mean.normal_(0, 0.2)
            m.running_var.uniform_(0.5, 1.5)
            m.num_batches_tracked.fill_(1)
    for name, p in model.image_encoder.trunk.named_parameters():
        if ".se." in name:  # gates that differ, and depend on the photo
            p.normal_(0, 1.0)
    for name, m in model.image_encoder.trunk.named_modules():
        if name.endswith(("channel_mixer.conv2.bn", "ffn.conv2.bn")):  # a deep network must not grow without end
            m.weight.uniform_(0.1, 0.3)
    model.sam_mask_decoder.pred_obj_score_head.layers[-1].bias += 4.0  # the objects are there
    for layer in model.memory_attention.layers:  # what is remembered shall matter
        layer.cross_attn_image.v_proj.weight *= 4
        layer.cross_attn_image.out_proj.weight *= 4
        layer.cross_attn_image.q_proj.weight *= 3
        layer.cross_attn_image.k_proj.weight *= 3
    model.memory_encoder.out_proj.weight *= 3
    for name, p in model.spatial_perceiver.named_parameters():
        if name.endswith(("to_q.weight", "to_kv.weight")):  # latents that look at some cells more than at others
            p *= 3
    model.maskmem_tpos_enc *= 10
    for p in model.memory_encoder.mask_downsampler.parameters():
        p *= 2
    for t in model.state_dict().values():
        if t.is_floating_point():
            t.copy_(t.half())


def photo_reference(model, photo, is_mini):
    ref = {k.replace("trunk_", "stage_"): v for k, v in photos.run(model, photo).items()}
    if not is_mini:
        return {k: v for k, v in ref.items() if k.startswith(("photo", "high_res_1", "embedding", "case."))}
    # Without a mask, all cells of `dense` are alike; the logits follow from `low_res`.
    dropped = [k for k in ref if k.endswith((".logits", ".dense")) and k != "case.refine.dense" or k.startswith("fpn_")]
    return {k: v for k, v in ref.items() if k not in dropped}


def sequence_reference(model, frames, scenarios, is_mini):
    n, h, w = frames.shape[:3]
    out = {} if is_mini else {"frames": torch.from_numpy(frames)}
    maps, perceiver = [], model.spatial_perceiver
    hook = perceiver.register_forward_hook(lambda m, a, r: maps.append((a[0].clone(), r[0].clone())))
    with tempfile.TemporaryDirectory() as d:
        for i, f in enumerate(frames):  # the official reader wants .jpg names; the content is without loss
            Image.fromarray(f).save(Path(d) / f"{i:05d}.jpg", format="PNG")
        for name, steps in videos.scenarios(h, w, n).items():
            if name in scenarios:
                videos.run(model, d, steps, 3 if name == "gone" else None, out, f"{name}.")
    hook.remove()
    out["memory_map"], out["memory"] = maps[-1]
    # The network's inputs are in mini_video_reference.safetensors, the logits follow from `low_res`.
    dropped = [k for k in out if k.endswith("logits") or k == "images" or ("conditioned" in k and "click." not in k)]
    return {k: v for k, v in out.items() if k not in dropped}


def main():
    a = argparse.ArgumentParser()
    a.add_argument("name", choices=list(CONFIGS))
    a.add_argument("out", type=Path)
    a.add_argument("--image")
    a.add_argument("--frames", type=Path, help="a folder of pictures, taken in the order of their names")
    a.add_argument("--limit", type=int, default=4)
    a.add_argument("--scenario", nargs="+", default=["click", "mask", "correct", "backward", "gone"])
    o = a.parse_args()
    torch.manual_seed(20250113)
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    o.out.mkdir(parents=True, exist_ok=True)
    config, is_mini = CONFIGS[o.name], o.name.startswith("mini")
    model = build(config)
    randomise(model)
    state = model.state_dict()
    if is_mini:
        save_file({k: v.half().contiguous() if v.is_floating_point() else v for k, v in state.items()},
                  o.out / f"{o.name}.safetensors", {"config": json.dumps({**config, "mean": photos.MEAN, "std": photos.STD})})
    else:
        torch.save({"model": state}, o.out / f"{o.name}.pt")
    photo = np.array(ImageOps.exif_transpose(Image.open(o.image)).convert("RGB")) if o.image else photos.test_photo()
    ref = photo_reference(model, photo, is_mini)
    save_file({k: v.contiguous() for k, v in ref.items()}, o.out / f"{o.name}_reference.safetensors")
    frames = videos.test_frames() if not o.frames else np.stack(
        [np.array(Image.open(p).convert("RGB")) for p in sorted(o.frames.iterdir())[:o.limit]])
    out = sequence_reference(model, frames, o.scenario, is_mini)
    save_file({k: v.detach().contiguous().clone() for k, v in out.items()}, o.out / f"{o.name}_video_reference.safetensors")
    for f in sorted(o.out.glob(f"{o.name}*")):
        print(f.name, f.stat().st_size)
    for k, v in {**ref, **out}.items():
        if k.startswith("stage_") or k.endswith(("multi.iou", "conditioned", "memory")):
            print(k, tuple(v.shape), round(float(v.std()), 3), round(float(v.abs().max()), 3))
        if k.endswith("object_score") and k.replace("object_score", "low_res") in out:
            print(k, round(float(v), 3), "mask share", round(float((out[k.replace('object_score', 'low_res')] > 0).float().mean()), 3))


if __name__ == "__main__":
    main()
