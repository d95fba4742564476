"""Makes the fonts in this folder, except Inter-Regular.otf, from the published packages.

Requires: pip install fonttools brotli; npm pack inter-ui@4.1.1 @phosphor-icons/web@2.1.2, unpacked in INTER and PHOSPHOR

    python3 make.py INTER PHOSPHOR
"""

import json
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
# Icons for the window. src/app/look/icons.rs names those in use.
REGULAR = """cursor cursor-click bounding-box paint-brush eraser lasso sparkle columns gear-six question plus-circle
minus-circle check x magnifying-glass funnel list-bullets tree-structure plus dots-three eye eye-slash lock-simple
lock-simple-open copy trash scissors bezier-curve folder caret-left caret-right caret-down caret-up caret-double-right cpu
sidebar-simple circle-half swatches drop-half arrow-clockwise list magnifying-glass-plus circle square skip-back
skip-forward play pause stop arrow-left arrow-right arrows-left-right prohibit arrow-counter-clockwise images image
folder-open film-strip download-simple note-pencil warning info pencil-simple export flag palette sun polygon
arrow-u-up-left arrow-u-up-right crosshair arrows-out tag clipboard-text corners-out""".split()
FILL = "check-circle flag circle-half warning check-square circle".split()


def glyphs(folder, style):
    selection = json.loads((folder / "src" / style / "selection.json").read_text())
    return {icon["properties"]["name"].split(",")[0]: icon["properties"]["code"] for icon in selection["icons"]}


def main(inter, phosphor):
    for weight in ("Medium", "SemiBold"):
        font = TTFont(inter / "web" / f"Inter-{weight}.woff2")
        font.flavor = None
        options = subset.Options(layout_features=["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum"])
        subsetter = subset.Subsetter(options)
        # Latin, Greek and Cyrillic; other scripts come from the system.
        subsetter.populate(unicodes=[*range(0x20, 0x530), *range(0x1E00, 0x2200), *range(0x2200, 0x2600)])
        subsetter.subset(font)
        font.save(HERE / f"Inter-{weight}.ttf")
    for style, names, file in (("regular", REGULAR, "Phosphor.ttf"), ("fill", FILL, "Phosphor-Fill.ttf")):
        codes = glyphs(phosphor, style)
        suffix = "" if style == "regular" else "-fill"
        wanted = {name: codes[name + suffix] for name in names}
        font = TTFont(phosphor / "src" / style / file)
        options = subset.Options(layout_features=[], glyph_names=False, hinting=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=wanted.values())
        subsetter.subset(font)
        font.save(HERE / file)
        for name, code in wanted.items():
            constant = (name + suffix).upper().replace("-", "_")
            print(f"pub const {constant}: char = '\\u{{{code:x}}}';")


main(Path(sys.argv[1]), Path(sys.argv[2]))
