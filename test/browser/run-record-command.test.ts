import { expect } from "@open-wc/testing";

import { moduleCode } from "../../src/plugin/run-record-code.js";
import { commandLine, commandWords } from "../../src/plugin/run-record-command.js";
import { parseRunRecord } from "../../src/plugin/run-record-parser.js";
import type { RunRecord } from "../../src/protocol/run-record.js";
import { SessionHarness } from "./session-harness.js";

describe("a run as a command line and as code", () => {
  let harness: SessionHarness;
  beforeEach(() => (harness = new SessionHarness()));
  afterEach(() => harness.session.dispose());

  async function lastRecord(): Promise<RunRecord> {
    const history = await harness.session.history();
    await history.settled();
    return history.entries[0]!.record;
  }

  it("names the method with its options, what was typed about the stack, and the form of the file", async () => {
    await harness.session.history();
    await harness.openSmall();
    harness.session.describe({ cameraOffsetAdu: 90 });
    await harness.session.save({
      part: "low-rank",
      type: "float32",
      compression: "deflate",
      cleaning: { method: "median", medianWindowFrames: 0 },
    });
    const record = await lastRecord();
    expect(commandLine(record)).to.equal(
      "slnet clean noisy.tif --method median --median-window whole -o noisy_sparse.tif " +
        "--low-rank noisy_background.tif --engine js --type float32 --compress deflate --camera-offset 90",
    );
    const code = moduleCode(record);
    for (const part of ['method: { type: "median", windowFrames: 0 }', 'part: "low-rank"', "cameraOffsetAdu: 90"]) {
      expect(code).to.contain(part);
    }
  });

  it("names the model and the window of a masked mean", async () => {
    await harness.session.history();
    await harness.openSmall();
    await harness.session.train();
    await harness.session.useModel(structuredClone(harness.state.model));
    await harness.session.clean({ method: "masked-mean", maskWindowFrames: 12 });
    expect(harness.state.error).to.equal(null);
    const record = await lastRecord();
    expect(record.cleaning!.method).to.deep.equal({ type: "masked-mean", windowFrames: 12 });
    expect(record.model).to.deep.equal(harness.state.model);
    expect(parseRunRecord(JSON.stringify(record), "run.json")).to.deep.equal(record);
    expect(() => parseRunRecord(JSON.stringify({ ...record, model: null }), "run.json")).to.throw('"model" is missing');
    expect(commandLine(record)).to.equal(
      "slnet clean noisy.tif --method masked-mean --model noisy.slnet.json --mask-window 12 -o noisy_sparse.tif --engine js",
    );
    const code = moduleCode(record);
    expect(code).to.contain('parseModelFile(await readFile("noisy.slnet.json", "utf8")');
    expect(code).to.contain('method: { type: "masked-mean", windowFrames: 12, model }');
  });

  it("names the options of the temporal minimum and of the rolling ball", async () => {
    await harness.session.history();
    await harness.openSmall();
    harness.session.describe({ cameraOffsetAdu: 90, aduPerElectron: 2 });
    const camera = { offsetAdu: 4, aduPerElectron: 3, readNoiseElectrons: 1.5, excessNoise: 1 };
    await harness.session.clean({ method: "minimum", minimum: { windowFrames: 9 } });
    expect(commandLine(await lastRecord())).to.equal(
      "slnet clean noisy.tif --method minimum --minimum-window 9 -o noisy_sparse.tif --engine js " +
        "--camera-offset 90 --camera-gain 2",
    );
    harness.session.describe({ cameraOffsetAdu: null, aduPerElectron: null });
    await harness.session.clean({ method: "minimum", minimum: { camera } });
    const record = await lastRecord();
    expect(commandLine(record)).to.equal(
      "slnet clean noisy.tif --method minimum --minimum-window 100 --read-noise 1.5 -o noisy_sparse.tif --engine js " +
        "--camera-offset 4 --camera-gain 3",
    );
    expect(moduleCode(record)).to.contain('type: "minimum"');
    await harness.session.clean({ method: "rolling-ball", ballRadius: 12.5 });
    expect(commandLine(await lastRecord())).to.contain("--method rolling-ball --ball-radius 12.5 -o");
  });

  it("reads the model from its file where no training here made it, and names the frames of a part", async () => {
    await harness.session.history();
    await harness.openSmall();
    await harness.session.train();
    await harness.session.useModel(structuredClone(harness.state.model));
    await harness.session.clean({ tail: "drop" });
    const record = await lastRecord();
    expect(record.cleaning).to.include({ from: 0, to: 30 });
    const [words] = commandWords(record);
    expect(words!.join(" ")).to.equal(
      "slnet clean noisy.tif --model noisy.slnet.json -o noisy_sparse.tif --tail drop --engine js",
    );
    expect(moduleCode(record)).to.contain('parseModelFile(await readFile("noisy.slnet.json", "utf8")');
    const part = { ...record, cleaning: { ...record.cleaning!, to: 12 } };
    expect(commandWords(part)[0]!.join(" ")).to.contain("--frames 0:12");
    expect(moduleCode(part)).to.contain("to: 12");
  });

  it("trains on the part of the stack that was trained on, and on all of it after a checkpoint of a part", async () => {
    await harness.session.history();
    await harness.openSmall();
    const region = { x: 1, y: 2, width: 8, height: 7, from: 3, to: 25 };
    harness.session.chooseRegion(region);
    await harness.session.train();
    const record = await lastRecord();
    expect(commandWords(record)[0]!.join(" ")).to.contain("--region 1,2,8,7 --frames 3:25");
    expect(moduleCode(record)).to.contain("region: { x: 1, y: 2, width: 8, height: 7, from: 3, to: 25 }");

    harness.session.chooseRegion(null);
    harness.session.configure({ maxEpochs: undefined, trainFrames: "0:20" });
    harness.session.configure({ maxEpochs: 2 });
    await harness.session.train({ goOn: true });
    const { height, width, frames } = harness.state.stack!.shape;
    const goesOn = commandWords(await lastRecord())[0]!.join(" ");
    expect(goesOn).to.contain(`--region 0,0,${width},${height} --frames 0:${frames}`);
    expect(goesOn).to.contain("--max-epochs 2");
    // The checkpoint brings its own options, so those that are as there need not be said.
    expect(goesOn).not.to.contain("--temporal-shifts");

    const history = await harness.session.history();
    await history.repeat(history.entries[1]!.id);
    expect(harness.state.training!.region).to.deep.equal(region);
  });

  it("makes the simulated stack where that was cleaned", async () => {
    await harness.session.history();
    await harness.session.openSample();
    await harness.session.train();
    const line = commandLine(await lastRecord());
    expect(line).to.match(/^slnet simulate -o simulated\.tif && \\\n {2}slnet train simulated\.tif -o /);
    expect(line).to.contain("--train-frames 0:20");
  });

  it("quotes what a shell would take apart, and no name is an option", async () => {
    await harness.session.history();
    await harness.openSmall();
    await harness.session.clean({ method: "median" });
    const record = await lastRecord();
    const named = (name: string): string => commandLine({ ...record, stack: { ...record.stack, name } });
    expect(named("$(rm -rf x).tif")).to.contain("slnet clean '$(rm -rf x).tif'");
    expect(named("a'b.tif")).to.contain("'a'\\''b.tif'");
    expect(named("--help.tif")).to.contain("slnet clean ./--help.tif");
  });
});
