import { autoContrast, type ContrastLimits } from "../../host/contrast.js";
import { LayerFrames } from "../../host/layer-frames.js";
import type { HostLayer } from "../../host/model.js";

/** What the viewer holds for a layer of its host. */
interface LayerView {
  readonly frames: LayerFrames;
  /** Smallest and largest value seen, in the unit of the layer. */
  range: ContrastLimits;
}

/** Frames read before they are shown while playing. */
const readAheadFrames = 3;

/** The frames of all layers, as they are asked for. */
export class LayerViews {
  readonly #onChange: () => void;
  readonly #views = new Map<string, LayerView>();

  /** @param onChange - called when what there is to draw may have changed */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get(id: string): LayerView | undefined {
    return this.#views.get(id);
  }

  get ids(): ReadonlySet<string> {
    return new Set(this.#views.keys());
  }

  /** Makes what is held match the layers there are. */
  sync(layers: readonly HostLayer[]): void {
    for (const [id, view] of this.#views) {
      if (layers.some((layer) => layer.id === id)) continue;
      view.frames.dispose();
      this.#views.delete(id);
    }
    for (const { id, source } of layers) {
      if (this.#views.has(id)) continue;
      this.#views.set(id, { frames: new LayerFrames(source, this.#onChange), range: [0, 1] });
    }
  }

  /**
   * Asks for the frames of a step.
   *
   * @param layers - those that are looked at
   * @param following - steps that will be wanted next
   */
  want(layers: readonly HostLayer[], step: number, following: (ahead: number) => number | null): void {
    for (const { id, source } of layers) {
      const frames = this.#views.get(id)?.frames;
      frames?.want(Math.min(step, source.frames - 1));
      for (let ahead = 1; ahead <= readAheadFrames; ahead++) {
        const next = following(ahead);
        if (next !== null) frames?.readAhead(next);
      }
    }
  }

  /** True when it is known of each layer what its wanted frame looks like. */
  settled(layers: readonly HostLayer[]): boolean {
    return layers.every(({ id }) => this.#views.get(id)?.frames.settled ?? true);
  }

  /**
   * The contrast limits of a layer, chosen from its pixels where it has none.
   *
   * @param keep - called with limits that are to last: not those of a frame that is only held over
   */
  limitsOf({ id, contrastLimits }: HostLayer, keep: (limits: ContrastLimits) => void): ContrastLimits {
    const view = this.#views.get(id);
    if (contrastLimits || !view?.frames.shown) return contrastLimits ?? [0, 1];
    const { limits, range } = autoContrast(view.frames.shown.samples);
    view.range = range;
    if (view.frames.settled) keep(limits);
    return limits;
  }
}
