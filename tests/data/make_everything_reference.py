#!/usr/bin/env python3
"""Write what SAM2AutomaticMaskGenerator returns for a photo under several sets of parameters.

Needs: pip install torch torchvision sam2 safetensors pillow opencv-python-headless   (and make_reference.py beside it)

    make_everything_reference.py WEIGHTS.safetensors PHOTO OUT.json

The official class passes `min_mask_region_area` to its predictor, which does nothing with it on a CPU, and forgets to
call its own `postprocess_small_regions`; it is called here, as the first Segment Anything does.

Masks are uncompressed COCO RLE: {"size": [h, w], "counts": [...]}, runs down the columns, the first one of zeros.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors import safe_open

from make_reference import SAM2AutomaticMaskGenerator, build

LOW = {"points_per_side": 8, "pred_iou_thresh": 0.2, "stability_score_thresh": 0.5}
CASES = {
    "plain": LOW,
    "crops": {**LOW, "crop_n_layers": 1, "crop_n_points_downscale_factor": 2},
    "two_layers": {**LOW, "points_per_side": 4, "crop_n_layers": 2, "crop_nms_thresh": 0.5, "crop_overlap_ratio": 0.25},
    "m2m": {**LOW, "points_per_side": 5, "use_m2m": True},
    "single": {**LOW, "pred_iou_thresh": 0.1, "multimask_output": False},
    "small_regions": {**LOW, "min_mask_region_area": 150},
    "shifted": {**LOW, "mask_threshold": 0.5, "stability_score_offset": 0.7, "box_nms_thresh": 0.5},
}


def generate(model, photo, parameters):
    """The records of the official class, its forgotten last step included."""
    g = SAM2AutomaticMaskGenerator(model, output_mode="uncompressed_rle", **parameters)
    g.predictor._bb_feat_sizes = [(model.image_size // k,) * 2 for k in (4, 8, 16)]  # it assumes 1024
    found = g._generate_masks
    area = parameters.get("min_mask_region_area", 0)

    def and_postprocess(image):
        data = found(image)
        if area:
            data["boxes"] = torch.as_tensor(data["boxes"])
            data = g.postprocess_small_regions(data, area, max(g.box_nms_thresh, g.crop_nms_thresh))
            data["boxes"] = data["boxes"].numpy()
        return data

    g._generate_masks = and_postprocess
    return [{k: (v if not hasattr(v, "tolist") else v.tolist()) for k, v in a.items()} for a in g.generate(photo)]


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("weights", type=Path)
    a.add_argument("photo", type=Path)
    a.add_argument("out", type=Path)
    o = a.parse_args()
    torch.set_grad_enabled(False)
    with safe_open(o.weights, "pt") as f:
        model = build(json.loads(f.metadata()["config"]))
        model.load_state_dict({k: f.get_tensor(k).float() for k in f.keys()}, strict=False)
    photo = np.array(ImageOps.exif_transpose(Image.open(o.photo)).convert("RGB"))
    cases = {}
    for name, parameters in CASES.items():
        cases[name] = {"parameters": parameters, "masks": generate(model, photo, parameters)}
        print(name, len(cases[name]["masks"]), "masks", flush=True)
    o.out.write_text(json.dumps({"photo": o.photo.name, "cases": cases}, separators=(",", ":")) + "\n")
    print(o.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
