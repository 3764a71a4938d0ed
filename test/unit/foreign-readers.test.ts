import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { ByteSink } from "../../src/core/frames.js";
import { createTiffWriter, type TiffWriterOptions } from "../../src/core/io/tiff-writer.js";

/** What a program found: as much as is compared. */
interface Found {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly type: string;
  readonly sum: number;
  readonly first: number;
  readonly last: number;
  readonly pixelSizeNm: number | null;
  readonly frameIntervalSeconds: number | null;
}

// Debian puts its packages beside its own interpreter, which need not be the first on the path.
const python = ["python3", "/usr/bin/python3"].find(
  (name) => spawnSync(name, ["-c", "import tifffile, PIL"]).status === 0,
);
const imageJ = ["/usr/share/java/ij.jar"].find(
  (path) => existsSync(path) && String(spawnSync("java", ["--list-modules"]).stdout).includes("jdk.compiler"),
);

const tifffileScript = `
import json, sys, xml.etree.ElementTree as xml
import numpy, tifffile
for path in sys.argv[1:]:
  with tifffile.TiffFile(path) as file:
    a = file.asarray().reshape((-1,) + file.pages[0].shape)
    size = interval = None
    if file.is_ome:
        pixels = xml.fromstring(file.ome_metadata).find('.//{*}Pixels').attrib
        assert int(pixels['SizeT']) == len(file.pages) == file.series[0].shape[0]
        size = float(pixels['PhysicalSizeX']) * 1000 if 'PhysicalSizeX' in pixels else None
        interval = float(pixels['TimeIncrement']) if 'TimeIncrement' in pixels else None
    elif file.is_imagej:
        interval = file.imagej_metadata.get('finterval')
        if file.imagej_metadata.get('unit') == 'micron':
            n, d = file.pages[0].tags['XResolution'].value
            size = 1000 * d / n
    print(json.dumps(dict(frames=len(a), height=a.shape[1], width=a.shape[2], type=str(a.dtype), sum=float(a.astype('f8').sum()),
        first=float(a[0, 0, 0]), last=float(a[-1, -1, -1]), pixelSizeNm=size, frameIntervalSeconds=interval)))
`;

const pillowScript = `
import json, sys
import numpy
from PIL import Image
for path in sys.argv[1:]:
  image = Image.open(path)
  total = 0.0
  for frame in range(image.n_frames):
    image.seek(frame)
    a = numpy.asarray(image)
    total += float(a.astype('f8').sum())
    if frame == 0: first = float(a[0, 0])
  print(json.dumps(dict(frames=image.n_frames, height=a.shape[0], width=a.shape[1], type={'I;16': 'uint16', 'F': 'float32'}[image.mode],
    sum=total, first=first, last=float(a[-1, -1]), pixelSizeNm=None, frameIntervalSeconds=None)))
`;

const imageJProgram = `
import ij.*; import ij.io.Opener; import ij.measure.Calibration; import ij.process.ImageProcessor;
public class Reread { public static void main(String[] paths) { for (String path : paths) {
  ImagePlus image = new Opener().openImage(path);
  ImageStack stack = image.getStack();
  double sum = 0;
  for (int frame = 1; frame <= stack.getSize(); frame++) {
    ImageProcessor pixels = stack.getProcessor(frame);
    for (int i = 0; i < pixels.getPixelCount(); i++) sum += pixels.getf(i);
  }
  int count = stack.getSize();
  float last = stack.getProcessor(count).getf(image.getWidth() * image.getHeight() - 1);
  Calibration c = image.getCalibration();
  System.out.printf(java.util.Locale.ROOT, "{\\"frames\\":%d,\\"height\\":%d,\\"width\\":%d,\\"type\\":\\"%s\\",\\"sum\\":%f,\\"first\\":%f,\\"last\\":%f,\\"pixelSizeNm\\":%s,\\"frameIntervalSeconds\\":%s}%n",
    count, image.getHeight(), image.getWidth(), image.getBitDepth() == 32 ? "float32" : "uint16", sum, stack.getProcessor(1).getf(0), last,
    c.getUnit().equals("micron") ? String.valueOf(1000 * c.pixelWidth) : "null", c.frameInterval > 0 ? String.valueOf(c.frameInterval) : "null");
} } }
`;

