import { SlnetError } from "../errors.js";
import { createLocalizationList, type Localization, type Localizations } from "./localization.js";

/** What a column of ours is called in a table of ThunderSTORM. */
const columnNames = {
  frame: ["frame"],
  xPixels: ["x [nm]"],
  yPixels: ["y [nm]"],
  sigmaPixels: ["sigma [nm]"],
  photons: ["intensity [photon]"],
  backgroundPhotons: ["offset [photon]"],
  backgroundDeviationPhotons: ["bkgstd [photon]"],
  // Newer versions say that it is the one in the plane.
  uncertaintyPixels: ["uncertainty [nm]", "uncertainty_xy [nm]"],
} as const satisfies Record<keyof Localization, readonly string[]>;

const keys = Object.keys(columnNames) as (keyof Localization)[];
const required: readonly (keyof Localization)[] = ["frame", "xPixels", "yPixels"];
const inNanometres: ReadonlySet<keyof Localization> = new Set(
  keys.filter((key) => columnNames[key].some((name) => name.endsWith("[nm]"))),
);

/** First line of a table, with the names in quotation marks as ThunderSTORM writes them. */
export const thunderstormHeader = `"id",${keys.map((key) => `"${columnNames[key][0]}"`).join(",")}\n`;

/**
 * Lines of a table, each with its line end. Frames count from 1 and x and y begin at the corner of the first pixel, whose
 * centre is at half a pixel: so does ThunderSTORM.
 *
 * @param firstId - number of the first line; ids count from 1
 */
export function thunderstormRows(localizations: Localizations, pixelSizeNm: number, firstId: number): string {
  const { frames, xPixels, yPixels, sigmaPixels, uncertaintyPixels } = localizations;
  const { photons, backgroundPhotons, backgroundDeviationPhotons } = localizations;
  let text = "";
  for (let i = 0; i < frames.length; i++) {
    const [x, y, sigma] = [xPixels[i], yPixels[i], sigmaPixels[i]].map((value) => numberText(value * pixelSizeNm));
    const [light, background, deviation] = [photons[i], backgroundPhotons[i], backgroundDeviationPhotons[i]].map(
      numberText,
    );
    const uncertainty = numberText(uncertaintyPixels[i] * pixelSizeNm);
    text += `${firstId + i},${frames[i] + 1},${x},${y},${sigma},${light},${background},${deviation},${uncertainty}\n`;
  }
  return text;
}

/** Thousandths of a nanometre or photon are less than anybody can measure. `NaN` is what Java calls it too. */
function numberText(value: number): string {
  return value.toFixed(3);
}

export interface ThunderstormReader {
  /**
   * Takes the next piece of the text, cut anywhere.
   *
   * @throws {@link SlnetError} `bad-input` naming the line that is wrong
   */
  push(text: string): void;
  /**
   * Ends the text.
   *
   * @throws {@link SlnetError} `bad-input` where the last line is wrong or there is no header
   */
  finish(): Localizations;
}

/** Rows that a reader takes: 44 bytes each. */
const mostRows = 20_000_000;
const longestLine = 10_000;
const latestFrame = 2 ** 32 - 1;

/**
 * Reads a table of ThunderSTORM, or of one of the programs that write the same. Columns may stand in any order and names
 * with or without quotation marks; `frame`, `x [nm]` and `y [nm]` must be there, unknown columns are passed over, and
 * known ones that are missing become NaN.
 *
 * @param pixelSizeNm - by which nanometres become pixels
 */
export function createThunderstormReader(pixelSizeNm: number): ThunderstormReader {
  if (!(pixelSizeNm > 0 && pixelSizeNm < Infinity)) {
    throw new SlnetError("bad-input", `the pixel size is ${pixelSizeNm} nm, expected a number above 0`);
  }
  const list = createLocalizationList();
  const row = Object.fromEntries(keys.map((key) => [key, NaN])) as Localization;
  let positions: Record<keyof Localization, number> | null = null;
  let columnCount = 0;
  let rest = "";
  let line = 0;
  let isSorted = true;
  let lastFrame = 0;

  const refuse = (what: string): never => {
    throw new SlnetError("bad-input", `line ${line} of the table ${what}`);
  };

  const readHeader = (fields: readonly string[]): void => {
    const place = (key: keyof Localization): number =>
      fields.findIndex((field) => columnNames[key].some((name) => name === field));
    positions = Object.fromEntries(keys.map((key) => [key, place(key)])) as Record<keyof Localization, number>;
    columnCount = fields.length;
    for (const key of required) {
      if (positions[key] >= 0) continue;
      refuse(`has no column "${columnNames[key][0]}", expected a table of ThunderSTORM in nanometres and photons`);
    }
  };

  const readRow = (fields: readonly string[], places: Record<keyof Localization, number>): void => {
    if (fields.length !== columnCount) refuse(`has ${fields.length} values, expected ${columnCount}`);
    if (list.count === mostRows) refuse(`is more than can be read, expected at most ${mostRows} localizations`);
    for (const key of keys) {
      const place = places[key];
      if (place < 0) continue;
      const text = fields[place];
      const value = numberOf(text);
      if (Number.isNaN(value) && (text !== "NaN" || required.includes(key))) {
        refuse(`has "${text.slice(0, 40)}" for ${columnNames[key][0]}, expected a number`);
      }
      row[key] = inNanometres.has(key) ? value / pixelSizeNm : value;
    }
    if (!Number.isInteger(row.frame) || row.frame < 1 || row.frame > latestFrame) {
      refuse(`has frame ${row.frame}, expected a whole number of at least 1`);
    }
    row.frame--;
    isSorted &&= row.frame >= lastFrame;
    lastFrame = row.frame;
    list.push(row);
  };

  const readLine = (text: string): void => {
    line++;
    if (text.length > longestLine) refuse(`is longer than ${longestLine} characters`);
    const trimmed = text.trim();
    if (trimmed === "") return;
    const fields = trimmed.split(",").map(unquoted);
    if (positions) readRow(fields, positions);
    else readHeader(fields);
  };

  return {
    push(text) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const next of lines) readLine(next);
      if (rest.length > longestLine) readLine(rest);
    },
    finish() {
      readLine(rest);
      rest = "";
      if (!positions)
        throw new SlnetError("bad-input", "the table is empty, expected a line with the names of its columns");
      const read = list.take();
      return isSorted ? read : sortedByFrame(read);
    },
  };
}

/** A field without the spaces and the quotation marks around it. `trim` also takes the mark that some UTF-8 begins with. */
function unquoted(field: string): string {
  const text = field.trim();
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).trim() : text;
}

/** A decimal number; NaN for any other text, as `Number` takes too many. */
function numberOf(text: string): number {
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : NaN;
}

function sortedByFrame(localizations: Localizations): Localizations {
  const { frames } = localizations;
  const order = Uint32Array.from(frames, (_, i) => i).sort((a, b) => frames[a] - frames[b] || a - b);
  const sorted = Object.entries(localizations).map(([name, column]: [string, Localizations[keyof Localizations]]) => [
    name,
    column.map((_, i) => column[order[i]]),
  ]);
  return Object.fromEntries(sorted) as Localizations;
}
