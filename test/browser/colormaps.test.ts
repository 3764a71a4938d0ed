import { expect } from "@open-wc/testing";

import {
  colormapGradient,
  colormapNames,
  colormapSize,
  colormapTable,
  parseColormap,
  perceptualColormaps,
} from "../../src/plugin/host/colormaps.js";

/** Red, green and blue of each colour of a map. */
function colours(name: string): number[][] {
  const bytes = new Uint8Array(colormapTable(name).buffer);
  return Array.from({ length: colormapSize }, (_, i) => [...bytes.subarray(4 * i, 4 * i + 3)]);
}

/** CIE 1976 lightness of an sRGB colour, 0 to 100. */
function lightness([red, green, blue]: number[]): number {
  const linear = (byte: number): number =>
    byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4;
  const y = 0.2126 * linear(red!) + 0.7152 * linear(green!) + 0.0722 * linear(blue!);
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (y * 24389) / 27;
}

describe("colormaps", () => {
  for (const name of perceptualColormaps) {
    it(`gets lighter from step to step in ${name}, and from black nearly to white`, () => {
      const lights = colours(name).map(lightness);
      // Rounding to bytes alone makes up to a quarter of a unit.
      for (let i = 1; i < lights.length; i++) expect(lights[i]! - lights[i - 1]!, `step ${i}`).to.be.above(-0.25);
      for (let i = 8; i < lights.length; i++) expect(lights[i]! - lights[i - 8]!, `steps to ${i}`).to.be.above(1);
      expect(lights[0]).to.be.below(1);
      expect(lights.at(-1)).to.be.above(95);
    });
  }

  for (const name of ["ember", "lagoon"]) {
    it(`makes equal steps of lightness in ${name}`, () => {
      const lights = colours(name).map(lightness);
      const slope = (lights.at(-1)! - lights[0]!) / 255;
      lights.forEach((light, i) => expect(light, `colour ${i}`).to.be.closeTo(i * slope, 0.6));
    });
  }

  it("has the colours of Green's paper in cubehelix", () => {
    // Equation 2 at a half: angle 2π(1/6 + 1 − 0.75), amplitude 1/8.
    const angle = 2 * Math.PI * (0.5 / 3 + 1 - 0.75);
    const [cos, sin] = [Math.cos(angle) / 8, Math.sin(angle) / 8];
    const expected = [-0.14861 * cos + 1.78277 * sin, -0.29227 * cos - 0.90649 * sin, 1.97294 * cos];
    const [before, after] = [colours("cubehelix")[127]!, colours("cubehelix")[128]!];
    expected.forEach((offset, channel) =>
      expect((before[channel]! + after[channel]!) / 2).to.be.closeTo(255 * (0.5 + offset), 1),
    );
  });

  it("has every map from high to low too", () => {
    const straight = colormapNames.filter((name) => !name.startsWith("inverted "));
    expect(colormapNames.length).to.equal(2 * straight.length);
    for (const name of straight) expect(colours(`inverted ${name}`)).to.deep.equal(colours(name).reverse());
  });

  it("takes an unknown name as gray", () => {
    for (const name of ["viridis", "inverted nothing", "toString", "inverted ", ""]) {
      expect(parseColormap(name), name).to.deep.equal({ base: "gray", inverted: false });
      expect(colours(name)[128]).to.deep.equal([128, 128, 128]);
    }
  });

  it("gives a gradient of the same colours", () => {
    expect(colormapGradient("gray")).to.match(
      /^linear-gradient\(to right, rgb\(0 0 0\), rgb\(15 15 15\),.*rgb\(255 255 255\)\)$/,
    );
  });
});
