#!/usr/bin/env python3
"""Train the network on the pool.

    train.py POOL RUN --stages 128x6:9000,256x3:2000,512x2:900
    torchrun --nproc-per-node 2 train.py POOL RUN ...      two cores, or two GPUs: gradients are averaged

A stage is SIZExBATCH:STEPS; BATCH is that of one process. A run that was stopped (Ctrl-C or SIGTERM save) goes on where
it was when called again, and ends up where it would have without. RUN/weights.safetensors is the moving average.
"""
import argparse
import math
import os
import random
import signal
import time

import torch
import torch.distributed as dist

from losses import PixelEmbedding, step_loss
from network import IMAGE_PATH, SIZES, build, export, image_state, load, look_near_the_prompt, set_size
from samples import Batches

WARM_UP, WARM_UP_STAGE = 200, 50  # steps
WEIGHT_DECAY, CLIP, AVERAGE = 0.05, 1.0, 0.998
YOUNG = 0.1  # share of a run from scratch
SAVE_EVERY, LOG_EVERY = 120, 20  # seconds


class Run:
    """All that training changes, kept in one file."""

    def __init__(self, o, size, device):
        self.size = size  # of the pictures that the weights are meant for
        torch.manual_seed(o.seed)
        self.model = load(o.init) if o.init else build(256)
        if not o.init:
            look_near_the_prompt(self.model, o.seed)
        self.model.to(device).train()
        self.aid = PixelEmbedding(SIZES["d_model"]).to(device)
        own = [p for n, p in self.model.named_parameters() if n.startswith(IMAGE_PATH)]
        matrices = [p for p in own if p.ndim > 1 and p.shape[0] > 1]
        known = {id(p) for p in matrices}
        others = [p for p in own if id(p) not in known] + list(self.aid.parameters())
        self.parameters = matrices + others
        self.optimizer = torch.optim.AdamW([dict(params=matrices, weight_decay=WEIGHT_DECAY),
                                            dict(params=others, weight_decay=0.0)], lr=o.lr, betas=(0.9, 0.99))
        self.average = {k: v.detach().clone() for k, v in image_state(self.model).items()}
        self.step = 0
        self.path = f"{o.run}/state.pt"
        if os.path.exists(self.path):
            state = torch.load(self.path, map_location=device)
            self.model.load_state_dict(state["model"], strict=False)
            self.aid.load_state_dict(state["aid"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average, self.step = state["average"], state["step"]

    def save(self):
        state = dict(model=image_state(self.model), aid=self.aid.state_dict(), optimizer=self.optimizer.state_dict(),
                     average=self.average, step=self.step, size=self.size)
        torch.save(state, self.path + ".part")
        os.replace(self.path + ".part", self.path)

    @torch.no_grad()
    def update(self, lr):
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, CLIP)
        if torch.isfinite(norm):
            self.optimizer.step()
        share = 1 - min(AVERAGE, (1 + self.step) / (10 + self.step))
        current = image_state(self.model)
        torch._foreach_lerp_(list(self.average.values()), [current[k] for k in self.average], share)
        self.step += 1

    @torch.no_grad()
    def share_gradients(self, stop):
        """Averages the gradients of all processes. Whether any of them was asked to stop."""
        parts = [p.grad if p.grad is not None else torch.zeros_like(p) for p in self.parameters]
        flat = torch.cat([p.flatten() for p in parts] + [torch.tensor([float(stop)], device=parts[0].device)])
        dist.all_reduce(flat)
        flat /= dist.get_world_size()
        at = 0
        for p in self.parameters:
            p.grad = flat[at:at + p.numel()].view_as(p)
            at += p.numel()
        return bool(flat[-1] > 0)


class Log:
    """Running means of the figures, now and then on a line."""

    def __init__(self, path):
        self.file, self.means, self.since, self.pictures = open(path, "a"), {}, time.time(), 0

    def add(self, figures, pictures, text):
        for k, v in figures.items():
            self.means[k] = 0.98 * self.means.get(k, v) + 0.02 * v
        self.pictures += pictures
        if (seconds := time.time() - self.since) > LOG_EVERY:
            line = f"{text}, {self.pictures / seconds:.1f} pictures/s, "
            line += ", ".join(f"{k} {self.means[k]:.3f}" for k in sorted(self.means))
            print(line, flush=True)
            print(line, file=self.file, flush=True)
            self.since, self.pictures = time.time(), 0


def parse_stages(text):
    """-> [(size, batch, steps)]"""
    return [tuple(map(int, part.replace("x", ":").split(":"))) for part in text.split(",")]


def learning_rate(o, step, stage_step, total):
    rate = o.lr * (0.04 + 0.96 * 0.5 * (1 + math.cos(math.pi * step / total)))
    return rate * min(1, (step + 1) / WARM_UP) * min(1, (stage_step + 1) / WARM_UP_STAGE)


def train(o, rank, world, device):
    stages = parse_stages(o.stages)
    total = sum(steps for *_, steps in stages)
    run = Run(o, stages[-1][0], device)
    stop = []
    for s in (signal.SIGINT, signal.SIGTERM):
        signal.signal(s, lambda *_: stop.append(1))
    log = Log(f"{o.run}/log.txt") if rank == 0 else None
    saved = time.time()
    end = 0
    for size, batch, steps in stages:
        first, end = end, end + steps
        set_size(run.model, size)
        batches = torch.utils.data.DataLoader(Batches(o.pool, size, batch, o.masks, o.seed, rank), batch_size=None,
                                              sampler=range(max(first, run.step), end), num_workers=o.workers,
                                              pin_memory=device.type == "cuda")
        for one in batches:
            step = run.step
            lr = learning_rate(o, step, step - first, total)
            rng = random.Random(f"{o.seed} {step}")  # the same in all processes: the kind of step is shared
            torch.manual_seed(hash((o.seed, step, rank)))
            youth = 0.0 if o.init else max(0.0, 1 - step / (YOUNG * total))
            aid_weight = max(0.1, min(1.0, 2.5 * (1 - step / total)))
            one = [t.to(device, non_blocking=True) for t in one]
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                loss, figures = step_loss(run.model, run.aid, one, rng, youth, aid_weight)
            run.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            halt = run.share_gradients(bool(stop)) if world > 1 else bool(stop)
            run.update(lr)
            if rank == 0:
                log.add(figures, batch * world, f"{size} px, step {run.step} of {total}, rate {lr:.1e}")
                if halt or time.time() - saved > SAVE_EVERY:
                    run.save()
                    saved = time.time()
            if halt:
                return
    if rank == 0:
        run.save()
        export(run.average, run.size, f"{o.run}/weights.safetensors")


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("pool")
    a.add_argument("run", help="folder for the state, the log and the weights")
    a.add_argument("--stages", default="128x6:10000,256x3:3000,384x2:1600,512x2:760")
    a.add_argument("--masks", type=int, default=10, help="masks per picture (%(default)s)")
    a.add_argument("--lr", type=float, default=6e-4, help="highest learning rate, for 12 pictures a step (%(default)s)")
    a.add_argument("--init", help="begin with these weights (.safetensors)")
    a.add_argument("--workers", type=int, default=0, help="processes of each process that read batches (%(default)s)")
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--device", help="cuda, mps or cpu; the first that there is")
    a.add_argument("--export", metavar="FILE", help="write the weights of a stopped run, do not train")
    o = a.parse_args()
    os.makedirs(o.run, exist_ok=True)
    if o.export:
        state = torch.load(f"{o.run}/state.pt", map_location="cpu")
        return export(state["average"], state["size"], o.export)
    found = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    device = torch.device(o.device or found)
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)
    if world > 1:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    train(o, rank, world, device)
    if world > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
