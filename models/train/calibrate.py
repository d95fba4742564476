#!/usr/bin/env python3
"""Calibrate the predicted IoU of weights, and choose their thresholds of everything mode.

    calibrate.py WEIGHTS POOL [--first 100]

Works on the held-out pictures that `evaluate.py pool` leaves alone, and changes WEIGHTS in place:

1. The predicted IoU of each of the four masks gets a scale and an offset (before the sigmoid, folded into the last layer)
   that bring it closest to the true IoU for clicks on known masks.
2. A grid of points asks for everything. Printed is how well predicted IoU and stability foretell the true IoU. The pair
   of thresholds with the best F-score goes into the metadata as `everything_defaults`: a found mask is right, and a true
   one found, if they share an IoU of one half. Masks mostly on pixels without a label count neither way.
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
from losses import true_iou
from scenes import PART

CLICKS = 4  # for each mask
GRID, OFFSET, NMS = 16, 1.0, 0.7
LAST = "sam_mask_decoder.iou_prediction_head.layers.2"
IOUS, STABILITIES = np.arange(0.1, 0.91, 0.05), np.arange(0.5, 0.96, 0.05)
EDGES = np.arange(0.0, 1.01, 0.1)


def clicks_in(mask, rng):
    ys, xs = np.where(mask)
    at = rng.integers(len(ys), size=CLICKS)
    return (np.stack([xs[at], ys[at]], 1) + 0.5) / mask.shape[::-1]


def asked(asker, pool, first):
    """Predicted and true IoU, (n, 4) each, of what clicks on known masks give."""
    rng = np.random.default_rng(0)
    predicted, real = [], []
    for rgb, _, found in held_out(pool, first, None):
        asker.look_at(rgb)
        for truth, _ in found:
            logits, score = asker.ask(clicks_in(truth, rng)[:, None], np.ones((CLICKS, 1)))
            predicted.append(score.cpu())
            t = F.interpolate(torch.from_numpy(truth)[None, None].float(), size=logits.shape[2:], mode="area")
            real.append(true_iou(logits.cpu(), t))
    return torch.cat(predicted), torch.cat(real)


def fit(predicted, real):
    """Scale and offset for each of the four masks."""
    z = predicted.clamp(1e-4, 1 - 1e-4).logit()
    scale, offset = torch.ones(4, requires_grad=True), torch.zeros(4, requires_grad=True)
    optimizer = torch.optim.LBFGS([scale, offset], max_iter=200, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        off = ((z * scale + offset).sigmoid() - real).square().sum(1).mean()
        off.backward()
        return off

    optimizer.step(loss)
    return scale.detach(), offset.detach()


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


def everything(asker, pool, first):
    """For the table: predicted IoU, stability and true IoU of all candidates. For the choice: what is right, found and
    there at each pair of thresholds."""
    table, counts = [], np.zeros((len(STABILITIES), len(IOUS), 4))
    for rgb, labels, found in held_out(pool, first, None):
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
    a.add_argument("--first", type=int, default=100, help="held-out picture (%(default)s)")
    a.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    o = a.parse_args()
    with safe_open(o.weights, "pt") as f:
        metadata, state = f.metadata(), {k: f.get_tensor(k) for k in f.keys()}
    asker = Asker(o.weights, o.device, None)
    predicted, real = asked(asker, o.pool, o.first)
    scale, offset = fit(predicted, real)
    print("scale", scale.tolist(), "offset", offset.tolist())
    head = asker.model.sam_mask_decoder.iou_prediction_head.layers[-1]
    for values, change in ((head.weight, scale[:, None]), (head.bias, scale)):
        values.data *= change.to(o.device)
    head.bias.data += offset.to(o.device)
    state[f"{LAST}.weight"], state[f"{LAST}.bias"] = head.weight.data.cpu().half(), head.bias.data.cpu().half()

    table, counts = everything(asker, o.pool, o.first)
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
    save_file(state, o.weights, {**metadata, "everything_defaults": json.dumps(chosen)})


if __name__ == "__main__":
    main()
