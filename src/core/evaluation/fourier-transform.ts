/**
 * Discrete Fourier transform of a complex image in place: X[k] = Σ x[n] · exp(−2πi kn/N) along both axes, by the radix-2
 * algorithm of Cooley and Tukey.
 *
 * @param real - `[side, side]`, changed
 * @param imaginary - the same
 * @param side - a power of 2
 */
export function fourierTransform(real: Float64Array, imaginary: Float64Array, side: number): void {
  const cosines = new Float64Array(side / 2);
  const sines = new Float64Array(side / 2);
  for (let k = 0; k < side / 2; k++) {
    cosines[k] = Math.cos((2 * Math.PI * k) / side);
    sines[k] = -Math.sin((2 * Math.PI * k) / side);
  }
  for (let row = 0; row < side; row++) transformLine(real, imaginary, row * side, 1, side, cosines, sines);
  for (let column = 0; column < side; column++) transformLine(real, imaginary, column, side, side, cosines, sines);
}

function transformLine(
  real: Float64Array,
  imaginary: Float64Array,
  start: number,
  stride: number,
  length: number,
  cosines: Float64Array,
  sines: Float64Array,
): void {
  for (let i = 1, j = 0; i < length; i++) {
    let bit = length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const [a, b] = [start + i * stride, start + j * stride];
    [real[a], real[b]] = [real[b], real[a]];
    [imaginary[a], imaginary[b]] = [imaginary[b], imaginary[a]];
  }
  for (let size = 2; size <= length; size *= 2) {
    const half = size / 2;
    const turn = length / size;
    for (let first = 0; first < length; first += size) {
      for (let k = 0; k < half; k++) {
        const a = start + (first + k) * stride;
        const b = a + half * stride;
        const [c, s] = [cosines[k * turn], sines[k * turn]];
        const re = real[b] * c - imaginary[b] * s;
        const im = real[b] * s + imaginary[b] * c;
        real[b] = real[a] - re;
        imaginary[b] = imaginary[a] - im;
        real[a] = real[a] + re;
        imaginary[a] = imaginary[a] + im;
      }
    }
  }
}

/** The image as the real part and zeros as the imaginary one, each times a window that falls to 0 at the edges. */
export function windowedImage(
  image: ArrayLike<number>,
  side: number,
  edgeShare: number,
  mean: number,
): { readonly real: Float64Array; readonly imaginary: Float64Array } {
  const edge = Math.max(1, Math.floor(edgeShare * side));
  const window = Float64Array.from({ length: side }, (_, i) => {
    const inside = Math.min(i + 0.5, side - i - 0.5);
    return inside >= edge ? 1 : 0.5 - 0.5 * Math.cos((Math.PI * inside) / edge);
  });
  const real = new Float64Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const i = row * side + column;
      real[i] = (image[i] - mean) * window[row] * window[column];
    }
  }
  return { real, imaginary: new Float64Array(side * side) };
}

/** How many periods of the wave at index k fit the side, at most half of it. */
export function waveNumber(k: number, side: number): number {
  return k <= side / 2 ? k : k - side;
}
