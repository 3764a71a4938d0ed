import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeUint16 } from "../../src/core/io/encode-samples.js";

function encode(values: readonly number[], offsetAdu: number): { readonly out: number[]; readonly clamped: number } {
  const out = new Uint16Array(values.length);
  const clamped = encodeUint16(Float32Array.from(values), offsetAdu, out);
  return { out: [...out], clamped };
}

test("counts are rounded to the nearest whole number, ties to the even one", () => {
  assert.deepEqual(encode([0.4, 0.5, 0.6, 1.5, 2.5, 3.5, 65534.5], 0), { out: [0, 0, 1, 2, 2, 4, 65534], clamped: 0 });
});

test("the offset is added before rounding", () => {
  assert.deepEqual(encode([-100.25, -99.75, 0], 100.5), { out: [0, 1, 100], clamped: 0 });
});

test("counts that do not fit are limited and counted, those that round into the range are not", () => {
  assert.deepEqual(encode([-0.5, -0.6, -1e30, 65535.25, 65535.5, 65536, 1e30], 0), {
    out: [0, 0, 0, 65535, 65535, 65535, 65535],
    clamped: 5,
  });
});

test("infinite values and NaN are limited and counted", () => {
  assert.deepEqual(encode([NaN, Infinity, -Infinity], 7), { out: [0, 65535, 0], clamped: 3 });
});

test("every 16-bit count survives", () => {
  const all = Array.from({ length: 65536 }, (_, count) => count);
  assert.deepEqual(encode(all, 0), { out: all, clamped: 0 });
});
