import { fixture, html, waitUntil } from "@open-wc/testing";

import { defineElements } from "../../src/plugin/define-elements.js";
import type { SlnetStackViewer } from "../../src/plugin/elements/stack-viewer/stack-viewer.js";
import type { FrameSource, HostFrame, Unsubscribe } from "../../src/plugin/host/contract.js";
import type { SampleArray } from "../../src/core/frames.js";

export interface ViewerOptions {
  readonly theme?: SlnetStackViewer["theme"];
  readonly renderer?: SlnetStackViewer["renderer"];
  /** CSS pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** A viewer in the page, worked as a person works it. */
export class StackViewerHarness {
  /** What the viewer drew last: only in the task that draws can WebGL's canvas be read. */
  readonly #drawing = document.createElement("canvas");
  drawings = 0;

  constructor(readonly viewer: SlnetStackViewer) {
    viewer.addEventListener("picture-drawn", () => {
      this.drawings++;
      const { canvas } = this;
      this.#drawing.width = canvas.width;
      this.#drawing.height = canvas.height;
      this.#context.drawImage(canvas, 0, 0);
    });
  }

  /** Waits until the viewer draws as it is asked to: WebGL2 is loaded first. */
  static async create({
    theme = "dark",
    renderer = "auto",
    width = 900,
    height = 500,
  }: ViewerOptions = {}): Promise<StackViewerHarness> {
    defineElements();
    const viewer = await fixture<SlnetStackViewer>(
      html`<slnet-stack-viewer
        theme=${theme}
        renderer=${renderer}
        style="width: ${width}px; height: ${height}px"
      ></slnet-stack-viewer>`,
    );
    const harness = new StackViewerHarness(viewer);
    if (renderer === "auto") await waitUntil(() => viewer.drawnBy === "webgl2", "WebGL2 draws");
    return harness;
  }

  /** Adds a layer and waits until it is drawn. */
  async add(
    source: FrameSource,
    name: string,
    contrastLimits: readonly [number, number] | null = [0, 255],
  ): Promise<string> {
    const id = await this.viewer.host.layers.add([source, { name, contrastLimits }, "image"]);
    await this.drawn();
    return id;
  }

  /** Waits until everything that was asked for is on the canvas. */
  async drawn(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await this.viewer.updateComplete;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  async press(key: string, options: KeyboardEventInit = {}): Promise<void> {
    const stage = this.#find(".stage");
    stage.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true, ...options }),
    );
    await this.drawn();
  }

  /** Red, green and blue at a place of the drawn image, both coordinates 0 to 1 from the top left. */
  colourAt(x: number, y: number): readonly number[] {
    const canvas = this.#drawing;
    const side = Math.min(canvas.width, canvas.height);
    const left = (canvas.width - side) / 2 + x * side;
    const top = (canvas.height - side) / 2 + y * side;
    return this.colourOf(left, top);
  }

  /** Red, green and blue of a device pixel of the canvas. */
  colourOf(left: number, top: number): readonly number[] {
    return [...this.#context.getImageData(left, top, 1, 1).data.slice(0, 3)];
  }

  /** All that was drawn last. */
  get drawing(): ImageData {
    return this.#context.getImageData(0, 0, this.#drawing.width, this.#drawing.height);
  }

  get #context(): CanvasRenderingContext2D {
    return this.#drawing.getContext("2d", { willReadFrequently: true })!;
  }

  async point(x: number, y: number): Promise<void> {
    const box = this.canvas.getBoundingClientRect();
    const side = Math.min(box.width, box.height);
    const clientX = box.left + (box.width - side) / 2 + x * side;
    const clientY = box.top + (box.height - side) / 2 + y * side;
    this.canvas.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, bubbles: true }));
    await this.drawn();
  }

  get canvas(): HTMLCanvasElement {
    return this.#find("canvas") as HTMLCanvasElement;
  }

  get readout(): string {
    return this.#find(".readout").textContent.trim();
  }

  get note(): string {
    return this.viewer.renderRoot.querySelector(".note")?.textContent ?? "";
  }

  get playing(): boolean {
    return this.#find(".play").getAttribute("aria-label") === "Pause";
  }

  /** Names in the layer list, from the top. */
  get layerNames(): readonly string[] {
    return [...this.#layerRoot.querySelectorAll("li .name")].map((button) => button.textContent.trim());
  }

  async pressEye(name: string): Promise<void> {
    this.#layerRoot.querySelector<HTMLButtonElement>(`button[aria-label="Show ${name}"]`)!.click();
    await this.drawn();
  }

  async pressAuto(): Promise<void> {
    this.#layerRoot.querySelector<HTMLButtonElement>(".contrast-head button")!.click();
    await this.drawn();
  }

  async typeBlackLevel(value: number): Promise<void> {
    const input = this.#layerRoot.querySelector<HTMLInputElement>('input[aria-label="Black level in ADU"]')!;
    input.valueAsNumber = value;
    input.dispatchEvent(new Event("change"));
    await this.drawn();
  }

  get toasts(): ShadowRoot {
    return this.#find("slnet-toast-list").shadowRoot!;
  }

  get #layerRoot(): ShadowRoot {
    return this.#find("slnet-layer-list").shadowRoot!;
  }

  #find(selector: string): HTMLElement {
    return this.viewer.renderRoot.querySelector<HTMLElement>(selector)!;
  }
}

/** Frames from arrays: `[height, width]` each, `null` for one that does not exist yet. */
export class ArrayFrames implements FrameSource {
  readonly type = "uint16";
  readonly #callbacks = new Set<(from: number, to: number) => void>();

  constructor(
    readonly height: number,
    readonly width: number,
    readonly samples: (SampleArray | null)[],
  ) {}

  get frames(): number {
    return this.samples.length;
  }

  read(index: number): Promise<HostFrame | null> {
    const samples = this.samples[index];
    return Promise.resolve(samples ? { index, height: this.height, width: this.width, samples } : null);
  }

  onInvalidate(callback: (from: number, to: number) => void): Unsubscribe {
    this.#callbacks.add(callback);
    return () => void this.#callbacks.delete(callback);
  }

  /** Puts a frame in and says so. */
  replace(index: number, samples: SampleArray): void {
    this.samples[index] = samples;
    for (const callback of this.#callbacks) callback(index, index + 1);
  }
}

/** Frames whose reads the test ends one by one, in any order. Frame k is all k. */
export class ControlledFrames implements FrameSource {
  readonly frames = 10;
  readonly height = 1;
  readonly width = 1;
  readonly type = "uint16";
  readonly reads: { readonly index: number; readonly signal: AbortSignal | undefined; finish(): void }[] = [];

  read(index: number, signal?: AbortSignal): Promise<HostFrame> {
    return new Promise((resolve) => {
      const finish = (): void => resolve({ index, height: 1, width: 1, samples: Uint16Array.of(index) });
      this.reads.push({ index, signal, finish });
    });
  }
}
