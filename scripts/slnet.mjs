// `npm run -s slnet -- <command>`: the command line from a checkout. Standard output belongs to the command.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { build, isBuilt } from "./build.mjs";
import { ensureInstalled } from "./install.mjs";
import { root } from "./repository.mjs";

const program = join(root, "dist", "cli", "slnet.js");

try {
  if (!isBuilt()) {
    ensureInstalled();
    build();
  }
} catch (error) {
  console.error(`slnet: ${error.message}`);
  process.exit(1);
}

// In this process, not in a child: nothing to pass on (signals, exit code, terminal) and no second start of Node.
process.argv[1] = program;
// npm starts scripts in the repository; the paths on the command line are relative to where the person is.
if (process.env.npm_lifecycle_event === "slnet" && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
await import(pathToFileURL(program).href);
