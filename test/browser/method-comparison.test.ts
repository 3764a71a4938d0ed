import { expect, fixture, html } from "@open-wc/testing";

import { ownFigureColumns, type OwnFigures, type OwnReport } from "../../src/core/evaluation/own-report.js";
import { ResidualFollower } from "../../src/core/evaluation/residual-follower.js";
import { localizedFigures } from "../../src/core/evaluation/truthless-figures.js";
import { createFrameLocalizer } from "../../src/core/localization/frame-localizer.js";
import { createLocalizationList } from "../../src/core/localization/localization.js";
import { completeLocalizerOptions } from "../../src/core/localization/localizer-options.js";
import { medianWindowStart, slideMedians } from "../../src/core/running-median.js";
import { createSimulation, createSimulationOptions, simulationMetadata } from "../../src/core/simulation.js";
import { defineLocalizer } from "../../src/plugin/define-localizer.js";
import type { SlnetMethodComparison } from "../../src/plugin/elements/localizer/method-comparison.js";
import type { MethodComparison } from "../../src/plugin/method-comparison.js";
import { longTasksOf, tellsLongTasks } from "./long-tasks.js";
import { PanelHarness } from "./panel-harness.js";
import { SessionHarness } from "./session-harness.js";

const scene = { width: 64, height: 48, frames: 80, seed: 4, emittersPerFrame: 4 };

/** Figures of the first frames with a median as the known background, or with a flat one fitted, computed in this thread. */
function expectedFigures(
  frames: number,
  windowFrames: number | null,
): Omit<OwnFigures, "residualAutocorrelation" | "keptShare" | "cleaningSeconds"> & Partial<OwnFigures> {
  const options = createSimulationOptions(scene);
  const simulation = createSimulation(options);
  const all = Array.from({ length: scene.frames }, (_, index) => simulation.frame(index));
  const pixels = scene.width * scene.height;
  const medianOf = (index: number, window: number): Float32Array => {
    const size = Math.min(window, scene.frames);
    const median = new Uint16Array(pixels);
    const start = medianWindowStart(index, scene.frames, size);
    slideMedians(all.slice(start, start + size), size, [median], 0, pixels);
    return Float32Array.from(median);
  };
  const wide = new ResidualFollower(pixels, 0, frames);
  const follower = new ResidualFollower(pixels, 0, frames);
  const completed = completeLocalizerOptions({ fit: "mle" }, simulationMetadata(options));
  const localizer = createFrameLocalizer(scene.height, scene.width, completed.options);
  const list = createLocalizationList();
  for (let index = 0; index < frames; index++) {
    const counts = all[index]!;
    wide.add(index, index + 1, counts, medianOf(index, 50));
    const background = windowFrames === null ? null : medianOf(index, windowFrames);
    if (background) follower.add(index, index + 1, counts, background);
    localizer.localize(index, counts, background, list);
  }
  const { mean, meanLeft } = wide.finish();
  const found = localizedFigures(list.take(), scene, { mean, meanWithoutBackground: meanLeft }, options.pixelSizeNm);
  if (windowFrames === null) return { ...found, residualAutocorrelation: null, keptShare: null };
  const { residualAutocorrelation, keptShare } = follower.finish();
  return { ...found, residualAutocorrelation, keptShare };
}

/** A comparison and its element in the page, on a session with the built worker. */
class ComparisonHarness {
  constructor(
    readonly session: SessionHarness,
    readonly comparison: MethodComparison,
    readonly element: SlnetMethodComparison,
  ) {}

  static async create(session = new SessionHarness()): Promise<ComparisonHarness> {
    defineLocalizer();
    const { comparison } = await session.session.loadLocalizer();
    const box = await fixture<HTMLElement>(
      html`<div style="width: 300px"><slnet-method-comparison></slnet-method-comparison></div>`,
    );
    const element = box.querySelector("slnet-method-comparison")!;
    element.comparison = comparison;
    await element.updateComplete;
    return new ComparisonHarness(session, comparison, element);
  }

  get text(): string {
    return this.element.renderRoot.textContent.replace(/\s+/g, " ");
  }

  get announced(): string {
    return this.element.renderRoot.querySelector("[aria-live]")!.textContent;
  }

  get report(): OwnReport {
    return this.comparison.state.report!;
  }

  button(title: string): HTMLButtonElement | undefined {
    return [...this.element.renderRoot.querySelectorAll("button")].find((one) => one.textContent.trim() === title);
  }

  async typeFrames(value: string): Promise<void> {
    const field = this.element.renderRoot.querySelector("input")!;
    field.value = value;
    field.dispatchEvent(new Event("change"));
    await this.element.updateComplete;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
    await this.element.updateComplete;
  }

