#!/usr/bin/env python3
"""Condense what the official SAM 2 code answers for one photo into a small JSON file for the tests.

Needs: pip install numpy safetensors

    make_starter_reference.py REFERENCE.safetensors EVERYTHING.json WEIGHTS.safetensors PHOTO_NAME OUT.json

REFERENCE.safetensors holds `photo` (h, w, 3 uint8) and, for each prompt case, `case.NAME.coords_px`, `.labels`,
`.box_px` (if the prompt has a box), and for both tags `multi` and `single` the outputs of
SAM2ImagePredictor.predict(multimask_output=True or False): `case.NAME.TAG.logits` (n, h, w) and `.iou` (n).
EVERYTHING.json holds `parameters` and `masks`, the list that SAM2AutomaticMaskGenerator returned with
output_mode="uncompressed_rle". WEIGHTS.safetensors is only hashed. PHOTO_NAME is the file name of the photo.

In the output, points and boxes are photo pixels, a mask is `logits > 0` at photo size, and an RLE is COCO's,
uncompressed: {"size": [h, w], "counts": [...]}, runs down the columns, the first run one of zeros.
"""
import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

CASES = ["one_point", "three_points", "box", "box_and_points", "refine"]
MASK_INPUT = {
    "refine": "low_res logits of the candidate of one_point.multi with the highest iou (as the predictor returns "
              "them: clamped to -32..32), not stored here"
}


def rle(mask):
    """Uncompressed COCO RLE of a boolean (h, w) array."""
    flat = mask.flatten(order="F")
    starts = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    counts = np.diff(np.concatenate(([0], starts, [flat.size]))).tolist()
    return {"size": list(mask.shape), "counts": [0] + counts if flat[0] else counts}


def decode(code):
    """The boolean (h, w) array of an uncompressed COCO RLE."""
    counts = code["counts"]
    flat = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return flat.reshape(code["size"], order="F")


def masks(logits, iou):
    """The candidates of one answer, in the order of the predictor."""
    found = []
    for one in logits > 0:
        code = rle(one)
        assert np.array_equal(decode(code), one)
        found.append({"segmentation": code, "area": int(one.sum())})
    return {"iou": [float(v) for v in iou], "masks": found}


def case(tensors, name):
    """Prompt and answers of one case."""
    pre = f"case.{name}."
    box = tensors.get(pre + "box_px")
    return {
        "points": tensors[pre + "coords_px"].tolist(),
        "labels": tensors[pre + "labels"].tolist(),
        "box": None if box is None else box.tolist(),
        "mask_input": MASK_INPUT.get(name),
        "multi": masks(tensors[pre + "multi.logits"], tensors[pre + "multi.iou"]),
        "single": masks(tensors[pre + "single.logits"], tensors[pre + "single.iou"]),
    }


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("reference", type=Path)
    a.add_argument("everything", type=Path)
    a.add_argument("weights", type=Path)
    a.add_argument("photo_name")
    a.add_argument("out", type=Path)
    o = a.parse_args()

    tensors = load_file(o.reference)
    generated = json.loads(o.everything.read_text())
    height, width = tensors["photo"].shape[:2]
    assert (generated["height"], generated["width"]) == (height, width), "the two files are not of the same photo"
    for m in generated["masks"]:
        assert m["segmentation"]["size"] == [height, width] and decode(m["segmentation"]).sum() == m["area"]

    out = {
        "photo": {"name": o.photo_name, "width": width, "height": height},
        "weights_sha256": hashlib.sha256(o.weights.read_bytes()).hexdigest(),
        "cases": {name: case(tensors, name) for name in CASES},
        "everything": {"parameters": generated["parameters"], "masks": generated["masks"]},
    }
    o.out.write_text(json.dumps(out, separators=(",", ":")) + "\n")
    print(o.out.name, o.out.stat().st_size, "bytes,", len(generated["masks"]), "everything masks")


if __name__ == "__main__":
    main()
