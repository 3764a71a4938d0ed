import { createSamples, framePixels, type StackReader } from "../../core/frames.js";
import { createRollingBall } from "../../core/rolling-ball.js";
import { MessageBreaks } from "../pace.js";
import type { OutputPlans } from "../engines/engine.js";
import { blockFramesFor, type BackgroundMethod } from "./method.js";
import { MethodOutputs, takeBackground } from "./method-outputs.js";

/**
 * The background of each frame by a rolling ball, as ImageJ finds it.
 *
 * @param radius - of the ball, in pixels
 * @throws {@link SlnetError} `bad-input` for a radius out of range
 */
export function openRollingBallMethod(reader: StackReader, radius: number, outputs: OutputPlans): BackgroundMethod {
  const { shape } = reader.description;
  const pixels = framePixels(shape);
  const ball = createRollingBall(shape.height, shape.width, radius);
  const blockFrames = blockFramesFor(pixels);
  const blocks = new MethodOutputs(outputs, blockFrames, pixels);
  const samples = createSamples(shape.type, blockFrames * pixels);
  const background = new Float32Array(pixels);

  return {
    from: 0,
    to: shape.frames,
    blockFrames,
    engine: null,
    notices: [`the background is what a ball of radius ${radius} pixels reaches that rolls under each frame`],
    clean: (from, to, signal) =>
      blocks.give(to - from, async (sparse, lowRank) => {
        await reader.readFrames(from, to, samples.subarray(0, (to - from) * pixels), signal);
        const breaks = new MessageBreaks();
        for (let index = 0; index < to - from; index++) {
          const start = index * pixels;
          const frame = samples.subarray(start, start + pixels);
          for (const _ of ball.roll(frame, background)) {
            if (breaks.isDue) await breaks.take(signal);
          }
          if (sparse) takeBackground(frame, background, sparse.subarray(start, start + pixels));
          lowRank?.set(background, start);
        }
      }),
    close: () => undefined,
  };
}
