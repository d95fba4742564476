#!/usr/bin/env python3
"""Measure weights on the held-out pictures, or draw what they do on photos.

    evaluate.py pool WEIGHTS POOL [--limit 100]      mean IoU by kind of mask and by way of asking
    evaluate.py photos WEIGHTS OUT PHOTO...          OUT/PHOTO_clicks.jpg, OUT/PHOTO_everything.jpg

Ways of asking: click = the most interior point, the candidate with the best predicted IoU; best = the best candidate;
single = the single mask; clicks3, clicks5 = with clicks on what is wrong; box = the exact box, single mask. Besides, what
learns nothing gets: a flood fill in Lab from the same click, of tolerance 20 and 30; the ellipse in the box; the box.
"""
import argparse
import json
import pickle
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from safetensors import safe_open
from sam2.automatic_mask_generator import SAM2AutomaticMaskGenerator

from network import MEAN, STD, decode, encode, load
from scenes import OBJECT, PART, PSEUDO, REGION

MASKS_PER_PICTURE = 10
WAYS = ("click", "best", "single", "clicks3", "clicks5", "box", "flood20", "flood30", "ellipse", "filled")


class Asker:
    """The network with one picture."""

    def __init__(self, weights, device, size):
        self.model = load(weights, size).to(device)
        self.size, self.device = self.model.image_size, device

    @torch.no_grad()
    def look_at(self, rgb):
        self.shape = rgb.shape[:2]
        shrinks = min(self.shape) > self.size
        x = cv2.resize(rgb, (self.size,) * 2, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        x = (torch.from_numpy(np.float32(x) / 255) - torch.tensor(MEAN)) / torch.tensor(STD)
        self.features = encode(self.model, x.permute(2, 0, 1)[None].to(self.device))

    @torch.no_grad()
    def ask(self, points, labels, mask=None):
        """Points (P, N, 2) in shares of the picture -> logits (P, 4, h, w) at a quarter of the size, IoU (P, 4)."""
        p = torch.as_tensor(np.float32(points), device=self.device) * self.size - 0.5
        l = torch.as_tensor(np.int32(labels), device=self.device)
        return decode(self.model, self.features, p, l, mask)[:2]

    def masks(self, logits):
        """At the size of the picture."""
        return (F.interpolate(logits, size=self.shape, mode="bilinear", align_corners=False) > 0).cpu().numpy()


def interior(mask):
    """The most interior pixel of a mask in shares of the picture, and how deep it lies."""
    depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(depth.argmax(), depth.shape)
    return (x + 0.5) / mask.shape[1], (y + 0.5) / mask.shape[0], depth.max()


def box_of(mask):
    ys, xs = np.where(mask)
    return xs.min(), ys.min(), xs.max() + 1, ys.max() + 1


def iou(a, b):
    return (a & b).sum() / max(1, (a | b).sum())


def held_out(pool, first, end):
    """Pictures, their label maps, and up to ten of their masks as [(mask, kind)]."""
    img, lab = (np.load(f"{pool}/val_{k}.npy", mmap_mode="r") for k in ("img", "lab"))
    with open(f"{pool}/val_meta.pkl", "rb") as f:
        meta = pickle.load(f)
    rng = np.random.default_rng(0)
    for i, found in list(enumerate(meta))[first:end]:
        if len(found) > MASKS_PER_PICTURE:
            found = [found[j] for j in rng.choice(len(found), MASKS_PER_PICTURE, replace=False)]
        yield np.array(img[i]), np.array(lab[i]), [(np.isin(lab[i], labels), kind) for labels, kind in found]


def network_answers(asker, truths):
    """Way -> IoU of each mask; and by how much the predicted IoU was off."""
    count = range(len(truths))
    points = np.array([interior(t)[:2] for t in truths])[:, None]
    labels = np.ones((len(truths), 1))
    logits, predicted = asker.ask(points, labels)
    best = predicted[:, 1:].argmax(1).cpu().numpy() + 1
    masks = asker.masks(logits)
    score = np.array([[iou(masks[j, k], t) for k in range(4)] for j, t in enumerate(truths)])
    out = dict(click=score[count, best], best=score[:, 1:].max(1), single=score[:, 0])
    off = abs(predicted.cpu().numpy()[count, best] - out["click"])
    now, former = masks[count, best], logits[list(count), best][:, None]
    for n in range(2, 6):
        more = []
        for truth, mask in zip(truths, now):
            missing, too_much = interior(truth & ~mask), interior(mask & ~truth)
            more.append((*missing[:2], 1) if missing[2] >= too_much[2] else (*too_much[:2], 0))
        more = np.array(more)
        points = np.concatenate([points, more[:, None, :2]], 1)
        labels = np.concatenate([labels, more[:, None, 2]], 1)
        former = asker.ask(points, labels, former.clamp(-32, 32))[0][:, :1]
        now = asker.masks(former)[:, 0]
        out[f"clicks{n}"] = [iou(mask, t) for mask, t in zip(now, truths)]
    sides = np.tile(asker.shape[::-1], 2)
    boxes = np.array([box_of(t) / sides for t in truths]).reshape(-1, 2, 2)
    logits = asker.ask(boxes, np.tile([2, 3], (len(truths), 1)))[0]
    out["box"] = [iou(mask, t) for mask, t in zip(asker.masks(logits[:, :1])[:, 0], truths)]
    return out, off


def plain_answers(rgb, truths, side=256):
    """The same from methods that learn nothing, at half the size."""
    lab = cv2.cvtColor(cv2.resize(rgb, (side, side), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2LAB)
    lab = cv2.GaussianBlur(lab, (0, 0), 1.2)
    out = {way: [] for way in WAYS[-4:]}
    for truth in truths:
        x, y, _ = interior(truth)
        truth = cv2.resize(truth.astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST) > 0
        for tolerance in (20, 30):
            grown = np.zeros((side + 2, side + 2), np.uint8)
            how = 4 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY | 1 << 8
            cv2.floodFill(lab, grown, (int(x * side), int(y * side)), 0, (tolerance,) * 3, (tolerance,) * 3, how)
            out[f"flood{tolerance}"].append(iou(grown[1:-1, 1:-1] > 0, truth))
        left, top, right, bottom = box_of(truth) if truth.any() else (0, 0, 1, 1)
        yy, xx = np.mgrid[0:side, 0:side] + 0.5
        u, v = (2 * xx - left - right) / (right - left), (2 * yy - top - bottom) / (bottom - top)
        out["ellipse"].append(iou(u * u + v * v <= 1, truth))
        out["filled"].append(iou((abs(u) < 1) & (abs(v) < 1), truth))
    return out


def measure(o):
    asker = Asker(o.weights, o.device, o.size)
    rows, kinds, areas, offs = [], [], [], []
    for rgb, _, found in held_out(o.pool, 0, o.limit):
        truths = [mask for mask, _ in found]
        asker.look_at(rgb)
        answers, off = network_answers(asker, truths)
        answers |= plain_answers(rgb, truths)
        rows.append(np.array([answers[way] for way in WAYS]).T)
        kinds += [kind for _, kind in found]
        areas += [mask.mean() for mask in truths]
        offs += list(off)
    rows, kinds, areas = np.concatenate(rows), np.array(kinds), np.array(areas)
    print(f"{len(rows)} masks, input {asker.size} px, mean |predicted - true IoU| {np.mean(offs):.3f}")
    print(f"{'':15}{'n':>5}" + "".join(f"{way:>9}" for way in WAYS))
    objects = kinds == OBJECT
    for name, which in {
        "all": kinds >= 0, "object": objects, "- under 1 %": objects & (areas < 0.01),
        "- 1 to 6 %": objects & (areas >= 0.01) & (areas < 0.06), "- over 6 %": objects & (areas >= 0.06),
        "part": kinds == PART, "region": kinds == REGION, "pseudo (photo)": kinds == PSEUDO,
    }.items():
        if which.any():
            print(f"{name:15}{which.sum():5}" + "".join(f"{v:9.3f}" for v in rows[which].mean(0)))


def painted(rgb, mask, colour):
    out = rgb.astype(np.float32)
    out[mask] = out[mask] * 0.45 + np.array(colour) * 0.55
    out = out.astype(np.uint8)
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(out, outlines, -1, (255, 255, 255), 1, cv2.LINE_AA)


def draw_clicks(asker, rgb):
    """Six tiles, each with the answer to one click."""
    spots = np.array([(x, y) for y in (0.3, 0.7) for x in (0.2, 0.5, 0.8)])
    logits, predicted = asker.ask(spots[:, None], np.ones((6, 1)))
    best = predicted[:, 1:].argmax(1) + 1
    masks = asker.masks(logits[range(6), best][:, None])[:, 0]
    tiles = []
    for (x, y), mask, score in zip(spots, masks, predicted[range(6), best]):
        tile = painted(rgb, mask, (30, 144, 255))
        at = int(x * rgb.shape[1]), int(y * rgb.shape[0])
        cv2.circle(tile, at, 5, (255, 255, 255), -1, cv2.LINE_AA)
        cv2.circle(tile, at, 4, (0, 200, 0), -1, cv2.LINE_AA)
        cv2.putText(tile, f"{score:.2f}", (6, 18), 0, 0.5, (255, 255, 0), 1, cv2.LINE_AA)
        tiles.append(tile)
    return np.vstack([np.hstack(tiles[:3]), np.hstack(tiles[3:])])


def draw_everything(model, rgb, thresholds):
    generator = SAM2AutomaticMaskGenerator(model, points_per_side=16, **thresholds)
    generator.predictor._bb_feat_sizes = [(model.image_size // k,) * 2 for k in (4, 8, 16)]  # it assumes 1024
    found = sorted(generator.generate(rgb), key=lambda m: -m["area"])
    rng = np.random.default_rng(1)
    out = rgb
    for m in found:
        out = painted(out, m["segmentation"], rng.integers(40, 255, 3))
    return len(found), np.hstack([rgb, out])


def draw(o):
    asker = Asker(o.weights, o.device, o.size)
    with safe_open(o.weights, "pt") as f:
        thresholds = json.loads(f.metadata().get("everything_defaults", "{}"))
    o.out.mkdir(parents=True, exist_ok=True)
    for path in o.photos:
        photo = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
        photo.thumbnail((640, 640))
        rgb = np.array(photo)
        asker.look_at(rgb)
        count, everything = draw_everything(asker.model, rgb, thresholds)
        for name, picture in (("clicks", draw_clicks(asker, rgb)), ("everything", everything)):
            cv2.imwrite(str(o.out / f"{path.stem}_{name}.jpg"), picture[..., ::-1])
        print(f"{path.name}: everything mode finds {count} masks")


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ways = a.add_subparsers(required=True)
    pool = ways.add_parser("pool")
    pool.set_defaults(run=measure)
    pool.add_argument("weights")
    pool.add_argument("pool")
    pool.add_argument("--limit", type=int, default=100, help="pictures (%(default)s)")
    photos = ways.add_parser("photos")
    photos.set_defaults(run=draw)
    photos.add_argument("weights")
    photos.add_argument("out", type=Path)
    photos.add_argument("photos", nargs="+", type=Path)
    for p in (pool, photos):
        p.add_argument("--size", type=int, help="of the pictures that the network sees; else its own")
        p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    o = a.parse_args()
    o.run(o)


if __name__ == "__main__":
    main()
