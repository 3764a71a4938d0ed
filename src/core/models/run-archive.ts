import { SlnetError } from "../errors.js";
import { readExactly } from "../io/read-exactly.js";
import type { ZipFolder } from "../io/zip-folder.js";
import { zipped } from "../io/zip-tree.js";
import type { LossPoint } from "../loss-history.js";
import { parseModelFile, type ModelFile } from "../model.js";
import { sha256Hex } from "../sha256.js";

/** One curve of a training. */
export type LossCurve = readonly LossPoint[];

/** Points that a curve has at most: with more its table would take more than some megabytes. */
export const mostLossPoints = 100_000;

/** What belongs to a run. */
export interface RunArchive {
  /** `null` where it has none of its own, as a cleaning by a median. */
  readonly model: ModelFile | null;
  /** The record of the run, as it is written as JSON. */
  readonly record: unknown;
  readonly training: LossCurve;
  readonly validation: LossCurve;
  /** Pictures of the first frame as PNG, by what they show: `raw`, `background`, `cleaned`. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
  /** Files that were named to be kept, by their names from the folder of the run: no `..`, `/` between them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What says that an archive is one of a run, and what is in it. */
const listName = "slnet-run-archive.json";
const modelName = "model.json";
const recordName = "run.json";

/** Bytes of the files that are kept with a run, all together: an archive is then no larger than a model file may be. */
export const mostStoredBytes = 8 * 1024 * 1024;

/** Bytes of a text that is read out of an archive. */
const largestText = 8 * 1024 * 1024;

/**
 * Everything that belongs to a run as one zip archive: the model as a file of this program, the record, the loss curves as a
 * table, pictures, the files that were named, and a list of all that with checksums. The same run gives the same bytes.
 */
export async function writeRunArchive(run: RunArchive): Promise<Uint8Array<ArrayBuffer>> {
  const files = new Map<string, Uint8Array>();
  if (run.model) files.set(modelName, encoded(`${JSON.stringify(run.model, null, 2)}\n`));
  files.set(recordName, encoded(`${JSON.stringify(run.record, null, 2)}\n`));
  if (run.training.length > 0 || run.validation.length > 0) files.set("losses.csv", encoded(lossTable(run)));
  for (const [name, png] of run.pictures) files.set(`pictures/${name}.png`, png);
  for (const [path, bytes] of run.files) files.set(`files/${path}`, bytes);
  const list: { path: string; bytes: number; sha256: string }[] = [];
  for (const [path, bytes] of files) {
    list.push({ path, bytes: bytes.length, sha256: await sha256Hex(Uint8Array.from(bytes)) });
  }
  const contents = { format: "slnet-web-run-archive", formatVersion: 1, files: list };
  return zipped(new Map([[listName, encoded(`${JSON.stringify(contents, null, 2)}\n`)], ...files]));
}

/** Whether an archive is one of a run. */
export function isRunArchive({ paths }: Pick<ZipFolder, "paths">): boolean {
  return paths.includes(listName);
}

/**
 * The model in the archive of a run.
 *
 * @throws {@link SlnetError} `bad-input` where it has none, or what is there is no model
 */
export async function readArchivedModel(zip: ZipFolder): Promise<ModelFile> {
  return parseModelFile(await textIn(zip, modelName), `${modelName} in ${zip.name}`);
}

/**
 * The record in the archive of a run, as text.
 *
 * @throws {@link SlnetError} `bad-input` where it has none
 */
export function readArchivedRecord(zip: ZipFolder): Promise<string> {
  return textIn(zip, recordName);
}

async function textIn(zip: ZipFolder, path: string): Promise<string> {
  const file = await zip.open(path, largestText);
  if (!file) throw new SlnetError("bad-input", `${zip.name} is the archive of a run without ${path}`);
  return new TextDecoder().decode(await readExactly(file, 0, file.size));
}

/** A row a step; a field is empty where there is no loss of that kind. */
function lossTable({ training, validation }: RunArchive): string {
  const rows = new Map<number, [training: number | null, validation: number | null]>();
  const rowOf = (step: number): [number | null, number | null] => {
    const row = rows.get(step) ?? [null, null];
    rows.set(step, row);
    return row;
  };
  for (const { step, loss } of training) rowOf(step)[0] = loss;
  for (const { step, loss } of validation) rowOf(step)[1] = loss;
  const lines = [...rows]
    .sort(([one], [other]) => one - other)
    .map(([step, losses]) => [step, ...losses.map((loss) => loss ?? "")].join(","));
  return ["step,training_loss,validation_loss", ...lines, ""].join("\n");
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