describe("what is written is read by programs that are not ours", () => {
  const size = { height: 30, width: 41 } as const;
  const pixels = size.height * size.width;
  const stated = { pixelSizeNm: 108, frameIntervalSeconds: 0.02, exposureSeconds: 0.01, cameraOffsetAdu: 100 };
  /** Written as `planned`, ended after `frames`. */
  const variants: readonly {
    readonly name: string;
    readonly frames: number;
    readonly planned: number;
    readonly options: Partial<TiffWriterOptions>;
  }[] = [
    { name: "classic", frames: 9, planned: 9, options: {} },
    { name: "float32", frames: 9, planned: 9, options: { type: "float32" } },
    { name: "ended early", frames: 4, planned: 1000, options: {} },
    { name: "one frame", frames: 1, planned: 1, options: {} },
    { name: "nothing stated", frames: 3, planned: 3, options: { pixelSizeNm: null, frameIntervalSeconds: null } },
    { name: "deflate", frames: 9, planned: 9, options: { compression: "deflate" } },
    {
      name: "deflate, float32, ended early",
      frames: 4,
      planned: 50,
      options: { compression: "deflate", type: "float32" },
    },
    { name: "OME", frames: 9, planned: 9, options: { text: "ome", name: "µ <stack>.tif" } },
    { name: "OME, ended early", frames: 4, planned: 1000, options: { text: "ome" } },
    {
      name: "OME, deflate, float32",
      frames: 5,
      planned: 5,
      options: { text: "ome", compression: "deflate", type: "float32" },
    },
    // So many frames are planned that the file has to be a BigTIFF, and few are written.
    { name: "BigTIFF", frames: 6, planned: 2_000_000, options: {} },
    { name: "BigTIFF, OME, deflate", frames: 6, planned: 2_000_000, options: { text: "ome", compression: "deflate" } },
  ];
  const isBig = ({ name }: (typeof variants)[number]): boolean => name.startsWith("BigTIFF");
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "slnet-foreign-"));
  });
  after(() => rm(folder, { recursive: true }));

  /** Writes a variant; gives its path and what a reader should find in it. */
  async function written({ name, frames, planned, options }: (typeof variants)[number]) {
    const path = join(folder, `${name.replace(/[ ,]+/g, "-")}.tif`);
    const type = options.type ?? "uint16";
    const all = type === "uint16" ? new Uint16Array(frames * pixels) : new Float32Array(frames * pixels);
    for (let i = 0; i < all.length; i++) all[i] = 100 + ((i * 7919) % 1013) + (type === "float32" ? 0.25 : 0);
    const handle = await open(path, "w");
    const sink: ByteSink = {
      async write(offset, bytes) {
        // The room for millions of directories is left as a hole: it is zeros in the file either way.
        if (bytes.length > 1e5 && bytes.every((byte) => byte === 0)) return;
        await handle.write(bytes, 0, bytes.length, offset);
      },
      close: () => handle.close(),
    };
    const writer = createTiffWriter(sink, { ...size, ...stated, type, frames: planned, ...options });
    await writer.write(all.subarray(0, pixels));
    await writer.write(all.subarray(pixels));
    await writer.finish();
    await sink.close();
    const { pixelSizeNm, frameIntervalSeconds } = { ...stated, ...options };
    const sum = [...all].reduce((total, value) => total + value, 0);
    const found: Found = {
      ...{ frames, ...size, type, sum, first: all[0] ?? NaN, last: all.at(-1) ?? NaN },
      ...{ pixelSizeNm, frameIntervalSeconds },
    };
    return { path, found, big: writer.big };
  }

  function compare(found: Found, expected: Found): void {
    const { pixelSizeNm, ...rest } = found;
    const { pixelSizeNm: expectedSize, ...expectedRest } = expected;
    assert.deepEqual(rest, expectedRest);
    if (expectedSize === null) assert.equal(pixelSizeNm, null);
    else assert.ok(Math.abs((pixelSizeNm ?? NaN) / expectedSize - 1) < 1e-9, `pixel size ${pixelSizeNm}`);
  }

  const files = new Map<string, Awaited<ReturnType<typeof written>>>();
  const answers = new Map<string, readonly Found[]>();

  /** Has a program read all variants that it can, at its first call: starting it takes longer than all of them. */
  async function rereadBy(program: "tifffile" | "Pillow" | "ImageJ", name: string): Promise<Found> {
    const readable = variants
      .filter((variant) => program !== "ImageJ" || !isBig(variant))
      .map((variant) => variant.name);
    let found = answers.get(program);
    if (!found) {
      const paths = readable.map((variant) => files.get(variant)?.path ?? "");
      const [command, ...start] = await commandOf(program);
      const { stdout, stderr } = spawnSync(command, [...start, ...paths], { encoding: "utf8" });
      found = stdout.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Found] : []));
      assert.equal(found.length, paths.length, stderr);
      answers.set(program, found);
    }
    return found[readable.indexOf(name)] ?? assert.fail(`${program} did not read ${name}`);
  }

  async function commandOf(program: "tifffile" | "Pillow" | "ImageJ"): Promise<[string, ...string[]]> {
    if (program !== "ImageJ") return [python ?? "", "-c", program === "tifffile" ? tifffileScript : pillowScript];
    const source = join(folder, "Reread.java");
    await writeFile(source, imageJProgram);
    return ["java", "-Djava.awt.headless=true", "-cp", imageJ ?? "", source];
  }

  before(async () => {
    for (const variant of variants) files.set(variant.name, await written(variant));
  });

  for (const variant of variants) {
    const { name } = variant;
    const expected = (): Found => files.get(name)?.found ?? assert.fail("it was not written");
    const skip = python === undefined && "python3 with tifffile and PIL is not installed";

    it(`tifffile: ${name}`, { skip }, async () => {
      assert.equal(files.get(name)?.big, isBig(variant));
      compare(await rereadBy("tifffile", name), expected());
    });

    it(`Pillow: ${name}`, { skip }, async () => {
      compare(await rereadBy("Pillow", name), { ...expected(), pixelSizeNm: null, frameIntervalSeconds: null });
    });

    const skipImageJ =
      imageJ === undefined ? "ImageJ or a compiler of Java is not installed" : isBig(variant) && "it reads no BigTIFF";
    it(`ImageJ: ${name}`, { skip: skipImageJ }, async () => {
      const found = await rereadBy("ImageJ", name);
      // Without its plug-in for OME, ImageJ reads the frames and leaves the XML alone.
      const isOme = variant.options.text === "ome";
      compare(
        isOme ? { ...found, pixelSizeNm: null } : found,
        isOme ? { ...expected(), pixelSizeNm: null, frameIntervalSeconds: null } : expected(),
      );
    });
  }
});
