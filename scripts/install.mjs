import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { root, runQuietly } from "./repository.mjs";

const wantedLock = join(root, "package-lock.json");
/** What npm writes at the end of each installation: the packages that are really there. */
const installedLock = join(root, "node_modules", ".package-lock.json");

/**
 * Runs `npm ci` where the packages are missing or not those of `package-lock.json`.
 *
 * @throws {Error} where the installation fails
 */
export function ensureInstalled() {
  if (isInstalled()) return;
  console.error("Installing the packages of package-lock.json (npm ci) …");
  // npm tells the scripts it starts where it is. Without it (`node scripts/build.mjs`) it has to be in the PATH.
  const npm = process.env.npm_execpath;
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund"];
  const done = npm?.endsWith("js") ? runQuietly(process.execPath, [npm, ...args]) : runQuietly("npm", args);
  if (!done) throw new Error("the packages could not be installed; npm says why above");
}

function isInstalled() {
  if (!existsSync(installedLock)) return false;
  if (statSync(installedLock).mtimeMs >= statSync(wantedLock).mtimeMs) return true;
  // A checkout makes the file newer without changing it; installing again for that would cost a minute.
  const wanted = JSON.parse(readFileSync(wantedLock, "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedLock, "utf8")).packages;
  const names = Object.keys(wanted).filter((name) => name !== "" && !isOptional(wanted[name]));
  return names.every((name) => name in installed && installed[name].integrity === wanted[name].integrity);
}

/** Such a package may be left out: it is for another operating system or wanted only by a peer. */
function isOptional(entry) {
  return entry.optional === true || entry.devOptional === true || entry.peer === true;
}
