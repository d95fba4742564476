#!/usr/bin/env python3
"""Compose the pictures to train and to measure on.

    pool.py ASSETS.pkl POOL [--train 6000] [--val 160]

Writes POOL/{train,val}_img.npy (n, 512, 512, 3), _lab.npy (n, 512, 512) and _meta.pkl: for each picture a list of
(labels, kind), each a mask. `val` is made of what assets.py held out. Also a sheet to look at, POOL/val_preview.png.
"""
import argparse
import os
import pickle
import time
from multiprocessing import Pool

import cv2
import numpy as np

from assets import ART, EMOJI, PHOTO
from scenes import make_scene
from surfaces import Dice

SIDE = 512
dice = None  # of this process


def start_worker(assets, val):
    global dice
    cv2.setNumThreads(1)
    with open(assets, "rb") as f:
        found = pickle.load(f)
    cuts, bgs = ([i for i in found[k] if i["val"] == val] for k in ("cuts", "bgs"))
    dice = Dice([[c for c in cuts if c["kind"] == kind] for kind in (PHOTO, ART, EMOJI)], bgs)


def work(seed):
    """A scene with at least one mask; some draws give none, or come out too thin to draw."""
    for attempt in range(20):
        try:
            scene = make_scene(dice, SIDE, seed + 10_000_019 * attempt)
        except (cv2.error, IndexError, ValueError):
            continue
        if scene[2]:
            return scene
    raise RuntimeError(f"no scene for seed {seed}")


def build(assets, pool_dir, split, n, first_seed):
    if n == 0 or os.path.exists(f"{pool_dir}/{split}_meta.pkl"):
        return
    start = time.time()
    img = np.lib.format.open_memmap(f"{pool_dir}/{split}_img.npy", "w+", np.uint8, (n, SIDE, SIDE, 3))
    lab = np.lib.format.open_memmap(f"{pool_dir}/{split}_lab.npy", "w+", np.uint8, (n, SIDE, SIDE))
    meta = []
    with Pool(None, start_worker, (assets, split == "val")) as pool:
        for i, (img[i], lab[i], masks) in enumerate(pool.imap(work, range(first_seed, first_seed + n), 8)):
            meta.append(masks)
            if i % 500 == 499:
                print(split, i + 1, f"{(time.time() - start) / (i + 1) * 1000:.0f} ms a picture", flush=True)
    img.flush()
    lab.flush()
    with open(f"{pool_dir}/{split}_meta.pkl", "wb") as f:  # last: what has it is whole
        pickle.dump(meta, f)
    kinds = np.bincount([kind for masks in meta for _, kind in masks], minlength=4).tolist()
    print(split, n, "pictures; masks of kind object, part, region, pseudo:", kinds)


def preview(pool_dir):
    img, lab = (np.load(f"{pool_dir}/val_{k}.npy", mmap_mode="r")[:16] for k in ("img", "lab"))
    palette = np.random.default_rng(3).integers(30, 255, (256, 3)).astype(np.uint8)
    palette[0] = 0
    pairs = [np.hstack([cv2.resize(p, (256, 256), interpolation=cv2.INTER_AREA) for p in (x, palette[y])])
             for x, y in zip(img, lab)]
    rows = [np.hstack(pairs[i:i + 4]) for i in range(0, len(pairs) - 3, 4)]
    if rows:
        cv2.imwrite(f"{pool_dir}/val_preview.png", np.vstack(rows)[..., ::-1])


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("assets")
    a.add_argument("pool")
    a.add_argument("--train", type=int, default=6000)
    a.add_argument("--val", type=int, default=160)
    o = a.parse_args()
    os.makedirs(o.pool, exist_ok=True)
    build(o.assets, o.pool, "val", o.val, 900_000_000)
    build(o.assets, o.pool, "train", o.train, 1_000_000)
    preview(o.pool)


if __name__ == "__main__":
    main()