  async compare(): Promise<void> {
    this.button("Compare methods")!.click();
    await this.until(() => !this.comparison.state.task.busy);
  }

  /** Cells by the name of the method. */
  get rows(): ReadonlyMap<string, readonly string[]> {
    return new Map(
      [...this.element.renderRoot.querySelectorAll("tbody tr")].map((row) => [
        row.querySelector("th span")!.textContent,
        [...row.querySelectorAll("td")].map((cell) => cell.textContent.trim()),
      ]),
    );
  }
}

describe("the comparison of methods", () => {
  let h: ComparisonHarness;

  beforeEach(async () => {
    h = await ComparisonHarness.create();
  });

  afterEach(() => h.session.session.dispose());

  it("says before it starts how many frames it takes and for how long, and that training adds methods", async () => {
    expect(h.text.trim()).to.equal("Open a stack first.");
    await h.session.session.openSample(scene);
    await h.until(() => /3 methods on 80 frames: about \d+ s/.test(h.text));
    expect(h.element.renderRoot.querySelector("input")!.value).to.equal("80");
    expect(h.text).to.contain("SLNet and the masked mean need a model: train or load one");
    await h.typeFrames("30");
    expect(h.text).to.match(/3 methods on 30 frames: about \d+ s/);
    await h.typeFrames("81");
    expect(h.button("Compare methods")!.disabled).to.equal(true);
    expect(h.element.renderRoot.querySelector("[role=alert]")!.textContent.trim()).to.equal(
      "Expected a whole number from 20 to 80.",
    );
    await h.typeFrames("");
    expect(h.button("Compare methods")!.disabled).to.equal(false);
  });

  it("gives the figures that its parts give in this thread, for as many frames as were asked for", async () => {
    await h.session.session.openSample(scene);
    await h.element.updateComplete;
    await h.typeFrames("60");
    await h.compare();
    expect(h.comparison.state.task.error).to.equal(null);
    expect(h.report.methods.map(({ name }) => name)).to.deep.equal(["raw", "median-50", "median-100"]);
    for (const [name, windowFrames] of [
      ["raw", null],
      ["median-50", 50],
      ["median-100", 100],
    ] as const) {
      const { cleaningSeconds, ...figures } = h.report.methods.find((method) => method.name === name)!.figures!;
      expect(figures, name).to.deep.equal(expectedFigures(60, windowFrames));
      expect(cleaningSeconds === null, name).to.equal(windowFrames === null);
    }
    const { localizations, precisionNm } = h.report.methods[1]!.figures!;
    const cells = h.rows.get("Median of 50")!;
    expect([cells[0], cells[3]]).to.deep.equal([String(localizations), precisionNm!.toFixed(1)]);
    expect(h.announced).to.equal("Compared 3 methods on 60 frames");
    expect(h.text).to.contain("not which is right");
    expect(h.element.renderRoot.querySelector("caption")!.textContent.trim()).to.equal(
      "Methods on the first 60 frames",
    );
  });

  it("hands the table over as CSV and as the JSON of the command line", async () => {
    await h.session.session.openSample(scene);
    await h.element.updateComplete;
    await h.typeFrames("40");
    await h.compare();
    h.button("Save as CSV")!.click();
    h.button("Save as JSON")!.click();
    const [csv, json] = h.session.delivered.slice(-2);
    expect([csv!.name, json!.name]).to.deep.equal(["simulated-seed-4_methods.csv", "simulated-seed-4_methods.json"]);
    expect(JSON.parse(await json!.file.text())).to.deep.equal(h.report);
    expect([h.report.format, h.report.frames, h.report.pixelSizeNm]).to.deep.equal(["slnet-recording-report", 40, 108]);
    const [header, raw, ...others] = (await csv!.file.text()).trimEnd().split("\r\n");
    expect(header!.split(",").slice(0, 4)).to.deep.equal([
      "method",
      "localizations",
      "medianPhotons",
      "medianUncertaintyNm",
    ]);
    const { localizations, medianPhotons } = h.report.methods[0]!.figures!;
    expect(raw!.split(",").slice(0, 3)).to.deep.equal(["raw", String(localizations), String(medianPhotons)]);
    expect(others.length).to.equal(2);
  });

  it("loses the row alone of a method that fails", async () => {
    await h.session.session.openSample(scene);
    await h.session.session.train();
    expect(h.session.state.model).to.not.equal(null);
    await h.session.openSmall(8);
    await h.element.updateComplete;
    await h.compare();
    expect(h.comparison.state.task.error).to.equal(null);
    expect([...h.rows.keys()]).to.deep.equal(["Raw frames", "Median of 50", "Median of 100", "SLNet", "Masked mean"]);
    expect(h.rows.get("SLNet")!.join()).to.match(/^Not measured: .*8 frames/);
    expect(h.rows.get("Median of 50")!.length).to.equal(ownFigureColumns.length);
    expect(h.announced).to.match(/^Compared \d methods on 8 frames; \d could not be measured/);
    expect(h.button("Clean with this")).to.not.equal(undefined);
  });

  it("stops when it is told to, and forgets all of a stack that is replaced", async () => {
    await h.session.session.openSample({ ...scene, width: 192, height: 192, frames: 400 });
    await h.element.updateComplete;
    h.button("Compare methods")!.click();
    await h.until(() => h.comparison.state.task.progress !== null);
    h.button("Cancel")!.click();
    await h.until(() => !h.comparison.state.task.busy);
    expect(h.comparison.state.task.error).to.equal(null);
    expect(h.announced).to.equal("");

    await h.session.session.openSample(scene);
    await h.compare();
    expect(h.rows.size).to.equal(3);
    await h.session.openSmall(20);
    await h.element.updateComplete;
    expect(h.comparison.state.report).to.equal(null);
    expect(h.rows.size).to.equal(0);
  });

  it("leaves the page free, and is accessible", async function () {
    // A task takes longer where others have the processor.
    this.retries(2);
    await h.session.session.openSample({ ...scene, emittersPerFrame: 40 });
    await h.element.updateComplete;
    const tasks = tellsLongTasks ? await longTasksOf(() => h.compare()) : (await h.compare(), []);
    expect(tasks).to.deep.equal([]);
    h.element.renderRoot.querySelector("details")!.open = true;
    await expect(h.element).to.be.accessible();
    const scroll = h.element.renderRoot.querySelector<HTMLElement>(".scroll")!;
    expect(scroll.tabIndex).to.equal(0);
    expect(h.element.scrollWidth).to.be.at.most(300);
    for (const { key } of ownFigureColumns) {
      expect(h.element.renderRoot.querySelector(`#help-${key}`)!.textContent.length, key).to.be.above(30);
    }
  });
});

