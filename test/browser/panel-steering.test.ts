import { expect } from "@open-wc/testing";
import { render } from "lit";

import { createMemorySink } from "../../src/core/io/buffer-source.js";
import { createTiffWriter } from "../../src/core/io/tiff-writer.js";
import { createSimulation, createSimulationOptions } from "../../src/core/simulation.js";
import { trainingWarnings } from "../../src/plugin/elements/panel/training-figures.js";
import type { PickedShape } from "../../src/plugin/host/contract.js";
import { HostModel } from "../../src/plugin/host/model.js";
import { SlnetSession } from "../../src/plugin/session.js";
import type { TrainingState } from "../../src/plugin/session-state.js";
import { strings, useStrings } from "../../src/plugin/strings/index.js";
import { PanelHarness } from "./panel-harness.js";
import { noisyTiff, SessionHarness } from "./session-harness.js";

const storageKey = "slnet-web.presets";

describe("the panel, steering", () => {
  let harness: PanelHarness;
  beforeEach(async () => {
    localStorage.removeItem(storageKey);
    harness = await PanelHarness.create();
  });
  afterEach(() => harness.session.dispose());
  after(() => localStorage.removeItem(storageKey));

  it("sets the sparsity weight by the share of the pixels kept, and the share by the weight", async () => {
    expect(harness.field("Pixels kept, %")?.value).to.equal("13.3");
    await harness.enter("Pixels kept, %", "50");
    expect(harness.session.state.options).to.deep.equal({ sparsityWeight: 1 });
    expect(harness.valueOf("sparsityWeight")).to.equal("1");
    await harness.type("sparsityWeight", "5");
    expect(harness.field("Pixels kept, %")?.value).to.equal("25");
    for (const wrong of ["0", "80", "much", ""]) {
      await harness.enter("Pixels kept, %", wrong);
      expect(harness.field("Pixels kept, %")?.getAttribute("aria-invalid"), wrong).to.equal("true");
      expect(harness.textOf("slnet-share-field")).to.contain(
        `The share is “${wrong}”, expected a number from 0.2 to 66.6 %`,
      );
      expect(harness.session.state.options).to.deep.equal({ sparsityWeight: 5 });
    }
    await expect(harness.panel).to.be.accessible();
  });

  it("takes the options of a preset, says what was changed since, and gives changes back", async () => {
    await harness.enter("Preset", "fast");
    expect(harness.session.state.configuration?.maxEpochs).to.equal(26);
    expect(harness.textOf("slnet-preset-form")).to.contain("A quarter of the epochs");
    await harness.type("maxEpochs", "30");
    expect(harness.textOf("slnet-preset-form")).to.contain("changed: 1 option");
    await expect(harness.panel).to.be.accessible();

    await harness.enter("Preset", "dense");
    expect(harness.session.state.configuration?.maxEpochs).to.equal(101);
    expect(harness.textOf("slnet-preset-form")).to.contain("your changes are gone");
    await harness.press("Undo", "slnet-preset-form");
    expect(harness.session.state.configuration?.maxEpochs).to.equal(30);
    expect(harness.field("Preset")?.value).to.equal("fast");
    await harness.press("Back to the preset");
    expect(harness.session.state.configuration?.maxEpochs).to.equal(26);
  });

  it("keeps own presets under a name, and takes a deletion back", async () => {
    await harness.type("maxEpochs", "12");
    await harness.press("Keep as a preset…");
    expect(harness.focused?.id).to.equal("name");
    harness.field("Name of the preset")!.value = "cells";
    await harness.press("Keep");
    expect(harness.field("Preset")?.value).to.equal("own:cells");
    expect(harness.textOf("slnet-preset-form")).to.contain("“cells” is kept.");
    await harness.enter("Preset", "published");
    expect(harness.session.state.options).to.deep.equal({});

    await harness.enter("Preset", "own:cells");
    expect(harness.session.state.options).to.deep.equal({ maxEpochs: 12 });
    await harness.press("Delete “cells”");
    expect(localStorage.getItem(storageKey)).to.equal("[]");
    expect(harness.session.state.options, "they stay as they are").to.deep.equal({ maxEpochs: 12 });
    await expect(harness.panel).to.be.accessible();
    await harness.press("Undo", "slnet-preset-form");
    expect(harness.field("Preset")?.value).to.equal("own:cells");
    expect(JSON.parse(localStorage.getItem(storageKey)!)).to.deep.equal([
      { name: "cells", options: { maxEpochs: 12 } },
    ]);
  });

  it("searches the options by title, unit and Python name, and keeps wrong ones in sight", async () => {
    harness.openAllOptions();
    await harness.search("batch_size");
    expect(harness.optionKeys("slnet-advanced-form")).to.deep.equal(["batchSize"]);
    expect(harness.textOf("slnet-advanced-form")).to.contain("1 of 29 options");
    await harness.type("batchSize", "0");
    await harness.search("camera noise");
    expect(harness.optionKeys("slnet-advanced-form")).to.include.members(["batchSize", "addNoise"]);
    await harness.type("batchSize", "");
    await harness.search("no such thing");
    expect(harness.optionKeys("slnet-advanced-form")).to.deep.equal([]);
    expect(harness.textOf("slnet-advanced-form")).to.contain("No option fits.");
    await expect(harness.panel).to.be.accessible();
  });

  it("takes all options back to the defaults, and that back too", async () => {
    harness.openAllOptions();
    expect(harness.button("Reset all").disabled).to.equal(true);
    await harness.type("maxEpochs", "12");
    await harness.check("useBias", true);
    await harness.press("Reset all");
    expect(harness.session.state.options).to.deep.equal({});
    expect(harness.textOf("slnet-advanced-form")).to.contain("2 options went back to the default.");
    await harness.press("Undo", "slnet-advanced-form");
    expect(harness.session.state.options).to.deep.equal({ maxEpochs: 12, useBias: true });
  });

  it("says how anybody can see that nothing leaves the computer", async () => {
    expect(harness.textOf("slnet-privacy-notes")).to.contain("How do you know?").and.contain("content security policy");
  });

  it("shows texts of another language", async () => {
    useStrings({
      panel: { train: "Trainieren" },
      panelForms: { options: { maxEpochs: { title: "Epochen" } } },
      steering: { preset: "Vorlage" },
    });
    try {
      await harness.redraw();
      expect(harness.button("Trainieren")).not.to.equal(undefined);
      expect(harness.field("Epochen")?.id).to.equal("maxEpochs");
      expect(harness.field("Vorlage")?.id).to.equal("preset");
      expect(strings().panel.clean).to.equal("Clean");
    } finally {
      useStrings({});
    }
  });
});

