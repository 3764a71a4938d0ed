import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ownReportPage, ownReportText } from "../../src/cli/evaluation/own-report.js";
import { evaluateOwn } from "../../src/cli/evaluation/evaluate-own.js";
import { evaluatedMethods } from "../../src/cli/evaluation/methods.js";
import { truthlessColumns } from "../../src/cli/evaluation/truthless-columns.js";
import type { OwnFigures } from "../../src/core/evaluation/own-report.js";
import { localizedFigures, type WideField } from "../../src/core/evaluation/truthless-figures.js";
import { gaussianBlur } from "../../src/core/gaussian-blur.js";
import { createLocalizationList, type Localizations } from "../../src/core/localization/localization.js";
import { createRandom } from "../../src/core/random.js";
import { createSimulationOptions } from "../../src/core/simulation.js";
import type { ComparedMethod } from "../../src/protocol/comparison-api.js";
import { compareMethods, estimateComparison } from "../../src/protocol/compare-methods.js";
import { connect } from "./in-process-worker.js";

const side = 64;

/** Molecules on a line, each on in two frames running and found with an error of so many pixels in each. */
function foundWith(sigmaPixels: number, molecules: number): Localizations {
  const random = createRandom(4, "found");
  const list = createLocalizationList();
  for (let molecule = 0; molecule < molecules; molecule++) {
    const [x, y] = [4 + 56 * random.next(), 32 + 4 * random.normal()];
    for (const frame of [2 * molecule, 2 * molecule + 1]) {
      list.push({
        frame,
        xPixels: x + sigmaPixels * random.normal(),
        yPixels: y + sigmaPixels * random.normal(),
        sigmaPixels: 1.3,
        photons: 1000,
        backgroundPhotons: 10,
        backgroundDeviationPhotons: 3,
        uncertaintyPixels: sigmaPixels,
      });
    }
  }
  return list.take();
}

function wideFieldOf({ xPixels, yPixels }: Localizations): WideField {
  const image = new Float32Array(side * side);
  for (let i = 0; i < xPixels.length; i++) {
    const pixel = Math.floor(yPixels[i] ?? NaN) * side + Math.floor(xPixels[i] ?? NaN);
    image[pixel] = (image[pixel] ?? 0) + 1;
  }
  const meanWithoutBackground = gaussianBlur(image, side, side, 1.3);
  // A background that is brighter to the right.
  const mean = meanWithoutBackground.map((value, i) => value + 2 * (i % side));
  return { mean, meanWithoutBackground };
}

describe("figures without a truth", () => {
  it("are what the localizations were made with", () => {
    const found = foundWith(0.1, 3000);
    const figures = localizedFigures(found, { width: side, height: side }, wideFieldOf(found), 100);
    assert.equal(figures.localizations, 6000);
    assert.equal(figures.medianPhotons, 1000);
    assert.ok(Math.abs((figures.precisionNm ?? NaN) - 10) < 1, `NeNA ${figures.precisionNm}`);
    assert.ok((figures.correlationWithoutBackground ?? 0) > 0.999, `RSP ${figures.correlationWithoutBackground}`);
    assert.ok((figures.relativeError ?? NaN) < 0.05, `RSE ${figures.relativeError}`);
    assert.ok((figures.correlation ?? NaN) < 0.5, "the background of the mean hides the structure");
  });

  it("tell coarse localizations from fine ones", () => {
    const found = foundWith(0.25, 3000);
    const { precisionNm } = localizedFigures(found, { width: side, height: side }, wideFieldOf(found), 100);
    assert.ok(Math.abs((precisionNm ?? NaN) - 25) < 3, `NeNA ${precisionNm}`);
  });

  it("are left open where there are too few localizations", () => {
    const found = foundWith(0.1, 10);
    const { localizations, ringResolutionNm, correlation } = localizedFigures(
      found,
      { width: side, height: side },
      wideFieldOf(found),
      100,
    );
    assert.deepEqual(
      { localizations, ringResolutionNm, correlation },
      { localizations: 20, ringResolutionNm: null, correlation: null },
    );
  });
});

