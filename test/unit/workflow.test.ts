import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const program = join(root, "dist/cli/slnet.js");

const found = spawnSync("snakemake", ["--version"], { encoding: "utf8" });
const version = found.status === 0 ? found.stdout.trim() : null;
const skip = version === null ? "Snakemake is not installed (Debian: snakemake)" : false;
const skipCluster = skip || (version?.startsWith("7.") ? false : `Snakemake ${version} has no --cluster-sync any more`);

describe("the workflow for Snakemake", { skip }, () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  const settings = (changes: Readonly<Record<string, string | number>>): string[] => {
    const all = {
      recording: "a stack.tif",
      output: "out.ome.zarr",
      shards: 3,
      slnet: `'${process.execPath}' '${program}'`,
      train_options: "--temporal-shifts 0,20,40 --max-epochs 1",
      ...changes,
    };
    return ["--config", ...Object.entries(all).map(([name, value]) => `${name}=${value}`)];
  };
  const argumentsOf = (changes: Readonly<Record<string, string | number>>, ...more: readonly string[]): string[] => [
    "-s",
    join(root, "workflows/Snakefile"),
    "--nocolor",
    ...more,
    ...settings(changes),
  ];
  const snakemake = (changes: Readonly<Record<string, string | number>>, ...more: readonly string[]) => {
    const { status, stderr } = spawnSync("snakemake", argumentsOf(changes, ...more), { cwd: folder, encoding: "utf8" });
    return { status, stderr };
  };
  const slnet = (...args: readonly string[]): void => {
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };

  async function assertSame(output: string, expected: string): Promise<void> {
    const names = (name: string) => readdir(at(name), { recursive: true });
    if (!(await stat(at(expected))).isDirectory()) {
      assert.ok((await readFile(at(output))).equals(await readFile(at(expected))), `${output} is as in one run`);
      return;
    }
    assert.deepEqual((await names(output)).sort(), (await names(expected)).sort());
    for (const name of await names(expected)) {
      if ((await stat(at(join(expected, name)))).isDirectory()) continue;
      const [a, b] = await Promise.all([readFile(at(join(output, name))), readFile(at(join(expected, name)))]);
      assert.ok(a.equals(b), `${output}/${name} is as in one run`);
    }
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "slnet-workflow-"));
    slnet("simulate", "-o", "a stack.tif", "--seed", "7", "--frames", "201", "--width", "128", "--height", "128");
  });
  after(() => rm(folder, { recursive: true }));

  it("trains once, cleans in shards and merges them into what one run writes", async () => {
    const { status, stderr } = snakemake({}, "--cores", "2");
    assert.equal(status, 0, stderr);
    slnet("clean", "a stack.tif", "--model", "model.json", "--engine", "wasm", "-o", "one.ome.zarr");
    await assertSame("out.ome.zarr", "one.ome.zarr");
    const report = JSON.parse(await readFile(at("out.ome.zarr.report.json"), "utf8")) as Record<string, unknown>;
    assert.deepEqual([report.frames, report.shards], [201, 3]);
    assert.deepEqual((await readdir(folder)).sort(), [
      ".snakemake",
      "a stack.tif",
      "model.json",
      "one.ome.zarr",
      "out.ome.zarr",
      "out.ome.zarr.report.json",
    ]);
    const again = snakemake({}, "--cores", "2");
    assert.equal(again.status, 0, again.stderr);
    assert.match(again.stderr, /Nothing to be done/);
  });

  it("goes on after everything was killed, and leaves alone what was done", async () => {
    const options = {
      output: "killed.tif",
      method: "rpca",
      shards: 4,
      clean_options: "--rpca-frames 15 --rpca-iterations 60",
    };
    const first = spawn("snakemake", argumentsOf(options, "--cores", "1"), {
      cwd: folder,
      stdio: "ignore",
      detached: true,
    });
    const ended = new Promise((resolve) => first.on("close", resolve));
    const records = async (): Promise<string[]> =>
      (await readdir(at("killed.tif.shards")).catch(() => [])).filter((name) => /^shard-.*\.json$/.test(name));
    while (first.exitCode === null && (await records()).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    process.kill(-(first.pid ?? NaN), "SIGKILL");
    await ended;
    const done = await records();
    assert.ok(done.length >= 1 && done.length < 4, `${done.length} shards were done`);
    await assert.rejects(stat(at("killed.tif")));
    const times = await Promise.all(done.map(async (name) => (await stat(at(`killed.tif.shards/${name}`))).mtimeMs));

    const unlocked = snakemake(options, "--cores", "1", "--unlock");
    assert.equal(unlocked.status, 0, unlocked.stderr);
    // First the shards alone, to look at their records.
    const missing = [1, 2, 3, 4].map((shard) => `killed.tif.shards/shard-${shard}-of-4.json`);
    const shards = snakemake(options, "--cores", "2", "--rerun-incomplete", "--notemp", ...missing);
    assert.equal(shards.status, 0, shards.stderr);
    assert.equal((await records()).length, 4);
    const kept = await Promise.all(done.map(async (name) => (await stat(at(`killed.tif.shards/${name}`))).mtimeMs));
    // Snakemake may not yet have heard of the last one.
    assert.ok(done.length === 1 || kept.some((time, i) => time === times[i]), "what was done was not done again");

    const { status, stderr } = snakemake(options, "--cores", "2", "--rerun-incomplete");
    assert.equal(status, 0, stderr);
    slnet("clean", "a stack.tif", "--method", "rpca", ...options.clean_options.split(" "), "-o", "one.tif");
    await assertSame("killed.tif", "one.tif");
  });

  it("fails with the sentence of the program, and leaves the shards", async () => {
    await writeFile(at("broken.tif"), "no stack");
    const { status, stderr } = snakemake(
      { recording: "broken.tif", output: "broken-out.tif", method: "median" },
      "--cores",
      "2",
    );
    assert.notEqual(status, 0);
    assert.match(stderr, /slnet: .*broken\.tif/);
    await assert.rejects(stat(at("broken-out.tif")));
  });

  it("runs as jobs of a cluster", { skip: skipCluster }, async () => {
    const options = { output: "cluster.ome.tif", method: "median", shards: 3 };
    const { status, stderr } = snakemake(options, "--cluster-sync", "sh", "--jobs", "2");
    assert.equal(status, 0, stderr);
    slnet("clean", "a stack.tif", "--method", "median", "-o", "one.ome.tif");
    await assertSame("cluster.ome.tif", "one.ome.tif");
  });
});
