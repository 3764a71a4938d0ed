import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";

import { createSamples } from "../../src/core/frames.js";
import { defaultMedianWindowFrames, medianWindowStart, slideMedians } from "../../src/core/running-median.js";
import { createSimulation, createSimulationOptions } from "../../src/core/simulation.js";
import type { SlnetStackViewer } from "../../src/plugin/index.js";
import { filePayload, type OpenDemo } from "./page.js";

const checkedFrame = 200;

/** Opens the sample in the page, cleans it with the running median and compares a frame with what has to come out. */
export async function requireCleanedSample({ page }: OpenDemo): Promise<void> {
  await page.getByRole("button", { name: "Sample stack", exact: true }).click();
  await page.getByText("400 frames of 192 × 192").waitFor({ timeout: 60_000 });
  await page.getByRole("combobox", { name: /^Method/ }).selectOption("median");
  await page.getByRole("button", { name: "Clean", exact: true }).click();
  await page
    .getByText(/^Cleaned 400 frames/)
    .first()
    .waitFor({ timeout: 60_000 });

  const found = await page.evaluate(async (index) => {
    const viewer = document.querySelector<SlnetStackViewer>("slnet-stack-viewer")!;
    const layer = viewer.host.layers.list().find(({ name }) => name === "Sparse");
    const frame = await layer?.source?.read(index);
    return frame ? [...frame.samples] : null;
  }, checkedFrame);
  const expected = expectedFrame();
  assert.equal(found?.length, expected.length);
  const wrong = expected.filter((value, pixel) => value !== found[pixel]);
  assert.equal(wrong.length, 0, `${wrong.length} of ${expected.length} pixels differ`);
}

function expectedFrame(): number[] {
  const simulation = createSimulation(createSimulationOptions({}));
  const start = medianWindowStart(checkedFrame, 400, defaultMedianWindowFrames);
  const frames = Array.from({ length: defaultMedianWindowFrames }, (_, index) => simulation.frame(start + index));
  const median = createSamples("uint16", 192 * 192);
  slideMedians(frames, defaultMedianWindowFrames, [median], 0, median.length);
  return Array.from(simulation.frame(checkedFrame), (value, pixel) => Math.max(0, value - (median[pixel] ?? NaN)));
}

/** A stack that only itk-wasm reads: its reader is fetched from the assets. */
export function compressedVolume(): ReturnType<typeof filePayload> {
  const header = "NRRD0004\ntype: uint16\ndimension: 3\nsizes: 5 6 4\nendian: little\nencoding: gzip\n\n";
  const pixels = new Uint8Array(Uint16Array.from({ length: 120 }, (_, index) => 7 * index).buffer);
  return filePayload("volume.nrrd", Buffer.concat([Buffer.from(header), gzipSync(pixels)]));
}

/** Opens such a stack and compares a value. */
export async function requireCompressedVolume({ page }: OpenDemo): Promise<void> {
  await page.getByLabel("Stack file").setInputFiles(compressedVolume());
  await page.getByText("4 frames of 5 × 6").waitFor({ timeout: 60_000 });
  const found = await page.evaluate(async () => {
    const viewer = document.querySelector<SlnetStackViewer>("slnet-stack-viewer")!;
    const layers = viewer.host.layers.list().filter(({ source }) => source?.frames === 4);
    const frame = await layers[0]?.source?.read(3);
    return frame?.samples[29] ?? null;
  });
  assert.equal(found, 7 * 119);
}
