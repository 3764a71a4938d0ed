import { SlnetError } from "../../core/errors.js";
import { createSamples, framePixels, type StackReader } from "../../core/frames.js";
import { rpcaLimits } from "../../core/rpca-limits.js";
import { startDecomposition, decompositionBytes } from "../../core/rpca.js";
import type { RpcaMethodOptions } from "../../protocol/api.js";
import { yieldToMessages } from "../pace.js";
import type { OutputPlans } from "../engines/engine.js";
import { blockFramesFor, type BackgroundMethod } from "./method.js";
import { MethodOutputs } from "./method-outputs.js";

const memoryLimitBytes = 1.5e9;

interface Group {
  readonly from: number;
  readonly to: number;
  readonly sparse: Float64Array;
  readonly lowRank: Float64Array;
}

/**
 * Robust principal component analysis of groups of consecutive frames (REFERENCE 10). A last group that would be
 * shorter takes frames of the one before it.
 *
 * @throws {@link SlnetError} `bad-input` for options out of range, `out-of-memory` where a group does not fit
 */
export function openRpcaMethod(
  reader: StackReader,
  options: RpcaMethodOptions,
  outputs: OutputPlans,
): BackgroundMethod {
  const { shape, name } = reader.description;
  const pixels = framePixels(shape);
  checkOptions(options);
  const size = Math.min(options.groupFrames, shape.frames);
  const bytes = decompositionBytes(size, pixels);
  if (bytes > memoryLimitBytes) {
    throw new SlnetError(
      "out-of-memory",
      `${name}: RPCA of ${size} frames together needs ${Math.ceil(bytes / 1e6)} MB, the limit is ${memoryLimitBytes / 1e6} MB; use fewer frames per group`,
    );
  }
  const blockFrames = blockFramesFor(pixels);
  const blocks = new MethodOutputs(outputs, blockFrames, pixels);
  let held: Group | null = null;

  const groupOf = async (frame: number, signal: AbortSignal): Promise<Group> => {
    if (held && frame >= held.from && frame < held.to) return held;
    const from = Math.min(Math.floor(frame / size) * size, shape.frames - size);
    held = null;
    const samples = createSamples(shape.type, size * pixels);
    await reader.readFrames(from, from + size, samples, signal);
    const decomposition = startDecomposition(Float64Array.from(samples), size, pixels, options);
    while (decomposition.iterate()) {
      // An iteration of a large group takes a good part of a second.
      await yieldToMessages();
      signal.throwIfAborted();
    }
    const { sparse, lowRank } = decomposition;
    held = { from, to: from + size, sparse, lowRank };
    return held;
  };

  return {
    from: 0,
    to: shape.frames,
    blockFrames,
    engine: null,
    notices: [`frames are decomposed in groups of ${size}`],
    clean: (from, to, signal) =>
      blocks.give(to - from, async (sparse, lowRank) => {
        for (let frame = from; frame < to; frame++) {
          const group = await groupOf(frame, signal);
          const start = (frame - group.from) * pixels;
          sparse?.set(group.sparse.subarray(start, start + pixels), (frame - from) * pixels);
          lowRank?.set(group.lowRank.subarray(start, start + pixels), (frame - from) * pixels);
        }
      }),
    close() {
      held = null;
    },
  };
}

function checkOptions({ groupFrames, sparsityWeight, penalty, iterations }: RpcaMethodOptions): void {
  const refuse = (what: string, value: unknown, expected: string): never => {
    throw new SlnetError("bad-input", `${what} is ${String(value)}, expected ${expected}`);
  };
  for (const [what, value, { minimum, maximum }] of [
    ["RPCA frames per group", groupFrames, rpcaLimits.groupFrames],
    ["RPCA iterations", iterations, rpcaLimits.iterations],
  ] as const) {
    if (!(Number.isInteger(value) && value >= minimum && value <= maximum)) {
      refuse(what, value, `a whole number from ${minimum} to ${maximum}`);
    }
  }
  for (const [what, value] of [
    ["RPCA sparsity weight", sparsityWeight],
    ["RPCA penalty", penalty],
  ] as const) {
    if (value !== null && !(value > 0 && Number.isFinite(value))) refuse(what, value, "a number above 0");
  }
}
