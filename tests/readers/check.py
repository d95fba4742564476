"""Reads the files that Tinsel writes with the programs they are for. See README.md."""

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from pathlib import Path

import numpy as np
from PIL import Image

PHOTO = Path(__file__).parents[2] / "assets/samples/coffee.jpg"
CLASSES = ["cup", "two words", "näher", None]


def has(module):
    return importlib.util.find_spec(module) is not None


def awkward_masks(height, width):
    """Masks with their names and classes."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:height, :width]
    masks = []
    for i in range(12):
        # Smooth noise at a random place: holes, parts and ragged borders.
        small = rng.random((height // (4 + i) + 2, width // (4 + i) + 2))
        noise = np.array(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))
        cy, cx, r = rng.integers(0, height), rng.integers(0, width), rng.integers(30, 160)
        near = (y - cy) ** 2 + (x - cx) ** 2 < r * r
        masks.append(near & (noise > 0.35 + 0.02 * i))
    masks.append((y - 90) ** 2 + (x - 200) ** 2 < 60**2)
    masks[-1] &= (y - 90) ** 2 + (x - 200) ** 2 >= 30**2
    masks.append((y == height - 1) & (x == width - 1))
    masks.append((y == 5) & (x > 9))
    masks.append(x == y)
    return [(f"thing {i}", CLASSES[i % len(CLASSES)], mask) for i, mask in enumerate(masks) if mask.any()]


def rle(mask):
    flat = np.concatenate([[0], mask.ravel(order="F").astype(np.int8)])
    starts = np.flatnonzero(np.diff(flat)) if flat[-1] or mask.any() else np.array([], int)
    counts = np.diff(np.concatenate([[0], starts, [mask.size]]))
    return {"size": list(mask.shape), "counts": counts.tolist()}


def unpacked(segmentation):
    height, width = segmentation["size"]
    counts = segmentation["counts"]
    return np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape((width, height)).T


def without_holes(mask):
    """What is left where a format knows outlines only; parts touch at sides."""
    from skimage.measure import label

    background = label(~np.pad(mask, 1), connectivity=2)
    return (background != background[0, 0])[1:-1, 1:-1]


class Run:
    def __init__(self, program):
        self.program = program
        self.folder = Path(tempfile.mkdtemp(prefix="tinsel-readers-"))
        self.photo = self.folder / "a cup.jpg"
        shutil.copy(PHOTO, self.photo)
        width, height = Image.open(self.photo).size
        self.size = (height, width)
        self.things = awkward_masks(height, width)
        self.failed = 0
        records = [{"segmentation": rle(mask), "name": name, "class": kind} for name, kind, mask in self.things]
        (self.folder / "records.json").write_text(json.dumps(records))
        self.tinsel("import", self.photo, self.folder / "records.json", "--strict")

    def tinsel(self, *arguments):
        subprocess.run([self.program, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)

    def export(self, name, *arguments):
        out = self.folder / name
        self.tinsel("export", self.photo, "--out", out, "--format", *arguments)
        return out

    def compare(self, what, pairs, allowed=0):
        """Pairs of masks: what a reader sees, and what it should see."""
        pairs = list(pairs)
        area = sum(int(b.sum()) for _, b in pairs)
        off = sum(int((np.asarray(a, bool) != b).sum()) for a, b in pairs)
        ok = len(pairs) > 0 and off <= allowed
        self.failed += not ok
        print(f"{'ok  ' if ok else 'FAIL'} {what}: {off} of {area} pixels differ in {len(pairs)} masks")

    def check(self, what, ok):
        self.failed += not ok
        print(f"{'ok  ' if ok else 'FAIL'} {what}")


def coco(run):
    from pycocotools.coco import COCO

    for form in ["compressed", "rle", "polygons"]:
        out = run.export(f"coco-{form}", "coco", "--coco", form)
        dataset = COCO(out / "a cup_coco.json")
        found = [dataset.annToMask(a) for a in dataset.loadAnns(dataset.getAnnIds())]
        expected = [mask if form != "polygons" else without_holes(mask) for _, _, mask in run.things]
        run.compare(f"pycocotools {form}", zip(found, expected, strict=True))
        if form == "polygons":
            filled = sum(int((e ^ m).sum()) for e, (_, _, m) in zip(expected, run.things))
            print(f"     ({filled} pixels are holes, which polygons lose)")
    # The other way round: polygons of others.
    rng = np.random.default_rng(3)
    height, width = run.size
    annotations = []
    for i in range(200):
        n = int(rng.integers(3, 12))
        points = rng.normal(rng.random(2) * [width, height], 40, (n, 2))
        points = np.round(points, int(i % 4)).ravel().tolist()
        annotations.append({"id": i + 1, "image_id": 1, "category_id": 1, "segmentation": [points], "iscrowd": 0})
    file = {"images": [{"id": 1, "file_name": run.photo.name, "width": width, "height": height}],
            "categories": [{"id": 1, "name": "a"}], "annotations": annotations}
    source = run.folder / "polygons.json"
    source.write_text(json.dumps(file))
    run.tinsel("convert", source, "--photo", run.photo, "--to", "coco", "--out", run.folder / "back")
    theirs, ours = COCO(source), COCO(run.folder / "back/a cup_coco.json")
    expected = [theirs.annToMask(a) for a in annotations]
    expected = [mask.astype(bool) for mask in expected if mask.any()]
    found = [ours.annToMask(a) for a in ours.loadAnns(ours.getAnnIds())]
    run.compare("import of polygons as pycocotools fills them", zip(found, expected, strict=True))


def labelme(run):
    from labelme._label_file import read_label_file
    from labelme.utils import shape_to_mask

    def read(out):
        groups = {}
        label_file = read_label_file(str(out / "a cup.json"))
        for i, shape in enumerate(label_file.shapes):
            if shape["shape_type"] == "mask":
                mask = np.zeros(run.size, bool)
                (x0, y0), (x1, y1) = np.array(shape["points"], int)
                mask[y0 : y1 + 1, x0 : x1 + 1] = shape["mask"]
            else:
                mask = shape_to_mask(run.size, shape["points"], shape["shape_type"])
            key = shape["description"]
            groups[key] = groups.get(key, np.zeros(run.size, bool)) | mask
        return groups

    out = run.export("labelme-masks", "labelme", "--labelme", "masks")
    found = read(out)
    run.compare("labelme masks", [(found[name], mask) for name, _, mask in run.things])
    out = run.export("labelme-polygons", "labelme", "--labelme", "polygons")
    found = read(out)
    run.compare("labelme polygons", [(found[name], without_holes(mask)) for name, _, mask in run.things])
    # The other way round: shapes of others.
    rng = np.random.default_rng(4)
    height, width = run.size
    shapes = []
    for i in range(200):
        kind = ["polygon", "circle", "rectangle"][i % 3]
        n = int(rng.integers(3, 12)) if kind == "polygon" else 2
        points = rng.normal(rng.random(2) * [width, height], 40, (n, 2))
        points = points if kind != "rectangle" else np.sort(points, axis=0)
        shapes.append({"label": "a", "description": str(i), "shape_type": kind, "points": points.tolist()})
    source = run.folder / "shapes.json"
    source.write_text(json.dumps({"imagePath": run.photo.name, "shapes": shapes}))
    run.tinsel("convert", source, "--photo", run.photo, "--to", "json", "--out", run.folder / "shapes")
    drawn = {s["description"]: shape_to_mask(run.size, s["points"], s["shape_type"]) for s in shapes}
    records = json.loads((run.folder / "shapes/a cup_masks.json").read_text())
    back = {record["name"]: unpacked(record["segmentation"]) for record in records}
    drawn = {name: mask for name, mask in drawn.items() if mask.any()}
    run.compare("import of shapes as labelme draws them", [(back[name], mask) for name, mask in drawn.items()])


def yolo_dataset(run):
    return run.export("yolo", "yolo", "--with-photos"), [without_holes(mask) for _, _, mask in run.things]


def joining(run):
    """How many pixels the lines between parts may have: a few for each part but the largest."""
    from skimage.measure import label

    return sum(int(label(without_holes(m), connectivity=1).max() - 1) * 40 for _, _, m in run.things)


def ultralytics(run):
    from ultralytics.data.utils import check_det_dataset, polygon2mask, verify_image_label

    out, expected = yolo_dataset(run)
    data = check_det_dataset(str(out / "data.yaml"), autodownload=False)
    run.check(f"Ultralytics data.yaml: {data['names']}", sorted(data["names"].values()) == sorted(
        {kind or "object" for _, kind, _ in run.things}))
    arguments = (str(out / "images/a cup.jpg"), str(out / "labels/a cup.txt"), "", False, data["nc"], 0, 0, False)
    _, labels, shape, segments, _, missing, found, empty, corrupt, message = verify_image_label(arguments)
    run.check(f"Ultralytics label check: {len(labels)} objects {message}",
              (missing, found, empty, corrupt) == (0, 1, 0, 0) and len(labels) == len(run.things) and shape == run.size)
    height, width = run.size
    scaled = [(s * [width, height]).reshape(1, -1) for s in segments]
    masks = [polygon2mask(run.size, s) for s in scaled]
    run.compare("Ultralytics polygon2mask, parts joined", zip(masks, expected, strict=True), joining(run))
    out = run.export("yolo-separate", "yolo", "--yolo", "separate")
    masks = {}
    for line in (out / "labels/a cup.txt").read_text().splitlines():
        numbers = np.array(line.split(), float)
        points = (numbers[1:].reshape(-1, 2) * [width, height]).reshape(1, -1)
        masks.setdefault(int(numbers[0]), np.zeros(run.size, bool))
        masks[int(numbers[0])] |= polygon2mask(run.size, points) > 0
    names = (out / "classes.txt").read_text().splitlines()
    union = [np.any([without_holes(m) for _, k, m in run.things if (k or "object") == name], axis=0) for name in names]
    run.compare("Ultralytics polygon2mask, parts apart, by class", [(masks[i], u) for i, u in enumerate(union)])


def supervision(run):
    import supervision as sv

    out, expected = yolo_dataset(run) if not (run.folder / "yolo").exists() else (
        run.folder / "yolo", [without_holes(mask) for _, _, mask in run.things])
    dataset = sv.DetectionDataset.from_yolo(str(out / "images"), str(out / "labels"), str(out / "data.yaml"),
                                            force_masks=True)
    [(_, _, detections)] = list(dataset)
    run.compare("supervision YOLO, parts joined", zip(detections.mask, expected, strict=True), joining(run))
    out = run.folder / "coco-compressed"
    plain = run.folder / "coco-rle"
    for form, folder in [("compressed", out), ("rle", plain)]:
        file = folder / "a cup_coco.json"
        try:
            dataset = sv.DetectionDataset.from_coco(str(run.folder), str(file), force_masks=True)
        except Exception as error:  # noqa: BLE001: what this version cannot read is told
            print(f"     supervision cannot read COCO {form}: {type(error).__name__}: {error}")
            continue
        masks = [mask for _, mask in sorted(zip(range(len(run.things)), dataset[0][2].mask))]
        run.compare(f"supervision COCO {form}", zip(masks, [m for _, _, m in run.things], strict=True))


def pictures(run):
    from skimage.io import imread
    from skimage.measure import regionprops

    out = run.export("pictures", "labels,voc,masks,cutouts-full")
    labels = imread(out / "a cup_labels.png")
    legend = {m["value"]: m["name"] for m in json.loads((out / "a cup_labels.json").read_text())["masks"]}
    order = sorted(run.things, key=lambda thing: -int(thing[2].sum()))
    expected = np.zeros(run.size, int)
    for _, _, mask in order:
        expected[mask] = 0
    by_name = {name: mask for name, _, mask in run.things}
    for value in sorted(legend):
        expected[by_name[legend[value]]] = value
    run.compare("scikit-image label map", [(labels == v, expected == v) for v in sorted(legend)])
    run.check("scikit-image regionprops", sum(int(r.area) for r in regionprops(labels)) == int((expected > 0).sum()))
    objects = np.array(Image.open(out / "SegmentationObject/a cup.png"))
    numbers = {i + 1: by_name[name] for i, (name, _, _) in enumerate(run.things)}
    expected = np.zeros(run.size, int)
    for value in sorted(legend):
        number = next(n for n, m in numbers.items() if m is by_name[legend[value]])
        expected[numbers[number]] = number
    run.compare("PIL Pascal VOC objects", [(objects == n, expected == n) for n in numbers])
    classes = Image.open(out / "SegmentationClass/a cup.png")
    names = (out / "class_names.txt").read_text().splitlines()
    run.check(f"PIL Pascal VOC classes: {names}", classes.mode == "P" and int(np.array(classes).max()) < len(names))
    masks = [imread(out / f"a cup_{name.replace(' ', '-')}_mask.png") for name, _, _ in run.things]
    run.compare("scikit-image binary masks", [(m > 0, e) for m, (_, _, e) in zip(masks, run.things)])


def outlines(run):
    out = run.export("outlines", "geojson,svg,csv")
    features = json.loads((out / "a cup.geojson").read_text())["features"]
    if has("shapely"):
        from shapely.geometry import shape

        shapes = [shape(f["geometry"]) for f in features]
        run.check(f"shapely: {len(shapes)} valid geometries", all(s.is_valid for s in shapes))
        areas = [int(m.sum()) for _, _, m in run.things]
        run.check("shapely: areas are those of the masks", [round(s.area) for s in shapes] == areas)
    paths = list(xml.etree.ElementTree.parse(out / "a cup.svg").getroot())
    run.check(f"SVG is XML with {len(paths)} paths", len(paths) == len(run.things))
    import csv

    with open(out / "a cup_masks.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    run.check("csv: names and areas", [(r["name"], int(r["area"])) for r in rows] == [
        (name, int(mask.sum())) for name, _, mask in run.things])


def sequences(run):
    """Objects that are followed over three copies of the photo, in the formats of sequences."""
    from pycocotools import mask as coder
    from pycocotools.coco import COCO

    frames, out = run.folder / "clip", run.folder / "tracked"
    frames.mkdir()
    for i in range(3):
        shutil.copy(PHOTO, frames / f"{i:05}.jpg")
    masks = [mask for _, _, mask in run.things[:3]]
    prompts = []
    for number, mask in enumerate(masks, 1):
        Image.fromarray(mask.astype(np.uint8) * 255).save(run.folder / f"{number}.png")
        prompts += [{"object": number, "frame": frame, "mask": f"{number}.png", "class": f"class {number % 2}"}
                    for frame in (0, 2)]
    (run.folder / "prompts.json").write_text(json.dumps(prompts))
    formats = "davis,coco,youtube-vis,mots,mots-png,sa-v,cvat-video,cvat-images,labelme,isat,mattes"
    run.tinsel("track", frames, "--prompts", run.folder / "prompts.json", "--out", out, "--format", formats)

    data = COCO(str(out / "clip_coco.json"))
    found = [data.annToMask(a).astype(bool) for a in data.loadAnns(data.getAnnIds(imgIds=[3]))]
    run.compare("pycocotools COCO with tracks", zip(found, masks, strict=True))
    vis = json.loads((out / "clip_youtube_vis.json").read_text())["annotations"]
    run.compare("pycocotools YouTube-VIS", [
        (coder.decode(a["segmentations"][0]).astype(bool), mask) for a, mask in zip(vis, masks, strict=True)])
    run.check("pycocotools YouTube-VIS boxes", all(
        coder.toBbox(a["segmentations"][0]).tolist() == a["bboxes"][0] for a in vis))

    upper, covered = [], np.zeros(run.size, bool)
    for mask in masks:
        upper.append(mask & ~covered)
        covered |= mask
    lines = [line.split(" ") for line in (out / "instances_txt/clip.txt").read_text().splitlines()]
    decoded = {int(i): coder.decode({"size": [int(h), int(w)], "counts": rle.encode()}).astype(bool)
               for frame, i, _, h, w, rle in lines if frame == "0"}
    numbers = [1001, 2002, 1003]
    run.compare("pycocotools MOTS text", [(decoded[n], m) for n, m in zip(numbers, upper)])
    image = np.array(Image.open(out / "instances/clip/000000.png"))
    run.compare("PIL MOTS PNG", [(image == n, m) for n, m in zip(numbers, upper)])
    davis = Image.open(out / "Annotations/clip/00000.png")
    run.check("PIL DAVIS has a palette", davis.mode == "P" and davis.getpalette()[3:6] == [128, 0, 0])
    run.compare("PIL DAVIS", [(np.array(davis) == n, m) for n, m in enumerate(upper, 1)])
    run.compare("PIL SA-V", [
        (np.array(Image.open(out / f"clip/{n:03}/00000.png")) > 0, m) for n, m in enumerate(masks, 1)])
    run.compare("PIL mattes", [
        (np.array(Image.open(out / f"clip_{n}/clip_{n}.0003.png")) > 0, m) for n, m in enumerate(masks, 1)])

    def cvat(element):
        """Row by row inside the box, zeros first, as CVAT's description of its format says."""
        counts = [int(n) for n in element.get("rle").split(",")]
        left, top, width, height = (int(element.get(key)) for key in ("left", "top", "width", "height"))
        whole = np.zeros(run.size, bool)
        flat = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
        whole[top:top + height, left:left + width] = flat.reshape(height, width)
        return whole

    tracks = xml.etree.ElementTree.parse(out / "clip_cvat_video.xml").getroot().findall("track")
    run.compare("CVAT for video", [(cvat(t.find("mask")), m) for t, m in zip(tracks, masks, strict=True)])
    images = xml.etree.ElementTree.parse(out / "clip_cvat_images.xml").getroot().findall("image")
    run.compare("CVAT for images", [
        (cvat(e), m) for e, m in zip(images[2].findall("mask"), masks, strict=True)])


