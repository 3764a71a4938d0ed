import { createSamples, framePixels } from "../build/src/core/frames.js";
import { median, medianRatio, takeTurns } from "./timing.mjs";

/** Bytes read with one call, as cleaning does. */
const readBytes = 4e6;

/**
 * How fast stacks are read: every frame, into memory that is used again and again, from opening the file on.
 *
 * @param {object} options
 * @param {(stack: object) => Promise<StackReader>} options.open
 * @param {((stack: object) => Promise<number>) | null} options.cat - the seconds in which `cat` reads the file
 * @param {object} options.stacks - as `createStacks` gives them
 */
export async function measureReading({ open, cat, stacks, quick, say }) {
  const rounds = quick ? 2 : 5;
  const reading = (stack) => async () => {
    const start = performance.now();
    const reader = await open(stack);
    const { shape } = reader.description;
    const pixels = framePixels(shape);
    const together = Math.max(1, Math.floor(readBytes / (2 * pixels)));
    const samples = createSamples(shape.type, together * pixels);
    for (let from = 0; from < shape.frames; from += together) {
      const to = Math.min(shape.frames, from + together);
      await reader.readFrames(from, to, samples.subarray(0, (to - from) * pixels));
    }
    const seconds = (performance.now() - start) / 1000;
    await reader.close();
    return seconds;
  };
  const megabytesPerSecond = (stack, seconds) => stack.bytes / 1e6 / seconds;

  say("reading an uncompressed stack");
  const contestants = [reading(stacks.whole)];
  // Right beside it, as their ratio is wanted.
  if (cat) contestants.push(() => cat(stacks.whole));
  const [plain, copied] = await takeTurns(contestants, rounds);
  const rows = [{ what: "uncompressed", megabytesPerSecond: megabytesPerSecond(stacks.whole, median(plain)) }];
  for (const packing of ["deflate", "lzw"]) {
    say(`reading a stack packed with ${packing}`);
    const [times] = await takeTurns([reading(stacks[packing])], rounds);
    rows.push({ what: packing, megabytesPerSecond: megabytesPerSecond(stacks[packing], median(times)) });
  }

  say(`opening ${stacks.pages.frames} pages`);
  const opening = async () => {
    const start = performance.now();
    const reader = await open(stacks.pages);
    const last = reader.description.shape.frames;
    await reader.readFrames(last - 1, last, createSamples("uint16", framePixels(reader.description.shape)));
    const seconds = (performance.now() - start) / 1000;
    await reader.close();
    return seconds;
  };
  const [openings] = await takeTurns([opening], rounds);
  return {
    rows,
    catSeconds: copied ? median(copied) : null,
    ofCat: copied ? medianRatio(copied, plain) : null,
    pages: stacks.pages.frames,
    openSeconds: median(openings),
  };
}
