import type { SampleArray } from "../core/frames.js";
import { thumbnail } from "../core/io/thumbnail.js";
import type { CleaningMethod } from "./api.js";
import type { ClientStack } from "./client.js";

/** The first frame of a stack, and what a method makes of it: `[height, width]` each. */
export interface FirstFrame {
  readonly raw: SampleArray;
  readonly background: Float32Array | null;
  readonly cleaned: Float32Array;
}

export async function readFirstFrame(
  stack: ClientStack,
  method: CleaningMethod,
  signal?: AbortSignal,
): Promise<FirstFrame> {
  const options = { from: 0, to: 1, lowRank: true, tail: "shift", engine: "auto" } as const;
  const run = await stack.clean(method, options, { signal });
  const { sparse, lowRank } = await run.frame(0, { signal });
  await run.close();
  return { raw: await stack.readFrame(0, { signal }), background: lowRank, cleaned: sparse };
}

/** Small pictures of the first frame as PNG, by what they show. */
export async function firstFramePictures(
  stack: ClientStack,
  method: CleaningMethod,
  signal?: AbortSignal,
): Promise<Map<string, Uint8Array>> {
  const { width, height } = stack.description.shape;
  const pictures = new Map<string, Uint8Array>();
  for (const [name, frame] of Object.entries(await readFirstFrame(stack, method, signal))) {
    if (frame) pictures.set(name, await thumbnail(frame as ArrayLike<number>, width, height));
  }
  return pictures;
}
