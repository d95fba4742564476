"""Things to paste into scenes: cut-outs, and drawn boxes, cans, balls and assemblies of parts.

Each function returns an RGBA picture and a part map (0 = no part), both uint8.
"""
import cv2
import numpy as np

from assets import ART, EMOJI, PHOTO
from surfaces import light, rand_colour, texture


def obj_cutout(dice):
    k = dice.r.random()
    kind = PHOTO if k < 0.62 else (ART if k < 0.86 else EMOJI)
    c = dice.r.choice(dice.cuts[kind])
    rgba, parts = c["rgba"], c["parts"]
    if dice.r.random() < 0.13:       # silhouette with a foreign texture
        h, w = rgba.shape[:2]
        rgb = np.clip(texture(dice, h, w) * light(dice, h, w, 0.5), 0, 255).astype(np.uint8)
        rgba, parts = np.dstack([rgb, rgba[..., 3]]), np.zeros_like(parts)
    return rgba, parts


def smooth_poly(dice, h, w, n=None, irr=0.35):
    n = n or dice.r.randint(4, 12)
    ang = np.sort(dice.n.uniform(0, 2 * np.pi, n) * irr + np.linspace(0, 2 * np.pi, n, endpoint=False))
    rad = dice.n.uniform(0.55, 1.0, n)
    if dice.r.random() < 0.6:    # smooth outline
        t = np.linspace(0, 2 * np.pi, 90, endpoint=False)
        rr = np.interp(t, np.r_[ang - 2 * np.pi, ang, ang + 2 * np.pi], np.r_[rad, rad, rad])
        k = dice.r.choice([5, 9, 15])
        rr = np.convolve(np.r_[rr[-k:], rr, rr[:k]], np.ones(k) / k, "same")[k:-k]
        ang, rad = t, rr
    p = np.stack([w / 2 + rad * np.cos(ang) * w * 0.48, h / 2 + rad * np.sin(ang) * h * 0.48], 1)
    return p