describe("the panel, choosing a part of the stack", () => {
  let sessions: SessionHarness;
  let harness: PanelHarness;
  let shapes: ShapesHost;
  beforeEach(async () => {
    shapes = new ShapesHost();
    sessions = new SessionHarness({ host: shapes });
    harness = await PanelHarness.create("light", sessions.session);
    await harness.session.openFile(await noisyTiff(40));
    harness.openPart();
    await harness.settled();
  });
  afterEach(() => harness.session.dispose());

  it("takes a rectangle and frames in numbers, shows it on the image, and trains on it alone", async () => {
    expect(
      ["Left, x", "Top, y", "Width", "Height", "From frame", "To frame"].map((label) => harness.field(label)?.value),
    ).to.deep.equal(["0", "0", "20", "24", "0", "39"]);
    await harness.enter("Width", "12");
    await harness.enter("Left, x", "8");
    await harness.enter("To frame", "31");
    expect(harness.session.state.region).to.deep.equal({ x: 8, y: 0, width: 12, height: 24, from: 0, to: 32 });
    expect(shapes.shown.get("slnet-training-region")).to.deep.equal({
      kind: "rectangle",
      x: 8,
      y: 0,
      width: 12,
      height: 24,
    });
    await expect(harness.panel).to.be.accessible();

    await harness.session.train();
    await harness.settled();
    expect(harness.session.state.error).to.equal(null);
    expect(harness.session.state.model?.region).to.deep.equal({ x: 8, y: 0, width: 12, height: 24, from: 0, to: 32 });
    expect(harness.textOf("slnet-model-details")).to.contain("12 × 24 pixels at x 8, y 0; frames 0 to 31");
    await customElements.whenDefined("slnet-weight-map");
    await harness.settled();
    const weight = harness.session.state.model!.matrix[0]!;
    const sentence = harness.textOf("slnet-weight-map").replaceAll("\u00a0", " ");
    expect(sentence).to.contain(`The background of a frame is ${Math.round(100 * weight)} % the frame itself`);
    expect(sentence).to.match(/a lone molecule (keeps about \d+ %|loses all) of its light\./);
    expect(harness.textOf("slnet-train-form")).to.contain("12 × 24 pixels at x 8, y 0; frames 0 to 31");

    await harness.press("Whole stack");
    expect(harness.session.state.region).to.equal(null);
    expect(shapes.shown.get("slnet-training-region")).to.equal(null);
  });

  it("says what is wrong with a number beside its field, and keeps the last right part", async () => {
    await harness.enter("Width", "12");
    for (const [label, value, sentence] of [
      ["Width", "21", "Width is “21”, expected a whole number from 1 to 20."],
      ["Left, x", "9", "Width is 12, expected at most 11: Left, x is 9."],
      ["Top, y", "1.5", "Top, y is “1.5”, expected a whole number from 0 to 23."],
      ["To frame", "9", "10 frames are chosen, and the temporal shifts need at least 11."],
    ] as const) {
      const before = harness.field(label)!.value;
      await harness.enter(label, value);
      expect(harness.textOf("slnet-region-form"), sentence).to.contain(sentence);
      expect(harness.session.state.region?.width).to.equal(12);
      await harness.enter(label, before);
    }
    await harness.enter("From frame", "30");
    expect(harness.textOf("slnet-region-form")).to.contain("10 frames are chosen");
    await expect(harness.panel).to.be.accessible();
  });

  it("takes a rectangle that is drawn once it was asked for, and no other", async () => {
    shapes.draw({ kind: "rectangle", x: 1, y: 2, width: 3, height: 4 });
    expect(harness.session.state.region).to.equal(null);
    await harness.press("Draw on the image");
    expect(shapes.armed).to.deep.equal(["rectangle"]);
    shapes.draw({ kind: "rectangle", x: 1, y: 2, width: 13, height: 14 });
    await harness.settled();
    expect(harness.session.state.region).to.deep.equal({ x: 1, y: 2, width: 13, height: 14, from: 0, to: 40 });
    shapes.draw({ kind: "rectangle", x: 0, y: 0, width: 9, height: 9 });
    expect(harness.session.state.region?.width).to.equal(13);
  });

  it("forgets the part when another stack is opened, and takes its frame away with the panel", async () => {
    await harness.enter("Width", "12");
    await harness.session.openFile(await noisyTiff(30, "other.tif"));
    await harness.settled();
    expect(harness.session.state.region).to.equal(null);
    expect(shapes.shown.get("slnet-training-region")).to.equal(null);
    await harness.enter("Width", "12");
    expect(shapes.shown.get("slnet-training-region")).not.to.equal(null);
    harness.panel.remove();
    expect(shapes.shown.get("slnet-training-region")).to.equal(null);
  });

  it("refuses a part that is not in the stack, whoever asks for it", () => {
    harness.session.chooseRegion({ x: 15, y: 0, width: 10, height: 10, from: 0, to: 40 });
    expect(harness.session.state.error?.message).to.contain("the region is 10×10 pixels from column 15");
    expect(harness.session.state.region).to.equal(null);
  });
});

