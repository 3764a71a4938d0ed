import { readFileSync } from "node:fs";

import { inPath, inProgramFolders, isProgram } from "./programs.mjs";
import { runQuietly } from "./repository.mjs";

const commands = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];

const macApplications = ["Chromium", "Google Chrome", "Microsoft Edge"].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
);

const windowsPrograms = ["Google\\Chrome\\Application\\chrome.exe", "Microsoft\\Edge\\Application\\msedge.exe"];

const advice =
  "Install Chromium, Chrome or Edge, or set the environment variable CHROME_PATH to the path of its program.";

/**
 * The browser that the tests drive: `CHROME_PATH`, or one with a usual name. On Debian, as root, it is installed where
 * there is none and `install` is true.
 *
 * @param {{install: boolean}} options
 * @returns {string} path of the program
 * @throws {Error} where there is none; the message says what to do
 */
export function findChromium({ install }) {
  const chosen = process.env.CHROME_PATH;
  if (chosen) {
    if (isProgram(chosen)) return chosen;
    throw new Error(`CHROME_PATH is ${chosen}, but there is no program there. ${advice}`);
  }
  const found = candidates().find(isProgram);
  if (found) return found;
  if (!install || !canInstall()) throw new Error(`No Chromium was found. ${advice}`);

  console.error("No Chromium was found; installing Debian's: apt-get update && apt-get install chromium");
  const quiet = { DEBIAN_FRONTEND: "noninteractive" };
  const done =
    runQuietly("apt-get", ["update"], quiet) &&
    runQuietly("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], quiet);
  const installed = done ? candidates().find(isProgram) : undefined;
  if (!installed) throw new Error(`Debian's Chromium could not be installed; apt-get says why above. ${advice}`);
  return installed;
}

/**
 * How the tests start it: WebGPU on the processor where there is no graphics card, and no traffic of its own.
 *
 * @returns {string[]}
 */
export function chromiumArguments() {
  return [
    // Chromium's sandbox does not work for root, in a container for example. For everyone else it stays on.
    ...(isRoot() ? ["--no-sandbox"] : []),
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
}

export function isRoot() {
  return process.getuid?.() === 0;
}

function candidates() {
  if (process.platform === "darwin") return macApplications;
  if (process.platform === "win32") return inProgramFolders(windowsPrograms);
  return inPath(commands);
}

/** Debian itself only: Ubuntu's package of that name is an empty shell around a snap. */
function canInstall() {
  if (!isRoot()) return false;
  try {
    return /^ID="?debian"?$/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}
