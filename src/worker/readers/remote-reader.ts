import { releaseProxy, type ProxyMethods } from "comlink";

import { errorMessage, SlnetError } from "../../core/errors.js";
import {
  framePixels,
  requireFinite,
  sampleTypeOf,
  unknownMetadata,
  type SampleArray,
  type StackReader,
  type StackShape,
} from "../../core/frames.js";
import type { RemoteFrames } from "../../protocol/api.js";

/** Frames are asked for this many at a time, so that the trip to the other thread and back is paid once for all. */
const framesUnderWay = 4;

/** A stack whose frames somebody else holds, such as the layer of a viewer. Each answer is checked. */
export function openRemoteStack(frames: RemoteFrames, shape: StackShape, name: string): StackReader {
  const pixels = framePixels(shape);
  if (!Number.isSafeInteger(shape.frames * pixels) || shape.frames < 1 || pixels < 1) {
    throw new SlnetError(
      "bad-input",
      `${name} has size ${shape.width}×${shape.height}×${shape.frames}, expected at least one pixel`,
    );
  }
  return {
    description: {
      shape,
      name,
      format: "frames",
      compression: "none",
      byteOrder: "little-endian",
      storedType: shape.type,
      ...unknownMetadata,
      notices: [],
    },
    async readFrames(from, to, out, signal) {
      for (let first = from; first < to; first += framesUnderWay) {
        signal?.throwIfAborted();
        const indices = Array.from({ length: Math.min(framesUnderWay, to - first) }, (_, offset) => first + offset);
        const answers = await Promise.all(indices.map((index) => askFor(frames, index, name)));
        answers.forEach((samples, offset) => {
          const index = first + offset;
          if (samples.length !== pixels || sampleTypeOf(samples) !== shape.type) {
            throw new SlnetError(
              "bad-input",
              `${name}: frame ${index} has ${samples.length} ${sampleTypeOf(samples)} pixels, expected ${pixels} of type ${shape.type}`,
            );
          }
          requireFinite(samples, index, shape);
          out.set(samples, (index - from) * pixels);
        });
      }
    },
    close() {
      // Ends the channel to whoever holds the frames.
      (frames as Partial<ProxyMethods>)[releaseProxy]?.();
      return Promise.resolve();
    },
  };
}

/** What fails on the side of the holder is no defect of ours. */
async function askFor(frames: RemoteFrames, index: number, name: string): Promise<SampleArray> {
  try {
    return await frames.read(index);
  } catch (error) {
    throw new SlnetError("bad-input", `${name}: frame ${index} was not given: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}
