import type { HostFrame } from "../../host/contract.js";
import type { ContrastLimits } from "../../host/contrast.js";

/** A part of the canvas, in device pixels from its top left corner. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One layer to draw. */
export interface LayerPicture {
  /** Of the layer: what a renderer keeps for it, it finds by this. */
  readonly id: string;
  readonly frame: HostFrame;
  readonly limits: ContrastLimits;
  readonly colormap: string;
  /** 0 to 1. */
  readonly opacity: number;
}

/** Layers one over the other, the bottom one first. */
export interface PanePicture {
  /** Nothing is drawn outside; whole numbers. */
  readonly clip: Box;
  /** Where the whole image lies, whether in view or not. Corner in whole numbers. */
  readonly image: Box;
  readonly layers: readonly LayerPicture[];
}

/**
 * Draws frames on a canvas of its own: each pixel as a sharp square or, where a pixel of the screen covers more than one, the
 * mean of what it covers, through limits and colours like any other value. All renderers give the same picture.
 */
export interface FrameRenderer {
  readonly kind: "webgl2" | "2d";
  readonly canvas: HTMLCanvasElement;
  /** Largest width and height of a frame that it can draw. */
  readonly largestSide: number;
  /** Draws the panes, and black around them. */
  draw(panes: readonly PanePicture[]): void;
  /** Frees what it keeps for layers that are not among these. */
  retain(layerIds: ReadonlySet<string>): void;
  dispose(): void;
}
