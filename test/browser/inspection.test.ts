import { expect } from "@open-wc/testing";

import type { Inspection, InspectionState } from "../../src/plugin/inspection.js";
import type { PickedShape } from "../../src/plugin/host/contract.js";
import { HostModel } from "../../src/plugin/host/model.js";
import { SessionHarness } from "./session-harness.js";

/** A session on the built worker in a host in which people point at pixels. */
class InspectionHarness {
  readonly shapes = new Map<string, PickedShape>();
  readonly host = new HostModel({
    hostName: "test",
    capabilities: ["read-pixels", "float32", "layer-update", "multi-layer", "shapes"],
    shapes: {
      pick: () => undefined,
      show: (id, shape) => {
        if (shape) this.shapes.set(id, shape);
        else this.shapes.delete(id);
      },
    },
  });
  readonly harness = new SessionHarness({ host: this.host });

  get inspection(): Inspection {
    return this.harness.session.inspection!;
  }

  get state(): InspectionState {
    return this.inspection.state;
  }

  async until(condition: (state: InspectionState) => boolean): Promise<void> {
    if (condition(this.state)) return;
    await new Promise<void>((resolve) => {
      const off = this.inspection.subscribe((state) => {
        if (!condition(state)) return;
        off();
        resolve();
      });
    });
  }

  /** Values of one pixel of a layer over the frames. */
  async pixel(name: string, x: number, y: number): Promise<number[]> {
    const { source } = this.host.layers.list().find((layer) => layer.name === name)!;
    return Promise.all(
      Array.from({ length: source.frames }, async (_, index) => (await source.read(index))!.samples[y * 20 + x]!),
    );
  }
}

