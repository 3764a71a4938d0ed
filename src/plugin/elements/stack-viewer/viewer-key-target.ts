import type { FrameSteps } from "./frame-steps.js";
import type { Look } from "./look.js";
import type { ShapePicking } from "./shape-picking.js";
import type { KeyTarget } from "./viewer-keys.js";

/** CSS pixels for one press of a key that moves the image. */
const keyPan = 48;

/**
 * What keys do: everything that there are gestures and buttons for.
 *
 * @param density - device pixels of a CSS pixel
 * @param onToolLeft - called when a key has ended the picking of a shape
 */
export function viewerKeyTarget(
  look: Look,
  picking: ShapePicking,
  steps: FrameSteps,
  density: number,
  onToolLeft: () => void,
): KeyTarget {
  const thenLeft = (act: () => void): void => {
    act();
    if (!picking.tool) onToolLeft();
  };
  return {
    picks: picking.tool !== null,
    moveCrosshair: (right, down) => picking.moveCrosshair(right, down),
    setPoint: () => thenLeft(() => picking.setPoint()),
    leaveTool: () => thenLeft(() => picking.leave()),
    stepBy: (frames) => steps.moveBy(frames),
    togglePlaying: () => (steps.playing = !steps.playing),
    zoomBy: (factor) => look.zoomBy(factor),
    fit: () => look.fit(),
    oneToOne: () => look.oneToOne(),
    panBy: (right, down) => look.panBy(-right * keyPan * density, -down * keyPan * density),
    toggleAlone: (index) => look.toggleAlone(index),
  };
}
