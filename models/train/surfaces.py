"""What things are covered with: colours, gradients, stripes, noise, pieces of photos; and light on them."""
import random

import cv2
import numpy as np


class Dice:
    """Chance with a seed, and the cut-outs and backgrounds that it picks from."""

    def __init__(self, cuts, backgrounds):
        """`cuts`: a list of cut-outs for each kind; see assets.py."""
        self.cuts, self.backgrounds = cuts, backgrounds
        self.photos = [b for b in backgrounds if b["detail"] > 0.06] or backgrounds
        self.seed(0)

    def seed(self, seed):
        self.r, self.n = random.Random(seed), np.random.default_rng(seed)

    def u(self, a, b):
        return self.r.uniform(a, b)


def rand_colour(dice):
    if dice.r.random() < 0.3:
        v = dice.u(15, 245)
        return np.clip(np.array([v, v, v]) + dice.n.normal(0, 8, 3), 0, 255)
    hsv = np.uint8([[[dice.r.randrange(180), int(255 * dice.r.random() ** 0.8), int(255 * dice.u(0.15, 1))]]])
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0].astype(np.float32)


def noise(dice, h, w, cell, octaves=1):
    """Smooth noise in about [-1, 1]."""
    out = np.zeros((h, w), np.float32)
    amp = 1.0
    for _ in range(octaves):
        gh, gw = max(2, int(h / cell) + 2), max(2, int(w / cell) + 2)
        out += amp * cv2.resize(dice.n.uniform(-1, 1, (gh, gw)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
        amp *= 0.5
        cell = max(2, cell / 2)
    return out


def photo_crop(dice, h, w, sharp=True):
    """A random crop of a background; -> picture, label map of its regions."""
    b = dice.r.choice(dice.photos if dice.r.random() < 0.75 else dice.backgrounds)
    img, seg = b["img"], dice.r.choice(b["segs"])
    H, W = img.shape[:2]
    s = dice.u(0.45, 1.0) if sharp else dice.u(0.2, 1.0)
    ch = int(min(H, W * h / w) * s)
    cw = min(W, int(ch * w / h))
    ch, cw = max(32, ch), max(32, cw)
    y, x = dice.r.randint(0, max(0, H - ch)), dice.r.randint(0, max(0, W - cw))
    i = cv2.resize(img[y:y + ch, x:x + cw], (w, h), interpolation=cv2.INTER_AREA if ch > h else cv2.INTER_LINEAR)
    sg = cv2.resize(seg[y:y + ch, x:x + cw].astype(np.float32), (w, h), interpolation=cv2.INTER_NEAREST).astype(np.int32)
    if dice.r.random() < 0.5:
        i, sg = i[:, ::-1], sg[:, ::-1]
    return i.astype(np.float32), sg


def texture(dice, h, w):
    """A surface to fill a region or a face with: plain, gradient, stripes, noise, weave, photo."""
    k = dice.r.random()
    c0, c1 = rand_colour(dice), rand_colour(dice)
    if k < 0.28:
        t = np.tile(c0.astype(np.float32), (h, w, 1))
    elif k < 0.42:
        ang = dice.u(0, 2 * np.pi)
        yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
        g = (xx * np.cos(ang) / w + yy * np.sin(ang) / h)
        g = (g - g.min()) / (np.ptp(g) + 1e-6)
        c1 = c0 + (c1 - c0) * dice.u(0.2, 0.8)
        t = c0 + (c1 - c0) * g[..., None]
    elif k < 0.52:
        ang, per = dice.u(0, np.pi), dice.u(4, max(6, min(h, w) / 3))
        yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
        v = np.sin((xx * np.cos(ang) + yy * np.sin(ang)) * 2 * np.pi / per)
        if dice.r.random() < 0.3:
            v = np.maximum(v, np.sin((-xx * np.sin(ang) + yy * np.cos(ang)) * 2 * np.pi / per))
        v = (v > dice.u(-0.6, 0.6)).astype(np.float32) if dice.r.random() < 0.5 else v * 0.5 + 0.5
        t = c0 + (c1 - c0) * dice.u(0.15, 0.9) * v[..., None]
    elif k < 0.72:
        v = noise(dice, h, w, dice.u(3, 60), dice.r.randint(1, 4))
        if dice.r.random() < 0.3:
            v = np.sin(v * dice.u(3, 9))
        t = c0 + (c1 - c0) * dice.u(0.1, 0.5) * v[..., None]
    elif k < 0.8:
        t = np.tile(c0.astype(np.float32), (h, w, 1)) + dice.n.normal(0, dice.u(5, 35), (h, w, 1))
        t = cv2.GaussianBlur(t.astype(np.float32), (0, 0), dice.u(0.5, 2.5))
        t = t.reshape(h, w, 3)
    else:
        t, _ = photo_crop(dice, h, w, sharp=False)
        t = t + dice.n.normal(0, 25, 3)
    return np.clip(t, 0, 255).astype(np.float32)


def light(dice, h, w, strength=0.35):
    """Smooth multiplicative shading."""
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    a = dice.u(0, 2 * np.pi)
    g = (xx / w - 0.5) * np.cos(a) + (yy / h - 0.5) * np.sin(a)
    g = 1 + dice.u(0, strength) * 2 * g + dice.u(0, strength) * 0.5 * noise(dice, h, w, max(h, w) / 2)
    return np.clip(g, 0.3, 1.7)[..., None]
