import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { isSlnetError } from "../../src/core/errors.js";
import { createFrameLocalizer, type SpotCounts } from "../../src/core/localization/frame-localizer.js";
import {
  createLocalizationList,
  localizationBuffers,
  type Localization,
  type Localizations,
} from "../../src/core/localization/localization.js";
import { completeLocalizerOptions, type LocalizerRequest } from "../../src/core/localization/localizer-options.js";
import { createRendering } from "../../src/core/localization/rendering.js";
import {
  createThunderstormReader,
  thunderstormHeader,
  thunderstormRows,
} from "../../src/core/localization/thunderstorm-table.js";
import { createSimulation, createSimulationOptions, type SimulationRequest } from "../../src/core/simulation.js";

/** Emitters all of the same light, on for a whole frame, nearly alone; a strongly structured background. */
const scene: SimulationRequest = {
  width: 128,
  height: 128,
  frames: 60,
  seed: 11,
  emittersPerFrame: 4,
  meanOnFrames: 40,
  photonsMin: 1000,
  photonsMax: 1000,
  backgroundPhotons: 50,
};
const simulation = createSimulation(createSimulationOptions(scene));
const { camera } = simulation.options;

function optionsFor(request: LocalizerRequest) {
  const { quantumEfficiency, readNoiseElectrons } = camera;
  const metadata = { cameraOffsetAdu: camera.offsetAdu, aduPerElectron: camera.aduPerElectron };
  return completeLocalizerOptions({ ...request, camera: { quantumEfficiency, readNoiseElectrons } }, metadata).options;
}

interface Run {
  readonly localizations: Localizations;
  readonly counts: SpotCounts;
}

function localizeAll(request: LocalizerRequest, knowsBackground: boolean): Run {
  const { width, height, frames } = simulation.options;
  const localizer = createFrameLocalizer(height, width, optionsFor(request));
  const list = createLocalizationList();
  const counts = { detected: 0, nearEdge: 0, notConverged: 0, implausible: 0, localized: 0 };
  for (let frame = 0; frame < frames; frame++) {
    const background = knowsBackground ? simulation.background(frame) : null;
    const found = localizer.localize(frame, simulation.frame(frame), background, list);
    for (const key of Object.keys(counts) as (keyof SpotCounts)[]) counts[key] += found[key];
  }
  return { localizations: list.take(), counts };
}

interface Score {
  readonly recall: number;
  readonly falsePositives: number;
  /** Median of the fitted photons over the true ones. */
  readonly photonRatio: number;
  /** Root mean square distance per axis over the mean square of the uncertainties. */
  readonly errorRatio: number;
  readonly bias: number;
}

/** Compares with the truth: whole, lone emitters away from the edge, within 2 pixels. */
function score({ frames, xPixels, yPixels, photons, uncertaintyPixels }: Localizations): Score {
  const { width, height } = simulation.options;
  let [wanted, hits, falsePositives, squares, variances, bias] = [0, 0, 0, 0, 0, 0];
  const ratios: number[] = [];
  for (let frame = 0; frame < simulation.options.frames; frame++) {
    const emitters = simulation.emittersIn(frame);
    const rows = [...frames.keys()].filter((i) => frames[i] === frame);
    const isNear = (i: number, e: (typeof emitters)[number], reach: number): boolean =>
      Math.hypot(xPixels[i]! - e.xPixels, yPixels[i]! - e.yPixels) < reach;
    falsePositives += rows.filter((i) => !emitters.some((emitter) => isNear(i, emitter, 3))).length;
    for (const emitter of emitters) {
      const fromEdge = Math.min(emitter.xPixels, emitter.yPixels, width - emitter.xPixels, height - emitter.yPixels);
      const isLone = emitters.every(
        (other) =>
          other === emitter || Math.hypot(other.xPixels - emitter.xPixels, other.yPixels - emitter.yPixels) > 10,
      );
      if (fromEdge < 6 || !isLone || emitter.photons < 999) continue;
      wanted++;
      const match = rows.find((i) => isNear(i, emitter, 2));
      if (match === undefined) continue;
      hits++;
      const [dx, dy] = [xPixels[match]! - emitter.xPixels, yPixels[match]! - emitter.yPixels];
      squares += (dx * dx + dy * dy) / 2;
      variances += uncertaintyPixels[match]! ** 2;
      bias += dx / 2 + dy / 2;
      ratios.push(photons[match]! / emitter.photons);
    }
  }
  ratios.sort((a, b) => a - b);
  return {
    recall: hits / wanted,
    falsePositives,
    photonRatio: ratios[ratios.length >> 1]!,
    errorRatio: Math.sqrt(squares / variances),
    bias: bias / hits,
  };
}

