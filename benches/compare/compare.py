#!/usr/bin/env python3
"""Time Tinsel against PyTorch (the networks' own packages), ONNX Runtime and OpenVINO on this processor.

    pip install -r benches/compare/requirements.txt
    cargo build --release --example timing
    python benches/compare/compare.py target/release/examples/timing mobile_sam assets/samples/coffee.jpg

All run the same network, with one thread a core and float32: the built-in model with its own weights, the others with
random ones, which take as long as trained ones. They are separate processes and take turns, so that what else the
machine does meets all of them alike. The results are medians. See PERFORMANCE.md for what is compared with what.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "data"))
CORES = len(os.sched_getaffinity(0))
SAM1 = ["mobile_sam", "vit_b"]
SAM2 = ["tiny", "small", "base_plus", "large"]


def checkpoint(variant, folder):
    """folder/VARIANT.pt or .pth in the official layout, made once; the built-in model is copied."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{variant}{'.pt' if variant in SAM2 else '.pth'}"
    if variant == "mobile_sam":
        path = path.with_suffix(".safetensors")
        shutil.copyfile(ROOT / "models" / path.name, path)
    elif not path.exists():
        import torch
        torch.manual_seed(20241218)
        model = untrained(variant)
        with torch.no_grad():
            for p in model.parameters():
                p += 0.03 * torch.randn_like(p)
        state = model.state_dict()
        torch.save({"model": state} if variant in SAM2 else state, path)
    return path


def untrained(variant):
    if variant in SAM2:
        from make_reference import CONFIGS, build
    else:
        from make_sam1_reference import CONFIGS, build
    return build(CONFIGS[variant])


def official(weights):
    import torch
    torch.set_num_threads(CORES)
    torch.set_grad_enabled(False)
    variant = Path(weights).stem
    if variant == "mobile_sam":
        from make_sam1_reference import mobile_sam
        return mobile_sam(weights)
    model, state = untrained(variant), torch.load(weights, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"] if variant in SAM2 else state)
    return model


def predictor_and_generator(weights):
    """The network's own classes."""
    variant = Path(weights).stem
    if variant in SAM2:
        from sam2.automatic_mask_generator import SAM2AutomaticMaskGenerator
        from sam2.sam2_image_predictor import SAM2ImagePredictor
        return SAM2ImagePredictor, SAM2AutomaticMaskGenerator
    from make_sam1_reference import predictor_and_generator as classes
    return classes(variant)


def read_photo(path):
    import numpy
    from PIL import Image, ImageOps
    return numpy.array(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))


def resized(path, width, height, folder):
    """The photo at another size, as a file without losses."""
    from PIL import Image
    out = folder / f"{Path(path).stem}_{width}x{height}.png"
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(read_photo(path)).resize((width, height), Image.Resampling.BICUBIC).save(out, compress_level=1)
    return str(out)


class PyTorch:
    """The official predictor and mask generator."""

    def __init__(self, weights, photo):
        self.model, self.photo, self.encoded = official(weights), read_photo(photo), False
        Predictor, self.Generator = predictor_and_generator(weights)
        self.predictor = Predictor(self.model)

    def prepare(self, task):
        if task == "click" and not self.encoded:
            self.encode()

    def encode(self):
        self.predictor.set_image(self.photo)
        self.encoded = True

    def click(self):
        import numpy
        height, width = self.photo.shape[:2]
        masks, scores, _ = self.predictor.predict(
            numpy.array([[width / 2, height / 2]]), numpy.array([1]), multimask_output=True)
        return {"area": int(masks[scores.argmax()].sum())}

    def everything(self, parameters):
        return {"masks": len(self.Generator(self.model, **parameters).generate(self.photo))}


