import { expect } from "@open-wc/testing";

import { errorMessage } from "../../src/core/errors.js";
import { SlnetSession } from "../../src/plugin/session.js";
import { registerSlnet } from "../../src/plugin/register.js";
import { SessionHarness } from "./session-harness.js";
import { StackViewerHarness } from "./stack-viewer-harness.js";

describe("a session", () => {
  let harness: SessionHarness;
  beforeEach(() => (harness = new SessionHarness()));
  afterEach(() => harness.session.dispose());

  it("opens, trains, cleans and saves the sample", async () => {
    await harness.session.openSample();
    expect(harness.state.error).to.equal(null);
    expect(harness.state.stack?.format).to.equal("simulated");
    expect(harness.host.layers.list()).to.have.length(1);

    await harness.session.train();
    expect(harness.state.error).to.equal(null);
    expect(harness.state.training?.step).to.equal(harness.state.training?.plan.steps);
    expect(harness.state.training?.losses).to.have.length(harness.state.training!.plan.steps);
    expect(harness.state.model?.steps).to.equal(harness.state.training?.step);
    expect(harness.state.engine?.name).to.equal("js");
    expect(harness.layer("SLNet preview")).to.not.equal(undefined);

    await harness.session.clean();
    expect(harness.state.error).to.equal(null);
    const frames = harness.state.stack!.shape.frames;
    expect(harness.state.result).to.include({ from: 0, to: frames, done: frames });
    expect(harness.layer("SLNet preview"), "gives way to the result").to.equal(undefined);

    await harness.session.save({ type: "float32", offsetAdu: 0 });
    expect(harness.state.error).to.equal(null);
    const saved = await harness.savedTiff();
    expect(saved.frames).to.equal(frames);
    for (const index of [0, 123, frames - 1]) {
      expect(await saved.frame(index), `frame ${index}`).to.deep.equal(await harness.samples("Sparse", index));
    }
  });

  it("opens a layer of the host without adding it again", async () => {
    await harness.openSmallLayer();
    expect(harness.state.error).to.equal(null);
    expect(harness.state.stack?.shape).to.deep.equal({ frames: 40, height: 24, width: 20, type: "uint16" });
    expect(harness.host.layers.list().map(({ name }) => name)).to.deep.equal(["noisy"]);
  });

  it("shows the background on request: sparse is what the frame has above it", async () => {
    await harness.openSmall();
    await harness.session.clean({ method: "median", lowRank: true });
    expect(harness.state.error).to.equal(null);
    const raw = await harness.samples("noisy.tif", 6);
    const background = await harness.samples("Background", 6);
    const sparse = await harness.samples("Sparse", 6);
    expect(sparse).to.deep.equal(raw!.map((value, index) => Math.max(0, value - background![index]!)));
    expect(sparse![5 * 20 + 5]).to.be.above(600);
  });

  it("takes the median of a window of frames, or of the whole stack", async () => {
    await harness.openSmall();
    for (const [medianWindowFrames, notice] of [
      [7, "of 7 frames around each frame"],
      [undefined, "of 40 frames around each frame"],
      [0, "of the whole stack"],
    ] as const) {
      await harness.session.clean({
        method: "median",
        lowRank: true,
        ...(medianWindowFrames !== undefined && { medianWindowFrames }),
      });
      expect(harness.state.error).to.equal(null);
      expect(harness.state.notices.join()).to.contain(notice);
      const size = medianWindowFrames === 7 ? 7 : 40;
      const start = Math.min(Math.max(0, 30 - Math.floor(size / 2)), 40 - size);
      const values: number[] = [];
      for (let frame = start; frame < start + size; frame++)
        values.push((await harness.samples("noisy.tif", frame))![33]!);
      values.sort((a, b) => a - b);
      expect((await harness.samples("Background", 30))![33]).to.equal(values[(size - 1) >> 1]);
    }
  });

  it("cleans a frame again that no longer fits the memory budget, to the same pixels", async () => {
    const small = new SessionHarness({ memoryBudgetBytes: 1 });
    await small.openSmall();
    await small.session.clean({ method: "median" });
    const first = await small.samples("Sparse", 0);
    await small.samples("Sparse", 39);
    expect(await small.samples("Sparse", 0)).to.deep.equal(first);
    expect(first).to.not.equal(null);
    small.session.dispose();
  });

  it("is idle at once after a cancel of the training, keeps the model, and goes on from it", async () => {
    await harness.openSmall();
    harness.session.configure({ maxEpochs: 100_000 });
    const training = harness.session.train();
    await harness.until((state) => (state.training?.step ?? 0) > 0);
    const before = performance.now();
    harness.session.cancel();
    expect(performance.now() - before).to.be.below(100);
    expect(harness.state.activity).to.equal("idle");
    expect(harness.state.error).to.equal(null);
    await training;
    const kept = harness.state.model!;
    expect(kept.steps).to.be.above(0);
    harness.session.configure({ maxEpochs: kept.epoch + 2 });
    await harness.session.train({ goOn: true });
    expect(harness.state.error).to.equal(null);
    expect(harness.state.model!.steps).to.be.above(kept.steps);
  });

  it("keeps the frames that are cleaned when cleaning is cancelled, and saves only those", async () => {
    await harness.session.openSample();
    const cleaning = harness.session.clean({ method: "median" });
    await harness.until((state) => (state.result?.done ?? 0) > 0);
    harness.session.cancel();
    await cleaning;
    const { done, to } = harness.state.result!;
    expect(done).to.be.within(1, to - 1);
    expect(await harness.samples("Sparse", 0)).to.not.equal(null);
    expect(await harness.samples("Sparse", to - 1)).to.equal(null);
    await harness.session.save();
    expect(harness.state.error).to.equal(null);
    expect((await harness.savedTiff()).frames).to.equal(done);
  });

  it("writes no file when saving is cancelled", async () => {
    await harness.session.openSample();
    await harness.session.clean({ method: "median" });
    const saving = harness.session.save();
    await harness.until((state) => state.activity === "saving" && state.progress !== null);
    harness.session.cancel();
    await saving;
    expect(harness.delivered).to.have.length(0);
    expect(harness.state.outcome).to.equal("Saving was stopped; no file was written.");
  });

  it("tells what is wrong with a file and keeps the stack that was open", async () => {
    await harness.openSmall();
    await harness.session.openFile(new File(["this is no image"], "notes.tif"));
    expect(harness.state.error?.code).to.equal("bad-input");
    expect(harness.state.error?.message).to.contain("notes.tif");
    expect(harness.messages).to.deep.equal([`error: ${harness.state.error?.message}`]);
    expect(harness.state.stack?.name).to.equal("noisy.tif");
    await harness.session.clean({ method: "median" });
    expect(harness.state.error).to.equal(null);
  });

  it("takes the old layers away when another stack is opened", async () => {
    await harness.session.openSample();
    await harness.session.clean({ method: "median" });
    await harness.openSmall();
    expect(harness.host.layers.list().map(({ name }) => name)).to.deep.equal(["noisy.tif"]);
    expect(harness.state.result).to.equal(null);
  });

  it("refuses to train with fewer frames than the shifts need, naming both numbers", async () => {
    await harness.openSmall(10);
    harness.session.configure({ trainFrames: ":" });
    await harness.session.train();
    expect(harness.state.error?.code).to.equal("bad-input");
    expect(harness.state.error?.message).to.match(/\b10\b.*\b11\b/);
  });

  it("refuses to clean without a model", async () => {
    await harness.openSmall();
    await harness.session.clean();
    expect(harness.state.error?.message).to.contain("there is no model yet");
  });

  it("hands its model over as a file that it reads back, options and all", async () => {
    await harness.openSmall();
    await harness.session.train();
    await harness.session.saveModel();
    const { name, file } = harness.delivered[0]!;
    expect(name).to.equal("noisy.slnet.json");
    const other = new SessionHarness();
    await other.session.loadModel(new File([file], name));
    expect(other.state.error).to.equal(null);
    expect(other.state.model).to.deep.equal(harness.state.model);
    expect(other.state.configuration?.temporalShifts).to.deep.equal([0, 5, 10]);
    await other.openSmall();
    await other.session.clean();
    expect(other.state.error).to.equal(null);
    other.session.dispose();
  });

  it("hands its model over for PyTorch, and takes such a file when it is dropped, whatever its name", async () => {
    await harness.openSmall();
    await harness.session.train();
    await harness.session.saveModel("torch");
    const { name, file } = harness.delivered[0]!;
    expect(name).to.equal("noisy.slnet.pt");
    const { model } = harness.state;
    const other = new SessionHarness();
    const dropped = new DataTransfer();
    dropped.items.add(new File([file], "model_100"));
    await other.session.openDropped(dropped);
    expect(other.state.error).to.equal(null);
    expect(other.state.model?.weights.conv1).to.deep.equal(model!.weights.conv1.map(Math.fround));
    expect(other.state.model?.normalisation.maximum).to.equal(model!.normalisation.maximum);
    expect(other.state.configuration?.temporalShifts).to.deep.equal([0, 5, 10]);
    await other.session.loadModel(new File(["PK\u0003\u0004 nothing of the kind"], "model.pt"));
    expect(other.state.error?.message).to.match(/^model\.pt is a broken zip archive/);
    expect(other.state.model).to.not.equal(null);
    other.session.dispose();
  });

  it("keeps the finished frames when the worker crashes, says so, and starts a new one for the next action", async () => {
    await harness.session.openSample();
    const cleaning = harness.session.clean({ method: "median" });
    await harness.until((state) => (state.result?.done ?? 0) > 0);
    harness.crashWorker();
    await cleaning;
    await harness.until((state) => state.error !== null);
    expect(harness.state.error?.code).to.equal("worker-lost");
    expect(harness.state.error?.message)
      .to.contain("crashed on purpose")
      .and.contain("the next action starts a new worker");
    expect(harness.state.activity).to.equal("idle");
    expect(await harness.samples("Sparse", 0)).to.not.equal(null);
    await harness.session.clean({ method: "median" });
    expect(harness.state.error).to.equal(null);
    expect(harness.state.result?.done).to.equal(harness.state.stack?.shape.frames);
    expect(harness.workersStarted).to.equal(2);
  });

  it("says where it looked when the worker script is missing", async () => {
    const session = new SlnetSession({ workerUrl: "/dist/nowhere.js" });
    await session.openSample();
    expect(session.state.error?.code).to.equal("worker-lost");
    expect(session.state.error?.message).to.contain("/dist/nowhere.js");
    expect(session.state.activity).to.equal("idle");
    session.dispose();
  });

  it("goes on with a chosen file behind the frames that it has, and says how many were kept", async () => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle("session-resume.tif", { create: true });
    const bytes = async (): Promise<number[]> => [...new Uint8Array(await (await handle.getFile()).arrayBuffer())];
    try {
      await harness.openSmall();
      await harness.session.clean({ method: "median" });
      await harness.session.save({ handle });
      const whole = await bytes();
      // Cut in the middle of a frame.
      const writable = await handle.createWritable({ keepExistingData: true });
      await writable.truncate(0.7 * whole.length);
      await writable.close();
      await harness.session.save({ handle, resume: true });
      expect(harness.state.error).to.equal(null);
      expect(harness.state.notices.at(-1)).to.match(/^2\d frames of an earlier saving were kept\.$/);
      expect(harness.state.saved?.frames).to.equal(40);
      expect((await bytes()).findIndex((byte, i) => byte !== whole[i])).to.equal(-1);
      expect((await handle.getFile()).size).to.equal(whole.length);

      await harness.session.save({ handle, resume: true, offsetAdu: 3 });
      expect(harness.state.error?.message).to.contain("cannot be continued");
      await harness.session.save({ resume: true });
      expect(harness.state.error?.message).to.contain("a file that a person chose");
    } finally {
      await root.removeEntry("session-resume.tif");
    }
  });

  it("does one thing at a time", async () => {
    await harness.openSmall();
    const first = harness.session.clean({ method: "median" });
    await harness.session.train();
    expect(harness.state.error?.message).to.equal("training cannot start during cleaning; cancel that first");
    await first;
    expect(harness.state.result?.done).to.equal(40);
  });
});

describe("registerSlnet", () => {
  it("mounts a panel with a session where the host has docks, and takes both away", async () => {
    const { viewer } = await StackViewerHarness.create();
    const { panel, session, mounted, dispose } = await registerSlnet(viewer.host, {
      workerUrl: "/dist/slnet.worker.js",
    });
    expect(mounted).to.equal(true);
    expect(panel.session).to.equal(session);
    expect(viewer.contains(panel)).to.equal(true);
    dispose();
    expect(viewer.contains(panel)).to.equal(false);
  });

  it("refuses a host of another version of the contract", async () => {
    const { host } = new SessionHarness();
    const future = Object.create(host, { apiVersion: { value: 2 }, hostName: { value: "future" } }) as typeof host;
    const refusal = await registerSlnet(future).then(() => "accepted", errorMessage);
    expect(refusal).to.equal("future implements version 2 of the host contract, expected 1");
  });
});
