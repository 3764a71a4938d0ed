import { expect, waitUntil } from "@open-wc/testing";

import { useStrings } from "../../src/plugin/strings/index.js";
import { ArrayFrames, StackViewerHarness } from "./stack-viewer-harness.js";

const frames = (count: number): ArrayFrames =>
  new ArrayFrames(
    1,
    1,
    Array.from({ length: count }, (_, index) => Uint16Array.of(index)),
  );

async function chooseRate(harness: StackViewerHarness, rate: number): Promise<void> {
  const select = harness.viewer.renderRoot.querySelector<HTMLSelectElement>(".rate")!;
  select.value = String(rate);
  select.dispatchEvent(new Event("change"));
  await harness.drawn();
}

describe("playing in the stack viewer", () => {
  it("stops at the last frame without repetition, and begins anew from there", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(frames(5), "Raw");
    await chooseRate(harness, 60);
    await harness.pressButton("Repeat from the first frame");
    const { dims } = harness.viewer.host;
    await harness.press(" ");
    await waitUntil(() => !harness.playing, "it stops");
    expect(dims.step).to.equal(4);
    const seen: number[] = [];
    harness.viewer.host.on("step-changed", ({ step }) => seen.push(step));
    await harness.press(" ");
    await waitUntil(() => !harness.playing, "it stops again");
    expect(seen).to.deep.equal([0, 1, 2, 3, 4]);
  });

  it("plays at the speed chosen, within a fifth", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(frames(100), "Raw");
    await chooseRate(harness, 10);
    const times: number[] = [];
    harness.viewer.host.on("step-changed", () => times.push(performance.now()));
    await harness.press(" ");
    await waitUntil(() => times.length >= 9, "eight intervals", { timeout: 10_000 });
    await harness.press(" ");
    // The middle one: a machine that is busy with something else may hold up some of them.
    const intervals = times.slice(1, 9).map((time, i) => time - times[i]!);
    expect(intervals.sort((a, b) => a - b)[4]).to.be.within(80, 130);
    expect((times[8]! - times[0]!) / 8).to.be.at.least(80);
  });

  it("reads frames before they are shown, over the end where it repeats", async () => {
    const harness = await StackViewerHarness.create();
    const source = frames(60);
    const reads: number[] = [];
    const { read } = source;
    source.read = (index) => {
      reads.push(index);
      return read.call(source, index);
    };
    await harness.add(source, "Raw");
    await chooseRate(harness, 5);
    const { dims } = harness.viewer.host;
    dims.setStep(58);
    await harness.drawn();
    reads.length = 0;
    await harness.press(" ");
    await waitUntil(() => dims.step === 59, "one step");
    await harness.press(" ");
    expect(reads.slice(0, 3)).to.deep.equal([59, 1, 2]);
  });

  it("takes its texts from a table that can be in another language", async () => {
    try {
      useStrings({ viewer: { play: "Abspielen", ofFrames: (last) => `von ${last}` } });
      const harness = await StackViewerHarness.create();
      await harness.add(frames(5), "Raw");
      const bar = harness.viewer.renderRoot.querySelector(".dims")!;
      expect(bar.querySelector("button")!.ariaLabel).to.equal("Abspielen");
      expect(bar.querySelector(".frame")!.textContent).to.contain("von 4");
      expect(bar.querySelector(".loop")!.ariaLabel, "what is left out stays").to.equal("Repeat from the first frame");
    } finally {
      useStrings({});
    }
  });
});
