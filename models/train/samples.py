"""Batches of pictures with masks and prompts, cut from the pool."""
import math
import pickle

import cv2
import numpy as np
import torch

from network import MEAN, STD
from scenes import OBJECT, PART, PSEUDO, REGION

PICK = {OBJECT: 1.0, PART: 0.35, REGION: 0.9, PSEUDO: 0.3}  # how often a mask of a kind is chosen
WEIGHT = {OBJECT: 1.0, PART: 0.9, REGION: 1.0, PSEUDO: 0.5}  # what it counts in the loss
REGIONS = 0.2  # share of pictures drawn from those full of regions, which teach fastest to follow edges


class Batches(torch.utils.data.Dataset):
    """Batch number `step`. It depends on the seed, the step and the rank alone: a resumed run sees the same."""

    def __init__(self, pool, size, batch, masks, seed, rank):
        self.pool, self.size, self.batch, self.masks, self.seed = pool, size, batch, masks, (seed, rank)
        self.img = None
        with open(f"{pool}/train_meta.pkl", "rb") as f:
            self.meta = pickle.load(f)
        self.regions = [i for i, m in enumerate(self.meta) if sum(kind == REGION for _, kind in m) >= 4]

    def __getitem__(self, step):
        if self.img is None:  # in the process that reads
            cv2.setNumThreads(1)
            self.img, self.lab = (np.load(f"{self.pool}/train_{k}.npy", mmap_mode="r") for k in ("img", "lab"))
        rng = np.random.default_rng((*self.seed, step))
        out = []
        while len(out) < self.batch:
            from_regions = self.regions and rng.random() < REGIONS
            sample = self.sample(rng.choice(self.regions) if from_regions else rng.integers(len(self.meta)), rng)
            if sample is not None:
                out.append(sample)
        return tuple(torch.from_numpy(np.stack(v)) for v in zip(*out))

    def sample(self, i, rng):
        """-> picture, masks at a quarter of its size, their weights, a click and a box for each, thing ids; or None if
        the piece that was cut out holds no mask."""
        r, q = self.size, self.size // 4
        img, lab = self.crop(i, rng)
        img = cv2.resize(np.ascontiguousarray(img), (r, r), interpolation=cv2.INTER_AREA).astype(np.float32)
        lab = np.ascontiguousarray(lab[::2, ::2] if r <= 256 else lab)
        area = np.bincount(lab.ravel(), minlength=256) * (q * q / lab.size)
        fit = [(labels, kind) for labels, kind in self.meta[i] if 10 <= area[labels].sum() <= 0.92 * q * q]
        if not fit:
            return None
        # small masks are many: larger ones a little more often
        p = np.array([PICK[kind] * area[labels].sum() ** 0.4 for labels, kind in fit])
        n = min(len(fit), self.masks)
        chosen = rng.choice(len(fit), n, replace=False, p=p / p.sum())
        chosen = np.r_[chosen, rng.choice(chosen, self.masks - n)]
        masks = np.stack([cv2.resize(member(fit[j][0])[lab], (q, q), interpolation=cv2.INTER_AREA) for j in chosen])
        weights = np.float32([WEIGHT[fit[j][1]] for j in chosen])
        clicks, boxes = zip(*[prompts(m, rng) for m in masks])
        things = np.zeros(256, np.int16)  # 0: unknown
        for j, (labels, kind) in enumerate(self.meta[i]):
            if kind != PART:
                things[labels] = j + 1
        ids = things[cv2.resize(lab, (q, q), interpolation=cv2.INTER_NEAREST)]
        img = (jitter(img, rng) / 255 - MEAN) / STD
        return np.float32(img.transpose(2, 0, 1)), masks, weights, np.float32(clicks), np.float32(boxes), ids

    def crop(self, i, rng):
        """A piece in which things are about as large in pixels as at 256; of random aspect, as photos are squeezed to a
        square, and perhaps mirrored."""
        side, r = self.img.shape[1], self.size
        c = 1.0 if rng.random() < 0.12 else rng.uniform(max(0.25, r / side), min(1.0, max(0.5, 2.5 * r / side)))
        aspect = math.exp(rng.uniform(-0.45, 0.45))
        h, w = int(side * min(1, c * math.sqrt(aspect))), int(side * min(1, c / math.sqrt(aspect)))
        y, x = int(rng.integers(side - h + 1)), int(rng.integers(side - w + 1))
        img, lab = (a[i, y:y + h, x:x + w] for a in (self.img, self.lab))
        if rng.random() < 0.5:
            img, lab = img[:, ::-1], lab[:, ::-1]
        if rng.random() < 0.1:
            img, lab = img[::-1], lab[::-1]
        return img, lab


def member(labels):
    """1 for the labels of a mask, 0 for the others."""
    table = np.zeros(256, np.float32)
    table[labels] = 1
    return table


def jitter(img, rng):
    """Other light, other colours."""
    img = (img - 128) * rng.uniform(0.75, 1.25) + 128 + rng.uniform(-25, 25)
    if rng.random() < 0.5:
        img = img * rng.uniform(0.85, 1.15, 3)
    if rng.random() < 0.12:
        img = np.repeat(img.mean(2, keepdims=True), 3, 2)
    if rng.random() < 0.15:
        img = img[..., rng.permutation(3)]
    return np.clip(img, 0, 255)


def prompts(mask, rng):
    """A click on the mask, rather in its interior, and a box that is a little off, both in pixels of the picture."""
    hard = mask > 0.5
    if not hard.any():
        hard = mask >= mask.max()
    depth = cv2.distanceTransform(np.pad(hard, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    weight = np.cumsum(depth ** rng.choice([0.0, 1.0, 2.0]) * hard)
    y, x = divmod(min(int(np.searchsorted(weight, rng.random() * weight[-1])), mask.size - 1), mask.shape[1])
    click = [(x + rng.random()) * 4 - 0.5, (y + rng.random()) * 4 - 0.5]
    ys, xs = np.where(hard)
    box = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], np.float32) * 4
    sides = np.tile(box[2:] - box[:2], 2)
    box = box + np.clip(rng.normal(0, 0.05, 4) * sides, -20, 20)
    return click, np.clip(box, 0, mask.shape[1] * 4).reshape(2, 2)
