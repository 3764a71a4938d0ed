import { createSamples, framePixels, sampleBytes, type StackReader } from "../../core/frames.js";
import { createMedianSelection } from "../../core/median.js";
import { yieldToMessages } from "../pace.js";
import type { OutputPlans } from "../engines/engine.js";
import { blockFramesFor, type BackgroundMethod } from "./method.js";
import { MethodOutputs } from "./method-outputs.js";

const readBytes = 8e6;

/** The temporal median of the whole stack as background, as the published code does beside SLNet (REFERENCE 8.1). */
export function openMedianMethod(reader: StackReader, outputs: OutputPlans): BackgroundMethod {
  const { shape } = reader.description;
  const pixels = framePixels(shape);
  const blockFrames = blockFramesFor(pixels);
  const blocks = new MethodOutputs(outputs, blockFrames, pixels);
  let median: Promise<Float32Array> | null = null;

  const findMedian = async (signal: AbortSignal): Promise<Float32Array> => {
    const selection = createMedianSelection(shape.type, pixels);
    const count = Math.max(1, Math.floor(readBytes / (pixels * sampleBytes(shape.type))));
    const samples = createSamples(shape.type, count * pixels);
    for (let pass = 0; pass < selection.passes; pass++) {
      for (let from = 0; from < shape.frames; from += count) {
        const to = Math.min(shape.frames, from + count);
        await reader.readFrames(from, to, samples.subarray(0, (to - from) * pixels), signal);
        for (let frame = 0; frame < to - from; frame++) {
          selection.add(samples.subarray(frame * pixels, (frame + 1) * pixels));
        }
        await yieldToMessages();
        signal.throwIfAborted();
      }
      selection.finishPass();
    }
    return selection.result();
  };

  return {
    from: 0,
    to: shape.frames,
    blockFrames,
    engine: null,
    notices: ["the background is the temporal median of the whole stack"],
    clean: (from, to, signal) =>
      blocks.give(to - from, async (sparse, lowRank) => {
        median ??= findMedian(signal).catch((error: unknown) => {
          median = null;
          throw error;
        });
        const background = await median;
        const samples = createSamples(shape.type, (to - from) * pixels);
        await reader.readFrames(from, to, samples, signal);
        if (sparse)
          for (let i = 0; i < samples.length; i++) sparse[i] = Math.max(0, samples[i] - background[i % pixels]);
        if (lowRank) for (let frame = 0; frame < to - from; frame++) lowRank.set(background, frame * pixels);
      }),
    close: () => undefined,
  };
}
