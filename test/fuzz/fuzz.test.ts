/**
 * Broken files by the thousand: valid ones from `test/files`, changed at random. Every one is read or refused, in a bounded
 * time and memory, and no pixel is read that is not in the file.
 *
 * - `SLNET_FUZZ_CASES=1000000`: more than in every run (`npm test -- --fuzz 1000000` does it);
 * - `SLNET_FUZZ_SEED=5`: others;
 * - `SLNET_FUZZ_NAMES=npy/`: only of files whose name matches this expression;
 * - `SLNET_FUZZ_CASE=123`: only this one, in this process; its files are written to `test-output/fuzz-123`.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { createCase, runCase } from "./fuzz-case.js";
import { runCases, type FuzzResult } from "./fuzz-pool.js";
import { readSeeds } from "./seeds.js";

const usualCases = 20_000;
const limitMs = 5000;
/** As many are told; what they have in common shows then. */
const mostTold = 40;

const seedNumber = Number(process.env.SLNET_FUZZ_SEED ?? 4);
const cases = Number(process.env.SLNET_FUZZ_CASES ?? usualCases);
const names = process.env.SLNET_FUZZ_NAMES ?? "";
const only = process.env.SLNET_FUZZ_CASE;

if (only === undefined) {
  test(`${cases} broken files are read or refused`, async (context) => {
    const counts = new Map<string, number>();
    const failures: FuzzResult[] = [];
    const count = (name: string, by: number): Map<string, number> => counts.set(name, (counts.get(name) ?? 0) + by);
    const processes = Math.min(4, availableParallelism());
    await runCases({ seed: seedNumber, names, cases, processes, limitMs }, (result) => {
      count(result.result, 1);
      count("frames compared", result.compared);
      if (result.result === "failed") failures.push(result);
    });
    const summary = [...counts].map(([name, number]) => `${name}: ${number}`).join(", ");
    context.diagnostic(`seed ${seedNumber}: ${summary}`);
    failures.sort((a, b) => a.number - b.number);
    const told = failures
      .slice(0, mostTold)
      .map(
        ({ number, name, reason }) =>
          `SLNET_FUZZ_SEED=${seedNumber} ${names && `SLNET_FUZZ_NAMES='${names}' `}SLNET_FUZZ_CASE=${number} (${name}): ${reason}`,
      );
    assert.equal(failures.length, 0, `${failures.length} of ${cases} cases failed\n${told.join("\n")}`);
    if (names !== "") return;
    // Mutants that are all refused, or all read, would test nothing.
    for (const result of ["read", "bad-input", "unsupported"]) {
      assert.ok((counts.get(result) ?? 0) > cases / 100, `too few cases with this end: ${result}; ${summary}`);
    }
    assert.ok((counts.get("frames compared") ?? 0) > cases / 100, `too few frames were compared: ${summary}`);
  });
} else {
  test(`broken file ${only} is read or refused`, async (context) => {
    const fuzzCase = createCase(readSeeds(new RegExp(names)), seedNumber, Number(only));
    const folder = fileURLToPath(new URL(`../../../test-output/fuzz-${only}/`, import.meta.url));
    for (const [path, bytes] of fuzzCase.files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    context.diagnostic(`${fuzzCase.seed.name} ${JSON.stringify(fuzzCase.selection)}, written to ${folder}`);
    const outcome = await runCase(fuzzCase);
    context.diagnostic(`${outcome.result}: ${outcome.reason}`);
    assert.notEqual(outcome.result, "failed", outcome.reason);
  });
}
