/**
 * Fitted positions of emitters, one row each, in columns of the same length, sorted by frame. Photons are photons only as
 * far as the camera's constants are known.
 */
export interface Localizations {
  /** Index of the frame, from 0. */
  readonly frames: Uint32Array<ArrayBuffer>;
  /** From the left edge of the image; pixel i spans [i, i + 1). */
  readonly xPixels: Float64Array<ArrayBuffer>;
  /** From the top edge of the image. */
  readonly yPixels: Float64Array<ArrayBuffer>;
  /** Standard deviation of the spot; where it was not fitted, the one that was assumed. NaN where nobody says. */
  readonly sigmaPixels: Float32Array<ArrayBuffer>;
  /** Of the whole spot. */
  readonly photons: Float32Array<ArrayBuffer>;
  /** Background of the raw frame under the spot, per pixel: known and fitted part together. */
  readonly backgroundPhotons: Float32Array<ArrayBuffer>;
  /** Standard deviation of the noise that this background has, with the read noise, per pixel in photons. */
  readonly backgroundDeviationPhotons: Float32Array<ArrayBuffer>;
  /** Standard error of the position along one axis, the mean of both. */
  readonly uncertaintyPixels: Float32Array<ArrayBuffer>;
}

/** One row of {@link Localizations}. */
export type Localization = {
  -readonly [K in keyof Localizations as K extends "frames" ? "frame" : K]: number;
};

/** Rows that come one after the other. */
export interface LocalizationList {
  readonly count: number;
  /** Copies a row to the end. */
  push(row: Localization): void;
  /** The rows so far as columns of their own; the list is empty afterwards. */
  take(): Localizations;
}

const firstRoom = 256;

export function createLocalizationList(): LocalizationList {
  let columns = emptyLocalizations(firstRoom);
  let room = firstRoom;
  const list = {
    count: 0,
    push(row: Localization): void {
      if (list.count === room) {
        room *= 2;
        const larger = emptyLocalizations(room);
        forEachColumn(larger, (column, name) => column.set(columns[name]));
        columns = larger;
      }
      const i = list.count++;
      columns.frames[i] = row.frame;
      columns.xPixels[i] = row.xPixels;
      columns.yPixels[i] = row.yPixels;
      columns.sigmaPixels[i] = row.sigmaPixels;
      columns.photons[i] = row.photons;
      columns.backgroundPhotons[i] = row.backgroundPhotons;
      columns.backgroundDeviationPhotons[i] = row.backgroundDeviationPhotons;
      columns.uncertaintyPixels[i] = row.uncertaintyPixels;
    },
    take(): Localizations {
      const { count } = list;
      list.count = 0;
      return {
        frames: columns.frames.slice(0, count),
        xPixels: columns.xPixels.slice(0, count),
        yPixels: columns.yPixels.slice(0, count),
        sigmaPixels: columns.sigmaPixels.slice(0, count),
        photons: columns.photons.slice(0, count),
        backgroundPhotons: columns.backgroundPhotons.slice(0, count),
        backgroundDeviationPhotons: columns.backgroundDeviationPhotons.slice(0, count),
        uncertaintyPixels: columns.uncertaintyPixels.slice(0, count),
      };
    },
  };
  return list;
}

/** The buffers of all columns, to be moved to another thread. */
export function localizationBuffers(localizations: Localizations): ArrayBuffer[] {
  return Object.values(localizations).map((column: Localizations[keyof Localizations]) => column.buffer);
}

/** Columns of so many rows that are all 0. */
export function emptyLocalizations(rows: number): Localizations {
  return {
    frames: new Uint32Array(rows),
    xPixels: new Float64Array(rows),
    yPixels: new Float64Array(rows),
    sigmaPixels: new Float32Array(rows),
    photons: new Float32Array(rows),
    backgroundPhotons: new Float32Array(rows),
    backgroundDeviationPhotons: new Float32Array(rows),
    uncertaintyPixels: new Float32Array(rows),
  };
}

function forEachColumn(
  columns: Localizations,
  visit: (column: Localizations[keyof Localizations], name: keyof Localizations) => void,
): void {
  for (const name of Object.keys(columns) as (keyof Localizations)[]) visit(columns[name], name);
}
