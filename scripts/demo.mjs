import { join } from "node:path";
import { parseArgs } from "node:util";

import { build } from "./build.mjs";
import { ensureInstalled } from "./install.mjs";
import { root } from "./repository.mjs";
import { serve } from "./serve.mjs";

try {
  const port = wantedPort();
  ensureInstalled();
  build();
  const { url, port: taken } = await serve(join(root, "dist", "demo"), port);
  if (port !== 0 && taken !== port) console.log(`Port ${port} is in use.`);
  console.log(`The demo is at ${url} (stop with Ctrl-C).`);
} catch (error) {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
}

function wantedPort() {
  const { values } = parseArgs({ options: { port: { type: "string" } } });
  const text = values.port ?? process.env.PORT ?? "8080";
  const port = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65535)) throw new Error(`port is ${text}, expected a whole number from 0 to 65535`);
  return port;
}
