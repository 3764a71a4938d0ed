import { bytesText, countText } from "../elements/panel/quantities.js";
import type { ColormapBase } from "../host/colormaps.js";
import { lateStrings } from "./index.js";

/** A number of few digits, with separators. */
function short(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
  return new Intl.NumberFormat("en", { maximumFractionDigits: digits }).format(value);
}

function withUnit(value: number, unit: string): string {
  return unit === "" ? short(value) : `${short(value)} ${unit}`;
}

/** Texts of contrast, histogram, scale bar and plots, which are loaded later than the page. */
export const english = {
  // Layers
  displayOf: (name: string) => `Display of ${name}`,
  contrast: (unit: string) => `Contrast (${unit})`,
  auto: "Auto",
  autoHelp: (dark: number, bright: number) =>
    `Choose the limits from this frame: ${short(dark)} % of the pixels black, ${short(bright)} % white`,
  fullRange: "Full",
  fullRangeHelp: "From the smallest to the largest value of this frame",
  reset: "Reset",
  resetHelp: "Automatic limits again, with 0.35 % of the pixels saturated as in ImageJ",
  blackLevel: "Black level",
  whiteLevel: "White level",
  blackLevelIn: (unit: string) => `Black level in ${unit}`,
  whiteLevelIn: (unit: string) => `White level in ${unit}`,
  levelText: (value: number, unit: string) => withUnit(value, unit),
  autoSettings: "Automatic limits",
  saturatedDark: "Black, %",
  saturatedBright: "White, %",
  linkContrast: (unit: string) => `Same limits for all layers in ${unit}`,
  opacity: "Opacity",
  colours: "Colours",
  invert: "Inverted",
  evenColours: "Brighter is more",
  otherColours: "Others",
  colormaps: {
    gray: "Gray",
    cubehelix: "Cubehelix",
    ember: "Ember",
    lagoon: "Lagoon",
    green: "Green",
    magenta: "Magenta",
    hot: "Hot",
    ocean: "Ocean",
  } as Readonly<Record<ColormapBase, string>>,

  // Histogram
  histogram: "Histogram",
  histogramOf: (frame: number) => `Values of the pixels in frame ${frame}`,
  noHistogram: "There is no frame to count yet",
  valuesFrom: (unit: string) => `Values from, ${unit}`,
  valuesTo: (unit: string) => `to, ${unit}`,
  pixels: "Pixels",

  // Scale bar
  scaleBar: (length: string) => `Scale bar: ${length}`,
  scaleLength: (length: number, unit: "pixel" | "nm" | "µm" | "mm") =>
    unit === "pixel" ? `${short(length)} ${length === 1 ? "pixel" : "pixels"}` : `${short(length)} ${unit}`,

  // Curves over the frames
  raw: "Raw",
  background: "Background",
  cleaned: "Cleaned",
  value: (value: number, unit: string) => withUnit(value, unit),
  traceOf: (x: number, y: number) => `Pixel x ${x}, y ${y} over the frames`,
  noTrace: "Point at a pixel to see its values over the frames",
  traceText: (frame: number, values: readonly (readonly [name: string, value: number])[], unit: string) =>
    `Frame ${frame}: ${values.map(([name, value]) => `${name.toLowerCase()} ${withUnit(value, unit)}`).join(", ")}`,
  frame: "Frame",
  frameText: (frame: number) => `Frame ${frame}`,
  frames: "Frames",
  frameRange: (first: number, last: number) => (first === last ? String(first) : `${first} to ${last}`),
  valueRange: (low: number, high: number) => (low === high ? short(low) : `${short(low)} to ${short(high)}`),
  lowestToHighest: (name: string, unit: string) => `${name}, lowest to highest, ${unit}`,
  plotHelp: "Click or use the arrow keys to go to a frame; drag to look closer.",
  kymographOf: (from: readonly [number, number], to: readonly [number, number]) =>
    `Line from x ${from[0]}, y ${from[1]} to x ${to[0]}, y ${to[1]} over the frames`,
  noKymograph: "Draw a line to see its pixels over the frames",
  positionsDown: (positions: number) => `Top to bottom: ${positions} pixels of the line. Left to right: frames.`,
  brightest: (frames: number) => `Each column is the brightest of ${frames} frames.`,
  brightestValue: (name: string, unit: string) => `${name}, brightest pixel, ${unit}`,
  brightestPosition: (name: string) => `${name}, its place on the line`,

  // Weights
  noWeights: "There is no model yet",
  weightsCaption: "Weight of each frame of the window in the background of each",
  backgroundOf: "Background of",
  windowFrame: (shift: number) => (shift === 0 ? "frame t" : `t + ${shift}`),
  constant: "constant, ADU",
  weightsSentence: (shares: readonly { readonly shift: number; readonly percent: number }[]) => {
    const parts = shares.map(({ shift, percent }) => {
      const share = `${percent < 0 ? "minus " : ""}${Math.abs(percent)}\u00a0%`;
      return shift === 0 ? `${share} the frame itself` : `${share} the frame ${shift} later`;
    });
    const last = parts.pop() ?? "";
    return `The background of a frame is ${parts.length > 0 ? `${parts.join(", ")} and ` : ""}${last}`;
  },
  constantSentence: (adu: number) => `${adu < 0 ? "less" : "plus"} ${withUnit(Math.abs(adu), "ADU")}`,
  keepsLight: (percent: number) => `a lone molecule keeps about ${percent}\u00a0% of its light.`,
  keepsNoLight: "a lone molecule loses all of its light.",

  // Inspector
  noStack: "Open a stack first.",
  pixelTitle: "Pixel over time",
  lineTitle: "Line over time",
  projectionTitle: "Projections over time",
  axisField: { x: "x", y: "y", fromX: "From x", fromY: "From y", toX: "To x", toY: "To y" },
  showTrace: "Show trace",
  showKymograph: "Show kymograph",
  pickPixel: "Click a pixel in the picture, or type it here.",
  typePixel: "Type a pixel of the frame.",
  drawLine: "Draw line",
  pickLine: "Draw a line in the picture, or type its ends here.",
  typeLine: "Type the ends of a line in the frame.",
  notInFrame: (width: number, height: number) =>
    `Expected whole numbers: x from 0 to ${width - 1}, y from 0 to ${height - 1}.`,
  outdated: "These values are of an earlier model or method. Read them again to see the present one.",
  withoutMethod: "Train or clean first to see background and cleaned values too.",
  withWholeFrames: {
    "masked-mean":
      "The masked mean looks for molecules in whole frames and has no values for single pixels: only the raw ones are " +
      "shown. Clean with SLNet or the median to see more.",
    rpca:
      "Robust PCA cleans whole frames together and has no values for single pixels: only the raw ones are shown. Clean " +
      "with SLNet or the median to see more.",
    "rolling-ball":
      "The rolling ball cleans whole frames and has no values for single pixels: only the raw ones are shown. Clean with " +
      "SLNet or the median to see more.",
  },
  reading: (name: string) => `${name}: reading`,
  /** @param why - bytes of all frames where these are why not all were read, or the memory */
  partRead: (first: number, last: number, frames: number, why: number | "memory" | null) => {
    const part = `Only frames ${countText(first)} to ${countText(last)} are read`;
    if (why === "memory") return `${part}: the values of all ${countText(frames)} frames do not fit the memory.`;
    if (why === null) return `${part}, of ${countText(frames)}.`;
    return `${part}: all ${countText(frames)} frames are ${bytesText(why)}.`;
  },
  readAll: (frames: number) => `Read all ${countText(frames)} frames`,
  remove: "Remove",
  rangeTitle: "Frames in the plots",
  firstFrame: "From frame",
  lastFrame: "To frame",
  allFrames: "All frames",
  maximum: "Maximum",
  mean: "Mean",
  standardDeviation: "Standard deviation",
  projectionOf: "Of the frames",
  projectionName: (kind: string, part: string) => `${kind} of ${part.toLowerCase()}`,
  projectionsHelp: "Each is added to the viewer as a layer of one frame.",
  projectionNeedsMethod: "Train or clean first: there is nothing to clean the frames with.",
};

/** These texts as they are now. */
export function plotStrings(): typeof english {
  return lateStrings("plots", english);
}
