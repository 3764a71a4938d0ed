import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { isSlnetError, type SlnetErrorCode } from "../../src/core/errors.js";
import { createSamples, type StackReader, type StackSelection } from "../../src/core/frames.js";
import { nodePlatform } from "../../src/worker/platform/node.js";
import { openStack } from "../../src/worker/readers/open-stack.js";

/** Refused with this code and a message that says this, all of it. */
export function refusal(code: SlnetErrorCode, ...texts: readonly string[]): (error: unknown) => true {
  return (error) => {
    assert.ok(isSlnetError(error, code), `${String(error)} is no SlnetError with the code ${code}`);
    for (const text of texts) assert.ok(error.message.includes(text), `"${error.message}" does not say "${text}"`);
    return true;
  };
}

/** All pixels of a stack, in one call. */
export async function readAll(reader: StackReader): Promise<number[]> {
  const { frames, height, width, type } = reader.description.shape;
  const out = createSamples(type, frames * height * width);
  await reader.readFrames(0, frames, out);
  return [...out];
}

/** The whole numbers from `first` on. */
export function ramp(length: number, first = 0): number[] {
  return Array.from({ length }, (_, i) => first + i);
}

/** Writes files into a folder of their own and opens the first of them as the worker does. */
export async function openFiles(
  context: TestContext,
  files: Readonly<Record<string, Uint8Array | string>>,
  selection: StackSelection = {},
): Promise<StackReader> {
  const folder = await mkdtemp(join(tmpdir(), "slnet-files-"));
  context.after(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const path = join(folder, Object.keys(files)[0] ?? "");
  const reader = await openStack({ type: "path", path }, selection, null, nodePlatform, "");
  context.after(() => reader.close());
  return reader;
}

/** Pixels of 16 bits as bytes. */
export function uint16Bytes(pixels: readonly number[], littleEndian: boolean): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(2 * pixels.length));
  pixels.forEach((pixel, i) => {
    view.setUint16(2 * i, pixel, littleEndian);
  });
  return new Uint8Array(view.buffer);
}
