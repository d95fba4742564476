#!/usr/bin/env python3
"""Cut-outs with a part map, and backgrounds with pseudo regions, from the packages that fetch.sh unpacked.

    assets.py RAW OUT.pkl

OUT.pkl: {"cuts": [{rgba, parts, kind, key, pkg, val}], "bgs": [{img, segs, detail, key, pkg, val}]}. One in twelve, by a
hash of its name, is held out for validation (`val`).
"""
import argparse
import glob
import hashlib
import os
import pickle
from multiprocessing import Pool

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage.color import rgb2lab
from skimage.segmentation import felzenszwalb

CUT_SIDE = 224  # longest side of a stored cut-out
BACKGROUND_SIDE = 640  # shortest side of a stored background
PHOTO, ART, EMOJI = range(3)  # kinds of cut-outs

TUX, CLIP, NOTO = "tuxpaint-stamps-default", "openclipart-png", "fonts-noto-color-emoji"
BACKGROUNDS = ("gnome-backgrounds", "plasma-workspace-wallpapers", "mate-backgrounds", "ukui-wallpapers")
TUX_SKIP = ("symbols/", "/flags", "roadsigns", "mirror", "flip")
CLIP_SKIP = ("shapes/", "signs_and_symbols", "special/", "computer/icons", "computer/buttons", "aiga", "roadsigns",
             "people/stickmen", "recreation/games", "callouts")
PORTRAIT = ("1080x1920", "720x1440", "1622x2880")  # doubles of landscape wallpapers
EMOJI_RANGES = ((0x1F300, 0x1F5FF), (0x1F600, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF), (0x1FA70, 0x1FAFF),
                (0x2600, 0x27BF))


def held_out(key):
    return int(hashlib.md5(key.encode()).hexdigest(), 16) % 12 == 0


def tidy(rgba):
    """Crops to the opaque box, shrinks. None for what does not look like one thing."""
    ys, xs = np.where(rgba[..., 3] > 128)
    if len(ys) < 400:
        return None
    rgba = rgba[ys.min():ys.max() + 1, xs.min():xs.max() + 1]
    h, w = rgba.shape[:2]
    fill = (rgba[..., 3] > 128).mean()
    if max(h, w) < 48 or max(h, w) / min(h, w) > 7 or not 0.12 <= fill <= 0.985:
        return None
    s = CUT_SIDE / max(h, w)
    if s < 1:  # premultiplied, so that the colour under transparent pixels does not bleed in
        f = rgba.astype(np.float32)
        f[..., :3] *= f[..., 3:] / 255
        f = cv2.resize(f, (max(8, round(w * s)), max(8, round(h * s))), interpolation=cv2.INTER_AREA)
        f[..., :3] /= np.maximum(f[..., 3:] / 255, 1e-3)
        rgba = np.clip(f, 0, 255).astype(np.uint8)
    n, _, stats, _ = cv2.connectedComponentsWithStats((rgba[..., 3] > 128).astype(np.uint8))
    if not 2 <= n <= 14 or stats[1:, 4].max() < 0.6 * stats[1:, 4].sum():  # confetti, text
        return None
    return np.ascontiguousarray(rgba)


def colour_parts(rgba, k=4):
    """The evenly coloured regions of a drawing as a part map (0 = rest)."""
    m = rgba[..., 3] > 128
    out = np.zeros(m.shape, np.uint8)
    lab = cv2.cvtColor(cv2.medianBlur(np.ascontiguousarray(rgba[..., :3]), 5), cv2.COLOR_RGB2LAB)
    px = lab[m].astype(np.float32)
    if len(px) < 500:
        return out
    cv2.setRNGSeed(1)
    _, cluster, _ = cv2.kmeans(px, k, None, (3, 12, 1.0), 1, cv2.KMEANS_PP_CENTERS)
    full = np.full(m.shape, 255, np.uint8)
    full[m] = cluster[:, 0]
    found = []
    for c in range(k):
        n, pieces, stats, _ = cv2.connectedComponentsWithStats((full == c).astype(np.uint8), connectivity=4)
        for i in range(1, n):
            area, box = stats[i, 4], stats[i, 2] * stats[i, 3]
            if 0.03 < area / len(px) < 0.7 and area > 0.3 * box:
                found.append((area, pieces == i))
    for i, (_, piece) in enumerate(sorted(found, key=lambda t: -t[0])[:5]):
        out[piece] = i + 1
    return out


