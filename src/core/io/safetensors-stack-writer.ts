import { framePixels, sampleBytes, type ByteSink } from "../frames.js";
import { requireStackSizes } from "./appended-frames.js";
import { createArrayWriter } from "./array-writer.js";
import { framesName } from "./npz-stack-writer.js";
import { safetensorsHead } from "./safetensors.js";
import { factsName, stackFacts } from "./stack-facts.js";
import type { StackWriter, StackWriterOptions } from "./stack-writer.js";

/** Bytes that have no frame yet, so that what there is fills the file as the format wants it. */
const restName = "unwritten";

/**
 * Writes a stack as a tensor `[frames, height, width]` of a file of safetensors, with what is known of it in the metadata.
 *
 * The format allows no byte that belongs to no tensor. So the file takes its full size at first, without bytes on most disks,
 * and its header, which always has the same length, says which of them are frames and which are not written yet: whatever
 * moment a run is killed at, the file is whole. A finished one has frames only.
 *
 * @param sink - empty; where it cannot change its size, the file can be read once it is finished
 */
export function createSafetensorsStackWriter(sink: ByteSink, options: StackWriterOptions): StackWriter {
  requireStackSizes("safetensors", options);
  const { type, frames: planned, height, width } = options;
  const frameBytes = framePixels(options) * sampleBytes(type);
  const facts = stackFacts(options);
  const header = (frames: number, rest: number, least = 0): Uint8Array<ArrayBuffer> => {
    const end = frames * frameBytes;
    const tensors = {
      [framesName]: {
        dtype: type === "uint16" ? "U16" : "F32",
        shape: [frames, height, width],
        data_offsets: [0, end],
      },
      ...(rest > 0 && { [restName]: { dtype: "U8", shape: [rest], data_offsets: [end, end + rest] } }),
    };
    return safetensorsHead({ __metadata__: { [factsName]: facts }, ...tensors }, least);
  };
  // No other numbers have more digits.
  const start = header(planned, planned * frameBytes).length;
  let isExtended = false;

  return createArrayWriter(sink, options, {
    title: "safetensors",
    start,
    ...(sink.resize && {
      async publish(frames: number) {
        if (!isExtended) await sink.resize?.(start + planned * frameBytes);
        isExtended = true;
        await sink.write(0, header(frames, (planned - frames) * frameBytes, start));
      },
    }),
    async finish(frames) {
      const bytes = start + frames * frameBytes;
      await sink.write(0, header(frames, 0, start));
      if (isExtended && frames < planned) await sink.resize?.(bytes);
      return bytes;
    },
  });
}
