const micrometres: Readonly<Record<string, number>> = {
  pm: 1e-6,
  å: 1e-4,
  nm: 1e-3,
  nanometer: 1e-3,
  nanometers: 1e-3,
  micron: 1,
  microns: 1,
  micrometer: 1,
  micrometers: 1,
  um: 1,
  "\u00b5m": 1,
  "\u03bcm": 1,
  // What ImageJ writes for the sign, and what is left of one in Latin-1.
  "\\u00B5m": 1,
  "\ufffdm": 1,
  mm: 1e3,
  cm: 1e4,
  m: 1e6,
  inch: 25_400,
};

const seconds: Readonly<Record<string, number>> = {
  "": 1,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  ms: 1e-3,
  msec: 1e-3,
  us: 1e-6,
  "\u00b5s": 1e-6,
  "\u03bcs": 1e-6,
  "\ufffds": 1e-6,
  ns: 1e-9,
  min: 60,
  h: 3600,
};

/** Micrometres in a unit of length as microscopes' programs name it, `null` for one that is not known. */
export function micrometresIn(unit: string): number | null {
  return Object.hasOwn(micrometres, unit) ? micrometres[unit] : null;
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
