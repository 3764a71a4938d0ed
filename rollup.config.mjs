import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { copyFile, cp, mkdir, readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

import commonjs from "@rollup/plugin-commonjs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";

import { kernelsForRollup } from "./scripts/kernel-modules.mjs";
import { renderDocs } from "./scripts/render-docs.mjs";
import { ThirdParty } from "./scripts/third-party.mjs";

// Rollup works on what `tsc -b` has put into build/.
const require = createRequire(import.meta.url);
const packageFolder = (name) => dirname(require.resolve(`${name}/package.json`));
const itkFolder = dirname(fileURLToPath(import.meta.resolve("@itk-wasm/image-io")));

/** What is in the package, what of it is in the worker and its assets, and what is on the pages of the demo. */
const inPackage = new ThirdParty();
const inWorker = new ThirdParty();
const inDemo = new ThirdParty();

/** After the last bundle of the package. */
const writeLicences = () => ({
  name: "write-licences",
  writeBundle() {
    inPackage.addAll(inWorker);
    inPackage.write("dist");
  },
});

/** The WASM files and readers that the worker loads when it needs them, served as plain files beside it. */
const copyAssets = (folder) => ({
  name: "copy-assets",
  async writeBundle() {
    const wasmPackage = packageFolder("@tensorflow/tfjs-backend-wasm");
    const wasmFolder = join(wasmPackage, "dist");
    inWorker.addFolder(wasmPackage);
    inWorker.addFolder(dirname(itkFolder));
    const wasmFiles = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm"];
    await mkdir(join(folder, "tfjs"), { recursive: true });
    await Promise.all(wasmFiles.map((file) => copyFile(join(wasmFolder, file), join(folder, "tfjs", file))));
    const pipelines = ["meta", "nrrd"].map((format) => `${format}-read-image`);
    await mkdir(join(folder, "itk"), { recursive: true });
    for (const pipeline of pipelines) {
      for (const end of [".js", ".wasm.zst"]) {
        await copyFile(join(itkFolder, "pipelines", pipeline + end), join(folder, "itk", pipeline + end));
      }
    }
  },
});

/** Shaders as text. The compiler copies none into build/. */
const shaders = () => ({
  name: "shaders",
  resolveId: (source, importer) =>
    source.endsWith(".wgsl") ? resolve(dirname(importer.replace(`${sep}build${sep}src`, `${sep}src`)), source) : null,
  load: async (id) => (id.endsWith(".wgsl") ? `export default ${JSON.stringify(await readFile(id, "utf8"))};` : null),
});

/**
 * Parts of the worker that are not in the one for notebooks: engines that need files beside it, and readers and writers of
 * what is no array of Python's.
 */
const notInNotebooks =
  /(webgpu-engine|tfjs-engine|itk-browser|zarr-reader|zarr-zip|zarr-writer|url-input|nd2-reader|merging-job|shard-part)\.js$|^(geotiff|yaml|numcodecs\/.*)$/;

/** Asking for such a part fails, with a sentence for the person who asked. */
const leaveOutOfNotebooks = () => ({
  name: "leave-out-of-notebooks",
  resolveDynamicImport: (part) =>
    typeof part === "string" && notInNotebooks.test(part) ? { id: part, external: true } : null,
  renderDynamicImport: ({ targetModuleId }) =>
    notInNotebooks.test(targetModuleId ?? "") ? { left: "slnetLeftOut(", right: ")" } : null,
});
const leftOut =
  "const slnetLeftOut = () => Promise.reject(new Error(" +
  '"this is left out of the worker for notebooks; save the stack and open it on the page of slnet-web"));';

/** The worker for notebooks, as text. The bundle before has made it. */
const notebookWorkerText = () => ({
  name: "notebook-worker-text",
  resolveId: (source) => (source === "slnet-notebook-worker" ? `\0${source}` : null),
  async load(id) {
    if (id !== "\0slnet-notebook-worker") return null;
    return `export const workerSource = ${JSON.stringify(await readFile("build/bundles/notebook-worker.js", "utf8"))};`;
  },
});

/** The page beside its script: markup and styles are copied, and the whole package stands under it. */
const copyDemo = () => ({
  name: "copy-demo",
  async writeBundle() {
    await cp("docs/images", "dist/demo/docs/images", { recursive: true });
    await renderDocs("docs", "dist/demo/docs");
    inDemo.addAll(inWorker);
    inDemo.write("dist/demo");
    for (const file of await readdir("demo", { recursive: true })) {
      if (/\.(html|css|svg|png|webmanifest)$/.test(file)) await copyFile(join("demo", file), join("dist/demo", file));
    }
    await cp("dist/slnet.worker.js", "dist/demo/slnet.worker.js");
    await cp("dist/worker-parts", "dist/demo/worker-parts", { recursive: true });
    await cp("dist/assets", "dist/demo/assets", { recursive: true });
  },
});

/** Parts of the demo that its first page never loads. */
const otherPagesParts = new Set();

const findOtherPagesParts = () => ({
  name: "find-other-pages-parts",
  generateBundle(_, bundle) {
    const reached = new Set();
    const reach = (file) => {
      if (reached.has(file) || !bundle[file]) return;
      reached.add(file);
      for (const next of [...bundle[file].imports, ...bundle[file].dynamicImports]) reach(next);
    };
    for (const file of ["main.js", "theme.js"]) reach(file);
    for (const file of Object.keys(bundle)) if (!reached.has(file)) otherPagesParts.add(file);
  },
});

/** What the service worker keeps: the files of the demo as they lie there now, with their hashes. */
const offlineFiles = () => ({
  name: "offline-files",
  resolveId: (source) => (source === "offline-files" ? `\0${source}` : null),
  load(id) {
    if (id !== "\0offline-files") return null;
    const atOnce = {};
    const whenVisited = {};
    for (const entry of readdirSync("dist/demo", { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const path = relative("dist/demo", file).replaceAll(sep, "/");
      const isOther = otherPagesParts.has(path) || /^(viewers|gallery|docs\/images)\//.test(path);
      const list = isOther ? whenVisited : atOnce;
      list[path] = createHash("sha256").update(readFileSync(file)).digest("base64");
    }
    const version = createHash("sha256")
      .update(JSON.stringify([atOnce, whenVisited]))
      .digest("hex");
    return Object.entries({ version, atOnce, whenVisited })
      .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
      .join("\n");
  },
});

/** The types that the entries of the package lead to. Those of its inside would be a tenth of the archive. */
const copyTypes = () => ({
  name: "copy-types",
  async writeBundle() {
    const { exports } = JSON.parse(await readFile("package.json", "utf8"));
    const entries = Object.values(exports).flatMap(({ types }) => types ?? []);
    const wanted = entries.map((file) => resolve(file.replace("./dist/types/", "build/src/")));
    const copied = new Set();
    for (const file of wanted) await copyTypesFrom(file, copied);
  },
});

async function copyTypesFrom(file, copied) {
  if (copied.has(file)) return;
  copied.add(file);
  const target = file.replace(resolve("build/src"), resolve("dist/types"));
  await mkdir(dirname(target), { recursive: true });
  await copyFile(file, target);
  const text = await readFile(file, "utf8");
  for (const [, path] of text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)\.js["']/g)) {
    await copyTypesFrom(resolve(dirname(file), `${path}.d.ts`), copied);
  }
}

/** Of the decoders of geotiff the worker uses only that of JPEG; geotiff would bring all of them. */
const jpegDecoderOnly = () => ({
  name: "jpeg-decoder-only",
  resolveId: (source, importer) =>
    /[\\/]geotiff[\\/][\w-]+[\\/]compression[\\/]index\.js$/.test(importer ?? "") && !/jpeg|basedecoder/.test(source)
      ? "\0unused-decoder"
      : null,
  load: (id) => (id === "\0unused-decoder" ? "export default undefined;" : null),
});

/** What React and deck.gl ask for when they are bundled: a page has no `process`. */
const production = () => ({
  name: "production",
  transform: (code) =>
    code.includes("process.env.NODE_ENV")
      ? { code: code.replaceAll("process.env.NODE_ENV", '"production"'), map: null }
      : null,
});

/** A fifth less to download, with the names that are in the traces of errors. Licences stay. */
const withoutComments = terser({
  compress: false,
  mangle: false,
  format: { comments: /licen[cs]e|copyright|^!|@vite-ignore|webpackIgnore/i },
});
// Licences, and what tells a bundler that an address is known only at run time.
const minify = terser({ format: { comments: /@license|^!|@vite-ignore|webpackIgnore/ } });
const browser = () => [nodeResolve({ browser: true, preferBuiltins: false }), commonjs()];
const node = () => [nodeResolve({ exportConditions: ["node"], preferBuiltins: true }), commonjs()];

// TensorFlow.js and itk-wasm call `require` under Node, which an ES module does not have.
const nodeBanner =
  'import { createRequire as slnetCreateRequire } from "node:module"; import { fileURLToPath as slnetPath } from "node:url";' +
  ' import { dirname as slnetDirname } from "node:path"; const require = slnetCreateRequire(import.meta.url);' +
  " const __filename = slnetPath(import.meta.url); const __dirname = slnetDirname(__filename);";

const quiet = (warning, warn) => {
  // Known and harmless: a `this` at the top of compiled decorator helpers, circular imports inside TensorFlow.js.
  if (warning.code === "THIS_IS_UNDEFINED") return;
  if (warning.code === "CIRCULAR_DEPENDENCY" && warning.message.includes("node_modules")) return;
  warn(warning);
};

/** The worker: a small start, with TensorFlow.js and itk-wasm in parts of their own. */
const worker = {
  input: { "slnet.worker": "build/src/worker/index.js" },
  output: {
    dir: "dist",
    format: "es",
    chunkFileNames: "worker-parts/[name]-[hash].js",
    // What the parts share must not be in the script itself. Vite's development server gives the script one address as
    // a worker and another one as an import of its parts, and it would run twice, both answering each message.
    manualChunks: { start: ["build/src/worker/start.js"] },
  },
  plugins: [
    kernelsForRollup(),
    shaders(),
    jpegDecoderOnly(),
    ...browser(),
    minify,
    copyAssets("dist/assets"),
    inWorker.plugin(),
  ],
  onwarn: quiet,
};

/** What runs in the thread of itk-wasm, which the worker starts for a file and ends after it: in a page, and in Node. */
const itkWorkers = [
  {
    input: {
      "itk-worker": "build/src/worker/platform/itk-browser-worker.js",
      "itk-browser-run": "build/src/worker/platform/itk-browser-run.js",
    },
    output: { dir: "dist/assets/itk", format: "es" },
    plugins: [...browser(), minify, inWorker.plugin()],
    onwarn: quiet,
  },
  {
    input: "build/src/worker/platform/itk-node-worker.js",
    external: [/^node:/],
    output: { file: "dist/assets/itk/itk-worker.mjs", format: "es", banner: nodeBanner },
    plugins: [...node(), minify, inWorker.plugin()],
    onwarn: quiet,
  },
];

/** What a page imports. Lit, Comlink, idb, uPlot and yaml stay outside, so that an application has each of them once. */
const library = {
  input: {
    index: "build/src/plugin/index.js",
    define: "build/src/plugin/define.js",
    client: "build/src/plugin/client.js",
    host: "build/src/plugin/host/index.js",
    "host-conformance": "build/src/plugin/host/conformance/index.js",
    manifest: "build/src/plugin/manifest.js",
    "adapters/napari-js": "build/src/plugin/adapters/napari-js.js",
    "adapters/openseadragon": "build/src/plugin/adapters/openseadragon.js",
    "adapters/niivue": "build/src/plugin/adapters/niivue.js",
    "adapters/viv": "build/src/plugin/adapters/viv.js",
  },
  external: [/^lit/, /^@lit/, "comlink", "idb", "uplot", "yaml"],
  // All in one folder: the one that starts the worker looks for it beside itself.
  output: { dir: "dist", format: "es", chunkFileNames: "part-[name]-[hash].js" },
  plugins: [kernelsForRollup(), withoutComments, copyTypes(), inPackage.plugin()],
  onwarn: quiet,
};

/** One text, since a notebook starts it from the memory of the page. */
const notebookWorker = {
  input: "build/src/worker/index.js",
  output: { file: "build/bundles/notebook-worker.js", format: "es", inlineDynamicImports: true, intro: leftOut },
  plugins: [
    kernelsForRollup(),
    shaders(),
    jpegDecoderOnly(),
    leaveOutOfNotebooks(),
    ...browser(),
    minify,
    inPackage.plugin(),
  ],
  onwarn: quiet,
};

/** The YAML parser for pages, where everything else is taken as for Node. */
const yamlForPages = () => ({
  name: "yaml-for-pages",
  resolveId: (source) => (source === "yaml" ? join(packageFolder("yaml"), "browser", "index.js") : null),
});

/** The widget, with all that it needs: a notebook loads one text. */
const widget = {
  input: "build/src/plugin/notebook/anywidget.js",
  output: { file: "dist/anywidget.js", format: "es", inlineDynamicImports: true },
  // Lit as it is for Node works in pages too, and lets the module be imported where there are no elements.
  plugins: [
    kernelsForRollup(),
    notebookWorkerText(),
    yamlForPages(),
    nodeResolve({ exportConditions: ["node"], preferBuiltins: false }),
    minify,
    inPackage.plugin(),
    writeLicences(),
  ],
  onwarn: quiet,
};

/** The pages in which the plugin is embedded in a viewer: each has a script of its name. */
const viewerPages = readdirSync("demo/viewers")
  .filter((file) => file.endsWith(".html") && file !== "index.html")
  .map((file) => `viewers/${basename(file, ".html")}`);

const demo = {
  input: {
    main: "build/demo/main.js",
    theme: "build/demo/theme.js",
    "gallery/gallery": "build/demo/gallery/gallery.js",
    ...Object.fromEntries(viewerPages.map((page) => [page, `build/demo/${page}.js`])),
  },
  output: { dir: "dist/demo", format: "es", chunkFileNames: "parts/[name]-[hash].js" },
  plugins: [kernelsForRollup(), production(), ...browser(), minify, findOtherPagesParts(), inDemo.plugin(), copyDemo()],
  onwarn: quiet,
};

/** After the demo, whose files it lists. */
const serviceWorker = {
  input: "build/demo/offline/service-worker.js",
  output: { file: "dist/demo/service-worker.js", format: "iife" },
  plugins: [offlineFiles(), minify],
  onwarn: quiet,
};

const commandLine = {
  input: { slnet: "build/src/cli/slnet.js", worker: "build/src/worker/node.js" },
  external: [/^node:/],
  output: {
    dir: "dist/cli",
    format: "es",
    banner: nodeBanner,
    chunkFileNames: "parts/[name]-[hash].js",
  },
  plugins: [kernelsForRollup(), shaders(), jpegDecoderOnly(), ...node(), withoutComments, inPackage.plugin()],
  onwarn: quiet,
};

/** `slnet-web/client` in Node: one file, beside its worker. */
const nodeClient = {
  input: "build/src/cli/client.js",
  external: [/^node:/],
  output: { file: "dist/cli/client.js", format: "es" },
  plugins: [...node(), inPackage.plugin()],
  onwarn: quiet,
};

/** What computes and reads, alone, for the tests that compare it with an oracle and for the benchmark. */
const engineTests = (platform, plugins, banner = "") => ({
  input: {
    engines: "build/src/worker/engines/start-engine.js",
    "tfjs-engine": "build/src/worker/engines/tfjs-engine.js",
    kernels: "build/src/worker/engines/kernels.js",
    "open-stack": "build/src/worker/readers/open-stack.js",
    platform: `build/src/worker/platform/${platform}.js`,
    "masked-mean": "build/src/worker/methods/masked-mean-method.js",
    "masked-mean-plain": "build/src/worker/methods/masked-mean-plain.js",
    "masked-mean-kernel": "build/src/worker/methods/masked-mean-kernel.js",
    "running-median": "build/src/worker/methods/running-median.js",
    "running-median-kernel": "build/src/worker/methods/running-median-kernel.js",
  },
  output: { dir: `build/bundles/${platform}`, format: "es", banner },
  plugins: [kernelsForRollup(), shaders(), jpegDecoderOnly(), ...plugins],
  onwarn: quiet,
});

/** The viewers of those pages alone, for the tests that check them as hosts. */
const viewers = viewerPages.map((page) => ({
  input: `build/demo/${page}-viewer.js`,
  output: { file: `build/bundles/${page}.js`, format: "es", inlineDynamicImports: true },
  plugins: [kernelsForRollup(), production(), ...browser()],
  onwarn: quiet,
}));

export default [
  worker,
  ...itkWorkers,
  commandLine,
  nodeClient,
  engineTests("browser", browser()),
  engineTests("node", node(), nodeBanner),
  library,
  notebookWorker,
  widget,
  demo,
  serviceWorker,
  ...viewers,
];
