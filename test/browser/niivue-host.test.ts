import { expect } from "@open-wc/testing";

import type { SampleArray, SampleType } from "../../src/core/frames.js";
import { registerSlnetTransform, slnetTransformName } from "../../src/plugin/adapters/niivue.js";
import type { NiivueHost, NiivueHostOptions } from "../../src/plugin/adapters/niivue.js";
import type { NiivueViewer, NiivueVolumeFields } from "../../src/plugin/adapters/niivue/viewer.js";
import type { FrameSource, HostFrame, Unsubscribe } from "../../src/plugin/host/contract.js";
import { expectSoon, pause } from "../../src/plugin/host/conformance/expect.js";
import { SlnetSession } from "../../src/plugin/session.js";
import { createWorkerClient } from "../../src/plugin/worker-client.js";

/** What the tests do with a viewer, as its page and its mouse do. */
interface Viewer extends NiivueViewer {
  readonly volumes: NiivueVolumeFields[];
  loadVolumes(volumes: readonly { url: string | File; name: string }[]): Promise<unknown>;
  /** 0.69 */
  loadFromArrayBuffer(buffer: ArrayBuffer, name: string): Promise<void>;
  removeVolume(volume: NiivueVolumeFields): void;
  /** 1.0 */
  addVolume(volume: { url: File; name: string } | NiivueVolumeFields): Promise<void>;
  removeAllVolumes(): Promise<void>;
  destroy(): void;
  setVolume(
    index: number,
    look: { calMin?: number; calMax?: number; opacity?: number; frame4D?: number },
  ): Promise<void>;
  readonly volumeTransform: Record<
    string,
    (volume: NiivueVolumeFields, options: Record<string, unknown>) => Promise<NiivueVolumeFields>
  >;
}

interface Shown {
  readonly host: NiivueHost;
  readonly nv: Viewer;
  dispose(): void;
}

type CreateViewer = (container: HTMLElement, options?: NiivueHostOptions) => Promise<Shown>;

const side = 32;

/** Frames that are bright at the top left alone, so that each turn and flip shows. */
class CornerSource implements FrameSource {
  readonly height = side;
  readonly width = side;
  readonly #callbacks = new Set<(from: number, to: number) => void>();
  /** Frames that are not there yet. */
  missing = false;
  disposals = 0;
  pending = 0;
  waits = false;

  constructor(
    readonly frames: number,
    /** Value of the bright corner at each frame. */
    public level: (index: number) => number,
    readonly type: SampleType = "uint16",
  ) {}

