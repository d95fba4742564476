#!/usr/bin/env python3
"""Kills the real window at random moments and looks how old the work is that is lost.

    python3 tests/window_kill.py PATH/TO/tinsel [ROUNDS]

Needs a screen in DISPLAY (`Xvfb :9 -screen 0 1280x900x24 & DISPLAY=:9 openbox &`) and xdotool. In each round the
window works on the same photo: clicks that are accepted as masks, and strokes of the brush, each in a place of its
own. It is killed with SIGKILL between one and five seconds after its first action, and `tinsel export` tells what is
kept. Fails when something is missing that was done more than two seconds before the kill, or in a former round.
"""

import atexit
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLE = Path(__file__).parent.parent / "assets/samples/coffee.jpg"
THINGS = [(290, 170), (370, 290)]
LIMIT_S = 2.0
# Between the parts of an action.
STEP_S = 0.05
CELL = 28


def xdo(*arguments):
    subprocess.run(["xdotool", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)
    time.sleep(STEP_S)


class Kept:
    """What a new process finds: the number of masks from clicks, and the painted pixels."""

    def __init__(self, tinsel, folder):
        run = [tinsel, "export", folder / "photo.jpg", "--format", "json", "--out", folder / "out", "--overwrite"]
        done = subprocess.run(run, capture_output=True, text=True)
        self.clicked, self.painted = 0, set()
        if "has no saved masks" in done.stderr:
            return
        assert done.returncode == 0, done.stderr
        for record in json.loads((folder / "out/photo_masks.json").read_text()):
            # What is painted has no score.
            if record["predicted_iou"] is not None:
                self.clicked += 1
                continue
            (height, _), at, inside = record["segmentation"]["size"], 0, False
            for count in record["segmentation"]["counts"]:
                if inside:
                    self.painted.update(((at + i) // height, (at + i) % height) for i in range(count))
                at, inside = at + count, not inside


def box(pixels):
    (left, right), (top, bottom) = [(min(axis), max(axis)) for axis in zip(*pixels)]
    return left, top, right, bottom


class Window:
    def __init__(self, tinsel, folder):
        self.process = subprocess.Popen([tinsel, folder / "photo.jpg"], stderr=subprocess.DEVNULL)
        atexit.register(self.process.kill)
        search = ["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid), "--name", "photo.jpg"]
        for _ in range(600):
            assert self.process.poll() is None, "the window has ended"
            found = subprocess.run(search, capture_output=True, text=True).stdout.split()
            if found:
                break
            time.sleep(0.1)
        xdo("windowactivate", "--sync", found[0], "windowmove", "--sync", found[0], 0, 0)
        geometry = subprocess.run(["xdotool", "getwindowgeometry", "--shell", found[0]], capture_output=True, text=True)
        values = dict(line.split("=") for line in geometry.stdout.split())
        self.x, self.y, self.width, self.height = (int(values[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))
        # The photo has to be encoded before it answers.
        time.sleep(3)

    def share(self, across, down):
        return self.x + round(self.width * across), self.y + round(self.height * down)

    def paint(self, x, y):
        # Without a selected mask, the stroke makes a new one.
        xdo("key", "ctrl+shift+a")
        xdo("key", "t")
        xdo("mousemove", x, y)
        xdo("mousedown", 1)
        xdo("mousemove", x + 7, y)
        xdo("mousemove", x + 12, y)
        xdo("mouseup", 1)

    def accept(self, x, y):
        xdo("key", "q")
        xdo("mousemove", x, y)
        xdo("click", 1)
        xdo("key", "Return")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        at = time.monotonic()
        self.process.wait()
        return at


def painted_by(window, tinsel, folder, at):
    """The pixels that a stroke adds to what is kept."""
    before = Kept(tinsel, folder).painted
    window.paint(*at)
    for _ in range(60):
        time.sleep(0.5)
        new = Kept(tinsel, folder).painted - before
        if new:
            return new
    raise AssertionError("a stroke was not saved")


def calibrated(tinsel, folder):
    """Where the photo lies on the screen, from what two strokes paint."""
    window = Window(tinsel, folder)
    a, b = window.share(0.35, 0.4), window.share(0.55, 0.6)
    left, top, right, bottom = box(painted_by(window, tinsel, folder, a))
    _, _, far_right, far_bottom = box(painted_by(window, tinsel, folder, b))
    window.kill()
    scale = (b[0] - a[0]) / (far_right - right)
    assert far_bottom > bottom and right - left < 2 * CELL, "the strokes are not where they should be"
    # The stroke goes twelve pixels to the right of where it begins.
    middle = ((left + right - 12 / scale) / 2, (top + bottom) / 2)
    return lambda x, y: (round(a[0] + (x - middle[0]) * scale), round(a[1] + (y - middle[1]) * scale))


def round_of(tinsel, folder, on_screen, cells):
    before = Kept(tinsel, folder)
    window = Window(tinsel, folder)
    done, end = [], None
    while end is None or time.monotonic() < end:
        cell = cells.pop() if random.random() < 0.6 else None
        end = end or time.monotonic() + random.uniform(1, 5)
        if cell:
            window.paint(*on_screen(*cell))
        else:
            window.accept(*on_screen(*random.choice(THINGS)))
        done.append((time.monotonic(), cell))
        time.sleep(random.uniform(0, 0.2))
    killed = window.kill()
    after = Kept(tinsel, folder)
    assert before.painted <= after.painted and before.clicked <= after.clicked, "work of a former round is gone"
    # Which of the clicks are missing cannot be told: the newest.
    clicks = [i for i, (_, cell) in enumerate(done) if not cell][: after.clicked - before.clicked]
    strokes = [i for i, (_, cell) in enumerate(done) if cell in after.painted]
    kept = {*clicks, *strokes}
    return len(done), [killed - at for i, (at, _) in enumerate(done) if i not in kept]


def main():
    tinsel = str(Path(sys.argv[1]).resolve())
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    folder = Path(tempfile.mkdtemp(prefix="tinsel-kill-"))
    os.environ.update({f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("DATA", "CONFIG", "CACHE")})
    shutil.copy(SAMPLE, folder / "photo.jpg")
    on_screen = calibrated(tinsel, folder)
    painted = Kept(tinsel, folder).painted
    cells = [(x, y) for x in range(CELL, 600 - CELL, CELL) for y in range(CELL, 400 - CELL, CELL)]
    cells = [cell for cell in cells if cell not in painted]
    random.shuffle(cells)
    oldest, total, lost = 0.0, 0, 0
    for number in range(1, rounds + 1):
        if len(cells) < 40:
            print("no free places left")
            break
        actions, missing = round_of(tinsel, folder, on_screen, cells)
        oldest, total, lost = max([oldest, *missing]), total + actions, lost + len(missing)
        print(f"kill {number}: {actions} actions, {len(missing)} lost, oldest {max(missing, default=0):.2f} s", flush=True)
    print(f"{total} actions, {lost} lost, the oldest {oldest:.2f} s before the kill")
    shutil.rmtree(folder)
    sys.exit(oldest > LIMIT_S)


main()
