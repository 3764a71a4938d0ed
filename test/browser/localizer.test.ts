import { expect, fixture, html } from "@open-wc/testing";

import { createFrameLocalizer } from "../../src/core/localization/frame-localizer.js";
import { createLocalizationList, type Localizations } from "../../src/core/localization/localization.js";
import { completeLocalizerOptions } from "../../src/core/localization/localizer-options.js";
import { createRendering } from "../../src/core/localization/rendering.js";
import {
  createThunderstormReader,
  thunderstormHeader,
  thunderstormRows,
} from "../../src/core/localization/thunderstorm-table.js";
import { createSimulation, createSimulationOptions, simulationMetadata } from "../../src/core/simulation.js";
import { defineLocalizer } from "../../src/plugin/define-localizer.js";
import type { SlnetLocalizer } from "../../src/plugin/elements/localizer/localizer.js";
import { LocalizedPart } from "../../src/plugin/localized-part.js";
import type { Localizer } from "../../src/plugin/localizer.js";
import { longTasksOf, tellsLongTasks } from "./long-tasks.js";
import { SessionHarness } from "./session-harness.js";

const scene = { width: 64, height: 48, frames: 60, seed: 4, emittersPerFrame: 4 };

/** What is found in raw frames, with a flat background fitted, computed in this thread. */
function expectedRaw(): Localizations {
  const options = createSimulationOptions(scene);
  const simulation = createSimulation(options);
  const completed = completeLocalizerOptions({ fit: "mle" }, simulationMetadata(options));
  const localizer = createFrameLocalizer(scene.height, scene.width, completed.options);
  const list = createLocalizationList();
  for (let frame = 0; frame < scene.frames; frame++) localizer.localize(frame, simulation.frame(frame), null, list);
  return list.take();
}

/** A localizer and its element in the page, on a session with the built worker. */
class LocalizerHarness {
  constructor(
    readonly session: SessionHarness,
    readonly localizer: Localizer,
    readonly element: SlnetLocalizer,
  ) {}

  static async create(): Promise<LocalizerHarness> {
    defineLocalizer();
    const session = new SessionHarness();
    const localizer = await session.session.loadLocalizer();
    const box = await fixture<HTMLElement>(html`<div style="width: 330px"><slnet-localizer></slnet-localizer></div>`);
    const element = box.querySelector("slnet-localizer")!;
    element.localizer = localizer;
    await element.updateComplete;
    return new LocalizerHarness(session, localizer, element);
  }

  get text(): string {
    return this.element.renderRoot.textContent.replace(/\s+/g, " ");
  }

  button(title: string): HTMLButtonElement | undefined {
    return [...this.element.renderRoot.querySelectorAll("button")].find((one) => one.textContent.trim() === title);
  }

  async type(label: string, value: string): Promise<void> {
    const field = [...this.element.renderRoot.querySelectorAll("input")].find((input) =>
      [...(input.labels ?? [])].some((one) => one.textContent.trim().startsWith(label)),
    )!;
    field.value = value;
    field.dispatchEvent(new Event("change"));
    await this.element.updateComplete;
  }

  async rested(): Promise<void> {
    while (this.localizer.state.task.busy) {
      await new Promise<void>((resolve) => {
        const off = this.localizer.subscribe(() => {
          off();
          resolve();
        });
      });
    }
    await this.element.updateComplete;
  }

  /** The cells of the table of figures. */
  get rows(): string[][] {
    return [...this.element.renderRoot.querySelectorAll("tbody tr")].map((row) =>
      [...row.querySelectorAll("td")].map((cell) => cell.textContent),
    );
  }
}