describe("the panel, about the stack that is open", () => {
  let harness: PanelHarness;
  beforeEach(async () => {
    harness = await PanelHarness.create("dark", new SlnetSession({ workerUrl: "/dist/slnet.worker.js" }));
  });
  afterEach(() => harness.session.dispose());

  it("looks at it in the background, and says that the shifts suit it", async () => {
    await harness.session.openSample();
    await harness.until(({ survey }) => survey !== null);
    expect(harness.session.state.survey!.framesRead).to.be.greaterThan(90);
    expect(harness.textOf("slnet-survey-notes")).to.match(/The temporal shifts suit .* stay on about 2(\.\d)? frames/);
    await expect(harness.panel).to.be.accessible();
  });

  it("warns of molecules that stay on longer than the shifts, and has a button that takes better ones", async () => {
    await harness.session.openFile(await longLivedTiff());
    await harness.until(({ survey }) => survey !== null);
    const { suggestedShifts, warnings } = harness.session.state.survey!;
    expect(warnings.join()).to.contain("too long for a shortest shift of 49 frames");
    expect(suggestedShifts![1]).to.be.greaterThan(49);
    expect(harness.textOf("slnet-survey-notes")).to.contain(`Shifts suggested: ${suggestedShifts!.join(", ")}`);
    await expect(harness.panel).to.be.accessible();

    await harness.press("Take these shifts");
    expect(harness.session.state.configuration?.temporalShifts).to.deep.equal(suggestedShifts);
    // Without being asked it looks again, at what the new shifts are like.
    await harness.until(({ survey }) => survey !== null && !survey.warnings.join().includes("too long"));
    expect(harness.textOf("slnet-survey-notes")).to.contain("The temporal shifts suit this recording");
    await harness.press("Undo", "slnet-survey-notes");
    expect(harness.session.state.options).to.deep.equal({});
  });

  it("says beside the button what a training takes", async () => {
    await harness.session.openSample();
    await harness.until(({ estimate }) => estimate !== null);
    expect(harness.reasonOf("Train")).to.match(/^About .* (s|min .*) and .* of memory on \w/);
  });
});

