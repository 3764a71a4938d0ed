import type { HostFrame } from "../../host/contract.js";

/** One picture to draw, `[height, width]` pixels of the stack. */
export interface StagePicture {
  readonly picture: CanvasImageSource & { readonly width: number; readonly height: number };
  /** 0 to 1. */
  readonly opacity: number;
}

/** A pixel of the stack. */
export interface PixelPosition {
  readonly x: number;
  readonly y: number;
}

/** The canvas: pictures one over the other, as large as fits, each pixel a sharp square. */
export class Stage {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  #imageWidth = 0;
  #imageHeight = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
  }

  /** @param width - of the canvas in device pixels */
  resize(width: number, height: number): void {
    if (this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = Math.max(1, width);
    this.canvas.height = Math.max(1, height);
  }

  /** Draws pictures of one size, the bottom one first. */
  draw(pictures: readonly StagePicture[]): void {
    const context = this.#context;
    if (!context) return;
    context.globalAlpha = 1;
    context.fillStyle = "#000";
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    const first = pictures[0]?.picture;
    this.#imageWidth = first?.width ?? 0;
    this.#imageHeight = first?.height ?? 0;
    if (!first) return;
    const { left, top, scale } = this.#placement();
    context.imageSmoothingEnabled = false;
    for (const { picture, opacity } of pictures) {
      context.globalAlpha = opacity;
      context.drawImage(picture, left, top, first.width * scale, first.height * scale);
    }
  }

  /** Device pixels to a pixel of the stack, 0 while nothing is drawn. */
  get scale(): number {
    return this.#imageWidth === 0 ? 0 : this.#placement().scale;
  }

  /** The pixel under a point of the canvas, given in CSS pixels from its corner, or `null` beside the image. */
  pixelAt(left: number, top: number): PixelPosition | null {
    const box = this.canvas.getBoundingClientRect();
    if (this.#imageWidth === 0 || box.width === 0 || box.height === 0) return null;
    const placement = this.#placement();
    const x = Math.floor((left * (this.canvas.width / box.width) - placement.left) / placement.scale);
    const y = Math.floor((top * (this.canvas.height / box.height) - placement.top) / placement.scale);
    return x >= 0 && y >= 0 && x < this.#imageWidth && y < this.#imageHeight ? { x, y } : null;
  }

  /** Where the image lies on the canvas, in device pixels: centred, and a whole number of times enlarged if it is. */
  #placement(): { readonly left: number; readonly top: number; readonly scale: number } {
    const { width, height } = this.canvas;
    const fit = Math.min(width / this.#imageWidth, height / this.#imageHeight);
    const scale = fit > 4 ? Math.floor(fit) : fit;
    return {
      left: Math.round((width - this.#imageWidth * scale) / 2),
      top: Math.round((height - this.#imageHeight * scale) / 2),
      scale,
    };
  }
}

/** Value of a pixel, in ADU. */
export function valueAt(frame: HostFrame, { x, y }: PixelPosition): number | undefined {
  return x < frame.width && y < frame.height ? frame.samples[y * frame.width + x] : undefined;
}
