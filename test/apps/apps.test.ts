import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";

import { openPage, serve, type ServeOptions } from "../e2e/page.js";
import { requireCleanedSample, requireCompressedVolume } from "../e2e/cleaning.js";
import { createWorkshop, NoRegistry, npm, run, type Workshop } from "./installed.js";

const minutes = 60_000;

interface ElementsManifest {
  readonly modules: readonly {
    readonly declarations: readonly {
      readonly name: string;
      readonly tagName: string;
      readonly description: string;
      readonly members: readonly unknown[];
      readonly cssProperties: readonly unknown[];
      readonly slots?: readonly { readonly name: string }[];
    }[];
  }[];
}

describe("the published package", { timeout: 10 * minutes }, () => {
  let workshop: Workshop;
  const installed = new Map<string, Promise<string>>();

  /** The folder of an app, `null` after skipping where its packages cannot be had. */
  async function install(app: string, context: TestContext): Promise<string | null> {
    try {
      if (!installed.has(app)) installed.set(app, workshop.install(app));
      return await installed.get(app)!;
    } catch (error) {
      if (!(error instanceof NoRegistry)) throw error;
      context.skip("the registry of npm cannot be reached");
      return null;
    }
  }

  async function requireWorks(url: string): Promise<void> {
    const open = await openPage(url);
    try {
      await requireCleanedSample(open);
      await requireCompressedVolume(open);
      assert.deepEqual(open.errors, []);
      assert.deepEqual(open.foreignRequests, []);
    } finally {
      await open.close();
    }
  }

  async function requireServedWorks(folder: string, options: ServeOptions = {}): Promise<void> {
    const server = await serve(folder, 0, options);
    try {
      await requireWorks(server.url);
    } finally {
      await server.close();
    }
  }

  before(async () => {
    workshop = await createWorkshop();
  });
  after(() => workshop.remove());

  it("is imported by every entry in plain Node, where there are no elements", async (context) => {
    const folder = await install("import-map", context);
    if (!folder) return;
    const text = await readFile(join(folder, "node_modules/slnet-web/package.json"), "utf8");
    const { exports } = JSON.parse(text) as { exports: Record<string, unknown> };
    const entries = Object.keys(exports).filter((path) => !/[*]|\.json$/.test(path));
    assert.ok(entries.length >= 7, entries.join());
    for (const entry of entries) {
      const name = `slnet-web${entry.slice(1)}`;
      const script = `const entry = await import(${JSON.stringify(name)}); console.log(Object.keys(entry).join());`;
      const imported = run(folder, process.execPath, "--input-type=module", "-e", script);
      // The script of a worker starts one; it is there for its address.
      if (entry === "./worker")
        await assert.rejects(imported, /is the script of a web worker and cannot be imported here/);
      else assert.match(await imported, entry === "./define" ? /^\n$/ : /\w/, name);
    }
  });

  it("describes each element that it exports", async (context) => {
    const folder = await install("import-map", context);
    if (!folder) return;
    const script =
      'import { LitElement } from "lit"; import * as entry from "slnet-web"; import "slnet-web/define";' +
      'import { readFileSync } from "node:fs"; import { fileURLToPath } from "node:url";' +
      "const elements = Object.values(entry).filter(({ prototype }) => prototype instanceof LitElement);" +
      'const manifest = readFileSync(fileURLToPath(import.meta.resolve("slnet-web/custom-elements.json")), "utf8");' +
      "const names = elements.map((element) => [element.name, customElements.getName(element)]);" +
      "console.log(JSON.stringify({ names, manifest: JSON.parse(manifest) }));";
    const { names, manifest } = JSON.parse(
      await run(folder, process.execPath, "--input-type=module", "-e", script),
    ) as {
      names: string[][];
      manifest: ElementsManifest;
    };
    const declarations = manifest.modules.flatMap((module) => module.declarations);
    const described = declarations.map(({ name, tagName }) => [name, tagName]);
    assert.deepEqual(described.sort(), names.sort());
    assert.equal(names.length, 3);
    for (const { name, description, members, cssProperties } of declarations) {
      assert.ok(description.length > 20 && members.length > 0 && cssProperties.length > 20, name);
    }
    const viewer = declarations.find(({ tagName }) => tagName === "slnet-stack-viewer");
    assert.deepEqual(
      viewer?.slots?.map(({ name }) => name),
      ["empty"],
    );
  });

  it("holds no demo, and is small", async () => {
    const list = await run(".", "tar", "-tzf", workshop.tarball);
    assert.doesNotMatch(list, /dist\/demo/);
    const { size } = await stat(workshop.tarball);
    console.log(`the archive has ${(size / 1e6).toFixed(2)} MB`);
    assert.ok(size < 4e6, `${size} bytes`);
  });

  for (const app of ["vite", "webpack", "rollup", "esbuild"]) {
    it(`is built with ${app} and cleans a stack under a strict policy`, async (context) => {
      const folder = await install(app, context);
      if (!folder) return;
      await npm(folder, "run", "build");
      await requireServedWorks(join(folder, "dist"));
    });
  }

  it("works in the development server of Vite", async (context) => {
    const folder = await install("vite", context);
    if (!folder) return;
    const program = join(folder, "node_modules/vite/bin/vite.js");
    const server = spawn(process.execPath, [program, "--port", "0", "--host", "127.0.0.1"], { cwd: folder });
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let said = "";
        const listen = (piece: Buffer): void => {
          // Without the escape sequences that colour it.
          // eslint-disable-next-line no-control-regex
          said += piece.toString().replace(/\u001b\[\d+m/g, "");
          const [address] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? [];
          if (address !== undefined) resolve(address);
        };
        server.stdout.on("data", listen);
        server.stderr.on("data", listen);
        server.on("exit", (code) => reject(new Error(`vite ended with ${String(code)}: ${said}`)));
      });
      await requireWorks(url);
    } finally {
      server.kill();
    }
  });

  it("works without a bundler, by an import map", async (context) => {
    const folder = await install("import-map", context);
    // An import map stands in the page, which a strict policy allows by its hash only.
    if (folder) await requireServedWorks(folder, { policy: null });
  });

  it("works in a page of another origin than its scripts, worker and assets", async (context) => {
    const folder = await install("import-map", context);
    if (!folder) return;
    const scripts = await serve(folder, 0, { shared: true, isolated: false, policy: null });
    const page = await serve(folder, 0, { isolated: false, policy: null });
    try {
      const html = await readFile(join(folder, "index.html"), "utf8");
      const elsewhere = html.replaceAll('"./node_modules/', `"${scripts.url}node_modules/`);
      await writeFile(join(folder, "elsewhere.html"), elsewhere);
      const open = await openPage(`${page.url}elsewhere.html`);
      try {
        await requireCleanedSample(open);
        await requireCompressedVolume(open);
        assert.deepEqual(open.errors, []);
        const asked = [...new Set(open.foreignRequests.map((address) => new URL(address).origin))];
        assert.deepEqual(asked, [new URL(scripts.url).origin]);
        assert.ok(open.foreignRequests.some((address) => address.endsWith("/slnet.worker.js")));
      } finally {
        await open.close();
      }
    } finally {
      await page.close();
      await scripts.close();
    }
  });
});
