import { FramePainter } from "../../host/frame-painter.js";
import type { FrameRenderer, PanePicture } from "./frame-renderer.js";
import { ShrunkenFrames } from "./shrunken-frames.js";

/** Draws with the processor, on a 2D canvas. */
export class CanvasRenderer implements FrameRenderer {
  readonly kind = "2d";
  readonly canvas = document.createElement("canvas");
  readonly largestSide = Infinity;
  readonly #context = this.canvas.getContext("2d", { alpha: false });
  readonly #painters = new Map<string, FramePainter>();
  readonly #shrunken: ShrunkenFrames;

  /** @param onChange - called when the picture can be drawn better */
  constructor(onChange: () => void) {
    this.#shrunken = new ShrunkenFrames(onChange);
  }

  draw(panes: readonly PanePicture[]): void {
    const context = this.#context;
    if (!context) return;
    context.globalAlpha = 1;
    context.fillStyle = "#000";
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingEnabled = false;
    for (const { clip, image, layers } of panes) {
      context.save();
      context.beginPath();
      context.rect(clip.left, clip.top, clip.width, clip.height);
      context.clip();
      for (const { id, frame, limits, colormap, opacity } of layers) {
        const placed = this.#shrunken.place(id, frame, image, clip);
        if (!placed) continue;
        const { left, top, width, height } = placed.image;
        context.globalAlpha = opacity;
        context.drawImage(this.#painter(id).paint(placed.frame, limits, colormap), left, top, width, height);
      }
      context.restore();
    }
  }

  retain(layerIds: ReadonlySet<string>): void {
    this.#shrunken.retain(layerIds);
    for (const id of this.#painters.keys()) if (!layerIds.has(id)) this.#painters.delete(id);
  }

  dispose(): void {
    this.retain(new Set());
    // Not before the memory of the canvas is asked for again would the browser let go of it.
    this.canvas.width = this.canvas.height = 0;
  }

  #painter(id: string): FramePainter {
    let painter = this.#painters.get(id);
    if (!painter) this.#painters.set(id, (painter = new FramePainter()));
    return painter;
  }
}
