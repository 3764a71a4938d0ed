import type { ContrastLimits } from "../../host/contrast.js";
import type { HostLayer } from "../../host/model.js";
import type { LayerPicture, PanePicture } from "./frame-renderer.js";
import type { LayerViews } from "./layer-views.js";
import type { PaneLayout } from "./look.js";
import type { Size } from "./view-transform.js";

/**
 * What is drawn in a pane: the layers that have a frame, down to the first one that covers those below it.
 *
 * @param limitsOf - the contrast limits of a layer
 */
export function panePicture(
  { clip, layers, placement: { left, top, scale } }: PaneLayout,
  { width, height }: Size,
  views: LayerViews,
  limitsOf: (layer: HostLayer) => ContrastLimits,
): PanePicture {
  const pictures: LayerPicture[] = [];
  let covered = false;
  for (const layer of [...layers].reverse()) {
    const frame = views.get(layer.id)?.frames.shown;
    if (!frame) continue;
    const { id, opacity, colormap } = layer;
    // Also of one that is covered: limits are chosen from the first frame that is there.
    const limits = limitsOf(layer);
    if (!covered) pictures.unshift({ id, frame, limits, colormap, opacity });
    covered ||= opacity >= 1;
  }
  return { clip, image: { left, top, width: width * scale, height: height * scale }, layers: pictures };
}
