import { strings } from "../../strings/index.js";
import type { LayerViews } from "./layer-views.js";
import type { Look } from "./look.js";
import { valueAt } from "./stage.js";
import { valueUnitOf } from "./value-unit.js";
import type { Point } from "./view-transform.js";

/** Where a pixel is and what its value is in each layer that is shown, the topmost first. */
export function readout(pixel: Point, { shown, image }: Look, views: LayerViews): string {
  const texts = strings().viewer;
  const values = shown.flatMap((layer) => {
    const frame = views.get(layer.id)?.frames.shown;
    const value = frame && image && valueAt(frame, pixel, image);
    return typeof value === "number" ? [{ text: texts.value(layer.name, value), unit: valueUnitOf(layer) }] : [];
  });
  values.reverse();
  // A unit is said once for all values that it follows.
  const parts = values.map(({ text, unit }, i) => (values[i + 1]?.unit === unit ? text : `${text} ${unit}`));
  return [texts.position(pixel.x, pixel.y), ...parts].join("  ·  ");
}
