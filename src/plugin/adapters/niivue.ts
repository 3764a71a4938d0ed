/**
 * A viewer made of NiiVue, as a host for plugins. The library itself stays the application's: nothing of it is imported here.
 *
 * @module slnet-web/adapters/niivue
 */
import { SlnetError } from "../../core/errors.js";
import { sampleBytes } from "../../core/frames.js";
import type { FrameSource, ViewerHost } from "../host/contract.js";
import { HostModel, type HostLayer } from "../host/model.js";
import { FrameWindow } from "./niivue/frame-window.js";
import { LoadedVolume, PulledVolume, type LayerVolume } from "./niivue/layer-volume.js";
import { blackNifti, largestSide } from "./niivue/nifti-file.js";
import { limitsOf, ViewerCalls } from "./niivue/viewer-calls.js";
import type { NiivueViewer, NiivueVolume, NiivueVolumeFields } from "./niivue/viewer.js";
import { isStack, VolumeSource } from "./niivue/volume-source.js";

export { registerSlnetTransform, slnetTransformName, type SlnetTransformOptions } from "./niivue/transform.js";
export type { NiivueHeader, NiivueViewer, NiivueVolume } from "./niivue/viewer.js";

/** How a NiiVue is made a host. */
export interface NiivueHostOptions {
  /**
   * Bytes that the volume of one layer may take in main memory; default 64 MiB. A stack that fits is one 4-D volume, whose
   * frames are filled in as they are looked at. Of a longer one the volume holds as many consecutive frames as fit.
   */
  readonly windowBytes?: number;
  readonly hostName?: string;
}

/** A NiiVue as a host. */
export interface NiivueHost extends ViewerHost {
  /** Takes the layers away, except what was loaded into the viewer by others, and stops listening. The viewer stays. */
  dispose(): void;
}

const defaultWindowBytes = 64 * 1024 ** 2;

/**
 * Makes a NiiVue, of version 0.69 or 1.0, that is attached to its canvas a host. Each layer is a volume of the viewer,
 * of which the topmost visible one with pixels is drawn, as the viewer's first. Stacks that are or will be loaded into
 * the viewer by others (one slice, several frames) become layers too.
 *
 * The adapter leaves the viewer's settings alone; a view of the axial slice alone suits camera frames.
 *
 * @throws {@link SlnetError} `bad-input` for a window that is not a number of bytes above 0
 */
export function createNiivueHost(viewer: NiivueViewer, options: NiivueHostOptions = {}): NiivueHost {
  const { windowBytes = defaultWindowBytes, hostName = "NiiVue" } = options;
  if (!(windowBytes > 0)) {
    throw new SlnetError("bad-input", `windowBytes is ${String(windowBytes)}, expected a number of bytes above 0`);
  }
  return new NiivueLayers(viewer, windowBytes, hostName).host;
}

/** Holds the volumes of the layers and draws them, once for each frame of the screen. */
class NiivueLayers {
  readonly host: HostModel;
  readonly #calls: ViewerCalls;
  readonly #windowBytes: number;
  readonly #volumes = new Map<string, LayerVolume>();
  /** Layers that are volumes of the viewer already, by their source. */
  readonly #loaded = new Map<FrameSource, NiivueVolume>();
  #drawing = 0;
  #disposed = false;

