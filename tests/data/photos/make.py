"""Makes the small photos that `tests/photos.rs` opens: python make.py, with Pillow, tifffile and imagecodecs installed.

Each shows the same four fields of 16 x 16 pixels: red and green above, blue and grey below.
"""

import struct
import subprocess
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image, ImageCms

HERE = Path(__file__).parent
RED, GREEN, BLUE, GREY = (200, 40, 30), (40, 180, 60), (30, 60, 190), (128, 128, 128)

fields = np.zeros((32, 32, 3), np.uint8)
for (row, column), colour in zip([(0, 0), (0, 1), (1, 0), (1, 1)], [RED, GREEN, BLUE, GREY]):
    fields[row * 16 : row * 16 + 16, column * 16 : column * 16 + 16] = colour
upright = Image.fromarray(fields)
grey = upright.convert("L")


def save(image, name, **options):
    image.save(HERE / name, **options)


# JPEG in all its forms.
best = {"quality": 95, "subsampling": 0}
save(upright, "baseline.jpg", quality=90)
save(upright, "progressive.jpg", progressive=True, **best)
save(grey, "grey.jpg", quality=95)
save(upright, "restarts.jpg", restart_marker_blocks=1, **best)

# Inks as programs of Adobe write them: inverted, with a marker that tells so. Pillow does that for CMYK.
ink = 255 - fields.astype(int)
black = ink.min(axis=2)
cmyk = np.dstack([ink - black[..., None], black])
cmyk = np.where(black[..., None] < 255, cmyk * 255 / np.maximum(255 - black[..., None], 1), 0)
cmyk[..., 3] = black
cmyk = cmyk.round().clip(0, 255).astype(np.uint8)
save(Image.fromarray(cmyk, "CMYK"), "cmyk.jpg", quality=95)
# The same inks with the first three as luma and chroma: the marker's last byte tells that.
stored = 255 - cmyk
ycc = 255 - np.asarray(Image.fromarray(255 - stored[..., :3]).convert("YCbCr"))
save(Image.fromarray(np.dstack([ycc, cmyk[..., 3]]), "CMYK"), "ycck.jpg", quality=95)
data = bytearray((HERE / "ycck.jpg").read_bytes())
data[data.index(b"Adobe") + 11] = 2
(HERE / "ycck.jpg").write_bytes(data)

# Other formats.
save(upright, "plain.png")
save(upright.quantize(8), "palette.png")
save(grey, "grey.png")
save(upright, "plain.webp", lossless=True)
save(upright, "lossy.webp", quality=95)
save(upright, "plain.bmp")
save(upright.quantize(8), "palette.bmp")
save(upright, "plain.ppm")
second = Image.new("RGB", (32, 32))
save(upright.quantize(8), "moving.gif", save_all=True, append_images=[second.quantize(8)])
deep = fields.astype(np.uint16) * 257
tiff = {"photometric": "rgb", "metadata": None, "software": None}
tifffile.imwrite(HERE / "plain.tiff", fields, **tiff)
tifffile.imwrite(HERE / "deep.tiff", deep, **tiff)
tifffile.imwrite(HERE / "float.tiff", (fields / 255).astype(np.float32), **tiff)
save(upright, "lzw.tiff", compression="tiff_lzw")
save(grey, "grey.tiff")
save(Image.fromarray(cmyk, "CMYK"), "cmyk.tiff")
save(upright.quantize(8), "palette.tiff")
tifffile.imwrite(HERE / "float_grey.tiff", np.asarray(grey, np.float32) / 255, metadata=None, software=None)

# Lying on their right side; the tag says that they are to be turned by 90 degrees clockwise.
lying = upright.transpose(Image.Transpose.ROTATE_90)
exif = Image.Exif()
exif[0x0112] = 6
save(lying, "lying.jpg", exif=exif, **best)
save(lying, "lying.png", exif=exif)
save(lying, "lying.webp", exif=exif, lossless=True)
save(lying, "lying.tiff", tiffinfo={0x0112: 6})


# The same colours as seen, in numbers of other colour spaces. Matrices and curves as Display P3 and Adobe RGB
# define them; the profiles are minimal ones of version 2.
def s15(value):
    return struct.pack(">i", round(value * 65536))