class OnnxRuntime:
    """The networks alone, as samexporter exports them: no photo is resized, no mask is made of the logits."""

    def __init__(self, weights, photo):
        import numpy
        self.encoder, self.decoder = (self.open(weights.removesuffix(Path(weights).suffix) + f".{name}.onnx")
                                      for name in ("encoder", "decoder"))
        image, (width, height) = network_input(photo, Path(weights).stem in SAM1)
        self.image, self.features = {"image": image}, None
        prompt = {"point_coords": [[[width / 2, height / 2]]], "point_labels": [[1]],
                  "mask_input": numpy.zeros((1, 1, 256, 256)), "has_mask_input": [0]}
        self.prompt = {name: numpy.array(values, numpy.float32) for name, values in prompt.items()}

    def open(self, path):
        """A function from named inputs to named outputs."""
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = CORES, 3
        session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        return lambda inputs: dict(zip(names, session.run(names, inputs)))

    def prepare(self, task):
        if task == "click" and self.features is None:
            self.features = self.encoder(self.image)

    def encode(self):
        self.encoder(self.image)

    def click(self):
        masks = self.decoder(self.features | self.prompt)["masks"]
        # At the side of the logits, 256, unlike the others.
        return {"low_res_area": int((masks[0, 0] > 0).sum())}


class OpenVino(OnnxRuntime):
    """The same files."""

    def open(self, path):
        import openvino
        # Left to itself, it computes with bfloat16 where the processor can.
        options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": CORES, "PERFORMANCE_HINT": "LATENCY"}
        compiled = openvino.Core().compile_model(path, "CPU", options)
        names = [output.any_name for output in compiled.outputs]
        return lambda inputs: {name: value.copy() for name, value in zip(names, compiled(inputs).values())}


def network_input(photo, sam1):
    """1x3x1024x1024, and the width and height that the photo takes of it: all for SAM 2, which squashes it; for SAM 1 as
    much as its proportions allow, with zeros at the right or the bottom."""
    import numpy
    from PIL import Image
    pixels = Image.fromarray(read_photo(photo))
    scale = 1024 / max(pixels.size)
    size = [int(length * scale + 0.5) if sam1 else 1024 for length in pixels.size]
    mean, deviation = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    image = numpy.zeros((1, 3, 1024, 1024), numpy.float32)
    photo = numpy.asarray(pixels.resize(size, Image.Resampling.BILINEAR), numpy.float32) / 255
    image[0, :, :size[1], :size[0]] = ((photo - mean) / deviation).transpose(2, 0, 1)
    return image, size


