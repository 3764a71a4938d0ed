import { SlnetError } from "../../core/errors.js";
import { framePixels, type SampleArray, type StackReader } from "../../core/frames.js";
import { completeNoiseCamera, createMinimumCorrection } from "../../core/minimum-background.js";
import { medianWindowLimits } from "../../core/running-median.js";
import type { MinimumMethodOptions } from "../../protocol/api.js";
import { MessageBreaks } from "../pace.js";
import type { OutputPlans } from "../engines/engine.js";
import { blockFramesFor, type BackgroundMethod } from "./method.js";
import { MethodOutputs, takeBackground } from "./method-outputs.js";
import { RunningMinimum } from "./running-minimum.js";

/**
 * The background that the least reading of each pixel in the frames around a frame tells of. See
 * {@link createMinimumCorrection}.
 *
 * @throws {@link SlnetError} `bad-input` for options out of range or a camera that is not known, `out-of-memory` where
 *   the frames of a window do not fit
 */
export function openMinimumMethod(
  reader: StackReader,
  { windowFrames, camera: request }: MinimumMethodOptions,
  outputs: OutputPlans,
): BackgroundMethod {
  const { minimum, maximum } = medianWindowLimits;
  if (!Number.isInteger(windowFrames) || windowFrames < minimum || windowFrames > maximum) {
    throw new SlnetError(
      "bad-input",
      `the window of the minimum is ${String(windowFrames)} frames, expected ${minimum} to ${maximum}`,
    );
  }
  const { shape, name } = reader.description;
  const camera = completeNoiseCamera(name, request, reader.description);
  const pixels = framePixels(shape);
  const size = Math.min(windowFrames, shape.frames);
  const backgroundOf = createMinimumCorrection(size, camera);
  // Of whole numbers there are few.
  const table = shape.type === "float32" ? null : new Float32Array(shape.type === "uint8" ? 2 ** 8 : 2 ** 16);
  table?.forEach((_, value) => (table[value] = backgroundOf(value)));
  const blockFrames = blockFramesFor(pixels);
  const blocks = new MethodOutputs(outputs, blockFrames, pixels);
  const minima = new RunningMinimum(reader, windowFrames);
  const background = new Float32Array(pixels);

  return {
    from: 0,
    to: shape.frames,
    blockFrames,
    engine: null,
    notices: [
      `the background is found from the least of ${size} readings of each pixel, for an offset of ${camera.offsetAdu} ADU ` +
        `and a gain of ${camera.aduPerElectron} ADU per photoelectron`,
    ],
    clean: (from, to, signal) =>
      blocks.give(to - from, async (sparse, lowRank) => {
        const breaks = new MessageBreaks();
        for (let index = from; index < to; index++) {
          const { frame, minimum } = await minima.frame(index, signal);
          const start = (index - from) * pixels;
          if (table) lookUp(table, minimum, background);
          else for (let i = 0; i < pixels; i++) background[i] = backgroundOf(minimum[i]);
          if (sparse) takeBackground(frame, background, sparse.subarray(start, start + pixels));
          lowRank?.set(background, start);
          if (breaks.isDue) await breaks.take(signal);
        }
      }),
    close: () => undefined,
  };
}

function lookUp(table: Float32Array, places: SampleArray, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = table[places[i]];
}