def profile(columns, curve):
    def xyz(values):
        return b"XYZ " + bytes(4) + b"".join(map(s15, values))

    curve = b"curv" + bytes(4) + struct.pack(">I", len(curve)) + struct.pack(f">{len(curve)}H", *curve)
    text = b"test"
    description = b"desc" + bytes(4) + struct.pack(">I", len(text) + 1) + text + bytes(1 + 8 + 3 + 67)
    tags = [(b"desc", description), (b"cprt", b"text" + bytes(4) + b"none\0"), (b"wtpt", xyz((0.9642, 1, 0.8249)))]
    tags += [(name, xyz(column)) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns)]
    tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    size = at + len(body)
    header = struct.pack(">I4sI4s4s4s12x4s4xI4x4x8xI", size, b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp", 0, 0)
    header = header + s15(0.9642) + s15(1) + s15(0.8249)
    header += bytes(128 - len(header))
    return header + struct.pack(">I", len(tags)) + table + body


def srgb_curve(v):
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


P3 = [(0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407)]
ADOBE = [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)]
p3 = profile(P3, [round(65535 * float(srgb_curve(i / 255))) for i in range(256)])
adobe = profile(ADOBE, [round(2.19921875 * 256)])
for name, data in [("p3", p3), ("adobe_rgb", adobe)]:
    (HERE / "profile.icc").write_bytes(data)
    there = ImageCms.profileToProfile(upright, ImageCms.createProfile("sRGB"), str(HERE / "profile.icc"), 1)
    (HERE / "profile.icc").unlink()
    save(there, f"{name}.jpg", icc_profile=data, **best)
    save(there, f"{name}.png", icc_profile=data)


# Kinds that decoders get wrong. They show waves, which tell every pixel from its neighbours, in an odd size. What they
# should look like is in `waves.png` or in the PNG of their own name, as Pillow reads them; where Pillow does not, or clips
# numbers that mean shades from 0 to 1, it is what went in. `cjpeg` and `tiffcp` are in the Debian packages
# libjpeg-turbo-progs and libtiff-tools.
KINDS = HERE / "kinds"
KINDS.mkdir(exist_ok=True)
rows, columns = np.mgrid[0:19, 0:27]
waves = [
    128 + 100 * np.sin(columns / 4 + rows / 6),
    128 + 100 * np.cos(columns / 3 - rows / 5),
    128 + 90 * np.sin(columns * rows / 60),
]
waves = np.dstack(waves).astype(np.uint8)
picture = Image.fromarray(waves)
grey_waves, bits = picture.convert("L"), picture.convert("1")
dull = np.asarray(grey_waves)


def kept(image, name, **options):
    image.save(KINDS / name, **options)


def as_read(name):
    kept(Image.open(KINDS / name).convert("RGB"), Path(name).stem + ".png")


def run(*arguments):
    subprocess.run([str(argument) for argument in arguments], check=True, cwd=KINDS)


kept(picture, "waves.png")
kept(grey_waves, "grey.png")
kept(bits, "bits.png")

samplings = {"444": "1x1", "422": "2x1", "440": "1x2", "420": "2x2", "411": "4x1", "finer_chroma": "1x1,2x2,2x2", "thirds": "3x1"}
kept(picture, "waves.ppm")
for name, sampling in samplings.items():
    for scans in ["0; 1; 2;", "0; 1 2;"] if name == "420" else ["0; 1; 2;"]:
        file = f"{name}_{scans.count(';')}_scans.jpg"
        (KINDS / "scans").write_text(scans)
        run("cjpeg", "-quality", 90, "-sample", sampling, "-scans", "scans", "-outfile", file, "waves.ppm")
        as_read(file)
run("cjpeg", "-sample", "1x1,2x2,2x2", "-progressive", "-outfile", "finer_chroma_progressive.jpg", "waves.ppm")
as_read("finer_chroma_progressive.jpg")
run("cjpeg", "-arithmetic", "-outfile", "arithmetic.jpg", "waves.ppm")
(KINDS / "scans").unlink()
(KINDS / "waves.ppm").unlink()

small = {"metadata": None, "software": None}


def tiff(name, values, photometric="rgb", **options):
    tifffile.imwrite(KINDS / name, values, photometric=photometric, **small, **options)


