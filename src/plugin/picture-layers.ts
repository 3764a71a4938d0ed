import type { FrameSource, HostFrame, ImageDisplay, ViewerHost } from "./host/contract.js";

/** One picture as a layer. */
class Picture implements FrameSource {
  readonly frames = 1;
  readonly type = "float32";

  constructor(
    readonly height: number,
    readonly width: number,
    readonly samples: Float32Array,
  ) {}

  read(index: number): Promise<HostFrame> {
    const { height, width, samples } = this;
    return Promise.resolve({ index, height, width, samples });
  }
}

/** Layers of one frame in a host, one of each name. */
export class PictureLayers {
  readonly #host: ViewerHost | null;
  readonly #ids = new Map<string, string>();

  constructor(host: ViewerHost | null) {
    this.#host = host;
  }

  has(id: string): boolean {
    return [...this.#ids.values()].includes(id);
  }

  /**
   * Adds a picture in place of the one of the same name, and makes it the active layer.
   *
   * @param samples - `[height, width]`
   * @returns the id of its layer, `null` without a host
   */
  async show(
    name: string,
    { height, width }: { readonly height: number; readonly width: number },
    samples: Float32Array,
    display: Partial<ImageDisplay>,
  ): Promise<string | null> {
    this.#hide(name);
    if (!this.#host) return null;
    const id = await this.#host.layers.add([new Picture(height, width, samples), { ...display, name }, "image"]);
    this.#ids.set(name, id);
    this.#host.layers.setActive?.(id);
    return id;
  }

  /** Somebody took a layer away. */
  forget(id: string): void {
    for (const [name, known] of this.#ids) if (known === id) this.#ids.delete(name);
  }

  hideAll(): void {
    for (const name of [...this.#ids.keys()]) this.#hide(name);
  }

  #hide(name: string): void {
    const id = this.#ids.get(name);
    this.#ids.delete(name);
    if (id !== undefined && this.#host?.layers.get(id)) this.#host.layers.remove(id);
  }
}