  async read(index: number, signal?: AbortSignal): Promise<HostFrame | null> {
    this.pending++;
    try {
      if (this.waits)
        await new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("off"))));
      await pause(1);
      if (this.missing) return null;
      return { index, height: side, width: side, samples: cornerFrame(this.level(index), this.type) };
    } finally {
      this.pending--;
    }
  }

  onInvalidate(callback: (from: number, to: number) => void): Unsubscribe {
    this.#callbacks.add(callback);
    return () => void this.#callbacks.delete(callback);
  }

  invalidate(from: number, to: number): void {
    for (const callback of [...this.#callbacks]) callback(from, to);
  }

  dispose(): void {
    this.disposals++;
  }
}

function cornerFrame(level: number, type: SampleType): SampleArray {
  const samples =
    type === "float32"
      ? new Float32Array(side * side)
      : type === "uint8"
        ? new Uint8Array(side * side)
        : new Uint16Array(side * side);
  for (let row = 0; row < side / 2; row++) samples.fill(level, row * side, row * side + side / 2);
  return samples;
}

/** A NIfTI-1 file as others make it, of one slice and signed 16-bit numbers, with its first row drawn at the bottom. */
function nifti(frames: readonly ArrayLike<number>[], slope = 1, offset = 0): ArrayBuffer {
  const buffer = new ArrayBuffer(352 + frames.length * side * side * 2);
  const view = new DataView(buffer);
  view.setInt32(0, 348, true);
  [4, side, side, 1, frames.length, 1, 1, 1].forEach((size, index) => view.setInt16(40 + 2 * index, size, true));
  view.setInt16(70, 4, true);
  view.setInt16(72, 16, true);
  [1, 1, 1, 1, 1, 1, 1, 1].forEach((step, index) => view.setFloat32(76 + 4 * index, step, true));
  view.setFloat32(108, 352, true);
  view.setFloat32(112, slope, true);
  view.setFloat32(116, offset, true);
  view.setInt16(254, 1, true);
  [280, 300, 320].forEach((place) => view.setFloat32(place, 1, true));
  [0x6e, 0x2b, 0x31, 0].forEach((byte, index) => view.setUint8(344 + index, byte));
  const pixels = new Int16Array(buffer, 352);
  frames.forEach((frame, index) => pixels.set(frame, index * side * side));
  return buffer;
}

for (const [name, generation] of [
  ["niivue", 0],
  ["niivue-next", 1],
] as const) {
  describe(`the host in ${name}`, () => {
    let createViewer: CreateViewer;
    let container: HTMLElement;
    let shown: Shown;

    before(async () => {
      ({ createViewer } = (await import(`/build/bundles/viewers/${name}.js`)) as { createViewer: CreateViewer });
    });

    async function open(options?: NiivueHostOptions): Promise<Shown> {
      container = document.createElement("div");
      container.style.cssText = "display: grid; grid-template-rows: 300px auto; width: 400px";
      document.body.append(container);
      const style = document.createElement("style");
      style.textContent =
        ".picture { position: relative } .picture canvas { position: absolute; width: 100%; height: 100% }";
      container.append(style);
      shown = await createViewer(container, options);
      return shown;
    }

    afterEach(() => {
      shown.dispose();
      container.remove();
    });

    /** Greys, 0 to 255, in the middle of each quarter of the picture: top left, top right, bottom left, bottom right. */
    async function greys(): Promise<number[]> {
      const canvas = container.querySelector("canvas")!;
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      const context = copy.getContext("2d")!;
      shown.nv.drawScene();
      // The browser forgets what WebGL has drawn once it is on the screen: 0.69 draws at once, 1.0 in the next frame.
      await new Promise<void>((resolve) =>
        requestAnimationFrame(() => {
          if (generation === 0) shown.nv.drawScene();
          context.drawImage(canvas, 0, 0);
          resolve();
        }),
      );
      const size = Math.min(canvas.width, canvas.height);
      const [left, top] = [(canvas.width - size) / 2, (canvas.height - size) / 2];
      return [
        [0.25, 0.25],
        [0.75, 0.25],
        [0.25, 0.75],
        [0.75, 0.75],
      ].map(([x, y]) => context.getImageData(Math.round(left + x! * size), Math.round(top + y! * size), 1, 1).data[0]!);
    }

    async function expectCorner(grey: number, what: string): Promise<void> {
      const end = performance.now() + 5000;
      let found = await greys();
      while (Math.abs(found[0]! - grey) > 3 && performance.now() < end) found = await greys();
      expect(found[0], what).to.be.closeTo(grey, 3);
      expect(found.slice(1), `${what}: the other corners`).to.deep.equal([0, 0, 0]);
    }

    async function load(file: ArrayBuffer): Promise<void> {
      if (generation === 0) await shown.nv.loadFromArrayBuffer(file, "mine.nii");
      else await shown.nv.addVolume({ url: new File([file], "mine.nii"), name: "mine.nii" });
      await expectSoon(() => shown.host.layers.list().length > 0, "the volume is a layer");
    }

    for (const type of ["uint8", "uint16", "float32"] as const) {
      it(`draws ${type} frames with row 0 at the top, through the contrast limits`, async () => {
        const { host } = await open();
        const id = await host.layers.add([new CornerSource(4, () => 100, type), { contrastLimits: [0, 200] }, "image"]);
        await expectCorner(127, "half way between the limits");
        host.layers.update(id, { contrastLimits: [0, 100] });
        await expectCorner(255, "at the upper limit");
        host.layers.update(id, { contrastLimits: [50, 250] });
        await expectCorner(64, "a quarter above the lower limit");
      });
    }

    it("draws another frame after a step, and the same one again when it changed", async () => {
      const { host } = await open();
      const source = new CornerSource(8, (index) => 10 * index);
      await host.layers.add([source, { contrastLimits: [0, 100] }, "image"]);
      host.dims.setStep(4);
      await expectCorner(102, "frame 4");
      host.dims.setStep(6);
      await expectCorner(153, "frame 6");
      source.level = () => 90;
      source.invalidate(0, 8);
      await expectCorner(230, "frame 6, computed again");
    });

    it("shows the layer below until a frame is computed, and after the layer on top is hidden or removed", async () => {
      const { host } = await open();
      const display = { contrastLimits: [0, 100] } as const;
      await host.layers.add([new CornerSource(8, () => 20), display, "image"]);
      await expectCorner(51, "the lower layer");
      const upper = new CornerSource(8, () => 80, "float32");
      upper.missing = true;
      const id = await host.layers.add([upper, display, "image"]);
      await pause(200);
      await expectCorner(51, "the lower layer while the upper one is not there");
      upper.missing = false;
      upper.invalidate(0, 1);
      await expectCorner(204, "the upper layer once it is computed");
      host.layers.update(id, { visible: false });
      await expectCorner(51, "the lower layer again");
      host.layers.update(id, { visible: true });
      await expectCorner(204, "the upper layer again");
      host.layers.remove(id);
      await expectCorner(51, "the lower layer alone");
      expect(shown.nv.volumes.length).to.equal(1);
    });

    it("draws in the colours of the contract that the viewer lacks", async () => {
      const { host } = await open();
      const id = await host.layers.add([new CornerSource(2, () => 0), { contrastLimits: [0, 100] }, "image"]);
      await expectCorner(0, "black");
      host.layers.update(id, { colormap: "inverted gray" });
      const end = performance.now() + 5000;
      let found = await greys();
      while (found[0] !== 255 && performance.now() < end) found = await greys();
      expect(found).to.deep.equal([255, 255, 255, 255]);
    });

    it("chooses the contrast from the pixels where none is given, and says which", async () => {
      const { host } = await open();
      const id = await host.layers.add([new CornerSource(2, () => 500), {}, "image"]);
      await expectCorner(255, "automatic contrast");
      expect(host.layers.get(id)?.contrastLimits).to.deep.equal([0, 500]);
    });

    it("follows the viewer's own frame control, once", async () => {
      const { host, nv } = await open();
      await host.layers.add([new CornerSource(8, (index) => 10 * index), { contrastLimits: [0, 100] }, "image"]);
      await expectSoon(() => nv.volumes[0]?.opacity === 1, "the layer is drawn");
      await pause(100);
      const events: unknown[] = [];
      host.on("step-changed", (detail) => events.push(detail));
      await nv.setFrame4D(nv.volumes[0]!.id, 5);
      expect(host.dims.step).to.equal(5);
      await expectCorner(127, "frame 5");
      if (generation === 0) {
        container.querySelector("canvas")!.dispatchEvent(new KeyboardEvent("keydown", { code: "ArrowRight" }));
        await expectCorner(153, "frame 6");
      } else {
        await nv.setFrame4D(nv.volumes[0]!.id, 6);
        await expectCorner(153, "frame 6");
      }
      host.dims.setStep(2);
      await expectCorner(51, "frame 2");
      await pause(200);
      expect(nv.volumes[0]!.frame4D, "the viewer's own position").to.equal(2);
      expect(events).to.deep.equal([5, 6, 2].map((step) => ({ step, frames: 8 })));
    });

    it("follows the viewer's own contrast control, once", async () => {
      const { host, nv } = await open();
      const id = await host.layers.add([new CornerSource(8, () => 50), { contrastLimits: [0, 100] }, "image"]);
      await expectCorner(127, "as given");
      const events: unknown[] = [];
      host.on("display-changed", (detail) => events.push(detail));
      const limits = [0, 50];
      if (generation === 0) {
        // A double click takes NiiVue to the range of the pixels.
        container.querySelector("canvas")!.dispatchEvent(new MouseEvent("dblclick", { clientX: 200, clientY: 150 }));
      } else {
        await nv.setVolume(0, { calMin: 0, calMax: 50 });
      }
      await expectCorner(255, "as the viewer has it");
      await pause(200);
      expect(host.layers.get(id)?.contrastLimits).to.deep.equal(limits);
      expect(events).to.deep.equal([{ id, patch: { contrastLimits: limits } }]);
      host.layers.update(id, { contrastLimits: [0, 200] });
      await expectCorner(64, "as the host has it again");
      expect(events.length).to.equal(2);
      if (generation === 0) return;
      // 1.0 tells of more, and its pages change more in one call.
      await nv.setVolume(0, { opacity: 0.5, frame4D: 3 });
      expect([host.layers.get(id)?.opacity, host.dims.step]).to.deep.equal([0.5, 3]);
    });

    it("holds a window of a long stack in no more memory than allowed", async () => {
      const windowBytes = 20 * side * side * 2 + 1;
      const { host, nv } = await open({ windowBytes });
      const level = (index: number): number => index % 100;
      await host.layers.add([new CornerSource(30_000, level), { contrastLimits: [0, 100] }, "image"]);
      const expectStep = async (step: number): Promise<void> => {
        await expectCorner(Math.round(level(step) * 2.55), `frame ${step}`);
        expect(host.dims.step).to.equal(step);
        expect(nv.volumes[0]!.img!.byteLength).to.equal(20 * side * side * 2);
        expect(nv.volumes[0]!.nFrame4D).to.equal(20);
      };
      for (const step of [12_345, 12_370, 29_999, 3]) {
        host.dims.setStep(step);
        await expectStep(step);
      }
      // The viewer's own control goes on beyond the window, since that moves along.
      host.dims.setStep(500);
      await expectStep(500);
      for (let step = 501; step <= 530; step++) {
        const volume = nv.volumes[0]!;
        await nv.setFrame4D(volume.id, volume.frame4D + 1);
        await pause(40);
        expect(host.dims.step).to.equal(step);
      }
      await expectStep(530);
    });

    it("has a stack that was loaded into the viewer as a layer, with the pixels as they are drawn", async () => {
      const { host, nv } = await open();
      const frames = [0, 1, 2].map((index) => {
        const frame = new Int16Array(side * side);
        // In the file the last row is the one at the top.
        for (let row = side / 2; row < side; row++) frame.fill(40 + 20 * index, row * side, row * side + side / 2);
        frame[(side - 1) * side + 1] = -7;
        return frame;
      });
      await load(nifti(frames, 2, 1));
      const [layer] = host.layers.list();
      expect([layer!.source?.frames, layer!.source?.type, host.dims.frames]).to.deep.equal([3, "float32", 3]);
      const frame = await layer!.source!.read(2);
      expect([...frame!.samples.slice(0, 3)]).to.deep.equal([161, -13, 161]);
      expect(frame!.samples[side * side - 1]).to.equal(1);
      expect(layer!.colormap.toLowerCase()).to.equal("gray");
      host.layers.update(layer!.id, { contrastLimits: [1, 201] });
      host.dims.setStep(2);
      await expectCorner(204, "frame 2");
      host.layers.update(layer!.id, { colormap: "no such map" });
      await expectCorner(204, "in gray");
      await nv.setFrame4D(nv.volumes[0]!.id, 1);
      expect(host.dims.step).to.equal(1);
      await expectCorner(153, "frame 1");
      if (generation === 0) nv.removeVolume(nv.volumes[0]!);
      else await nv.removeAllVolumes();
      expect([host.layers.list().length, host.dims.frames]).to.deep.equal([0, 0]);
    });

    it("leaves the viewer with what others loaded, and without what it added, when the host is disposed of", async () => {
      const { host, nv } = await open();
      await load(nifti([1, 2].map((level) => new Int16Array(side * side).fill(level))));
      await host.layers.add([new CornerSource(8, () => 80), { contrastLimits: [0, 100] }, "image"]);
      await expectCorner(204, "our layer");
      expect(nv.volumes.length).to.equal(2);
      host.dispose();
      expect(nv.volumes.map(({ opacity, nFrame4D }) => [opacity, nFrame4D])).to.deep.equal([[1, 2]]);
      await load(nifti([1, 2].map((level) => new Int16Array(side * side).fill(level)))).catch(() => undefined);
      expect(host.layers.list().length, "layers of a host that is gone").to.equal(0);
    });

    it("drops its layers when others load volumes in their place", async () => {
      const { host, nv } = await open();
      const source = new CornerSource(8, () => 80);
      await host.layers.add([source, { contrastLimits: [0, 100] }, "image"]);
      await expectCorner(204, "our layer");
      const file = new File([nifti([1, 2, 3].map((level) => new Int16Array(side * side).fill(level)))], "other.nii");
      const url = generation === 0 ? URL.createObjectURL(file) : file;
      await nv.loadVolumes([{ url, name: "other.nii" }]);
      await expectSoon(() => host.layers.list()[0]?.name === "other.nii", "the other volume is a layer");
      expect([host.layers.list().length, host.dims.frames, source.disposals]).to.deep.equal([1, 3, 1]);
    });

    it("gives a loaded stack to a session, which cleans it into a layer on top", async () => {
      const { host, nv } = await open();
      await load(
        nifti(
          Array.from({ length: 12 }, (_, index) => {
            const frame = new Int16Array(side * side).fill(100);
            if (index === 7)
              for (let row = side / 2; row < side; row++) frame.fill(400, row * side, row * side + side / 2);
            return frame;
          }),
        ),
      );
      const session = new SlnetSession({
        host,
        workerFactory: () => new Worker("/dist/slnet.worker.js", { type: "module" }),
        assetsBaseUrl: "/dist/assets/",
      });
      try {
        await session.openLayer(host.layers.list()[0]!);
        await session.clean({ method: "median", medianWindowFrames: 0 });
        expect(session.state.error).to.equal(null);
        expect(host.layers.list().length).to.equal(2);
        const cleaned = host.layers.list()[1]!;
        host.layers.update(cleaned.id, { contrastLimits: [0, 300] });
        host.dims.setStep(7);
        await expectCorner(255, "what blinks in frame 7");
        host.dims.setStep(3);
        await expectCorner(0, "frame 3, without its background");
      } finally {
        session.dispose();
      }
      await expectSoon(() => nv.volumes.length === 1 && nv.volumes[0]!.opacity === 1, "the viewer has its own volume");
    }).timeout(60_000);

    if (generation === 1) {
      it("says nothing and fails at nothing when the viewer is destroyed first", async () => {
        const { host, nv } = await open();
        const source = new CornerSource(8, (index) => 10 * index);
        await host.layers.add([source, { contrastLimits: [0, 100] }, "image"]);
        host.dims.setStep(5);
        await expectCorner(127, "frame 5");
        nv.destroy();
        host.dims.setStep(6);
        source.invalidate(0, 8);
        await pause(200);
        host.dispose();
        expect(source.disposals).to.equal(1);
      });
    }

    it("ends in the middle of a read", async () => {
      const { host, nv } = await open();
      const source = new CornerSource(8, () => 80);
      await host.layers.add([source, { contrastLimits: [0, 100] }, "image"]);
      await expectCorner(204, "frame 0");
      source.waits = true;
      host.dims.setStep(4);
      await expectSoon(() => source.pending === 1, "frame 4 is being read");
      shown.dispose();
      await expectSoon(() => source.pending === 0, "the read is called off");
      expect([source.disposals, nv.volumes.length]).to.deep.equal([1, 0]);
      await pause(200);
    });

    it("cleans a volume as a transform of the viewer, where there are such", async () => {
      const { host, nv } = await open();
      const registered = registerSlnetTransform(nv, {
        startClient: () => createWorkerClient({ workerUrl: "/dist/slnet.worker.js", assetsBaseUrl: "/dist/assets/" }),
        configuration: { temporalShifts: [0, 5, 10], trainFrames: "0:20", maxEpochs: 2, engine: "js" },
      });
      expect(registered).to.equal(generation === 1);
      if (!registered) return;
      // A background that differs from pixel to pixel, and one that blinks once.
      const frames = Array.from({ length: 40 }, (_, index) => {
        const frame = Int16Array.from({ length: side * side }, (_, pixel) => 100 + (pixel % 50));
        if (index === 7) frame[300]! += 500;
        return frame;
      });
      await load(nifti(frames));
      const transform = nv.volumeTransform[slnetTransformName]!;
      const median = await transform(nv.volumes[0]!, { method: "median", windowFrames: 0 });
      const expected = new Float32Array(40 * side * side);
      expected[7 * side * side + 300] = 500;
      expect([...median.img!]).to.deep.equal([...expected]);
      expect([median.nFrame4D, median.hdr.datatypeCode]).to.deep.equal([40, 16]);
      const slnet = await transform(nv.volumes[0]!, { method: "slnet" });
      expect(slnet.img!.length).to.equal(expected.length);
      expect(slnet.img!.indexOf(Math.max(...slnet.img!))).to.equal(7 * side * side + 300);
      const masked = await transform(nv.volumes[0]!, { method: "masked-mean", maskWindowFrames: 25 });
      // The molecule keeps all of its light, and nothing is left of what does not change.
      expect(masked.img![7 * side * side + 300]).to.be.closeTo(500, 1);
      expect(
        Math.max(...masked.img!.map((value, at) => (at === 7 * side * side + 300 ? 0 : Math.abs(value)))),
      ).to.be.below(1);
      await nv.addVolume(slnet);
      await expectSoon(() => host.layers.list().length === 2, "the cleaned volume is a layer");
      const refused = await transform(nv.volumes[0]!, { method: "magic" }).then(String, String);
      expect(refused).to.contain("the method is magic, expected slnet, masked-mean or median");
    }).timeout(60_000);
  });
}
