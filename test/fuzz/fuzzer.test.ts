/** That the fuzzer sees what it is there for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { createRandom } from "../../src/core/random.js";
import { nodePlatform } from "../../src/worker/platform/node.js";
import { openStack } from "../../src/worker/readers/open-stack.js";
import { guardAllocations } from "./allocation-guard.js";
import { createCase } from "./fuzz-case.js";
import { runCases, type FuzzResult } from "./fuzz-pool.js";
import { createMemoryPlatform } from "./memory-platform.js";
import { mutate } from "./mutate.js";
import { readSeeds } from "./seeds.js";
import { findFrameBlocks, isOneOf } from "./stored-pixels.js";

const seeds = readSeeds();

test("there are seeds of each kind, and each brings the file that is opened", () => {
  const kinds = new Set(seeds.map(({ kind }) => kind));
  for (const kind of ["tif", "npy", "dax", "raw", "mrc", "nii", "nd2", "nrrd", "mha", "zarr", "zip", "folder"]) {
    assert.ok(kinds.has(kind), `there is no ${kind} among ${[...kinds].join(", ")}`);
  }
  for (const { name, main, files, own } of seeds) {
    assert.ok(own.length > 0 && own.every((path) => files.has(path)), name);
    assert.ok(main === null || files.has(main), name);
  }
});

test("a case is the same each time, and another for another number or seed", () => {
  const bytes = (seed: number, number: number): string => {
    const { files, seed: source, selection } = createCase(seeds, seed, number);
    return JSON.stringify([
      source.name,
      selection,
      [...files].map(([path, file]) => [path, Buffer.from(file).toString("hex")]),
    ]);
  };
  assert.equal(bytes(4, 17), bytes(4, 17));
  assert.notEqual(bytes(4, 17), bytes(4, 18));
  assert.notEqual(bytes(4, 17), bytes(5, 17));
});

test("almost every mutant differs from its file, which stays as it is", () => {
  const { files, main } = seeds.find(({ name }) => name === "tiff/uint16-little.tif")!;
  const original = files.get(main!)!;
  const before = Buffer.from(original);
  let different = 0;
  for (let number = 0; number < 200; number++) {
    const mutant = mutate(original, original, createRandom(1, `mutant ${number}`));
    if (!before.equals(mutant)) different++;
  }
  assert.ok(before.equals(original));
  assert.ok(different > 160, `${different} of 200 differ`);
});

for (const name of ["tiff/strips-backwards.tif", "tiff/uint16-big.tif", "imagej/single-directory-big.tif"]) {
  test(`a pixel of ${name} that is not in the file is seen`, async () => {
    const { files, main } = seeds.find((seed) => seed.name === name)!;
    const platform = createMemoryPlatform(name, main, files);
    const reader = await openStack({ type: "path", path: name }, {}, null, platform, nodePlatform.defaultAssetsUrl);
    const { description } = reader;
    const frame = new Uint16Array(63);
    await reader.readFrames(1, 2, frame);
    assert.equal(platform.leftOpen, 1);
    await reader.close();
    assert.equal(platform.leftOpen, 0);
    const blocks = findFrameBlocks(description, 1, main, files);
    assert.ok(blocks && blocks.length >= 5);
    assert.ok(isOneOf(frame, blocks, description));
    frame[40]! ^= 1;
    assert.ok(!isOneOf(frame, blocks, description));
  });
}

test("a case that hangs, ends its process or takes its memory fails, and the others go on", async () => {
  const script = fileURLToPath(new URL("./unruly-process.js", import.meta.url));
  const results: FuzzResult[] = [];
  const report = (result: FuzzResult): void => void results.push(result);
  await runCases({ seed: 1, cases: 10, processes: 1, limitMs: 3000, script }, report);
  assert.deepEqual(
    results.map(({ number }) => number),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  const failures = results.filter(({ result }) => result === "failed");
  assert.deepEqual(
    failures.map(({ number }) => number),
    [3, 5, 7],
  );
  assert.match(failures[0]!.reason, /longer than 3000 ms/);
  assert.match(failures[1]!.reason, /code 9/);
});

test("an array larger than allowed is refused, whichever way it is asked for", () => {
  guardAllocations(1e6);
  assert.equal(new Uint16Array(500_000).length, 500_000);
  assert.ok(new Uint8Array(4) instanceof Uint8Array);
  assert.deepEqual([...Uint8Array.from([1, 2])], [1, 2]);
  assert.throws(() => new Uint16Array(500_001), /1000002 bytes/);
  assert.throws(() => new ArrayBuffer(1e9), /1000000000 bytes/);
});
