import { expect } from "@open-wc/testing";

import type { SampleArray, SampleType } from "../../src/core/frames.js";
import { vivFrameSource, VivLayers } from "../../src/plugin/adapters/viv.js";
import { expectSoon, pause } from "../../src/plugin/host/conformance/expect.js";
import { ProbeSource } from "../../src/plugin/host/conformance/index.js";
import type { HostEventMap, ImageDisplay, ViewerHost } from "../../src/plugin/host/index.js";

interface Viewer {
  readonly host: ViewerHost;
  dispose(): void;
}

/** Frames of any content, which differ from one another by their index. */
class Pattern extends ProbeSource {
  constructor(
    readonly value: (frame: number, y: number, x: number) => number,
    size: { readonly height?: number; readonly width?: number; readonly type?: SampleType } = {},
  ) {
    super({ frames: 12, height: 5, width: 7, ...size });
  }

  override samples(index: number): SampleArray {
    return super.samples(index).map((_, i) => this.value(index, Math.floor(i / this.width), i % this.width));
  }
}

const gray = (level: number): number[] => [level, level, level];
const limits: Partial<ImageDisplay> = { contrastLimits: [0, 255] };

/** What a viewer has drawn. */
function drawnIn(container: HTMLElement): ImageData | null {
  const drawn = container.querySelector("canvas");
  if (!drawn || drawn.clientWidth === 0) return null;
  const canvas = new OffscreenCanvas(drawn.clientWidth, drawn.clientHeight);
  const context = canvas.getContext("2d")!;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(drawn, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** The colour at the middle of a pixel of the picture, which fills what is drawn but for its shape. */
function colourAt(drawn: ImageData, { height, width }: ProbeSource, y: number, x: number, zoomOut: number): number[] {
  const scale = Math.min(drawn.width / width, drawn.height / height) * 2 ** -zoomOut;
  const left = Math.floor(drawn.width / 2 + (x + 0.5 - width / 2) * scale);
  const top = Math.floor(drawn.height / 2 + (y + 0.5 - height / 2) * scale);
  return [...drawn.data.subarray(4 * (top * drawn.width + left)).subarray(0, 3)];
}

/** Within the rounding of a picture of 8 bits. */
function near(found: readonly number[], wanted: readonly number[]): boolean {
  return found.length === wanted.length && found.every((level, i) => Math.abs(level - wanted[i]!) <= 2);
}

/** As a person moves a slider or fills in a number. */
function enter(field: HTMLInputElement, value: number): void {
  // React looks at what is set here, and takes an assignment to the field itself for its own.
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!.call(field, String(value));
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function record<K extends keyof HostEventMap>(host: ViewerHost, type: K): HostEventMap[K][] {
  const events: HostEventMap[K][] = [];
  host.on(type, (detail) => events.push(detail));
  return events;
}

const originalGetContext = HTMLCanvasElement.prototype.getContext;
const unhandled: unknown[] = [];
const onUnhandled = ({ reason }: PromiseRejectionEvent): number => unhandled.push(reason);

before(() => {
  // So that a test can read what was drawn before.
  const getContext = originalGetContext as (this: HTMLCanvasElement, type: string, options?: object) => null;
  HTMLCanvasElement.prototype.getContext = function (type: string, options?: object) {
    return getContext.call(this, type, type === "webgl2" ? { ...options, preserveDrawingBuffer: true } : options);
  };
  addEventListener("unhandledrejection", onUnhandled);
});
after(() => {
  HTMLCanvasElement.prototype.getContext = originalGetContext;
  removeEventListener("unhandledrejection", onUnhandled);
});

/** The viewers of the demo, and how far Viv's component zooms out of the picture, as a power of 2. */
for (const [name, zoomOut] of [
  ["viv", 0],
  ["react", 0.5],
] as const) {
  describe(`the ${name} viewer`, () => {
    let createViewer: (container: HTMLElement) => Promise<Viewer>;
    let container: HTMLElement;
    let viewer: Viewer;

    before(async () => {
      ({ createViewer } = (await import(`/build/bundles/viewers/${name}.js`)) as { createViewer: typeof createViewer });
    });
    beforeEach(async () => {
      unhandled.length = 0;
      container = document.createElement("div");
      container.style.cssText = "position: relative; width: 800px; height: 700px";
      document.body.append(container);
      // The React page has this in its style sheet.
      const stage = new CSSStyleSheet();
      stage.replaceSync(".viewer-app .stage { position: relative; height: 640px; }");
      document.adoptedStyleSheets = [stage];
      viewer = await createViewer(container);
    });
    afterEach(() => {
      viewer.dispose();
      container.remove();
      document.adoptedStyleSheets = [];
      expect(unhandled).to.deep.equal([]);
    });

    const colour = (source: ProbeSource, y: number, x: number): number[] => {
      const drawn = drawnIn(container);
      return drawn ? colourAt(drawn, source, y, x, zoomOut) : [];
    };
    const shows = async (source: ProbeSource, y: number, x: number, wanted: readonly number[]): Promise<void> => {
      let found: number[] = [];
      try {
        await expectSoon(() => near((found = colour(source, y, x)), wanted), "it is drawn");
      } catch {
        throw new Error(`pixel ${y}, ${x} is ${found.join()}, expected ${wanted.join()}`);
      }
    };
    const field = (label: string): HTMLInputElement =>
      container.querySelector<HTMLInputElement>(`[aria-label^="${label}"]`)!;

    for (const type of ["uint8", "uint16", "float32"] as const) {
      it(`draws each ${type} sample at its place, row 0 at the top, through the contrast limits`, async () => {
        const source = new Pattern((_, y, x) => 20 + 30 * y + 4 * x, { type });
        await viewer.host.layers.add([source, { contrastLimits: [20, 190] }, "image"]);
        const level = (y: number, x: number): number => ((30 * y + 4 * x) / 170) * 255;
        await shows(source, 4, 6, gray(level(4, 6)));
        const drawn = drawnIn(container)!;
        for (let pixel = 0; pixel < 35; pixel++) {
          const [y, x] = [Math.floor(pixel / 7), pixel % 7];
          const found = colourAt(drawn, source, y, x, zoomOut);
          expect(near(found, gray(level(y, x))), `pixel ${y}, ${x}: ${found.join()}`).to.be.true;
        }
      });
    }

    it("shows another frame after a step, and the same one again when it changed", async () => {
      let brighter = 0;
      const source = new Pattern((frame, y) => 20 * frame + 10 * y + brighter);
      await viewer.host.layers.add([source, limits, "image"]);
      await shows(source, 4, 0, gray(40));
      viewer.host.dims.setStep(6);
      await shows(source, 4, 0, gray(160));
      brighter = 50;
      source.invalidate(5, 8);
      await shows(source, 4, 0, gray(210));
    });

    it("shows frames as they are computed", async () => {
      const source = new Pattern(() => 90);
      source.behaviour = "missing";
      await viewer.host.layers.add([source, limits, "image"]);
      await pause(100);
      source.behaviour = "give";
      source.invalidate(0, 1);
      await shows(source, 2, 2, gray(90));
      source.behaviour = "missing";
      viewer.host.dims.setStep(1);
      await shows(source, 2, 2, gray(0));
      source.behaviour = "give";
      source.invalidate(0, 2);
      await shows(source, 2, 2, gray(90));
    });

    it("lays a layer over another by its opacity, and hides it", async () => {
      const below = new Pattern(() => 200);
      const above = new Pattern((_, y) => 40 * y, { type: "float32" });
      await viewer.host.layers.add([below, limits, "image"]);
      const id = await viewer.host.layers.add([above, limits, "image"]);
      await shows(above, 4, 3, gray(160));
      viewer.host.layers.update(id, { opacity: 0.25 });
      await shows(above, 4, 3, gray(0.25 * 160 + 0.75 * 200));
      viewer.host.layers.update(id, { visible: false });
      await shows(below, 4, 3, gray(200));
    });

    it("draws colormaps, and unknown ones gray", async () => {
      const source = new Pattern(() => 128);
      const id = await viewer.host.layers.add([source, { ...limits, colormap: "green" }, "image"]);
      await shows(source, 1, 1, [0, 128, 0]);
      viewer.host.layers.update(id, { colormap: "magenta" });
      await shows(source, 1, 1, [128, 0, 128]);
      viewer.host.layers.update(id, { colormap: "hot" });
      await expectSoon(() => {
        const [red = 0, green = 0, blue = 0] = colour(source, 1, 1);
        return red > 200 && red > green && green >= blue;
      }, "hot is red");
      viewer.host.layers.update(id, { colormap: "constructor" });
      await shows(source, 1, 1, gray(128));
    });

    it("chooses contrast limits where there are none, and says which", async () => {
      const source = new Pattern((_, y) => 100 + 10 * y);
      const display = record(viewer.host, "display-changed");
      const id = await viewer.host.layers.add([source, {}, "image"]);
      await shows(source, 4, 4, gray(255));
      await shows(source, 0, 0, gray(0));
      expect(display).to.deep.equal([{ id, patch: { contrastLimits: [100, 140] } }]);
      viewer.host.dims.setStep(3);
      await pause(100);
      expect(display.length).to.equal(1);
    });

    it("tells of its slider and of its contrast fields, once each, and follows them", async () => {
      const source = new Pattern((frame) => 10 * frame);
      const id = await viewer.host.layers.add([source, limits, "image"]);
      await shows(source, 0, 0, gray(0));
      const steps = record(viewer.host, "step-changed");
      const display = record(viewer.host, "display-changed");
      enter(field("Frame"), 5);
      await shows(source, 0, 0, gray(50));
      enter(field("White"), 100);
      await shows(source, 0, 0, gray(127.5));
      await pause(100);
      expect(steps).to.deep.equal([{ step: 5, frames: 12 }]);
      expect(display).to.deep.equal([{ id, patch: { contrastLimits: [0, 100] } }]);
      viewer.host.dims.setStep(7);
      viewer.host.layers.update(id, { contrastLimits: [0, 140] });
      await expectSoon(() => field("Frame").value === "7" && field("White").value === "140", "the fields follow");
      expect([steps.length, display.length]).to.deep.equal([2, 2]);
    });

    it("keeps its picture where a read fails, and ends in the middle of one", async () => {
      const source = new Pattern(() => 70);
      await viewer.host.layers.add([source, limits, "image"]);
      await shows(source, 2, 2, gray(70));
      source.behaviour = "fail";
      viewer.host.dims.setStep(3);
      await expectSoon(() => source.reads.includes(3) && source.pending === 0, "frame 3 is read");
      await pause(100);
      await shows(source, 2, 2, gray(70));
      source.behaviour = "wait";
      viewer.host.dims.setStep(4);
      await expectSoon(() => source.reads.includes(4), "frame 4 is read");
      viewer.dispose();
      expect([source.aborted.at(-1), source.pending, source.listeners]).to.deep.equal([4, 0, 0]);
      await expectSoon(() => container.querySelector("canvas") === null, "the canvas is gone");
      await pause(100);
    });

    it("refuses a picture that Viv would take for colours, and goes on", async () => {
      const refusal = await viewer.host.layers
        .add([new Pattern(() => 1, { width: 4 }), limits, "image"])
        .catch((error: unknown) => error);
      expect((refusal as Error).message).to.equal(
        "layer has frames of 5×4, and Viv takes a last axis of 3 or 4 for colours",
      );
      const source = new Pattern(() => 30);
      await viewer.host.layers.add([source, limits, "image"]);
      await shows(source, 1, 1, gray(30));
    });

    if (name === "react") {
      it("gives the plugin what the application opened with Viv's own loader", async () => {
        const open = async (file: string): Promise<void> => {
          const bytes = await (await fetch(`/test/files/ome/${file}`)).arrayBuffer();
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], file));
          const input = field("Open OME-TIFF");
          input.files = transfer.files;
          input.dispatchEvent(new Event("change", { bubbles: true }));
        };
        await expectSoon(() => field("Open OME-TIFF") !== null, "the button is there");
        await open("pyramid.ome.tif");
        await expectSoon(() => viewer.host.layers.list().length === 1, "the layer is there");
        const source = viewer.host.layers.list()[0]!.source!;
        expect(source).to.include({ frames: 3, height: 32, width: 32, type: "uint16" });
        const sums = [0, 2].map(async (frame) =>
          Array.from((await source.read(frame))!.samples).reduce((sum, sample) => sum + sample, 0),
        );
        expect(JSON.stringify(await Promise.all(sums))).to.equal("[764405,2812414]");
        await open("rgb.ome.tif");
        await expectSoon(
          () => container.querySelector("[role=alert]")?.textContent !== "",
          "a file of colours is refused",
        );
      });
    }

    if (name === "viv") {
      it("draws again after the GPU context was lost", async () => {
        const source = new Pattern((_, y) => 50 * y);
        await viewer.host.layers.add([source, limits, "image"]);
        await shows(source, 3, 3, gray(150));
        const lost = container.querySelector("canvas")!;
        lost.getContext("webgl2")!.getExtension("WEBGL_lose_context")!.loseContext();
        await expectSoon(() => container.querySelector("canvas") !== lost, "there is another canvas");
        await shows(source, 3, 3, gray(150));
        expect(container.querySelectorAll("canvas").length).to.equal(1);
      });
    }
  });
}

