import { framePixels } from "./frames.js";
import { createRandom, type Random } from "./random.js";
import type { SimulationOptions } from "./simulation-options.js";

/** What differs from pixel to pixel of the sensor; each `[height, width]`, or one value for all. */
export interface SensorMaps {
  readonly offsetAdu: Float32Array;
  readonly aduPerElectron: Float32Array;
  readonly readNoiseElectrons: Float32Array;
}

export interface SimulatedCamera {
  readonly maps: SensorMaps;
  /**
   * Exposes one frame: photoelectrons n ~ Poisson(photons · quantum efficiency), electrons that leave the sensor
   * m ~ Gamma(n, emGain) where the gain is above 1 and m = n otherwise, counts = offset + aduPerElectron · (m + read
   * noise), rounded and clipped to 0…65535.
   *
   * The gamma law is that of an electron-multiplying register with many stages: Basden, Haniff and Mackay, MNRAS 345
   * (2003), equation 1.
   *
   * @param expectedPhotons - per pixel, at least 0
   * @param out - same length, in ADU
   */
  expose(expectedPhotons: Float32Array, random: Random, out: Uint16Array): void;
  /**
   * Photons in place, as counts on average.
   *
   * @param withOffset - add the offsets of the pixels
   */
  toCounts(photons: Float32Array, withOffset: boolean): void;
}

/** The least gain of a pixel, as a share of the camera's. */
const leastGain = 0.2;

/** A camera whose pixels are alike, or differ as those of an sCMOS camera do. */
export function createCamera(options: SimulationOptions): SimulatedCamera {
  const { offsetAdu, aduPerElectron, quantumEfficiency, readNoiseElectrons, emGain } = options.camera;
  const { offsetSpreadAdu, gainSpread, readNoiseSpread } = options.camera;
  const isUniform = offsetSpreadAdu === 0 && gainSpread === 0 && readNoiseSpread === 0;
  const pixels = isUniform ? 1 : framePixels(options);
  const stride = isUniform ? 0 : 1;
  const random = createRandom(options.seed, "sensor");
  const draw = (value: () => number): Float32Array => Float32Array.from({ length: pixels }, value);
  const maps: SensorMaps = {
    offsetAdu: draw(() => Math.max(0, offsetAdu + offsetSpreadAdu * random.normal())),
    aduPerElectron: draw(() => aduPerElectron * Math.max(leastGain, 1 + gainSpread * random.normal())),
    readNoiseElectrons: draw(() => readNoiseElectrons * Math.exp(readNoiseSpread * random.normal())),
  };

  return {
    maps,
    expose(expectedPhotons, noise, out) {
      for (let i = 0, pixel = 0; i < out.length; i++, pixel += stride) {
        let electrons = noise.poisson(expectedPhotons[i] * quantumEfficiency);
        if (emGain > 1 && electrons > 0) electrons = emGain * gamma(electrons, noise);
        const readNoise = maps.readNoiseElectrons[pixel];
        if (readNoise > 0) electrons += readNoise * noise.normal();
        const adu = Math.round(maps.offsetAdu[pixel] + maps.aduPerElectron[pixel] * electrons);
        out[i] = adu < 0 ? 0 : adu > 65535 ? 65535 : adu;
      }
    },
    toCounts(photons, withOffset) {
      const electronsPerPhoton = quantumEfficiency * emGain;
      for (let i = 0, pixel = 0; i < photons.length; i++, pixel += stride) {
        const offset = withOffset ? maps.offsetAdu[pixel] : 0;
        photons[i] = offset + maps.aduPerElectron[pixel] * electronsPerPhoton * photons[i];
      }
    },
  };
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