describe("a comparison on a simulated recording", () => {
  it("shows the photons of the truth for the masked mean, and too few for SLNet as published", async () => {
    const configuration = { temporalShifts: [0, 30, 60], trainFrames: "", maxEpochs: 60, engine: "js" };
    const options = { ...scene, frames: 150 };
    const h = await ComparisonHarness.create(new SessionHarness({ configuration }));
    await h.session.session.openSample(options);
    await h.session.session.train();
    expect(h.session.state.error).to.equal(null);
    await h.comparison.compare();
    const simulation = createSimulation(createSimulationOptions(options));
    const photons = Array.from({ length: options.frames }, (_, frame) => simulation.emittersIn(frame))
      .flat()
      // Dimmer ones are not found.
      .filter((emitter) => emitter.photons > 0.2 * simulation.options.photonsMin)
      .map((emitter) => emitter.photons)
      .sort((a, b) => a - b);
    const truth = photons[photons.length >> 1]!;
    const ratioOf = (name: string): number =>
      h.report.methods.find((method) => method.name === name)!.figures!.medianPhotons! / truth;
    expect(ratioOf("masked-mean"), "masked mean").to.be.within(0.9, 1.12);
    expect(ratioOf("slnet"), "SLNet").to.be.below(0.7);
    h.session.session.dispose();
  });
});

describe("a row of the comparison", () => {
  it("sets its method in the form that cleans, and the focus there", async () => {
    const session = new SessionHarness();
    const h = await PanelHarness.create("dark", session.session);
    await session.session.openSample(scene);
    await session.session.train();
    const { comparison } = await session.session.loadLocalizer();
    await comparison.compare({}, 20);
    while (!h.buttonLabelled("Clean with this: Masked mean")) await new Promise((resolve) => setTimeout(resolve, 10));
    h.buttonLabelled("Clean with this: Masked mean")!.click();
    await h.settled();
    const method = h.field("Method") as HTMLSelectElement;
    expect(method.value).to.equal("masked-mean");
    expect(h.focused).to.equal(method);
    h.buttonLabelled("Clean with this: Median of 100")!.click();
    await h.settled();
    expect([method.value, h.field("Window")!.value]).to.deep.equal(["median", "100"]);
    await h.press("Clean");
    await h.until(({ result }) => result !== null);
    expect(session.state.result!.method).to.deep.equal({ type: "median", windowFrames: 100 });
    session.session.dispose();
  });
});
