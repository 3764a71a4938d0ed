import { expect } from "@open-wc/testing";

import { defaultConfiguration } from "../../src/core/configuration.js";
import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { openZip } from "../../src/core/io/zip-folder.js";
import { zipped } from "../../src/core/io/zip-tree.js";
import { isSlnetError } from "../../src/core/errors.js";
import { checkedRunRecord, parseRunRecord } from "../../src/plugin/run-record-parser.js";
import type { RunHistory } from "../../src/plugin/history.js";
import { noisyTiff, SessionHarness } from "./session-harness.js";

describe("the history of a session", () => {
  let harness: SessionHarness;
  let history: RunHistory;
  beforeEach(async () => {
    harness = new SessionHarness();
    history = await harness.session.history();
  });
  afterEach(() => {
    history.dispose();
    harness.session.dispose();
  });

  async function trained(): Promise<void> {
    await harness.openSmall();
    await harness.session.train();
    await history.settled();
  }

  it("records what was done to which stack, with what, and what came of it", async () => {
    await trained();
    await harness.session.clean();
    await harness.session.save({ type: "float32", offsetAdu: 3 });
    await history.settled();
    expect(history.entries.map(({ record }) => record.action)).to.deep.equal(["save", "clean", "train"]);
    const [save, clean, train] = history.entries.map(({ record }) => record);
    const { training, model, stack } = train!;
    expect(stack).to.include({ name: "noisy.tif", frames: 40, height: 24, width: 20, type: "uint16" });
    expect(stack.fileBytes).to.equal((await noisyTiff(40)).size);
    const first = await harness.session.readFrame(0);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", first as Uint16Array<ArrayBuffer>));
    expect(stack.firstFrameSha256).to.equal([...hash].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    expect(training).to.include({ checkpoint: null, steps: harness.state.training!.step });
    expect(training!.loss).to.equal(harness.state.training!.losses.at(-1)!.loss);
    expect(training!.selfWeight).to.equal(harness.state.training!.selfWeight);
    expect(model).to.equal(harness.state.model);
    expect(train!.configuration).to.include({ maxEpochs: 4, engine: "js" });
    expect(train!.engine!.name).to.equal("js");
    expect(train!.metadata.pixelSizeNm).to.equal(100);
    expect(clean!.cleaning).to.deep.equal({
      method: { type: "slnet" },
      tail: "shift",
      lowRank: false,
      from: 0,
      to: 40,
    });
    expect(clean!.modelTrainedHere).to.equal(true);
    expect(save!.saving).to.deep.include({ type: "float32", offsetAdu: 3, name: "noisy_sparse.tif", frames: 40 });
    expect(save!.saving!.bytes).to.equal(harness.delivered.at(-1)!.file.size);
    expect(save!.ending).to.equal("finished");
  });

  it("gives every record as a file that reads back the same", async () => {
    await trained();
    await harness.session.clean({ method: "rpca", rpca: { groupFrames: 20, iterations: 3 } });
    await harness.session.save({ type: "float32" });
    await harness.session.clean({ method: "rolling-ball", ballRadius: 12.5 });
    harness.session.describe({ cameraOffsetAdu: 90 });
    const camera = { offsetAdu: null, aduPerElectron: 2, readNoiseElectrons: 1.5, excessNoise: 1 };
    await harness.session.clean({
      method: "minimum",
      minimum: { windowFrames: 9, camera: { ...camera, offsetAdu: 4 } },
    });
    await history.settled();
    expect(history.entries).to.have.length(5);
    for (const { id, record } of history.entries) {
      expect(parseRunRecord(await history.file(id).text(), "run.json")).to.deep.equal(record);
    }
  });

  it("gives a run as an archive, from which another session takes options and model and repeats it", async () => {
    await trained();
    const { model, configuration } = harness.state;
    const file = new File([await history.archive(history.entries[0]!.id)], "a.zip");
    const zip = await openZip(createBufferSource("a.zip", new Uint8Array(await file.arrayBuffer())));
    expect(zip.paths).to.deep.equal([
      "slnet-run-archive.json",
      "model.json",
      "run.json",
      "losses.csv",
      "pictures/raw.png",
      "pictures/background.png",
      "pictures/cleaned.png",
    ]);
    const losses = (await zip.open("losses.csv"))!;
    const table = new TextDecoder()
      .decode(await losses.read(0, losses.size))
      .trim()
      .split("\n");
    expect(table).to.have.length(1 + harness.state.training!.losses.length);
    const other = new SessionHarness({ configuration: {} });
    const dropped = new DataTransfer();
    dropped.items.add(file);
    await other.session.openDropped(dropped);
    expect(other.state.error).to.equal(null);
    expect(other.state.model).to.deep.equal(model);
    expect(other.state.configuration?.temporalShifts).to.deep.equal(configuration?.temporalShifts);
    expect(other.state.notices.at(-1)).to.equal(
      "The run of a.zip is in the history, and its options and its model are in place.",
    );
    const others = await other.session.history();
    const [entry] = others.entries;
    expect(entry!.from).to.equal("loaded");
    expect(entry!.record).to.deep.equal(history.entries[0]!.record);
    await other.session.useModel(null);
    await other.openSmall();
    expect(await others.repeat(entry!.id)).to.equal(true);
    expect(other.state.model!.weights).to.deep.equal(model!.weights);
    await other.session.loadModel(file);
    expect(other.state.error).to.equal(null);
    expect(other.state.model).to.deep.equal(model);
    others.dispose();
    other.session.dispose();
  });

  it("gives the archive of a cleaning without a model, and leaves out the pictures of a stack that is not open", async () => {
    await harness.openSmall();
    await harness.session.clean({ method: "median" });
    await history.settled();
    const { id } = history.entries[0]!;
    const pathsNow = async (): Promise<readonly string[]> => {
      const bytes = new Uint8Array(await (await history.archive(id)).arrayBuffer());
      return (await openZip(createBufferSource("a.zip", bytes))).paths;
    };
    expect(await pathsNow()).to.deep.equal([
      "slnet-run-archive.json",
      "run.json",
      "pictures/raw.png",
      "pictures/background.png",
      "pictures/cleaned.png",
    ]);
    await harness.openSmall(12);
    expect(await pathsNow()).to.deep.equal(["slnet-run-archive.json", "run.json"]);
  });

  it("refuses zip archives that are none of a run, or whose record is none", async () => {
    const archive = async (files: Readonly<Record<string, string>>): Promise<File> => {
      const entries = Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)] as const);
      return new File([await zipped(new Map(entries))], "a.zip");
    };
    for (const [files, message] of [
      [{ "a.txt": "" }, /a zip archive and none of a run/],
      [{ "slnet-run-archive.json": "{}" }, /archive of a run without run\.json/],
      [{ "slnet-run-archive.json": "{}", "run.json": "{" }, /run record a\.zip is not JSON/],
      [{ "slnet-run-archive.json": "{}", "run.json": "{}" }, /is not a run of SLNet/],
    ] as const) {
      await harness.session.loadRun(await archive(files));
      expect(harness.state.error?.code).to.equal("bad-input");
      expect(harness.state.error?.message).to.match(message);
    }
    expect(history.entries).to.have.length(0);
  });

  it("repeats a training and gives the same model bit by bit", async () => {
    await trained();
    const { weights } = harness.state.model!;
    harness.session.configure({ maxEpochs: 2, seed: 9, batchSize: 4 });
    await harness.session.train();
    await history.settled();
    expect(harness.state.model!.weights).to.not.deep.equal(weights);
    expect(await history.repeat(history.entries[1]!.id), "the same stack").to.equal(true);
    expect(harness.state.error).to.equal(null);
    expect(harness.state.model!.weights).to.deep.equal(weights);
    expect(harness.state.options).to.include({ maxEpochs: 4 });
    expect(harness.state.options).to.not.have.any.keys("seed", "batchSize");
  });

  it("repeats a saving with its own method and model, and writes the same bytes", async () => {
    await trained();
    await harness.session.clean();
    await harness.session.save({ type: "float32" });
    await history.settled();
    const saved = history.entries[0]!;
    const bytes = await harness.delivered.at(-1)!.file.arrayBuffer();
    await harness.session.clean({ method: "median" });
    await harness.session.useModel(null);
    await history.repeat(saved.id);
    expect(harness.state.error).to.equal(null);
    expect(harness.delivered).to.have.length(2);
    expect(new Uint8Array(await harness.delivered.at(-1)!.file.arrayBuffer())).to.deep.equal(new Uint8Array(bytes));
  });

  it("goes on with a training from the model that it went on from", async () => {
    await trained();
    const checkpoint = harness.state.model!;
    harness.session.configure({ maxEpochs: 8 });
    await harness.session.train({ goOn: true });
    await history.settled();
    const goneOn = history.entries[0]!;
    expect(goneOn.record.training!.checkpoint).to.equal(checkpoint);
    const { weights } = harness.state.model!;
    await harness.session.useModel(null);
    await history.repeat(goneOn.id);
    expect(harness.state.error).to.equal(null);
    expect(harness.state.model!.weights).to.deep.equal(weights);
  });

  it("says where a run is repeated on another stack", async () => {
    await trained();
    await harness.session.openFile(await noisyTiff(39, "other.tif"));
    expect(await history.repeat(history.entries[0]!.id)).to.equal(false);
    expect(harness.state.error).to.equal(null);
    expect(harness.state.notices.join()).to.contain("another stack, noisy.tif; this one is other.tif");
  });

  it("takes a record from a file, whatever its name, and repeats it", async () => {
    await trained();
    const { weights } = harness.state.model!;
    const text = await history.file(history.entries[0]!.id).text();
    await harness.session.useModel(null);
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], "from a colleague.txt"));
    await harness.session.openDropped(transfer);
    expect(harness.state.error).to.equal(null);
    expect(harness.state.stack?.name, "the stack stays").to.equal("noisy.tif");
    const loaded = history.entries.find(({ from }) => from === "loaded")!;
    await history.repeat(loaded.id);
    expect(harness.state.model!.weights).to.deep.equal(weights);
  });

  it("knows a dropped model by what is in it, and leaves other files alone", async () => {
    await trained();
    const { model } = harness.state;
    await harness.session.useModel(null);
    const dropped = async (file: File): Promise<void> => {
      const transfer = new DataTransfer();
      transfer.items.add(file);
      await harness.session.openDropped(transfer);
    };
    await dropped(new File([JSON.stringify(model)], "model"));
    expect(harness.state.model).to.deep.equal(model);
    await dropped(new File(['{"format": "other"}'], "other.json"));
    expect(harness.state.error?.message).to.contain("not an SLNet model file");
    await dropped(await noisyTiff(20, "dropped.tif"));
    expect(harness.state.stack?.name).to.equal("dropped.tif");
  });

  it("puts options and model of a run back in place, and undoes that", async () => {
    await trained();
    const first = harness.state.model;
    harness.session.configure({ sparsityWeight: 0.4 });
    await harness.session.train();
    await history.settled();
    const second = harness.state.model;
    expect(history.undo.last?.text).to.contain("replaced the model");
    await history.undo.undo();
    expect(harness.state.model, "as before the training").to.equal(first);
    await history.restore(history.entries[0]!.id);
    expect(harness.state.model).to.equal(second);
    expect(harness.state.options["sparsityWeight"]).to.equal(0.4);
    await history.undo.undo();
    expect(harness.state.model).to.equal(first);
  });

  it("names what differs between two runs and nothing else", async () => {
    await trained();
    harness.session.configure({ sparsityWeight: 0.4 });
    await harness.session.train();
    await history.settled();
    const [second, first] = history.entries;
    const rows = history.compare(first!.id, second!.id);
    const titles = rows.map(({ title }) => title);
    expect(titles).to.include.members(["Sparsity weight α", "Loss"]);
    for (const same of ["Stack", "Epochs", "Run", "Engine used"]) expect(titles).to.not.include(same);
    const alpha = rows.find(({ title }) => title.startsWith("Sparsity weight"))!;
    expect(alpha).to.include({ one: String(defaultConfiguration.sparsityWeight), other: "0.4" });
    expect(history.compare(first!.id, first!.id)).to.deep.equal([]);
  });

  it("renames and removes runs, and brings back what was removed", async () => {
    await trained();
    const { id } = history.entries[0]!;
    history.rename(id, "  the good one ");
    history.rename(id, "   ");
    expect(history.entry(id).record.title).to.equal("the good one");
    history.remove(id);
    expect(history.entries).to.have.length(0);
    expect(history.undo.last?.text).to.equal("the good one was removed.");
    await history.undo.undo();
    expect(history.entry(id).record.title).to.equal("the good one");
  });

  it("records a run that was cancelled and one that failed", async () => {
    await harness.openSmall();
    harness.session.configure({ maxEpochs: 100_000 });
    const training = harness.session.train();
    await harness.until(({ training: state }) => (state?.step ?? 0) > 0);
    harness.session.cancel();
    await training;
    await history.settled();
    expect(history.entries[0]!.record.ending).to.equal("cancelled");
    expect(history.entries[0]!.record.training!.steps).to.be.above(0);
    harness.session.configure({ temporalShifts: [0, 500] });
    await harness.session.train();
    await history.settled();
    expect(history.entries[0]!.record.ending).to.equal("failed");
    expect(history.entries[0]!.record.error).to.equal(harness.state.error!.message);
  });

  it("keeps runs in this browser for the next page where that is wanted", async () => {
    const kept = new SessionHarness({ keepHistory: "browser" });
    const first = await kept.session.history();
    await kept.openSmall();
    await kept.session.clean({ method: "median" });
    await first.settled();
    const { id, record } = first.entries[0]!;
    // The record is written after it is in the list.
    await new Promise((resolve) => setTimeout(resolve, 200));
    first.dispose();
    kept.session.dispose();
    const next = new SessionHarness({ keepHistory: "browser" });
    const second = await next.session.history();
    const found = second.entry(id);
    expect(found.from).to.equal("kept");
    expect(found.record).to.deep.equal(record);
    expect(JSON.stringify(found.record).length, "no pixels").to.be.below(20_000);
    second.remove(id);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const third = await new SessionHarness({ keepHistory: "browser" }).session.history();
    expect(third.entries.some((entry) => entry.id === id)).to.equal(false);
    next.session.dispose();
  });

  it("holds at most 200 runs", async () => {
    await trained();
    const { record } = history.entries[0]!;
    for (let run = 0; run < 205; run++) {
      history.addLoaded({ ...record, title: `run ${run}`, startedAt: new Date(run * 1000).toISOString() });
    }
    expect(history.entries).to.have.length(200);
    expect(history.entries.at(-1)!.record.title, "the oldest went").to.equal("run 6");
  });

  it("refuses records that are not what they say, with one sentence each", async () => {
    await trained();
    const record = JSON.parse(JSON.stringify(history.entries[0]!.record)) as Record<string, Record<string, unknown>>;
    const wrong: readonly (readonly [unknown, string])[] = [
      [null, "not a run of SLNet"],
      [[], "not a run of SLNet"],
      [{ ...record, format: "slnet-web-model" }, "not a run of SLNet"],
      [{ ...record, formatVersion: 2 }, "format version 2"],
      [{ ...record, formatVersion: { toString: null } }, "format version missing"],
      [{ ...record, action: "delete" }, '"action" is none of'],
      [{ ...record, seconds: -1 }, '"seconds" is -1'],
      [{ ...record, extra: 1 }, '"extra" is unknown'],
      [{ ...record, title: "x".repeat(5000) }, "5000 characters"],
      [{ ...record, startedAt: "yesterday" }, "no date"],
      [{ ...record, configuration: { ...record["configuration"], batchSize: 0 } }, "batchSize is 0"],
      [{ ...record, configuration: { ...record["configuration"], evil: 1 } }, 'no option "evil"'],
      [{ ...record, stack: { ...record["stack"], frames: 1.5 } }, '"frames" is 1.5'],
      [{ ...record, stack: { ...record["stack"], firstFrameSha256: "00" } }, "no hash"],
      [{ ...record, stack: { ...record["stack"], address: "javascript:alert(1)" } }, '"address" is'],
      [{ ...record, metadata: { pixelSizeNm: "wide" } }, "Pixel size is a string"],
      [{ ...record, training: null }, '"training" is missing'],
      [{ ...record, model: { format: "slnet-web-model" } }, "format version"],
      [JSON.parse('{"__proto__": {"format": "slnet-web-run", "formatVersion": 1}}'), "not a run of SLNet"],
      [{ ...record, configuration: JSON.parse('{"__proto__": {"batchSize": 1}}') as unknown }, 'the field "__proto__"'],
    ];
    for (const [value, expected] of wrong) {
      let error: unknown = null;
      try {
        checkedRunRecord(value, "x.json");
      } catch (thrown) {
        error = thrown;
      }
      expect(isSlnetError(error, "bad-input", "unsupported"), `${expected}: ${String(error)}`).to.equal(true);
      expect((error as Error).message).to.contain(expected);
    }
    expect(() => parseRunRecord("{", "x.json")).to.throw("is not JSON");
    expect(() => parseRunRecord(" ".repeat(9 * 1024 ** 2), "x.json")).to.throw("longer than 8 MB");
    expect(({} as Record<string, unknown>)["batchSize"], "no prototype was touched").to.equal(undefined);
    expect(checkedRunRecord(record, "x.json")).to.deep.equal(history.entries[0]!.record);
  });
});

