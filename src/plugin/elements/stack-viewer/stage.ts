import type { HostFrame } from "../../host/contract.js";
import { CanvasRenderer } from "./canvas-renderer.js";
import type { FrameRenderer, PanePicture } from "./frame-renderer.js";
import type { Size } from "./view-transform.js";
import type { WebGlRenderer } from "./webgl-renderer.js";

/**
 * With what pictures are drawn. `auto`: WebGL2 where a graphics card does it; `webgl2`: also where the processor does it;
 * `2d`: never WebGL2.
 */
export type RendererChoice = "auto" | "webgl2" | "2d";

/** A pixel of the stack. */
export interface PixelPosition {
  readonly x: number;
  readonly y: number;
}

/**
 * The canvas in its place, whichever renderer draws on it: WebGL2 once that is loaded, and the 2D canvas until then, where
 * the browser refuses WebGL2 or has lost it, and for frames that are too large for it.
 */
export class Stage {
  readonly #container: HTMLElement;
  readonly #onChange: () => void;
  #choice: RendererChoice = "auto";
  #webGl: WebGlRenderer | "loading" | "refused" | null = null;
  #flat: CanvasRenderer | null = null;
  #current: FrameRenderer | null = null;
  #width = 1;
  #height = 1;
  /** Counts releases: what was being loaded before one is not wanted any more. */
  #releases = 0;

  /**
   * @param container - gets the canvas, and nothing else
   * @param onChange - called when the picture has to be drawn again, by another renderer or better
   */
  constructor(container: HTMLElement, onChange: () => void) {
    this.#container = container;
    this.#onChange = onChange;
  }

  /** What drew the last picture. */
  get kind(): FrameRenderer["kind"] {
    return this.#current?.kind ?? "2d";
  }

  choose(choice: RendererChoice): void {
    if (choice !== this.#choice) this.release();
    this.#choice = choice;
    if (choice === "2d" || this.#webGl !== null) return;
    this.#webGl = "loading";
    void this.#loadWebGl();
  }

  /** In device pixels. */
  resize(width: number, height: number): void {
    this.#width = Math.max(1, width);
    this.#height = Math.max(1, height);
  }

  draw(panes: readonly PanePicture[]): void {
    const renderer = this.#renderer(panes);
    if (renderer !== this.#current) {
      this.#current = renderer;
      this.#container.replaceChildren(renderer.canvas);
    }
    if (renderer !== this.#flat) {
      this.#flat?.dispose();
      this.#flat = null;
    }
    const { canvas } = renderer;
    if (canvas.width !== this.#width || canvas.height !== this.#height) {
      canvas.width = this.#width;
      canvas.height = this.#height;
    }
    renderer.draw(panes);
  }

  /** Frees what is kept for layers that are not among these. */
  retain(layerIds: ReadonlySet<string>): void {
    this.#flat?.retain(layerIds);
    if (typeof this.#webGl === "object") this.#webGl?.retain(layerIds);
  }

  /** Gives canvas and graphics card back, until the next choice or picture. */
  release(): void {
    this.#releases++;
    this.#flat?.dispose();
    if (typeof this.#webGl === "object") this.#webGl?.dispose();
    this.#flat = this.#webGl = this.#current = null;
    this.#container.replaceChildren();
  }

  #renderer(panes: readonly PanePicture[]): FrameRenderer {
    const webGl = this.#webGl;
    if (this.#choice !== "2d" && typeof webGl === "object" && webGl && !webGl.lost) {
      const { largestSide } = webGl;
      const fits = ({ width, height }: HostFrame): boolean => Math.max(width, height) <= largestSide;
      if (panes.every(({ layers }) => layers.every(({ frame }) => fits(frame)))) return webGl;
    }
    return (this.#flat ??= new CanvasRenderer(this.#onChange));
  }

  async #loadWebGl(): Promise<void> {
    const releases = this.#releases;
    // A part of the page that cannot be loaded any more is as good as a browser without WebGL2: the 2D canvas does.
    const part = await import("./webgl-renderer.js").catch(() => null);
    if (releases !== this.#releases) return;
    this.#webGl = part?.WebGlRenderer.create(this.#choice === "webgl2", this.#onChange) ?? "refused";
    this.#onChange();
  }
}

/** Value of a frame at a pixel of the image that it is stretched to, in the unit of the frame. */
export function valueAt(frame: HostFrame, { x, y }: PixelPosition, image: Size): number | undefined {
  const column = Math.floor(((x + 0.5) * frame.width) / image.width);
  const row = Math.floor(((y + 0.5) * frame.height) / image.height);
  return column < frame.width && row < frame.height ? frame.samples[row * frame.width + column] : undefined;
}
