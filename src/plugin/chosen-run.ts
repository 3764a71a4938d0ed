import { SlnetError } from "../core/errors.js";
import { createBufferSource } from "../core/io/buffer-source.js";
import { openZip } from "../core/io/zip-folder.js";
import { largestModelBytes } from "../core/models/read-model.js";
import { isRunArchive, readArchivedRecord } from "../core/models/run-archive.js";
import type { RunRecord } from "../protocol/run-record.js";
import { jsonText } from "./chosen-file.js";
import { parseRunRecord } from "./run-record-parser.js";

/** A run out of a file, and whether all that belongs to it was in the file. */
export interface ChosenRun {
  readonly record: RunRecord;
  readonly isArchive: boolean;
}

/**
 * Reads the run in a file that a person chose: its record, or its archive.
 *
 * @throws {@link SlnetError} `bad-input` where it is neither, is too large or has a part that does not fit
 */
export async function readChosenRun(file: File): Promise<ChosenRun> {
  const start = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const isZip = start[0] === 0x50 && start[1] === 0x4b;
  if (!isZip) return { record: parseRunRecord(await jsonText(file, "run record"), file.name), isArchive: false };
  if (file.size > largestModelBytes) {
    throw new SlnetError(
      "bad-input",
      `the archive ${file.name} has ${file.size} bytes, expected at most ${largestModelBytes}`,
    );
  }
  const zip = await openZip(createBufferSource(file.name, new Uint8Array(await file.arrayBuffer())));
  if (!isRunArchive(zip)) {
    throw new SlnetError("bad-input", `${file.name} is a zip archive and none of a run, expected one of those`);
  }
  return { record: parseRunRecord(await readArchivedRecord(zip), file.name), isArchive: true };
}
