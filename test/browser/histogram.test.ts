import { expect, fixture, html, waitUntil } from "@open-wc/testing";

import { definePlots } from "../../src/plugin/define-plots.js";
import { countPixels } from "../../src/plugin/elements/histogram/count-pixels.js";
import type { LimitsChangeEvent, SlnetHistogram } from "../../src/plugin/elements/histogram/histogram.js";
import { fullRange, type ContrastLimits } from "../../src/plugin/host/contrast.js";
import type { SampleArray } from "../../src/core/frames.js";

const frameOf = (samples: SampleArray, index = 3) => ({ index, height: 1, width: samples.length, samples });
/** 0 to 1000, each value as often as the others. */
const ramp = Uint16Array.from({ length: 10_010 }, (_, i) => Math.floor(i / 10));

async function create(scheme = "dark", samples: SampleArray = ramp): Promise<SlnetHistogram> {
  definePlots();
  const box = await fixture<HTMLElement>(html`<div><slnet-histogram></slnet-histogram></div>`);
  box.style.cssText = `width: 300px; color-scheme: ${scheme}; background: light-dark(#fff, #1e2128)`;
  const histogram = box.querySelector("slnet-histogram")!;
  histogram.frame = frameOf(samples);
  histogram.limits = [200, 700];
  // As the controls around it do.
  histogram.addEventListener(
    "limits-change",
    (event) => (histogram.limits = (event as LimitsChangeEvent).detail.limits),
  );
  await waitUntil(() => histogram.renderRoot.querySelector("path"), "the pixels are counted");
  return histogram;
}

const slider = (histogram: SlnetHistogram, name: string): HTMLElement =>
  histogram.renderRoot.querySelector<HTMLElement>(`[role=slider][aria-label="${name}"]`)!;

function press(target: HTMLElement, key: string, shiftKey = false): void {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }));
}

/** A press of the pointer at a share of the width, moved on to others, and let go. */
async function drag(histogram: SlnetHistogram, ...shares: readonly number[]): Promise<void> {
  const area = histogram.renderRoot.querySelector<HTMLElement>(".area")!;
  // A pointer that no hardware has cannot be captured.
  area.setPointerCapture = () => undefined;
  const { left, width, top } = area.getBoundingClientRect();
  const fire = (type: string, share: number): void => {
    area.dispatchEvent(
      new PointerEvent(type, { clientX: left + share * width, clientY: top + 5, bubbles: true, button: 0 }),
    );
  };
  fire("pointerdown", shares[0]!);
  for (const share of shares.slice(1)) {
    fire("pointermove", share);
    await histogram.updateComplete;
  }
  fire("pointerup", shares.at(-1)!);
  await histogram.updateComplete;
}

describe("slnet-histogram", () => {
  it("counts every pixel once, whole counts in bins of whole width", () => {
    const { from, binWidth, counts } = countPixels(ramp, fullRange(ramp));
    expect(from).to.equal(0);
    expect(binWidth).to.equal(4);
    expect(counts.length).to.equal(251);
    expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(ramp.length);
    // No bin holds a value more than the others, but the last, of 1000 alone.
    expect([...new Set(counts.subarray(0, 250))]).to.deep.equal([40]);
    expect(counts[250]).to.equal(10);
  });

  it("counts fractions, and leaves out what is no number", () => {
    const samples = Float32Array.of(NaN, -1, 0, 0.5, 1, 1, Infinity);
    const { counts, from, binWidth } = countPixels(samples, [-1, 1]);
    expect(from).to.equal(-1);
    expect(binWidth).to.be.closeTo(2 / 256, 1e-9);
    expect([counts[0], counts[128], counts[192], counts[255]]).to.deep.equal([1, 1, 1, 2]);
    expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(5);
  });

  it("moves the limits by the keyboard, and says them with their unit", async () => {
    const histogram = await create();
    const low = slider(histogram, "Black level");
    expect(low.getAttribute("aria-valuetext")).to.equal("200 ADU");
    press(low, "ArrowRight");
    await histogram.updateComplete;
    expect(histogram.limits).to.deep.equal([202, 700]);
    press(low, "ArrowLeft", true);
    await histogram.updateComplete;
    expect(histogram.limits).to.deep.equal([182, 700]);
    expect(low.getAttribute("aria-valuetext")).to.equal("182 ADU");
    press(slider(histogram, "White level"), "End");
    press(low, "Home");
    await histogram.updateComplete;
    expect(histogram.limits).to.deep.equal([0, 1000]);
  });

  it("drags the limit that is nearer, and pushes the other one before it", async () => {
    const histogram = await create();
    await drag(histogram, 0.25, 0.4);
    expect(histogram.limits).to.deep.equal([400, 700]);
    await drag(histogram, 0.75, 0.3);
    expect(histogram.limits).to.deep.equal([300, 300]);
    expect(histogram.renderRoot.querySelector(":focus")).to.equal(slider(histogram, "White level"));
  });

  it("keeps its ends while a limit is dragged in from far outside", async () => {
    const histogram = await create();
    histogram.limits = [0, 2000];
    await histogram.updateComplete;
    await drag(histogram, 1, 0.5, 0.5, 0.5);
    expect(histogram.limits).to.deep.equal([0, 1000]);
  });

  it("says the counts in a table of a few rows", async () => {
    const histogram = await create();
    const rows = [...histogram.renderRoot.querySelectorAll("tbody tr")].map((row) =>
      [...row.children].map((cell) => cell.textContent),
    );
    expect(rows.length).to.equal(16);
    expect(rows[0]).to.deep.equal(["0", "64", "640"]);
    expect(rows.reduce((sum, row) => sum + Number(row[2]), 0)).to.equal(ramp.length);
  });

  it("draws counts as their logarithms, or as they are", async () => {
    // One value a thousand times, another once.
    const histogram = await create(
      "dark",
      Uint16Array.from({ length: 1001 }, (_, i) => (i === 0 ? 0 : 100)),
    );
    const heights = (): number[] =>
      [
        ...histogram.renderRoot
          .querySelector("path")!
          .getAttribute("d")!
          .matchAll(/L[\d.]+ ([\d.]+)/g),
      ].map(([, y]) => 100 - Number(y));
    const logarithmic = heights();
    expect(logarithmic[0]).to.be.closeTo((100 * Math.log(2)) / Math.log(1001), 0.1);
    histogram.renderRoot.querySelector<HTMLInputElement>("input[type=checkbox]")!.click();
    await histogram.updateComplete;
    expect(heights()[0], "seen all the same").to.equal(2);
    expect(Math.max(...heights())).to.equal(100);
  });

  it("counts the frames that fly by at most ten times a second, and the last one in any case", async () => {
    const histogram = await create();
    for (let index = 0; index < 20; index++) {
      histogram.frame = frameOf(Uint16Array.of(index, index + 10), index);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const last: ContrastLimits = [19, 29];
    histogram.limits = last;
    await waitUntil(() => slider(histogram, "Black level").getAttribute("aria-valuemin") === "19", "the last frame");
    const rows = [...histogram.renderRoot.querySelectorAll("tbody tr")].map((row) => row.lastElementChild!.textContent);
    expect(rows.filter((count) => count.trim() === "1").length).to.equal(2);
  });

  for (const scheme of ["dark", "light"]) {
    it(`is accessible in a ${scheme} page`, async () => {
      const histogram = await create(scheme);
      await expect(histogram).to.be.accessible();
      histogram.frame = null;
      await histogram.updateComplete;
      await expect(histogram).to.be.accessible();
    });
  }
});
