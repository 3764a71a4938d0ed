import type { PickedShape } from "../../host/contract.js";
import type { Look } from "./look.js";
import { scaledShape } from "./scaled-shape.js";

/** The shapes that plugins show, by their ids. They are in pixels of the lowest layer, and drawn in those of what is seen. */
export class PluginShapes {
  readonly #look: Look;
  readonly #shapes = new Map<string, PickedShape>();

  constructor(look: Look) {
    this.#look = look;
  }

  set(id: string, shape: PickedShape | null): void {
    if (shape) this.#shapes.set(id, shape);
    else this.#shapes.delete(id);
  }

  /** In pixels of the image that is seen. */
  get shown(): readonly PickedShape[] {
    const { image, reference } = this.#look;
    if (!image || !reference) return [];
    return [...this.#shapes.values()].map((shape) => scaledShape(shape, reference, image));
  }

  /** A shape that was picked on the image that is seen, as plugins speak of it; `null` without an image. */
  told(shape: PickedShape): PickedShape | null {
    const { image, reference } = this.#look;
    return image && reference && scaledShape(shape, image, reference);
  }
}
