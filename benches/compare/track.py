#!/usr/bin/env python3
"""Time Tinsel against the official predictor for videos: objects followed through frames with the network's memory.

    pip install -r benches/compare/requirements.txt
    cargo build --release --example timing
    python benches/compare/track.py target/release/examples/timing FRAMES

    python benches/compare/track.py target/release/examples/timing FRAMES --network edgetam
                                     (needs edgetam-dimos instead of sam2, whose package has the same name)

FRAMES is a folder of pictures of one size. Both run SAM 2.1 tiny or EdgeTAM with the same random weights, one thread a
core (or --threads) and float32, one after the other. Each object is clicked on the first frame. A frame's time is from
the decoded picture to the masks at its size, for all objects: encoder, memory attention, decoder and memory encoder. Two figures are given:
the mean over all followed frames, and that of frames with a full memory (from the seventh on). The time of the
processor, in user mode, is less disturbed by what else the machine does than that of the clock.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tests" / "data"))
CORES = len(os.sched_getaffinity(0))
FULL_MEMORY = 7


def processor_seconds():
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def network(name, folder, threads):
    """The official network with random weights, and a file with them."""
    import torch
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(20260711)
    return {"tiny": tiny, "edgetam": edgetam}[name](folder)


def edgetam(folder):
    import torch
    from make_edgetam_reference import CONFIGS, build, randomise
    file, model = folder / "edgetam_video.pt", build(CONFIGS["edgetam"])
    if file.exists():
        model.load_state_dict(torch.load(file)["model"])
    else:
        randomise(model)
        torch.save({"model": model.state_dict()}, file)
    return model, file


def tiny(folder):
    import torch
    from make_reference import CONFIGS, MEAN, STD
    from make_video_reference import MEMORY, build
    from safetensors.torch import load_file, save_file
    config = {**CONFIGS["tiny"], **MEMORY["default"]}
    file = folder / "tiny_video.safetensors"
    model = build(config)
    if file.exists():
        model.load_state_dict(load_file(file))
    else:
        for p in model.parameters():
            p += 0.03 * torch.randn_like(p)
        model.sam_mask_decoder.pred_obj_score_head.layers[-1].bias += 4.0  # the objects are there
        weights = {k: v.float().contiguous() for k, v in model.state_dict().items()}
        save_file(weights, file, {"config": json.dumps({**config, "mean": MEAN, "std": STD})})
    return model, file


def official(model, folder, objects, frames):
    """Wall-clock and processor seconds of each followed frame, the first one without."""
    import numpy
    from PIL import Image
    with tempfile.TemporaryDirectory() as scratch:
        for i, path in enumerate(sorted(Path(folder).iterdir())[: frames + 1]):
            # The official reader wants these names; the content is without loss.
            Image.open(path).convert("RGB").save(Path(scratch) / f"{i:05}.jpg", format="PNG")
        state = model.init_state(scratch)
    width, height = state["video_width"], state["video_height"]
    for n in range(1, objects + 1):
        at = numpy.array([[width * n / (objects + 1), height / 2]], numpy.float32)
        model.add_new_points_or_box(state, 0, n, points=at, labels=numpy.array([1], numpy.int32))
    seconds, start, processor = [], time.perf_counter(), processor_seconds()
    for _, _, masks in model.propagate_in_video(state):
        (masks > 0).sum()
        seconds.append([time.perf_counter() - start, processor_seconds() - processor])
        start, processor = time.perf_counter(), processor_seconds()
    return seconds[1:]


def tinsel(program, weights, folder, objects, frames, threads):
    photo = sorted(Path(folder).iterdir())[0]
    task = f"track {folder} {objects} {frames}\n"
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    done = subprocess.run([program, weights, photo], input=task, text=True, check=True, capture_output=True,
                          env=environment)
    return json.loads(done.stdout)["frames"][1:]


def means(seconds):
    """Of all frames and of those with a full memory: wall-clock and processor seconds."""
    mean = lambda rows: [sum(row[i] for row in rows) / len(rows) for i in (0, 1)]
    return mean(seconds), mean(seconds[FULL_MEMORY - 1:] or seconds[-1:])


def main():
    a = argparse.ArgumentParser()
    a.add_argument("program")
    a.add_argument("frames")
    a.add_argument("--network", choices=["tiny", "edgetam"], default="tiny")
    a.add_argument("--objects", type=int, nargs="+", default=[1, 4])
    a.add_argument("--count", type=int, default=9, help="frames to follow")
    a.add_argument("--threads", type=int, default=CORES, help="1 on a busy machine: nothing waits for other threads")
    a.add_argument("--weights", type=Path, default=Path(tempfile.gettempdir()) / "tinsel-compare")
    o = a.parse_args()
    model, weights = network(o.network, o.weights, o.threads)
    for objects in o.objects:
        ours = means(tinsel(o.program, weights, o.frames, objects, o.count, o.threads))
        theirs = means(official(model, o.frames, objects, o.count))
        for what, mine, other in zip(["all frames", "full memory"], ours, theirs):
            wall, processor = (f"{other[i]:.2f} s, Tinsel {mine[i]:.2f} s ({mine[i] / other[i]:.2f})" for i in (0, 1))
            print(f"{objects} object(s), {what}: PyTorch {wall}; processor {processor}", flush=True)


if __name__ == "__main__":
    main()