def export(weights):
    """Encoder and decoder with the inputs and outputs of samexporter's."""
    import torch
    sam1 = weights.stem in SAM1

    class Encoder(torch.nn.Module):
        def __init__(self, model):
            super().__init__()
            self.model = model

        def forward(self, image):
            if sam1:
                return self.model.image_encoder(image)
            features = self.model.forward_image(image)["backbone_fpn"]
            embedding = features[2] + self.model.no_mem_embed.reshape(1, -1, 1, 1)
            return features[0], features[1], embedding

    class Decoder(torch.nn.Module):
        def __init__(self, model):
            super().__init__()
            self.prompt = model.prompt_encoder if sam1 else model.sam_prompt_encoder
            self.mask = model.mask_decoder if sam1 else model.sam_mask_decoder
            self.register_buffer("positions", self.prompt.get_dense_pe())

        def forward(self, *inputs):
            image_embed, *high_res_feats, coords, labels, mask_input, has_mask_input = inputs
            coords = torch.cat([coords + 0.5, torch.zeros_like(coords[:, :1])], 1) / self.prompt.input_image_size[0]
            labels = torch.cat([labels, -torch.ones_like(labels[:, :1])], 1).unsqueeze(-1)
            sparse = self.prompt.pe_layer._pe_encoding(coords) * (labels != -1)
            sparse = sparse + self.prompt.not_a_point_embed.weight * (labels == -1)
            for i, embedding in enumerate(self.prompt.point_embeddings):
                sparse = sparse + embedding.weight * (labels == i)
            dense = has_mask_input * self.prompt.mask_downscaling(mask_input)
            dense = dense + (1 - has_mask_input) * self.prompt.no_mask_embed.weight.reshape(1, -1, 1, 1)
            more = [] if sam1 else [False, high_res_feats]
            masks, iou, *_ = self.mask.predict_masks(image_embed, self.positions, sparse, dense, *more)
            return masks[:, 1:], iou[:, 1:]

    model = official(weights)
    image = torch.zeros(1, 3, 1024, 1024)
    encoder = Encoder(model).eval()
    names = ["image_embeddings"] if sam1 else ["high_res_feats_0", "high_res_feats_1", "image_embed"]
    features = [encoder(image)] if sam1 else encoder(image)
    # The exporter that samexporter uses; ONNX Runtime optimises the graph when it opens it.
    common = dict(dynamo=False, opset_version=17, do_constant_folding=True)
    torch.onnx.export(encoder, (image,), weights.with_suffix(".encoder.onnx"), input_names=["image"],
                      output_names=names, **common)
    points = (torch.full((1, 1, 2), 512.0), torch.ones(1, 1), torch.zeros(1, 1, 256, 256), torch.zeros(1))
    inputs = ["point_coords", "point_labels", "mask_input", "has_mask_input"]
    prompts = {name: {1: "points"} for name in inputs[:2]}
    torch.onnx.export(Decoder(model).eval(), (features[-1], *features[:-1], *points),
                      weights.with_suffix(".decoder.onnx"), input_names=[names[-1], *names[:-1], *inputs],
                      output_names=["masks", "iou_predictions"], dynamic_axes=prompts, **common)


def serve(kind, weights, photo):
    """The other end of `Process`; `timing.rs` speaks the same."""
    import warnings
    warnings.filterwarnings("ignore")
    worker = {"pytorch": PyTorch, "onnxruntime": OnnxRuntime, "openvino": OpenVino}[kind](weights, photo)
    for line in sys.stdin:
        task, _, parameters = line.strip().partition(" ")
        worker.prepare(task)
        start = time.perf_counter()
        answer = getattr(worker, task)(*[json.loads(p) for p in [parameters] if p]) or {}
        print(json.dumps(answer | {"seconds": time.perf_counter() - start}), flush=True)


class Process:
    """One of the programs, answering a line of JSON to each task."""

    def __init__(self, command):
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      env=os.environ | {"CUDA_VISIBLE_DEVICES": ""})

    def ask(self, task, parameters=None):
        print(task, *([] if parameters is None else [json.dumps(parameters)]), file=self.child.stdin, flush=True)
        answer = self.child.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.child.args[0]} failed at {task}")
        return json.loads(answer)

    def end(self):
        """Its peak resident memory, in MiB, and its processor time, in seconds."""
        self.child.stdin.close()
        self.child.stdout.close()
        _, status, usage = os.wait4(self.child.pid, 0)
        self.child.returncode = status
        return usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def alternate(processes, task, rounds, repeats=1):
    """Median and minimum, in seconds, of a task that all processes do in turns."""
    times = {name: [] for name in processes}
    for _ in range(rounds + 1):
        for name, process in processes.items():
            times[name].append([process.ask(task)["seconds"] for _ in range(repeats)])
            time.sleep(0.3)  # until waiting threads no longer spin
    warm = {name: [t for part in parts[1:] for t in part] for name, parts in times.items()}
    return {name: (statistics.median(t), min(t)) for name, t in warm.items()}


