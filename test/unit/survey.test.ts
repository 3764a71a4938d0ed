import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { StackRegion } from "../../src/core/frames.js";
import type { SimulationRequest } from "../../src/core/simulation.js";
import { createLevelSums } from "../../src/core/stack-levels.js";
import { onTimesPerShift, suggestShifts } from "../../src/core/suggested-shifts.js";
import type { StackSurvey } from "../../src/protocol/api.js";
import type { StackSource } from "../../src/protocol/client.js";
import { connect, rejectsWith } from "./in-process-worker.js";

const scene = { width: 128, height: 128, frames: 512, seed: 11, emittersPerFrame: 8 } as const;

describe("a survey of a stack", () => {
  let connection: Awaited<ReturnType<typeof connect>>;
  before(async () => {
    connection = await connect();
  });
  after(() => connection.close());

  async function surveyOf(source: StackSource, options: object = {}, region: StackRegion | null = null) {
    const stack = await connection.client.openStack(source);
    let survey: StackSurvey | null = null;
    for await (const report of await stack.survey(region, { ...options })) {
      assert.equal(survey, null, "only the last report has it");
      ({ survey } = report);
    }
    await stack.close();
    assert.ok(survey);
    return survey;
  }
  const surveyOfScene = (options: SimulationRequest, asked: object = {}, region: StackRegion | null = null) =>
    surveyOf({ type: "simulated", options: { ...scene, ...options } }, asked, region);

  /** Frames of 20 × 30 pixels around 300 ADU, with what `change` makes of each pixel. */
  const made = (frames: number, change: (value: number, pixel: number, frame: number) => number): StackSource => ({
    type: "frames",
    name: "made",
    shape: { frames, height: 20, width: 30, type: "uint16" },
    frames: {
      read: (frame) =>
        Promise.resolve(
          Uint16Array.from({ length: 600 }, (_, pixel) => change(300 + ((pixel * 7 + frame * 13) % 41), pixel, frame)),
        ),
    },
  });

  for (const meanOnFrames of [1, 2.5, 5, 10, 20]) {
    it(`finds an on-time of ${meanOnFrames} frames within 30 %`, async () => {
      const { onFrames, suggestedShifts } = await surveyOfScene({ meanOnFrames });
      assert.ok(onFrames !== null && onFrames > 0.7 * meanOnFrames && onFrames < 1.3 * meanOnFrames, String(onFrames));
      assert.deepEqual(suggestedShifts, suggestShifts(onFrames, scene.frames));
    });
  }

  for (const [what, options] of [
    ["without molecules", { emittersPerFrame: 0 }],
    [
      "without molecules whose background bleaches fast",
      { emittersPerFrame: 0, bleachFrames: 60, backgroundPhotons: 400 },
    ],
    [
      "without molecules from a camera that multiplies electrons",
      { emittersPerFrame: 0, camera: { emGain: 100, aduPerElectron: 0.1, readNoiseElectrons: 30 } },
    ],
    ["of a few frames", { frames: 9 }],
    ["of one frame", { frames: 1 }],
    ["too small to follow a molecule in", { width: 8, height: 8 }],
  ] as const) {
    it(`claims no on-time for a stack ${what}`, async () => {
      const { onFrames, suggestedShifts } = await surveyOfScene(options);
      assert.deepEqual([onFrames, suggestedShifts], [null, null]);
    });
  }

  it("sees the least and the largest reading, and the dark level under the light", async () => {
    const plain = await surveyOf(made(40, (value) => value));
    assert.deepEqual([plain.minimum, plain.maximum, plain.framesRead], [300, 340, 40]);
    assert.equal(plain.darkLevelAdu, 300);
    const dead = await surveyOf(made(40, (value, pixel) => (pixel === 77 ? 0 : value)));
    assert.deepEqual([dead.minimum, dead.darkLevelAdu], [0, 300], "a dead pixel is no dark level");
  });

  it("looks at the region alone", async () => {
    const region = { x: 4, y: 3, width: 11, height: 12, from: 5, to: 35 };
    const inside = (pixel: number, frame: number): boolean =>
      pixel % 30 >= 4 && pixel % 30 < 15 && pixel >= 90 && pixel < 450 && frame >= 5 && frame < 35;
    const { minimum, framesRead } = await surveyOf(
      made(40, (value, pixel, frame) => (inside(pixel, frame) ? value : 7)),
      {},
      region,
    );
    assert.deepEqual([minimum, framesRead], [300, 30]);
    const stack = await connection.client.openStack(made(40, (value) => value));
    await rejectsWith(stack.survey({ ...region, x: 20 }, {}), "bad-input", /expected a part of 30×20 pixels/);
    await rejectsWith(stack.survey(null, { offsetAdu: -3 }), "bad-input", /offsetAdu is -3/);
    await stack.close();
  });

  for (const limit of [4095, 65535, 3000]) {
    it(`sees saturation at ${limit} ADU, and says what to do`, async () => {
      const survey = await surveyOf(made(40, (value, pixel) => (pixel % 25 === 0 ? limit : value)));
      assert.equal(survey.saturationLevel, limit);
      assert.ok(Math.abs(survey.saturatedShare - 0.04) < 1e-9);
      assert.match(
        survey.warnings.join("\n"),
        new RegExp(`4 % of the pixels are saturated at ${limit} ADU, .*less gain`),
      );
    });
  }

  it("takes the brightest molecules of a camera that is not full for no saturation", async () => {
    const { saturationLevel, saturatedShare, warnings } = await surveyOfScene({ frames: 256 });
    assert.deepEqual([saturationLevel, saturatedShare], [null, 0]);
    assert.deepEqual(warnings, [], "there is nothing to warn of");
  });

  it("warns of an offset that is not known, and of one that cannot be", async () => {
    const warningsAt = async (offsetAdu: number): Promise<string> =>
      (
        await surveyOf(
          made(300, (value) => value),
          { offsetAdu },
        )
      ).warnings.join("\n");
    assert.match(
      await warningsAt(0),
      /the camera offset is not known, and the darkest pixels read 300 ADU: set offsetAdu/,
    );
    assert.match(await warningsAt(500), /stated as 500 ADU, but the darkest pixels read 300 ADU: state a smaller one/);
    assert.match(await warningsAt(20), /stated as 20 ADU, but even the darkest pixels read 300 ADU: check it/);
    assert.equal(await warningsAt(280), "");
  });

  it("warns of too few frames for the shifts, and of molecules that stay on for longer", async () => {
    assert.match(
      (await surveyOfScene({ frames: 60 })).warnings.join("\n"),
      /with temporal shifts \[0, 49, 99\] none of the 60 frames can start a training window: use shorter shifts/,
    );
    assert.match(
      (await surveyOfScene({ frames: 110 })).warnings.join("\n"),
      /only 11 of the 110 frames can start a training window/,
    );
    const long = await surveyOfScene({ meanOnFrames: 20 });
    assert.match(
      long.warnings.join("\n"),
      /molecules stay on for about \d+ frames, too long for a shortest shift of 49 frames.*: use temporal shifts \[0, \d+, \d+\]/,
    );
    const short = await surveyOfScene({ meanOnFrames: 5 }, { temporalShifts: [0, 10, 20] });
    assert.match(short.warnings.join("\n"), /shortest shift of 10 frames.*: use temporal shifts \[0, 49, 99\]/);
  });
});

