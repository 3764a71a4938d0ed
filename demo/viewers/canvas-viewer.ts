import { autoContrast, FramePainter, HostModel, LayerFrames, type HostLayer } from "../../src/plugin/host/index.js";

interface Drawn {
  readonly frames: LayerFrames;
  readonly painter: FramePainter;
}

/** About the smallest viewer that is a host: a canvas, a slider, and the layer on top. */
export class CanvasViewer {
  readonly host: HostModel;
  readonly #canvas = document.createElement("canvas");
  readonly #slider = document.createElement("input");
  readonly #drawn = new Map<string, Drawn>();

  /** @param container - gets the picture and the slider */
  constructor(container: HTMLElement) {
    this.#slider.type = "range";
    this.#slider.min = this.#slider.value = "0";
    this.#slider.ariaLabel = "Frame";
    container.append(this.#canvas, this.#slider);
    this.host = new HostModel({
      hostName: "canvas viewer",
      capabilities: ["read-pixels", "float32", "layer-update", "multi-layer", "dims-events"],
      addLayer: (layer) => this.#add(layer),
      removeLayer: (layer) => this.#remove(layer),
      showStep: () => this.#want(),
    });
    this.#slider.addEventListener("input", () => this.host.dims.setStep(this.#slider.valueAsNumber));
    this.host.on("layers-changed", () => this.#want());
    this.host.on("active-changed", () => this.#draw());
    this.host.on("display-changed", () => this.#draw());
  }

  dispose(): void {
    this.host.dispose();
    this.#canvas.remove();
    this.#slider.remove();
  }

  #add({ id, source }: HostLayer): void {
    this.#drawn.set(id, { frames: new LayerFrames(source, () => this.#draw()), painter: new FramePainter() });
  }

  #remove({ id }: HostLayer): void {
    this.#drawn.get(id)?.frames.dispose();
    this.#drawn.delete(id);
  }

  /** Asks each layer for the frame of the slider; it answers through `#draw`. */
  #want(): void {
    const { step, frames } = this.host.dims;
    this.#slider.max = String(Math.max(0, frames - 1));
    this.#slider.value = String(step);
    for (const { id, source } of this.host.layers.list()) {
      this.#drawn.get(id)?.frames.want(Math.min(step, source.frames - 1));
    }
    this.#draw();
  }

  /** Draws the topmost visible layer that has pixels for this frame. */
  #draw(): void {
    for (const layer of [...this.host.layers.list()].reverse()) {
      const drawn = this.#drawn.get(layer.id);
      const frame = drawn?.frames.shown;
      if (!drawn || !frame || !layer.visible) continue;
      const limits = layer.contrastLimits ?? autoContrast(frame.samples).limits;
      this.#canvas.width = frame.width;
      this.#canvas.height = frame.height;
      this.#canvas.getContext("2d")?.drawImage(drawn.painter.paint(frame, limits, layer.colormap), 0, 0);
      return;
    }
    this.#canvas.width = 0;
  }
}

export async function createViewer(container: HTMLElement): Promise<CanvasViewer> {
  return new CanvasViewer(container);
}
