import type { HostLayer } from "../../host/model.js";
import { arrangePanes, type Arrangement, type Pane } from "./panes.js";
import {
  fittedView,
  oneToOne,
  panned,
  pixelAt,
  place,
  revealing,
  zoomed,
  type Placement,
  type Point,
  type Size,
  type View,
} from "./view-transform.js";

/** A pane with what is seen in it. */
export interface PaneLayout extends Pane {
  /** Bottom first, at least one. */
  readonly layers: readonly HostLayer[];
  /** Where the image lies on the stage. */
  readonly placement: Placement;
}

/** How a person looks at the layers: which of them, how arranged, and which part. Nothing of it is the layers' own. */
export class Look {
  readonly #layers: () => readonly HostLayer[];
  readonly #onChange: () => void;
  #arrangement: Arrangement = "one";
  #divider = 0.5;
  #alone: string | null = null;
  #below = false;
  #view: View = fittedView;
  #image: Size | null = null;
  #stage: Size = { width: 1, height: 1 };

  /**
   * @param layers - all there are, bottom first
   * @param onChange - called when something else is seen, or elsewhere
   */
  constructor(layers: () => readonly HostLayer[], onChange: () => void) {
    this.#layers = layers;
    this.#onChange = onChange;
  }

  get arrangement(): Arrangement {
    return this.#arrangement;
  }

  set arrangement(value: Arrangement) {
    this.#arrangement = value;
    this.#alone = null;
    this.#onChange();
  }

  /** Share of the stage left of the divider, 0 to 1. */
  get divider(): number {
    return this.#divider;
  }

  set divider(value: number) {
    this.#divider = Math.min(Math.max(value, 0), 1);
    this.#onChange();
  }

  get layerCount(): number {
    return this.#layers().length;
  }

  /** The layer that is shown alone, or `null`. */
  get alone(): HostLayer | null {
    return this.#layers().find(({ id }) => id === this.#alone) ?? null;
  }

  /** Shows the layer at a place, from the bottom, alone; what was shown before where it is that one already. */
  toggleAlone(index: number): void {
    const id = this.#layers()[index]?.id;
    if (id === undefined) return;
    this.#alone = this.#alone === id ? null : id;
    this.#onChange();
  }

  /** While true, the topmost layer is left out, so that the one below it is seen. */
  set below(value: boolean) {
    if (value === this.#below) return;
    this.#below = value;
    this.#onChange();
  }

  /** In device pixels. */
  set stage(size: Size) {
    this.#stage = size;
  }

  get stage(): Size {
    return this.#stage;
  }

  /** The layers looked at, bottom first. */
  get shown(): readonly HostLayer[] {
    const { alone } = this;
    const layers = this.#layers();
    if (!alone) {
      const visible = layers.filter(({ visible }) => visible);
      return this.#below && visible.length > 1 ? visible.slice(0, -1) : visible;
    }
    const below = layers[layers.indexOf(alone) - 1];
    return [this.#below && below ? below : alone];
  }

  /** The size of what is shown: that of the lowest layer, to which the others are stretched. */
  get image(): Size | null {
    return this.shown[0]?.source ?? null;
  }

  /** The size in whose pixels plugins speak of shapes: that of the lowest layer, seen or not. */
  get reference(): Size | null {
    return this.#layers()[0]?.source ?? null;
  }

  /** What is seen where, now. */
  get panes(): readonly PaneLayout[] {
    const { image } = this;
    if (!image) return [];
    const groups = this.#groups();
    const panes = arrangePanes(this.#arrangement, groups.length, image, this.#stage, this.#divider);
    return panes.map((pane, index) => {
      const { left, top, scale } = place(this.#view, image, pane.box);
      return {
        ...pane,
        layers: groups[index]!,
        placement: { left: pane.box.left + left, top: pane.box.top + top, scale },
      };
    });
  }

  /** Device pixels for each pixel of the image, or `null` without one. */
  get scale(): number | null {
    return this.panes[0]?.placement.scale ?? null;
  }

  /** True when the whole image is in view, as large as fits, also after a change of size. */
  get fitted(): boolean {
    return this.#view.scale === null;
  }

  /** After the layers changed: an image of another size is seen as a whole at first. */
  layersChanged(): void {
    const { image } = this;
    if (this.#layers().length > 0 && !image) return;
    const same = image && this.#image?.width === image.width && this.#image.height === image.height;
    if (!same) this.#view = fittedView;
    this.#image = image && { width: image.width, height: image.height };
    if (!this.alone) this.#alone = null;
  }

  /** @param at - stays where it is, in device pixels of the stage; the middle by default */
  zoomBy(factor: number, at?: Point): void {
    const pane = (at && this.#paneAt(at)) ?? this.panes[0];
    this.#look((view, image, box) =>
      zoomed(view, factor, image, box, at && pane && { x: at.x - pane.box.left, y: at.y - pane.box.top }),
    );
  }

  /** Moves the image, in device pixels. */
  panBy(right: number, down: number): void {
    this.#look((view, image, box) => panned(view, right, down, image, box));
  }

  fit(): void {
    this.#look(() => fittedView);
  }

  oneToOne(): void {
    this.#look(oneToOne);
  }

  /** Moves the image where a pixel of it is out of sight. */
  reveal(pixel: Point): void {
    this.#look((view, image, box) => revealing(view, pixel, image, box));
  }

  /** The pixel of the image in the middle of what is seen. */
  get middle(): Point | null {
    const pane = this.panes[0];
    const { image } = this;
    if (!pane || !image) return null;
    const { box, placement } = pane;
    // The image lies at whole pixels of the screen, up to half of one from where its middle is that of the pane.
    const along = (middle: number, start: number, size: number): number =>
      pixelWithin((middle - start + 0.5) / placement.scale, size);
    return {
      x: along(box.left + box.width / 2, placement.left, image.width),
      y: along(box.top + box.height / 2, placement.top, image.height),
    };
  }

  /**
   * The pixel of the image at a point of the stage, in device pixels, or `null` beside it.
   *
   * @param nearest - true: beside the image, the nearest pixel of it
   */
  pixelAt(at: Point, nearest = false): Point | null {
    const { image } = this;
    const pane = this.#paneAt(at) ?? (nearest ? this.panes[0] : undefined);
    if (!pane || !image) return null;
    if (!nearest) return pixelAt(at, pane.placement, image);
    const { left, top, scale } = pane.placement;
    return { x: pixelWithin((at.x - left) / scale, image.width), y: pixelWithin((at.y - top) / scale, image.height) };
  }

  #paneAt({ x, y }: Point): PaneLayout | undefined {
    return this.panes.find(
      ({ clip }) => x >= clip.left && y >= clip.top && x < clip.left + clip.width && y < clip.top + clip.height,
    );
  }

  #look(change: (view: View, image: Size, box: Size) => View): void {
    const { image } = this;
    const box = this.panes[0]?.box;
    if (!image || !box) return;
    this.#view = change(this.#view, image, box);
    this.#onChange();
  }

  /** The layers of each pane. */
  #groups(): readonly (readonly HostLayer[])[] {
    const { shown } = this;
    if (this.#arrangement === "one" || shown.length < 2) return [shown];
    if (this.#arrangement === "side") return shown.map((layer) => [layer]);
    return [shown.slice(-1), shown.slice(-2, -1)];
  }
}

/** The pixel of a row at a place, or the nearest one. */
function pixelWithin(place: number, size: number): number {
  return Math.min(Math.max(Math.floor(place), 0), size - 1);
}