def fill(shape, pts):
    m = np.zeros(shape, np.uint8)
    cv2.fillPoly(m, [np.round(pts * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)
    return m


def decal(dice, rgb, box):
    """Print a clip-art / emoji picture or fake text lines on a surface, in place."""
    x0, y0, x1, y1 = [int(v) for v in box]
    h, w = y1 - y0, x1 - x0
    if h < 12 or w < 12:
        return
    if dice.r.random() < 0.6:
        c = dice.r.choice(dice.cuts[dice.r.choice([ART, EMOJI, PHOTO])])["rgba"]
        s = min(h / c.shape[0], w / c.shape[1]) * dice.u(0.6, 1)
        c = cv2.resize(c, (max(4, int(c.shape[1] * s)), max(4, int(c.shape[0] * s))), interpolation=cv2.INTER_AREA)
        y, x = y0 + (h - c.shape[0]) // 2, x0 + (w - c.shape[1]) // 2
        a = c[..., 3:].astype(np.float32) / 255
        sl = rgb[y:y + c.shape[0], x:x + c.shape[1]]
        sl[:] = sl * (1 - a) + c[..., :3] * a
    else:
        ink, col = np.zeros(rgb.shape[:2], np.uint8), rand_colour(dice)
        for i in range(dice.r.randint(1, 3)):
            cv2.putText(ink, "".join(dice.r.choice("ABCDEFGHKLMNOPRSTUXYZabcdeghinorst012358") for _ in range(dice.r.randint(3, 8))),
                        (x0, int(y0 + h * (0.3 + 0.3 * i))), dice.r.choice([0, 2, 3, 4]), dice.u(0.5, 1.4) * w / 110, 255, dice.r.randint(1, 4), cv2.LINE_AA)
        k = ink.astype(np.float32)[..., None] / 255
        rgb[:] = rgb * (1 - k) + col * k


def obj_box(dice):
    """A cuboid seen from a corner: two sides and a top, each face a part."""
    s = 200
    w1, w2 = dice.u(30, 130), dice.u(20, 90)
    hh, dy = dice.u(40, 150), dice.u(4, 38)
    cx, by = 100 + dice.u(-10, 10), 190.0
    A0 = np.array([cx, by]); L = np.array([cx - w1 * 0.75, by - dy * w1 / 90]); Rr = np.array([cx + w2, by - dy * w2 / 70])
    up = np.array([0, -hh])
    T = L + Rr - A0
    faces = [np.array([A0, L, L + up, A0 + up]), np.array([A0, Rr, Rr + up, A0 + up]), np.array([A0 + up, L + up, T + up, Rr + up])]
    rgb = np.zeros((s, s, 3), np.float32); al = np.zeros((s, s), np.uint8); parts = np.zeros((s, s), np.uint8)
    same = texture(dice, s, s)
    br = [dice.u(0.75, 1.1), dice.u(0.45, 0.9), dice.u(0.9, 1.25)]
    for i, f in enumerate(faces):
        m = fill((s, s), f)
        src = same.copy() if dice.r.random() < 0.7 else texture(dice, s, s)
        if i < 2 and dice.r.random() < 0.6:    # printed face, drawn flat then warped onto the face
            flat = cv2.resize(src, (120, 120))
            decal(dice, flat, (8, 8, 112, 112))
            M = cv2.getPerspectiveTransform(np.float32([[0, 120], [120, 120], [120, 0], [0, 0]]), f.astype(np.float32))
            src = cv2.warpPerspective(flat, M, (s, s), borderMode=cv2.BORDER_REPLICATE)
        k = m.astype(np.float32)[..., None] / 255
        rgb = rgb * (1 - k) + src * br[i] * k
        al = np.maximum(al, m)
        parts[m > 128] = i + 1
    rgb *= light(dice, s, s, 0.15)
    return np.dstack([np.clip(rgb, 0, 255).astype(np.uint8), al]), parts


def obj_cylinder(dice):
    """Can / bottle / cup: body of revolution with side light, a label band and a top ellipse."""
    h, w = 220, 130
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    prof = np.full(h, dice.u(0.3, 0.48) * w, np.float32)
    k = dice.r.random()
    t = np.linspace(0, 1, h)
    if k < 0.35:       # bottle
        nk, sh = dice.u(0.15, 0.4), dice.u(0.1, 0.3)
        nw = dice.u(0.25, 0.5)
        prof *= nw + (1 - nw) * np.clip((t - nk) / sh, 0, 1) ** dice.u(0.6, 1.5)
    elif k < 0.55:     # cup / vase
        prof *= 1 - dice.u(0, 0.4) * t + dice.u(-0.15, 0.15) * np.sin(t * np.pi)
    top, bot = 14, h - 14
    ey = dice.u(0.08, 0.28)
    cx = w / 2
    inside = (np.abs(xx - cx) <= prof[:, None]) & (yy >= top) & (yy <= bot)
    rt, rb = prof[top], prof[bot]
    et = ((xx - cx) / rt) ** 2 + ((yy - top) / max(3, rt * ey)) ** 2 <= 1
    eb = ((xx - cx) / rb) ** 2 + ((yy - bot) / max(3, rb * ey)) ** 2 <= 1
    m = inside | et | eb
    rgb = texture(dice, h, w)
    parts = np.zeros((h, w), np.uint8)
    if dice.r.random() < 0.6:
        y0 = int(dice.u(0.35, 0.55) * h); y1 = int(y0 + dice.u(0.15, 0.35) * h)
        bend = (rt * ey * np.sqrt(np.clip(1 - ((xx - cx) / (prof[:, None] + 1e-3)) ** 2, 0, 1)))
        lab = (yy > y0 + bend) & (yy < y1 + bend) & inside
        src = texture(dice, h, w)
        decal(dice, src, (w * 0.25, y0, w * 0.75, y1))
        rgb[lab] = src[lab]
        parts[lab] = 1
    n = np.clip((xx - cx) / (prof[:, None] + 1e-3), -1, 1)
    l0 = dice.u(-0.7, 0.7)
    sh = 0.45 + 0.7 * np.clip(1 - (n - l0) ** 2 / dice.u(0.8, 1.8), 0, 1)
    if dice.r.random() < 0.5:
        sh += dice.u(0.2, 0.8) * np.exp(-((n - l0) / dice.u(0.05, 0.18)) ** 2)
    rgb = rgb * sh[..., None]
    rgb[et] = (rgb[et] * 0.2 + 0.8 * rand_colour(dice)) * dice.u(0.6, 1.2)
    parts[et] = 2
    al = cv2.GaussianBlur(m.astype(np.float32), (0, 0), 0.6) * 255
    return np.dstack([np.clip(rgb, 0, 255).astype(np.uint8), al.astype(np.uint8)]), parts


def obj_sphere(dice):
    s = 180
    yy, xx = np.mgrid[0:s, 0:s].astype(np.float32)
    x, y = (xx - s / 2) / 86, (yy - s / 2) / 86
    r2 = x * x + y * y
    z = np.sqrt(np.clip(1 - r2, 0, 1))
    lx, ly = dice.u(-0.7, 0.7), dice.u(-0.8, 0.3)
    lit = np.clip(x * lx + y * ly + z * dice.u(0.5, 1), 0, None)
    rgb = texture(dice, s, s) * (dice.u(0.25, 0.5) + 0.8 * lit)[..., None]
    if dice.r.random() < 0.5:
        rgb += (255 * dice.u(0.3, 0.9) * np.exp(-((x - lx * 0.6) ** 2 + (y - ly * 0.6) ** 2) / dice.u(0.005, 0.05)))[..., None]
    al = np.clip((1 - np.sqrt(r2)) * 86 + 0.5, 0, 1) * 255
    return np.dstack([np.clip(rgb, 0, 255).astype(np.uint8), al.astype(np.uint8)]), np.zeros((s, s), np.uint8)


def obj_assembly(dice):
    """A body with inner parts and sticking-out parts (think: car, toy, appliance)."""
    s = 220
    body = fill((s, s), smooth_poly(dice, s, s) * np.array([dice.u(0.6, 0.9), dice.u(0.35, 0.8)]) + np.array([s * 0.1, s * 0.15]))
    rgb = texture(dice, s, s) * light(dice, s, s, 0.4)
    al, parts = body.copy(), np.zeros((s, s), np.uint8)
    p = 1
    ys, xs = np.where(body > 128)
    if len(ys) < 200:
        return obj_sphere(dice)
    for _ in range(dice.r.randint(1, 5)):
        i = dice.r.randrange(len(ys))
        sz = dice.u(18, 80)
        pw, ph = sz, sz * dice.u(0.4, 1.4)
        if dice.r.random() < 0.5:
            q = smooth_poly(dice, ph, pw) if dice.r.random() < 0.5 else np.array([[0, 0], [pw, 0], [pw, ph], [0, ph]])
            poly = q + np.array([xs[i] - pw / 2, ys[i] - ph / 2])
            m = fill((s, s), poly)
        else:
            m = np.zeros((s, s), np.uint8)
            cv2.ellipse(m, (int(xs[i]), int(ys[i])), (int(pw / 2), int(ph / 2)), dice.u(0, 180), 0, 360, 255, -1, cv2.LINE_AA)
        if dice.r.random() < 0.65:
            m = np.minimum(m, body)      # inside; else it sticks out
        k = m.astype(np.float32)[..., None] / 255
        rgb = rgb * (1 - k) + texture(dice, s, s) * light(dice, s, s, 0.3) * k
        al = np.maximum(al, m)
        parts[m > 128] = p
        p += 1
    return np.dstack([np.clip(rgb, 0, 255).astype(np.uint8), al]), parts


def any_object(dice):
    k = dice.r.random()
    if k < 0.62:
        return obj_cutout(dice)
    if k < 0.72:
        return obj_box(dice)
    if k < 0.82:
        return obj_cylinder(dice)
    if k < 0.88:
        return obj_sphere(dice)
    return obj_assembly(dice)
