import { html, nothing } from "lit";

import { strings } from "../../strings/index.js";
import type { LayerViews } from "./layer-views.js";
import type { Look, PaneLayout } from "./look.js";
import { placed } from "./placed.js";
import { swipeDivider } from "./swipe-divider.js";

/** What is in each pane, where there are several, with the divider between them, and why one does not show this frame. */
export function paneCaptions(look: Look, views: LayerViews): unknown {
  const { panes } = look;
  const [first, second] = panes;
  if (!first) return nothing;
  if (!second) {
    const text = problemOf(first, views) ?? aloneText(look);
    return text === null ? nothing : html`<div class="note">${text}</div>`;
  }
  const { width, height } = look.stage;
  const swipes = look.arrangement === "swipe";
  const names = panes.map((pane) => pane.layers.at(-1)!.name);
  const placeOf = ({ box }: PaneLayout, index: number): Parameters<typeof placed>[0] => ({
    // Both panes of a swipe lie over the whole stage: their captions are in its two corners.
    left: swipes && index > 0 ? "auto" : `${(100 * box.left) / width}%`,
    right: swipes && index > 0 ? "0" : "auto",
    top: `${(100 * box.top) / height}%`,
    maxWidth: swipes ? "50%" : `${(100 * box.width) / width}%`,
  });
  return html`
    ${panes.map(
      (pane, index) =>
        html`<div class="caption" ${placed(placeOf(pane, index))}>
          <span>${problemOf(pane, views) ?? names[index]}</span>
        </div>`,
    )}
    ${swipes ? swipeDivider(look, names[0]!, names[1]!) : nothing}
  `;
}

/** Why the topmost layer of a pane does not show this frame, or `null` where it does. */
function problemOf({ layers }: PaneLayout, views: LayerViews): string | null {
  const texts = strings().viewer;
  const top = layers.at(-1);
  const frames = top && views.get(top.id)?.frames;
  if (!frames) return null;
  if (frames.error !== null) return texts.failed(top.name, frames.error);
  return frames.missing ? texts.missing(top.name) : null;
}

/** Said while a layer hides the others only for now. */
function aloneText({ alone, shown, layerCount }: Look): string | null {
  return alone && layerCount > 1 ? strings().viewer.alone(shown.at(-1)!.name) : null;
}
