import type { PickedShape } from "../../host/contract.js";
import type { Point, Size } from "./view-transform.js";

/** One shape on its way: a crosshair that is moved over the image, and the points that were set with it. */
export class ShapeTool {
  readonly kind: PickedShape["kind"];
  readonly #image: Size;
  #cursor: Point;
  #start: Point | null = null;

  /** @param cursor - the pixel where the crosshair is at first */
  constructor(kind: PickedShape["kind"], image: Size, cursor: Point) {
    this.kind = kind;
    this.#image = image;
    this.#cursor = cursor;
  }

  /** The pixel under the crosshair. */
  get cursor(): Point {
    return this.#cursor;
  }

  /** The pixel that was set first, or `null`. */
  get start(): Point | null {
    return this.#start;
  }

  /** Brought into the image. */
  moveTo({ x, y }: Point): void {
    this.#cursor = {
      x: Math.min(Math.max(Math.round(x), 0), this.#image.width - 1),
      y: Math.min(Math.max(Math.round(y), 0), this.#image.height - 1),
    };
  }

  /** Sets a point at the crosshair. Gives the shape once it has all its points. */
  set(): PickedShape | null {
    if (this.kind !== "point" && !this.#start) {
      this.#start = this.#cursor;
      return null;
    }
    return this.draft;
  }

  /** Takes back the point that was set; false where there is none. */
  takeBack(): boolean {
    const had = this.#start !== null;
    this.#start = null;
    return had;
  }

  /** The shape as it would be with a point set here. */
  get draft(): PickedShape {
    const { kind } = this;
    const to = this.#cursor;
    const from = this.#start ?? to;
    if (kind === "point") return { kind, ...to };
    if (kind === "line") return { kind, from: [from.x, from.y], to: [to.x, to.y] };
    return {
      kind,
      x: Math.min(from.x, to.x),
      y: Math.min(from.y, to.y),
      width: Math.abs(to.x - from.x) + 1,
      height: Math.abs(to.y - from.y) + 1,
    };
  }
}
