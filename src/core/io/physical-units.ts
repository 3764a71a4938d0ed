/**
 * Nanometres in a unit of length: as microscopes' programs, UDUNITS and people write it. In lower case but for signs, as
 * `Mm` is another unit than `mm`.
 */
const nanometres: Readonly<Record<string, number>> = {
  pm: 1e-3,
  picometer: 1e-3,
  "\u00e5": 0.1,
  "\u00c5": 0.1,
  angstrom: 0.1,
  angstroms: 0.1,
  nm: 1,
  nanometer: 1,
  nanometers: 1,
  nanometre: 1,
  nanometres: 1,
  um: 1e3,
  "\u00b5m": 1e3,
  "\u03bcm": 1e3,
  // What ImageJ writes for the sign, and what is left of one in Latin-1.
  "\\u00B5m": 1e3,
  "\ufffdm": 1e3,
  micron: 1e3,
  microns: 1e3,
  micrometer: 1e3,
  micrometers: 1e3,
  micrometre: 1e3,
  micrometres: 1e3,
  mm: 1e6,
  millimeter: 1e6,
  millimeters: 1e6,
  millimetre: 1e6,
  millimetres: 1e6,
  cm: 1e7,
  centimeter: 1e7,
  inch: 25_400_000,
  m: 1e9,
  meter: 1e9,
  metre: 1e9,
};

const seconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  nanosecond: 1e-9,
  us: 1e-6,
  "\u00b5s": 1e-6,
  "\u03bcs": 1e-6,
  "\ufffds": 1e-6,
  microsecond: 1e-6,
  ms: 1e-3,
  msec: 1e-3,
  millisecond: 1e-3,
  milliseconds: 1e-3,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  min: 60,
  minute: 60,
  h: 3600,
  hour: 3600,
};

/** Nanometres in a unit of length, `null` for one that is not known. */
export function nanometresIn(unit: string): number | null {
  return Object.hasOwn(nanometres, unit) ? nanometres[unit] : null;
}

/** Micrometres in a unit of length, `null` for one that is not known. */
export function micrometresIn(unit: string): number | null {
  const nanometresOfOne = nanometresIn(unit);
  return nanometresOfOne === null ? null : nanometresOfOne / 1000;
}

/** Seconds in a unit of time, `null` for one that is not known. */
export function secondsIn(unit: string): number | null {
  return Object.hasOwn(seconds, unit) ? seconds[unit] : null;
}

/** A number greater than 0, else `null`. */
export function positive(value: unknown): number | null {
  return typeof value === "number" && value > 0 && Number.isFinite(value) ? value : null;
}

/** The product of a value and its unit, where both are known. */
export function inUnit(value: number | null, unit: number | null): number | null {
  return value === null || unit === null ? null : positive(value * unit);
}

/** @returns nanometres, or `null` where number or unit say nothing; the unit in any case and with spaces around it */
export function lengthInNanometres(value: number, unit: string): number | null {
  return inUnit(value, nanometresIn(unit.trim().toLowerCase()));
}

/** @returns seconds, or `null` where number or unit say nothing; the unit in any case and with spaces around it */
export function timeInSeconds(value: number, unit: string): number | null {
  return inUnit(value, secondsIn(unit.trim().toLowerCase()));
}
