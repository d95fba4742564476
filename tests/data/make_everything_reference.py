#!/usr/bin/env python3
"""Write what the official generators return for a photo with the built-in model, under several sets of parameters.

Needs: what make_mobile_sam_reference.py needs, and sam2

    make_everything_reference.py PHOTO OUT.json

MobileSAM's own SamAutomaticMaskGenerator makes all it has parameters for. `use_m2m` and `multimask_output` came with SAM 2:
for those, SAM2AutomaticMaskGenerator asks MobileSAM's predictor.

Masks are uncompressed COCO RLE: {"size": [h, w], "counts": [...]}, runs down the columns, the first one of zeros.
"""
import argparse
import json
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import torch

from make_mobile_sam_reference import records
from make_sam1_reference import mobile_sam, read_photo

LOW = {"points_per_side": 8, "pred_iou_thresh": 0.4, "stability_score_thresh": 0.6}
CASES = {
    "plain": LOW,
    "crops": {**LOW, "crop_n_layers": 1, "crop_n_points_downscale_factor": 2},
    "two_layers": {**LOW, "points_per_side": 4, "crop_n_layers": 2, "crop_nms_thresh": 0.5, "crop_overlap_ratio": 0.25},
    "m2m": {**LOW, "points_per_side": 5, "use_m2m": True},
    "single": {**LOW, "multimask_output": False},
    "small_regions": {**LOW, "min_mask_region_area": 150},
    "shifted": {**LOW, "mask_threshold": 0.5, "stability_score_offset": 0.7, "box_nms_thresh": 0.5},
}


def generator(model, parameters):
    if {"use_m2m", "multimask_output"} & parameters.keys():
        return sam2_generator(model, parameters)
    from mobile_sam import SamAutomaticMaskGenerator
    rest = dict(parameters)
    model.mask_threshold = rest.pop("mask_threshold", 0.0)  # a property of the model here
    return SamAutomaticMaskGenerator(model, output_mode="uncompressed_rle", **rest)


def sam2_generator(model, parameters):
    """SAM 2's generator with SAM 1's predictor in place of its own."""
    from mobile_sam import SamPredictor
    from sam2 import automatic_mask_generator as sam2

    class Predictor(SamPredictor):
        reset_predictor = SamPredictor.reset_image

        def __init__(self, model, **_):
            super().__init__(model)
            self._transforms = SimpleNamespace(
                transform_coords=lambda points, normalize, orig_hw: self.transform.apply_coords_torch(points, orig_hw))

        def _predict(self, points, labels, **kw):
            return self.predict_torch(points, labels, **kw)

    with mock.patch.object(sam2, "SAM2ImagePredictor", Predictor):
        return sam2.SAM2AutomaticMaskGenerator(model, output_mode="uncompressed_rle", **parameters)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("photo", type=Path)
    a.add_argument("out", type=Path)
    o = a.parse_args()
    torch.set_grad_enabled(False)
    model, photo = mobile_sam(), read_photo(o.photo)
    cases = {}
    for name, parameters in CASES.items():
        cases[name] = {"parameters": parameters, "masks": records(generator(model, parameters), photo)}
        print(name, len(cases[name]["masks"]), "masks", flush=True)
    o.out.write_text(json.dumps({"photo": o.photo.name, "cases": cases}, separators=(",", ":")) + "\n")
    print(o.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
