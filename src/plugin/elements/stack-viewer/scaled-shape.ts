import type { PickedShape } from "../../host/contract.js";
import type { Size } from "./view-transform.js";

/** A shape in pixels of one image, in pixels of another one of the same scene; the same one where both are as large. */
export function scaledShape(shape: PickedShape, from: Size, to: Size): PickedShape {
  const [across, down] = [to.width / from.width, to.height / from.height];
  if (across === 1 && down === 1) return shape;
  const pixel = (x: number, y: number): [number, number] => [
    Math.floor((x + 0.5) * across),
    Math.floor((y + 0.5) * down),
  ];
  switch (shape.kind) {
    case "point": {
      const [x, y] = pixel(shape.x, shape.y);
      return { kind: "point", x, y };
    }
    case "line":
      return { kind: "line", from: pixel(...shape.from), to: pixel(...shape.to) };
    case "rectangle": {
      const [x, y] = [Math.floor(shape.x * across), Math.floor(shape.y * down)];
      const width = Math.ceil((shape.x + shape.width) * across) - x;
      const height = Math.ceil((shape.y + shape.height) * down) - y;
      return { kind: "rectangle", x, y, width, height };
    }
  }
}