describe("suggested shifts", () => {
  it("are those of the published code where molecules are dark again by then", () => {
    assert.deepEqual(suggestShifts(2.5, 400), [0, 49, 99]);
    assert.deepEqual(suggestShifts(9.8, 400), [0, 49, 99]);
  });
  it("are multiples of five on-times where they are not", () => {
    assert.deepEqual(suggestShifts(9.9, 400), [0, 50, 100]);
    assert.deepEqual(suggestShifts(20, 1000), [0, 100, 200]);
  });
  it("leave half of the stack to windows, and are none where that cannot be", () => {
    assert.deepEqual(suggestShifts(2.5, 120), [0, 29, 58]);
    assert.equal(suggestShifts(20, 400), null);
    for (const [time, frames] of [
      [1, 21],
      [3, 100],
      [7.3, 200],
      [30, 700],
      [0.4, 9],
    ] as const) {
      const shifts = suggestShifts(time, frames);
      assert.ok(
        shifts && (shifts[1] ?? 0) >= onTimesPerShift * time && 2 * (shifts[2] ?? NaN) < frames,
        String(shifts),
      );
    }
  });
});

it("levels count a fraction at the top of 8 bits, and hold for float pixels", () => {
  const bytes = createLevelSums("uint8", 1000);
  bytes.add(Uint8Array.from({ length: 1000 }, (_, i) => (i < 20 ? 255 : i % 90)));
  assert.deepEqual([bytes.finish().saturationLevel, bytes.finish().saturatedShare], [255, 0.02]);
  const floats = createLevelSums("float32", 2000);
  for (const frame of [0, 1]) floats.add(Float32Array.from({ length: 1000 }, (_, i) => 0.25 + i / 1000 + frame));
  const { minimum, maximum, saturationLevel, darkAdu } = floats.finish();
  assert.deepEqual([minimum, maximum, saturationLevel], [0.25, Math.fround(2.249), null]);
  assert.ok(Math.abs(darkAdu - 0.27) < 0.002);
});
