#!/usr/bin/env python3
"""Write tiny weights files in all the ways that people save them, and files that are something else.

Needs: pip install torch numpy safetensors   (CPU is enough)

    make_checkpoints.py [OUT_DIR]   by default checkpoints/ beside this script

All files that hold weights have the same three tensors under some name; src/sam2/weights/checkpoints.rs knows what each file must give.
"""
import argparse
import collections
import datetime
import io
import os
import pathlib
import pickle
import random
import sys
import tarfile
import zipfile

import numpy as np
import torch
from safetensors.torch import save, save_file

torch.manual_seed(0)
O = collections.OrderedDict
WEIGHTS = O([("image_encoder.trunk.patch_embed.proj.weight", torch.arange(6.0).reshape(2, 3) / 4),
             ("sam_mask_decoder.iou_token.weight", torch.tensor([[1.0, -2.0, 0.5, 8.0]])),
             ("no_mem_embed", torch.tensor([[[-1.0, 0.0, 0.25, 3.0]]]))])
OTHER = O((k, v + 1) for k, v in WEIGHTS.items())  # not those that count


def prefixed(prefix, weights=WEIGHTS):
    return O((prefix + k, v) for k, v in weights.items())


def mapped(f):
    return O((k, f(v)) for k, v in WEIGHTS.items())


class Config:  # a class of the training script
    lr = 1e-4


class Wrapper(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 2)


class Attributed(dict):  # as configuration packages have them
    pass


def tagged():
    t = torch.zeros(2)
    t.tag = "with an attribute"
    return t


def optimizer():
    parameter = torch.nn.Parameter(torch.ones(2))
    parameter.grad = torch.ones(2)
    it = torch.optim.AdamW([parameter])
    it.step()
    return it.state_dict()


def shared():
    flat, out, start = torch.cat([v.reshape(-1) for v in WEIGHTS.values()]), O(), 0
    for k, v in WEIGHTS.items():
        out[k] = flat[start:start + v.numel()].view(v.shape)
        start += v.numel()
    return out


class Odd:  # a call with an argument, as exploits use it
    def __reduce__(self):
        return (os.system, ("exit 1",))


plain = {"model": WEIGHTS}
with_metadata = O(WEIGHTS)
with_metadata._metadata = O([("", {"version": 1})])
attributed = Attributed(lr=1)
attributed.more = 2

# What torch.load(weights_only=True) takes.
SAVED = {
    "plain": WEIGHTS, "dict": dict(WEIGHTS), "model": plain, "metadata": with_metadata,
    "module": {"model": prefixed("module.")}, "orig_mod": prefixed("_orig_mod."), "module_orig_mod": prefixed("module._orig_mod."),
    "inner_module": O((k.replace("image_encoder.", "image_encoder.module.").replace("trunk.", "trunk._fsdp_wrapped_module."), v)
                      for k, v in WEIGHTS.items()),
    "lightning": {"epoch": 3, "pytorch-lightning_version": "2.4.0", "state_dict": prefixed("model."),
                  "loops": {"fit_loop": {"state_dict": {}}}, "callbacks": {}, "optimizer_states": [optimizer()],
                  "hyper_parameters": {"lr": 1e-4}},
    "sam_model": {"model_state_dict": prefixed("sam_model.")}, "sam2_model": prefixed("sam2_model."), "sam": prefixed("sam."),
    "net": {"net": prefixed("net.")}, "nested": {"state": {"model": WEIGHTS}, "best": 0.5},
    "ema_only": {"ema": WEIGHTS, "epoch": 1}, "ema_model": {"model_ema": prefixed("module.")},
    "ema_beside": {"ema": OTHER, "model": WEIGHTS, "ema_state_dict": OTHER}, "ema_prefix": {**prefixed("ema_model.", OTHER), **prefixed("model.")},
    "old_beside": {"best_model": OTHER, "state_dict": WEIGHTS},
    "training": {"model": WEIGHTS, "optimizer": optimizer(), "epoch": 12, "scaler": {"scale": 65536.0}, "scheduler": None},
    "named_optimizer": {"model": WEIGHTS, "optimizer": {"state": {k: {"exp_avg": v} for k, v in OTHER.items()}}},
    "edgetam": {"model": WEIGHTS | {"image_encoder.trunk.body.stem.conv1.c.weight": torch.zeros(1)}},
    "half": {"model": mapped(torch.Tensor.half)}, "bfloat16": {"model": mapped(torch.Tensor.bfloat16)},
    "double": {"model": mapped(torch.Tensor.double)}, "parameters": {"model": mapped(torch.nn.Parameter)},
    "views": mapped(lambda v: v.transpose(0, -1).contiguous().transpose(0, -1)), "shared_storage": shared(),
    "segment_anything": O((k.replace("sam_mask", "mask"), v) for k, v in WEIGHTS.items()),
    "types": plain | {"device": torch.device("cpu"), "dtype": torch.float16, "size": torch.Size([1, 2]), "layout": torch.strided,
                      "set": {"a", "b"}, "bytes": b"abc", "bytearray": bytearray(b"abc"), "counter": collections.Counter("aab"),
                      "big": 2 ** 70, "long": 2 ** 40, "negative": -5, "complex": 1 + 2j, "text": "Größe ☕", "tuple": (1, 2, 3, 4)},
    "tensors": plain | {"int8": torch.zeros(3, dtype=torch.int8), "int16": torch.zeros(3, dtype=torch.int16), "int64": torch.tensor(3),
                        "bool": torch.tensor(True), "complex": torch.zeros(2, dtype=torch.complex64), "empty": torch.zeros(0),
                        "float8": torch.zeros(3, dtype=torch.float8_e4m3fn), "uint16": torch.zeros(3, dtype=torch.uint16),
                        "sparse": torch.eye(2).to_sparse(), "meta": torch.zeros(2, device="meta"), "tagged": tagged(),
                        "rng": torch.get_rng_state()[:4].clone(),
                        "quantized": torch.quantize_per_tensor(torch.zeros(2), 0.1, 0, torch.quint8)},
}
# What it does not take, beside the weights.
TRUSTED = {
    "objects": plain | {"args": argparse.Namespace(lr=1e-4, data="/x"), "out": pathlib.PurePosixPath("/x"), "config": Config(),
                        "cfg": attributed, "date": datetime.datetime(2025, 1, 1), "function": print,
                        "log": collections.defaultdict(list, {"a": [1]}), "frozen": frozenset({1}), "deque": collections.deque([1, 2])},
    "numpy": plain | {"iou": np.float64(0.9), "array": np.zeros(3), "random": np.random.RandomState(1).get_state()[2:], "py": random.Random(1).random()},
    "module_beside": plain | {"loss": Wrapper()}, "call": plain | {"odd": Odd()},
}
REFUSED = {"whole_module": Wrapper(), "module_in_dict": {"model": Wrapper(), "optimizer": {"named": torch.zeros(1)}},
           "numbers": {"a": 1}, "list": [torch.zeros(1)], "exploit": Odd(), "other_network": {"model": {"layer.weight": torch.zeros(2)}},
           "encoder_only": {"model": {k: v for k, v in WEIGHTS.items() if k.startswith("image")}},
           "sam3": {"model": {"detector.backbone.vision_backbone.trunk.pos_embed": torch.zeros(1), "tracker.sam_mask_decoder.iou_token.weight": torch.zeros(1)}},
           "efficienttam": {"model": WEIGHTS | {"image_encoder.neck.convs.0.conv_1x1.weight": torch.zeros(1)}},
           "hq_sam": {"mask_decoder.iou_token.weight": torch.zeros(1), "mask_decoder.hf_token.weight": torch.zeros(1)},
           "lora_inside": {"sam." + k: v for k, v in WEIGHTS.items()} | {"sam.image_encoder.trunk.blocks.0.attn.qkv.lora_A.default.weight": torch.zeros(1)}}


