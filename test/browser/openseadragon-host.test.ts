import { expect } from "@open-wc/testing";
import type OpenSeadragon from "openseadragon";

import type { OpenSeadragonHost } from "../../src/plugin/adapters/openseadragon.js";
import { ProbeSource } from "../../src/plugin/host/conformance/index.js";
import type { FrameSource, HostEventMap } from "../../src/plugin/host/contract.js";
import { ArrayFrames } from "./stack-viewer-harness.js";

interface Shown {
  readonly host: OpenSeadragonHost;
  readonly viewer: OpenSeadragon.Viewer;
  dispose(): void;
}

/** The viewer of the demo's page, with the real package, in a square of the page. */
class OpenSeadragonHarness {
  private constructor(
    readonly container: HTMLElement,
    readonly shown: Shown,
  ) {}

  static async create(settings: OpenSeadragon.Options = {}): Promise<OpenSeadragonHarness> {
    const name = "openseadragon";
    const { createViewer } = (await import(`/build/bundles/viewers/${name}.js`)) as {
      createViewer(container: HTMLElement, settings: OpenSeadragon.Options): Promise<Shown>;
    };
    const container = document.createElement("div");
    container.style.cssText = "display: grid; grid-template-rows: 320px auto; width: 320px";
    document.body.append(container);
    return new OpenSeadragonHarness(container, await createViewer(container, settings));
  }

  get host(): OpenSeadragonHost {
    return this.shown.host;
  }

  get viewer(): OpenSeadragon.Viewer {
    return this.shown.viewer;
  }

  get slider(): HTMLInputElement {
    return this.container.querySelector("input")!;
  }

  async add(source: FrameSource, contrastLimits: readonly [number, number] | null = [0, 255]): Promise<string> {
    return this.host.layers.add([source, { contrastLimits }, "image"]);
  }

  /** The level of gray on screen in the middle of a pixel of the topmost image, counted from the top left. */
  level(x: number, y: number, viewer = this.viewer): number {
    const image = viewer.world.getItemAt(viewer.world.getItemCount() - 1) as OpenSeadragon.TiledImage | undefined;
    if (!image) return -1;
    const middle = image.getContentSize();
    [middle.x, middle.y] = [x + 0.5, y + 0.5];
    const place = image.imageToViewerElementCoordinates(middle);
    const drawn = viewer.drawer.canvas;
    const canvas = drawn instanceof HTMLCanvasElement ? drawn : flatten(drawn);
    const density = canvas.width / drawn.clientWidth;
    return canvas.getContext("2d")!.getImageData(place.x * density, place.y * density, 1, 1).data[0]!;
  }

  async untilLevel(x: number, y: number, level: number): Promise<void> {
    await until(
      () => Math.abs(this.level(x, y) - level) <= 1,
      () => `pixel ${x}, ${y} is ${level}, found ${this.level(x, y)}`,
    );
  }

  record<K extends keyof HostEventMap>(type: K): HostEventMap[K][] {
    const details: HostEventMap[K][] = [];
    this.host.on(type, (detail) => details.push(detail));
    return details;
  }

  dispose(): void {
    this.shown.dispose();
    this.container.remove();
  }
}

/** What the drawer shows that draws with elements. */
function flatten(element: HTMLElement): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const box = element.getBoundingClientRect();
  canvas.width = box.width;
  canvas.height = box.height;
  const context = canvas.getContext("2d")!;
  context.imageSmoothingEnabled = false;
  for (const part of element.querySelectorAll<HTMLCanvasElement | HTMLImageElement>("canvas, img")) {
    const { left, top, width, height } = part.getBoundingClientRect();
    context.drawImage(part, left - box.left, top - box.top, width, height);
  }
  return canvas;
}

/** A frame of one value. */
function uniform(value: number, size = 4): Uint16Array {
  return new Uint16Array(size * size).fill(value);
}

function stack(...samples: (Uint16Array | null)[]): ArrayFrames {
  return new ArrayFrames(4, 4, samples);
}

