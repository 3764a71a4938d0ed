/** A process of its own that runs cases: it can be ended when it hangs, and its memory is its own. */
import { guardAllocations } from "./allocation-guard.js";
import { createCase, runCase, type FuzzOutcome } from "./fuzz-case.js";
import { readSeeds } from "./seeds.js";

/** Asks for the cases from `from` up to, not including, `to`. */
export interface FuzzRequest {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Which seeds to take, as the source of a regular expression. */
  readonly names: string;
}

export type FuzzReply =
  | { readonly type: "begun"; readonly number: number }
  | (FuzzOutcome & { readonly type: "done"; readonly number: number; readonly kind: string; readonly name: string })
  | { readonly type: "finished" };

const memoryLimit = 300e6;

guardAllocations(memoryLimit);
let unhandled: string | null = null;

process.on("unhandledRejection", (reason) => {
  unhandled = `unhandled rejection: ${reason instanceof Error ? String(reason.stack) : String(reason)}`;
});

process.on("disconnect", () => process.exit());
process.on("message", (request: FuzzRequest) => void run(request));

async function run({ seed, from, to, names }: FuzzRequest): Promise<void> {
  const seeds = readSeeds(new RegExp(names));
  for (let number = from; number < to; number++) {
    reply({ type: "begun", number });
    const fuzzCase = createCase(seeds, seed, number);
    const before = process.memoryUsage.rss();
    const peakBefore = peakBytes();
    let outcome = await runCase(fuzzCase);
    // What was left to itself may still fail.
    await new Promise((resolve) => setImmediate(resolve));
    const peak = peakBytes();
    const grown = peak > peakBefore ? peak - before : 0;
    if (unhandled !== null) outcome = { result: "failed", reason: unhandled, compared: 0 };
    else if (grown > memoryLimit) {
      outcome = { result: "failed", reason: `the process grew by ${Math.round(grown / 1e6)} MB`, compared: 0 };
    }
    unhandled = null;
    reply({ type: "done", number, kind: fuzzCase.seed.kind, name: fuzzCase.seed.name, ...outcome });
  }
  reply({ type: "finished" });
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

function reply(message: FuzzReply): void {
  process.send?.(message);
}
