import { type ViewerHost } from "../../src/plugin/host/index.js";

/** A slider for the frame and two numbers for the contrast, for a viewer that has none of its own. */
export class ViewerControls {
  readonly element = document.createElement("div");
  readonly #host: ViewerHost;
  readonly #slider = input("range", "Frame");
  readonly #count = document.createElement("output");
  readonly #low = input("number", "Black");
  readonly #high = input("number", "White");
  readonly #name = document.createElement("span");

  constructor(host: ViewerHost) {
    this.#host = host;
    this.element.className = "viewer-controls";
    const auto = document.createElement("button");
    auto.type = "button";
    auto.textContent = "Auto contrast";
    this.#low.step = this.#high.step = "any";
    this.#name.className = "layer-name";
    this.element.append(
      labelled("Frame", this.#slider),
      this.#count,
      this.#name,
      labelled("Black", this.#low),
      labelled("White", this.#high),
      auto,
    );
    this.#slider.addEventListener("input", () => host.dims.setStep(this.#slider.valueAsNumber));
    this.#low.addEventListener("change", () => this.#setContrast());
    this.#high.addEventListener("change", () => this.#setContrast());
    auto.addEventListener("click", () => {
      const layer = this.#layer;
      if (layer) host.layers.update(layer.id, { contrastLimits: null });
    });
    for (const type of ["layers-changed", "active-changed", "step-changed", "display-changed"] as const) {
      host.on(type, () => this.#follow());
    }
    this.#follow();
  }

  /** Shows what the host has, whoever changed it. */
  #follow(): void {
    const { step, frames } = this.#host.dims;
    this.#slider.max = String(Math.max(0, frames - 1));
    this.#slider.value = String(step);
    this.#slider.disabled = frames < 2;
    this.#count.value = frames === 0 ? "" : `${step} of ${frames - 1}`;
    const layer = this.#layer;
    this.#name.textContent = layer?.name ?? "";
    const [low, high] = layer?.contrastLimits ?? [];
    this.#low.value = low === undefined ? "" : String(Number(low.toPrecision(5)));
    this.#high.value = high === undefined ? "" : String(Number(high.toPrecision(5)));
    this.#low.disabled = this.#high.disabled = !layer;
  }

  get #layer(): ReturnType<ViewerHost["layers"]["get"]> {
    const { activeId } = this.#host.layers;
    return activeId === null ? undefined : this.#host.layers.get(activeId);
  }

  #setContrast(): void {
    const layer = this.#layer;
    const [low, high] = [this.#low.valueAsNumber, this.#high.valueAsNumber];
    if (layer && low < high) this.#host.layers.update(layer.id, { contrastLimits: [low, high] });
    else this.#follow();
  }
}

function input(type: string, label: string): HTMLInputElement {
  const element = document.createElement("input");
  element.type = type;
  element.ariaLabel = label;
  if (type === "range") element.min = element.value = "0";
  return element;
}

function labelled(text: string, field: HTMLElement): HTMLLabelElement {
  const label = document.createElement("label");
  label.append(text, field);
  return label;
}