def cut_out(job):
    path, kind, key, pkg = job
    try:
        im = Image.open(path)
        if max(im.size) > 3500 or im.mode not in ("RGBA", "LA", "PA", "P"):
            return None
        im = im.convert("RGBA")
    except (OSError, ValueError, SyntaxError):  # a few files of the packages are damaged
        return None
    im.thumbnail((900, 900))
    rgba = tidy(np.array(im))
    if rgba is None:
        return None
    if kind == PHOTO:  # few colours: a drawing among the photos
        q = (rgba[..., :3][rgba[..., 3] > 200] // 16).astype(np.int32)
        if len(np.unique(q @ [256, 16, 1])) < 60:
            kind = ART
    parts = colour_parts(rgba) if kind != PHOTO else np.zeros(rgba.shape[:2], np.uint8)
    return dict(rgba=rgba, parts=parts, kind=kind, key=key, pkg=pkg, val=held_out(key))


def emoji(raw):
    font = ImageFont.truetype(glob.glob(f"{raw}/{NOTO}/**/*.ttf", recursive=True)[0], 109)
    out, seen = [], set()
    for code in (c for first, end in EMOJI_RANGES for c in range(first, end)):
        im = Image.new("RGBA", (140, 140), (0, 0, 0, 0))
        ImageDraw.Draw(im).text((2, 2), chr(code), font=font, embedded_color=True)
        array = np.array(im)
        digest = hashlib.md5(array.tobytes()).digest()
        if digest in seen:  # the box of a missing character
            continue
        seen.add(digest)
        rgba = tidy(array)
        if rgba is None or (rgba[..., 3] > 128).mean() > 0.93:
            continue
        key = f"emoji/{code:x}"
        out.append(dict(rgba=rgba, parts=colour_parts(rgba), kind=EMOJI, key=key, pkg=NOTO, val=held_out(key)))
    return out


def background(job):
    """A background and its regions by graph segmentation, coarse and fine."""
    path, key, pkg = job
    im = Image.open(path)
    im.draft("RGB", (1600, 1000))
    im = im.convert("RGBA")
    flat = Image.new("RGBA", im.size, (128, 140, 150, 255))
    flat.alpha_composite(im)
    s = BACKGROUND_SIDE / min(im.size)
    img = np.array(flat.convert("RGB").resize((round(im.width * s), round(im.height * s)), Image.LANCZOS))
    x = max(0, img.shape[1] - 1300) // 2
    img = np.ascontiguousarray(img[:, x:x + 1300])
    lab = (rgb2lab(img) / 100).astype(np.float32)
    segs = [felzenszwalb(lab, scale=scale, sigma=0.9, min_size=size).astype(np.int32)
            for scale, size in ((150, 300), (600, 900))]
    grey = cv2.cvtColor(img, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = float((np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 2)) > 3).mean())  # how much like a photo it is
    return dict(img=img, segs=segs, key=key, pkg=pkg, detail=detail, val=held_out(key + "bg"))


def cut_out_files(raw):
    for pkg, folder, prefix, skip in ((TUX, "tuxpaint/stamps", "tux/", TUX_SKIP),
                                      (CLIP, "openclipart/png", "clip/", CLIP_SKIP)):
        base = f"{raw}/{pkg}/usr/share/{folder}/"
        for path in sorted(glob.glob(base + "**/*.png", recursive=True)):
            name = path[len(base):]
            if not any(s in name for s in skip):
                yield path, PHOTO if pkg == TUX and "cartoon" not in name else ART, prefix + name, pkg


def background_files(raw):
    """One file for each picture: wallpapers come in many sizes."""
    seen = set()
    for pkg in BACKGROUNDS:
        for extension in ("jpg", "png", "webp"):
            files = glob.glob(f"{raw}/{pkg}/**/*.{extension}", recursive=True)
            for path in sorted(sorted(files), key=lambda p: -os.path.getsize(p)):
                if os.path.islink(path) or os.path.getsize(path) < 2000 or "screenshot" in path:
                    continue
                dark = "_dark" if "/contents/" in path and "images_dark" in path else ""
                key = path.split("/contents/")[0] + dark
                key = key.replace(raw, "").replace("_3840x2160", "").replace("_5640x3172", "")
                if key not in seen and not any(s in path for s in PORTRAIT):
                    seen.add(key)
                    yield path, key, pkg


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("raw", help="where fetch.sh put the packages")
    a.add_argument("out")
    o = a.parse_args()
    raw = o.raw.rstrip("/")
    Image.MAX_IMAGE_PIXELS = None
    cv2.setNumThreads(1)
    with Pool() as pool:
        bgs = list(pool.imap(background, background_files(raw), 1))
        cuts = [c for c in pool.imap(cut_out, cut_out_files(raw), 16) if c] + emoji(raw)
    for name, items in (("cut-outs", cuts), ("backgrounds", bgs)):
        for pkg in sorted({i["pkg"] for i in items}):
            own = [i for i in items if i["pkg"] == pkg]
            print(f"{pkg}: {len(own)} {name}, {sum(i['val'] for i in own)} held out")
    with open(o.out, "wb") as f:
        pickle.dump(dict(cuts=cuts, bgs=bgs), f)


if __name__ == "__main__":
    main()
