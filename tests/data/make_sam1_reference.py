#!/usr/bin/env python3
"""Write reference tensors of the SAM 1 family (Segment Anything, MobileSAM), to check another implementation against.

Needs: pip install torch torchvision segment-anything mobilesam-mirror timm safetensors pillow opencv-python-headless
(CPU is enough), and make_reference.py with its sam2 for the picture where no --image is given

    make_sam1_reference.py mini OUT_DIR               a small SAM 1 (plain ViT) with random weights and a small picture
    make_sam1_reference.py mini_tiny_vit OUT_DIR      a small MobileSAM (TinyViT) with random weights, the same picture
    make_sam1_reference.py vit_b|vit_l|vit_h OUT_DIR  full size, random weights, in the official .pth layout too
    make_sam1_reference.py mobile_sam OUT_DIR --image PHOTO [--everything '{"points_per_side": 16}']
                                                      the built-in model, models/mobile_sam.safetensors

Writes  NAME.safetensors, NAME.pth (random weights only), NAME_reference.safetensors, NAME_everything.json
A TinyViT has the batch norms folded into its convolutions in NAME.safetensors, and beside them, as officially, in NAME.pth.
Tensors: `photo` (h,w,3 uint8), `image` (network input: longest side resized with PIL's bilinear on 8 bits, mean and deviation of
0..255 values, padded with zeros at the right and the bottom), `embedding` (after the neck), `stage_0..` (TinyViT: after each
layer, (1,cells,channels)), `dense_pe`; per case `case.NAME.`: `coords_px`, `labels`, `box_px`, `mask_input`, `sparse`, `dense`, `raw_masks`
(1,4,S/4,S/4), `raw_iou` (1,4), and for `multi` and `single` output `.logits` (at the photo's size), `.iou`, `.low_res`.
"""
import argparse
import json
import os
import warnings
from functools import partial
from pathlib import Path

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors import safe_open
from safetensors.torch import save_file
warnings.filterwarnings("ignore")  # of timm, about the names that MobileSAM imports

MOBILE_SAM = Path(__file__).resolve().parents[2] / "models" / "mobile_sam.safetensors"
CLASSIFIER = ("image_encoder.head.", "image_encoder.norm_head.")  # in the official file, but not used

CONFIGS = {
    "mini": dict(image_size=192, embed_dim=32, depth=4, num_heads=2, window_size=5, global_attn_indexes=[1, 3], d_model=64, mlp_dim=96),
    # every stage padded at the right and the bottom and of several windows: 24 -> 28, 12 -> 15, 12 -> 14
    "mini_tiny_vit": dict(encoder="tiny_vit", image_size=192, embed_dims=[16, 32, 48, 64], depths=[2, 1, 2, 1], num_heads=[1, 2, 3, 4],
                          window_sizes=[7, 7, 5, 7], d_model=64, mlp_dim=96),
    "vit_b": dict(image_size=1024, embed_dim=768, depth=12, num_heads=12, window_size=14, global_attn_indexes=[2, 5, 8, 11], d_model=256, mlp_dim=2048),
    "vit_l": dict(image_size=1024, embed_dim=1024, depth=24, num_heads=16, window_size=14, global_attn_indexes=[5, 11, 17, 23], d_model=256, mlp_dim=2048),
    "vit_h": dict(image_size=1024, embed_dim=1280, depth=32, num_heads=16, window_size=14, global_attn_indexes=[7, 15, 23, 31], d_model=256, mlp_dim=2048),
}
CASES = {
    "one_point": ([(0.45, 0.4)], [1], None, False),
    "three_points": ([(0.45, 0.4), (0.2, 0.7), (0.8, 0.3)], [1, 0, 1], None, False),
    "box": ([], [], (0.2, 0.15, 0.7, 0.8), False),
    "box_and_points": ([(0.45, 0.4), (0.6, 0.7)], [1, 0], (0.2, 0.15, 0.7, 0.8), False),
    "refine": ([(0.45, 0.4), (0.55, 0.5)], [1, 1], None, True),
}


def plain_vit(c):
    from segment_anything.modeling import ImageEncoderViT
    return ImageEncoderViT(
        depth=c["depth"], embed_dim=c["embed_dim"], img_size=c["image_size"], mlp_ratio=4, patch_size=16, qkv_bias=True,
        norm_layer=partial(torch.nn.LayerNorm, eps=1e-6), num_heads=c["num_heads"], use_rel_pos=True,
        global_attn_indexes=c["global_attn_indexes"], window_size=c["window_size"], out_chans=c["d_model"])


