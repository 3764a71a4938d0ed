import { cpSync } from "node:fs";

// The page, and what the worker fetches when it needs it.
cpSync("index.html", "dist/index.html");
cpSync("node_modules/slnet-web/dist/assets", "dist/slnet", { recursive: true });

export default {
  mode: "production",
  entry: "./main.js",
  performance: { hints: false },
};
