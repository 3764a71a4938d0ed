import type { SampleArray } from "../../core/frames.js";
import type { HostFrame } from "./contract.js";
import { colormapSize, colormapTable } from "./colormaps.js";
import type { ContrastLimits } from "./contrast.js";

/** A frame whose limits lie closer than this is black and white. A finite scale keeps a shader from computing with infinity. */
const largestScale = 1e30;

/**
 * Low and scale, as 32-bit floats, of the level of a sample, (sample − low) · scale: its whole part is the row of the
 * colour table. A subtraction and a product, each rounded to 32 bits, so that a shader, too, comes to the same level.
 */
export function levelScale([low, high]: ContrastLimits): readonly [low: number, scale: number] {
  const span = Math.max(high - low, Number.MIN_VALUE);
  const scale = Math.fround(Math.min((colormapSize - 1) / span, largestScale));
  // Half a level lower: levels are rounded.
  return [Math.fround(low - 0.5 / scale), scale];
}

/** Turns frames into pictures with the processor, in buffers that are used again and again. */
export class FramePainter {
  readonly #canvas = document.createElement("canvas");
  readonly #context: CanvasRenderingContext2D | null;
  #image: ImageData | null = null;
  #words = new Uint32Array();
  #painted: Painted | null = null;
  /** The colour of each 16-bit sample, for the limits and colours painted last, once it was worth its making. */
  #colours: Uint32Array | null = null;

  constructor() {
    this.#context = this.#canvas.getContext("2d");
  }

  /** The frame through contrast limits and colormap, `[height, width]`. Painted anew only when something changed. */
  paint(frame: HostFrame, [low, high]: ContrastLimits, colormap: string): HTMLCanvasElement {
    const painted = this.#painted;
    const sameColours = painted?.low === low && painted.high === high && painted.colormap === colormap;
    if (sameColours && painted.frame === frame) return this.#canvas;
    const { height, width, samples } = frame;
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
      this.#image = new ImageData(width, height);
      this.#words = new Uint32Array(this.#image.data.buffer);
    }
    if (!sameColours) this.#colours = null;
    const table = colormapTable(colormap);
    if (samples instanceof Uint16Array && samples.length >= uint16Values) {
      this.#colours ??= colour(everyUint16(), levelScale([low, high]), table, new Uint32Array(uint16Values));
      lookUp(samples, this.#colours, this.#words);
    } else {
      colour(samples, levelScale([low, high]), table, this.#words);
    }
    this.#context?.putImageData(this.#image, 0, 0);
    this.#painted = { frame, low, high, colormap };
    return this.#canvas;
  }
}

interface Painted {
  readonly frame: HostFrame;
  readonly low: number;
  readonly high: number;
  readonly colormap: string;
}

/** Frames of so many pixels are painted faster through the colours of all values: 5 ms for 2048² in place of 20. */
const uint16Values = 65_536;

function everyUint16(): Uint16Array {
  return Uint16Array.from({ length: uint16Values }, (_, value) => value);
}

/** Fills `out` with the colours of as many samples. */
function colour(
  samples: SampleArray,
  [low, scale]: readonly [low: number, scale: number],
  table: Uint32Array,
  out: Uint32Array,
): Uint32Array {
  const last = colormapSize - 1;
  for (let i = 0; i < out.length; i++) {
    const level = Math.fround(Math.fround(samples[i]! - low) * scale);
    out[i] = table[level >= last ? last : level > 0 ? level | 0 : 0]!;
  }
  return out;
}

function lookUp(samples: Uint16Array, colours: Uint32Array, out: Uint32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = colours[samples[i]!]!;
}
