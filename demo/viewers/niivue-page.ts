import type { ViewerHost } from "../../src/plugin/index.js";

/** What both NiiVue pages have: a canvas that fills its place, and under it the frame control that NiiVue lacks. */
export class NiivuePage {
  readonly canvas = document.createElement("canvas");
  readonly #picture = document.createElement("div");
  readonly #bar = document.createElement("div");
  readonly #slider = document.createElement("input");
  readonly #label = document.createElement("output");

  constructor(container: HTMLElement) {
    this.#picture.className = "picture";
    this.#bar.className = "frame-bar";
    this.#slider.type = "range";
    this.#slider.min = this.#slider.value = "0";
    this.#slider.max = "0";
    this.#slider.ariaLabel = "Frame";
    this.#picture.append(this.canvas);
    this.#bar.append(this.#slider, this.#label);
    container.append(this.#picture, this.#bar);
  }

  /** Ties the slider to the host. */
  follow(host: ViewerHost): void {
    const update = (): void => {
      const { step, frames } = host.dims;
      this.#slider.max = String(Math.max(0, frames - 1));
      this.#slider.value = String(step);
      this.#slider.disabled = frames === 0;
      this.#label.value = frames === 0 ? "no frames" : `${step} of ${frames - 1}`;
    };
    this.#slider.addEventListener("input", () => host.dims.setStep(this.#slider.valueAsNumber));
    host.on("step-changed", update);
    host.on("layers-changed", update);
    update();
  }

  remove(): void {
    this.#picture.remove();
    this.#bar.remove();
  }
}
