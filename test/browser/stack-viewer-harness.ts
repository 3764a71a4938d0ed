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

  /** By default one that draws with WebGL2, which the viewer loads first. */
  static async create({
    theme = "dark",
    renderer = "webgl2",
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
    if (renderer === "webgl2") await waitUntil(() => viewer.drawnBy === "webgl2", "WebGL2 draws");
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

  /** A pointer at a place of the stage, in CSS pixels from its corner. */
  pointer(type: string, left: number, top: number, options: PointerEventInit = {}): void {
    const box = this.canvas.getBoundingClientRect();
    const place = { clientX: box.left + left, clientY: box.top + top };
    const init = { pointerId: 1, button: 0, bubbles: true, composed: true, cancelable: true, ...place, ...options };
    this.canvas.dispatchEvent(new PointerEvent(type, init));
  }

  async click(left: number, top: number): Promise<void> {
    this.pointer("pointerdown", left, top);
    this.pointer("pointerup", left, top);
    await this.drawn();
  }

  async drag(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    this.pointer("pointerdown", ...from);
    this.pointer("pointermove", (from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
    this.pointer("pointermove", ...to);
    this.pointer("pointerup", ...to);
    await this.drawn();
  }

  /** @param pixels - of the wheel; negative zooms in */
  async wheel(left: number, top: number, pixels: number, options: WheelEventInit = {}): Promise<void> {
    const box = this.canvas.getBoundingClientRect();
    const place = { clientX: box.left + left, clientY: box.top + top };
    this.canvas.dispatchEvent(
      new WheelEvent("wheel", { deltaY: pixels, bubbles: true, cancelable: true, ...place, ...options }),
    );
    await this.drawn();
  }

  async release(key: string): Promise<void> {
    window.dispatchEvent(new KeyboardEvent("keyup", { key }));
    await this.drawn();
  }

  /** Presses a button of the viewer by the name that it has or shows. */
  async pressButton(name: string): Promise<void> {
    const buttons = [...this.viewer.renderRoot.querySelectorAll("button")];
    buttons.find((button) => (button.ariaLabel ?? button.textContent.trim()) === name)!.click();
    await this.drawn();
  }

  async arrange(arrangement: "one" | "side" | "swipe"): Promise<void> {
    this.viewer.renderRoot.querySelector<HTMLInputElement>(`input[value=${arrangement}]`)!.click();
    await this.drawn();
  }

  /** What the picture says that it is. */
  get label(): string {
    return this.#find(".picture").ariaLabel ?? "";
  }

  /** What was last said to those who do not see. */
  get announcement(): string {
    return this.#find(".stage [role=status]").textContent.trim();
  }

  get captions(): readonly string[] {
    return [...this.viewer.renderRoot.querySelectorAll(".caption")].map((caption) => caption.textContent.trim());
  }

  get divider(): HTMLElement {
    return this.#find(".divider");
  }

  /** Boxes of the drawn shapes, in CSS pixels from the corner of the stage. */
  get shapes(): readonly { readonly kind: string; readonly box: DOMRect }[] {
    const stage = this.canvas.getBoundingClientRect();
    return [...this.viewer.renderRoot.querySelectorAll<SVGPathElement>(".shapes .shape, .shapes .draft")].map(
      (path) => {
        const { left, top, width, height } = path.getBoundingClientRect();
        return {
          kind: path.dataset["kind"] ?? "",
          box: new DOMRect(left - stage.left, top - stage.top, width, height),
        };
      },
    );
  }

  get stage(): HTMLElement {
    return this.#find(".stage");
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
    (await this.layerControls()).querySelector<HTMLButtonElement>(".contrast-head button")!.click();
    await this.drawn();
  }

  async typeBlackLevel(value: number): Promise<void> {
    const controls = await this.layerControls();
    const input = controls.querySelector<HTMLInputElement>('input[aria-label="Black level in ADU"]')!;
    input.valueAsNumber = value;
    input.dispatchEvent(new Event("change"));
    await this.drawn();
  }

  get toasts(): ShadowRoot {
    return this.#find("slnet-toast-list").shadowRoot!;
  }

  /** The controls of the active layer, which are loaded later than the viewer. */
  async layerControls(): Promise<ShadowRoot> {
    await customElements.whenDefined("slnet-layer-controls");
    const controls = this.#layerRoot.querySelector("slnet-layer-controls")!;
    await controls.updateComplete;
    return controls.shadowRoot!;
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
