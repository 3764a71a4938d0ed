const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A count with separators: `1,212`. */
export function countText(count: number): string {
  return whole.format(count);
}

/** A duration to read at a glance: `45 s`, `3 min 20 s`, `1 h 5 min`. */
export function durationText(seconds: number): string {
  const rounded = Math.max(0, Math.round(seconds));
  if (rounded < 60) return `${rounded} s`;
  if (rounded < 3600) return `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
  return `${Math.floor(rounded / 3600)} h ${Math.floor((rounded % 3600) / 60)} min`;
}

/** A share as percent: `13.3 %`, and `0.4 %` where whole percents would say nothing. */
export function percentText(share: number): string {
  const percent = share * 100;
  return `${percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/** Bytes in the unit that fits: `12.4 MB`. */
export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${value < 10 && unit > 0 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}
