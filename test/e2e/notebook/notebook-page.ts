import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import commonjs from "@rollup/plugin-commonjs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { rollup } from "rollup";

import { openPlainPage, type PlainPage } from "../page.js";
import type { CommData, NotebookHost, SentBuffers } from "./host.js";

const root = new URL("../../../../", import.meta.url);

/** Python's side of a comm: what it answers to the data of a message, as many messages as it likes. */
export interface Kernel {
  /** The traits when the comm is opened. */
  readonly state: Readonly<Record<string, unknown>>;
  onMessage(data: CommData, buffers: readonly Buffer[]): Promise<readonly KernelMessage[]>;
}

export interface KernelMessage {
  readonly data: CommData;
  readonly buffers: readonly Uint8Array[];
}

export interface NotebookPage extends PlainPage {
  /** Opens the comm of a widget. */
  create(modelId: string, kernel: Kernel): Promise<void>;
  show(cellId: string, modelId: string): Promise<void>;
  remove(cellId: string): Promise<void>;
  /** Python closes the widget: its model goes, and all its views. */
  destroy(modelId: string): Promise<void>;
  /** What Python sends of its own accord. */
  send(modelId: string, message: KernelMessage): Promise<void>;
}

type Page = typeof globalThis & { readonly notebook: NotebookHost };

/** That of the server of Jupyter, without the address for reports. */
const jupyterPolicy = "frame-ancestors 'self'";

const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Notebook</title>
    <link rel="icon" href="data:," />
    <style>
      body { margin: 0; font-family: sans-serif }
      body[data-jp-theme-light="false"] { background: #111; color: #eee }
      .jp-OutputArea-output { margin: 12px 16px 12px 80px; overflow: auto }
    </style>
  </head>
  <body data-jp-theme-light="true">
    <main class="jp-Notebook"><h1>Notebook</h1><button type="button">Cell above</button></main>
    <script type="module" src="host-page.js"></script>
  </body>
</html>`;

/** A notebook page with the built widget beside it. */
export async function openNotebook(): Promise<NotebookPage> {
  const folder = await mkdtemp(join(tmpdir(), "slnet-notebook-"));
  const bundle = await rollup({
    input: fileURLToPath(new URL("build/test/e2e/notebook/host-page.js", root)),
    plugins: [nodeResolve({ browser: true, preferBuiltins: false }), commonjs()],
    onwarn: () => undefined,
  });
  await bundle.write({ dir: folder, format: "es" });
  await bundle.close();
  await cp(fileURLToPath(import.meta.resolve("anywidget")), join(folder, "anywidget-front-end.js"));
  await cp(new URL("dist/anywidget.js", root), join(folder, "anywidget.js"));
  await writeFile(join(folder, "index.html"), html);
  const plain = await openPlainPage(folder, { isolated: false, policy: jupyterPolicy });
  const { page } = plain;
  const kernels = new Map<string, Kernel>();

  const send = async (modelId: string, { data, buffers }: KernelMessage): Promise<void> => {
    const texts = buffers.map((bytes) =>
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
    );
    await page.evaluate(([id, sent, given]) => (globalThis as unknown as Page).notebook.receive(id, sent, given), [
      modelId,
      data,
      texts,
    ] as const);
  };
  await page.exposeFunction("toKernel", async (modelId: string, data: string, buffers: SentBuffers) => {
    const kernel = kernels.get(modelId)!;
    const bytes = buffers.map((text) => Buffer.from(text, "base64"));
    // Answers come on their own: a notebook does not wait for them.
    void kernel.onMessage(JSON.parse(data) as CommData, bytes).then(async (answers) => {
      for (const answer of answers) await send(modelId, answer).catch(() => undefined);
    });
  });
  await page
    .waitForFunction(() => "notebook" in globalThis)
    .catch((error: unknown) => {
      throw new Error(["the notebook is not ready", ...plain.errors].join("; "), { cause: error });
    });
  return {
    ...plain,
    send,
    async create(modelId, kernel) {
      kernels.set(modelId, kernel);
      await page.evaluate(([id, state]) => (globalThis as unknown as Page).notebook.createModel(id, state), [
        modelId,
        kernel.state,
      ] as const);
    },
    show: (cellId, modelId) =>
      page.evaluate(([cell, model]) => (globalThis as unknown as Page).notebook.showView(cell, model), [
        cellId,
        modelId,
      ] as const),
    remove: (cellId) => page.evaluate((id) => (globalThis as unknown as Page).notebook.removeView(id), cellId),
    destroy: (modelId) => page.evaluate((id) => (globalThis as unknown as Page).notebook.destroyModel(id), modelId),
    async close() {
      await plain.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
