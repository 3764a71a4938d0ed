/**
 * Autocorrelation over time of what is left of pixels without molecules, mean over the pixels: 0 for white noise, so what is
 * left of a background that changes slowly shows.
 *
 * The trap: a median over a window that includes the frame takes part of the noise with it, which makes the value slightly
 * negative; and pixels that molecules visit are positive for as long as these stay on.
 *
 * @param traces - `[pixels, frames]`, signed residual of each pixel
 * @param lag - in frames, at least 1
 * @returns −1 to 1; `null` where no pixel varies
 */
export function residualAutocorrelation(traces: ArrayLike<number>, frames: number, lag: number): number | null {
  const pixels = traces.length / frames;
  let [sum, count] = [0, 0];
  for (let pixel = 0; pixel < pixels; pixel++) {
    const start = pixel * frames;
    let mean = 0;
    for (let t = 0; t < frames; t++) mean += traces[start + t] / frames;
    let [variance, product] = [0, 0];
    for (let t = 0; t < frames; t++) {
      const value = traces[start + t] - mean;
      variance += value * value;
      if (t + lag < frames) product += value * (traces[start + t + lag] - mean);
    }
    if (variance === 0) continue;
    // Both over their own number of terms.
    sum += product / (frames - lag) / (variance / frames);
    count++;
  }
  return count > 0 ? sum / count : null;
}
