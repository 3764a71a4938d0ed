import type { StackMetadata } from "../core/frames.js";
import type { FrameSource, ImageDisplay, ViewerHost } from "./host/contract.js";

/** What a layer of ours shows. */
export type LayerRole = "raw" | "preview" | "sparse" | "low-rank";

/** The layers that a session has in its host, one of each kind at most. Without a host nothing happens. */
export class SessionLayers {
  readonly #host: ViewerHost | null;
  readonly #ids = new Map<LayerRole, string>();

  constructor(host: ViewerHost | null) {
    this.#host = host;
  }

  /** Adds a layer in place of the one of the same role, on top and active. */
  async show(role: LayerRole, source: FrameSource, display: Partial<ImageDisplay>): Promise<void> {
    this.hide(role);
    if (!this.#host) return;
    const id = await this.#host.layers.add([source, display, "image"]);
    this.#ids.set(role, id);
    this.#host.layers.setActive?.(id);
  }

  hide(role: LayerRole): void {
    const id = this.#ids.get(role);
    this.#ids.delete(role);
    if (id !== undefined && this.#host?.layers.get(id)) this.#host.layers.remove(id);
  }

  hideAll(): void {
    for (const role of [...this.#ids.keys()]) this.hide(role);
  }

  updateAll(patch: Partial<ImageDisplay>): void {
    for (const role of this.#ids.keys()) this.update(role, patch);
  }

  update(role: LayerRole, patch: Partial<ImageDisplay>): void {
    const id = this.#ids.get(role);
    if (id !== undefined && this.#host?.layers.get(id)) this.#host.layers.update(id, patch);
  }
}

/** Step sizes along time and space, for the hosts that show them. */
export function layerGeometry({
  pixelSizeNm,
  frameIntervalSeconds,
}: Pick<StackMetadata, "pixelSizeNm" | "frameIntervalSeconds">): Pick<ImageDisplay, "scale" | "units"> {
  return {
    scale: [frameIntervalSeconds ?? 1, pixelSizeNm ?? 1, pixelSizeNm ?? 1],
    units: [
      frameIntervalSeconds === null ? "frame" : "s",
      pixelSizeNm === null ? "pixel" : "nm",
      pixelSizeNm === null ? "pixel" : "nm",
    ],
  };
}
