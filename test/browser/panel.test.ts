import { expect } from "@open-wc/testing";

import { configurationFields } from "../../src/core/configuration.js";
import { PanelHarness } from "./panel-harness.js";

describe("slnet-panel", () => {
  it("says beside each button why it cannot be pressed yet", async () => {
    const harness = await PanelHarness.create();
    for (const title of ["Train", "Clean", "Save TIFF"]) {
      expect(harness.button(title).disabled, title).to.equal(true);
      expect(harness.reasonOf(title), title).to.equal("Open a stack first.");
    }
    expect(harness.button("Sample stack").disabled).to.equal(false);
    expect(harness.button("Cancel").hidden, "nothing to cancel").to.equal(true);
  });

  it("has a field with help and unit for every option but the files", async () => {
    const harness = await PanelHarness.create();
    for (const { key, group, help } of configurationFields) {
      const expected = group !== "files" || key === "prefix";
      expect(harness.has(key), key).to.equal(expected);
      if (expected && !["temporalShifts", "maxEpochs", "sparsityWeight", "sparseOffsetAdu"].includes(key)) {
        expect(harness.descriptionOf(key), key).to.contain(help);
      }
    }
    expect(harness.descriptionOf("batchSize")).to.contain("Default: 8").and.contain("batch_size");
  });

  it("shows what is wrong with an option beside its field and takes the message away when it is right", async () => {
    const harness = await PanelHarness.create();
    await harness.type("maxEpochs", "0");
    expect(harness.isInvalid("maxEpochs")).to.equal(true);
    expect(harness.descriptionOf("maxEpochs")).to.contain("Epochs is 0, expected a whole number from 1 to 100000");
    expect(harness.session.state.configuration).to.equal(null);
    await harness.type("maxEpochs", "20");
    expect(harness.isInvalid("maxEpochs")).to.equal(false);
    expect(harness.session.state.configuration?.maxEpochs).to.equal(20);
  });

  it("names every wrong option at once, each at its own field", async () => {
    const harness = await PanelHarness.create();
    await harness.type("batchSize", "many");
    await harness.type("temporalShifts", "0, 20, 10");
    await harness.type("learningRate", "-1");
    expect(Object.keys(harness.session.state.optionErrors).sort()).to.deep.equal([
      "batchSize",
      "learningRate",
      "temporalShifts",
    ]);
    expect(harness.descriptionOf("batchSize")).to.contain('Batch size is "many"');
    expect(harness.descriptionOf("temporalShifts")).to.contain("expected 0 first and each larger than the one before");
  });

  it("shows a contradiction at the option that was changed", async () => {
    const harness = await PanelHarness.create();
    await harness.type("signalPowerMax", "100");
    expect(harness.isInvalid("signalPowerMax")).to.equal(true);
    expect(harness.descriptionOf("signalPowerMax")).to.contain("Least signal power is 900");
  });

  it("goes back to the default when a field is emptied", async () => {
    const harness = await PanelHarness.create();
    await harness.type("temporalShifts", "0 7 14");
    expect(harness.session.state.configuration?.temporalShifts).to.deep.equal([0, 7, 14]);
    await harness.type("temporalShifts", "");
    expect(harness.session.state.options).to.deep.equal({});
    expect(harness.valueOf("temporalShifts")).to.equal("0, 49, 99");
  });

  it("sets switches and choices", async () => {
    const harness = await PanelHarness.create();
    await harness.check("useBias", true);
    await harness.select("normType", 4);
    await harness.select("engine", 3);
    expect(harness.session.state.options).to.deep.equal({ useBias: true, normType: 3, engine: "js" });
  });

  it("says what share of the pixels a sparsity weight keeps", async () => {
    const harness = await PanelHarness.create();
    expect(harness.descriptionOf("sparsityWeight")).to.contain("About 13 % of the pixels");
    await harness.type("sparsityWeight", "1");
    expect(harness.descriptionOf("sparsityWeight")).to.contain("About 50 % of the pixels");
  });

  it("asks for a window only where the running median is the method, and says what it has to be", async () => {
    const harness = await PanelHarness.create();
    await harness.session.openSample();
    await harness.settled();
    expect(harness.field("Window")).to.equal(null);
    await harness.enter("Method", "whole-median");
    expect(harness.field("Window")).to.equal(null);
    await harness.enter("Method", "median");
    expect(harness.field("Window")?.value).to.equal("50");
    expect(harness.button("Clean").disabled).to.equal(false);
    for (const wrong of ["2", "2002", "7.5", ""]) {
      await harness.enter("Window", wrong);
      expect(harness.button("Clean").disabled, wrong).to.equal(true);
      expect(harness.reasonOf("Clean"), wrong).to.equal("The window has to be 3 to 2001 frames.");
      await expect(harness.panel).to.be.accessible();
    }
    await harness.enter("Window", "2001");
    expect(harness.button("Clean").disabled).to.equal(false);
    harness.session.dispose();
  });

  it("says what SLNet and the masked mean are for, and goes from one to the other with a click", async () => {
    const harness = await PanelHarness.create();
    await harness.session.openSample();
    await harness.settled();
    expect(harness.field("Method")?.value, "as before").to.equal("slnet");
    harness.button("For photometry: masked mean (recommended)").click();
    await harness.settled();
    expect(harness.field("Method")?.value).to.equal("masked-mean");
    expect(harness.reasonOf("Clean")).to.equal("Train, or load a model first.");
    expect(harness.field("Last frames")?.disabled).to.equal(false);
    await expect(harness.panel).to.be.accessible();
    await harness.enter("Window", "5");
    expect(harness.reasonOf("Clean")).to.equal("The window has to be 6 to 2001 frames.");
    await harness.enter("Window", "30");
    await harness.session.train();
    await harness.settled();
    harness.button("Clean").click();
    await harness.until(({ result }) => result !== null);
    expect(harness.session.state.error).to.equal(null);
    const { result } = harness.session.state;
    expect(result?.method).to.include({ type: "masked-mean", windowFrames: 30 });
    expect(result?.done).to.equal(result?.to);
    harness.button("For detection, as published: SLNet").click();
    await harness.settled();
    expect(harness.field("Method")?.value).to.equal("slnet");
    harness.session.dispose();
  });

  it("refuses a model file that is not one in a sentence that can be dismissed", async () => {
    const harness = await PanelHarness.create();
    await harness.session.loadModel(new File(["{}"], "model.json"));
    await harness.settled();
    expect(harness.errorMessage).to.contain("model model.json is not an SLNet model file");
    harness.panel.renderRoot.querySelector<HTMLButtonElement>("button[aria-label='Dismiss the error']")!.click();
    await harness.settled();
    expect(harness.errorMessage).to.equal("");
  });

  for (const scheme of ["dark", "light"]) {
    it(`is accessible in a ${scheme} page, with all options open and an error`, async () => {
      const harness = await PanelHarness.create(scheme);
      harness.openAllOptions();
      await harness.type("maxEpochs", "0");
      await harness.session.loadModel(new File(["{}"], "model.json"));
      await harness.settled();
      await expect(harness.panel).to.be.accessible();
    });
  }
});
