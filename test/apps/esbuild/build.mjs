import { cpSync } from "node:fs";

import { build } from "esbuild";

// The page; and the worker, its parts and what it fetches.
cpSync("index.html", "dist/index.html");
for (const name of ["slnet.worker.js", "worker-parts", "assets"]) {
  cpSync(`node_modules/slnet-web/dist/${name}`, `dist/${name}`, { recursive: true });
}

await build({ entryPoints: ["main.js"], bundle: true, format: "esm", splitting: true, minify: true, outdir: "dist" });