describe("localizing simulated frames", () => {
  it("with a known background: every lone emitter, its photons, and errors as large as stated", () => {
    for (const fit of ["mle", "phasor"] as const) {
      const { localizations, counts } = localizeAll({ fit }, true);
      const { recall, falsePositives, photonRatio, errorRatio, bias } = score(localizations);
      assert.ok(recall > 0.99, `${fit}: recall ${recall}`);
      assert.ok(falsePositives <= 6, `${fit}: ${falsePositives} false positives`);
      assert.ok(photonRatio > 0.98 && photonRatio < 1.02, `${fit}: photons ${photonRatio}`);
      assert.ok(errorRatio > 0.85 && errorRatio < 1.15, `${fit}: errors ${errorRatio} times what is stated`);
      assert.ok(Math.abs(bias) < 0.02, `${fit}: bias ${bias}`);
      const { detected, nearEdge, notConverged, implausible, localized } = counts;
      assert.equal(detected, nearEdge + notConverged + implausible + localized);
      assert.equal(localized, localizations.frames.length);
    }
  });

  it("without one, a flat background is fitted: more photons than there are, where it is not flat", () => {
    const { photonRatio, recall } = score(localizeAll({ fit: "mle" }, false).localizations);
    assert.ok(recall > 0.95, `recall ${recall}`);
    assert.ok(photonRatio > 1.02 && photonRatio < 1.5, `photons ${photonRatio}`);
  });

  it("states the background of the raw frame, whatever was subtracted", () => {
    const { localizations } = localizeAll({ fit: "mle" }, true);
    const { frames, xPixels, yPixels, backgroundPhotons, backgroundDeviationPhotons } = localizations;
    const aduPerPhoton = camera.aduPerElectron * camera.quantumEfficiency;
    for (let i = 0; i < frames.length; i += 10) {
      const truth = simulation.background(frames[i]!);
      const under = truth[Math.floor(yPixels[i]!) * simulation.options.width + Math.floor(xPixels[i]!)]!;
      const photons = (under - camera.offsetAdu) / aduPerPhoton;
      assert.ok(Math.abs(backgroundPhotons[i]! / photons - 1) < 0.35, `${backgroundPhotons[i]} and ${photons}`);
      const electrons = backgroundPhotons[i]! * camera.quantumEfficiency;
      const deviation = Math.sqrt(electrons + camera.readNoiseElectrons ** 2) / camera.quantumEfficiency;
      assert.ok(Math.abs(backgroundDeviationPhotons[i]! / deviation - 1) < 1e-5);
    }
  });

  it("looks for spots in the clipped frame too, with the threshold of the frame before clipping", () => {
    const { recall, falsePositives } = score(localizeAll({ detectIn: "sparse" }, true).localizations);
    assert.ok(recall > 0.99 && falsePositives < 20, `recall ${recall}, ${falsePositives} false positives`);
  });

  it("leaves out spots whose window does not fit into the frame, and frames smaller than the window", () => {
    const { counts, localizations } = localizeAll({ windowPixels: 21 }, true);
    assert.ok(counts.nearEdge > 0);
    for (const [positions, size] of [
      [localizations.xPixels, 128],
      [localizations.yPixels, 128],
    ] as const) {
      assert.ok(positions.every((position) => position > 0 && position < size));
    }
    const tiny = createFrameLocalizer(4, 4, optionsFor({ thresholdFactor: 0.1 }));
    const frame = new Uint16Array(16).fill(100);
    frame[5] = 5000;
    const list = createLocalizationList();
    assert.deepEqual(tiny.localize(0, frame, null, list), {
      ...{ detected: 1, nearEdge: 1, notConverged: 0, implausible: 0, localized: 0 },
    });
  });

  it("states larger errors for a camera that multiplies electrons", () => {
    const metadata = { cameraOffsetAdu: 100, aduPerElectron: 2 };
    const uncertainties = [1, 2].map((excessNoise) => {
      const { options } = completeLocalizerOptions({ camera: { excessNoise } }, metadata);
      const list = createLocalizationList();
      createFrameLocalizer(128, 128, options).localize(0, simulation.frame(0), simulation.background(0), list);
      return list.take().uncertaintyPixels;
    });
    const [plain, multiplied] = uncertainties as [Float32Array, Float32Array];
    assert.ok(plain.length > 0);
    plain.forEach((value, i) => assert.ok(Math.abs(multiplied[i]! / value - Math.SQRT2) < 1e-6));
  });
});

