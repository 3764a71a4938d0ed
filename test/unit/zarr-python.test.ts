import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { nodePlatform } from "../../src/worker/platform/node.js";
import { openStack } from "../../src/worker/readers/open-stack.js";
import { createZarrWriter, type ZarrWriterOptions } from "../../src/worker/writers/zarr-writer.js";
import { createZipTree } from "../../src/core/io/zip-tree.js";
import { pythonWith } from "./python.js";

/** Debian's python3-zarr, which is not in every environment of Python that may come first. */
const python = pythonWith("zarr", "numcodecs");
const skip = python === undefined ? "zarr for Python is not installed (Debian: python3-zarr)" : false;

function run(script: string, folder: string): unknown {
  return JSON.parse(execFileSync(python ?? "", ["-c", script, folder], { encoding: "utf8" }));
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "slnet-zarr-python-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const readOurs = `
import json, sys, zarr
folder = sys.argv[1]
answers = []
for name in ("none.zarr", "zlib.zarr", "packed.zip"):
    store = zarr.ZipStore(folder + "/" + name, mode="r") if name.endswith("zip") else folder + "/" + name
    group = zarr.open_group(store, mode="r")
    array = group["0"]
    pixels = array[:].astype("u8")
    answers.append([name, list(array.shape), str(array.dtype), int(pixels.sum()), int(pixels[-1, -1, -1]),
                    [axis["name"] for axis in group.attrs["multiscales"][0]["axes"]]])
print(json.dumps(answers))
`;

test("zarr for Python reads what we write: folders, compressed or not, and a zip", { skip }, () =>
  inFolder(async (folder) => {
    const options: ZarrWriterOptions = { height: 600, width: 600, type: "uint16", frames: 7, pixelSizeNm: 103 };
    const frames = Uint16Array.from({ length: 5 * 600 * 600 }, (_, i) => i % 65_521);
    for (const [name, compression] of [
      ["none", "none"],
      ["zlib", "deflate"],
    ] as const) {
      const output = await nodePlatform.openOutputFolder(join(folder, `${name}.zarr`));
      const writer = createZarrWriter(output.files, { ...options, compression });
      await writer.write(frames);
      await writer.finish();
      await output.commit();
    }
    const packed = await nodePlatform.openOutput({ type: "path", path: join(folder, "packed.zip") });
    const writer = createZarrWriter(createZipTree(packed.sink), options);
    await writer.write(frames);
    await writer.finish();
    await packed.commit();
    const sum = frames.reduce((total, value) => total + value, 0);
    const expected = [[5, 600, 600], "uint16", sum, frames.at(-1), ["t", "y", "x"]];
    assert.deepEqual(
      run(readOurs, folder),
      ["none.zarr", "zlib.zarr", "packed.zip"].map((name) => [name, ...expected]),
    );
  }),
);

const writeTheirs = `
import json, sys, numcodecs, numpy, zarr
pixels = (numpy.arange(5 * 9 * 11) * 3).reshape(5, 9, 11)
kinds = {
    "blosc lz4": dict(compressor=numcodecs.Blosc("lz4")),
    "blosc zstd": dict(compressor=numcodecs.Blosc("zstd", shuffle=2)),
    "zstd": dict(compressor=numcodecs.Zstd()),
    "lz4": dict(compressor=numcodecs.LZ4()),
    "gzip": dict(compressor=numcodecs.GZip()),
    "zlib": dict(compressor=numcodecs.Zlib(), order="F"),
    "none": dict(compressor=None, dtype=">i2"),
    "shuffle, zlib": dict(compressor=numcodecs.Zlib(), filters=[numcodecs.Shuffle(2)]),
    "delta, zlib": dict(compressor=numcodecs.Zlib(), filters=[numcodecs.Delta("<i2")]),
}
for name, options in kinds.items():
    options = {"dtype": "<i2", **options}
    array = zarr.open_array(sys.argv[1] + "/" + name + ".zarr", mode="w", shape=pixels.shape, chunks=(2, 4, 5), **options)
    array[:] = pixels
print(json.dumps(list(kinds)))
`;

test("we read what zarr for Python writes, with each of its compressors", { skip }, () =>
  inFolder(async (folder) => {
    const names = run(writeTheirs, folder) as string[];
    assert.equal(names.length, 9);
    for (const name of names) {
      const input = { type: "path", path: join(folder, `${name}.zarr`) } as const;
      const reader = await openStack(input, {}, null, nodePlatform, nodePlatform.defaultAssetsUrl);
      assert.equal(reader.description.compression, name);
      assert.equal(reader.description.storedType, "int16");
      const out = new Float32Array(5 * 9 * 11);
      await reader.readFrames(0, 5, out);
      assert.deepEqual(
        [...out],
        Array.from(out, (_, i) => 3 * i),
        name,
      );
      await reader.close();
    }
  }),
);