async function until(condition: () => boolean, what: () => string): Promise<void> {
  const end = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${what()}: not within 5 s`);
    await nextPicture();
  }
}

function nextPicture(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

describe("the OpenSeadragon host", () => {
  let shown: OpenSeadragonHarness;

  afterEach(() => shown.dispose());

  for (const drawer of ["canvas", "webgl", "html"] as const) {
    it(`draws row 0 at the top, each pixel a square, with the ${drawer} drawer`, async () => {
      shown = await OpenSeadragonHarness.create({ drawer });
      expect(shown.viewer.drawer.getType()).to.equal(drawer);
      await shown.add(
        stack(
          Uint16Array.from({ length: 16 }, (_, i) => 1000 + i),
          null,
        ),
        [1000, 1015],
      );
      for (let i = 0; i < 16; i++) await shown.untilLevel(i % 4, Math.floor(i / 4), Math.round((i * 255) / 15));
    });

    it(`shows another frame, a changed frame and another contrast with the ${drawer} drawer`, async () => {
      shown = await OpenSeadragonHarness.create({ drawer });
      const source = stack(uniform(50), uniform(100));
      const id = await shown.add(source);
      await shown.untilLevel(1, 1, 50);
      shown.host.dims.setStep(1);
      await shown.untilLevel(1, 1, 100);
      source.replace(1, uniform(200));
      await shown.untilLevel(1, 1, 200);
      shown.host.layers.update(id, { contrastLimits: [100, 300] });
      await shown.untilLevel(1, 1, 128);
      shown.host.dims.setStep(0);
      await shown.untilLevel(1, 1, 0);
    });
  }

  for (const drawer of ["canvas", "webgl"] as const) {
    it(`goes through frames without an empty picture with the ${drawer} drawer`, async () => {
      shown = await OpenSeadragonHarness.create({ drawer });
      await shown.add(
        new ArrayFrames(
          4,
          4,
          Array.from({ length: 40 }, (_, i) => uniform(100 + i)),
        ),
      );
      await shown.untilLevel(1, 1, 100);
      const levels: number[] = [];
      for (let step = 0; step < 40; step++) {
        shown.host.dims.setStep(step);
        await nextPicture();
        levels.push(shown.level(1, 1));
      }
      await shown.untilLevel(1, 1, 139);
      expect(Math.min(...levels)).to.be.at.least(100);
      expect(new Set(levels).size).to.be.above(10);
    });
  }

  it("covers a layer with another one, and uncovers it, without an empty picture", async () => {
    shown = await OpenSeadragonHarness.create();
    await shown.add(stack(uniform(100), uniform(110)));
    await shown.untilLevel(1, 1, 100);
    const levels: number[] = [];
    const goOn = async (level: number): Promise<void> => {
      await until(
        () => levels.push(shown.level(1, 1)) > 0 && levels.at(-1) === level,
        () => `level ${level}`,
      );
    };
    const id = await shown.add(stack(uniform(180), uniform(190)));
    await goOn(180);
    shown.host.dims.setStep(1);
    await goOn(190);
    shown.host.layers.update(id, { visible: false });
    await goOn(110);
    shown.host.layers.update(id, { visible: true });
    await goOn(190);
    shown.host.layers.remove(id);
    await goOn(110);
    expect(
      levels.filter((level) => level < 100),
      levels.join(" "),
    ).to.deep.equal([]);
  });

  it("lets the layer below be seen where a frame is not computed yet, until it is", async () => {
    shown = await OpenSeadragonHarness.create();
    await shown.add(stack(uniform(60), uniform(70)));
    const cleaned = stack(null, null);
    const id = await shown.add(cleaned);
    await shown.untilLevel(1, 1, 60);
    cleaned.replace(0, uniform(180));
    await shown.untilLevel(1, 1, 180);
    shown.host.layers.update(id, { opacity: 0.5 });
    await shown.untilLevel(1, 1, 120);
    shown.host.layers.update(id, { visible: false });
    await shown.untilLevel(1, 1, 60);
    shown.host.dims.setStep(1);
    shown.host.layers.update(id, { visible: true, opacity: 1 });
    await shown.untilLevel(1, 1, 70);
    expect(shown.viewer.world.getItemCount()).to.equal(2);
  });

  it("chooses a contrast once and tells of it, and gives the samples as they are", async () => {
    shown = await OpenSeadragonHarness.create();
    const changes = shown.record("display-changed");
    const first = Uint16Array.from({ length: 16 }, (_, i) => 500 + 10 * i);
    const id = await shown.add(stack(first, uniform(900)), null);
    await shown.untilLevel(3, 3, 255);
    shown.host.dims.setStep(1);
    await pause(100);
    expect(changes).to.deep.equal([{ id, patch: { contrastLimits: [500, 650] } }]);
    const frame = await shown.host.layers.get(id)?.source?.read(0);
    expect(frame?.samples).to.equal(first);
  });

  it("follows the slider of the page, and moves it", async () => {
    shown = await OpenSeadragonHarness.create();
    expect(shown.slider.disabled).to.equal(true);
    await shown.add(stack(uniform(10), uniform(20), uniform(30)));
    expect([shown.slider.disabled, shown.slider.max, shown.slider.value]).to.deep.equal([false, "2", "0"]);
    const steps = shown.record("step-changed");
    shown.slider.value = "2";
    shown.slider.dispatchEvent(new Event("input"));
    await shown.untilLevel(1, 1, 30);
    shown.host.dims.setStep(1);
    expect(shown.slider.value).to.equal("1");
    await shown.untilLevel(1, 1, 20);
    expect(steps).to.deep.equal([
      { step: 2, frames: 3 },
      { step: 1, frames: 3 },
    ]);
  });

  it("draws frames that are larger than a tile", async () => {
    shown = await OpenSeadragonHarness.create();
    const width = 4100;
    const samples = (value: number): Uint16Array =>
      Uint16Array.from({ length: 3 * width }, (_, i) => (i % width < 4096 ? value : value + 50));
    const source = new ArrayFrames(3, width, [samples(50), samples(150)]);
    await shown.add(source);
    shown.viewer.viewport.fitBounds(shown.viewer.world.getItemAt(0).imageToViewportRectangle(4094, 0, 4, 3), true);
    await shown.untilLevel(4095, 1, 50);
    await shown.untilLevel(4096, 1, 100);
    shown.host.dims.setStep(1);
    await shown.untilLevel(4095, 1, 150);
    await shown.untilLevel(4096, 1, 200);
  });

  it("changes the picture of the viewer's navigator too", async () => {
    shown = await OpenSeadragonHarness.create({ showNavigator: true });
    await shown.add(stack(uniform(50), uniform(150)));
    const { navigator } = shown.viewer;
    await until(
      () => shown.level(1, 1, navigator) === 50,
      () => "frame 0 in the navigator",
    );
    shown.host.dims.setStep(1);
    await until(
      () => shown.level(1, 1, navigator) === 150,
      () => `frame 1 in the navigator, found ${shown.level(1, 1, navigator)}`,
    );
  });

  it("ends with the viewer that is destroyed in the middle of a read", async () => {
    shown = await OpenSeadragonHarness.create();
    const source = new ProbeSource();
    await shown.add(source);
    await until(
      () => source.reads.length > 0 && source.pending === 0,
      () => "frame 0 is read",
    );
    source.behaviour = "wait";
    shown.host.dims.setStep(3);
    await until(
      () => source.pending === 1,
      () => "frame 3 is read",
    );
    const ends = shown.record("disposed");
    shown.viewer.destroy();
    expect([source.aborted, source.disposals, source.listeners, ends.length]).to.deep.equal([[3], 1, 0, 1]);
    expect(shown.host.layers.list()).to.have.length(0);
  });

  it("refuses a layer that is being added while the viewer is destroyed", async () => {
    shown = await OpenSeadragonHarness.create();
    const source = new ProbeSource();
    const refusal = shown.add(source).then(
      () => "added",
      (error: unknown) => String(error),
    );
    await Promise.resolve();
    shown.viewer.destroy();
    expect(await refusal).to.include("disposed of");
    await pause(50);
    expect([source.pending, source.listeners]).to.deep.equal([0, 0]);
  });

  it("gives up the layers that the page takes off the viewer", async () => {
    shown = await OpenSeadragonHarness.create();
    const source = new ProbeSource();
    const id = await shown.add(source);
    const changes = shown.record("layers-changed");
    shown.viewer.world.removeItem(shown.viewer.world.getItemAt(0));
    expect(changes).to.deep.equal([{ reason: "removed", id }]);
    expect([source.disposals, source.listeners]).to.deep.equal([1, 0]);
  });

  it("leaves the viewer and its other images when only the host ends", async () => {
    shown = await OpenSeadragonHarness.create();
    const own = document.createElement("canvas");
    own.width = own.height = 8;
    await new Promise((resolve) =>
      shown.viewer.addTiledImage({
        tileSource: { type: "image", url: own.toDataURL() },
        success: resolve,
      }),
    );
    await shown.add(new ProbeSource());
    expect(shown.viewer.world.getItemCount()).to.equal(2);
    shown.host.dispose();
    expect([shown.viewer.world.getItemCount(), shown.viewer.isOpen()]).to.deep.equal([1, true]);
    shown.slider.value = "1";
    shown.slider.dispatchEvent(new Event("input"));
    expect(shown.host.dims.step).to.equal(0);
  });
});