describe("the layers of an application that draws with Viv itself", () => {
  it("are the same props until something changes, and new selections for each picture", async () => {
    const layers = new VivLayers();
    const source = new Pattern((frame) => frame);
    const id = await layers.host.layers.add([source, limits, "image"]);
    await expectSoon(() => layers.props.length === 1, "there are props");
    let calls = 0;
    layers.subscribe(() => calls++);
    const [before] = layers.props;
    expect(before).to.deep.include({ contrastLimits: [[0, 255]], selections: [{ t: 0 }], visible: true, opacity: 1 });
    layers.host.layers.update(id, { opacity: 0.5 });
    expect(layers.props[0]!.selections).to.equal(before!.selections);
    source.invalidate(4, 9);
    await pause(50);
    expect(calls).to.equal(1);
    source.invalidate(0, 1);
    await expectSoon(() => calls === 2, "the picture changed");
    expect(JSON.stringify(layers.props[0]!.selections)).to.equal('[{"t":0}]');
    expect(layers.props[0]!.selections).to.not.equal(before!.selections);
    expect(layers.props[0]!.loader).to.equal(before!.loader);
    layers.dispose();
    expect(layers.props).to.deep.equal([]);
  });

  it("give any frame, with the signal of who asks", async () => {
    const layers = new VivLayers();
    const source = new Pattern((frame) => frame);
    await layers.host.layers.add([source, limits, "image"]);
    await expectSoon(() => layers.props.length === 1, "there are props");
    const { loader } = layers.props[0]!;
    const raster = await loader.getRaster({ selection: { t: 9 } });
    expect([raster.height, raster.width, raster.data[0]]).to.deep.equal([5, 7, 9]);
    source.behaviour = "wait";
    const life = new AbortController();
    const read = loader.getRaster({ selection: { t: 8 }, signal: life.signal }).catch((reason: unknown) => reason);
    life.abort();
    // What Viv passes over in silence.
    expect(await read).to.equal("__vivSignalAborted");
    expect(source.aborted).to.deep.equal([8]);
    layers.dispose();
  });
});

