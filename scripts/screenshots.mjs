// `npm run screenshots`: takes the pictures of docs/walk-through.md anew, by the test that walks through the page.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";

import { build, compile } from "./build.mjs";
import { findChromium } from "./find-chromium.mjs";
import { ensureInstalled } from "./install.mjs";
import { root } from "./repository.mjs";

ensureInstalled();
build();
compile();
const folder = mkdtempSync(join(tmpdir(), "slnet-screenshots-"));
try {
  const { status } = spawnSync(process.execPath, ["--test", "build/test/e2e/walk-through.test.js"], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, CHROME_PATH: findChromium({ install: true }), SLNET_SCREENSHOTS: folder + sep },
  });
  if (status === 0) {
    for (const file of readdirSync(folder)) copyFileSync(join(folder, file), join(root, "docs/images", file));
  }
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
