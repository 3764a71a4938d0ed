import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ensureInstalled } from "./install.mjs";
import { kernelModule } from "./kernel-modules.mjs";
import { listFiles } from "./list-files.mjs";
import { isMain, root, runQuietly } from "./repository.mjs";

/** The projects that end up in `dist/`. The tests are compiled by `npm run types`: a broken test breaks no build. */
const projects = ["demo", "demo/offline", "src/cli", "src/worker"];

/** Everything `dist/` is made of. */
const inputFolders = ["src", "demo", "docs", "scripts/licences"];
const inputFiles = [
  "custom-elements-manifest.config.mjs",
  "package-lock.json",
  "rollup.config.mjs",
  "scripts/kernel-modules.mjs",
  "scripts/render-docs.mjs",
  "scripts/third-party.mjs",
  "tsconfig.base.json",
];

/** One file of each kind, so that a removed or emptied `dist/` is seen. */
const outputs = ["dist/cli/slnet.js", "dist/slnet.worker.js", "dist/demo/index.html"];

/** Fingerprint of the inputs of the last build that went through. Not in `dist/`, which is published. */
const stamp = join(root, "build", "dist.stamp");

/** Whether `dist/` is there and made from the sources as they are now. Takes a few milliseconds. */
export function isBuilt() {
  if (!outputs.every((output) => existsSync(join(root, output)))) return false;
  return existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint();
}

/**
 * Compiles what changed and bundles it into `dist/`. All that it prints goes to standard error.
 *
 * @throws {Error} where the compiler or the bundler fails
 */
export function build() {
  if (isBuilt()) return;
  // Taken before the work: a file that is changed meanwhile makes the next build start again.
  const before = fingerprint();
  rmSync(stamp, { force: true });
  console.error("Building …");
  compile(projects);
  compileKernels();
  // Parts have a hash in their name; those of earlier builds would be published with the new ones.
  rmSync(join(root, "dist"), { recursive: true, force: true });
  const rollup = join(root, "node_modules", "rollup", "dist", "bin", "rollup");
  if (!runQuietly(process.execPath, [rollup, "--config", "--silent"])) {
    throw new Error("the bundles could not be made; rollup says why above");
  }
  describeElements();
  mkdirSync(join(root, "build"), { recursive: true });
  writeFileSync(stamp, before);
}

/**
 * Compiles TypeScript projects and those that they refer to.
 *
 * @param {readonly string[]} folders of the projects; none means all
 * @throws {Error} where the compiler reports errors
 */
export function compile(folders = []) {
  removeOrphans();
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  if (!runQuietly(process.execPath, [tsc, "--build", ...folders])) {
    throw new Error("the TypeScript sources do not compile; the compiler says why above");
  }
}

/** Writes `dist/custom-elements.json`, by which editors and documentation know the elements. */
function describeElements() {
  const analyzer = join(root, "node_modules", "@custom-elements-manifest", "analyzer", "cem.js");
  if (!runQuietly(process.execPath, [analyzer, "analyze", "--quiet"])) {
    throw new Error("the manifest of the elements could not be made; the analyzer says why above");
  }
}

/** Compiles the WebAssembly kernels into `build/kernels/`, each as a module that exports it as `base64`. */
function compileKernels() {
  const compiler = join(root, "node_modules", "assemblyscript", "bin", "asc.js");
  for (const [name, source, features] of [
    ["simd", "index.ts", "simd"],
    ["relaxed-simd", "index.ts", "simd,relaxed-simd"],
    ["shrink", "shrink.ts", "simd"],
  ]) {
    const binary = join(root, "build/kernels", `${name}.wasm`);
    const compiled = runQuietly(process.execPath, [
      compiler,
      join(root, "src/kernels/assembly", source),
      ...["--outFile", binary],
      ...["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--use", "abort=", "--enable", features],
      // Vectors are exchanged between functions of ours, not with JavaScript.
      ...["--disableWarning", "112"],
    ]);
    if (!compiled) throw new Error("the WebAssembly kernels do not compile; the compiler says why above");
    writeFileSync(kernelModule(name), `export const base64 = "${readFileSync(binary, "base64")}";\n`);
  }
}

/** The compiler leaves the output of a deleted or renamed source, and a test would go on running. */
function removeOrphans() {
  const compiledFiles = ["src", "demo", "test"].flatMap((folder) => listFiles(join(root, "build", folder)));
  for (const map of compiledFiles.filter((path) => path.endsWith(".js.map"))) {
    const compiled = map.slice(0, -".js.map".length);
    const source = compiled.replace(join(root, "build"), root);
    if (existsSync(`${source}.ts`)) continue;
    for (const ending of [".js", ".js.map", ".d.ts"]) rmSync(compiled + ending, { force: true });
  }
}

function fingerprint() {
  const hash = createHash("sha256");
  const files = [...inputFolders.flatMap((folder) => listFiles(join(root, folder))), ...inputFiles.map(fromRoot)];
  for (const file of files) {
    const facts = statSync(file, { throwIfNoEntry: false });
    hash.update(`${file} ${facts?.mtimeMs} ${facts?.size}\n`);
  }
  return hash.digest("hex");
}

function fromRoot(path) {
  return join(root, path);
}

if (isMain(import.meta.url)) {
  try {
    ensureInstalled();
    build();
    console.error("dist/ is up to date.");
  } catch (error) {
    console.error(`build: ${error.message}`);
    process.exitCode = 1;
  }
}