describe("an image that an application opened with Viv", () => {
  const image = {
    shape: [6, 2, 3, 5, 7],
    labels: ["t", "c", "z", "y", "x"],
    dtype: "Int32",
    getRaster: async ({ selection }: { selection: Readonly<Record<string, number>> }) => ({
      data: new Int32Array(35).fill(-100 * selection["c"]! + 10 * selection["t"]! + selection["z"]!),
      width: 7,
      height: 5,
    }),
  };

  it("is read along the axis asked for, at the position on the others", async () => {
    const overTime = vivFrameSource(image, { selection: { c: 1 } });
    expect(overTime).to.include({ frames: 6, height: 5, width: 7, type: "float32" });
    expect((await overTime.read(4))!.samples[0]).to.equal(-60);
    const overDepth = vivFrameSource(image, { axis: "z", selection: { t: 2 } });
    expect(overDepth.frames).to.equal(3);
    expect((await overDepth.read(1))!.samples[34]).to.equal(21);
  });

  it("is what a layer of ours is too", async () => {
    const layers = new VivLayers();
    await layers.host.layers.add([new Pattern((frame) => 3 * frame), limits, "image"]);
    await expectSoon(() => layers.props.length === 1, "there are props");
    const source = vivFrameSource(layers.props[0]!.loader as unknown as Parameters<typeof vivFrameSource>[0]);
    expect((await source.read(5))!.samples).to.deep.equal(new Uint16Array(35).fill(15));
    layers.dispose();
  });

  it("is refused without the axis, at positions it does not have, and in colours", () => {
    expect(() => vivFrameSource(image, { axis: "q" })).to.throw("has no position 0 on axis q");
    expect(() => vivFrameSource(image, { axis: "x" })).to.throw("has no position 0 on axis x");
    expect(() => vivFrameSource(image, { selection: { c: 2 } })).to.throw(
      "image of [t, c, z, y, x] = [6, 2, 3, 5, 7] has no position 2 on axis c",
    );
    expect(() => vivFrameSource({ ...image, labels: ["t", "c", "y", "x", "_c"] })).to.throw("colours in one plane");
  });

  it("says when a plane is of another size, and stops with the signal of the reader", async () => {
    const wrong = vivFrameSource({ ...image, shape: [6, 2, 3, 5, 8] });
    const refusal = await wrong.read(2).catch((error: unknown) => error);
    expect((refusal as Error).message).to.equal("frame 2 is 5×7 with 35 samples, expected 5×8");
    const reason = new Error("enough");
    const stopped = await vivFrameSource(image)
      .read(0, AbortSignal.abort(reason))
      .catch((error: unknown) => error);
    expect(stopped).to.equal(reason);
  });
});
