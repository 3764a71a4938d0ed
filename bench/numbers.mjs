/** A count with its thousands apart. */
export function count(value) {
  return Math.round(value).toLocaleString("en-US");
}

/** A number with as many digits as matter. */
export function digits(value) {
  if (value >= 100) return count(value);
  return value >= 10 ? value.toFixed(1) : value.toPrecision(2);
}

export function ratio(value) {
  return value >= 100 ? count(value) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function seconds(value) {
  return `${value.toFixed(2)} s`;
}

/** Of less than a second, in the unit that fits. */
export function milliseconds(value) {
  return value < 1 ? `${digits(1000 * value)} µs` : `${digits(value)} ms`;
}