def parts(run):
    """A split dataset: every photo is in one part, where the readers look for it."""
    folder = run.folder / "photos"
    folder.mkdir()
    names = [f"p{i}.jpg" for i in range(12)]
    for name in names:
        shutil.copy(PHOTO, folder / name)
    for name in names[:-2]:
        run.tinsel("import", folder / name, run.folder / "records.json")
    # One photo without masks is done, the other is new.
    project = {"format": "tinsel-project", "version": 1, "photos": {names[-1]: {"state": "done"}}}
    (folder / "tinsel-project.json").write_text(json.dumps(project))
    names.pop(-2)
    lines = ["train p0.jpg", "val p1.jpg", "test p2.jpg", f"val {names[-1]}"]
    (run.folder / "parts.txt").write_text("\n".join(lines))
    out = run.folder / "parts"
    run.tinsel("export", folder, "--format", "coco,yolo,voc", "--with-photos", "--split", "60,20,20", "--seed", 3,
               "--split-file", run.folder / "parts.txt", "--out", out)
    seen = {"coco": [], "yolo": [], "voc": []}
    data = (out / "data.yaml").read_text()
    categories = []
    for part in ["train", "val", "test"]:
        coco = json.loads((out / f"annotations/instances_{part}.json").read_text())
        if has("pycocotools"):
            from pycocotools.coco import COCO

            dataset = COCO(out / f"annotations/instances_{part}.json")
            run.check(f"pycocotools {part}", len(dataset.getImgIds()) == len(coco["images"]))
        seen["coco"] += [image["file_name"] for image in coco["images"]]
        categories.append(coco["categories"])
        run.check(f"data.yaml has {part}", f"{part}: images/{part}\n" in data)
        for photo in (out / f"images/{part}").iterdir():
            # Ultralytics: the last `images` in the path becomes `labels`.
            label = Path("/labels/".join(str(photo).rsplit("/images/", 1))).with_suffix(".txt")
            seen["yolo"] += [photo.name] if label.is_file() else []
        # torchvision's VOCSegmentation.
        for stem in (out / f"ImageSets/Segmentation/{part}.txt").read_text().split():
            files = [out / f"JPEGImages/{stem}.jpg", out / f"SegmentationClass/{stem}.png"]
            seen["voc"] += [f"{stem}.jpg"] if all(file.is_file() for file in files) else []
    for name, found in seen.items():
        run.check(f"{name}: each photo in one part", sorted(found) == sorted(names))
    run.check("the parts share their categories", categories[0] == categories[1] == categories[2])
    run.check("a photo that is done without masks has an empty label file",
              (out / f"labels/val/{names[-1]}").with_suffix(".txt").read_text() == "")
    run.check("its VOC image is background", not np.array(Image.open(out / "SegmentationClass/p11.png")).any())


def main():
    run = Run(Path(sys.argv[1]).resolve())
    checks = [(coco, "pycocotools"), (labelme, "labelme"), (ultralytics, "ultralytics"), (supervision, "supervision"),
              (pictures, "skimage"), (outlines, "numpy"), (parts, "numpy"), (sequences, "pycocotools")]
    for check, module in checks:
        if has(module):
            check(run)
        else:
            print(f"skipped: {module} is not installed")
    shutil.rmtree(run.folder)
    sys.exit(1 if run.failed else 0)


main()