describe("options of the localizer", () => {
  const unknown = { cameraOffsetAdu: null, aduPerElectron: null };

  it("come from what is asked for, then from the stack, then from defaults that are told", () => {
    const { options, notices } = completeLocalizerOptions({}, unknown);
    assert.deepEqual([options.fit, options.windowPixels, options.camera.aduPerElectron], ["mle", 7, 1]);
    assert.equal(notices.length, 2);
    const stated = { cameraOffsetAdu: 100, aduPerElectron: 2.5 };
    const known = completeLocalizerOptions({ camera: { aduPerElectron: 3, offsetAdu: undefined } }, stated);
    assert.deepEqual([known.options.camera.offsetAdu, known.options.camera.aduPerElectron], [100, 3]);
    assert.deepEqual(known.notices, []);
  });

  it("are refused with what was expected", () => {
    for (const [request, text] of [
      [undefined, /the options are undefined, expected an object/],
      [{ fit: "wls" }, /fit is wls, expected one of mle, phasor/],
      [{ windowPixels: 8 }, /windowPixels is 8, expected an odd number/],
      [{ windowPixels: 99 }, /windowPixels is 99, expected a number from 5 to 21/],
      [{ psfSigmaPixels: "1" }, /psfSigmaPixels is 1, expected/],
      [{ thresholdFactor: NaN }, /thresholdFactor is NaN/],
      [{ fitSigma: 1 }, /fitSigma is 1, expected true or false/],
      [{ threshold: 1 }, /threshold is no option, expected one of fit/],
      [{ camera: { gain: 1 } }, /camera gain is no option/],
      [{ camera: { quantumEfficiency: 0 } }, /quantumEfficiency is 0/],
    ] as const) {
      assert.throws(
        () => completeLocalizerOptions(request as unknown as LocalizerRequest, unknown),
        (error) => isSlnetError(error, "bad-input") && text.test(error.message),
      );
    }
  });
});

function tableOf(rows: readonly Partial<Localization>[]): Localizations {
  const list = createLocalizationList();
  const whole = {
    ...{ frame: 0, xPixels: 1, yPixels: 2, sigmaPixels: 1.3, photons: 500 },
    ...{ backgroundPhotons: 10, backgroundDeviationPhotons: 3, uncertaintyPixels: 0.1 },
  };
  for (const row of rows) list.push({ ...whole, ...row });
  return list.take();
}

