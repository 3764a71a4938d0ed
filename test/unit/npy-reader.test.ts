import assert from "node:assert/strict";
import { test } from "node:test";
import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { openNpy } from "../../src/core/io/npy-reader.js";
import type { StackReader } from "../../src/core/frames.js";
import { openFiles, ramp, readAll, refusal } from "./reading.js";

interface TestArray {
  readonly header: string;
  readonly version?: number;
  /** What the file says of the length of its header; the right one where nothing is given. */
  readonly headerLength?: number;
  readonly content?: Uint8Array;
}

/** A file by hand, after the format's specification. */
function buildNpy({
  header,
  version = 1,
  headerLength,
  content = new Uint8Array(0),
}: TestArray): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(`${header}\n`);
  const start = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(start + text.length + content.length);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, headerLength ?? text.length, true);
  else view.setUint32(8, headerLength ?? text.length, true);
  bytes.set(text, start);
  bytes.set(content, start + text.length);
  return bytes;
}

const headerOf = (descr: string, shape: string, fortran = false): string =>
  `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${shape}, }`;

function open(array: TestArray): Promise<StackReader> {
  return openNpy(createBufferSource("a.npy", buildNpy(array)));
}

const refuses = (array: TestArray, ...expected: Parameters<typeof refusal>): Promise<void> =>
  assert.rejects(open(array), refusal(...expected));

/** `write(view, i, value)` for each value. */
function encode(
  size: number,
  values: readonly number[],
  write: (view: DataView, at: number, value: number) => void,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(size * values.length));
  values.forEach((value, i) => {
    write(view, size * i, value);
  });
  return new Uint8Array(view.buffer);
}

test("an array that NumPy 2.4 saved, big-endian, gives its pixels frame by frame", async (context) => {
  // numpy.save of (numpy.arange(24) * 257 + 3).astype(">u2").reshape(2, 3, 4)
  const saved =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPnUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMsIDQpLCB9ICAg" +
    "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAwEEAgUDBgQHBQgGCQcKCAsJDAoN" +
    "Cw4MDw0QDhEPEhATERQSFRMWFBcVGBYZFxo=";
  const reader = await openFiles(context, { "a.npy": Buffer.from(saved, "base64") });
  const { description } = reader;
  assert.deepEqual(description.shape, { frames: 2, height: 3, width: 4, type: "uint16" });
  assert.equal(description.format, "npy");
  assert.equal(description.byteOrder, "big-endian");
  assert.deepEqual(
    await readAll(reader),
    ramp(24).map((i) => 257 * i + 3),
  );
});

/** Type, what it is stored and worked on as, values, and the method of a `DataView` that writes one. */
const types = [
  ["|b1", "uint8", "uint8", [1, 0, 1, 1, 0, 0], "setUint8"],
  ["|u1", "uint8", "uint8", [0, 1, 200, 255, 7, 9], "setUint8"],
  ["|i1", "int8", "float32", [-128, 127, -1, 0, 5, 6], "setInt8"],
  ["<u2", "uint16", "uint16", [0, 1, 65535, 258, 7, 9], "setUint16"],
  [">u2", "uint16", "uint16", [0, 1, 65535, 258, 7, 9], "setUint16"],
  ["<i2", "int16", "float32", [-32768, 32767, -1, 0, 258, 6], "setInt16"],
  [">i2", "int16", "float32", [-32768, 32767, -1, 0, 258, 6], "setInt16"],
  ["<u4", "uint32", "float32", [0, 1, 4294967040, 70000, 7, 9], "setUint32"],
  [">i4", "int32", "float32", [-70000, 1, 2, 70000, 7, 9], "setInt32"],
  ["<u8", "uint64", "float32", [0, 1, 2 ** 40, 70000, 7, 9], "setBigUint64"],
  [">i8", "int64", "float32", [-(2 ** 40), 1, 2, 70000, 7, 9], "setBigInt64"],
  ["<f4", "float32", "float32", [-1.5, 0.25, 3, 4, 1e30, 0], "setFloat32"],
  [">f4", "float32", "float32", [-1.5, 0.25, 3, 4, 1e20, 0], "setFloat32"],
  ["<f8", "float64", "float32", [-1.5, 0.25, 3, 4, 5, 0], "setFloat64"],
  // 16-bit floats: 1.5, −2, 0.5, 0, 65504 and the smallest.
  ["<f2", "float16", "float32", [0x3e00, 0xc000, 0x3800, 0, 0x7bff, 1], "setUint16"],
] as const;

