import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import ts from "typescript";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const documentation = readFileSync(join(root, "docs/embedding.md"), "utf8");

const strict: ts.CompilerOptions = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, types: [] };
const page: ts.CompilerOptions = {
  ...strict,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
};
/** A program of Node without the types of a page; those of the package name some of them, which only its own check minds. */
const node: ts.CompilerOptions = {
  ...strict,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2023.d.ts"],
  types: ["node"],
  skipLibCheck: true,
};

/** What a page has around the example. */
const around = `
  declare const file: File;
  declare const signal: AbortSignal;
  declare function show(from: number, sparse: Float32Array<ArrayBuffer>): void;
`;

function example(name: string): string {
  const [, code] = new RegExp(`\`\`\`js ${name}\\n(.*?)\`\`\``, "s").exec(documentation) ?? [];
  assert.ok(code, `the documentation has an example for ${name}`);
  return code;
}

/** What the compiler says about a program that has the built package by its name. */
function problems(code: string, options: ts.CompilerOptions): readonly string[] {
  mkdirSync(join(root, "build"), { recursive: true });
  const folder = mkdtempSync(join(root, "build", "client-types-"));
  try {
    const file = join(folder, "example.mts");
    writeFileSync(file, code);
    return ts
      .getPreEmitDiagnostics(ts.createProgram([file], options))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("the types of slnet-web/client", () => {
  it("fit the example for a page", () => {
    assert.deepEqual(problems(around + example("page"), page), []);
  });

  it("fit the example for Node", () => {
    assert.deepEqual(problems(example("node"), node), []);
  });

  it("refuse a cleaning without a model, and an engine that there is not", () => {
    const wrong = `
      import { createSlnetClient } from "slnet-web/client";
      const slnet = await createSlnetClient({ engine: "cuda" });
      slnet.clean("recording.tif", {});
    `;
    const found = problems(wrong, node);
    assert.equal(found.length, 2, found.join("\n"));
    assert.match(found[0]!, /"cuda"/);
    assert.match(found[1]!, /model/);
  });
});
