import { writeFile } from "node:fs/promises";

import type { StackMetadata } from "../../src/core/frames.js";
import { createMemorySink } from "../../src/core/io/buffer-source.js";
import { createTiffWriter } from "../../src/core/io/tiff-writer.js";
import type { Simulation } from "../../src/core/simulation.js";

/** Writes a simulated recording as a camera program would write it: a TIFF file. */
export async function writeRecording(
  path: string,
  { options, frame }: Simulation,
  metadata: Partial<StackMetadata> = {},
): Promise<void> {
  const { frames, height, width } = options;
  const sink = createMemorySink();
  const { cameraOffsetAdu = null } = metadata;
  const description = cameraOffsetAdu === null ? [] : [`cameraOffsetAdu=${cameraOffsetAdu}`];
  const writer = createTiffWriter(sink, { frames, height, width, type: "uint16", description, ...metadata });
  for (let index = 0; index < frames; index++) await writer.write(frame(index));
  await writer.finish();
  await writeFile(path, sink.bytes());
}
