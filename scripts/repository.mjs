import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Folder of the repository, without a slash at the end. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/**
 * Runs a program in the repository. What it prints on standard output goes to standard error, because standard output
 * belongs to the command that needed it (`slnet … --json`).
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Record<string, string>} [environment] added to ours
 * @returns {boolean} whether it ended with exit code 0
 */
export function runQuietly(program, args, environment = {}) {
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", 2, 2],
  });
  if (error) console.error(`${program} could not be started: ${error.message}`);
  return status === 0;
}

/** True in the file that `node` was started with, false where it is imported. */
export function isMain(importMetaUrl) {
  // The real path: the module's address has links resolved, the argument has not.
  return process.argv[1] !== undefined && fileURLToPath(importMetaUrl) === realpathSync(process.argv[1]);
}
