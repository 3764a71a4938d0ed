import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { StackReader } from "../../src/core/frames.js";
import { openFiles, ramp, readAll, refusal, uint16Bytes } from "./reading.js";

const pixels = ramp(60, 250);
const littleEndian = uint16Bytes(pixels, true);

// As PyYAML writes it for Picasso.
const recording = [
  "Byte Order: <",
  "Camera: Andor iXon",
  "Data Type: uint16",
  "File: C:\\data\\movie_1.ome.tif",
  "Frames: 5",
  "Height: 3",
  "Micro-Manager Acquisition Comments: ''",
  "Width: 4",
  "",
].join("\n");

function open(context: TestContext, yaml: string, content: Uint8Array = littleEndian): Promise<StackReader> {
  return openFiles(context, { "movie.raw": content, "movie.yaml": yaml });
}

test("a .raw of Picasso gives its pixels in the byte order that its YAML says", async (context) => {
  for (const order of ["<", ">"]) {
    const reader = await open(
      context,
      recording.replace("Order: <", `Order: '${order}'`),
      uint16Bytes(pixels, order === "<"),
    );
    const { description } = reader;
    assert.deepEqual(description.shape, { frames: 5, height: 3, width: 4, type: "uint16" });
    assert.equal(description.format, "raw");
    assert.equal(description.byteOrder, order === "<" ? "little-endian" : "big-endian");
    assert.deepEqual(description.notices, []);
    assert.deepEqual(await readAll(reader), pixels);
  }
});

test("the byte order may stand in the type, and one byte needs none", async (context) => {
  const inType = recording.replace(/Byte.*\n/, "").replace("uint16", "'>u2'");
  assert.deepEqual(await readAll(await open(context, inType, uint16Bytes(pixels, false))), pixels);
  const bytes = recording.replace(/Byte.*\n/, "").replace("uint16", "uint8");
  assert.deepEqual(await readAll(await open(context, bytes, Uint8Array.from(ramp(60)))), ramp(60));
});

test("signed and floating-point pixels are read by their values", async (context) => {
  const values = Float32Array.from({ length: 60 }, (_, i) => i - 0.5);
  const floats = await open(context, recording.replace("uint16", "float32"), new Uint8Array(values.buffer));
  assert.deepEqual(await readAll(floats), [...values]);
  const signed = Int16Array.from({ length: 60 }, (_, i) => -i);
  const reader = await open(context, recording.replace("uint16", "int16"), new Uint8Array(signed.buffer));
  assert.equal(reader.description.storedType, "int16");
  assert.deepEqual(
    (await readAll(reader)).slice(1),
    ramp(59, 1).map((i) => -i),
  );
});

test("camera, pixel size and exposure come from where Picasso puts them", async (context) => {
  const described = async (yaml: string) => {
    const { description } = await open(context, yaml);
    const { pixelSizeNm, exposureSeconds, frameIntervalSeconds, cameraOffsetAdu, aduPerElectron } = description;
    return [pixelSizeNm, exposureSeconds, frameIntervalSeconds, cameraOffsetAdu, aduPerElectron];
  };
  assert.deepEqual(await described(recording), [null, null, null, null, null]);
  assert.deepEqual(await described(`${recording}Pixelsize: 130\n`), [130, null, null, null, null]);
  assert.deepEqual(await described(`${recording}Camera.Pixelsize: 160\nCamera.Integration Time: 300\n`), [
    160,
    0.3,
    null,
    null,
    null,
  ]);
  const microManager =
    'Micro-Manager Metadata:\n  Andor iXon-Exposure: "50"\n  PixelSizeUm: 0.107\n  Interval_ms: 60\n  Other: [1, {a: b}]\n';
  assert.deepEqual(await described(recording + microManager), [107, 0.05, 0.06, null, null]);
  // What was set for localizing is a document of its own. 300-fold multiplication at 15 electrons a count.
  assert.deepEqual(await described(`${recording}---\nBaseline: 100\nSensitivity: 15\nGain: 300\nPixelsize: 108\n`), [
    108,
    null,
    null,
    100,
    20,
  ]);
});

