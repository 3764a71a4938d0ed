import { cpSync } from "node:fs";

import { nodeResolve } from "@rollup/plugin-node-resolve";

// The page; and the worker, its parts and what it fetches.
cpSync("index.html", "dist/index.html");
for (const name of ["slnet.worker.js", "worker-parts", "assets"]) {
  cpSync(`node_modules/slnet-web/dist/${name}`, `dist/${name}`, { recursive: true });
}

export default {
  input: "main.js",
  output: { dir: "dist", format: "es" },
  plugins: [nodeResolve({ browser: true })],
};
