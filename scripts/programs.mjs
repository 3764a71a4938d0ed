import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where commands may be, the first of them in every folder before the second. */
export function inPath(commands) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return commands.flatMap((command) => folders.map((folder) => join(folder, command)));
}

/** Where programs may be on Windows. */
export function inProgramFolders(programs) {
  const folders = [process.env.ProgramFiles, process.env["ProgramFiles(x86)"], process.env.LocalAppData];
  return folders.filter(Boolean).flatMap((folder) => programs.map((program) => join(folder, program)));
}

export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
