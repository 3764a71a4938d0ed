import { html, type TemplateResult } from "lit";

import { strings } from "../../strings/index.js";
import type { Look } from "./look.js";
import { placed } from "./placed.js";

/** Share of the stage for one press of an arrow, and with Shift. */
const stride = 0.01;
const longStride = 0.1;

/** What separates the two layers of a swipe; dragged, or moved by keys. */
export function swipeDivider(look: Look, left: string, right: string): TemplateResult {
  const texts = strings().viewer;
  const percent = Math.round(look.divider * 100);
  return html`<div
    class="divider"
    role="slider"
    tabindex="0"
    aria-orientation="horizontal"
    aria-label=${texts.divider}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${percent}
    aria-valuetext=${texts.dividerAt(left, right, percent)}
    ${placed({ left: `${100 * look.divider}%` })}
    @pointerdown=${onDown}
    @pointermove=${(event: PointerEvent) => onMove(event, look)}
    @keydown=${(event: KeyboardEvent) => onKey(event, look)}
  ></div>`;
}

function onDown(event: PointerEvent): void {
  const divider = event.currentTarget as HTMLElement;
  if (event.button !== 0) return;
  divider.setPointerCapture(event.pointerId);
}

function onMove(event: PointerEvent, look: Look): void {
  const divider = event.currentTarget as HTMLElement;
  if (!divider.hasPointerCapture(event.pointerId)) return;
  const stage = divider.parentElement!.getBoundingClientRect();
  look.divider = (event.clientX - stage.left) / Math.max(stage.width, 1);
}

function onKey(event: KeyboardEvent, look: Look): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const by = event.shiftKey ? longStride : stride;
  const place = {
    ArrowLeft: look.divider - by,
    ArrowDown: look.divider - by,
    ArrowRight: look.divider + by,
    ArrowUp: look.divider + by,
    PageDown: look.divider - longStride,
    PageUp: look.divider + longStride,
    Home: 0,
    End: 1,
  }[event.key];
  if (place === undefined) return;
  look.divider = place;
  event.preventDefault();
}
