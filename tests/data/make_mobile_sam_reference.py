#!/usr/bin/env python3
"""Write what MobileSAM's own code answers for a photo with the built-in model, as JSON for the tests.

Needs: pip install torch torchvision segment-anything mobilesam-mirror timm safetensors pillow opencv-python-headless
(CPU is enough), and make_sam1_reference.py beside this script

    make_mobile_sam_reference.py PHOTO OUT.json

Prompts: `points` and `box` in photo pixels, `multi` and `single` what SamPredictor.predict gives for multimask_output True
and False. `everything`: `parameters` and the records of SamAutomaticMaskGenerator with output_mode="uncompressed_rle".
Masks are uncompressed COCO RLE: {"size": [h, w], "counts": [...]}, runs down the columns, the first one of zeros.
"""
import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import torch

from make_sam1_reference import CASES, MOBILE_SAM, mobile_sam, read_photo

EVERYTHING = {"points_per_side": 16, "pred_iou_thresh": 0.5, "stability_score_thresh": 0.7}
MASK_INPUT = ("low_res logits of the candidate of one_point.multi with the highest iou (as the predictor returns them, "
              "not clamped), not stored here")


def records(generator, photo):
    """What the generator returns, as plain lists and numbers."""
    return [{k: v.tolist() if hasattr(v, "tolist") else v for k, v in m.items()} for m in generator.generate(photo)]


def answers(predictor):
    """Prompt and answers of each case of make_sam1_reference.py."""
    from mobile_sam.utils.amg import mask_to_rle_pytorch
    height, width = predictor.original_size
    cases, previous = {}, None
    for name, (points, labels, box, refines) in CASES.items():
        points = np.array([(x * width, y * height) for x, y in points], np.float32).reshape(-1, 2)
        box = None if box is None else np.array(box, np.float32) * np.array([width, height] * 2, np.float32)
        case = {"points": points.tolist(), "labels": labels, "box": None if box is None else box.tolist(),
                "mask_input": MASK_INPUT if refines else None}
        prompt = {"point_coords": points if len(points) else None, "point_labels": np.array(labels) if labels else None,
                  "box": box, "mask_input": previous if refines else None}
        for tag, multimask in ("multi", True), ("single", False):
            masks, iou, low_res = predictor.predict(**prompt, multimask_output=multimask)
            codes = mask_to_rle_pytorch(torch.as_tensor(masks))
            found = [{"segmentation": code, "area": int(mask.sum())} for code, mask in zip(codes, masks)]
            case[tag] = {"iou": iou.tolist(), "masks": found}
            if name == "one_point" and multimask:
                previous = low_res[[iou.argmax()]]
        cases[name] = case
    return cases


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("photo", type=Path)
    a.add_argument("out", type=Path)
    o = a.parse_args()
    torch.set_grad_enabled(False)
    model, photo = mobile_sam(), read_photo(o.photo)
    from mobile_sam import SamAutomaticMaskGenerator, SamPredictor
    predictor = SamPredictor(model)
    predictor.set_image(photo)
    masks = records(SamAutomaticMaskGenerator(model, output_mode="uncompressed_rle", **EVERYTHING), photo)
    out = {
        "photo": {"name": o.photo.name, "width": photo.shape[1], "height": photo.shape[0]},
        "weights_sha256": hashlib.sha256(MOBILE_SAM.read_bytes()).hexdigest(),
        "cases": answers(predictor),
        "everything": {"parameters": EVERYTHING, "masks": masks},
    }
    o.out.write_text(json.dumps(out, separators=(",", ":")) + "\n")
    print(o.out.name, o.out.stat().st_size, "bytes,", len(masks), "everything masks")


if __name__ == "__main__":
    main()