describe("warnings of a training", () => {
  const training: TrainingState = {
    plan: {} as TrainingState["plan"],
    region: null,
    epoch: 9,
    step: 900,
    keptShare: 0.14,
    expectedShare: 2 / 15,
    selfWeight: 0.4,
    losses: [],
    validations: [],
    warnings: [],
  };
  function warnings(patch: Partial<TrainingState>, running = false): string[] {
    const box = document.createElement("div");
    render(trainingWarnings({ ...training, ...patch }, running), box);
    return [...box.querySelectorAll(".message")].map(({ textContent }) => textContent.trim());
  }

  it("are none where the share of the pixels kept is about the one that α aims at", () => {
    expect(warnings({})).to.deep.equal([]);
  });

  it("say that too much or too little is kept, once the training is over", () => {
    expect(warnings({ keptShare: 0.4 })[0]).to.contain("40 % of the pixels are kept, more than the 13 %");
    expect(warnings({ keptShare: 0.02 })[0]).to.contain("2.0 % of the pixels are kept, less than the 13 %");
    expect(warnings({ keptShare: 0.4 }, true)).to.deep.equal([]);
  });

  it("say that the network drifts to the identity while it does, and what the worker has to say before all", () => {
    expect(warnings({ selfWeight: 0.8 }, true)[0]).to.contain("drifts to the identity");
    expect(warnings({ selfWeight: 0.8, warnings: ["training was stopped too early"] })).to.deep.equal([
      "training was stopped too early",
    ]);
  });
});

describe("the panel, about a layer of the viewer", () => {
  it("looks through its frames, which may have to be fetched, only when told to", async () => {
    const sessions = new SessionHarness();
    const harness = await PanelHarness.create("dark", sessions.session);
    await sessions.openSmallLayer(40);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await harness.settled();
    expect(harness.session.state.survey).to.equal(null);
    await expect(harness.panel).to.be.accessible();
    await harness.press("Look through the frames");
    await harness.until(({ survey }) => survey !== null);
    expect(harness.session.state.survey?.framesRead).to.equal(40);
    expect(harness.textOf("slnet-survey-notes")).to.contain(
      harness.session.state.survey!.warnings[0] ?? "Nothing wrong",
    );
    harness.session.dispose();
  });
});

/** A recording of 600 frames whose molecules stay on for about 20 of them. */
async function longLivedTiff(): Promise<File> {
  const simulation = createSimulation(
    createSimulationOptions({ width: 96, height: 96, frames: 600, meanOnFrames: 20, emittersPerFrame: 12 }),
  );
  const sink = createMemorySink();
  const writer = createTiffWriter(sink, { height: 96, width: 96, frames: 600, type: "uint16" });
  for (let index = 0; index < 600; index++) await writer.write(simulation.frame(index));
  await writer.finish();
  return new File([sink.bytes()], "long-lived.tif");
}

/** A host that people draw on. */
class ShapesHost extends HostModel {
  readonly shown = new Map<string, PickedShape | null>();
  readonly armed: string[] = [];

  constructor() {
    super({
      hostName: "shapes",
      capabilities: ["read-pixels", "float32", "layer-update", "multi-layer", "shapes"],
      shapes: {
        pick: (kind: PickedShape["kind"]) => this.armed.push(kind),
        show: (id: string, shape: PickedShape | null) => this.shown.set(id, shape),
      },
    });
  }

  draw(shape: PickedShape): void {
    this.tellShape(shape);
  }
}