test("a .raw that was cut off is read up to its last whole frame, with a notice", async (context) => {
  const reader = await open(context, recording, littleEndian.subarray(0, 100));
  assert.equal(reader.description.shape.frames, 4);
  assert.match(reader.description.notices.join(), /movie\.yaml says 5 frames, the 4 that are whole/);
  await assert.rejects(open(context, recording, littleEndian.subarray(0, 20)), refusal("bad-input", "first frame"));
});

test("a .raw without its YAML is refused, naming the file to add", async (context) => {
  await assert.rejects(
    openFiles(context, { "movie.raw": littleEndian }),
    refusal("bad-input", "movie.raw needs movie.yaml beside it"),
  );
});

test("a description that misses something or says what cannot be is refused", async (context) => {
  const refused = (from: RegExp | string, to: string, ...expected: Parameters<typeof refusal>) =>
    assert.rejects(open(context, recording.replace(from, to)), refusal(...expected));
  await refused(/Frames.*\n/, "", "bad-input", "movie.yaml does not say Frames");
  await refused("Frames: 5", "Frames: five", "bad-input", "says Frames: five");
  await refused("Frames: 5", "Frames: -5", "bad-input", "says Frames: -5");
  await refused("Frames: 5", "Frames: 5.5", "bad-input", "says Frames: 5.5");
  await refused("Width: 4", "Width: [4]", "bad-input", "says Width: [4]");
  await refused("Width: 4", "Width: 9007199254740991", "bad-input", "cannot be");
  await refused("Width: 4", "Width: 4000", "bad-input", "ends inside its first frame");
  await refused(/Byte.*\n/, "", "bad-input", "does not say Byte Order");
  await refused("Order: <", "Order: native", "bad-input", "says Byte Order: native");
  await refused(/Data.*\n/, "", "bad-input", "does not say Data Type");
  await refused("uint16", "complex64", "unsupported", "says Data Type: complex64");
  await refused("uint16", "constructor", "unsupported", "says Data Type: constructor");
  await refused(/^/, "- a\n---\n", "bad-input", "does not say Frames");
  await refused(/[^]*/, "", "bad-input", "does not say Frames");
});

test("YAML that is none, that is made to take long, or that grows is refused soon", async (context) => {
  const grows = (lines: number): string => {
    const more = ramp(lines - 1, 1).map(
      (i) =>
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
    );
    return `a0: &a0 [x, x, x, x, x, x, x, x, x]\n${more.join("\n")}\n`;
  };
  for (const [yaml, text] of [
    ["a: [", "movie.yaml is not YAML that can be read"],
    ["[".repeat(100_000), "movie.yaml is not YAML that can be read"],
    ["? ".repeat(60_000), "movie.yaml is not YAML that can be read"],
    [grows(11) + recording, "movie.yaml is not YAML that can be read: Excessive alias count"],
    [grows(40), "movie.yaml has 351 aliases, expected at most 100"],
    ["a: 1\n".repeat(30_000), "movie.yaml has 150000 characters, expected at most 131072"],
    [" ".repeat(2 ** 20 + 1), "movie.yaml has 1048577 bytes"],
  ] as const) {
    const started = performance.now();
    await assert.rejects(open(context, yaml), refusal("bad-input", text));
    assert.ok(performance.now() - started < 5000);
  }
});

test("keys that every object has are no description, and tags of Python are no code", async (context) => {
  const yaml = `__proto__: {Frames: 5}\nconstructor: 3\nNote: !!python/object/apply:os.system ["exit"]\n${recording}`;
  assert.deepEqual(await readAll(await open(context, yaml)), pixels);
  await assert.rejects(
    open(context, `__proto__: {Frames: 5}\n${recording.replace("Frames: 5\n", "")}`),
    refusal("bad-input", "does not say Frames"),
  );
});
