import { inPath, inProgramFolders, isProgram } from "./programs.mjs";

/**
 * The second browser of the tests: `FIREFOX_PATH`, or one with a usual name, the extended support release first.
 *
 * @returns {string | null} path of the program, `null` where there is none
 * @throws {Error} where there is no program at `FIREFOX_PATH`
 */
export function findFirefox() {
  const chosen = process.env.FIREFOX_PATH;
  if (!chosen) return candidates().find(isProgram) ?? null;
  if (isProgram(chosen)) return chosen;
  throw new Error(`FIREFOX_PATH is ${chosen}, but there is no program there`);
}

function candidates() {
  if (process.platform === "darwin") return ["/Applications/Firefox.app/Contents/MacOS/firefox"];
  if (process.platform === "win32") return inProgramFolders(["Mozilla Firefox\\firefox.exe"]);
  return inPath(["firefox-esr", "firefox"]);
}
