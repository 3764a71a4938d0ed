import type { GestureTarget } from "./gestures.js";
import type { Look } from "./look.js";
import type { ShapePicking } from "./shape-picking.js";
import type { Point } from "./view-transform.js";

/**
 * What gestures do: move and zoom the image, and pick on it.
 *
 * @param density - device pixels of a CSS pixel, as they are at the time
 * @param onPointer - called with the pixel under the pointer, `null` beside the image
 */
export function lookGestures(
  look: Look,
  picking: ShapePicking,
  density: () => number,
  onPointer: (pixel: Point | null) => void,
): GestureTarget {
  const onStage = ({ x, y }: Point): Point => ({ x: x * density(), y: y * density() });
  return {
    onHover: (at) => {
      onPointer(at && look.pixelAt(onStage(at)));
      picking.hover(at && onStage(at));
    },
    onClick: (at) => picking.click(onStage(at)),
    onFurtherClick: () => picking.withdraw(),
    onPan: (right, down) => look.panBy(right * density(), down * density()),
    onZoom: (factor, at) => look.zoomBy(factor, onStage(at)),
    onDoubleClick: () => {
      picking.withdraw();
      look.fit();
    },
    draws: () => picking.tool !== null,
    onDrawStart: (at) => picking.press(onStage(at)),
    onDraw: (at) => picking.drag(onStage(at)),
    onDrawEnd: (at) => picking.release(onStage(at)),
    onDrawCancel: () => picking.cancel(),
  };
}