describe("a list of localizations", () => {
  it("grows, and gives what was put in", () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ frame: i >> 2, xPixels: i + 0.123456789, photons: 2 * i }));
    const table = tableOf(rows);
    assert.equal(table.frames.length, 1000);
    rows.forEach(({ frame, xPixels, photons }, i) => {
      assert.deepEqual([table.frames[i], table.xPixels[i], table.photons[i]], [frame, xPixels, photons]);
    });
    assert.equal(new Set(localizationBuffers(table)).size, 8);
  });
});

describe("a rendering", () => {
  const frame = { height: 20, width: 30, magnification: 8 };

  it("as histogram counts each localization in its pixel", () => {
    const rendering = createRendering({ ...frame, kind: "histogram" });
    rendering.add(
      tableOf([
        { xPixels: 3.5, yPixels: 2.25 },
        { xPixels: 3.51, yPixels: 2.26 },
        { xPixels: 0, yPixels: 0 },
      ]),
    );
    rendering.add(tableOf([{ xPixels: 29.999, yPixels: 19.999 }, { xPixels: 30, yPixels: 5 }, { xPixels: NaN }]));
    const { image, width, height, leftOut } = rendering;
    assert.deepEqual([width, height, leftOut], [240, 160, 2]);
    assert.deepEqual([image[18 * 240 + 28], image[0], image[160 * 240 - 1]], [2, 1, 1]);
    assert.equal(
      image.reduce((sum, value) => sum + value, 0),
      4,
    );
  });

  it("as Gaussians spreads each over its uncertainty, at its place", () => {
    const rendering = createRendering({ ...frame, kind: "gaussian" });
    rendering.add(tableOf([{ xPixels: 15.3, yPixels: 9.7, uncertaintyPixels: 0.2 }]));
    const { image, width } = rendering;
    let [sum, x, y, squares] = [0, 0, 0, 0];
    image.forEach((value, i) => {
      sum += value;
      x += value * ((i % width) + 0.5);
      y += value * (Math.floor(i / width) + 0.5);
    });
    image.forEach((value, i) => (squares += value * ((i % width) + 0.5 - x / sum) ** 2));
    assert.ok(Math.abs(sum - 1) < 1e-4);
    assert.ok(Math.abs(x / sum - 15.3 * 8) < 1e-2 && Math.abs(y / sum - 9.7 * 8) < 1e-2);
    // Within a pixel a Gaussian is spread evenly: 1/12 more.
    assert.ok(Math.abs(squares / sum - (1.6 ** 2 + 1 / 12)) < 0.01, `${squares / sum}`);
  });

  it("draws the surest and the least sure, and leaves out what has no uncertainty", () => {
    const rendering = createRendering({ ...frame, kind: "gaussian" });
    rendering.add(tableOf([{ xPixels: 15, yPixels: 10, uncertaintyPixels: 0 }, { uncertaintyPixels: NaN }]));
    rendering.add(tableOf([{ xPixels: 15, yPixels: 10, uncertaintyPixels: 1e6 }]));
    assert.equal(rendering.leftOut, 1);
    assert.ok(rendering.image.every(Number.isFinite));
  });

  it("is refused where it would be too large", () => {
    for (const [request, code, text] of [
      [{ ...frame, magnification: 0 }, "bad-input", /expected a whole number from 1 to 64/],
      [{ ...frame, magnification: 2.5 }, "bad-input", /2\.5/],
      [{ height: 4096, width: 4096, magnification: 8 }, "out-of-memory", /32768 × 32768 pixels is too large/],
    ] as const) {
      assert.throws(
        () => createRendering({ ...request, kind: "histogram" }),
        (error) => isSlnetError(error, code) && text.test(error.message),
      );
    }
  });
});

