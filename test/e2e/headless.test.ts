import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { nodeResolve } from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import { rollup, type OutputChunk } from "rollup";

import { createMemorySink } from "../../src/core/io/buffer-source.js";
import { createTiffWriter } from "../../src/core/io/tiff-writer.js";
import { openPlainPage, type PlainPage } from "./page.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const shape = { frames: 220, height: 20, width: 24 };
/** What a page pays that only cleans, minified and gzipped, before the worker. */
const sizeLimitBytes = 12_000;

/** A period that neither of the default shifts, 49 and 99 frames, nor their distance is a multiple of: no window has two. */
const period = 12;

/** Flat frames that fall slowly, with one bright pixel in every twelfth. */
async function recording(): Promise<Uint8Array> {
  const sink = createMemorySink();
  const writer = createTiffWriter(sink, { ...shape, type: "uint16" });
  for (let frame = 0; frame < shape.frames; frame++) {
    const samples = Uint16Array.from(
      { length: shape.height * shape.width },
      (_, pixel) => 300 - frame / 4 + (pixel % 7),
    );
    if (frame % period === 0) samples[250] = 1200;
    await writer.write(samples);
  }
  await writer.finish();
  return sink.bytes();
}

/** The example of the documentation, as an application builds it. */
async function buildExample(): Promise<OutputChunk> {
  const documentation = await readFile(join(root, "docs/embedding.md"), "utf8");
  const [, code] = /```js page\n(.*?)```/s.exec(documentation)!;
  await mkdir(join(root, "build"), { recursive: true });
  // Inside the package, so that its name means this package.
  const folder = await mkdtemp(join(root, "build", "headless-"));
  try {
    const input = join(folder, "example.js");
    await writeFile(input, code!);
    const bundle = await rollup({ input, plugins: [nodeResolve({ browser: true }), terser()] });
    const { output } = await bundle.generate({ format: "es" });
    assert.equal(output.length, 1, "all of it is one file");
    return output[0];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("cleaning in a page of one's own, without an element", () => {
  let folder: string;
  let built: OutputChunk;
  let plain: PlainPage;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "slnet-headless-"));
    built = await buildExample();
    await writeFile(join(folder, "example.js"), built.code);
    // With an icon, or the browser asks the server for one.
    const html = '<!doctype html><title>A viewer</title><link rel="icon" href="data:,">';
    await writeFile(join(folder, "index.html"), html);
    await writeFile(join(folder, "recording.tif"), await recording());
    for (const name of ["slnet.worker.js", "worker-parts", "assets"]) {
      await cp(join(root, "dist", name), join(folder, name), { recursive: true });
    }
    plain = await openPlainPage(folder);
  });
  after(async () => {
    await plain.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("takes neither Lit nor a plot along, and is small", () => {
    const modules = built.moduleIds.map((id) => id.replace(/^.*\/node_modules\//, ""));
    assert.deepEqual(
      modules.filter((id) => /^(lit|@lit|uplot|@tensorflow)\b/.test(id)),
      [],
    );
    assert.ok(modules.some((id) => id.startsWith("comlink/")));
    const size = gzipSync(built.code).length;
    assert.ok(size <= sizeLimitBytes, `${size} bytes, expected at most ${sizeLimitBytes}`);
  });

  it("trains and shows every cleaned frame under a strict policy, and leaves no worker", async () => {
    const { page } = plain;
    await page.evaluate(async () => {
      const shown: { readonly from: number; readonly sparse: Float32Array }[] = [];
      const file = new File([await (await fetch("recording.tif")).blob()], "recording.tif");
      const show = (from: number, sparse: Float32Array): void => void shown.push({ from, sparse });
      Object.assign(globalThis, { shown, file, show, signal: new AbortController().signal });
    });
    const started = page.waitForEvent("worker");
    await page.addScriptTag({ url: "example.js", type: "module" });
    const worker = await started;
    if (page.workers().includes(worker)) await worker.waitForEvent("close", { timeout: 60_000 });
    const brightest = await page.evaluate(({ height, width }) => {
      const { shown } = globalThis as unknown as { shown: { from: number; sparse: Float32Array }[] };
      return shown.flatMap(({ from, sparse }) =>
        Array.from({ length: sparse.length / (height * width) }, (_, index) => {
          const pixels = sparse.subarray(index * height * width, (index + 1) * height * width);
          return [from + index, pixels.indexOf(Math.max(...pixels)), Math.max(...pixels)] as const;
        }),
      );
    }, shape);
    assert.deepEqual(
      brightest.map(([frame]) => frame),
      Array.from({ length: shape.frames }, (_, frame) => frame),
    );
    for (const [frame, pixel, value] of brightest.filter(([frame]) => frame % period === 0)) {
      assert.equal(pixel, 250, `frame ${frame}`);
      assert.ok(value > 500, `frame ${frame} keeps ${value} of 900 ADU`);
    }
    assert.deepEqual(plain.errors, []);
    assert.deepEqual(plain.foreignRequests, []);
    assert.equal(page.workers().length, 0);
  });
});