describe("pausing a session", () => {
  let harness: SessionHarness;
  beforeEach(() => (harness = new SessionHarness()));
  afterEach(() => harness.session.dispose());

  const silence = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 400));

  it("halts a training while the preview answers, and goes on to the same model", async () => {
    await harness.openSmall();
    await harness.session.train();
    const { weights } = harness.state.model!;
    // The end of the same training, from its first half on.
    const training = harness.session.train();
    await harness.until(({ training: state }) => (state?.step ?? 0) > 0);
    harness.session.pause();
    expect(harness.state.paused).to.equal(true);
    await silence();
    const { step } = harness.state.training!;
    await silence();
    expect(harness.state.training!.step).to.equal(step);
    expect(harness.state.activity).to.equal("training");
    expect(await harness.samples("SLNet preview", 3)).to.have.length(480);
    harness.session.resume();
    await training;
    expect(harness.state.error).to.equal(null);
    expect(harness.state.paused).to.equal(false);
    expect(harness.state.model!.weights).to.deep.equal(weights);
  });

  it("can be cancelled while it is paused, and the next run is not paused", async () => {
    await harness.openSmall();
    harness.session.configure({ maxEpochs: 100_000 });
    const training = harness.session.train();
    await harness.until(({ training: state }) => (state?.step ?? 0) > 0);
    harness.session.pause();
    await silence();
    harness.session.cancel();
    await training;
    expect(harness.state).to.include({ activity: "idle", paused: false });
    expect(harness.state.outcome).to.contain("Training was stopped");
    harness.session.configure({ maxEpochs: 2 });
    await harness.session.train();
    expect(harness.state.error).to.equal(null);
    expect(harness.state.outcome).to.contain("Trained");
  });

  it("leaves the time of the pause out of rate and time left", async () => {
    await harness.openSmall();
    harness.session.configure({ maxEpochs: 100_000 });
    const training = harness.session.train();
    await harness.until(({ progress }) => (progress?.done ?? 0) > 100);
    const { perSecond } = harness.state.progress!;
    harness.session.pause();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { done } = harness.state.progress!;
    harness.session.resume();
    await harness.until(({ progress }) => progress !== null && progress.done > done);
    // With the pause in it the rate would be a tenth.
    expect(harness.state.progress!.perSecond).to.be.above(perSecond * 0.5);
    harness.session.cancel();
    await training;
  });

  it("does nothing while there is no run", async () => {
    harness.session.pause();
    expect(harness.state.paused).to.equal(false);
    await harness.openSmall();
    expect(harness.state.error).to.equal(null);
    harness.session.resume();
  });
});
