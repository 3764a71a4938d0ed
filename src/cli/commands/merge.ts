import { resolve } from "node:path";

import type { SavingReport } from "../../protocol/api.js";
import { commonOptions, type Command } from "../command.js";
import { createProgressDisplay } from "../progress.js";
import { WrongUsage } from "../wrong-usage.js";

export const mergeCommand: Command = {
  name: "merge",
  operand: "OUT",
  summary: "Checks the shards that clean --shard has written, and makes of them the file that one run writes.",
  examples: ["merge cleaned.ome.zarr", "merge cleaned.tif"],
  answersInText: false,
  options: commonOptions,

  async run(parsed, { connect, interrupt: { signal } }) {
    if (parsed.operand === null || parsed.operand === "") {
      throw new WrongUsage(
        'merge was given no OUT, expected the output of the shards, for example "slnet merge cleaned.tif"',
      );
    }
    const output = resolve(parsed.operand);
    const client = await connect();
    const started = performance.now();
    const run = await client.merge(output, { signal });
    const { shards, from, to } = run.plan;
    const display = createProgressDisplay("merging", "frames");
    let last: SavingReport | null = null;
    try {
      for await (const report of run) {
        last = report;
        display.show(report.progress, "");
      }
    } finally {
      display.clear();
      await run.close();
    }
    const seconds = (performance.now() - started) / 1000;
    const clipped = last?.clipped ?? 0;
    return {
      json: { frames: to - from, from, to, shards, clipped, seconds, output },
      text: [
        `merged ${shards === 1 ? "1 shard" : `${shards} shards`} of ${to - from} frames in ${seconds.toFixed(1)} s, ` +
          `${clipped === 0 ? "no pixel" : `${clipped} pixels`} clipped`,
        `wrote ${output}`,
      ].join("\n"),
    };
  },
};
