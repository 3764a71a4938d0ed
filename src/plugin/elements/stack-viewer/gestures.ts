import type { Point } from "./view-transform.js";

/** What a person does on the picture, with mouse, pen or fingers. Places are in CSS pixels from its corner. */
export interface GestureTarget {
  onHover(at: Point | null): void;
  /** A click, perhaps the first one of a double click. */
  onClick(at: Point): void;
  /** Another click close behind it: neither it nor the one before means a place. */
  onFurtherClick(): void;
  onPan(right: number, down: number): void;
  /** @param at - stays where it is */
  onZoom(factor: number, at: Point): void;
  onDoubleClick(): void;
  /** True while a drag draws and does not move the picture. */
  draws(): boolean;
  onDrawStart(at: Point): void;
  onDraw(at: Point): void;
  onDrawEnd(at: Point): void;
  onDrawCancel(): void;
}

/** CSS pixels that a pointer may stray in a click. */
const clickRadius = 4;
/**
 * A click that comes so soon after another, and so near to it, is no click of its own. That is what Windows and macOS start
 * with; a double click that a person has set to be slower is told by the browser.
 */
export const doubleClickMs = 500;
const doubleClickRadius = 8;
/** Natural logarithm of the zoom for each pixel of a wheel, and of a pinch on a touch pad, which comes as a wheel with Ctrl. */
const wheelZoom = 0.0015;
const padPinchZoom = 0.01;
/** Pixels of a wheel that counts in lines, and in pages. */
const pixelsPerUnit = [1, 24, 400] as const;
const largestWheelPixels = 400;

interface Held {
  readonly start: Point;
  at: Point;
}

/** Tells clicks, drags, pinches and the wheel apart. */
export class Gestures {
  readonly #element: HTMLElement;
  readonly #target: GestureTarget;
  readonly #held = new Map<number, Held>();
  #kind: "none" | "press" | "pan" | "draw" | "pinch" = "none";
  #lastClick: { readonly time: number; readonly at: Point } | null = null;

  constructor(element: HTMLElement, target: GestureTarget) {
    this.#element = element;
    this.#target = target;
    element.addEventListener("pointerdown", (event) => this.#onDown(event));
    element.addEventListener("pointermove", (event) => this.#onMove(event));
    element.addEventListener("pointerup", (event) => this.#onUp(event));
    element.addEventListener("pointercancel", (event) => this.#onCancel(event));
    element.addEventListener("pointerleave", () => target.onHover(null));
    element.addEventListener("dblclick", () => {
      if (!target.draws()) target.onDoubleClick();
    });
    // Not passive: the page must not scroll meanwhile.
    element.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
  }

  #onDown(event: PointerEvent): void {
    const isFirst = this.#held.size === 0;
    if (event.pointerType === "mouse" && event.button > 1) return;
    const at = this.#placeOf(event);
    this.#held.set(event.pointerId, { start: at, at });
    this.#capture(event.pointerId);
    if (!isFirst) {
      if (this.#kind === "draw") this.#target.onDrawCancel();
      this.#kind = "pinch";
    } else if (event.button === 1) {
      // Else the browser would scroll with the middle button.
      event.preventDefault();
      this.#kind = "pan";
    } else if (this.#target.draws()) {
      this.#kind = "draw";
      this.#target.onDrawStart(at);
    } else {
      this.#kind = "press";
    }
  }

  #onMove(event: PointerEvent): void {
    const at = this.#placeOf(event);
    const held = this.#held.get(event.pointerId);
    if (held) this.#follow(event.pointerId, held, at);
    // Afterwards: what lies under the pointer may have moved with it.
    this.#target.onHover(at);
  }

  #follow(pointerId: number, held: Held, at: Point): void {
    if (this.#kind === "press" && distance(held.start, at) > clickRadius) this.#kind = "pan";
    if (this.#kind === "pan") this.#target.onPan(at.x - held.at.x, at.y - held.at.y);
    else if (this.#kind === "pinch") this.#pinch(pointerId, held, at);
    else if (this.#kind === "draw") this.#target.onDraw(at);
    if (this.#kind !== "press") held.at = at;
  }

  /** Two fingers: what is between them stays between them. */
  #pinch(pointerId: number, held: Held, at: Point): void {
    const other = [...this.#held].find(([id]) => id !== pointerId)?.[1].at;
    if (!other) return;
    const before = between(held.at, other);
    const after = between(at, other);
    this.#target.onPan(after.x - before.x, after.y - before.y);
    this.#target.onZoom(Math.max(distance(at, other), 1) / Math.max(distance(held.at, other), 1), after);
  }

  #onUp(event: PointerEvent): void {
    const held = this.#held.get(event.pointerId);
    if (!held) return;
    this.#held.delete(event.pointerId);
    const at = this.#placeOf(event);
    const kind = this.#kind;
    if (this.#held.size > 0) return;
    this.#kind = "none";
    if (kind === "draw") this.#target.onDrawEnd(at);
    if (kind !== "press") return;
    const before = this.#lastClick;
    this.#lastClick = { time: event.timeStamp, at };
    const isSoon = before !== null && event.timeStamp - before.time < doubleClickMs;
    if (isSoon && distance(before.at, at) <= doubleClickRadius) this.#target.onFurtherClick();
    else this.#target.onClick(at);
  }

  #onCancel(event: PointerEvent): void {
    if (!this.#held.delete(event.pointerId)) return;
    if (this.#kind === "draw") this.#target.onDrawCancel();
    if (this.#held.size === 0) this.#kind = "none";
  }

  #onWheel(event: WheelEvent): void {
    event.preventDefault();
    const pixels = event.deltaY * (pixelsPerUnit[event.deltaMode] ?? 1);
    const bounded = Math.min(Math.max(pixels, -largestWheelPixels), largestWheelPixels);
    const factor = Math.exp(-bounded * (event.ctrlKey ? padPinchZoom : wheelZoom));
    this.#target.onZoom(factor, this.#placeOf(event));
  }

  #capture(pointerId: number): void {
    try {
      this.#element.setPointerCapture(pointerId);
    } catch {
      // A pointer that has gone meanwhile: there is nothing to follow.
    }
  }

  #placeOf({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.#element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function between(one: Point, other: Point): Point {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}