describe("tables of ThunderSTORM", () => {
  it("are written as ThunderSTORM writes them: names in quotation marks, frames from 1, nanometres from the corner", () => {
    const text = thunderstormHeader + thunderstormRows(tableOf([{ frame: 4, xPixels: 0.5, yPixels: 10.25 }]), 100, 7);
    assert.equal(
      text,
      '"id","frame","x [nm]","y [nm]","sigma [nm]","intensity [photon]","offset [photon]","bkgstd [photon]","uncertainty [nm]"\n' +
        "7,5,50.000,1025.000,130.000,500.000,10.000,3.000,10.000\n",
    );
  });

  const read = (text: string, pieces = 1): Localizations => {
    const reader = createThunderstormReader(100);
    const length = Math.ceil(text.length / pieces);
    for (let from = 0; from < text.length; from += length) reader.push(text.slice(from, from + length));
    return reader.finish();
  };

  it("come back as they were, in whatever pieces they arrive", () => {
    const table = tableOf(Array.from({ length: 300 }, (_, i) => ({ frame: i >> 3, xPixels: i / 7, photons: 100 + i })));
    const text = thunderstormHeader + thunderstormRows(table, 100, 1);
    for (const pieces of [1, 7, text.length]) {
      const back = read(text, pieces);
      assert.deepEqual(back.frames, table.frames);
      assert.deepEqual(back.photons, table.photons);
      back.xPixels.forEach((x, i) => assert.ok(Math.abs(x - table.xPixels[i]!) < 1e-5));
      back.uncertaintyPixels.forEach((value) => assert.ok(Math.abs(value - 0.1) < 1e-6));
    }
  });

  it("are read from other versions and programs: another order, other columns, no quotation marks, Windows lines", () => {
    const back = read(
      "\ufeffframe,id,y [nm],x [nm],chi2,uncertainty_xy [nm]\r\n3.0,2.0,200.0,1.5E2,7,12\r\n1.0,1.0,50,-10,1,NaN\r\n\r\n",
    );
    assert.deepEqual([...back.frames], [0, 2], "sorted by frame");
    assert.deepEqual([...back.xPixels], [-0.1, 1.5]);
    assert.deepEqual([...back.yPixels], [0.5, 2]);
    assert.ok(Number.isNaN(back.uncertaintyPixels[0]) && Math.abs(back.uncertaintyPixels[1]! - 0.12) < 1e-6);
    assert.ok(Number.isNaN(back.photons[0]));
  });

  it("are refused with the line that is wrong", () => {
    const header = '"frame","x [nm]","y [nm]"\n';
    for (const [text, pattern] of [
      ["", /the table is empty/],
      ["\n \n", /the table is empty/],
      ['"frame","x [px]","y [px]"\n1,2,3\n', /line 1 .* no column "x \[nm\]"/],
      [`${header}1,2\n`, /line 2 .* has 2 values, expected 3/],
      [`${header}1,2,3,4\n`, /line 2 .* has 4 values, expected 3/],
      [`${header}1,2,3\n1,two,3\n`, /line 3 .* has "two" for x \[nm\], expected a number/],
      [`${header}1,,3`, /line 2 .* has "" for x/],
      [`${header}1,0x10,3`, /has "0x10"/],
      [`${header}1,NaN,3`, /has "NaN" for x/],
      [`${header}1,Infinity,3`, /has "Infinity"/],
      [`${header}1,1e999,3`, /has "1e999"/],
      [`${header}0,2,3`, /frame 0, expected a whole number of at least 1/],
      [`${header}1.5,2,3`, /frame 1.5/],
      [`${header}5000000000,2,3`, /frame 5000000000/],
      [header + "1".repeat(20_000), /line 2 .* longer than 10000 characters/],
    ] as const) {
      for (const pieces of [1, 5]) {
        assert.throws(
          () => read(text, pieces),
          (error) => isSlnetError(error, "bad-input") && pattern.test(error.message),
          text.slice(0, 60),
        );
      }
    }
    assert.throws(
      () => createThunderstormReader(0),
      (error) => isSlnetError(error, "bad-input"),
    );
  });
});
