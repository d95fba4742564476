"""A scene: a background, and things pasted into it. Every pixel carries one label; a mask is a set of labels, so that
whole things and their parts share one map."""
import cv2
import numpy as np

from objects import any_object
from surfaces import light, noise, photo_crop, rand_colour, texture

OBJECT, PART, REGION, PSEUDO = range(4)  # kinds of masks; pseudo: a region that graph segmentation found in a photo


def partition(dice, S, n):
    """Label map of n regions: Voronoi (straight or wobbly), noise argmax, or strips."""
    yy, xx = np.mgrid[0:S, 0:S].astype(np.float32)
    k = dice.r.random()
    if k < 0.65:
        if dice.r.random() < 0.7:
            wob = dice.u(4, S * 0.12)
            c = dice.u(25, 160)
            xx, yy = xx + wob * noise(dice, S, S, c, 2), yy + wob * noise(dice, S, S, c, 2)
        pts = dice.n.uniform(0, S, (n, 2)).astype(np.float32)
        asp = np.exp(dice.u(-0.8, 0.8))
        wt = dice.n.uniform(0, (S / 4) ** 2, n) * (dice.r.random() < 0.5)
        distance = np.stack([(xx - p[0]) ** 2 * asp + (yy - p[1]) ** 2 / asp - w for p, w in zip(pts, wt)])
        return distance.argmin(0).astype(np.int32)
    if k < 0.85:
        return np.stack([noise(dice, S, S, dice.u(80, 300)) for _ in range(min(n, 8))]).argmax(0).astype(np.int32)
    ang = dice.u(0, np.pi)
    v = xx * np.cos(ang) + yy * np.sin(ang) + dice.u(0, 40) * noise(dice, S, S, dice.u(60, 250))
    return np.digitize(v, np.sort(dice.n.uniform(v.min(), v.max(), min(n, 7)))).astype(np.int32)


