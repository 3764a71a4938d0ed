// What a page downloads of each entry before it asks for more, minified and compressed by gzip. More than the limit fails.
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { nodeResolve } from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import { rollup } from "rollup";

import { root } from "./repository.mjs";

/** Files of `dist/`, taken together with the packages that they import, and the limit in kB of 1000 bytes. */
const limits = [
  { entries: ["index.js", "define.js"], limit: 60 },
  { entries: ["client.js"], limit: 15 },
  { entries: ["host.js"], limit: 10 },
  { entries: ["host-conformance.js"], limit: 10 },
  { entries: ["manifest.js"], limit: 2 },
  { entries: ["slnet.worker.js"], limit: 80 },
  // With its worker and all parts that other pages load later.
  { entries: ["anywidget.js"], limit: 380 },
];

/** What is imported by `import()` comes later. */
const withoutLaterParts = { name: "without-later-parts", resolveDynamicImport: () => false };

async function compressedBytes(entries) {
  const bundle = await rollup({
    input: entries.map((entry) => join(root, "dist", entry)),
    plugins: [withoutLaterParts, nodeResolve({ browser: true }), terser()],
  });
  const { output } = await bundle.generate({ format: "es" });
  await bundle.close();
  return output.reduce((sum, { code }) => sum + gzipSync(code).length, 0);
}

for (const { entries, limit } of limits) {
  const bytes = await compressedBytes(entries);
  const isTooLarge = bytes > limit * 1000;
  console.log(`${entries.join(" + ")}: ${(bytes / 1000).toFixed(1)} kB, at most ${limit} kB${isTooLarge ? " ✖" : ""}`);
  if (isTooLarge) process.exitCode = 1;
}
