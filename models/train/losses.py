"""What the network is told about its answers."""
import torch
import torch.nn.functional as F

from network import decode, encode

IOU_WEIGHT = 3.0
SCORE_WEIGHT = 0.1
BOXES = 0.22  # share of the steps that begin with boxes instead of clicks
FED_BACK = 0.8  # share of the steps whose further rounds see the former logits


def mask_loss(logits, target, balance):
    """(P, M, h, w) against soft (P, 1, h, w) -> (P, M): focal, cross-entropy and dice. `balance`: the share in which
    mask and background count equally whatever their areas, else "nothing" is a comfortable answer at first."""
    t = target.expand_as(logits)
    p = logits.sigmoid()
    ce = F.binary_cross_entropy_with_logits(logits, t, reduction="none")
    focal = 0.5 * ((p + t - 2 * p * t) ** 2 * ce).mean((2, 3))
    dice = 1 - (2 * (p * t).sum((2, 3)) + 1) / (p.sum((2, 3)) + t.sum((2, 3)) + 1)
    inside = (ce * t).sum((2, 3)) / t.sum((2, 3)).clamp(min=1)
    outside = (ce * (1 - t)).sum((2, 3)) / (1 - t).sum((2, 3)).clamp(min=1)
    return (1 - balance) * (5 * focal + 2 * ce.mean((2, 3)) + dice) + balance * (inside + outside + dice)


@torch.no_grad()
def true_iou(logits, target):
    a, b = logits > 0, target > 0.5
    return (a & b).sum((2, 3)) / (a | b).sum((2, 3)).clamp(min=1)


@torch.no_grad()
def error_clicks(logits, target):
    """A click on what is wrong, rather in the middle of it. -> coordinates, labels"""
    truth = target[:, 0] > 0.5
    wrong = ((logits[:, 0] > 0) ^ truth).float()[:, None]
    weight = (wrong * F.avg_pool2d(wrong, 5, 1, 2) ** 2).flatten(1)
    right = weight.sum(1) == 0
    weight[right] = truth.flatten(1)[right].float() + 1e-6
    j = torch.multinomial(weight, 1)
    w = logits.shape[-1]
    xy = torch.stack([j % w, j // w], 2).float()
    return (xy + torch.rand_like(xy)) * 4 - 0.5, truth.flatten(1).gather(1, j).int()


class PixelEmbedding(torch.nn.Module):
    """A training aid, thrown away afterwards: an embedding of the feature maps in which pixels of one thing lie near
    each other. It teaches the encoder long before the decoder has learnt to ask useful questions."""

    def __init__(self, d, n=24, anchors=160):
        super().__init__()
        self.maps = torch.nn.ModuleList([torch.nn.Conv2d(c, n, 1) for c in (d // 8, d // 4, d)])
        self.scale = torch.nn.Parameter(torch.tensor([0.0, 2.0]))
        self.anchors = anchors

    def alike(self, e, at):
        """Logits of lying near the embeddings at the flat indices `at`."""
        c = e.gather(2, at[:, None].expand(-1, e.shape[1], -1))
        far = (e ** 2).sum(1)[:, None] + (c ** 2).sum(1)[..., None] - 2 * c.transpose(1, 2) @ e
        return self.scale[1] - self.scale[0].exp() * far

    def forward(self, features, clicks, masks, weights, ids):
        q = masks.shape[-1]
        e = sum(F.interpolate(m(f.float()), size=(q, q), mode="bilinear", align_corners=False)
                for m, f in zip(self.maps, features)).flatten(2)
        x, y = ((clicks + 0.5) / 4).long().clamp(0, q - 1).unbind(-1)
        near = self.alike(e, y * q + x).view(masks.shape).flatten(0, 1)[:, None]
        clicked = mask_loss(near, masks.flatten(0, 1)[:, None], 0.7)[:, 0]
        # some pixels against all others: the same thing or not
        ids = ids.flatten(1).long()
        at = torch.randint(ids.shape[1], (len(ids), self.anchors), device=ids.device)
        own = ids.gather(1, at)
        logits, same = self.alike(e, at), (own[..., None] == ids[:, None]).float()
        known = (ids > 0).float()[:, None]
        ce = F.binary_cross_entropy_with_logits(logits, same, reduction="none") * known
        inside = (ce * same).sum(2) / (same * known).sum(2).clamp(min=1)
        outside = (ce * (1 - same)).sum(2) / ((1 - same) * known).sum(2).clamp(min=1)
        counts = (own > 0).float()
        pairs = ((inside + outside) * counts).sum() / counts.sum().clamp(min=1)
        w = weights.flatten()
        return (clicked * w).sum() / w.sum() + pairs


def step_loss(model, aid, batch, rng, youth, aid_weight):
    """The loss of a batch, and figures for the log. `youth` falls from 1 to 0 while the run is young."""
    pictures, masks, weights, clicks, boxes, ids = batch
    target = masks.flatten(0, 1)[:, None]
    w = weights.flatten()
    features = encode(model, pictures)
    # the trunk has no last norm: without this its output drifts to huge constants
    total = 0.01 * sum((f.float() ** 2).mean() for f in features)
    with torch.autocast(pictures.device.type, enabled=False):  # squared distances need float32
        total = total + aid_weight * aid(features, clicks, masks, weights, ids)

    box = rng.random() < BOXES
    if box:
        points = boxes.flatten(0, 1)
        labels = torch.tensor([2, 3], dtype=torch.int32, device=points.device).expand(len(points), 2)
    else:
        points = clicks.flatten(0, 1)[:, None]
        labels = torch.ones(len(points), 1, dtype=torch.int32, device=points.device)
    rounds = rng.choices([1, 2, 3], [0.8, 0.2, 0.0] if youth else [0.6, 0.28, 0.12])[0]
    feed_back = rng.random() < FED_BACK
    former, figures = None, {}
    for n in range(rounds):
        logits, iou, score = decode(model, features, points, labels, former if feed_back else None)
        loss = mask_loss(logits, target, max(0.1, youth))
        real = true_iou(logits, target)
        ambiguous = n == 0 and not box
        share = (1.0, 0.5) if ambiguous else (0.5, 1.0)
        mask = share[0] * loss[:, 1:].amin(1) + share[1] * loss[:, 0] + 0.15 * youth * loss[:, 1:].mean(1)
        head = IOU_WEIGHT * ((iou - real) ** 2).mean(1)
        there = F.binary_cross_entropy_with_logits(score, torch.ones_like(score))
        total = total + (((mask + head) * w).sum() / w.sum() + SCORE_WEIGHT * there) / rounds
        best = iou[:, 1:].argmax(1, keepdim=True)
        if n == 0:
            name = "box" if box else "click"
            figures[name] = real[:, 1:].gather(1, best).mean().item()
            figures[f"{name}_best"] = real[:, 1:].amax(1).mean().item()
        else:
            figures[f"round{n + 1}"] = real[:, 0].mean().item()
        if n + 1 < rounds:
            chosen = best + 1 if ambiguous else torch.zeros_like(best)
            former = logits.gather(1, chosen[..., None, None].expand(-1, 1, *logits.shape[2:])).detach().clamp(-32, 32)
            more, more_labels = error_clicks(former, target)
            points, labels = torch.cat([points, more], 1), torch.cat([labels, more_labels], 1)
    figures["loss"] = total.item()
    return total, figures