describe("an evaluation of a recording of one's own", async () => {
  const { client, close } = await connect();
  const options = createSimulationOptions({
    width: 64,
    height: 64,
    frames: 120,
    seed: 3,
    bleachFrames: 60,
    emittersPerFrame: 3,
  });
  const stack = await client.openStack({ type: "simulated", options });
  const methods = evaluatedMethods.filter(({ name }) => ["raw", "median-50", "rolling-ball"].includes(name));
  const report = await evaluateOwn(
    stack,
    { methods, model: null, pixelSizeNm: 108, frames: 120, engine: "js" },
    { signal: new AbortController().signal, say: () => undefined },
  );
  const compared = [null, { type: "median", windowFrames: 50 }, { type: "median", windowFrames: -1 }] as const;
  const request = { from: 0, to: 120, localizer: { fit: "mle" }, pixelSizeNm: 108, engine: "js" } as const;
  const done: ComparedMethod[] = [];
  for await (const { done: method } of await compareMethods(stack, compared, request)) if (method) done.push(method);
  const estimate = await estimateComparison(stack, compared, request);
  const refused = await Promise.allSettled(
    [
      { ...request, to: 121 },
      { ...request, from: 0.5 },
      { ...request, pixelSizeNm: NaN },
    ].map((wrong) => compareMethods(stack, compared, wrong)),
  );
  await stack.close();
  close();

  it("gives the figures that a comparison of the methods alone gives", () => {
    const [raw, median] = report.methods;
    const figuresOf = (figures: OwnFigures | null | undefined) => figures && { ...figures, cleaningSeconds: null };
    assert.deepEqual(done[0]?.figures, raw?.figures);
    assert.deepEqual(figuresOf(done[1]?.figures), figuresOf(median?.figures));
    assert.ok((done[1]?.figures?.cleaningSeconds ?? NaN) > 0);
  });

  it("loses no other method where one fails", () => {
    assert.deepEqual(
      done.map(({ index }) => index),
      [0, 1, 2],
    );
    assert.equal(done[2]?.figures, null);
    assert.match(done[2]?.error?.message ?? "", /window of the median is -1 frames/);
  });

  it("knows before what it takes, and refuses frames that are not there", () => {
    assert.ok(estimate.fixedSeconds > 0 && estimate.secondsPerFrame > 0, JSON.stringify(estimate));
    const messages = refused.map((result) => (result.status === "rejected" ? String(result.reason) : "accepted"));
    assert.match(messages[0] ?? "", /frames 0:121 were asked for, expected a part of 0:120/);
    assert.match(messages[1] ?? "", /frames 0.5:120 were asked for/);
    assert.match(messages[2] ?? "", /pixel size is NaN nm/);
  });

  it("has each method with its figures", () => {
    assert.deepEqual(
      report.methods.map(({ name }) => name),
      ["raw", "median-50", "rolling-ball"],
    );
    const [raw, median, ball] = report.methods.map(({ figures }) => figures);
    assert.equal(raw?.keptShare, null);
    // A ball lies below the noise; the lower of two middle values leaves half of the pixels above it.
    assert.ok(Math.abs((median?.keptShare ?? NaN) - 0.5) < 0.05, `median: ${median?.keptShare}`);
    assert.ok((ball?.keptShare ?? NaN) > 0.9, `ball: ${ball?.keptShare}`);
    // What a ball leaves of a background that bleaches, the median has taken.
    assert.ok((ball?.residualAutocorrelation ?? NaN) > (median?.residualAutocorrelation ?? NaN) + 0.05);
    assert.ok((median?.localizations ?? 0) > 100);
  });

  it("is a table and a page with the trap of each figure beside it", () => {
    const [text, page] = [ownReportText(report), ownReportPage(report)];
    for (const { title, meaning } of truthlessColumns) {
      assert.ok(text.includes(`${title}: ${meaning}`), title);
      assert.ok(page.includes(`<dt>${title}</dt>`), title);
    }
    assert.match(page, /none of these figures says which method is right/);
    assert.doesNotMatch(page, /<script/);
  });

  it("does not take a name for markup", () => {
    const page = ownReportPage({ ...report, stack: "<img src=x>" });
    assert.ok(page.includes("&lt;img src=x&gt;") && !page.includes("<img"));
  });
});
