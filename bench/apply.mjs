import { createNetwork } from "../build/src/core/network.js";
import { createStatistics } from "../build/src/core/normalisation.js";
import { createRandom } from "../build/src/core/random.js";
import { separationMap } from "../build/src/core/separation.js";
import { blockFramesFor } from "../build/src/worker/methods/method.js";
import { fillWithFrames, temporalShifts } from "./frames.mjs";

/** What is cleaned: uint16 frames of `side` × `side` pixels into frames of the type `output`. */
export const applyCases = [256, 512, 1024].flatMap((side) => [
  { side, output: "float32" },
  { side, output: "uint16" },
]);

/** Bytes that cleaning one frame reads (its window) and writes. */
export function bytesMoved({ side, output }) {
  return side * side * (temporalShifts.length * 2 + (output === "uint16" ? 2 : 4));
}

/**
 * Copies between two equally large pieces of one WebAssembly memory, running through both from end to end, a frame's
 * share at a time: half of the bytes that cleaning a frame moves, since a copy reads and writes each.
 *
 * @param {number} streamBytes - of each piece
 */
export function createMemcpy(streamBytes) {
  const length = Math.ceil(streamBytes / 65536) * 65536;
  const pages = (2 * length) / 65536;
  const { buffer } = new globalThis.WebAssembly.Memory({ initial: pages, maximum: pages });
  const from = new Uint8Array(buffer, 0, length).fill(1);
  const to = new Uint8Array(buffer, length, length).fill(2);
  let at = 0;
  return {
    /** Milliseconds for one frame of the case, over about `budgetMs`. */
    async turn(applyCase, budgetMs) {
      const share = bytesMoved(applyCase) / 2;
      const start = performance.now();
      let frames = 0;
      do {
        if (at + share > length) at = 0;
        to.set(from.subarray(at, at + share), at);
        at += share;
        frames++;
      } while (performance.now() - start < budgetMs);
      return (performance.now() - start) / frames;
    },
  };
}

/**
 * An engine's separator over slots that hold at least `streamBytes` of frames. It goes through them in order, with the
 * windows of the default shifts, in blocks as large as when a file is cleaned. A block is begun before the last one has
 * settled, and each frame is announced as new when it enters, so an engine with memory of its own takes it over anew.
 */
export async function createApply(engine, { side, output }, streamBytes) {
  const pixels = side * side;
  const longest = temporalShifts.at(-1);
  const slots = Math.max(2 * (longest + 1), Math.ceil(streamBytes / (2 * pixels)));
  const blockFrames = blockFramesFor(pixels);
  const sparse = { type: output, offsetAdu: 100 };
  const separator = await engine.createSeparator({ pixels, type: "uint16", slots, blockFrames, sparse, lowRank: null });
  fillWithFrames(separator.frames);
  separator.refresh(0, slots);
  const statistics = createStatistics();
  statistics.add(separator.frames.subarray(0, pixels));
  const shape = { weightMultiplier: 0.5, useBias: false };
  const network = createNetwork(temporalShifts.length, shape, createRandom(1, "weights"));
  const map = separationMap(network, statistics.finish(2, 0));
  let position = 0;
  let into = 0;

  const nextBlock = () => {
    const items = Array.from({ length: blockFrames }, (_, place) => ({
      slots: temporalShifts.map((shift) => (position + place + shift) % slots),
      channel: 0,
    }));
    const entering = (position + longest) % slots;
    const end = Math.min(slots, entering + blockFrames);
    separator.refresh(entering, end);
    separator.refresh(0, entering + blockFrames - end);
    position = (position + blockFrames) % slots;
    into = 1 - into;
    return separator.separate(map, items, into);
  };

  return {
    /** Milliseconds for one frame, over about `budgetMs` and at least one block. */
    async turn(budgetMs) {
      const start = performance.now();
      let frames = 0;
      let underWay = null;
      do {
        const block = nextBlock();
        await underWay;
        underWay = block;
        frames += blockFrames;
      } while (performance.now() - start < budgetMs);
      await underWay;
      return (performance.now() - start) / frames;
    },
    dispose: () => separator.dispose(),
  };
}
