/** Colours at equal steps from low to high, as `[red, green, blue]`, 0 to 255. */
type Stops = readonly (readonly [number, number, number])[];

const stopsOf = {
  gray: [
    [0, 0, 0],
    [255, 255, 255],
  ],
  "inverted gray": [
    [255, 255, 255],
    [0, 0, 0],
  ],
  green: [
    [0, 0, 0],
    [0, 255, 0],
  ],
  magenta: [
    [0, 0, 0],
    [255, 0, 255],
  ],
  // Black over red and orange to white, with brightness rising evenly.
  hot: [
    [0, 0, 0],
    [96, 0, 24],
    [190, 30, 10],
    [240, 110, 10],
    [252, 190, 60],
    [255, 255, 235],
  ],
  // Dark violet over teal to yellow, readable with any colour vision.
  ocean: [
    [30, 5, 60],
    [50, 60, 130],
    [35, 125, 140],
    [70, 185, 110],
    [245, 230, 60],
  ],
} as const satisfies Record<string, Stops>;

export const colormapNames = Object.keys(stopsOf) as readonly (keyof typeof stopsOf)[];

/** Number of colours in a table. */
export const colormapSize = 256;

const tables = new Map<string, Uint32Array>();

/** The colours of a map as pixels of an `ImageData` seen as 32-bit words. An unknown name is gray. */
export function colormapTable(name: string): Uint32Array {
  const known = name in stopsOf ? (name as keyof typeof stopsOf) : "gray";
  let table = tables.get(known);
  if (!table) tables.set(known, (table = computeTable(stopsOf[known])));
  return table;
}

function computeTable(stops: Stops): Uint32Array {
  // Bytes first, so that the words come out right whatever the byte order of the machine.
  const bytes = new Uint8ClampedArray(colormapSize * 4);
  for (let i = 0; i < colormapSize; i++) {
    const position = (i / (colormapSize - 1)) * (stops.length - 1);
    const index = Math.min(Math.floor(position), stops.length - 2);
    const share = position - index;
    for (let channel = 0; channel < 3; channel++) {
      const low = stops[index]![channel]!;
      const high = stops[index + 1]![channel]!;
      bytes[i * 4 + channel] = low + (high - low) * share;
    }
    bytes[i * 4 + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}
