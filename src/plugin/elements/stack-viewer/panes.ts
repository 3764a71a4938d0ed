import type { Box } from "./frame-renderer.js";
import { fitScale, type Size } from "./view-transform.js";

/** How the layers are shown: one over the other, beside each other, or the two topmost with a divider between them. */
export type Arrangement = "one" | "side" | "swipe";

/** A part of the stage with a view of its own on the image. */
export interface Pane {
  /** What the image is fitted into. */
  readonly box: Box;
  /** What of it is seen. */
  readonly clip: Box;
}

/** Pixels of the screen between panes. */
const gap = 2;

/**
 * The panes of an arrangement.
 *
 * @param count - of layers to compare
 * @param divider - share of the stage to the left of it, 0 to 1
 * @returns one pane for all layers with `"one"`; one for each layer with `"side"`; left and right with `"swipe"`
 */
export function arrangePanes(
  arrangement: Arrangement,
  count: number,
  image: Size,
  stage: Size,
  divider: number,
): readonly Pane[] {
  const whole: Box = { left: 0, top: 0, width: stage.width, height: stage.height };
  if (arrangement === "one" || count < 2) return [{ box: whole, clip: whole }];
  if (arrangement === "swipe") {
    const width = Math.round(stage.width * divider);
    return [
      { box: whole, clip: { ...whole, width } },
      { box: whole, clip: { ...whole, left: width, width: stage.width - width } },
    ];
  }
  const columns = bestColumns(count, image, stage);
  const rows = Math.ceil(count / columns);
  const size: Size = {
    width: Math.max(1, Math.floor((stage.width - gap * (columns - 1)) / columns)),
    height: Math.max(1, Math.floor((stage.height - gap * (rows - 1)) / rows)),
  };
  return Array.from({ length: count }, (_, index) => {
    const left = (index % columns) * (size.width + gap);
    const top = Math.floor(index / columns) * (size.height + gap);
    const box: Box = { left, top, ...size };
    return { box, clip: box };
  });
}

/** The number of columns at which the images are largest. */
function bestColumns(count: number, image: Size, stage: Size): number {
  let best = 1;
  let largest = 0;
  for (let columns = 1; columns <= count; columns++) {
    const pane: Size = { width: stage.width / columns, height: stage.height / Math.ceil(count / columns) };
    const scale = fitScale(image, pane);
    if (scale > largest) [best, largest] = [columns, scale];
  }
  return best;
}
