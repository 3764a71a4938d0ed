#!/usr/bin/env python3
"""Writes test/files: small stacks written by other programs, and what those programs read back from them.

    apt-get install python3-tifffile python3-pil python3-numpy python3-zarr python3-nibabel python3-mrcfile python3-yaml
    python3 scripts/make-test-files.py

Every number in expected.json is computed here, by NumPy from what tifffile, Pillow, zarr, nibabel or mrcfile read from
the finished file, or, where none of them can read it ("readBy": "numpy"), from the array that was written.
"""

import json
import os
import shutil
import struct
import zlib

import mrcfile
import nibabel
import numcodecs
import numpy as np
import PIL
import tifffile
import yaml
import zarr
from PIL import Image, ImageSequence, TiffImagePlugin, features

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "test", "files")
EXPECTED = []


def place(name):
    path = os.path.join(FOLDER, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def ramp(dtype, frames=5, height=7, width=9):
    """A stack whose frames, rows and columns all differ, and whose sums are exact in 64-bit floats."""
    t, y, x = np.mgrid[0:frames, 0:height, 0:width]
    value = t * 1000 + y * 37 + x * 11 + (x * y * (t + 1)) % 7
    dtype = np.dtype(dtype)
    if dtype == bool:
        return (t + x + y * y) % 3 == 0
    if dtype.kind == "f":
        return (value / 4 - 100).astype(dtype)
    if dtype.kind == "i":
        value = value % 251 - 125 if dtype.itemsize == 1 else value - 1500
        return (value * (70001 if dtype.itemsize > 2 else 1)).astype(dtype)
    if dtype.itemsize == 1:
        return (value % 251).astype(dtype)
    return (value * (70001 if dtype.itemsize > 2 else 1)).astype(dtype)


def smooth(frames=3, height=32, width=40):
    """Slow changes only: a lossy codec keeps these to within one count or two."""
    t, y, x = np.mgrid[0:frames, 0:height, 0:width]
    return (40 + 20 * t + y + x / 2).astype(np.uint8)


def statistics(frame):
    values = frame.astype(np.float64).ravel()
    return {
        "sum": float(values.sum()),
        "min": float(values.min()),
        "max": float(values.max()),
        # Pixels in another place change this, while sum, min and max stay.
        "moment": float((values * np.arange(1, values.size + 1)).sum()),
    }


def expect(file, stack, read_by, selection=None, stored_type=None, **more):
    """Says what the file holds. `stack` is (t, y, x); a frame alone is a stack of one."""
    stack = np.asarray(stack)
    if stack.ndim == 2:
        stack = stack[np.newaxis]
    assert stack.ndim == 3, (file, stack.shape)
    dtype = np.dtype(np.uint8) if stack.dtype == bool else stack.dtype
    EXPECTED.append(
        {
            "file": file,
            **({"selection": selection} if selection else {}),
            "readBy": read_by,
            "shape": list(stack.shape),
            "storedType": stored_type or dtype.newbyteorder("=").name,
            "first": statistics(stack[0]),
            "last": statistics(stack[-1]),
            **more,
        }
    )


def refuse(file, *codes, selection=None, choices=None, why=""):
    EXPECTED.append(
        {
            "file": file,
            **({"selection": selection} if selection else {}),
            "refused": list(codes),
            **({"choices": choices} if choices else {}),
            **({"why": why} if why else {}),
        }
    )


def choose(file, **choices):
    """The first choice asked for is one of these, with so many things to choose from."""
    refuse(file, "choice-needed", choices=choices)


def with_tifffile(name, data, read=True, expected=None, selection=None, more=None, **options):
    path = place(name)
    tifffile.imwrite(path, data, **options)
    if expected is None:
        expected = tifffile.imread(path) if read else data
    if read and expected.dtype.kind == "f":
        assert np.isfinite(expected).all()
    expect(name, expected, "tifffile" if read else "numpy", selection, **(more or {}))


def resolution_nm(path, unit_nm):
    with tifffile.TiffFile(path) as tif:
        numerator, denominator = tif.pages[0].tags["XResolution"].value
    return unit_nm * denominator / numerator


# --- TIFF by tifffile -------------------------------------------------------------------------------------------------


def sample_types():
    types = "uint8 int8 uint16 int16 uint32 int32 uint64 int64 float16 float32 float64".split()
    for dtype in types:
        for order, byteorder in (("little", "<"), ("big", ">")):
            name = f"tiff/{dtype}-{order}.tif"
            with_tifffile(name, ramp(dtype), byteorder=byteorder, metadata=None, photometric="minisblack")
    with_tifffile("tiff/bilevel.tif", ramp(bool), metadata=None, photometric="minisblack")
    for order, byteorder in (("little", "<"), ("big", ">")):
        for dtype in ("uint16", "float32"):
            name = f"tiff/big-{dtype}-{order}.tif"
            with_tifffile(
                name, ramp(dtype), byteorder=byteorder, bigtiff=True, metadata=None, photometric="minisblack"
            )


def layouts():
    plain = {"metadata": None, "photometric": "minisblack"}
    with_tifffile("tiff/strips-of-3-rows.tif", ramp("uint16"), rowsperstrip=3, **plain)
    with_tifffile("tiff/strips-of-1-row-big.tif", ramp("uint8"), rowsperstrip=1, bigtiff=True, **plain)
    for dtype in ("uint8", "uint16", "float32"):
        data = ramp(dtype, frames=3, height=40, width=37)
        with_tifffile(f"tiff/tiles-{dtype}.tif", data, tile=(16, 16), **plain)
        with_tifffile(f"tiff/tiles-{dtype}-big-endian.tif", data, tile=(16, 16), byteorder=">", **plain)
    data = ramp("uint16", frames=3, height=40, width=37)
    with_tifffile("tiff/tiles-deflate.tif", data, tile=(32, 16), compression="zlib", **plain)
    with_tifffile("tiff/deflate.tif", ramp("uint16"), compression="zlib", **plain)
    with_tifffile("tiff/deflate-strips-big-endian.tif", ramp("uint16"), compression="zlib", rowsperstrip=2,
                  byteorder=">", **plain)
    with_tifffile("tiff/deflate-float32.tif", ramp("float32"), compression="zlib", **plain)
    with_tifffile("tiff/deflate-int64.tif", ramp("int64"), compression="zlib", **plain)
    with_tifffile("tiff/min-is-white.tif", ramp("uint8"), metadata=None, photometric="miniswhite")
    with_tifffile("tiff/single-page.tif", ramp("uint16")[0], **plain)
    tifffile.imwrite(place("tiff/lzma.tif"), ramp("uint16"), compression="lzma", **plain)
    refuse("tiff/lzma.tif", "unsupported", why="LZMA")
    tifffile.imwrite(place("tiff/complex64.tif"), ramp("float32").astype(np.complex64), **plain)
    refuse("tiff/complex64.tif", "unsupported", why="complex pixels")
    # Tag ImageDepth: one directory holds all slices.
    tifffile.imwrite(place("tiff/volume.tif"), ramp("uint16", 4, 32, 32), tile=(4, 16, 16), volumetric=True, **plain)
    expect("tiff/volume.tif", tifffile.imread(place("tiff/volume.tif")), "tifffile", mayRefuse=["unsupported"])

    name = "tiff/reduced-copies.tif"
    with tifffile.TiffWriter(place(name)) as tif:
        for frame in ramp("uint16", 3, 8, 10):
            tif.write(frame, **plain)
            tif.write(frame[::2, ::2], subfiletype=1, **plain)
    expect(name, np.stack([page.asarray() for page in tifffile.TiffFile(place(name)).pages][::2]), "tifffile")
    name = "tiff/sub-ifds.tif"
    with tifffile.TiffWriter(place(name)) as tif:
        for frame in ramp("uint16", 3, 8, 10):
            tif.write(frame, subifds=1, **plain)
            tif.write(frame[::2, ::2], subfiletype=1, **plain)
    expect(name, np.stack([page.asarray() for page in tifffile.TiffFile(place(name)).pages]), "tifffile")
    name = "tiff/pages-of-two-sizes.tif"
    with tifffile.TiffWriter(place(name)) as tif:
        tif.write(ramp("uint16", 3, 8, 10), **plain)
        tif.write(ramp("uint16", 3, 6, 10), **plain)
    refuse(name, "bad-input", "choice-needed", "unsupported", why="pages of different sizes are no stack")

    name = "tiff/resolution-in-centimetres.tif"
    tifffile.imwrite(place(name), ramp("uint16"), resolution=(1e4 / 0.16, 1e4 / 0.16), resolutionunit="CENTIMETER",
                     **plain)
    expect(name, tifffile.imread(place(name)), "tifffile", pixelSizeNm=resolution_nm(place(name), 1e7))


def many_pages():
    """So many that a reader may work out where the pages are instead of looking at each."""
    data = ramp("uint16", 300, 2, 3)
    plain = {"metadata": None, "photometric": "minisblack"}
    with_tifffile("tiff/many-pages-together.tif", data, **plain)
    for name, options in {"many-pages-apart": {}, "many-pages-apart-big": {"bigtiff": True, "byteorder": ">"}}.items():
        name = f"tiff/{name}.tif"
        with tifffile.TiffWriter(place(name), **options) as tif:
            for frame in data:
                tif.write(frame, contiguous=False, **plain)
        expect(name, tifffile.imread(place(name), key=range(300)), "tifffile")


def samples():
    rgb = np.stack([ramp("uint8") // 2, ramp("uint8"), 255 - ramp("uint8")], axis=-1)
    deep = np.stack([ramp("uint16"), ramp("uint16") + 7, 9000 - ramp("uint16")], axis=-1)
    variants = {
        "rgb-chunky": (rgb, {}),
        "rgb-chunky-deflate": (rgb, {"compression": "zlib"}),
        "rgb48-chunky": (deep, {}),
        "rgb48-chunky-big-endian-strips": (deep, {"byteorder": ">", "rowsperstrip": 2}),
    }
    for name, (data, options) in variants.items():
        with_channels(f"tiff/{name}.tif", data, "contig", **options)
    with_channels("tiff/rgb-planar.tif", rgb, "separate")
    with_channels("tiff/rgb48-planar-strips.tif", deep, "separate", rowsperstrip=3)
    with_channels("tiff/rgb-planar-deflate.tif", rgb, "separate", compression="zlib")
    tiled = np.stack([ramp("uint16", 2, 20, 35) * factor for factor in (1, 2, 3)], axis=-1)
    with_channels("tiff/rgb48-chunky-tiles.tif", tiled, "contig", tile=(16, 16))
    with_channels("tiff/rgb48-planar-tiles.tif", tiled, "separate", tile=(16, 16))
    with_channels("tiff/rgba.tif", np.concatenate([rgb, rgb[..., :1]], axis=-1), "contig", extrasamples=["unassalpha"])
    name = "tiff/two-grey-samples.tif"
    tifffile.imwrite(place(name), deep[..., :2], metadata=None, photometric="minisblack", planarconfig="contig")
    choose(name, channel=2)
    expect(name, tifffile.imread(place(name))[..., 1], "tifffile", {"channel": 1})

    name = "tiff/palette.tif"
    tifffile.imwrite(place(name), ramp("uint8"), metadata=None, photometric="palette",
                     colormap=(np.arange(256) * 257 * np.ones((3, 1))).astype(np.uint16))
    refuse(name, "unsupported", why="palette colours")
    name = "imagej/lookup-table.tif"
    tifffile.imwrite(place(name), ramp("uint8"), metadata=None, photometric="palette",
                     description="ImageJ=1.53t\nimages=5\nframes=5\nmin=0\nmax=255\n",
                     colormap=(np.arange(256) * 257 * np.ones((3, 1))).astype(np.uint16))
    expect(name, np.stack([page.asarray() for page in tifffile.TiffFile(place(name)).pages]), "tifffile")


def with_channels(name, data, planarconfig, **options):
    """`data` is (t, y, x, sample)."""
    path = place(name)
    with tifffile.TiffWriter(path, byteorder=options.pop("byteorder", "<")) as tif:
        for frame in data:
            image = frame if planarconfig == "contig" else np.moveaxis(frame, -1, 0)
            tif.write(image, metadata=None, photometric="rgb", planarconfig=planarconfig, **options)
    read = np.stack([page.asarray() for page in tifffile.TiffFile(path).pages])
    if planarconfig == "separate":
        read = np.moveaxis(read, 1, -1)
    choose(name, channel=data.shape[-1])
    for channel in (0, 2):
        expect(name, read[..., channel], "tifffile", {"channel": channel})
    refuse(name, "bad-input", selection={"channel": data.shape[-1]})


# --- TIFF by Pillow, that is, libtiff ---------------------------------------------------------------------------------


def by_pillow():
    grey16 = [Image.fromarray(frame) for frame in ramp("uint16")]
    assert grey16[0].mode == "I;16"
    grey8 = [Image.fromarray(frame) for frame in ramp("uint8")]
    floats = [Image.fromarray(frame) for frame in ramp("float32")]
    integers = [Image.fromarray(frame) for frame in ramp("int32")]
    bits = [Image.fromarray(frame) for frame in ramp(bool)]
    predicted = {317: 2}
    codecs = "raw tiff_lzw tiff_adobe_deflate tiff_deflate packbits zstd".split()
    for codec in codecs:
        with_pillow(f"pillow/{codec}-16.tif", grey16, codec)
        with_pillow(f"pillow/{codec}-8.tif", grey8, codec)
        with_pillow(f"pillow/{codec}-float.tif", floats, codec)
    for codec in ("tiff_lzw", "tiff_adobe_deflate", "zstd"):
        with_pillow(f"pillow/{codec}-16-predictor.tif", grey16, codec, predicted)
        with_pillow(f"pillow/{codec}-8-predictor.tif", grey8, codec, predicted)
        with_pillow(f"pillow/{codec}-int32-predictor.tif", integers, codec, predicted)
        with_pillow(f"pillow/{codec}-float-predictor-3.tif", floats, codec, {317: 3})
    with_pillow("pillow/int32.tif", integers, "raw")
    with_pillow("pillow/int32-lzw.tif", integers, "tiff_lzw")
    with_pillow("pillow/bilevel.tif", bits, "raw")
    with_pillow("pillow/bilevel-packbits.tif", bits, "packbits")
    with_pillow("pillow/bilevel-lzw.tif", bits, "tiff_lzw")
    # More than one strip, and codes of every width in LZW.
    large = [Image.fromarray(frame) for frame in ramp("uint16", 2, 90, 120)]
    usual, TiffImagePlugin.STRIP_SIZE = TiffImagePlugin.STRIP_SIZE, 4096
    with_pillow("pillow/lzw-several-strips.tif", large, "tiff_lzw")
    with_pillow("pillow/jpeg-several-strips.tif", [Image.fromarray(frame) for frame in smooth(2, 128, 128)], "jpeg",
                lossy=True)
    TiffImagePlugin.STRIP_SIZE = usual
    rng = np.random.default_rng(4)
    noise = [Image.fromarray(rng.integers(90, 160, (60, 100), dtype=np.uint16)) for _ in range(2)]
    with_pillow("pillow/lzw-noise.tif", noise, "tiff_lzw")
    with_pillow("pillow/lzw-noise-predictor.tif", noise, "tiff_lzw", predicted)
    with_pillow("pillow/packbits-noise.tif", noise, "packbits")
    with_pillow("pillow/single-frame.tif", grey16[:1], "raw")
    lossy = [Image.fromarray(frame) for frame in smooth()]
    with_pillow("pillow/jpeg.tif", lossy, "jpeg", lossy=True)

    for codec in ("group3", "group4"):
        bits[0].save(place(f"pillow/{codec}.tif"), save_all=True, append_images=bits[1:], compression=codec)
        refuse(f"pillow/{codec}.tif", "unsupported", why="fax compression")
    palette = [frame.convert("P") for frame in grey8]
    palette[0].save(place("pillow/palette.tif"), save_all=True, append_images=palette[1:])
    refuse("pillow/palette.tif", "unsupported", why="palette colours")
    for mode, count in (("RGB", 3), ("RGBA", 4)):
        colour = [Image.merge(mode, [frame, frame.point(lambda v: v // 2), frame, frame][:count]) for frame in grey8]
        for codec in ("raw", "tiff_lzw", "zstd"):
            name = f"pillow/{mode.lower()}-{codec}.tif"
            colour[0].save(place(name), save_all=True, append_images=colour[1:], compression=codec)
            choose(name, channel=count)
            expect(name, read_pillow(name)[..., 1], f"Pillow {PIL.__version__}", {"channel": 1})
    name = "pillow/rgb-jpeg.tif"
    colour = [frame.convert("RGB") for frame in lossy]
    colour[0].save(place(name), save_all=True, append_images=colour[1:], compression="jpeg")
    expect(name, read_pillow(name)[..., 0], "Pillow", {"channel": 0}, lossy=True, mayRefuse=["unsupported"])
    name = "pillow/cmyk.tif"
    Image.fromarray(np.stack([ramp("uint8")[0]] * 4, axis=-1), mode="CMYK").save(place(name))
    expect(name, read_pillow(name)[..., 2], "Pillow", {"channel": 2}, mayRefuse=["unsupported"])


def read_pillow(name):
    with Image.open(place(name)) as image:
        return np.stack([np.array(frame) for frame in ImageSequence.Iterator(image)])


def with_pillow(name, images, compression, tags=None, **more):
    images[0].save(place(name), save_all=True, append_images=images[1:], compression=compression, tiffinfo=tags or {})
    read = read_pillow(name)
    if not more:
        assert (read == np.stack([np.array(image) for image in images])).all(), name
    expect(name, read, "Pillow", **more)


# --- ImageJ -----------------------------------------------------------------------------------------------------------


def imagej():
    metadata = {"axes": "TYX", "unit": "um", "finterval": 0.02, "fps": 50.0}
    options = {"imagej": True, "resolution": (1 / 0.16, 1 / 0.16)}
    for dtype in ("uint8", "uint16", "float32"):
        for order, byteorder in (("little", "<"), ("big", ">")):
            name = f"imagej/{dtype}-{order}.tif"
            tifffile.imwrite(place(name), ramp(dtype), byteorder=byteorder, metadata=metadata, **options)
            expect_imagej(name, tifffile.imread(place(name)))
    name = "imagej/slices.tif"
    tifffile.imwrite(place(name), ramp("uint16"), metadata={"axes": "ZYX", "unit": "um"}, **options)
    expect(name, tifffile.imread(place(name)), "tifffile", pixelSizeNm=resolution_nm(place(name), 1000))

    name = "imagej/hyperstack.tif"
    data = np.stack([np.stack([ramp("uint16", 4) + 5000 * c + 100 * z for c in range(3)], 1) for z in range(2)], 1)
    tifffile.imwrite(place(name), data, metadata={"axes": "TZCYX", "unit": "um", "finterval": 0.5}, **options)
    read = tifffile.imread(place(name))
    assert read.shape == (4, 2, 3, 7, 9)
    choose(name, channel=3, slice=2)
    for channel, z in ((0, 0), (2, 1), (1, 0)):
        expect(name, read[:, z, channel], "tifffile", {"channel": channel, "slice": z}, frameIntervalSeconds=0.5)
    refuse(name, "bad-input", selection={"channel": 3, "slice": 0})
    name = "imagej/channels.tif"
    tifffile.imwrite(place(name), data[:, 0], byteorder=">", metadata={"axes": "TCYX"}, imagej=True)
    choose(name, channel=3)
    expect(name, tifffile.imread(place(name))[:, 1], "tifffile", {"channel": 1})
    name = "imagej/channels-and-slices.tif"
    tifffile.imwrite(place(name), data[0], metadata={"axes": "ZCYX"}, imagej=True)
    choose(name, channel=3, slice=2)
    expect(name, tifffile.imread(place(name))[:, 2], "tifffile", {"channel": 2})

    # As ImageJ writes stacks over 4 GB: one directory, the other images behind the first without a gap.
    for order, byteorder in (("little", "<"), ("big", ">")):
        name = f"imagej/single-directory-{order}.tif"
        data = ramp("uint16")
        text = "ImageJ=1.53t\nimages=5\nframes=5\nunit=micron\nfinterval=0.03\nloop=false\nmin=0.0\nmax=5000.0\n"
        hand_tiff(name, [{"data": data[0], "description": text, "resolution": (100, 16)}], byteorder,
                  tail=data[1:].astype(byteorder + "u2").tobytes())
        assert tifffile.TiffFile(place(name)).is_imagej
        read = tifffile.imread(place(name))
        assert (read == data).all()
        expect(name, read, "tifffile", pixelSizeNm=160.0, frameIntervalSeconds=0.03)
    name = "imagej/single-directory-hyperstack.tif"
    data = np.stack([ramp("uint16", 4), ramp("uint16", 4) + 9], 1)
    text = "ImageJ=1.53t\nimages=8\nchannels=2\nframes=4\nhyperstack=true\n"
    hand_tiff(name, [{"data": data[0, 0], "description": text}], ">",
              tail=data.reshape(8, 7, 9)[1:].astype(">u2").tobytes())
    read = tifffile.imread(place(name))
    assert (read == data).all()
    choose(name, channel=2)
    expect(name, read[:, 1], "tifffile", {"channel": 1})
    # Signed 16 bit: ImageJ stores it as unsigned with a calibration; the stored values are read.
    name = "imagej/calibrated.tif"
    text = "ImageJ=1.53t\nimages=5\nframes=5\ncf=0\nc0=-32768.0\nc1=1.0\nvunit=Gray Value\n"
    hand_tiff(name, [{"data": frame, **({"description": text} if i == 0 else {})} for i, frame in enumerate(ramp("uint16"))], ">")
    expect(name, np.stack([page.asarray() for page in tifffile.TiffFile(place(name)).pages]), "tifffile")


def expect_imagej(name, read):
    with tifffile.TiffFile(place(name)) as tif:
        metadata = tif.imagej_metadata
    assert metadata["unit"] == "um"
    expect(name, read, "tifffile", pixelSizeNm=resolution_nm(place(name), 1000),
           frameIntervalSeconds=metadata["finterval"])


# --- OME-TIFF ---------------------------------------------------------------------------------------------------------


def ome():
    physical = {"PhysicalSizeX": 0.107, "PhysicalSizeXUnit": "µm", "PhysicalSizeY": 0.107, "PhysicalSizeYUnit": "µm",
                "TimeIncrement": 30.0, "TimeIncrementUnit": "ms"}
    said = {"pixelSizeNm": 107.0, "frameIntervalSeconds": 0.03}
    name = "ome/times.ome.tif"
    tifffile.imwrite(place(name), ramp("uint16"), metadata={"axes": "TYX", **physical})
    expect(name, tifffile.imread(place(name)), "tifffile", **said)
    name = "ome/times-big-endian-bigtiff.ome.tif"
    tifffile.imwrite(place(name), ramp("float32"), byteorder=">", bigtiff=True, metadata={"axes": "TYX", **physical})
    expect(name, tifffile.imread(place(name)), "tifffile", **said)
    name = "ome/slices.ome.tif"
    tifffile.imwrite(place(name), ramp("int16"), metadata={"axes": "ZYX"})
    expect(name, tifffile.imread(place(name)), "tifffile")
    data = np.stack([ramp("uint16", 4) + 3000 * c for c in range(2)], 1)
    for axes in ("TCYX", "CTYX"):
        name = f"ome/channels-{axes.lower()}.ome.tif"
        ordered = data if axes == "TCYX" else np.swapaxes(data, 0, 1)
        tifffile.imwrite(place(name), ordered, metadata={"axes": axes, "Channel": {"Name": ["GFP", "mCherry"]}})
        read = tifffile.imread(place(name))
        assert (read == ordered).all()
        choose(name, channel=2)
        for channel in (0, 1):
            expect(name, read[:, channel] if axes == "TCYX" else read[channel], "tifffile", {"channel": channel})
    data = np.stack([np.stack([ramp("uint8", 3) + c + 9 * z for c in range(2)], 1) for z in range(4)], 1)
    for axes in ("TZCYX", "ZTCYX", "CTZYX", "CZTYX"):
        name = f"ome/order-{axes.lower()}.ome.tif"
        ordered = np.transpose(data, ["TZCYX".index(axis) for axis in axes])
        tifffile.imwrite(place(name), ordered, metadata={"axes": axes})
        read = np.transpose(tifffile.imread(place(name)), [axes.index(axis) for axis in "TZCYX"])
        assert (read == data).all()
        choose(name, channel=2, slice=4)
        expect(name, read[:, 3, 1], "tifffile", {"channel": 1, "slice": 3})

    name = "ome/series.ome.tif"
    with tifffile.TiffWriter(place(name), ome=True) as tif:
        tif.write(ramp("uint16", 3), metadata={"axes": "TYX", "Name": "first"})
        tif.write(ramp("uint8", 4, 5, 6), metadata={"axes": "TYX", "Name": "second"})
    choose(name, series=2)
    for series in (0, 1):
        expect(name, tifffile.imread(place(name), series=series), "tifffile", {"series": series})
    refuse(name, "bad-input", selection={"series": 2})
    name = "ome/rgb.ome.tif"
    rgb = np.stack([ramp("uint8"), ramp("uint8") // 2, ramp("uint8") // 3], -1)
    tifffile.imwrite(place(name), rgb, photometric="rgb", metadata={"axes": "TYXS"})
    choose(name, channel=3)
    expect(name, tifffile.imread(place(name))[..., 2], "tifffile", {"channel": 2})
    name = "ome/pyramid.ome.tif"
    with tifffile.TiffWriter(place(name)) as tif:
        tif.write(ramp("uint16", 3, 32, 32), subifds=1, tile=(16, 16), metadata={"axes": "TYX"})
        tif.write(ramp("uint16", 3, 32, 32)[:, ::2, ::2], subfiletype=1, tile=(16, 16))
    expect(name, tifffile.imread(place(name), series=0, level=0), "tifffile")

    # One image over two files, both with the whole text.
    stack = ramp("uint16", 5)
    names = ["set_a.ome.tif", "set_b.ome.tif"]
    uuids = ["urn:uuid:00000000-0000-4000-8000-00000000000a", "urn:uuid:00000000-0000-4000-8000-00000000000b"]
    blocks = "".join(
        f'<TiffData IFD="{t if t < 3 else t - 3}" FirstT="{t}" PlaneCount="1">'
        f'<UUID FileName="{names[t >= 3]}">{uuids[t >= 3]}</UUID></TiffData>'
        for t in range(5)
    )
    for file, uuid, part in zip(names, uuids, (stack[:3], stack[3:])):
        text = (
            '<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" '
            f'UUID="{uuid}"><Image ID="Image:0" Name="set"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" '
            'SizeX="9" SizeY="7" SizeZ="1" SizeC="1" SizeT="5" PhysicalSizeX="0.1" TimeIncrement="0.25">'
            f'<Channel ID="Channel:0:0" SamplesPerPixel="1"/>{blocks}</Pixels></Image></OME>'
        )
        write_pages(f"ome-set/{file}", part, text)
    read = tifffile.imread(place("ome-set/set_a.ome.tif"))
    assert (read == stack).all()
    for file in names:
        expect(f"ome-set/{file}", read, "tifffile", pixelSizeNm=100.0, frameIntervalSeconds=0.25)
    # The planes stand in the file in another order than the text's.
    name = "ome/shuffled.ome.tif"
    order = [3, 0, 4, 1, 2]
    blocks = "".join(f'<TiffData IFD="{ifd}" FirstT="{t}" PlaneCount="1"/>' for ifd, t in enumerate(order))
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint16" SizeX="9" SizeY="7" SizeZ="1" '
        f'SizeC="1" SizeT="5"><Channel ID="Channel:0:0" SamplesPerPixel="1"/>{blocks}</Pixels></Image></OME>'
    )
    write_pages(name, stack[order], text)
    read = tifffile.imread(place(name))
    assert (read == stack).all()
    expect(name, read, "tifffile")


def ome_companion():
    """Plain TIFF files that only the text beside them puts in order."""
    stack = ramp("uint16", 5)
    parts = {"odd.tif": [3, 1], "even.tif": [0, 2, 4]}
    for file, times in parts.items():
        tifffile.imwrite(place(f"ome-companion/{file}"), stack[times], metadata=None, photometric="minisblack")
    blocks = "".join(
        f'<TiffData IFD="{ifd}" FirstT="{t}" PlaneCount="1"><UUID FileName="{file}">'
        f'urn:uuid:00000000-0000-4000-8000-00000000000{index}</UUID></TiffData>'
        for index, (file, times) in enumerate(parts.items()) for ifd, t in enumerate(times)
    )
    name = "ome-companion/run.companion.ome"
    with open(place(name), "w") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" '
            'UUID="urn:uuid:00000000-0000-4000-8000-00000000000c"><Image ID="Image:0" Name="run"><Pixels ID="Pixels:0" '
            'DimensionOrder="XYCZT" Type="uint16" SizeX="9" SizeY="7" SizeZ="1" SizeC="1" SizeT="5" PhysicalSizeX="0.1" '
            f'PhysicalSizeY="0.1" TimeIncrement="0.25"><Channel ID="Channel:0:0" SamplesPerPixel="1"/>{blocks}'
            "</Pixels></Image></OME>"
        )
    expect(name, stack, "numpy", pixelSizeNm=100.0, frameIntervalSeconds=0.25)


def write_pages(name, frames, text):
    """Page by page, so that each has its directory beside its pixels; the text stands in the first."""
    with tifffile.TiffWriter(place(name)) as tif:
        for index, frame in enumerate(frames):
            tif.write(frame, contiguous=False, metadata=None, description=text if index == 0 else None)


# --- tifffile's own form ----------------------------------------------------------------------------------------------


def shaped():
    with_tifffile("shaped/stack.tif", ramp("uint16"), photometric="minisblack")
    with_tifffile("shaped/stack-deflate.tif", ramp("uint16"), photometric="minisblack", compression="zlib")
    # One directory, the other frames behind it: the shape stands in the description only.
    name = "shaped/truncated.tif"
    tifffile.imwrite(place(name), ramp("uint16"), photometric="minisblack", truncate=True)
    read = tifffile.imread(place(name))
    assert read.shape == (5, 7, 9)
    expect(name, read, "tifffile", mayRefuse=["unsupported"])


# --- a folder of single frames ----------------------------------------------------------------------------------------


def folder():
    data = ramp("uint16", 12)
    for index, frame in enumerate(data):
        tifffile.imwrite(place(f"frame-folder/img{index + 1}.tif"), frame, metadata=None)
    expect("frame-folder", np.stack([tifffile.imread(place(f"frame-folder/img{i + 1}.tif")) for i in range(12)]), "tifffile")


# --- TIFF by hand -----------------------------------------------------------------------------------------------------

TYPES = {"ascii": (2, None), "short": (3, "H"), "long": (4, "I"), "rational": (5, "II"), "byte": (1, "B")}


def hand_tiff(name, pages, byteorder="<", tail=b"", header=None, lead=b"", gap=0):
    """Classic TIFF. A page has `data` (y, x), or `segments`, `shape`, `dtype`; more tags are {number: (type, values)}."""
    out = bytearray(8) + bytearray(lead)
    link = 4
    struct.pack_into(byteorder + "2sH", out, 0, b"II" if byteorder == "<" else b"MM", 42)
    offsets = []
    for page in pages:
        if "data" in page:
            data = page["data"].astype(page["data"].dtype.newbyteorder(byteorder))
            height, width = data.shape
            dtype, segments = data.dtype, [data.tobytes()]
        else:
            (height, width), dtype, segments = page["shape"], np.dtype(page["dtype"]), page["segments"]
        tags = {
            256: ("long", [width]),
            257: ("long", [height]),
            258: ("short", [page.get("bits", dtype.itemsize * 8)]),
            259: ("short", [1]),
            262: ("short", [1]),
            277: ("short", [1]),
            278: ("long", [page.get("rowsperstrip", height)]),
            339: ("short", [{"u": 1, "i": 2, "f": 3}[dtype.kind]]),
            **page.get("tags", {}),
        }
        if "description" in page:
            texts = page["description"] if isinstance(page["description"], list) else [page["description"]]
            tags[270] = ("ascii", texts)
        if "resolution" in page:
            tags[282] = tags[283] = ("rational", page["resolution"])
            tags[296] = ("short", [1])
        # The segments come behind the directory, so that images without directories can follow the last.
        where, counts = (324, 325) if 322 in tags else (273, 279)
        tags[where] = ("long", [0] * len(segments))
        tags[counts] = ("long", [len(segment) for segment in segments])
        if 322 in tags:
            del tags[278]
        entries = []
        for tag in sorted(tags):
            kind, values = tags[tag]
            for value in values if kind == "ascii" else [values]:
                entries.append((tag, kind, value))
        if len(out) % 2:
            out += b"\0"
        at = len(out)
        struct.pack_into(byteorder + "I", out, link, at)
        offsets.append(at)
        out += bytes(2 + 12 * len(entries) + 4)
        struct.pack_into(byteorder + "H", out, at, len(entries))
        where_at = None
        for index, (tag, kind, value) in enumerate(entries):
            number, code = TYPES[kind]
            if kind == "ascii":
                packed = value.encode("utf-8") + b"\0"
                count = len(packed)
            else:
                code = code[0]
                packed = struct.pack(byteorder + code * len(value), *value)
                count = len(value) // (2 if kind == "rational" else 1)
            entry = at + 2 + 12 * index
            struct.pack_into(byteorder + "HHI", out, entry, tag, number, count)
            if len(packed) <= 4:
                out[entry + 8 : entry + 8 + len(packed)] = packed
                place_at = entry + 8
            else:
                if len(out) % 2:
                    out += b"\0"
                struct.pack_into(byteorder + "I", out, entry + 8, len(out))
                place_at = len(out)
                out += packed
            if tag == where:
                where_at = place_at
        link = at + 2 + 12 * len(entries)
        for index, segment in enumerate(segments):
            struct.pack_into(byteorder + "I", out, where_at + 4 * index, len(out))
            out += segment + bytes(gap)
    out += tail
    if header:
        header(out, offsets)
    with open(place(name), "wb") as file:
        file.write(out)
    return offsets


def difference(data, dtype):
    """Predictor 2 of TIFF 6.0, section 14: each sample less the one left of it."""
    delta = data.copy()
    delta[..., 1:] = data[..., 1:] - data[..., :-1]
    return delta.astype(dtype)


def float_difference(rows, itemsize):
    """Predictor 3 of TIFF Technical Note 3: bytes by significance, then each byte less the one before it."""
    big = rows.astype(rows.dtype.newbyteorder(">"))
    planes = np.frombuffer(big.tobytes(), np.uint8).reshape(rows.shape[0], rows.shape[1], itemsize)
    planes = np.moveaxis(planes, 2, 1).reshape(rows.shape[0], -1)
    delta = planes.copy()
    delta[:, 1:] = planes[:, 1:] - planes[:, :-1]
    return delta


def predictors():
    for order, byteorder in (("little", "<"), ("big", ">")):
        for dtype in ("uint8", "uint16", "int16", "uint32", "uint64", "int64"):
            data = ramp(dtype)
            name = f"tiff/predictor-2-{dtype}-{order}.tif"
            packed = [zlib.compress(difference(frame, np.dtype(dtype).newbyteorder(byteorder)).tobytes()) for frame in data]
            hand_tiff(name, [page_of(data, [segment]) for segment in packed], byteorder)
            expect(name, data, "numpy")
        for dtype in ("float16", "float32", "float64"):
            data = ramp(dtype)
            name = f"tiff/predictor-3-{dtype}-{order}.tif"
            packed = [zlib.compress(float_difference(frame, data.itemsize).tobytes()) for frame in data]
            pages = [page_of(data, [segment], predictor=3) for segment in packed]
            hand_tiff(name, pages, byteorder)
            expect(name, data, "numpy")
    # Tiles: each row of a tile begins anew.
    data = ramp("uint16", 3, 20, 35)
    pages = []
    for frame in data:
        padded = np.pad(frame, ((0, 12), (0, 13)))
        tiles = [padded[y : y + 16, x : x + 16] for y in (0, 16) for x in (0, 16, 32)]
        pages.append({"shape": frame.shape, "dtype": "uint16",
                      "segments": [zlib.compress(difference(tile, "<u2").tobytes()) for tile in tiles],
                      "tags": {259: ("short", [8]), 317: ("short", [2]), 322: ("short", [16]), 323: ("short", [16])}})
    hand_tiff("tiff/predictor-2-tiles.tif", pages)
    expect("tiff/predictor-2-tiles.tif", data, "numpy")


def page_of(data, segments, predictor=2):
    return {"shape": data.shape[1:], "dtype": data.dtype, "segments": segments,
            "tags": {259: ("short", [8]), 317: ("short", [predictor])}}


def packed_depths():
    """Samples of odd depth, the most significant bit first, each row from a whole byte on. TIFF 6.0, page 29."""
    for bits in (1, 2, 4, 6, 10, 12, 14, 24):
        data = ramp("uint32") // 70001 % (1 << bits)
        dtype = "uint8" if bits <= 8 else "uint16" if bits <= 16 else "uint32"
        data = data.astype(dtype)
        name = f"tiff/depth-{bits}.tif"
        pages = []
        for frame in data:
            planes = (frame[..., np.newaxis].astype(np.uint32) >> np.arange(bits - 1, -1, -1, dtype=np.uint32)) & 1
            packed = np.packbits(planes.reshape(frame.shape[0], -1).astype(np.uint8), axis=1)
            pages.append({"shape": frame.shape, "dtype": dtype, "bits": bits, "segments": [packed.tobytes()]})
        hand_tiff(name, pages, ">" if bits == 24 else "<")
        expect(name, data, "numpy")


def odd_forms():
    data = ramp("uint16")
    name = "tiff/strips-backwards.tif"
    pages = []
    for frame in data:
        pages.append({"shape": frame.shape, "dtype": "uint16", "rowsperstrip": 2,
                      "segments": [frame[y : y + 2].astype("<u2").tobytes() for y in range(0, 7, 2)]})
    hand_tiff(name, pages)
    assert (tifffile.imread(place(name), key=range(5)) == data).all()
    expect(name, tifffile.imread(place(name), key=range(5)), "tifffile")
    # Strips of the same pixels may share their bytes.
    name = "tiff/strips-shared.tif"
    shared = ramp("uint16")
    shared[:, 2:4] = shared[:, 0:2]
    hand_tiff(name, [{"shape": frame.shape, "dtype": "uint16", "rowsperstrip": 2,
                      "segments": [frame[y : y + 2].astype("<u2").tobytes() for y in range(0, 7, 2)]} for frame in shared])
    raw = bytearray(open(place(name), "rb").read())
    with tifffile.TiffFile(place(name)) as tif:
        for page in tif.pages:
            at = page.tags["StripOffsets"].valueoffset
            raw[at + 4 : at + 8] = raw[at : at + 4]
    open(place(name), "wb").write(raw)
    read = np.stack([page.asarray() for page in tifffile.TiffFile(place(name)).pages])
    assert (read == shared).all()
    expect(name, read, "tifffile")
    # As many strips a page, of other heights: what the first page says does not hold for the second.
    data = ramp("uint16", 2, 9, 8)
    name = "tiff/strips-of-changing-rows.tif"
    pages = []
    for frame, rows in zip(data, (3, 4)):
        pages.append({"shape": frame.shape, "dtype": "uint16", "rowsperstrip": rows,
                      "segments": [frame[y : y + rows].astype("<u2").tobytes() for y in range(0, 9, rows)]})
    hand_tiff(name, pages, gap=10)
    read = np.stack([page.asarray() for page in tifffile.TiffFile(place(name)).pages])
    assert (read == data).all()
    expect(name, read, "tifffile")
    data = ramp("uint16")
    name = "tiff/fill-order-2.tif"
    bits = ramp(bool)
    pages = [{"shape": frame.shape, "dtype": "uint8", "bits": 1, "tags": {266: ("short", [2])},
              "segments": [np.packbits(frame, axis=1, bitorder="little").tobytes()]} for frame in bits]
    hand_tiff(name, pages)
    expect(name, bits, "numpy")
    name = "tiff/no-byte-counts.tif"
    hand_tiff(name, [{"data": frame} for frame in data])
    raw = bytearray(open(place(name), "rb").read())
    with tifffile.TiffFile(place(name)) as tif:
        for page in tif.pages:
            # Another tag number, one that nobody uses: the byte counts are missing then.
            struct.pack_into("<H", raw, page.tags["StripByteCounts"].offset, 280)
    open(place(name), "wb").write(raw)
    expect(name, data, "numpy")


# --- Micro-Manager ----------------------------------------------------------------------------------------------------


def micro_manager():
    """The layout that Micro-Manager documents for its image file stacks, written by hand."""
    stack = ramp("uint16", 6)
    names = ["run_MMStack_Pos0.ome.tif", "run_MMStack_Pos0_1.ome.tif"]
    uuids = ["urn:uuid:00000000-0000-4000-8000-000000000001", "urn:uuid:00000000-0000-4000-8000-000000000002"]
    summary = {"Prefix": "run", "MicroManagerVersion": "2.0.0", "Frames": 6, "Slices": 1, "Channels": 1, "Positions": 1,
               "Width": 9, "Height": 7, "BitDepth": 16, "PixelType": "GRAY16", "PixelSize_um": 0.16,
               "Interval_ms": 50.0, "ChNames": ["Default"], "AxisOrder": ["position", "time", "channel", "z"]}
    blocks = "".join(
        f'<TiffData FirstC="0" FirstT="{t}" FirstZ="0" IFD="{t % 4}" PlaneCount="1">'
        f'<UUID FileName="{names[t // 4]}">{uuids[t // 4]}</UUID></TiffData>' for t in range(6)
    )
    first_text = (
        '<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2013-06" '
        f'UUID="{uuids[0]}"><Image ID="Image:0" Name="run_MMStack_Pos0"><Pixels BigEndian="false" '
        'DimensionOrder="XYCZT" ID="Pixels:0" PhysicalSizeX="0.16" PhysicalSizeY="0.16" SizeC="1" SizeT="6" SizeX="9" '
        'SizeY="7" SizeZ="1" TimeIncrement="50.0" TimeIncrementUnit="ms" Type="uint16">'
        f'<Channel ID="Channel:0:0" Name="Default" SamplesPerPixel="1"/>{blocks}</Pixels></Image></OME>'
    )
    other_text = (
        '<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2013-06" '
        f'UUID="{uuids[1]}"><BinaryOnly MetadataFile="{names[0]}" UUID="{uuids[0]}"/></OME>'
    )
    for file, (part, text) in enumerate(((stack[:4], first_text), (stack[4:], other_text))):
        write_micro_manager(f"micro-manager/{names[file]}", part, 4 * file, text, summary)
    read = tifffile.imread(place(f"micro-manager/{names[0]}"))
    assert (read == stack).all(), read.shape
    assert tifffile.TiffFile(place(f"micro-manager/{names[0]}")).is_micromanager
    for name in names:
        expect(f"micro-manager/{name}", read, "tifffile", pixelSizeNm=160.0, frameIntervalSeconds=0.05,
               exposureSeconds=0.04)
    # Alone, without OME-XML, as older versions and interrupted runs leave them.
    name = "micro-manager-plain/plain_MMStack.tif"
    write_micro_manager(name, stack[:4], 0, None, {**summary, "Frames": 4})
    expect(name, np.stack([page.asarray() for page in tifffile.TiffFile(place(name)).pages]), "tifffile",
           pixelSizeNm=160.0)
    name = "micro-manager-long/long_MMStack.tif"
    long = ramp("uint16", 280, 2, 3)
    write_micro_manager(name, long, 0, None, {**summary, "Frames": 280, "Width": 3, "Height": 2}, brief=True)
    expect(name, np.stack([page.asarray() for page in tifffile.TiffFile(place(name)).pages]), "tifffile")


def write_micro_manager(name, frames, first_index, ome_text, summary, brief=False):
    packed = json.dumps(summary).encode()
    lead = bytes(24) + struct.pack("<II", 2355492, len(packed)) + packed
    pages = []
    for index, frame in enumerate(frames):
        told = {"FrameIndex": first_index + index, "ChannelIndex": 0, "SliceIndex": 0, "PositionIndex": 0,
                "Exposure-ms": 40.0, "ElapsedTime-ms": 50.0 * (first_index + index), "PixelSizeUm": 0.16,
                "Camera": "Andor"}
        if brief:
            told = {"FrameIndex": index}
        page = {"data": frame, "tags": {51123: ("ascii", [json.dumps(told)])}}
        if index == 0:
            texts = [f"ImageJ=1.47a\nimages={len(frames)}\nframes={len(frames)}\nhyperstack=true\n"]
            page["description"] = [ome_text, *texts] if ome_text else texts
        pages.append(page)

    def add_index(out, offsets):
        struct.pack_into("<IIIIII", out, 8, 54773648, len(out), 483765892, 0, 99384722, 0)
        out += struct.pack("<II", 3453623, len(offsets))
        for index, offset in enumerate(offsets):
            out += struct.pack("<IIIII", 0, 0, first_index + index, 0, offset)
        # Display settings and comments, both empty.
        struct.pack_into("<I", out, 20, len(out))
        out += struct.pack("<II", 347834724, 2) + b"{}"
        struct.pack_into("<I", out, 28, len(out))
        out += struct.pack("<II", 84720485, 2) + b"{}"

    hand_tiff(name, pages, header=add_index, lead=lead)


# --- NumPy ------------------------------------------------------------------------------------------------------------


def npy():
    types = "|u1 |i1 <u2 >u2 <i2 >i2 <u4 >u4 <i4 >i4 <u8 >u8 <i8 >i8 <f2 >f2 <f4 >f4 <f8 >f8".split()
    for code in types:
        dtype = np.dtype(code)
        order = "big" if code[0] == ">" else "little"
        with_npy(f"npy/{dtype.newbyteorder('=').name}-{order}.npy", ramp(dtype.newbyteorder("=")).astype(dtype))
    with_npy("npy/bool.npy", ramp(bool))
    with_npy("npy/version-2.npy", ramp("uint16"), version=(2, 0))
    with_npy("npy/version-3.npy", ramp("uint16"), version=(3, 0))
    with_npy("npy/single-frame.npy", ramp("uint16")[0])
    name = "npy/fortran.npy"
    np.save(place(name), np.asfortranarray(ramp("uint16")))
    expect(name, np.load(place(name)), "numpy", mayRefuse=["unsupported"])
    refused = {
        "four-axes": ramp("uint16").reshape(5, 1, 7, 9),
        "one-axis": np.arange(9, dtype="u2"),
        "complex": ramp("float32").astype("c8"),
        "structured": np.zeros((2, 3, 4), dtype=[("a", "u2"), ("b", "f4")]),
        "empty": np.zeros((0, 7, 9), "u2"),
        "text": np.array([[["a", "b"]]]),
    }
    for case, data in refused.items():
        np.save(place(f"npy/{case}.npy"), data)
        refuse(f"npy/{case}.npy", "unsupported", "bad-input")
    np.save(place("npy/objects.npy"), np.full((2, 2, 2), None, dtype=object), allow_pickle=True)
    refuse("npy/objects.npy", "unsupported", "bad-input")


def with_npy(name, data, version=(1, 0)):
    with open(place(name), "wb") as file:
        np.lib.format.write_array(file, data, version=version)
    expect(name, np.load(place(name)), "numpy")


def npz():
    for dtype in ("uint8", "uint16", "float16", "float32", "float64"):
        for save, kind in ((np.savez, "stored"), (np.savez_compressed, "deflated")):
            name = f"npz/{dtype}-{kind}.npz"
            save(place(name), frames=ramp(dtype), times=np.arange(5) / 20)
            with np.load(place(name)) as file:
                expect(name, file["frames"], "numpy")
    name = "npz/several.npz"
    np.savez(place(name), raw=ramp("uint16"), cleaned=ramp("float32"), mask=ramp(bool)[0])
    choose(name, series=3)
    with np.load(place(name)) as file:
        for series, array in enumerate(file.files):
            expect(name, file[array], "numpy", {"series": series})
    np.savez(place("npz/no-stack.npz"), a=np.arange(9), b=np.zeros((2, 2, 2, 2)))
    refuse("npz/no-stack.npz", "unsupported")
    np.savez(place("npz/objects.npz"), frames=np.full((2, 2, 2), None, dtype=object), allow_pickle=True)
    refuse("npz/objects.npz", "unsupported")


def safetensors():
    for code in ("U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64", "F16", "F32", "F64"):
        dtype = {"U": "uint", "I": "int", "F": "float"}[code[0]] + code[1:]
        with_safetensors(f"safetensors/{dtype}.safetensors", {"frames": (code, ramp(dtype))})
    with_safetensors("safetensors/single-frame.safetensors", {"frame": ("U16", ramp("uint16")[0])})
    several = {"raw": ("U16", ramp("uint16")), "scale": ("F32", np.ones(3, "f4")), "cleaned": ("F32", ramp("float32"))}
    with_safetensors("safetensors/several.safetensors", several, None)
    choose("safetensors/several.safetensors", series=2)
    for series, key in enumerate(("raw", "cleaned")):
        expect("safetensors/several.safetensors", several[key][1], "numpy", {"series": series})
    with_safetensors("safetensors/no-stack.safetensors", {"a": ("F32", np.zeros((2, 2, 2, 2), "f4"))}, None)
    refuse("safetensors/no-stack.safetensors", "unsupported")


def with_safetensors(name, tensors, expected="only"):
    """By the book (github.com/huggingface/safetensors, "Format")."""
    header, body = {"__metadata__": {"made": "for tests"}}, b""
    for key, (code, array) in tensors.items():
        data = array.astype(array.dtype.newbyteorder("<")).tobytes()
        header[key] = {"dtype": code, "shape": list(array.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(place(name), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)
    if expected:
        expect(name, next(iter(tensors.values()))[1], "numpy")


# --- formats of two files ---------------------------------------------------------------------------------------------


def dax():
    data = ramp("uint16")
    for order, code in (("little", "<u2"), ("big", ">u2")):
        name = f"dax/movie-{order}"
        data.astype(code).tofile(place(name + ".dax"))
        with open(place(name + ".inf"), "w") as file:
            file.write(
                "binning = 1 x 1\ndata type = 16 bit integers (binary, %s endian)\nframe dimensions = 9 x 7\n"
                "number of frames = 5\nframe size = 63\nhorizontal shift speed = 10.000000\nx_start = 1\nx_end = 9\n"
                "y_start = 1\ny_end = 7\nLock Target = 0.0\nscalemax = 1100\nscalemin = 100\nExposure Time = 0.0200000\n" % order
            )
        expect(name + ".dax", np.fromfile(place(name + ".dax"), code).reshape(5, 7, 9), "numpy", exposureSeconds=0.02)


def picasso_raw():
    for dtype, order in (("uint16", "<"), ("uint16", ">"), ("uint8", "<"), ("float32", "<"), ("uint32", ">")):
        data = ramp(dtype)
        code = np.dtype(dtype).newbyteorder(order)
        base = f"picasso-raw/{dtype}-{'little' if order == '<' else 'big'}"
        data.astype(code).tofile(place(base + ".raw"))
        told = {"Byte Order": order, "Camera": "Simulation", "Data Type": dtype, "Frames": 5, "Height": 7, "Width": 9,
                "Generated by": "Picasso Simulate"}
        with open(place(base + ".yaml"), "w") as file:
            # As Picasso writes it.
            yaml.dump(told, file, default_flow_style=False)
        expect(base + ".raw", np.fromfile(place(base + ".raw"), code).reshape(5, 7, 9), "numpy")


# --- other image formats ----------------------------------------------------------------------------------------------


def mrc():
    for dtype in ("int8", "int16", "uint16", "float32", "float16"):
        name = f"mrc/{dtype}.mrc"
        with mrcfile.new(place(name), overwrite=True) as file:
            file.set_data(ramp(dtype))
            file.voxel_size = 1.5
            # Without the time, so that the file is the same each time.
            file.header.label[0] = b"Written by mrcfile"
        with mrcfile.open(place(name)) as file:
            expect(name, file.data, "mrcfile", pixelSizeNm=0.15)
    name = "mrc/uint16-big-endian.mrc"
    with mrcfile.new(place(name), overwrite=True) as file:
        file.set_data(ramp("uint16").astype(">u2"))
        file.header.label[0] = b"Written by mrcfile"
    with mrcfile.open(place(name)) as file:
        assert file.data.dtype.byteorder == ">"
        expect(name, file.data, "mrcfile")


def nifti():
    for dtype in ("uint8", "int16", "uint16", "int32", "float32", "float64"):
        name = f"nifti/{dtype}.nii"
        with_nifti(name, ramp(dtype), lambda data: data.transpose(2, 1, 0))
    with_nifti("nifti/times.nii.gz", ramp("uint16"), lambda data: data.transpose(2, 1, 0)[:, :, np.newaxis])


def with_nifti(name, data, axes):
    image = nibabel.Nifti1Image(axes(data), np.diag([0.1, 0.1, 0.1, 1]))
    image.header.set_xyzt_units("micron", "sec")
    nibabel.save(image, place(name))
    read = np.asarray(nibabel.load(place(name)).dataobj)
    if read.ndim == 4:
        read = read[:, :, 0]
    # The transform may name another direction of the rows; what is stored first is the top row.
    expect(name, read.transpose(2, 1, 0), "nibabel", pixelSizeNm=100.0)


def nrrd_and_meta():
    data = ramp("uint16")
    for dtype in ("uint8", "int16", "uint16", "float32"):
        data = ramp(dtype)
        names = {"uint8": ("uchar", "MET_UCHAR"), "int16": ("short", "MET_SHORT"), "uint16": ("ushort", "MET_USHORT"),
                 "float32": ("float", "MET_FLOAT")}[dtype]
        packed = data.astype(data.dtype.newbyteorder("<")).tobytes()
        header = f"NRRD0004\ntype: {names[0]}\ndimension: 3\nsizes: 9 7 5\nendian: little\nencoding: raw\n\n"
        with open(place(f"nrrd/{dtype}.nrrd"), "wb") as file:
            file.write(header.encode() + packed)
        expect(f"nrrd/{dtype}.nrrd", data, "numpy")
        header = (f"ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
                  f"DimSize = 9 7 5\nElementType = {names[1]}\n")
        with open(place(f"meta/{dtype}.mha"), "wb") as file:
            file.write((header + "ElementDataFile = LOCAL\n").encode() + packed)
        expect(f"meta/{dtype}.mha", data, "numpy")
    packed = ramp("uint16").tobytes()
    with open(place("nrrd/gzip.nrrd"), "wb") as file:
        compress = zlib.compressobj(9, zlib.DEFLATED, 31)
        file.write(b"NRRD0004\ntype: ushort\ndimension: 3\nsizes: 9 7 5\nendian: little\nencoding: gzip\n\n")
        file.write(compress.compress(packed) + compress.flush())
    expect("nrrd/gzip.nrrd", ramp("uint16"), "numpy")
    with open(place("nrrd/detached.nhdr"), "w") as file:
        file.write("NRRD0004\ntype: ushort\ndimension: 3\nsizes: 9 7 5\nendian: big\nencoding: raw\ndata file: detached.raw\n")
    ramp("uint16").astype(">u2").tofile(place("nrrd/detached.raw"))
    expect("nrrd/detached.nhdr", ramp("uint16"), "numpy")
    with open(place("meta/detached.mhd"), "w") as file:
        file.write("ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nDimSize = 9 7 5\n"
                   "ElementType = MET_USHORT\nElementDataFile = detached.raw\n")
    ramp("uint16").astype("<u2").tofile(place("meta/detached.raw"))
    expect("meta/detached.mhd", ramp("uint16"), "numpy")


# --- Nikon ND2 --------------------------------------------------------------------------------------------------------


def nd2():
    """By the layout that nd2reader and nd2 describe: chunks with a map of them at the end, texts in "lite variant" form."""
    data = ramp("uint16")
    write_nd2("nd2/times.nd2", data[..., np.newaxis], padding=2)
    expect("nd2/times.nd2", data, "numpy", pixelSizeNm=160.0)
    write_nd2("nd2/eight-bit.nd2", ramp("uint8")[..., np.newaxis], padding=3)
    expect("nd2/eight-bit.nd2", ramp("uint8"), "numpy", pixelSizeNm=160.0)
    write_nd2("nd2/zipped.nd2", data[..., np.newaxis], zipped=True)
    expect("nd2/zipped.nd2", data, "numpy", mayRefuse=["unsupported"])
    both = np.stack([data, data + 10000], -1)
    write_nd2("nd2/channels.nd2", both)
    choose("nd2/channels.nd2", channel=2)
    for channel in (0, 1):
        expect("nd2/channels.nd2", both[..., channel], "numpy", {"channel": channel})


def lite_variant(values):
    """bool 1, int32 2, uint32 3, double 6, text 8, level 11."""
    out = b""
    for name, value in values:
        label = (name + "\0").encode("utf-16-le")
        if isinstance(value, bool):
            kind, packed = 1, struct.pack("<B", value)
        elif isinstance(value, int):
            kind, packed = 3, struct.pack("<I", value)
        elif isinstance(value, float):
            kind, packed = 6, struct.pack("<d", value)
        elif isinstance(value, str):
            kind, packed = 8, (value + "\0").encode("utf-16-le")
        else:
            content = lite_variant(value)
            # The length counts from the beginning of this item; the places of its parts follow.
            kind, packed = 11, struct.pack("<IQ", len(value), 2 + len(label) + 12 + len(content)) + content
            packed += struct.pack("<Q", 0) * len(value)
        out += struct.pack("<BB", kind, len(name) + 1) + label + packed
    return out


def write_nd2(name, data, padding=0, zipped=False):
    """`data` is (t, y, x, component)."""
    frames, height, width, components = data.shape
    bits = data.itemsize * 8
    row = width * components * data.itemsize + padding
    out = bytearray()
    where = []

    def chunk(label, content):
        where.append((label, len(out), len(content)))
        out.extend(struct.pack("<IIQ", 0x0ABECEDA, len(label), len(content)) + label + content)

    chunk(b"ND2 FILE SIGNATURE CHUNK NAME01!", b"Ver3.0".ljust(64, b"\0"))
    chunk(b"ImageAttributesLV!", lite_variant([("SLxImageAttributes", [
        ("uiWidth", width), ("uiWidthBytes", row), ("uiHeight", height), ("uiComp", components),
        ("uiBpcInMemory", bits), ("uiBpcSignificant", bits), ("uiSequenceCount", frames), ("uiTileWidth", width),
        ("uiTileHeight", height), ("eCompression", 0 if zipped else 2), ("dCompressionParam", 0.0), ("ePixelType", 1),
        ("uiVirtualComponents", components)])]))
    for index, frame in enumerate(data):
        packed = b"".join(line.astype(f"<u{data.itemsize}").tobytes() + bytes(padding) for line in frame)
        packed = zlib.compress(packed) if zipped else packed
        chunk(b"ImageDataSeq|%d!" % index, struct.pack("<d", 1000.0 + 50 * index) + packed)
    chunk(b"ImageMetadataLV!", lite_variant([("SLxExperiment", [
        ("eType", 1), ("wsApplicationDesc", ""), ("uLoopPars", [
            ("uiCount", frames), ("dStart", 0.0), ("dPeriod", 50.0), ("dDuration", 250.0)])])]))
    chunk(b"ImageCalibrationLV|0!", lite_variant([("SLxCalibration", [
        ("bCalibrated", True), ("dCalibration", 0.16), ("dAspect", 1.0)])]))
    map_at = len(out)
    content = b"".join(label + struct.pack("<QQ", at, size) for label, at, size in where)
    content += b"ND2 CHUNK MAP SIGNATURE 0000001!" + struct.pack("<Q", map_at)
    label = b"ND2 FILEMAP SIGNATURE NAME 0001!"
    out.extend(struct.pack("<IIQ", 0x0ABECEDA, len(label), len(content)) + label + content)
    with open(place(name), "wb") as file:
        file.write(out)


# --- OME-Zarr ---------------------------------------------------------------------------------------------------------


def ome_zarr():
    data = ramp("uint16")
    for kind, options in {
        "blosc": {},
        "zlib": {"compressor": numcodecs.Zlib(5)},
        "zstd": {"compressor": numcodecs.Zstd(3)},
        "plain-big-endian": {"compressor": None},
    }.items():
        dtype = ">u2" if "big" in kind else "<u2"
        name = f"zarr/{kind}.zarr"
        shutil.rmtree(place(name), ignore_errors=True)
        write_zarr(zarr.DirectoryStore(place(name), dimension_separator="/"), data.astype(dtype), "tyx", **options)
        read = zarr.open(zarr.DirectoryStore(place(name), dimension_separator="/"), "r")["0"][:]
        expect(name, read, "zarr", pixelSizeNm=100.0, frameIntervalSeconds=0.05)
    name = "zarr/five-axes.zarr.zip"
    stack = np.stack([data, data + 10000], 1)[:, :, np.newaxis]
    if os.path.exists(place(name)):
        os.remove(place(name))
    store = zarr.ZipStore(place(name), mode="w", dimension_separator="/")
    write_zarr(store, stack, "tczyx")
    store.close()
    store = zarr.ZipStore(place(name), mode="r", dimension_separator="/")
    read = zarr.open(store, "r")["0"][:]
    store.close()
    choose(name, channel=2)
    for channel in (0, 1):
        expect(name, read[:, channel, 0], "zarr", {"channel": channel}, pixelSizeNm=100.0, frameIntervalSeconds=0.05)


def write_zarr(store, data, axes, **options):
    group = zarr.group(store, overwrite=not isinstance(store, zarr.ZipStore))
    kinds = {"t": ("time", "second", 0.05), "c": ("channel", None, 1.0), "z": ("space", "micrometer", 1.0),
             "y": ("space", "micrometer", 0.1), "x": ("space", "micrometer", 0.1)}
    group.attrs["multiscales"] = [{
        "version": "0.4",
        "axes": [{"name": a, "type": kinds[a][0], **({"unit": kinds[a][1]} if kinds[a][1] else {})} for a in axes],
        "datasets": [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [kinds[a][2] for a in axes]}]}],
    }]
    chunks = (2, *([1] * (data.ndim - 3)), 7, 9)
    array = group.create_dataset("0", shape=data.shape, chunks=chunks, dtype=data.dtype, dimension_separator="/", **options)
    array[:] = data


README = """# Small stacks written by other programs

Made by `scripts/make-test-files.py`; nothing here was written by the project's own code, and nothing is a recording. The
pixels are a formula of frame, row and column.

| Folder | Written by |
| --- | --- |
| `tiff` | tifffile {tifffile}; `predictor-*`, `depth-*`, `strips-backwards`, `strips-of-changing-rows`, `strips-shared`, `fill-order-2`, `no-byte-counts` by the script |
| `pillow` | Pillow {pillow} with libtiff {libtiff} |
| `imagej` | tifffile in ImageJ's form; `single-directory-*` and `calibrated` by the script, as ImageJ 1.53 writes them |
| `ome`, `ome-set`, `shaped`, `frame-folder` | tifffile |
| `ome-companion` | tifffile, and its text by the script, by the OME-TIFF specification |
| `micro-manager`, `micro-manager-plain`, `micro-manager-long` | the script, by the layout that Micro-Manager documents |
| `npy`, `npz` | NumPy {numpy} |
| `safetensors` | the script, by the layout that safetensors documents |
| `dax`, `picasso-raw`, `nrrd`, `meta` | NumPy and PyYAML, by the layout that storm-analysis, Picasso, NRRD and MetaImage document |
| `mrc` | mrcfile {mrcfile} |
| `nd2` | the script, by the layout that nd2reader and nd2 describe |
| `nifti` | nibabel {nibabel} |
| `zarr` | zarr {zarr} |

`expected.json` holds one record for each way of opening a file:

- `file`, and `selection` where a part of it is chosen;
- `readBy`: the program whose reading is expected, `numpy` where only the array that was written is known;
- `shape` [frames, height, width] and `storedType`, the NumPy name of what is stored (booleans and bits are uint8);
- `first`, `last`: of these frames' stored values `sum`, `min`, `max`, and `moment`, the sum of value × (index + 1);
- `pixelSizeNm`, `frameIntervalSeconds`, `exposureSeconds` where the file says them;
- `refused`: the codes of errors of which one is right, instead of all that; `choices` says between how many things to choose;
- `mayRefuse`: refusing with one of these codes is right too, other pixels are not;
- `lossy`: decoders may differ by a count or two.
"""


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    for make in (sample_types, layouts, many_pages, samples, by_pillow, imagej, ome, ome_companion, shaped, folder, predictors, packed_depths,
                 odd_forms, micro_manager, npy, npz, safetensors, dax, picasso_raw, mrc, nifti, nrrd_and_meta, nd2, ome_zarr):
        make()
    with open(place("expected.json"), "w") as file:
        file.write("[\n" + ",\n".join("  " + json.dumps(record) for record in EXPECTED) + "\n]\n")
    with open(place("README.md"), "w") as file:
        file.write(README.format(tifffile=tifffile.__version__, pillow=PIL.__version__,
                                 libtiff=features.version("libtiff"), numpy=np.__version__,
                                 mrcfile=mrcfile.__version__, nibabel=nibabel.__version__,
                                 zarr=zarr.__version__.split("+")[0]))
    print(len(EXPECTED), "expectations")


main()
