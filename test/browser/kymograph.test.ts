import { expect, fixture, html, waitUntil } from "@open-wc/testing";

import { definePlots } from "../../src/plugin/define-plots.js";
import { kymographColumns } from "../../src/plugin/elements/kymograph/columns.js";
import type { SlnetKymograph } from "../../src/plugin/elements/kymograph/kymograph.js";
import type { Profile } from "../../src/plugin/profile.js";
import { FrameAxisHarness, profileOf } from "./profile-harness.js";

async function create(profile: Profile | null, scheme = "dark"): Promise<SlnetKymograph> {
  definePlots();
  const box = await fixture<HTMLElement>(html`<div><slnet-kymograph></slnet-kymograph></div>`);
  box.style.cssText = `width: 330px; color-scheme: ${scheme}; background: light-dark(#fff, #1e2128)`;
  const kymograph = box.querySelector("slnet-kymograph")!;
  kymograph.profile = profile;
  await kymograph.updateComplete;
  return kymograph;
}

function pixels(kymograph: SlnetKymograph, part: string): { width: number; height: number; gray: number[] } {
  const canvas = kymograph.renderRoot.querySelector<HTMLCanvasElement>(`canvas.${part}`)!;
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
  return { width, height, gray: Array.from({ length: width * height }, (_, i) => data[4 * i]!) };
}

describe("slnet-kymograph", () => {
  it("keeps the brightest frame of each column", () => {
    const raw = new Float32Array(1000 * 2).fill(1);
    raw[2 * 777 + 1] = 50;
    const { width, height, samples, framesPerColumn } = kymographColumns(profileOf(1000, 2), raw, [0, 1000], 100);
    expect([width, height, framesPerColumn]).to.deep.equal([100, 2, 10]);
    expect(samples[100 + 77]).to.equal(50);
    expect(samples.filter((value) => value === 50).length).to.equal(1);
  });

  it("has a column for each frame of a short range, and nothing where nothing is yet", () => {
    const raw = Float32Array.of(1, 2, 3, 4, NaN, NaN);
    const columns = kymographColumns(profileOf(3, 2, { from: 10, to: 13 }), raw, [11, 13], 100);
    expect(columns.width).to.equal(2);
    expect([...columns.samples]).to.deep.equal([3, NaN, 4, NaN]);
  });

  it("draws positions from the top and frames from the left", async () => {
    const profile = profileOf(20, 4, { raw: new Float32Array(80), lowRank: null });
    profile.raw[4 * 15 + 1] = 100;
    const kymograph = await create(profile);
    await waitUntil(() => pixels(kymograph, "raw").width === 20, "it is drawn");
    const { height, gray } = pixels(kymograph, "raw");
    expect(height).to.equal(4);
    expect(gray.map((value, index) => [value, index]).filter(([value]) => value! > 0)).to.deep.equal([[255, 20 + 15]]);
    expect(kymograph.renderRoot.querySelector("canvas.lowRank")).to.equal(null);
  });

  it("draws raw and background with one contrast, so that they can be compared", async () => {
    const raw = new Float32Array(80).map((_, i) => (i % 2 === 0 ? 100 : 200));
    const kymograph = await create(profileOf(20, 4, { raw, lowRank: new Float32Array(80).fill(150) }));
    await waitUntil(() => pixels(kymograph, "lowRank").width === 20, "it is drawn");
    expect([...new Set(pixels(kymograph, "raw").gray)].sort((a, b) => a - b)).to.deep.equal([0, 255]);
    const halfway = [...new Set(pixels(kymograph, "lowRank").gray)];
    expect(halfway.length).to.equal(1);
    expect(halfway[0]).to.be.closeTo(127.5, 1);
  });

  it("goes to a frame by click and keyboard, and looks closer by dragging", async () => {
    const kymograph = await create(profileOf(100, 4));
    kymograph.frame = 10;
    await kymograph.updateComplete;
    const axis = new FrameAxisHarness(kymograph);
    axis.drag(0.305);
    axis.press("PageUp");
    axis.drag(0.101, 0.399);
    expect(axis.chosen).to.deep.equal([30, 20]);
    expect(axis.ranges).to.deep.equal([[10, 40]]);
    kymograph.range = [10, 40];
    await waitUntil(() => pixels(kymograph, "raw").width === 30, "only the range is drawn");
    await kymograph.renderRoot.querySelector("slnet-frame-axis")!.updateComplete;
    expect(axis.markerShare).to.be.closeTo(0.5 / 30, 1e-6);
    expect(axis.slider.getAttribute("aria-valuetext")).to.equal(
      "Frame 10: raw 10,003 ADU, background 5,002 ADU, cleaned 5,002 ADU",
    );
  });

  it("says in a table where on the line it is brightest", async () => {
    const kymograph = await create(profileOf(40, 4, { lowRank: null, sparse: null }));
    const { rows } = new FrameAxisHarness(kymograph);
    expect(rows.length).to.equal(20);
    expect(rows[1]).to.deep.equal(["2 to 3", "3,003", "3"]);
  });

  it("draws in another colormap and says so", async () => {
    const kymograph = await create(profileOf(20, 4));
    const told: string[] = [];
    kymograph.addEventListener("colormap-change", (event) =>
      told.push((event as CustomEvent<{ colormap: string }>).detail.colormap),
    );
    kymograph.renderRoot.querySelector<HTMLInputElement>(".colormap input")!.click();
    await kymograph.updateComplete;
    await waitUntil(() => pixels(kymograph, "raw").gray[0] === 255, "the lowest value is white");
    expect(told).to.deep.equal(["inverted gray"]);
  });

  for (const scheme of ["dark", "light"]) {
    it(`is accessible in a ${scheme} page, and no wider than it`, async () => {
      const kymograph = await create(null, scheme);
      await expect(kymograph).to.be.accessible();
      kymograph.profile = profileOf(100, 10);
      await kymograph.updateComplete;
      await expect(kymograph).to.be.accessible();
      expect(kymograph.parentElement!.scrollWidth).to.be.at.most(330);
    });
  }
});
