import { expect } from "@open-wc/testing";

import { moduleCode } from "../../src/plugin/run-record-code.js";
import { commandLine, commandWords } from "../../src/plugin/run-record-command.js";
import type { RunRecord } from "../../src/plugin/run-record.js";
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
