import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { createMemorySink } from "../../src/core/io/buffer-source.js";
import { createTiffWriter } from "../../src/core/io/tiff-writer.js";
import type { ModelFile } from "../../src/core/model.js";
import { createRandom } from "../../src/core/random.js";
import { shardRange, type Shard } from "../../src/core/shards.js";
import type { CleaningMethod, CleaningOptions, SavedPart, SavingReport } from "../../src/protocol/api.js";
import type { SlnetClient } from "../../src/protocol/client.js";
import { connect, rejectsWith } from "./in-process-worker.js";

// From build/test/unit/ to what `npm run build` makes.
const program = fileURLToPath(new URL("../../../dist/cli/slnet.js", import.meta.url));

// OME-Zarr has 4 frames of 16 bits, or 2 of float32, in a chunk; the last chunk has one frame.
const frames = 29;
const size = 512;
const shifts = [0, 5, 11];
const whole: CleaningOptions = { from: 0, to: frames, lowRank: false, tail: "shift", engine: "js" };
const median: CleaningMethod = { type: "median", windowFrames: 7 };

describe("shards", () => {
  let folder: string;
  let client: SlnetClient;
  let close: () => void;
  let model: ModelFile;

  const at = (name: string): string => join(folder, name);

  function partAt(name: string, part: Partial<SavedPart> = {}): SavedPart {
    const target = { type: "path", path: at(name) } as const;
    const format = name.endsWith(".zarr") ? "zarr" : name.endsWith(".ome.tif") ? "ome-tiff" : "tiff";
    return { part: "sparse", target, type: "uint16", offsetAdu: null, format, ...part };
  }

  /** Cleans and saves the input, or a shard of it. */
  async function save(
    method: CleaningMethod,
    parts: readonly SavedPart[],
    shard: Shard | null = null,
    {
      input = "input.tif",
      by = client,
      ...changes
    }: Partial<CleaningOptions> & { input?: string; by?: SlnetClient } = {},
  ): Promise<SavingReport | null> {
    const stack = await by.openStack({ type: "path", path: at(input) });
    try {
      const options = { ...whole, lowRank: parts.length > 1, ...changes };
      const run = await stack.save(method, options, parts, { shard });
      let last: SavingReport | null = null;
      for await (const report of run) last = report;
      await run.close();
      return last;
    } finally {
      await stack.close();
    }
  }

  async function merge(name: string): Promise<SavingReport | null> {
    const run = await client.merge(at(name));
    let last: SavingReport | null = null;
    try {
      for await (const report of run) last = report;
    } finally {
      await run.close();
    }
    return last;
  }

  /** Every file of a folder, or the file itself, with its bytes. */
  async function contents(name: string): Promise<ReadonlyMap<string, Buffer>> {
    if (!(await stat(at(name))).isDirectory()) return new Map([["", await readFile(at(name))]]);
    const names = await readdir(at(name), { recursive: true, withFileTypes: true });
    const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const entries = await Promise.all(
      paths.map(async (path) => [path.slice(at(name).length), await readFile(path)] as const),
    );
    return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async function assertSame(found: string, expected: string): Promise<void> {
    const [a, b] = [await contents(found), await contents(expected)];
    assert.deepEqual([...a.keys()], [...b.keys()], "the same files");
    for (const [name, bytes] of b) assert.ok(a.get(name)?.equals(bytes), `${found}${name} is as in one run`);
  }

  async function writeInput(name: string, type: "uint16" | "float32", seed: number): Promise<void> {
    const sink = createMemorySink();
    const writer = createTiffWriter(sink, { frames, height: size, width: size, type, pixelSizeNm: 103 });
    const random = createRandom(seed, "pixels");
    const samples = type === "uint16" ? new Uint16Array(size * size) : new Float32Array(size * size);
    for (let frame = 0; frame < frames; frame++) {
      for (let i = 0; i < samples.length; i++) samples[i] = 100 + frame + 200 * random.next();
      await writer.write(samples);
    }
    await writer.finish();
    await writeFile(at(name), sink.bytes());
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "slnet-shards-"));
    ({ client, close } = await connect());
    await writeInput("input.tif", "uint16", 1);
    await writeInput("input-float.tif", "float32", 2);
    const stack = await client.openStack({ type: "path", path: at("input.tif") });
    const run = await stack.train({ temporalShifts: shifts, maxEpochs: 1, engine: "js", cropSize: 32 });
    let trained: ModelFile | null = null;
    for await (const report of run) trained = report.model ?? trained;
    assert.ok(trained);
    model = trained;
    await stack.close();
    await writeFile(at("model.json"), JSON.stringify(model));
  });
  after(async () => {
    close();
    await rm(folder, { recursive: true });
  });

  it("follow each other without gaps, at multiples of the unit", () => {
    for (const total of [1, 7, 29, 1000]) {
      for (const unit of [1, 4, 64]) {
        for (const count of [1, 2, 3, 7, 40]) {
          let position = 0;
          for (let index = 1; index <= count; index++) {
            const { from, to } = shardRange(total, unit, { index, count });
            assert.equal(from, position);
            assert.ok(to >= from && (to === total || to % unit === 0));
            position = to;
          }
          assert.equal(position, total);
        }
      }
    }
    assert.deepEqual(shardRange(29, 4, { index: 2, count: 3 }), { from: 8, to: 20 });
  });

  const methods: Readonly<Record<string, () => CleaningMethod>> = {
    slnet: () => ({ type: "slnet", model }),
    "masked-mean": () => ({ type: "masked-mean", model, windowFrames: 8 }),
    median: () => median,
    "whole median": () => ({ type: "median", windowFrames: 0 }),
    // Groups that begin neither with chunks nor with shards.
    rpca: () => ({ type: "rpca", options: { groupFrames: 6, sparsityWeight: null, penalty: null, iterations: 2 } }),
    "rolling-ball": () => ({ type: "rolling-ball", radius: 12 }),
  };

  for (const [name, methodOf] of Object.entries(methods)) {
    for (const ending of ["tif", "ome.zarr"]) {
      it(`make the ${ending} of one run, byte for byte, by ${name}`, async () => {
        const expected = `one-${name}.${ending}`;
        const single = await save(methodOf(), [partAt(expected)]);
        for (const count of name === "slnet" || name === "median" ? [2, 7, 11] : [3]) {
          const output = `many-${name}-${count}.${ending}`;
          // The last one first: whoever is first, the result is the same.
          for (let index = count; index >= 1; index--) await save(methodOf(), [partAt(output)], { index, count });
          const merged = await merge(output);
          assert.equal(merged?.progress.done, frames);
          assert.equal(merged.clipped, single?.clipped);
          await assertSame(output, expected);
          await assert.rejects(stat(at(`${output}.shards`)), "the folder of the shards is gone");
          await rm(at(output), { recursive: true });
        }
      });
    }
  }

  it("are the same for float32 frames, deflated, of a range, with the background and a tail left out", async () => {
    const parts = (prefix: string): SavedPart[] => [
      partAt(`${prefix}.ome.zarr`, { type: "float32", compression: "deflate" }),
      partAt(`${prefix}-low.ome.tif`, { part: "low-rank", compression: "deflate" }),
    ];
    const options = { input: "input-float.tif", from: 3, to: frames, tail: "drop" } as const;
    const method: CleaningMethod = { type: "masked-mean", model, windowFrames: 6 };
    await save(method, parts("one"), null, options);
    for (const index of [2, 1, 3]) await save(method, parts("many"), { index, count: 3 }, options);
    for (const end of [".ome.zarr", "-low.ome.tif"]) {
      await merge(`many${end}`);
      await assertSame(`many${end}`, `one${end}`);
    }
  });

  it("are done where there are fewer chunks than shards, with a record that says that they hold nothing", async () => {
    const last = await save(median, [partAt("few.ome.zarr")], { index: 1, count: 11 });
    assert.equal(last, null);
    const record = JSON.parse(await readFile(at("few.ome.zarr.shards/shard-1-of-11.json"), "utf8")) as object;
    assert.deepEqual(
      { ...record, fingerprint: "", checksum: "" },
      {
        format: "slnet-shard",
        formatVersion: 1,
        shard: 1,
        shards: 11,
        from: 0,
        to: 0,
        fingerprint: "",
        clipped: 0,
        checksum: "",
      },
    );
  });

  it("that are cleaned twice at the same time, by two workers, do no harm", async () => {
    const other = await connect();
    try {
      for (const output of ["twice.tif", "twice.ome.zarr"]) {
        await save(median, [partAt(output)], { index: 1, count: 2 });
        const shard = { index: 2, count: 2 };
        await Promise.all([
          save(median, [partAt(output)], shard),
          save(median, [partAt(output)], shard, { by: other.client }),
          save(median, [partAt(output)], { index: 1, count: 2 }),
        ]);
        assert.deepEqual(await readdir(at(`${output}.shards/new`)), [], "nothing is left over");
        await merge(output);
        await assertSame(output, `one-median.${output.slice("twice.".length)}`);
      }
    } finally {
      other.close();
    }
  });

  it("of another cleaning are refused, and leave those that are there as they are", async () => {
    const shard = { index: 1, count: 2 };
    await save(median, [partAt("mixed.tif")], shard);
    const others: readonly [CleaningMethod, Partial<SavedPart>, Shard][] = [
      [{ type: "median", windowFrames: 9 }, {}, shard],
      [median, { offsetAdu: 3 }, { index: 2, count: 2 }],
      [median, { compression: "deflate" }, { index: 2, count: 2 }],
      [median, {}, { index: 2, count: 3 }],
    ];
    const before = await contents("mixed.tif.shards");
    for (const [method, part, of] of others) {
      await rejectsWith(save(method, [partAt("mixed.tif", part)], of), "bad-input", /holds shards of another cleaning/);
    }
    assert.deepEqual(await contents("mixed.tif.shards"), before);
  });

  it("with impossible numbers, in an archive or to be resumed are refused", async () => {
    for (const [index, count] of [
      [0, 4],
      [5, 4],
      [1.5, 4],
      [1, 0],
      [1, 10_001],
    ] as const) {
      await rejectsWith(save(median, [partAt("no.tif")], { index, count }), "bad-input", /expected one of 1\/1/);
    }
    const archive = partAt("no.zarr", { target: { type: "path", path: at("no.zarr.zip") } });
    await rejectsWith(save(median, [archive], { index: 1, count: 2 }), "unsupported", /no archive/);
    const stack = await client.openStack({ type: "path", path: at("input.tif") });
    const saving = { shard: { index: 1, count: 2 }, resume: true };
    await rejectsWith(stack.save(median, whole, [partAt("no.tif")], saving), "unsupported", /cannot be resumed/);
    await stack.close();
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith("no.")),
      [],
    );
  });

  it("whose output could not get its name are refused before the work", async () => {
    const shard = { index: 1, count: 2 };
    for (const output of ["taken.tif", "taken.ome.zarr"]) {
      await mkdir(at(output));
      await writeFile(at(`${output}/letter.txt`), "Dear");
      await rejectsWith(save(median, [partAt(output)], shard), "bad-input", /is a folder/);
      assert.deepEqual(await readdir(at(output)), ["letter.txt"]);
    }
  });

  it("are not put into a folder of other files", async () => {
    await mkdir(at("mine.tif.shards"));
    await writeFile(at("mine.tif.shards/letter.txt"), "Dear");
    await rejectsWith(save(median, [partAt("mine.tif")], { index: 1, count: 2 }), "bad-input", /folder of other files/);
    await rejectsWith(merge("mine.tif"), "bad-input", /folder of other files/);
    assert.deepEqual(await readdir(at("mine.tif.shards")), ["letter.txt"]);
  });

  describe("merging", () => {
    /** Three shards that are done, in a folder that each test gets a copy of. */
    before(async () => {
      for (const output of ["done.tif", "done.ome.zarr"]) {
        for (const index of [1, 2, 3]) await save(median, [partAt(output)], { index, count: 3 });
      }
    });

    async function copyOfDone(name: string): Promise<string> {
      const ending = name.endsWith(".tif") ? ".tif" : ".ome.zarr";
      await cp(at(`done${ending}.shards`), at(`${name}.shards`), { recursive: true });
      return `${name}.shards`;
    }

    it("says which shards are missing", async () => {
      const shards = await copyOfDone("gap.tif");
      await rm(at(`${shards}/shard-1-of-3.json`));
      await rm(at(`${shards}/shard-3-of-3.json`));
      await rejectsWith(merge("gap.tif"), "bad-input", /shards 1, 3 of 3 are not done/);
      await rejectsWith(merge("nothing.tif"), "bad-input", /there is no folder .*nothing\.tif\.shards/);
    });

    it("finds a changed pixel, a missing chunk and a file cut short, and leaves the output that there was", async () => {
      const flip = async (name: string, offset: number): Promise<void> => {
        const file = await open(at(name), "r+");
        const byte = new Uint8Array(1);
        await file.read(byte, 0, 1, offset);
        byte.set([(byte[0] ?? 0) ^ 1]);
        await file.write(byte, 0, 1, offset);
        await file.close();
      };
      const cases: readonly [string, (shards: string) => Promise<void>, RegExp][] = [
        ["a.tif", (shards) => flip(`${shards}/shard-2-of-3.tif`, 3_000_000), /^shard 2 of 3: .* was changed since/],
        ["b.tif", (shards) => rm(at(`${shards}/shard-2-of-3.tif`)), /^shard 2 of 3: .* cannot be read/],
        [
          "c.tif",
          (shards) => rename(at(`${shards}/shard-1-of-3.tif`), at(`${shards}/shard-3-of-3.tif`)),
          /^shard 1 of 3: .* cannot be read/,
        ],
        ["d.ome.zarr", (shards) => flip(`${shards}/stack/0/4/0/0`, 77), /^shard 2 of 3: .* was changed since/],
        ["e.ome.zarr", (shards) => rm(at(`${shards}/stack/0/7/0/0`)), /^shard 3 of 3: .* was changed since/],
        ["f.ome.zarr", (shards) => rm(at(`${shards}/stack`), { recursive: true }), /^shard 1 of 3: .* cannot be read/],
      ];
      for (const [name, damage, message] of cases) {
        const shards = await copyOfDone(name);
        await damage(shards);
        if (name === "a.tif") await writeFile(at(name), "what there was");
        await rejectsWith(merge(name), "bad-input", message);
        if (name === "a.tif") assert.equal(await readFile(at(name), "utf8"), "what there was");
        else await assert.rejects(stat(at(name)), `${name} is not there`);
        await assert.rejects(stat(at(`${name}.part`)), `${name}.part is not there`);
        await stat(at(`${shards}/run.json`));
      }
    });

    it("makes the stack once the damaged shard was cleaned again", async () => {
      await save(median, [partAt("d.ome.zarr")], { index: 2, count: 3 });
      await merge("d.ome.zarr");
      await assertSame("d.ome.zarr", "one-median.ome.zarr");
    });

    it("refuses records of another shard, another cleaning and of nothing", async () => {
      const shards = await copyOfDone("forged.tif");
      const name = at(`${shards}/shard-2-of-3.json`);
      const text = await readFile(name, "utf8");
      for (const [forged, message] of [
        [text.replace(/"fingerprint": "[^"]*"/, '"fingerprint": "0"'), /shard 2 of 3 .* another model/],
        [await readFile(at(`${shards}/shard-1-of-3.json`), "utf8"), /shard 2 of 3 .* another model/],
        ["{", /not the JSON/],
        ["{}", /not what a shard writes/],
        [text.replace('"clipped": 0', '"clipped": -1'), /not what a shard writes/],
        [" ".repeat(2e6), /larger than/],
      ] as const) {
        await writeFile(name, forged);
        await rejectsWith(merge("forged.tif"), "bad-input", message);
      }
      await writeFile(name, text);
      const run = at(`${shards}/run.json`);
      const facts = await readFile(run, "utf8");
      for (const forged of [
        "[]",
        facts.replace('"shards": 3', '"shards": 1000000000'),
        facts.replace('"height": 512', '"height": 4000000000'),
        facts.replace(`"frames": ${frames}`, '"frames": 30'),
        facts.replace('"description": [', '"description": [ 5,'),
        facts.replace('"format": "tiff"', '"format": "png"'),
      ]) {
        assert.notEqual(forged, facts);
        await writeFile(run, forged);
        await rejectsWith(merge("forged.tif"), "bad-input", /not what a sharded cleaning/);
      }
    });

    it("goes on where it was killed between giving the folder its name and removing the shards", async () => {
      const shards = await copyOfDone("killed.ome.zarr");
      await copyOfDone("killed-done.ome.zarr");
      await merge("killed-done.ome.zarr");
      await rename(at("killed-done.ome.zarr"), at("killed.ome.zarr"));
      await rm(at(`${shards}/stack`), { recursive: true });
      await merge("killed.ome.zarr");
      await assertSame("killed.ome.zarr", "one-median.ome.zarr");
      await assert.rejects(stat(at(shards)));
    });

    it("leaves the shards where it is aborted, and replaces an older output when it is run again", async () => {
      for (const [name, expected] of [
        ["stopped.tif", "one-median.tif"],
        ["stopped.ome.zarr", "one-median.ome.zarr"],
      ] as const) {
        await copyOfDone(name);
        await cp(at(`one-slnet.${name.slice("stopped.".length)}`), at(name), { recursive: true });
        const abort = new AbortController();
        const run = await client.merge(at(name), { signal: abort.signal });
        await assert.rejects(async () => {
          for await (const report of run) if (report.progress.done > 0) abort.abort(new Error("enough"));
        }, /enough/);
        await run.close();
        await assertSame(name, `one-slnet.${name.slice("stopped.".length)}`);
        await merge(name);
        await assertSame(name, expected);
      }
    });
  });

  describe("on the command line", () => {
    const slnet = (...args: readonly string[]) =>
      spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: "utf8" });
    const rpca = ["--method", "rpca", "--rpca-frames", "6", "--rpca-iterations", "3"];

    it("are typed as I/N, and wrong ones are refused in one sentence", () => {
      const model = ["--method", "median"];
      for (const [shard, message] of [
        ["0/4", /--shard is "0\/4", expected one of 1\/4 to 4\/4/],
        ["5/4", /--shard is "5\/4", expected one of 1\/4 to 4\/4/],
        ["1/0", /expected 1 to 10000 shards/],
        ["1/99999", /expected 1 to 10000 shards/],
        ["x", /expected for example 3\/8/],
        ["-1/4", /shard/],
        ["1/4/2", /expected for example 3\/8/],
        ["", /expected for example 3\/8/],
      ] as const) {
        const { status, stderr } = slnet("clean", "input.tif", ...model, "-o", "typed.tif", "--shard", shard);
        assert.equal(status, 2, stderr);
        assert.match(stderr, message);
        assert.equal(stderr.trim().split("\n").length, 1, stderr);
      }
      const resumed = slnet("clean", "input.tif", ...model, "-o", "typed.tif", "--shard", "1/2", "--resume");
      assert.equal(resumed.status, 2);
      assert.match(resumed.stderr, /expected one of them/);
      const archive = slnet("clean", "input.tif", ...model, "-o", "typed.zarr.zip", "--shard", "1/2");
      assert.equal(archive.status, 2);
      assert.match(archive.stderr, /expected a name without \.zip/);
      const nothing = slnet("merge");
      assert.equal(nothing.status, 2);
      assert.match(nothing.stderr, /merge was given no OUT/);
      const none = slnet("merge", "typed.tif");
      assert.equal(none.status, 1);
      assert.match(none.stderr, /there is no folder/);
    });

    it("divide the frames that --frames names, by the kernel of the command line", async () => {
      const options = ["input.tif", "--model", "model.json", "--frames", "2:27"];
      assert.equal(slnet("clean", ...options, "--engine", "wasm", "-o", "typed-one.ome.zarr").status, 0);
      for (const shard of ["2/2", "1/2"]) {
        const { status, stdout, stderr } = slnet(
          "clean",
          ...options,
          "-o",
          "typed.ome.zarr",
          "--shard",
          shard,
          "--json",
        );
        assert.equal(status, 0, stderr);
        const { shards, engine } = JSON.parse(stdout) as Record<string, unknown>;
        assert.deepEqual({ shards, engine }, { shards: 2, engine: "wasm" });
      }
      const { status, stdout, stderr } = slnet("merge", "typed.ome.zarr", "--json");
      assert.equal(status, 0, stderr);
      const { frames: merged, from, to, shards } = JSON.parse(stdout) as Record<string, unknown>;
      assert.deepEqual({ merged, from, to, shards }, { merged: 25, from: 2, to: 27, shards: 2 });
      await assertSame("typed.ome.zarr", "typed-one.ome.zarr");
    });

    for (const ending of ["tif", "ome.zarr"]) {
      it(`make the ${ending} of one run, byte for byte, by masked-mean and the kernel of the command line`, async () => {
        const options = [
          "clean",
          "input.tif",
          "--model",
          "model.json",
          "--method",
          "masked-mean",
          "--mask-window",
          "8",
        ];
        const expected = `one-masked.${ending}`;
        assert.equal(slnet(...options, "--engine", "wasm", "-o", expected).status, 0);
        for (const count of [2, 7]) {
          const output = `masked-${count}.${ending}`;
          for (let index = count; index >= 1; index--) {
            const { status, stderr } = slnet(...options, "-o", output, "--shard", `${index}/${count}`);
            assert.equal(status, 0, stderr);
          }
          assert.equal(slnet("merge", output).status, 0);
          await assertSame(output, expected);
          await rm(at(output), { recursive: true });
        }
      });
    }

    for (const output of ["killed-shard.tif", "killed-shard.ome.zarr"]) {
      it(`that are killed in the middle are missing, and cleaned again give the same ${output}`, async () => {
        assert.equal(slnet("clean", "input.tif", ...rpca, "-o", `one-${output}`).status, 0);
        const clean = (shard: string) => ["clean", "input.tif", ...rpca, "-o", output, "--shard", shard];
        const child = spawn(process.execPath, [program, ...clean("2/3")], { cwd: folder, stdio: "ignore" });
        const ended = new Promise((resolve) => child.on("close", resolve));
        const hasBegun = async (): Promise<boolean> => {
          const begun = output.endsWith(".tif") ? "new" : "stack/0";
          return (await readdir(at(`${output}.shards/${begun}`)).catch(() => [])).length > 0;
        };
        while (child.exitCode === null && !(await hasBegun())) await new Promise((resolve) => setTimeout(resolve, 2));
        child.kill("SIGKILL");
        await ended;
        assert.equal(child.signalCode, "SIGKILL", "it was not done yet");
        for (const shard of ["1/3", "3/3"]) assert.equal(slnet(...clean(shard)).status, 0);
        const early = slnet("merge", output);
        assert.equal(early.status, 1);
        assert.match(early.stderr, /shard 2 of 3 is not done/);
        assert.equal(slnet(...clean("2/3")).status, 0);
        assert.equal(slnet("merge", output).status, 0);
        await assertSame(output, `one-${output}`);
      });
    }
  });
});
