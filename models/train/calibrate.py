#!/usr/bin/env python3
"""Choose the thresholds of everything mode for weights and store them in their metadata, as `everything_defaults`.

    calibrate.py WEIGHTS POOL [--limit 60]

Asks at a grid of points on held-out pictures, prints how well predicted IoU and stability foretell the true IoU, and takes
the pair of thresholds with the best F-score: a found mask is right, and a true one found, if they share an IoU of one
half. Masks that lie mostly on pixels without a label count neither way.
"""
import argparse
import json

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torchvision.ops import masks_to_boxes, nms

from evaluate import Asker, held_out
from scenes import PART

GRID, OFFSET, NMS = 16, 1.0, 0.7
IOUS, STABILITIES = np.arange(0.2, 0.91, 0.05), np.arange(0.5, 0.96, 0.05)
EDGES = np.arange(0.0, 1.01, 0.1)


def candidates(asker, rgb):
    """What the grid of points finds: masks at a quarter of the size, predicted IoU, stability."""
    asker.look_at(rgb)
    at = (np.arange(GRID) + 0.5) / GRID
    points = np.stack(np.meshgrid(at, at), -1).reshape(-1, 1, 2)
    answers = [asker.ask(p, np.ones((len(p), 1))) for p in np.split(points, 4)]
    logits = torch.cat([a[0][:, 1:].flatten(0, 1) for a in answers]).cpu()
    predicted = torch.cat([a[1][:, 1:].flatten() for a in answers]).cpu()
    sure, perhaps = ((logits > t).sum((1, 2)) for t in (OFFSET, -OFFSET))
    some = (logits > 0).any(2).any(1)
    return (logits > 0)[some], predicted[some], (sure / perhaps.clamp(min=1))[some]


def ious(masks, truths):
    """(n, h, w) and (m, h, w) -> (n, m)"""
    a, b = masks.flatten(1).float(), truths.flatten(1).float()
    both = a @ b.T
    return both / (a.sum(1)[:, None] + b.sum(1) - both).clamp(min=1)


def look(asker, pool, limit):
    """For the table: predicted IoU, stability and true IoU of all candidates. For the choice: what is right, found and
    there at each pair of thresholds."""
    table, counts = [], np.zeros((len(STABILITIES), len(IOUS), 4))
    for rgb, labels, found in held_out(pool, limit):
        masks, predicted, stability = candidates(asker, rgb)
        truths = torch.from_numpy(np.stack([mask for mask, _ in found])).float()
        truths = F.interpolate(truths[None], size=masks.shape[1:], mode="area")[0] > 0.5
        labelled = F.interpolate(torch.from_numpy(labels > 0).float()[None, None], size=masks.shape[1:], mode="area")[0, 0]
        known = (masks * labelled).sum((1, 2)) > 0.5 * masks.sum((1, 2))
        whole = torch.tensor([kind != PART for _, kind in found])
        match = ious(masks, truths)
        table.append(torch.stack([predicted, stability, match.amax(1)], 1)[known])
        boxes = masks_to_boxes(masks)
        for s, least in enumerate(STABILITIES):
            stable = torch.where(stability >= least)[0]
            kept = stable[nms(boxes[stable], predicted[stable], NMS)]
            for i, threshold in enumerate(IOUS):
                kept = kept[predicted[kept] >= threshold]
                judged = kept[known[kept]]
                right = (match[judged] >= 0.5).any(1).sum() if len(judged) else 0
                there = (match[kept] >= 0.5).any(0)[whole].sum() if len(kept) else 0
                counts[s, i] += int(right), len(judged), int(there), int(whole.sum())
    return torch.cat(table).numpy(), counts


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("weights")
    a.add_argument("pool")
    a.add_argument("--limit", type=int, default=60, help="pictures (%(default)s)")
    a.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    o = a.parse_args()
    table, counts = look(Asker(o.weights, o.device, None), o.pool, o.limit)
    for name, values in (("predicted IoU", table[:, 0]), ("stability", table[:, 1])):
        print(f"{name:15}{'masks':>8}{'mean true IoU':>15}")
        for low, high in zip(EDGES, EDGES[1:]):
            of = table[(values >= low) & (values < high + (high == 1)), 2]
            if len(of):
                print(f"{low:.1f} to {high:.1f}{len(of):15}{of.mean():15.3f}")
    right, judged, there, whole = counts.transpose(2, 0, 1)
    precision, recall = right / judged.clip(1), there / whole.clip(1)
    score = 2 * precision * recall / (precision + recall).clip(1e-6)
    s, i = np.unravel_index(score.argmax(), score.shape)
    chosen = dict(pred_iou_thresh=round(float(IOUS[i]), 2), stability_score_thresh=round(float(STABILITIES[s]), 2))
    print(f"F {score[s, i]:.3f}, precision {precision[s, i]:.3f}, recall {recall[s, i]:.3f} at {chosen}")
    with safe_open(o.weights, "pt") as f:
        metadata, state = f.metadata(), {k: f.get_tensor(k) for k in f.keys()}
    save_file(state, o.weights, {**metadata, "everything_defaults": json.dumps(chosen)})


if __name__ == "__main__":
    main()
