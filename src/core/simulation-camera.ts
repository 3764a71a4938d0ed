import type { Random } from "./random.js";
import type { SimulationCamera } from "./simulation-options.js";

/**
 * Exposes one frame: photoelectrons n ~ Poisson(photons · quantum efficiency), electrons that leave the sensor
 * m ~ Gamma(n, emGain) where the gain is above 1 and m = n otherwise, counts = offset + aduPerElectron · (m + read noise),
 * rounded and clipped to 0…65535.
 *
 * The gamma law is that of an electron-multiplying register with many stages: Basden, Haniff and Mackay, MNRAS 345
 * (2003), equation 1.
 *
 * @param expectedPhotons - per pixel, at least 0
 * @param out - same length, in ADU
 */
export function expose(
  expectedPhotons: Float32Array,
  camera: SimulationCamera,
  random: Random,
  out: Uint16Array,
): void {
  const { offsetAdu, aduPerElectron, quantumEfficiency, readNoiseElectrons, emGain } = camera;
  for (let i = 0; i < out.length; i++) {
    let electrons = random.poisson(expectedPhotons[i] * quantumEfficiency);
    if (emGain > 1 && electrons > 0) electrons = emGain * gamma(electrons, random);
    if (readNoiseElectrons > 0) electrons += readNoiseElectrons * random.normal();
    const adu = Math.round(offsetAdu + aduPerElectron * electrons);
    out[i] = adu < 0 ? 0 : adu > 65535 ? 65535 : adu;
  }
}

/**
 * A draw from the gamma distribution of scale 1. Marsaglia and Tsang, ACM Transactions on Mathematical Software 26 (2000).
 *
 * @param shape - at least 1
 */
function gamma(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
