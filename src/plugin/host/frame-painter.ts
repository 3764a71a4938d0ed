import type { HostFrame } from "./contract.js";
import { colormapSize, colormapTable } from "./colormaps.js";
import type { ContrastLimits } from "./contrast.js";

/** Turns frames into pictures, in buffers that are used again and again. */
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
  paint(frame: HostFrame, [low, high]: ContrastLimits, colormap: string): HTMLCanvasElement {
    const painted = this.#painted;
    if (painted?.frame === frame && painted.low === low && painted.high === high && painted.colormap === colormap) {
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
    const scale = last / Math.max(high - low, Number.MIN_VALUE);
    const offset = 0.5 - low * scale;
    for (let i = 0; i < words.length; i++) {
      const level = samples[i]! * scale + offset;
      words[i] = table[level <= 0 ? 0 : level >= last ? last : level | 0]!;
    }
    this.#context?.putImageData(this.#image, 0, 0);
    this.#painted = { frame, low, high, colormap };
    return this.#canvas;
  }
}