class Scene:
    """Canvas and label map. masks: (labels, kind, area where nothing hides it, if it is an object)."""

    def __init__(self, dice, S):
        self.dice, self.S, self.next = dice, S, 1
        self.img = np.zeros((S, S, 3), np.float32)
        self.lab = np.zeros((S, S), np.uint8)
        self.masks = []

    def new(self):
        i = self.next
        self.next += 1
        return i

    def regions(self, seg, kind, lo, hi, cap):
        """Add the regions of an int map as masks; the rest of it stays label 0."""
        ids, cnt = np.unique(seg, return_counts=True)
        tot = seg.size
        sel = sorted([(c, i) for i, c in zip(ids, cnt) if lo < c / tot < hi], reverse=True)[:cap]
        for c, i in sel:
            m = seg == i
            if kind == PSEUDO:  # only reasonably compact ones
                per = cv2.findContours(m.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)[0]
                if sum(len(q) for q in per) > 9 * np.sqrt(c):
                    continue
            l = self.new()
            self.lab[m] = l
            self.masks.append(([l], kind))

    def background(self, kind):
        S = self.S
        if kind == "photo":
            self.img, seg = photo_crop(self.dice, S, S)
            self.regions(seg, PSEUDO, 0.012, 0.6, 14)
        elif kind == "wall":       # wall + floor / table, a straight or slanted line between
            y0, y1 = self.dice.u(0.15, 0.75) * S, 0
            y1 = y0 + self.dice.u(-0.15, 0.15) * S
            xx = np.arange(S)
            floor = (np.arange(S)[:, None] > (y0 + (y1 - y0) * xx / S)[None])
            seg = floor.astype(np.int32)
            self.img = np.where(floor[..., None], texture(self.dice, S, S) * light(self.dice, S, S), texture(self.dice, S, S) * light(self.dice, S, S))
            self.regions(seg, REGION, 0.02, 0.98, 4)
        elif kind == "part":
            seg = partition(self.dice, S, self.dice.r.randint(3, 24))
            ids = np.unique(seg)
            for i in ids:
                m = seg == i
                self.img[m] = (texture(self.dice, S, S) * light(self.dice, S, S, 0.4))[m] if self.dice.r.random() < 0.6 else rand_colour(self.dice)
            if self.dice.r.random() < 0.35:   # grout / outline between the regions
                e = cv2.dilate((cv2.Laplacian(seg.astype(np.float32), cv2.CV_32F) != 0).astype(np.uint8), np.ones((self.dice.r.randint(2, 6),) * 2))
                self.img[e > 0] = rand_colour(self.dice)
                seg = np.where(e > 0, -1, seg)
            if self.dice.r.random() < 0.5:
                self.img *= light(self.dice, S, S, 0.5)
            self.regions(seg, REGION, 0.003, 0.9, 26)
        else:
            self.img = texture(self.dice, S, S) * light(self.dice, S, S)
            l = self.new()
            self.lab[:] = l
            self.masks.append(([l], REGION))
        self.img = np.clip(self.img, 0, 255).astype(np.float32)

    def paste(self, rgba, parts, size, cx, cy, rot=0.0, stretch=1.0):
        S = self.S
        h, w = rgba.shape[:2]
        s = size * S / max(h, w)
        ca, sa = np.cos(rot) * s, np.sin(rot) * s
        M = np.float32([[ca * stretch, -sa, 0], [sa * stretch, ca, 0]])
        if self.dice.r.random() < 0.5:
            M = M @ np.float32([[-1, 0, w], [0, 1, 0], [0, 0, 1]])
        c = M[:, :2] @ np.float32([w / 2, h / 2]) + M[:, 2]
        M[:, 2] += np.float32([cx * S, cy * S]) - c
        cor = M[:, :2] @ np.float32([[0, w, w, 0], [0, 0, h, h]]) + M[:, 2:]
        x0, y0 = np.maximum(0, np.floor(cor.min(1)).astype(int) - 1)
        x1, y1 = np.minimum(S, np.ceil(cor.max(1)).astype(int) + 1)
        if x1 - x0 < 6 or y1 - y0 < 6:
            return
        M[:, 2] -= (x0, y0)
        sz = (int(x1 - x0), int(y1 - y0))
        if s < 0.5:    # prefilter
            f = max(0.05, s * 1.2)
            small = cv2.resize(rgba, (max(4, int(w * f)), max(4, int(h * f))), interpolation=cv2.INTER_AREA)
            D = np.diag([w / small.shape[1], h / small.shape[0], 1]).astype(np.float32)
            src = cv2.warpAffine(small, M @ D, sz, flags=cv2.INTER_LINEAR)
        else:
            src = cv2.warpAffine(rgba, M, sz, flags=cv2.INTER_LINEAR if s < 1.3 else cv2.INTER_CUBIC)
        pm = cv2.warpAffine(parts, M, sz, flags=cv2.INTER_NEAREST)
        a = src[..., 3].astype(np.float32) / 255
        if (a > 0.5).sum() < 60:
            return
        rgb = src[..., :3].astype(np.float32)
        # per-object colour jitter and light
        rgb = (rgb - 128) * self.dice.u(0.75, 1.2) + 128 + self.dice.u(-25, 25)
        if self.dice.r.random() < 0.5:
            rgb *= self.dice.n.uniform(0.8, 1.2, 3)
        if self.dice.r.random() < 0.25:
            g = rgb.mean(2, keepdims=True)
            rgb = g + (rgb - g) * self.dice.u(0, 1.4)
        if self.dice.r.random() < 0.4:
            rgb = rgb * light(self.dice, sz[1], sz[0], 0.35)
        if self.dice.r.random() < 0.25:     # soften
            rgb = cv2.GaussianBlur(rgb, (0, 0), self.dice.u(0.5, 1.6))
        # shadows (never part of the mask)
        k = self.dice.r.random()
        if k < 0.6:
            q = 4
            full = np.zeros((S // q, S // q), np.float32)
            ta = cv2.resize(a, (max(1, sz[0] // q), max(1, sz[1] // q)), interpolation=cv2.INTER_AREA)
            yq, xq = y0 // q, x0 // q
            hq, wq = min(ta.shape[0], full.shape[0] - yq), min(ta.shape[1], full.shape[1] - xq)
            full[yq:yq + hq, xq:xq + wq] = ta[:hq, :wq]
            if k < 0.3:     # drop shadow
                far = size * S / q * self.dice.u(0.01, 0.12)
                an = self.dice.u(0, 2 * np.pi)
                full = cv2.warpAffine(full, np.float32([[1, 0, far * np.cos(an)], [0, 1, far * np.sin(an)]]), full.shape[::-1])
            else:           # ground shadow: squashed and sheared silhouette at the feet
                fy = y1 / q
                sq, she = self.dice.u(0.1, 0.45), self.dice.u(-1, 1)
                full = cv2.warpAffine(full, np.float32([[1, she * sq, -she * sq * fy], [0, sq, fy * (1 - sq)]]), full.shape[::-1])
            full = cv2.GaussianBlur(full, (0, 0), max(0.6, size * S / q * self.dice.u(0.01, 0.07)))
            sh = cv2.resize(full, (S, S), interpolation=cv2.INTER_LINEAR)[..., None]
            self.img *= 1 - self.dice.u(0.15, 0.7) * sh
        al = a[..., None]
        roi = self.img[y0:y1, x0:x1]
        roi[:] = roi * (1 - al) + np.clip(rgb, 0, 255) * al
        hard = a > 0.5
        lr = self.lab[y0:y1, x0:x1]
        base = self.new()
        lr[hard] = base
        ids = [base]
        for p in np.unique(pm[hard]):
            if p and self.next < 250:
                l = self.new()
                lr[hard & (pm == p)] = l
                ids.append(l)
        self.masks.append((ids, OBJECT, int(hard.sum())))
        for l in ids[1:]:
            self.masks.append(([l], PART))

    def finish(self):
        S, img = self.S, self.img
        if self.dice.r.random() < 0.25:
            img = img * light(self.dice, S, S, 0.35)
        if self.dice.r.random() < 0.3:
            img = cv2.GaussianBlur(img, (0, 0), self.dice.u(0.4, 1.4))
        img = 255 * (np.clip(img, 0, 255) / 255) ** np.exp(self.dice.u(-0.3, 0.3))
        if self.dice.r.random() < 0.6:
            n = self.dice.n.normal(0, self.dice.u(1, 11), (S, S, 1 if self.dice.r.random() < 0.5 else 3))
            img = img + n
        img = np.clip(img, 0, 255).astype(np.uint8)
        if self.dice.r.random() < 0.6:
            ok, e = cv2.imencode(".jpg", img[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, self.dice.r.randint(45, 95)])
            img = cv2.imdecode(e, 1)[..., ::-1]
        cnt = np.bincount(self.lab.ravel(), minlength=256)
        keep = []
        for m in self.masks:
            area = int(cnt[m[0]].sum())
            if area < 350 * (S / 512) ** 2 or area > 0.93 * S * S:
                continue
            if m[1] == OBJECT and area < 0.15 * m[2]:     # nearly hidden
                continue
            keep.append(([int(v) for v in m[0] if cnt[v]], m[1]))
        return np.ascontiguousarray(img), self.lab, keep


def make_scene(dice, S, seed):
    """-> picture, label map, list of (labels, kind)."""
    dice.seed(seed)
    sc = Scene(dice, S)
    k = dice.r.random()
    if k < 0.16:                       # regions
        sc.background("part")
        nobj = dice.r.choice([0, 0, 1, 2, 4])
    elif k < 0.30:                     # real photo, pseudo regions
        sc.background("photo")
        nobj = dice.r.choice([0, 0, 1, 2])
    else:
        sc.background(dice.r.choices(["photo", "wall", "plain", "part"], [0.55, 0.2, 0.15, 0.1])[0])
        nobj = dice.r.randint(1, 12) if dice.r.random() < 0.75 else dice.r.randint(8, 22)
        if dice.r.random() < 0.25:
            sc.img = cv2.GaussianBlur(sc.img, (0, 0), dice.u(1, 6))
    if k > 0.3 and dice.r.random() < 0.18:  # a row or grid of nearly equal things (shelf, car park)
        proto = [any_object(dice) for _ in range(dice.r.randint(1, 3))]
        nx, ny = dice.r.randint(2, 6), dice.r.randint(1, 4)
        size = dice.u(0.6, 1.25) / max(nx, ny)
        ox, oy = dice.u(0.05, 0.3), dice.u(0.1, 0.4)
        tilt = dice.u(-0.2, 0.2)
        for j in range(ny):
            for i in range(nx):
                if sc.next > 230:
                    break
                r, p = dice.r.choice(proto)
                sc.paste(r, p, size * dice.u(0.85, 1.15), ox + (i + 0.5) * (1 - ox) / nx + dice.u(-0.02, 0.02),
                         oy + (j + 0.5) * (1 - oy) / ny + dice.u(-0.02, 0.02), tilt + dice.u(-0.08, 0.08))
        nobj = dice.r.randint(0, 2)
    sizes = sorted([float(np.exp(dice.u(np.log(0.08), np.log(0.95)))) for _ in range(nobj)], reverse=True)
    if nobj > 10:
        sizes = [min(s, 0.4) for s in sizes]
    if nobj and dice.r.random() < 0.3:
        dice.r.shuffle(sizes)
    for s in sizes:
        if sc.next > 235:
            break
        r, p = any_object(dice)
        rot = dice.u(-0.25, 0.25) if dice.r.random() < 0.7 else dice.u(0, 2 * np.pi)
        m = 0.05 + 0.25 * s
        sc.paste(r, p, s, dice.u(m, 1 - m), dice.u(m, 1 - m), rot, np.exp(dice.u(-0.25, 0.25)))
    return sc.finish()
