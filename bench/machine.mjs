import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";

import { root } from "../scripts/repository.mjs";

/** What the figures depend on. Taken before anything is measured, for the load of others. */
export function describeMachine() {
  const cores = cpus();
  return {
    processor: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    cache: cacheSize(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    loadBefore: loadavg()[0],
    node: process.versions.node,
    slnetWeb: JSON.parse(readFileSync(`${root}/package.json`, "utf8")).version,
    commit: commit(),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** The largest cache of the first core as the system names it, or `null`. In a virtual machine others use it too. */
function cacheSize() {
  for (const index of [3, 2]) {
    try {
      return readFileSync(`/sys/devices/system/cpu/cpu0/cache/index${index}/size`, "utf8").trim();
    } catch {
      // Not Linux, or no cache of that level.
    }
  }
  return null;
}

function commit() {
  try {
    const git = (...args) =>
      execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const changed = git("status", "--porcelain", "--", "src").trim() !== "";
    return `${git("rev-parse", "--short", "HEAD").trim()}${changed ? " with changes" : ""}`;
  } catch {
    return null;
  }
}
