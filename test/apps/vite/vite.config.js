import { cpSync } from "node:fs";

import { defineConfig } from "vite";

// What the worker fetches when it needs it.
cpSync("node_modules/slnet-web/dist/assets", "public/slnet", { recursive: true });

export default defineConfig({
  // Any folder of a server.
  base: "./",
  // The development server would move the package's modules away from its worker.
  optimizeDeps: { exclude: ["slnet-web"] },
  // The worker loads its parts by `import()`.
  worker: { format: "es" },
  build: { target: "es2022" },
});