def main():
    out = pathlib.Path(sys.argv[1]) if sys.argv[1:] else pathlib.Path(__file__).resolve().parent / "checkpoints"
    out.mkdir(parents=True, exist_ok=True)
    for name, content in (SAVED | TRUSTED | REFUSED).items():
        torch.save(content, out / f"{name}.pth")
        if name in SAVED:
            torch.load(out / f"{name}.pth", weights_only=True)
    for protocol in (3, 4, 5):
        torch.save(plain | {"set": {1}, "frozen": frozenset({1}), "bytes": b"abc"}, out / f"protocol{protocol}.pth", pickle_protocol=protocol)
    transformers = ["vision_encoder.backbone.patch_embed.projection.weight", "mask_decoder.iou_token.weight", "no_memory_embedding"]
    torch.save(O(zip(transformers, WEIGHTS.values())), out / "transformers.bin")
    save_file(dict(zip(transformers[:2] + ["no_mem_embed"], WEIGHTS.values())), out / "mixed.safetensors")
    save_file(prefixed("model."), out / "prefixed.safetensors", metadata={"format": "pt"})
    save_file(mapped(torch.Tensor.half), out / "half.safetensors")
    save_file(WEIGHTS, out / "model-00001-of-00001.safetensors")
    save_file({"no_mem_embed": WEIGHTS["no_mem_embed"]}, out / "model-00001-of-00002.safetensors")
    save_file({f"base_model.model.image_encoder.blocks.0.attn.qkv.lora_{x}.weight": torch.zeros(2, 2) for x in "AB"}, out / "adapter.safetensors")

    torch.save(plain, out / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), out / "torchscript.pt")
    (out / "pickle.pkl").write_bytes(pickle.dumps({"a": 1}))
    for name, inner in [("inside.zip", "sam.pth"), ("model.keras", "model.weights.h5"), ("arrays.npz", "a.npy"), ("photos.zip", "a.jpg")]:
        with zipfile.ZipFile(out / name, "w") as z:
            z.writestr(inner, b"abc")
    with tarfile.open(out / "old.tar", "w") as t:
        t.addfile(tarfile.TarInfo("pickle"), io.BytesIO())
    whole = (out / "plain.pth").read_bytes()
    for name, content in {
        "truncated.pth": whole[:len(whole) // 2], "truncated.safetensors": save(WEIGHTS)[:-5], "empty.pth": b"",
        "ggml.bin": b"lmgg" + bytes(60), "weights.gguf": b"GGUF\3" + bytes(60), "weights.h5": b"\x89HDF\r\n\x1a\n" + bytes(60),
        "flax.msgpack": b"\x81\xaevision_encoder\x80", "net.tflite": b"\x1c\0\0\0TFL3" + bytes(20), "weights.pth.gz": b"\x1f\x8b\x08" + bytes(20),
        "pointer.pth": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "page.pth": b"\n<!DOCTYPE html><html></html>",
        "model.safetensors.index.json": b'{"metadata": {"total_size": 1}, "weight_map": {"a": "model-00001-of-00002.safetensors"}}',
        "config.txt": b'{\n  "model_type": "sam2"\n}',
    }.items():
        (out / name).write_bytes(content)


if __name__ == "__main__":
    main()