  constructor(viewer: NiivueViewer, windowBytes: number, hostName: string) {
    this.#windowBytes = windowBytes;
    this.host = new HostModel({
      hostName,
      capabilities: ["read-pixels", "float32", "layer-update", "multi-layer", "dims-events", "contrast-events"],
      addLayer: (layer) => this.#add(layer),
      removeLayer: (layer) => this.#remove(layer),
      updateLayer: ({ id, name }) => this.#update(id, name),
      showStep: () => this.#want(),
    });
    this.#calls = new ViewerCalls(viewer, {
      loaded: (volume) => this.#takeIn(volume),
      removed: (volume) => this.#forget(volume),
      frameChanged: (volume, frame) => {
        for (const taken of this.#volumes.values())
          if (taken.volume === volume) this.host.dims.setStep(taken.start + frame);
      },
      lookChanged: (volume, patch) => {
        for (const [id, taken] of this.#volumes) if (taken.volume === volume) this.host.layers.update(id, patch);
      },
      attached: () => this.#drawSoon(),
    });
    this.host.on("layers-changed", () => this.#want());
    this.host.on("disposed", () => {
      this.#disposed = true;
      cancelAnimationFrame(this.#drawing);
      this.#calls.dispose();
    });
    for (const volume of viewer.volumes) this.#takeIn(volume);
  }

  async #add(layer: HostLayer): Promise<void> {
    const { id, source } = layer;
    const loaded = this.#loaded.get(source);
    if (loaded) {
      this.#volumes.set(id, new LoadedVolume(loaded));
      return;
    }
    const { frames, height, width, type } = source;
    if (Math.max(height, width) > largestSide) {
      throw new SlnetError("unsupported", `frames are ${height}×${width} pixels, NiiVue takes ${largestSide} at most`);
    }
    const [, stepY, stepX] = layer.scale;
    // Only the shape of a pixel matters; the viewer then tells places in pixels.
    const shape = stepY / stepX;
    const volume = await this.#calls.load(
      blackNifti(type, height, width, [Number.isFinite(shape) && shape > 0 ? shape : 1, 1]),
    );
    const window = new FrameWindow(frames, height * width * sampleBytes(type), this.#windowBytes);
    const taken = new PulledVolume(volume, layer, window, () => this.#drawSoon());
    volume.name = layer.name;
    this.#volumes.set(id, taken);
    taken.hide(this.#calls);
    taken.want(this.host.dims.step);
  }

  #remove({ id, source }: HostLayer): void {
    const taken = this.#volumes.get(id);
    this.#volumes.delete(id);
    const isLoaded = this.#loaded.delete(source);
    taken?.dispose();
    // What others loaded stays in the viewer when only the host goes.
    if (taken && !(isLoaded && this.#disposed)) this.#calls.remove(taken.volume);
    else this.#calls.redraw();
  }

  #update(id: string, name: string): void {
    const taken = this.#volumes.get(id);
    if (taken) taken.volume.name = name;
    this.#drawSoon();
  }

  /** Makes a layer of a volume that others loaded. */
  #takeIn(volume: NiivueVolume): void {
    // 0.69 drops volumes without a word when others are loaded in their place.
    for (const [id, { volume: ours }] of this.#volumes)
      if (!this.#calls.volumes.includes(ours) && ours !== volume) this.host.layers.remove(id);
    if (!isStack(volume)) return;
    const { frame4D, opacity, colormap } = volume as NiivueVolumeFields;
    const source = new VolumeSource(volume);
    this.#loaded.set(source, volume);
    const display = { name: volume.name, contrastLimits: limitsOf(volume), opacity, colormap };
    this.host.layers.add([source, display, "image"]).then(
      () => {
        if (frame4D > 0 && this.host.dims.step === 0) this.host.dims.setStep(frame4D);
      },
      // Only a viewer that is gone refuses it.
      () => this.#loaded.delete(source),
    );
  }

  #forget(volume: NiivueVolume): void {
    for (const [id, { volume: ours }] of this.#volumes) if (ours === volume) this.host.layers.remove(id);
  }

  #want(): void {
    for (const taken of this.#volumes.values()) taken.want(this.host.dims.step);
    this.#drawSoon();
  }

  #drawSoon(): void {
    if (this.#disposed || this.#drawing !== 0) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#draw();
    });
  }

  #draw(): void {
    if (!this.#calls.drawable) return;
    const layers = [...this.host.layers.list()].reverse();
    const top = layers.find(({ id, visible }) => visible && this.#volumes.get(id)?.hasPixels);
    let stale = false;
    for (const layer of layers) {
      const taken = this.#volumes.get(layer.id);
      if (taken && layer !== top) stale = taken.hide(this.#calls, layer) || stale;
    }
    const shown = top && this.#volumes.get(top.id);
    if (top && shown) {
      this.#calls.bringToFront(shown.volume);
      stale = shown.show(this.#calls, top) || stale;
    }
    if (stale) this.#calls.redraw();
    if (top && shown?.chosenLimits && !top.contrastLimits) {
      this.host.layers.update(top.id, { contrastLimits: shown.chosenLimits });
    }
  }
}
