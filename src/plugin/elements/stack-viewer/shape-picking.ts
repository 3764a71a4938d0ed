import type { PickedShape } from "../../host/contract.js";
import { strings } from "../../strings/index.js";
import { doubleClickMs } from "./gestures.js";
import type { Look } from "./look.js";
import { ShapeTool } from "./shape-tool.js";
import type { Point } from "./view-transform.js";

export interface ShapePickingOptions {
  readonly look: Look;
  /** Called when there is something else to draw. */
  onChange(): void;
  onPick(shape: PickedShape): void;
  /** Tells those who do not see it what the crosshair does. */
  announce(text: string): void;
}

/** Shapes that a person picks, with the pointer or with a crosshair that is moved by keys. Places are in device pixels. */
export class ShapePicking {
  readonly #options: ShapePickingOptions;
  #tool: ShapeTool | null = null;
  /** True while a press draws from the point that it set. */
  #dragging = false;
  /** A point that is picked once it is known not to be where a double click began. */
  #clicked: PickedShape | null = null;
  #timer = 0;

  constructor(options: ShapePickingOptions) {
    this.#options = options;
  }

  /** The tool for one shape, while there is one. */
  get tool(): ShapeTool | null {
    return this.#tool;
  }

  /** The point of a click that may yet become a double click. */
  get clicked(): PickedShape | null {
    return this.#clicked;
  }

  /** Takes up the tool for one shape, or puts it away. */
  arm(kind: PickedShape["kind"] | null): void {
    const { look, onChange } = this.#options;
    this.withdraw();
    const { image, middle } = look;
    this.#dragging = false;
    this.#tool = kind && image && middle ? new ShapeTool(kind, image, middle) : null;
    if (this.#tool) this.#announcePlace();
    onChange();
  }

  /** A plain click, without a tool: marks its pixel at once, and picks it unless that is withdrawn in time. */
  click(at: Point): void {
    this.withdraw();
    const { look, onPick, onChange } = this.#options;
    const { image } = look;
    const pixel = look.pixelAt(at);
    if (!pixel) return;
    const point: PickedShape = { kind: "point", ...pixel };
    this.#clicked = point;
    this.#timer = window.setTimeout(() => {
      this.withdraw();
      // In another image it would be another place.
      if (look.image === image) onPick(point);
    }, doubleClickMs);
    onChange();
  }

  /** Takes a click back that has not picked yet. */
  withdraw(): void {
    if (!this.#clicked) return;
    clearTimeout(this.#timer);
    this.#clicked = null;
    this.#options.onChange();
  }

  hover(at: Point | null): void {
    const pixel = at && !this.#dragging && this.#options.look.pixelAt(at);
    if (!this.#tool || !pixel) return;
    this.#tool.moveTo(pixel);
    this.#options.onChange();
  }

  press(at: Point): void {
    const tool = this.#tool;
    if (!tool || !this.#moveTo(at)) return;
    this.#dragging = tool.kind !== "point" && tool.start === null;
    if (this.#dragging) tool.set();
    this.#options.onChange();
  }

  drag(at: Point): void {
    if (this.#moveTo(at)) this.#options.onChange();
  }

  release(at: Point): void {
    const tool = this.#tool;
    if (!tool || !this.#moveTo(at)) return;
    const clicked = this.#dragging && tool.cursor.x === tool.start?.x && tool.cursor.y === tool.start.y;
    this.#dragging = false;
    // A click sets the first point only; the next one sets the other.
    if (clicked) this.#options.onChange();
    else this.setPoint();
  }

  cancel(): void {
    this.#dragging = false;
    this.#tool?.takeBack();
    this.#options.onChange();
  }

  moveCrosshair(right: number, down: number): void {
    const tool = this.#tool;
    if (!tool) return;
    tool.moveTo({ x: tool.cursor.x + right, y: tool.cursor.y + down });
    this.#options.look.reveal(tool.cursor);
    this.#announcePlace();
    this.#options.onChange();
  }

  /** Sets a point at the crosshair; the last one of a shape picks it. */
  setPoint(): void {
    const tool = this.#tool;
    if (!tool) return;
    const { onPick, announce, onChange } = this.#options;
    const shape = tool.set();
    if (shape) {
      this.#tool = null;
      announce(describeShape(shape));
      onChange();
      onPick(shape);
      return;
    }
    announce(strings().viewer.shapeStarted(tool.cursor.x, tool.cursor.y));
    onChange();
  }

  /** Takes the first point back or, where there is none, puts the tool away. */
  leave(): void {
    if (this.#tool?.takeBack()) {
      this.#announcePlace();
      this.#options.onChange();
      return;
    }
    this.#options.announce(strings().viewer.shapeLeft);
    this.arm(null);
  }

  #moveTo(at: Point): boolean {
    const pixel = this.#options.look.pixelAt(at, true);
    if (pixel) this.#tool?.moveTo(pixel);
    return pixel !== null && this.#tool !== null;
  }

  #announcePlace(): void {
    const tool = this.#tool;
    if (!tool) return;
    const texts = strings().viewer;
    const { x, y } = tool.cursor;
    this.#options.announce(
      `${texts.shape[tool.kind]}: ${tool.start ? describeShape(tool.draft) : texts.position(x, y)}`,
    );
  }
}

function describeShape(shape: PickedShape): string {
  const texts = strings().viewer.shapePicked;
  if (shape.kind === "point") return texts.point(shape.x, shape.y);
  if (shape.kind === "line") return texts.line(...shape.from, ...shape.to);
  return texts.rectangle(shape.x, shape.y, shape.width, shape.height);
}
