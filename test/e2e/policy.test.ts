import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";

import { compressedVolume, requireCleanedSample, requireCompressedVolume } from "./cleaning.js";
import { openDemo, type OpenDemo, type ServeOptions } from "./page.js";

const minutes = 60_000;

/** What docs/embedding.md lists, and nothing else. */
const strict = {
  "default-src": "'none'",
  "script-src": "'self' 'wasm-unsafe-eval'",
  "worker-src": "'self'",
  "connect-src": "'self' data:",
  "style-src": "'self'",
  // The icon of the demo, and what installing it needs.
  "img-src": "'self'",
  "manifest-src": "'self'",
};

function policyWith(changes: Readonly<Record<string, string>>): string {
  const directives = Object.entries({ ...strict, ...changes });
  return directives.map(([name, sources]) => `${name} ${sources}`).join("; ");
}

async function withDemo(
  options: ServeOptions & { readonly serviceWorker?: boolean },
  use: (demo: OpenDemo) => Promise<void>,
): Promise<void> {
  const demo = await openDemo(undefined, "", options);
  try {
    await use(demo);
  } finally {
    await demo.close();
  }
}

async function openSample({ page }: OpenDemo): Promise<void> {
  await page.getByRole("button", { name: "Sample stack", exact: true }).click();
  await page.getByText("400 frames of 192 × 192").waitFor();
}

/** Trains for an epoch. An engine that was chosen is taken or refused, only “fastest” goes to another one. */
async function train(demo: OpenDemo, engine: string): Promise<void> {
  const { page } = demo;
  const choice = page.getByLabel("Engine", { exact: true });
  if (!(await choice.isVisible())) await page.getByText("All options", { exact: true }).click();
  await choice.selectOption(engine);
  const epochs = page.getByLabel(/Epochs/).first();
  await epochs.fill("1");
  await epochs.press("Tab");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page
    .getByText(/^Trained \S+ steps/)
    .first()
    .waitFor({ timeout: 2 * minutes });
}

describe("a page with a strict security policy", { timeout: 10 * minutes }, () => {
  for (const isolated of [true, false]) {
    it(`cleans, trains on both WebAssembly engines and reads compressed volumes, ${isolated ? "" : "not "}cross-origin isolated`, () =>
      withDemo({ isolated, policy: policyWith({}) }, async (demo) => {
        assert.equal(await demo.page.evaluate(() => crossOriginIsolated), isolated);
        await requireCleanedSample(demo);
        for (const engine of ["WebAssembly", "TensorFlow.js, WASM"]) await train(demo, engine);
        await requireCompressedVolume(demo);
        assert.deepEqual(demo.errors, []);
        assert.deepEqual(demo.foreignRequests, []);
      }));
  }

  it("keeps the page for use without a network", () =>
    withDemo({ policy: policyWith({}), serviceWorker: true }, async ({ page, errors, foreignRequests }) => {
      await page.getByText("Works offline").waitFor({ timeout: minutes });
      assert.deepEqual(errors, []);
      assert.deepEqual(foreignRequests, []);
    }));

  it("is what the documentation gives", () => {
    const page = readFileSync(new URL("../../../docs/embedding.md", import.meta.url), "utf8");
    assert.ok(page.includes(`\n${policyWith({}).replace("; img-src 'self'; manifest-src 'self'", "")}\n`));
  });

  it("reads all but compressed volumes without data: in connect-src, and says so of those", () =>
    withDemo({ policy: policyWith({ "connect-src": "'self'" }) }, async (demo) => {
      await requireCleanedSample(demo);
      await demo.page.getByLabel("Stack file").setInputFiles(compressedVolume());
      await demo.page
        .getByText(/volume\.nrrd could not be read.*security policy allows data: in connect-src/)
        .first()
        .waitFor();
    }));

  it("cleans and trains without wasm-unsafe-eval", () =>
    withDemo({ policy: policyWith({ "script-src": "'self'" }) }, async (demo) => {
      await requireCleanedSample(demo);
      await train(demo, "fastest, measured");
    }));

  it("says that the worker is not allowed, without worker-src", () =>
    withDemo({ policy: policyWith({ "worker-src": "'none'" }) }, async ({ page }) => {
      await page.getByRole("button", { name: "Sample stack", exact: true }).click();
      await page
        .getByText(/the worker (script )?could not be (loaded|started) from/)
        .first()
        .waitFor();
    }));

  it("says why an address of another server is not opened, and what to do", async () => {
    const asked: string[] = [];
    const other = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(200, { "Access-Control-Allow-Origin": "*" }).end("no stack");
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    try {
      await withDemo({}, async (demo) => {
        const { page } = demo;
        await openSample(demo);
        await page.getByRole("button", { name: "Open URL…", exact: true }).click();
        await page.keyboard.type(`http://localhost:${(other.address() as AddressInfo).port}/a.tif`);
        await page.keyboard.press("Enter");
        await page
          .getByText(
            /a\.tif could not be fetched.*security policy of this page allows no other server; download the file/,
          )
          .first()
          .waitFor();
        await page.getByText("400 frames of 192 × 192").waitFor();
      });
      assert.deepEqual(asked, []);
    } finally {
      other.close();
    }
  });
});
