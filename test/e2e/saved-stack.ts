import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { openTiff } from "../../src/core/io/tiff-reader.js";
import { networkOf, type ModelFile } from "../../src/core/model.js";
import { separate, separationMap } from "../../src/core/separation.js";
import { windowOf } from "../../src/core/windows.js";
import type { OpenDemo } from "./page.js";

/** A file that the page gave to the person. */
export interface Downloaded {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The file that an act of a person makes the page hand over. */
export async function downloadedBy({ page }: OpenDemo, act: () => Promise<unknown>): Promise<Downloaded> {
  const [download] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), act()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Largest difference of a saved uint16 stack, without its offset, from what the oracle computes with the model. */
export async function differenceFromOracle(
  bytes: Uint8Array,
  model: ModelFile,
  rawFrame: (index: number) => Promise<Uint16Array> | Uint16Array,
  frames: readonly number[],
  offsetAdu: number,
): Promise<number> {
  const saved = await openTiff(createBufferSource("saved.tif", bytes));
  const { shape, cameraOffsetAdu } = saved.description;
  assert.equal(cameraOffsetAdu, offsetAdu, "the offset that the file states");
  const pixels = shape.height * shape.width;
  const map = separationMap(networkOf(model), model.normalisation);
  let largest = 0;
  for (const frame of frames) {
    const { frames: indices, channel } = windowOf(frame, model.temporalShifts, shape.frames);
    const expected = new Float64Array(pixels);
    separate(map, await Promise.all(indices.map(async (index) => rawFrame(index))), channel, expected, null);
    const found = new Uint16Array(pixels);
    await saved.readFrames(frame, frame + 1, found);
    for (let i = 0; i < pixels; i++)
      largest = Math.max(largest, Math.abs((expected[i] ?? 0) + offsetAdu - (found[i] ?? 0)));
  }
  return largest;
}
