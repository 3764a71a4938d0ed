import type { ViewerHost } from "../../host/contract.js";
import { strings } from "../../strings/index.js";
import type { Look } from "./look.js";

/** What the picture shows, for those who do not see it. */
export function describePicture(look: Look, { step, frames }: ViewerHost["dims"]): string {
  const texts = strings().viewer;
  const names = look.panes.map((pane) => pane.layers.at(-1)!.name);
  if (names.length === 0) return texts.noImage;
  const zoom = look.fitted ? texts.fitted : texts.zoomedTo(Math.round(100 * (look.scale ?? 1)));
  return texts.description(names, step, frames - 1, look.layerCount, zoom);
}
