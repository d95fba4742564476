#!/usr/bin/env python3
"""Whether several runs of `tinsel everything` over the shards of one folder get as much done as a single run.

    cargo build --release
    python benches/compare/shards.py target/release/tinsel assets/samples/cat.jpg

The runs take turns. Their wall-clock times compare only on a machine with nothing else to do; the processor's time,
which is what a run takes away from the others, is hardly affected by other programs. For Linux and macOS.
"""
import argparse
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path


def processor_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(program, photos, shards, options):
    """Seconds by the clock and of the processor for all photos, in so many processes at once."""
    with tempfile.TemporaryDirectory() as out:
        begin, processor = time.monotonic(), processor_time()
        commands = [[program, "everything", photos, "--out", out, "--format", "json", *options,
                     "--shard", f"{i + 1}/{shards}"] for i in range(shards)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        children = [subprocess.Popen(list(map(str, command)), **quiet) for command in commands]
        assert not any([child.wait() for child in children]), commands
        written = len(list(Path(out).rglob("*.json")))
        assert written >= len(list(photos.iterdir())), f"{written} files"
        return time.monotonic() - begin, processor_time() - processor


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("program")
    a.add_argument("photo")
    a.add_argument("--shards", type=int, nargs="+", default=[2, 16])
    a.add_argument("--photos", type=int, default=32)
    a.add_argument("--rounds", type=int, default=2, help="the fastest of so many runs counts")
    a.add_argument("--points", type=int, default=16, help="points along each side")
    o = a.parse_args()
    options = ["--model", "mobile-sam", "--points-per-side", o.points]
    with tempfile.TemporaryDirectory() as scratch:
        photos = Path(scratch)
        for i in range(o.photos):
            shutil.copy(o.photo, photos / f"{i:03}{Path(o.photo).suffix}")
        counts = [1, *o.shards]
        rounds = [[run(o.program, photos, count, options) for count in counts] for _ in range(o.rounds)]
    fastest = [[min(times[i] for times in of_count) for i in (0, 1)] for of_count in zip(*rounds)]
    print("| processes | by the clock | of the processor |\n| --- | ---: | ---: |")
    for count, times in zip(counts, fastest):
        figures = (f"{seconds:.1f} s ({seconds / single:.2f})" for seconds, single in zip(times, fastest[0]))
        print(f"| {count} | {' | '.join(figures)} |")


if __name__ == "__main__":
    main()
