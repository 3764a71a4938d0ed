import { framePixels, sampleBytes, type ByteSink } from "../frames.js";
import { requireStackSizes } from "./appended-frames.js";
import { createArrayWriter } from "./array-writer.js";
import { combinedCrc32, crc32 } from "./crc32.js";
import { npyStackHeader } from "./npy-stack-writer.js";
import { encodeNpyText } from "./npy-writer.js";
import { factsName, stackFacts } from "./stack-facts.js";
import type { StackWriter, StackWriterOptions } from "./stack-writer.js";
import { createZipTree } from "./zip-tree.js";

/** The name of the array of a stack, among others or alone. */
export const framesName = "frames";

/**
 * Writes a stack as an archive for `numpy.load`, stored: as a text what is known of it, and the array `frames`.
 *
 * The list of an archive comes last. It is written behind the frames so far and again behind the next ones, which take its
 * place: a run that is killed leaves a whole stack but where that happens in the middle of a write, and there is room for
 * the list on a disk that is full.
 *
 * @param sink - empty
 */
export function createNpzStackWriter(sink: ByteSink, options: StackWriterOptions): StackWriter {
  requireStackSizes("NPZ", options);
  const header = npyStackHeader(options);
  const headerBytes = header(options.frames).length;
  const frameBytes = framePixels(options) * sampleBytes(options.type);
  const facts = encodeNpyText(stackFacts(options));
  const zip = createZipTree(sink);
  const factsEntry = zip.begin(`${factsName}.npy`, facts.length);
  const entry = zip.begin(`${framesName}.npy`, headerBytes + options.frames * frameBytes);
  let pixelsCrc = 0;
  let hasFacts = false;

  const publish = async (frames: number): Promise<number> => {
    if (!hasFacts) {
      await sink.write(factsEntry.offset, facts);
      await factsEntry.end(facts.length, crc32(facts));
      hasFacts = true;
    }
    const head = header(frames);
    await sink.write(entry.offset, head);
    const bytes = frames * frameBytes;
    await entry.end(head.length + bytes, combinedCrc32(crc32(head), pixelsCrc, bytes));
    return zip.finish();
  };

  // Every block takes the place of the list.
  const publishEveryMs = options.publishEveryMs === Infinity ? Infinity : 0;
  return createArrayWriter(
    sink,
    { ...options, publishEveryMs },
    {
      title: "NPZ",
      start: entry.offset + headerBytes,
      add(bytes) {
        pixelsCrc = crc32(bytes, pixelsCrc);
      },
      async publish(frames) {
        await publish(frames);
      },
      finish: publish,
    },
  );
}
