import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import type { FrameRange } from "../../profile.js";
import { plotStrings } from "../../strings/plots.js";
import { themeStyles } from "../theme.styles.js";

/** Fired when a person goes to a frame. Crosses shadow roots. */
export type FrameChosenEvent = CustomEvent<{ readonly frame: number }>;
/** Fired when a person marks frames to look at them closer; `null`: all frames again. Crosses shadow roots. */
export type RangeChosenEvent = CustomEvent<{ readonly range: FrameRange | null }>;

/** A pointer that moved less than this clicked. */
const clickPixels = 4;

/**
 * Lays a slider over a picture whose horizontal axis are frames: shows the current frame, goes to another by click and
 * keyboard, and marks a range by dragging.
 *
 * @slot - The picture.
 * @fires frame-chosen - {@link FrameChosenEvent}
 * @fires range-chosen - {@link RangeChosenEvent}
 */
export class SlnetFrameAxis extends LitElement {
  static override styles = [
    themeStyles,
    css`
      :host {
        display: block;
        position: relative;
      }

      .axis {
        position: absolute;
        inset: 0;
        cursor: crosshair;
        touch-action: pan-y;
      }

      .marker,
      .band {
        position: absolute;
        inset: 0 auto;
        pointer-events: none;
      }

      .marker {
        width: 2px;
        margin-left: -1px;
        background: var(--_danger);
      }

      /* Over a picture of any colour. */
      :host([outlined]) .marker {
        box-shadow: 0 0 0 1px var(--_surface);
      }

      .band {
        border: 1px solid var(--_accent);
        background: color-mix(in srgb, var(--_accent) 25%, transparent);
      }

      @media (forced-colors: active) {
        .marker {
          background: Highlight;
          forced-color-adjust: none;
        }
      }
    `,
  ];

  /** Frames `[from, to)` from the left end to the right. */
  @property({ attribute: false }) range: FrameRange = [0, 0];
  /** The current frame; `null`: none. */
  @property({ attribute: false }) frame: number | null = null;
  /** Name of the slider. */
  @property() label = "";
  /** What a screen reader says of the current frame. */
  @property() text = "";
  /** Parts of the picture beside the axis, in CSS pixels. */
  @property({ attribute: false }) insets: readonly [left: number, right: number, bottom: number] = [0, 0, 0];

  /** Both ends of a drag, as shares of the width. */
  @state() private drag: readonly [start: number, now: number] | null = null;
  @query(".axis") private axis!: HTMLElement;

  override render(): TemplateResult {
    const [from, to] = this.range;
    const { frame, drag } = this;
    const [left, right, bottom] = this.insets;
    const isShown = frame !== null && frame >= from && frame < to;
    return html`
      <slot></slot>
      <div
        class="axis"
        .style=${`left: ${left}px; right: ${right}px; bottom: ${bottom}px`}
        role="slider"
        tabindex="0"
        aria-label=${this.label}
        aria-valuemin=${from}
        aria-valuemax=${Math.max(from, to - 1)}
        aria-valuenow=${this.#current}
        aria-valuetext=${this.text || plotStrings().frameText(this.#current)}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event)}
        @pointerdown=${(event: PointerEvent) => this.#press(event)}
        @pointermove=${(event: PointerEvent) => this.#move(event)}
        @pointerup=${(event: PointerEvent) => this.#release(event)}
        @pointercancel=${() => (this.drag = null)}
      >
        ${
          drag
            ? html`<i
                class="band"
                .style=${`left: ${100 * Math.min(...drag)}%; width: ${100 * Math.abs(drag[1] - drag[0])}%`}
              ></i>`
            : nothing
        }
        ${isShown ? html`<i class="marker" .style=${`left: ${(100 * (frame + 0.5 - from)) / (to - from)}%`}></i>` : nothing}
      </div>
    `;
  }

  /** The current frame, or the nearest one in view. */
  get #current(): number {
    const [from, to] = this.range;
    return Math.min(Math.max(from, this.frame ?? from), Math.max(from, to - 1));
  }

  #shareAt({ clientX }: PointerEvent): number {
    const { left, width } = this.axis.getBoundingClientRect();
    return Math.min(Math.max(0, (clientX - left) / Math.max(1, width)), 1);
  }

  #frameAt(share: number): number {
    const [from, to] = this.range;
    return Math.min(from + Math.floor(share * (to - from)), to - 1);
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0) return;
    const share = this.#shareAt(event);
    this.drag = [share, share];
    this.axis.setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    if (this.drag) this.drag = [this.drag[0], this.#shareAt(event)];
  }

  #release(event: PointerEvent): void {
    if (!this.drag) return;
    const [start, end] = [this.drag[0], this.#shareAt(event)];
    this.drag = null;
    if (Math.abs(end - start) * this.axis.clientWidth < clickPixels) {
      this.#choose(this.#frameAt(end));
      return;
    }
    const range: FrameRange = [this.#frameAt(Math.min(start, end)), this.#frameAt(Math.max(start, end)) + 1];
    // One frame alone is no curve.
    if (range[1] - range[0] > 1) this.#fire("range-chosen", { range });
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const [from, to] = this.range;
    const stride = event.shiftKey ? 10 : 1;
    const page = Math.max(10, Math.round((to - from) / 10));
    const current = this.#current;
    const target = new Map([
      ["ArrowRight", current + stride],
      ["ArrowUp", current + stride],
      ["ArrowLeft", current - stride],
      ["ArrowDown", current - stride],
      ["PageUp", current + page],
      ["PageDown", current - page],
      ["Home", from],
      ["End", to - 1],
    ]).get(event.key);
    if (event.key === "Escape") this.#fire("range-chosen", { range: null });
    else if (target !== undefined && to > from) this.#choose(Math.min(Math.max(from, target), to - 1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #choose(frame: number): void {
    this.#fire("frame-chosen", { frame });
  }

  #fire(type: "frame-chosen" | "range-chosen", detail: object): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}
