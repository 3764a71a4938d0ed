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
  #painted: { frame: HostFrame; low: number; high: number; colormap: string } | null = null;

  constructor() {
    this.#context = this.#canvas.getContext("2d");
  }

  /** The frame through contrast limits and colormap, `[height, width]`. Painted anew only when something changed. */
  paint(frame: HostFrame, limits: ContrastLimits, colormap: string): HTMLCanvasElement {
    const [lowest, highest] = limits;
    const painted = this.#painted;
    if (
      painted?.frame === frame &&
      painted.low === lowest &&
      painted.high === highest &&
      painted.colormap === colormap
    ) {
      return this.#canvas;
    }
    const { height, width, samples } = frame;
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
      this.#image = new ImageData(width, height);
      this.#words = new Uint32Array(this.#image.data.buffer);
    }
    const table = colormapTable(colormap);
    const words = this.#words;
    const last = colormapSize - 1;
    const [low, scale] = levelScale(limits);
    for (let i = 0; i < words.length; i++) {
      const level = Math.fround(Math.fround(samples[i]! - low) * scale);
      words[i] = table[level >= last ? last : level > 0 ? level | 0 : 0]!;
    }
    this.#context?.putImageData(this.#image, 0, 0);
    this.#painted = { frame, low: lowest, high: highest, colormap };
    return this.#canvas;
  }
}
