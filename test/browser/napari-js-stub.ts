import type { SampleArray, SampleType } from "../../src/core/frames.js";
import type { NapariTiledSource } from "../../src/plugin/adapters/napari-js.js";

/**
 * A stand-in for napari-js, which cannot be installed from the registry: what its documentation and its types (0.11 to
 * 0.14) say of layers, dims, events and the fetching of tiles, with nothing drawn. It shows that the adapter keeps to that
 * description, not that the package does.
 */
export class StubViewer {
  readonly layers: StubLayerList;
  readonly dims = new StubDims();
  #drawRequested = false;

  /** @param canMove - false as in versions before `LayerList.move` */
  constructor(canMove = true) {
    this.layers = new StubLayerList(canMove, () => this.requestRender());
    this.dims.changed.connect(() => this.requestRender());
  }

  addImage(source: NapariTiledSource, options: StubImageOptions = {}): StubImageLayer {
    const layer = new StubImageLayer(source, options);
    this.layers.add(layer);
    this.dims.depth = Math.max(this.dims.depth, source.depth);
    return layer;
  }

  requestRender(): void {
    if (this.#drawRequested) return;
    this.#drawRequested = true;
    requestAnimationFrame(() => {
      this.#drawRequested = false;
      for (const layer of this.layers.items) if (layer.visible) layer.draw(this.dims.z, () => this.requestRender());
    });
  }

  /** Samples of the plane that each layer draws now, bottom first; `null` where there is none. */
  get drawn(): readonly (readonly number[] | null)[] {
    return this.layers.items.map((layer) => layer.drawn(this.dims.z));
  }
}

class StubEmitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  connect(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  emit(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

class StubDims {
  readonly changed = new StubEmitter<StubDims>();
  #depth = 1;
  #z = 0;

  get depth(): number {
    return this.#depth;
  }

  set depth(depth: number) {
    this.#depth = Math.max(1, Math.floor(depth));
    this.#z = Math.min(this.#z, this.#depth - 1);
    this.changed.emit(this);
  }

  get z(): number {
    return this.#z;
  }

  set z(z: number) {
    const within = Math.min(Math.max(0, Math.round(z)), this.#depth - 1);
    if (within === this.#z) return;
    this.#z = within;
    this.changed.emit(this);
  }
}

class StubLayerList {
  readonly added = new StubEmitter<StubImageLayer>();
  readonly removed = new StubEmitter<StubImageLayer>();
  readonly move?: (layer: StubImageLayer, index: number) => boolean;
  readonly #items: StubImageLayer[] = [];
  readonly #onChange: () => void;

  constructor(canMove: boolean, onChange: () => void) {
    this.#onChange = onChange;
    if (canMove) this.move = (layer, index) => this.#move(layer, index);
  }

  get items(): readonly StubImageLayer[] {
    return this.#items;
  }

  add(layer: StubImageLayer): StubImageLayer {
    if (this.#items.includes(layer)) throw new Error(`${layer.name} is in the list`);
    this.#items.push(layer);
    layer.changed.connect(this.#onChange);
    this.added.emit(layer);
    this.#onChange();
    return layer;
  }

  remove(layer: StubImageLayer): boolean {
    const index = this.#items.indexOf(layer);
    if (index < 0) return false;
    this.#items.splice(index, 1);
    // The planes of a layer are freed with what draws it.
    layer.forget();
    this.removed.emit(layer);
    this.#onChange();
    return true;
  }

  #move(layer: StubImageLayer, index: number): boolean {
    const from = this.#items.indexOf(layer);
    if (from < 0 || from === index) return false;
    this.#items.splice(from, 1);
    this.#items.splice(index, 0, layer);
    this.#onChange();
    return true;
  }
}

export interface StubImageOptions {
  readonly name?: string;
  readonly visible?: boolean;
  readonly opacity?: number;
  readonly contrastLimits?: readonly [number, number];
  readonly interpolation?: "nearest" | "linear";
}

const knownColormaps = ["gray", "green", "viridis"];
const defaultLimits = { uint8: [0, 255], uint16: [0, 65535], float32: [0, 1] } as const satisfies Record<
  SampleType,
  readonly [number, number]
>;

export class StubImageLayer {
  readonly changed = new StubEmitter<StubImageLayer>();
  readonly source: NapariTiledSource;
  name: string;
  #visible: boolean;
  #opacity: number;
  #contrastLimits: readonly [number, number];
  #colormap = "gray";
  /** By `z`, and kept for as long as the layer is there. */
  readonly #planes = new Map<number, SampleArray>();
  readonly #pending = new Set<number>();

  constructor(source: NapariTiledSource, options: StubImageOptions) {
    this.source = source;
    this.name = options.name ?? "Image";
    this.#visible = options.visible ?? true;
    this.#opacity = options.opacity ?? 1;
    this.#contrastLimits = options.contrastLimits ?? defaultLimits[source.dtype];
  }

  get visible(): boolean {
    return this.#visible;
  }

  set visible(visible: boolean) {
    this.#visible = visible;
    this.changed.emit(this);
  }

  get opacity(): number {
    return this.#opacity;
  }

  set opacity(opacity: number) {
    this.#opacity = Math.min(Math.max(0, opacity), 1);
    this.changed.emit(this);
  }

  get contrastLimits(): readonly [number, number] {
    return [this.#contrastLimits[0], this.#contrastLimits[1]];
  }

  set contrastLimits([low, high]: readonly [number, number]) {
    this.#contrastLimits = [low, high];
    this.changed.emit(this);
  }

  get colormap(): unknown {
    return { name: this.#colormap };
  }

  set colormap(colormap: unknown) {
    if (!knownColormaps.includes(String(colormap))) throw new Error(`Unknown colormap ${String(colormap)}`);
    this.#colormap = String(colormap);
    this.changed.emit(this);
  }

  draw(z: number, onPlane: () => void): void {
    if (this.#planes.has(z) || this.#pending.has(z)) return;
    this.#pending.add(z);
    this.source.fetchTile({ z }).then(
      ({ data }) => {
        this.#pending.delete(z);
        // As an upload: later changes of the array are not seen.
        this.#planes.set(z, data.slice());
        onPlane();
      },
      () => this.#pending.delete(z),
    );
  }

  drawn(z: number): readonly number[] | null {
    const plane = this.#planes.get(z);
    return plane ? [...plane] : null;
  }

  forget(): void {
    this.#planes.clear();
  }
}
