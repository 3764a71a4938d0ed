/** Nanometres in a unit of length, by the ways in which files write it. */
const nanometres: Readonly<Record<string, number>> = {
  å: 0.1,
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
  m: 1e9,
  meter: 1e9,
  metre: 1e9,
};

const seconds: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  ms: 1e-3,
  msec: 1e-3,
  millisecond: 1e-3,
  milliseconds: 1e-3,
  us: 1e-6,
  "\u00b5s": 1e-6,
  "\u03bcs": 1e-6,
  min: 60,
};

/** @returns nanometres, or `null` where number or unit say nothing */
export function lengthInNanometres(value: number, unit: string): number | null {
  return scaled(value, nanometres, unit);
}

/** @returns seconds, or `null` where number or unit say nothing */
export function timeInSeconds(value: number, unit: string): number | null {
  return scaled(value, seconds, unit);
}

function scaled(value: number, units: Readonly<Record<string, number>>, unit: string): number | null {
  const name = unit.trim().toLowerCase();
  if (!Object.hasOwn(units, name)) return null;
  const result = value * units[name];
  return result > 0 && Number.isFinite(result) ? result : null;
}
