/** Red, green and blue, 0 to 255. */
type Colour = readonly [red: number, green: number, blue: number];

/** The colour at a place of a map, from 0, low, to 1, high. */
type Ramp = (position: number) => Colour;

const ramps = {
  gray: alongStops([
    [0, 0, 0],
    [255, 255, 255],
  ]),
  // The default of the paper: D. A. Green, "A colour scheme for the display of astronomical intensity images", 2011.
  cubehelix: cubehelix({ start: 0.5, rotations: -1.5, hue: 1 }),
  // From black over violet and orange to a pale yellow.
  ember: alongLightness({ from: [0, 290], to: [97, 460], chroma: 68 }),
  // From black over blue and green to a pale yellow, readable with any colour vision.
  lagoon: alongLightness({ from: [0, 290], to: [96, 102], chroma: 58 }),
  green: alongStops([
    [0, 0, 0],
    [0, 255, 0],
  ]),
  magenta: alongStops([
    [0, 0, 0],
    [255, 0, 255],
  ]),
  // Black over red and orange to white.
  hot: alongStops([
    [0, 0, 0],
    [96, 0, 24],
    [190, 30, 10],
    [240, 110, 10],
    [252, 190, 60],
    [255, 255, 235],
  ]),
  // Dark violet over teal to yellow, readable with any colour vision.
  ocean: alongStops([
    [30, 5, 60],
    [50, 60, 130],
    [35, 125, 140],
    [70, 185, 110],
    [245, 230, 60],
  ]),
} as const satisfies Record<string, Ramp>;

/** A map from low to high. */
export type ColormapBase = keyof typeof ramps;

const bases = Object.keys(ramps) as readonly ColormapBase[];
const invertedPrefix = "inverted ";

/** Maps whose lightness rises from low to high, so that brighter is more also for those who see no colours. */
export const perceptualColormaps: readonly ColormapBase[] = ["gray", "cubehelix", "ember", "lagoon"];

/** Maps from low to high, without the inverted ones. */
export const colormapBases: readonly ColormapBase[] = bases;

/** Every map, and each from high to low too, as `inverted …`. */
export const colormapNames: readonly string[] = bases.flatMap((name) => [name, invertedPrefix + name]);

/** Number of colours in a table. */
export const colormapSize = 256;

const tables = new Map<string, Uint32Array>();

/** What a name of a map says. An unknown name is gray. */
export function parseColormap(name: string): { readonly base: ColormapBase; readonly inverted: boolean } {
  const inverted = name.startsWith(invertedPrefix);
  const base = inverted ? name.slice(invertedPrefix.length) : name;
  return Object.hasOwn(ramps, base) ? { base: base as ColormapBase, inverted } : { base: "gray", inverted: false };
}

/** The name of a map, from low to high or `inverted`. */
export function colormapName(base: ColormapBase, inverted: boolean): string {
  return inverted ? invertedPrefix + base : base;
}

/** The colours of a map as pixels of an `ImageData` seen as 32-bit words. An unknown name is gray. */
export function colormapTable(name: string): Uint32Array {
  const { base, inverted } = parseColormap(name);
  const known = colormapName(base, inverted);
  let table = tables.get(known);
  if (!table) tables.set(known, (table = inverted ? colormapTable(base).toReversed() : computeTable(ramps[base])));
  return table;
}

/** A map as a CSS gradient from left, low, to right, high. */
export function colormapGradient(name: string): string {
  const bytes = new Uint8Array(colormapTable(name).buffer);
  const stops = Array.from({ length: 18 }, (_, stop) => {
    const at = 4 * 15 * stop;
    return `rgb(${bytes[at]!} ${bytes[at + 1]!} ${bytes[at + 2]!})`;
  });
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

function computeTable(ramp: Ramp): Uint32Array {
  // Bytes first, so that the words come out right whatever the byte order of the machine.
  const bytes = new Uint8ClampedArray(colormapSize * 4);
  for (let i = 0; i < colormapSize; i++) {
    bytes.set(ramp(i / (colormapSize - 1)), i * 4);
    bytes[i * 4 + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

/** Straight lines between colours at equal steps. */
function alongStops(stops: readonly Colour[]): Ramp {
  return (place) => {
    const position = place * (stops.length - 1);
    const index = Math.min(Math.floor(position), stops.length - 2);
    const share = position - index;
    const mixed = (channel: 0 | 1 | 2): number => {
      const low = stops[index]![channel];
      return low + (stops[index + 1]![channel] - low) * share;
    };
    return [mixed(0), mixed(1), mixed(2)];
  };
}

/** Green 2011, equation 2, with gamma 1: a helix around the diagonal from black to white. */
function cubehelix({ start, rotations, hue }: Readonly<Record<"start" | "rotations" | "hue", number>>): Ramp {
  return (place) => {
    const angle = 2 * Math.PI * (start / 3 + 1 + rotations * place);
    const amplitude = (hue * place * (1 - place)) / 2;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const channel = (forCos: number, forSin: number): number =>
      255 * (place + amplitude * (forCos * cos + forSin * sin));
    return [channel(-0.14861, 1.78277), channel(-0.29227, -0.90649), channel(1.97294, 0)];
  };
}

/** One end of a ramp: CIE lightness, 0 to 100, and the hue angle in degrees. */
type RampEnd = readonly [lightness: number, hue: number];

/**
 * Equal steps of CIE lightness while the hue turns evenly, each colour as strong as `chroma` says and as sRGB can show it.
 */
function alongLightness({
  from,
  to,
  chroma,
}: {
  readonly from: RampEnd;
  readonly to: RampEnd;
  readonly chroma: number;
}): Ramp {
  return (place) => {
    const lightness = from[0] + (to[0] - from[0]) * place;
    const angle = ((from[1] + (to[1] - from[1]) * place) * Math.PI) / 180;
    let [least, most] = [0, chroma];
    // Halving finds the strongest colour that is in sRGB to less than a step of a byte.
    for (let round = 0; round < 12; round++) {
      const middle = round === 0 ? most : (least + most) / 2;
      const colour = srgbOfLab(lightness, middle * Math.cos(angle), middle * Math.sin(angle));
      if (colour.every((value) => value >= 0 && value <= 255)) least = middle;
      else most = middle;
    }
    return srgbOfLab(lightness, least * Math.cos(angle), least * Math.sin(angle));
  };
}

/** CIELAB at the white of sRGB, D65, to sRGB bytes; outside of 0 to 255 where sRGB has no such colour. */
function srgbOfLab(lightness: number, a: number, b: number): Colour {
  const y = (lightness + 16) / 116;
  const linear = (value: number): number => (value > 6 / 29 ? value ** 3 : (3 * 36 * (value - 4 / 29)) / 841);
  const [x1, y1, z1] = [0.95047 * linear(y + a / 500), linear(y), 1.08883 * linear(y - b / 200)];
  const encoded = (value: number): number =>
    255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
  return [
    encoded(3.2404542 * x1 - 1.5371385 * y1 - 0.4985314 * z1),
    encoded(-0.969266 * x1 + 1.8760108 * y1 + 0.041556 * z1),
    encoded(0.0556434 * x1 - 0.2040259 * y1 + 1.0572252 * z1),
  ];
}