describe("the inspection of a stack", () => {
  let h: InspectionHarness;

  beforeEach(async () => {
    h = new InspectionHarness();
    await h.harness.session.inspect();
  });

  afterEach(() => h.harness.session.dispose());

  it("reads a pixel that a person points at over all frames, raw, before there is a model", async () => {
    await h.harness.openSmall(40);
    h.host.tellShape({ kind: "point", x: 5, y: 5 });
    await h.until(({ trace, tasks }) => trace?.done === 40 && !tasks.trace.busy);
    const { trace } = h.state;
    expect([...trace!.raw]).to.deep.equal(await h.pixel("noisy.tif", 5, 5));
    expect(trace!.raw[3]).to.equal(900);
    expect([trace!.sparse, trace!.lowRank]).to.deep.equal([null, null]);
    expect(h.state.method).to.equal(null);
    expect(h.shapes.get("slnet-trace")).to.deep.equal({ kind: "point", x: 5, y: 5 });
  });

  it("reads background and cleaned values just as cleaning the frames gives them", async () => {
    await h.harness.openSmall(40);
    await h.harness.session.train();
    await h.harness.session.clean({ lowRank: true });
    await h.inspection.trace(5, 5);
    const { trace, method } = h.state;
    expect(method).to.equal("slnet");
    const sparse = await h.pixel("Sparse", 5, 5);
    const lowRank = await h.pixel("Background", 5, 5);
    trace!.sparse!.forEach((value, frame) => expect(value, `sparse ${frame}`).to.be.closeTo(sparse[frame]!, 1e-3));
    trace!.lowRank!.forEach((value, frame) =>
      expect(value, `background ${frame}`).to.be.closeTo(lowRank[frame]!, 1e-2),
    );
    expect(h.state.outdated.trace).to.equal(false);
    await h.harness.session.clean({ method: "median", medianWindowFrames: 11 });
    expect(h.state.outdated.trace, "the frames are cleaned in another way now").to.equal(true);
  });

  it("reads the pixels of a line that a person draws", async () => {
    await h.harness.openSmall(30);
    h.host.tellShape({ kind: "line", from: [3, 5], to: [9, 5] });
    await h.until(({ kymograph, tasks }) => kymograph?.done === 30 && !tasks.kymograph.busy);
    const { kymograph } = h.state;
    expect(kymograph!.positions).to.equal(7);
    for (const [position, x] of [3, 4, 5, 6, 7, 8, 9].entries()) {
      const column = Array.from({ length: 30 }, (_, frame) => kymograph!.raw[frame * 7 + position]!);
      expect(column).to.deep.equal(await h.pixel("noisy.tif", x, 5));
    }
    expect(h.shapes.get("slnet-kymograph")?.kind).to.equal("line");
    h.inspection.clear("kymograph");
    expect(h.state.kymograph).to.equal(null);
    expect(h.shapes.size).to.equal(0);
  });

  it("takes the pixel that was pointed at last, whatever was under way", async () => {
    await h.harness.openSmall(40);
    for (const x of [1, 2, 3]) h.host.tellShape({ kind: "point", x, y: 7 });
    expect(h.state.paths.trace?.from).to.deep.equal([3, 7]);
    await h.until(({ tasks }) => !tasks.trace.busy);
    expect(h.state.tasks.trace.error).to.equal(null);
    expect([...h.state.trace!.raw]).to.deep.equal(await h.pixel("noisy.tif", 3, 7));
  });

  it("says which pixel there is not, and goes on", async () => {
    await h.harness.openSmall(20);
    await h.inspection.trace(20, 3);
    expect(h.state.tasks.trace.error).to.equal("there is no pixel at x 20, y 3, expected one of 20×24 pixels");
    expect(h.state.trace).to.equal(null);
    await h.inspection.trace(19, 23);
    expect(h.state.tasks.trace.error).to.equal(null);
    expect(h.state.trace!.done).to.equal(20);
  });

  it("says that no stack is open", async () => {
    await h.inspection.trace(0, 0);
    expect(h.state.tasks.trace.error).to.contain("no stack is open");
    h.host.tellShape({ kind: "point", x: 1, y: 1 });
    expect(h.state.tasks.trace.busy, "a click beside any stack means nothing").to.equal(false);
  });

  it("shows only raw values after robust PCA, which has none for single pixels", async () => {
    await h.harness.openSmall(20);
    await h.harness.session.clean({ method: "rpca", rpca: { groupFrames: 10, iterations: 5 } });
    await h.inspection.trace(5, 5);
    expect(h.state.method).to.equal("rpca");
    expect(h.state.tasks.trace.error).to.equal(null);
    expect(h.state.trace!.sparse).to.equal(null);
    expect(h.state.trace!.raw[0]).to.equal(900);
  });

  it("adds projections to the viewer as layers of one frame", async () => {
    await h.harness.openSmall(30);
    await h.inspection.project("maximum", "raw");
    await h.inspection.project("mean", "raw");
    await h.inspection.project("standardDeviation", "raw");
    const names = h.host.layers.list().map(({ name }) => name);
    expect(names).to.deep.equal(["noisy.tif", "Maximum of raw", "Mean of raw", "Standard deviation of raw"]);
    const values = await h.pixel("noisy.tif", 5, 5);
    const mean = values.reduce((sum, value) => sum + value, 0) / 30;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 29);
    expect(await h.pixel("Maximum of raw", 5, 5)).to.deep.equal([900]);
    expect((await h.pixel("Mean of raw", 5, 5))[0]).to.be.closeTo(mean, 1e-3);
    expect((await h.pixel("Standard deviation of raw", 5, 5))[0]).to.be.closeTo(deviation, 1e-2);
    expect(h.host.layers.list()[1]!.scale, "with the size of the pixels").to.deep.equal([1, 100, 100]);
    expect(h.harness.session.viewerLayers(), "they are no stacks to open").to.deep.equal([]);
    await h.inspection.project("maximum", "raw");
    expect(h.host.layers.list().length, "in place of the one there was").to.equal(4);
  });

  it("projects cleaned frames by the method that cleaned them, and not before there is one", async () => {
    await h.harness.openSmall(30);
    await h.inspection.project("maximum", "sparse");
    expect(h.state.tasks.projection.error).to.contain("train or clean first");
    await h.harness.session.clean({ method: "median", medianWindowFrames: 11 });
    await h.inspection.project("maximum", "sparse");
    expect(h.state.tasks.projection.error).to.equal(null);
    const cleaned = await h.pixel("Sparse", 5, 5);
    expect((await h.pixel("Maximum of cleaned", 5, 5))[0]).to.be.closeTo(Math.max(...cleaned), 1e-3);
  });

  it("calls a projection off at once, and nothing is shown", async () => {
    await h.harness.openSmall(400);
    const projecting = h.inspection.project("maximum", "raw");
    await h.until(({ tasks }) => tasks.projection.busy);
    h.inspection.cancel("projection");
    expect(h.state.tasks.projection).to.deep.equal({ busy: false, progress: null, error: null });
    await projecting;
    expect(h.host.layers.list().length).to.equal(1);
    await h.inspection.trace(5, 5);
    expect(h.state.trace!.done, "the worker works on").to.equal(400);
  });

  it("forgets everything of a stack when another one is opened, also what is under way", async () => {
    await h.harness.openSmall(30);
    await h.inspection.trace(5, 5);
    await h.inspection.project("maximum", "raw");
    h.inspection.look([3, 9]);
    const reading = h.inspection.kymograph({ from: [0, 0], to: [10, 10] });
    await h.harness.openSmall(25);
    await reading;
    expect(h.harness.state.error).to.equal(null);
    const { trace, kymograph, range, paths, tasks } = h.state;
    expect([trace, kymograph, range, paths.trace, paths.kymograph, tasks.kymograph.error]).to.deep.equal(
      new Array(6).fill(null),
    );
    expect(h.host.layers.list().map(({ name }) => name)).to.deep.equal(["noisy.tif"]);
    expect(h.shapes.size).to.equal(0);
    await h.inspection.trace(5, 5);
    expect(h.state.trace!.to).to.equal(25);
  });

  it("tells of a lost worker and reads with a new one", async () => {
    await h.harness.openSmall(400);
    const reading = h.inspection.project("maximum", "raw");
    await h.until(({ tasks }) => tasks.projection.busy);
    h.harness.crashWorker();
    await reading;
    expect(h.state.tasks.projection.error).to.contain("worker");
    await h.inspection.trace(5, 5);
    expect(h.state.trace!.done).to.equal(400);
    expect(h.harness.workersStarted).to.equal(2);
  });

  it("leaves the host alone once its session is ended", async () => {
    await h.harness.openSmall(20);
    await h.inspection.trace(5, 5);
    h.harness.session.dispose();
    h.host.tellShape({ kind: "point", x: 1, y: 1 });
    expect(h.shapes.size).to.equal(0);
    expect(h.host.layers.list().length).to.equal(0);
  });
});