describe("the localizer of a session", () => {
  let h: LocalizerHarness;

  beforeEach(async () => {
    h = await LocalizerHarness.create();
  });

  afterEach(() => h.session.session.dispose());

  it("says to open a stack first, and what is missing for a comparison", async () => {
    expect(h.text).to.contain("Open a stack first.");
    await h.session.session.openSample(scene);
    await h.element.updateComplete;
    expect(h.text).to.contain("Only raw frames can be localized yet");
  });

  it("finds in raw frames what the localizer of this thread finds, and draws and saves it", async () => {
    await h.session.session.openSample(scene);
    await h.element.updateComplete;
    await h.type("Magnification", "4");
    h.button("Localize")!.click();
    await h.rested();
    const expected = expectedRaw();
    expect(expected.frames.length).to.be.above(150);
    expect(h.localizer.state.task.error).to.equal(null);
    expect(h.localizer.state.raw!.count).to.equal(expected.frames.length);
    expect(h.localizer.state.cleaned).to.equal(null);

    const rendering = createRendering({ ...scene, magnification: 4, kind: "gaussian" });
    rendering.add(expected);
    const layer = h.session.layer("Super-resolution, raw")!;
    expect([layer.source!.width, layer.source!.height, layer.scale[1]]).to.deep.equal([256, 192, 27]);
    const shown = (await layer.source!.read(0))!.samples;
    expect([...shown]).to.deep.equal([...rendering.image]);

    h.button("Save table, raw")!.click();
    while (h.session.delivered.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const { name, file } = h.session.delivered.at(-1)!;
    expect(name).to.equal("simulated-seed-4_raw_localizations.csv");
    const reader = createThunderstormReader(108);
    reader.push(await file.text());
    const table = reader.finish();
    expect([...table.frames]).to.deep.equal([...expected.frames]);
    expect(Math.max(...table.xPixels.map((x, i) => Math.abs(x - expected.xPixels[i]!)))).to.be.below(1e-4);
    const sorted = [...expected.photons].sort((a, b) => a - b);
    const middle = (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
    expect(h.rows[1]).to.deep.equal([new Intl.NumberFormat("en", { maximumFractionDigits: 0 }).format(middle)]);
  });

  it("compares raw with cleaned frames: both images alone are seen, and the figures stand beside each other", async () => {
    await h.session.session.openSample(scene);
    await h.session.session.clean({ method: "median", medianWindowFrames: 25 });
    h.button("Localize")!.click();
    await h.rested();
    const { raw, cleaned } = h.localizer.state;
    expect([raw!.method, cleaned!.method]).to.deep.equal([null, "median"]);
    expect(h.rows[0]).to.deep.equal([String(raw!.count), String(cleaned!.count)]);
    expect(cleaned!.figures.medianPhotons! / raw!.figures.medianPhotons!).to.be.within(0.5, 1.5);
    const visible = h.session.host.layers.list().filter((layer) => layer.visible);
    expect(visible.map((layer) => layer.name)).to.deep.equal(["Super-resolution, raw", "Super-resolution, cleaned"]);
    expect(h.element.renderRoot.querySelector("[aria-live]")!.textContent).to.match(
      /^Localized: \d+ molecules raw, \d+/,
    );
  });

  it("refuses numbers out of range in its fields, and an image too large for the memory by a sentence", async () => {
    await h.session.session.openSample({ ...scene, width: 192, height: 192 });
    await h.element.updateComplete;
    await h.type("Spot width", "0");
    expect(h.button("Localize")!.disabled).to.equal(true);
    expect(h.element.renderRoot.querySelector("[role=alert]")!.textContent.trim()).to.equal(
      "Expected a number from 0.4 to 8.",
    );
    await h.type("Spot width", "1.3");
    await h.type("Magnification", "64");
    h.button("Localize")!.click();
    await h.rested();
    expect(h.element.renderRoot.querySelector("[role=alert]")!.textContent).to.contain("pixels is too large");
  });

  it("stops when it is told to, and forgets all of a stack that is replaced", async () => {
    await h.session.session.openSample({ ...scene, frames: 600 });
    await h.element.updateComplete;
    h.button("Localize")!.click();
    await h.element.updateComplete;
    h.button("Cancel")!.click();
    await h.rested();
    expect(h.localizer.state.task.error).to.equal(null);
    expect(h.session.layer("Super-resolution, raw")).to.equal(undefined);

    await h.session.session.openSample(scene);
    await h.localizer.localize();
    expect(h.session.layer("Super-resolution, raw")?.valueUnit).to.equal("localizations per pixel");
    await h.session.openSmall(20);
    expect(h.session.layer("Super-resolution, raw")).to.equal(undefined);
    expect(h.localizer.state.raw).to.equal(null);
  });

  it("leaves the page free while the images are drawn and the figures are found", async function () {
    if (!tellsLongTasks) this.skip();
    // A task takes longer where others have the processor.
    this.retries(2);
    await h.session.session.openSample({ width: 256, height: 256, frames: 64, seed: 2, emittersPerFrame: 500 });
    await h.element.updateComplete;
    const tasks = await longTasksOf(() => h.localizer.localize({ fit: "phasor", magnification: 16 }));
    expect(h.localizer.state.task.error).to.equal(null);
    expect(h.localizer.state.raw!.count).to.be.above(8000);
    expect(h.localizer.state.raw!.rendering!.width).to.equal(4096);
    expect(h.localizer.state.raw!.figures.precisionNm).to.be.above(0);
    expect(tasks).to.deep.equal([]);
    // So few are measured in less than 50 ms anywhere: what measures them is not even here.
    const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
    expect(loaded.some((path) => path.endsWith("/plugin/localized-part.js"))).to.equal(true);
    expect(
      loaded.filter((path) => /nearest-neighbour-precision|localization-figures|median-of/.test(path)),
    ).to.deep.equal([]);
  });

  it("asks for the pixel size where the stack does not say it", async () => {
    await h.session.openSmallLayer(20);
    await h.element.updateComplete;
    await h.type("Pixel size", "160");
    h.button("Localize")!.click();
    await h.rested();
    expect(h.localizer.state.raw!.pixelSizeNm).to.equal(160);
  });

  it("is accessible with its figures", async () => {
    await h.session.session.openSample(scene);
    await h.localizer.localize();
    await h.element.updateComplete;
    await expect(h.element).to.be.accessible();
  });
});

describe("the table of a part", () => {
  it("is written without holding up the page, however many rows it has", async function () {
    if (!tellsLongTasks) this.skip();
    this.retries(2);
    const rows = 200_000;
    const column = <Values extends Float32Array | Float64Array | Uint32Array>(
      make: new (length: number) => Values,
      scale: number,
    ): Values => new make(rows).map((_, i) => (i % 997) * scale) as Values;
    const localizations = {
      frames: new Uint32Array(rows).map((_, i) => Math.floor(i / 100)),
      xPixels: column(Float64Array, 0.1),
      yPixels: column(Float64Array, 0.2),
      sigmaPixels: column(Float32Array, 0.001),
      photons: column(Float32Array, 3),
      backgroundPhotons: column(Float32Array, 0.3),
      backgroundDeviationPhotons: column(Float32Array, 0.03),
      uncertaintyPixels: column(Float32Array, 0.0001),
    } as Localizations;
    const counts = { detected: rows, nearEdge: 0, notConverged: 0, implausible: 0, localized: rows };
    const progress = { done: 1, total: 1, perSecond: 1, secondsLeft: 0 };
    const part = new LocalizedPart(null, 100);
    part.add({ from: 0, to: 2000, localizations, counts, picture: null, progress });
    let table = new Blob();
    const tasks = await longTasksOf(async () => {
      table = await part.table();
    });
    const text = await table.text();
    const startedAt = performance.now();
    expect(text).to.equal(thunderstormHeader + thunderstormRows(localizations, 100, 1));
    // In one piece it is several times that, however busy the processor is.
    const longestMs = Math.max(50, (performance.now() - startedAt) / 4);
    expect(tasks.filter((ms) => ms > longestMs)).to.deep.equal([]);
  });
});