for (const [descr, stored, working, values, method] of types) {
  test(`pixels of the type ${descr} are read by their values`, async () => {
    const content = encode(Number(descr[2]), values, (view, at, value) => {
      const isBig = method === "setBigUint64" || method === "setBigInt64";
      if (isBig) view[method](at, BigInt(value), descr.startsWith("<"));
      else view[method](at, value, descr.startsWith("<"));
    });
    const reader = await open({ header: headerOf(descr, "(1, 2, 3)"), content });
    assert.equal(reader.description.storedType, stored);
    assert.equal(reader.description.shape.type, working);
    const expected = stored === "float16" ? [1.5, -2, 0.5, 0, 65504, 2 ** -24] : values;
    assert.deepEqual(await readAll(reader), working === "float32" ? expected.map(Math.fround) : [...expected]);
  });
}

test("integers that floats cannot hold are given exactly where they are asked for as stored", async () => {
  const values = [16_777_217, 4_294_967_295, 3, 16_777_219];
  const content = encode(4, values, (view, at, value) => {
    view.setUint32(at, value, true);
  });
  const reader = await open({ header: headerOf("<u4", "(2, 1, 2)"), content });
  assert.match(reader.description.notices.join(), /exact up to 16,777,216/);
  assert.deepEqual([...((await reader.readStoredFrame?.(1)) ?? [])], [3, 16_777_219]);
  await assert.rejects(reader.readStoredFrame?.(2) ?? Promise.resolve(), refusal("bad-input", "frame 2", "2 frames"));
});

test("stacks larger than one read are read whole, whatever their type", async () => {
  const count = 5 * 1024 * 1024;
  const header = (descr: string): string => headerOf(descr, "(5, 1024, 1024)");
  for (const [descr, content] of [
    ["<u2", new Uint8Array(Uint16Array.from({ length: count }, (_, i) => i % 65_521).buffer)],
    ["<i2", new Uint8Array(Int16Array.from({ length: count }, (_, i) => i % 32_749).buffer)],
  ] as const) {
    const prime = descr === "<u2" ? 65_521 : 32_749;
    const reader = await open({ header: header(descr), content });
    const out = descr === "<u2" ? new Uint16Array(count) : new Float32Array(count);
    await reader.readFrames(0, 5, out);
    assert.equal(
      out.findIndex((value, i) => value !== i % prime),
      -1,
    );
  }
});

test("an array of two axes is one frame, and versions 2 and 3 are read as version 1", async () => {
  for (const version of [1, 2, 3]) {
    const reader = await open({
      header: headerOf("|u1", "(2, 3)"),
      version,
      content: new Uint8Array([1, 2, 3, 4, 5, 6]),
    });
    assert.deepEqual(reader.description.shape, { frames: 1, height: 2, width: 3, type: "uint8" });
    assert.deepEqual(await readAll(reader), ramp(6, 1));
  }
});

test("headers in other orders, with other quotes or from Python 2 say the same", async () => {
  const content = new Uint8Array([1, 2, 3, 4, 5, 6]);
  for (const header of [
    `{"shape": (1L, 2L, 3L), "descr": "|u1", "fortran_order": False}`,
    `{'fortran_order':False,'shape':(1,2,3),'descr':'|u1'}      `,
  ]) {
    assert.deepEqual(await readAll(await open({ header, content })), ramp(6, 1));
  }
});

test("an array in Fortran order is refused, unless both orders are the same", async () => {
  const content = new Uint8Array(24);
  await refuses(
    { header: headerOf("|u1", "(2, 3, 4)", true), content },
    "unsupported",
    "Fortran order",
    "ascontiguousarray",
  );
  const reader = await open({ header: headerOf("|u1", "(1, 1, 4)", true), content: new Uint8Array([1, 2, 3, 4]) });
  assert.deepEqual(await readAll(reader), ramp(4, 1));
});