# Colours without loss.
planes = waves.transpose(2, 0, 1).copy()
transparent = np.dstack([waves, 255 - dull])
tiff("big.tiff", waves, bigtiff=True, compression="zlib")
tiff("big_other_byte_order.tiff", waves, bigtiff=True, byteorder=">", tile=(16, 16), compression="lzw")
tiff("planar_tiles.tiff", planes, planarconfig="separate", tile=(16, 16), compression="lzw")
tiff("planar_strips.tiff", planes, planarconfig="separate", rowsperstrip=5, predictor=True, compression="zlib")
tiff("deep_differences.tiff", waves.astype(np.uint16) * 257, byteorder=">", predictor=True, compression="lzw")
tiff("float_differences.tiff", (waves / 255).astype(np.float32), byteorder=">", predictor=True, compression="zlib")
tiff("extra_channel.tiff", transparent, extrasamples=["unspecified"], predictor=True, compression="lzw")
tiff("alpha.tiff", transparent, extrasamples=["unassalpha"], predictor=True, tile=(16, 16), compression="zlib")
tiff("packed.tiff", waves, compression="packbits", rowsperstrip=3)
kept(picture, "reversed.tiff")
run("tiffcp", "-f", "lsb2msb", "-c", "lzw", "reversed.tiff", "reversed_lzw.tiff")
run("tiffcp", "-f", "lsb2msb", "-c", "none", "reversed_lzw.tiff", "reversed.tiff")
# Colours in other numbers.
quantized = picture.quantize(200)
kept(quantized, "palette.tiff", compression="tiff_lzw")
as_read("palette.tiff")
kept(picture.convert("YCbCr"), "ycbcr.tiff", compression="tiff_lzw")
as_read("ycbcr.tiff")
kept(picture.convert("CMYK"), "inks.tiff", compression="tiff_lzw")
as_read("inks.tiff")
tiff("premultiplied.tiff", np.dstack([waves // 2, np.full_like(dull, 128)]), extrasamples=["assocalpha"], compression="zlib")
as_read("premultiplied.tiff")
kept(picture, "jpeg_ycbcr.tiff", compression="jpeg", quality=90)
as_read("jpeg_ycbcr.tiff")
tiff("jpeg_tiles.tiff", waves, "ycbcr", subsampling=(2, 2), tile=(16, 16), compression="jpeg", compressionargs={"level": 90})
as_read("jpeg_tiles.tiff")
tiff("jpeg_rgb.tiff", waves, compression="jpeg", compressionargs={"level": 90})
as_read("jpeg_rgb.tiff")
# Greys.
for name, values in {
    "grey_of_32_bits": dull.astype(np.uint32) * 0x01010101,
    "grey_of_32_bits_low": dull.astype(np.uint32),
    "grey_signed": dull.astype(np.int16),
    "grey_float": (dull / 255).astype(np.float32),
    "grey_float_255": dull.astype(np.float64),
}.items():
    tiff(name + ".tiff", values, "minisblack", compression="zlib")
tiff("grey_from_white.tiff", 255 - dull, "miniswhite", compression="zlib")
tiff("grey_alpha.tiff", np.dstack([dull, dull]), "minisblack", extrasamples=["unassalpha"], planarconfig="contig", compression="zlib")
# Numbers that are no shades.
tiff("heights.tiff", dull.astype(np.float32) - 100, "minisblack", compression="zlib")
tiff("counts.tiff", dull.astype(np.uint32) * 30, "minisblack", compression="zlib")
# Channels that are no colours, and pages.
channels = np.concatenate([dull[None], planes, 255 - dull[None]])
tiff("channels.tiff", channels, "minisblack", planarconfig="separate", compression="zlib")
kept(picture, "pages.tiff", save_all=True, append_images=[grey_waves, bits])
# Black and white.
kept(bits, "bits.tiff")
for name, arguments in {
    "fax3": "-c g3:1d",
    "fax3_filled": "-c g3:1d:fill -f lsb2msb -r 4",
    "fax3_two": "-c g3:2d",
    "fax3_two_filled": "-c g3:2d:fill -f lsb2msb -B",
    "fax4": "-c g4 -r 7",
    "fax4_reversed": "-c g4 -f lsb2msb",
    "bits_reversed": "-c lzw -f lsb2msb",
}.items():
    run("tiffcp", *arguments.split(), "bits.tiff", name + ".tiff")
kept(bits, "fax_lines.tiff", compression="tiff_ccitt")