def tiny_vit(c):
    """MobileSAM's TinyViT at another size, which needs three patches: it takes the stride of the last downsampling from the
    width 320, a map of 64 cells and a neck of 256 channels for granted."""
    from mobile_sam.modeling import TinyViT
    from segment_anything.modeling.common import LayerNorm2d
    d, side = c["d_model"], c["image_size"] // 16

    class Resized(TinyViT):
        def forward(self, x):
            x = self.patch_embed(x)
            for layer in self.layers:
                x = layer(x)
            return self.neck(x.view(len(x), side, side, -1).permute(0, 3, 1, 2))

    net = Resized(img_size=c["image_size"], num_classes=10, embed_dims=c["embed_dims"], depths=c["depths"],
                  num_heads=c["num_heads"], window_sizes=c["window_sizes"])
    net.layers[2].downsample.conv2.c.stride = (1, 1)
    net.neck = torch.nn.Sequential(
        torch.nn.Conv2d(c["embed_dims"][-1], d, 1, bias=False), LayerNorm2d(d),
        torch.nn.Conv2d(d, d, 3, padding=1, bias=False), LayerNorm2d(d))
    return net


def build(c):
    from segment_anything.modeling import MaskDecoder, PromptEncoder, Sam, TwoWayTransformer
    d, s = c["d_model"], c["image_size"]
    return Sam(
        image_encoder=(tiny_vit if c.get("encoder") == "tiny_vit" else plain_vit)(c),
        prompt_encoder=PromptEncoder(embed_dim=d, image_embedding_size=(s // 16,) * 2, input_image_size=(s, s), mask_in_chans=16),
        mask_decoder=MaskDecoder(num_multimask_outputs=3, transformer_dim=d, iou_head_depth=3, iou_head_hidden_dim=d,
                                 transformer=TwoWayTransformer(depth=2, embedding_dim=d, mlp_dim=c["mlp_dim"], num_heads=8)),
        pixel_mean=[123.675, 116.28, 103.53], pixel_std=[58.395, 57.12, 57.375]).eval()


def mobile_sam(weights=MOBILE_SAM):
    """MobileSAM's own model; the file holds its convolutions with the batch norms folded into them."""
    from mobile_sam.build_sam import build_sam_vit_t
    model = build_sam_vit_t()
    for m in batch_normed(model):
        c = m.c
        m.c = torch.nn.Conv2d(c.in_channels, c.out_channels, c.kernel_size, c.stride, c.padding, c.dilation, c.groups)
        m.bn = torch.nn.Identity()
    with safe_open(weights, "pt") as f:
        missing, unexpected = model.load_state_dict({k: f.get_tensor(k).float() for k in f.keys()}, strict=False)
    assert not unexpected and all(k.startswith(CLASSIFIER) for k in missing), (missing, unexpected)
    return model.eval()  # once more after loading: this is where TinyViT spreads its attention_biases


def is_tiny_vit(model):
    return hasattr(model.image_encoder, "layers")


def batch_normed(model):
    from mobile_sam.modeling.tiny_vit_sam import Conv2d_BN
    return [m for m in model.modules() if isinstance(m, Conv2d_BN)]


@torch.no_grad()
def randomise(model):
    """Random weights with which every bias, norm and embedding matters."""
    for p in model.parameters():
        p += 0.03 * torch.randn_like(p)
    if not is_tiny_vit(model):
        return
    for name, p in model.image_encoder.named_parameters():
        if name.endswith("attention_biases"):
            p.normal_()
        elif p.ndim > 1:  # TinyViT's own are so small that it would attend to all cells alike
            p.normal_(0, p[0].numel() ** -0.5)
    for m in batch_normed(model):
        m.bn.weight.uniform_(0.5, 1.5)
        m.bn.running_mean.normal_(0, 0.2)
        m.bn.running_var.uniform_(0.5, 1.5)
        m.bn.num_batches_tracked.fill_(1)
    model.eval()


def folded(model):
    """The tensors of a model, the batch norms of its convolutions folded into them."""
    state = dict(model.state_dict())
    names = {m: n for n, m in model.named_modules()}
    for m in batch_normed(model):
        name, bn = names[m], m.bn
        scale = bn.weight.double() / (bn.running_var.double() + bn.eps).sqrt()
        state = {k: v for k, v in state.items() if not k.startswith(name + ".bn.")}
        state[name + ".c.weight"] = m.c.weight.double() * scale[:, None, None, None]
        state[name + ".c.bias"] = bn.bias.double() - bn.running_mean.double() * scale
    return {k: v.float().contiguous() for k, v in state.items() if not k.startswith(CLASSIFIER)}


def predictor_and_generator(name):
    if name == "mobile_sam":
        from mobile_sam import SamAutomaticMaskGenerator, SamPredictor
    else:
        from segment_anything import SamAutomaticMaskGenerator, SamPredictor
    return SamPredictor, SamAutomaticMaskGenerator


@torch.no_grad()
def run(model, photo, Predictor, cases=CASES):
    out = {"photo": torch.from_numpy(photo.copy())}
    if is_tiny_vit(model):
        for i, layer in enumerate(model.image_encoder.layers):
            layer.register_forward_hook(lambda m, a, r, i=i: out.__setitem__(f"stage_{i}", r.clone()))
    p = Predictor(model)
    preprocess = model.preprocess

    def keep(x):
        out["image"] = preprocess(x)
        return out["image"]

    model.preprocess = keep
    p.set_image(photo)
    model.preprocess = preprocess
    h, w = photo.shape[:2]
    out["embedding"], out["dense_pe"] = p.features, model.prompt_encoder.get_dense_pe()
    previous = None
    for name, (pts, lab, box, use_prev) in cases.items():
        pts_px = np.array([(a * w, b * h) for a, b in pts], np.float32).reshape(-1, 2)
        box_px = None if box is None else np.array([box[0] * w, box[1] * h, box[2] * w, box[3] * h], np.float32)
        kw = dict(point_coords=pts_px if len(pts) else None, point_labels=np.array(lab, np.int32) if len(pts) else None,
                  box=box_px, mask_input=previous if use_prev else None)
        pre = f"case.{name}."
        points = None
        if len(pts):
            c = torch.as_tensor(p.transform.apply_coords(pts_px, p.original_size), dtype=torch.float)[None]
            points = (c, torch.tensor(lab, dtype=torch.int)[None])
        boxes = None if box is None else torch.as_tensor(p.transform.apply_boxes(box_px[None], p.original_size), dtype=torch.float)
        masks = None if kw["mask_input"] is None else torch.as_tensor(kw["mask_input"])[None]
        sparse, dense = model.prompt_encoder(points=points, boxes=boxes, masks=masks)
        raw, iou4 = model.mask_decoder.predict_masks(out["embedding"], out["dense_pe"], sparse, dense)
        out[pre + "coords_px"], out[pre + "labels"] = torch.from_numpy(pts_px), torch.tensor(lab, dtype=torch.int32)
        if box is not None:
            out[pre + "box_px"] = torch.from_numpy(box_px)
        if use_prev:
            out[pre + "mask_input"] = torch.as_tensor(kw["mask_input"])
        out[pre + "sparse"], out[pre + "raw_masks"], out[pre + "raw_iou"] = sparse, raw, iou4
        if use_prev:
            out[pre + "dense"] = dense.contiguous()
        for multi in (True, False):
            m, s, low = p.predict(**kw, multimask_output=multi, return_logits=True)
            tag = "multi" if multi else "single"
            out[pre + tag + ".iou"], out[pre + tag + ".low_res"] = torch.from_numpy(s), torch.from_numpy(low)
            if photo.shape[0] < 300:
                out[pre + tag + ".logits"] = torch.from_numpy(m)
        if name == "one_point":
            m, s, low = p.predict(**kw, multimask_output=True, return_logits=True)
            previous = low[int(np.argmax(s))][None]
    return {k: v.detach().contiguous().clone() for k, v in out.items()}


def read_photo(path):
    """The upright photo, or without a path the picture of the mini networks."""
    if path:
        return np.array(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))
    from make_reference import test_photo
    return test_photo()


def main():
    a = argparse.ArgumentParser()
    a.add_argument("name", choices=[*CONFIGS, "mobile_sam"])
    a.add_argument("out", type=Path)
    a.add_argument("--image")
    a.add_argument("--everything", metavar="JSON")
    o = a.parse_args()
    torch.manual_seed(20230405)
    torch.set_grad_enabled(False)
    o.out.mkdir(parents=True, exist_ok=True)
    if o.name == "mobile_sam":
        model = mobile_sam()
    else:
        model = build(CONFIGS[o.name])
        randomise(model)
        state = model.state_dict()
        save_file(folded(model) if is_tiny_vit(model) else {k: v.contiguous() for k, v in state.items()},
                  o.out / f"{o.name}.safetensors", {"config": json.dumps({"family": "sam1", **CONFIGS[o.name]})})
        torch.save(state, o.out / f"{o.name}.pth")
    photo = read_photo(o.image)
    Predictor, Generator = predictor_and_generator(o.name)
    if o.everything is not None:
        parameters = json.loads(o.everything)
        masks = [{k: (v if not hasattr(v, "tolist") else v.tolist()) for k, v in m.items()}
                 for m in Generator(model, output_mode="uncompressed_rle", **parameters).generate(photo)]
        (o.out / f"{o.name}_everything.json").write_text(json.dumps(
            {"parameters": parameters, "height": photo.shape[0], "width": photo.shape[1], "masks": masks}))
        print(len(masks), "masks")
    ref = run(model, photo, Predictor)
    if photo.shape[0] >= 300:
        ref = {k: v for k, v in ref.items() if not k.startswith("stage_") and k not in ("image", "dense_pe")}
    save_file(ref, o.out / f"{o.name}_reference.safetensors")
    for f in sorted(o.out.glob(f"{o.name}*")):
        print(f.name, f.stat().st_size)
    for k in ref:
        if k.endswith("multi.iou"):
            print(k, ref[k].tolist())


if __name__ == "__main__":
    main()