test("other numbers of axes and other types are refused with what they are", async () => {
  const content = new Uint8Array(1000);
  await refuses({ header: headerOf("<u2", "(2, 3, 4, 5)"), content }, "unsupported", "shape (2, 3, 4, 5)");
  await refuses({ header: headerOf("<u2", "(5,)"), content }, "unsupported", "shape (5)");
  await refuses({ header: headerOf("<u2", "()"), content }, "unsupported", "shape ()");
  await refuses(
    { header: headerOf("<u2", "(0, 3, 4)"), content },
    "bad-input",
    "shape (0, 3, 4), which holds no pixels",
  );
  for (const descr of ["|O", "<c8", "<c16", "|S5", "<U3", "<M8[ns]", "<f16", "|V4", "<u3", "toString", "__proto__"]) {
    await refuses({ header: headerOf(descr, "(2, 3, 4)"), content }, "unsupported", `array of ${descr}`);
  }
  const fields = `{'descr': [('x', '<u2'), ('y', '<f4')], 'fortran_order': False, 'shape': (2, 3, 4)}`;
  await refuses({ header: fields, content }, "unsupported", "array of [('x'");
  await refuses({ header: headerOf("|u2", "(2, 3, 4)"), content }, "bad-input", "no byte order");
});

test("broken headers are refused", async () => {
  const content = new Uint8Array(24);
  for (const header of [
    "",
    "{}",
    "{'descr': '|u1'}",
    `{'descr': '|u1', 'fortran_order': False, 'shape': (2, -3, 4)}`,
    `{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3.5, 4)}`,
    `{'descr': '|u1', 'fortran_order': False, 'shape': (2,, 4)}`,
    `{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999, 3, 4)}`,
    `{'descr': '|u1', 'fortran_order': 0, 'shape': (2, 3, 4)}`,
    `{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 4), 'more': __import__('os')}`,
    `{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 4)} + {}`,
  ]) {
    await refuses({ header, content }, "bad-input", "a.npy: its header");
  }
  const header = headerOf("|u1", "(2, 3, 4)");
  await refuses({ header, headerLength: 60_000, content }, "bad-input", "ends inside its header");
  await refuses(
    { header, version: 2, headerLength: 0xffff_ffff, content },
    "bad-input",
    "4294967295 bytes, expected at most",
  );
  await refuses({ header, version: 9, content }, "unsupported", "version 9");
  for (let length = 1; length < 12; length++) {
    const start = buildNpy({ header }).subarray(0, length);
    await assert.rejects(openNpy(createBufferSource("a.npy", start)), refusal("bad-input", "inside its header"));
  }
});

test("sizes beyond the file are cut to its whole frames, and refused where there is none", async () => {
  const content = new Uint8Array(30).map((_, i) => i);
  const reader = await open({ header: headerOf("|u1", "(9007199254740991, 3, 4)"), content });
  assert.equal(reader.description.shape.frames, 2);
  assert.match(reader.description.notices.join(), /cut off/);
  await refuses({ header: headerOf("|u1", "(1, 9007199254740991, 4)"), content }, "bad-input", "which cannot be");
  await refuses({ header: headerOf("<u8", "(1, 94906265, 94906265)"), content }, "bad-input", "which cannot be");
  await refuses(
    { header: headerOf("|u1", "(1, 94906265, 94906265)"), content },
    "bad-input",
    "ends inside its first frame",
  );
});

test("NaN and infinite pixels are refused with their place", async () => {
  const content = encode(4, [1, 2, 3, 4, NaN, 6, 7, 8], (view, at, value) => {
    view.setFloat32(at, value, true);
  });
  const reader = await open({ header: headerOf("<f4", "(2, 2, 2)"), content });
  await assert.rejects(readAll(reader), refusal("bad-input", "frame 1 holds NaN at row 0, column 0"));
});