def main():
    if sys.argv[1:2] == ["serve"]:
        return serve(*sys.argv[2:])
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("timing", help="the built example `timing`")
    a.add_argument("variant", choices=[*SAM1, *SAM2])
    a.add_argument("photo", help="it is brought to the size of --size")
    a.add_argument("--size", type=int, nargs=2, default=[1200, 675], metavar=("WIDTH", "HEIGHT"))
    a.add_argument("--weights", type=Path, default=Path(tempfile.gettempdir()) / "tinsel-compare",
                   help="folder for the checkpoints and exports, which are made once")
    a.add_argument("--rounds", type=int, default=5, help="turns of encoding and clicking")
    a.add_argument("--everything", type=int, default=1, help="turns of everything mode, minutes each")
    a.add_argument("--only", nargs="+", choices=["encode", "click", "everything", "loose"],
                   default=["encode", "click", "everything", "loose"])
    o = a.parse_args()
    weights = checkpoint(o.variant, o.weights)
    if not weights.with_suffix(".decoder.onnx").exists():
        # In a process of its own: this one is to stay small.
        subprocess.run([sys.executable, "-c", "import sys, pathlib; sys.path.insert(0, sys.argv[2]); import compare; "
                        "compare.export(pathlib.Path(sys.argv[1]))", str(weights), str(HERE)], check=True)
    photo = resized(o.photo, *o.size, o.weights)
    python = [sys.executable, str(HERE / "compare.py"), "serve"]
    commands = {
        "PyTorch": [*python, "pytorch", str(weights), photo],
        "ONNX Runtime": [*python, "onnxruntime", str(weights), photo],
        "OpenVINO": [*python, "openvino", str(weights), photo],
        "Tinsel": [o.timing, str(weights), photo]}
    rows = []

    def row(what, values, unit, digits):
        own = values["Tinsel"]
        cells = [f"{values[n]:.{digits}f} {unit} ({own / values[n]:.2f})" if n in values else "" for n in commands]
        rows.append(f"| {what} | " + " | ".join(cells) + " |")
        print(rows[-1], file=sys.stderr, flush=True)

    processes = {name: Process(command) for name, command in commands.items()}
    for task, label, repeats in [("encode", "encoding", 1), ("click", "one click", 20)]:
        if task not in o.only:
            continue
        times = alternate(processes, task, o.rounds, repeats)
        for i, kind in enumerate(["median", "fastest"]):
            row(f"{label}, {kind}", {n: t[i] * 1000 for n, t in times.items()}, "ms", 0 if task == "encode" else 1)
    scores = sorted(processes["Tinsel"].ask("scores")["scores"])
    for process in processes.values():
        process.end()

    # A third of the candidates gets through, which the thresholds of trained weights would hardly let happen.
    loose = {"pred_iou_thresh": scores[len(scores) * 2 // 3], "stability_score_thresh": 0.0}
    for task, label, parameters in [("everything", "everything", {}), ("loose", "everything, a third passes", loose)]:
        if task not in o.only:
            continue
        seconds, memory, processor, masks = {}, {}, {}, {}
        for _ in range(o.everything):
            for name in ["PyTorch", "Tinsel"]:
                process = Process(commands[name])
                answer = process.ask("everything", parameters)
                seconds.setdefault(name, []).append(answer["seconds"])
                masks[name] = answer["masks"]
                if "found" in answer:
                    candidates = answer["found"]
                peak, used = process.end()
                memory.setdefault(name, []).append(peak)
                processor.setdefault(name, []).append(used)
        shown = f"{candidates} masks; after NMS {masks['Tinsel']}, PyTorch {masks['PyTorch']}"
        row(f"{label} ({shown})", {n: statistics.median(t) for n, t in seconds.items()}, "s", 1)
        # Of the whole process, start included; unlike the time it hardly depends on what else the machine does.
        row(f"{label}, processor time", {n: statistics.median(t) for n, t in processor.items()}, "s", 1)
        row(f"{label}, peak memory", {n: max(m) for n, m in memory.items()}, "MiB", 0)

    size = " x ".join(map(str, o.size))
    print(f"\n{o.variant}, {CORES} threads, {size} pixels; in brackets the share that Tinsel needs\n")
    print("| | " + " | ".join(commands) + " |\n| --- |" + " ---: |" * len(commands))
    print("\n".join(rows))


if __name__ == "__main__":
    main()
