#!/usr/bin/env python3
"""How Tinsel's time and memory grow with points, pixels and photos.

    cargo build --release --bins --example timing
    python benches/compare/scaling.py target/release tiny assets/samples/coffee.jpg

Needs what compare.py needs, for the random weights. Memory is read from /proc, so this is for Linux.
"""
import argparse
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from compare import Process, checkpoint, resized

LOOSE = {"stability_score_thresh": 0.0}


def resident(pid):
    """Resident memory of a process now, in MiB, or None once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), None)


def grow(program, weights, photo, copies):
    """Peak resident memory during each tenth of a run over copies of a photo."""
    with tempfile.TemporaryDirectory() as scratch:
        photos, out = Path(scratch, "photos"), Path(scratch, "out")
        photos.mkdir()
        for i in range(copies):
            shutil.copy(photo, photos / f"{i:03}{Path(photo).suffix}")
        command = [program, "everything", photos, "--out", out, "--model", weights, "--points-per-side", "8", "--format", "json"]
        child = subprocess.Popen(list(map(str, command)), stderr=subprocess.DEVNULL)
        peaks = {}
        while child.poll() is None:
            memory, done = resident(child.pid), len(list(out.glob("*.json")))
            tenth = min(done * 10 // copies, 9)
            peaks[tenth] = max(peaks.get(tenth, 0), memory or 0)
            time.sleep(0.02)
        assert child.returncode == 0, command
    return [peaks.get(i) for i in range(10)]


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("build", type=Path, help="folder of the built program")
    a.add_argument("variant", choices=["tiny", "small", "base_plus", "large"])
    a.add_argument("photo")
    a.add_argument("--weights", type=Path, default=Path(tempfile.gettempdir()) / "tinsel-compare")
    a.add_argument("--photos", type=int, default=50)
    a.add_argument("--rounds", type=int, default=2, help="the fastest of so many runs counts")
    o = a.parse_args()
    weights = checkpoint(o.variant, o.weights)
    photo = resized(o.photo, 1200, 675, o.weights)

    def fastest(process, *task):
        return min((process.ask(*task) for _ in range(o.rounds)), key=lambda answer: answer["seconds"])

    process = Process([o.build / "examples/timing", weights, photo])
    scores = sorted(process.ask("scores")["scores"])
    third = LOOSE | {"pred_iou_thresh": scores[len(scores) * 2 // 3]}
    encode = fastest(process, "encode")["seconds"]
    print(f"| points | after encoding ({encode:.2f} s), no mask passes | a third of the masks passes |\n| --- | ---: | ---: |")
    for side in 8, 16, 32:
        answers = [fastest(process, "everything", p | {"points_per_side": side}) for p in ({}, third)]
        print(f"| {side} x {side} | " + " | ".join(f"{x['seconds'] - encode:.2f} s" for x in answers) + " |", flush=True)
    process.end()
    print("\n| photo | encoding | everything, 16 x 16 points, a third passes | peak memory |\n| --- | ---: | ---: | ---: |")
    for width, height in (1200, 833), (3000, 2000), (6000, 4000):
        process = Process([o.build / "examples/timing", weights, resized(o.photo, width, height, o.weights)])
        encode = fastest(process, "encode")["seconds"]
        everything = fastest(process, "everything", third | {"points_per_side": 16})
        print(f"| {width * height / 1e6:.0f} megapixels | {encode:.2f} s | {everything['seconds']:.2f} s "
              f"({everything['found']} masks) | {process.end():.0f} MiB |", flush=True)
    peaks = grow(o.build / "tinsel", weights, photo, o.photos)
    print(f"\npeak memory in each tenth of {o.photos} photos, MiB:", *(f"{p:.0f}" if p else "-" for p in peaks))


if __name__ == "__main__":
    main()
