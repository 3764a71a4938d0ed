import assert from "node:assert/strict";
import { test } from "node:test";
import { errorFunction } from "../../src/core/error-function.js";
import { isSlnetError } from "../../src/core/errors.js";
import { openSimulation } from "../../src/core/io/simulated-reader.js";
import { createSimulation, createSimulationOptions, type SimulationRequest } from "../../src/core/simulation.js";
import { simulationScenes } from "../../src/core/simulation-scenes.js";

function simulate(request: SimulationRequest): ReturnType<typeof createSimulation> {
  return createSimulation(createSimulationOptions(request));
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? NaN;
  return sum / values.length;
}

/** A camera that counts photons, so that counts can be compared with theory. */
const photonCounter = { offsetAdu: 100, aduPerElectron: 1, quantumEfficiency: 1, readNoiseElectrons: 0, emGain: 1 };

test("the same options give the same pixels, in whatever order the frames are asked for", () => {
  const request = { width: 40, height: 32, frames: 20, seed: 5 };
  const first = simulate(request);
  const second = simulate(request);
  const forwards = [0, 7, 19].map((index) => first.frame(index));
  const backwards = [19, 7, 0].map((index) => second.frame(index)).reverse();
  assert.deepEqual(forwards, backwards);
  assert.deepEqual(first.emitters(), second.emitters());
  assert.notDeepEqual(simulate({ ...request, seed: 6 }).frame(0), forwards[0]);
  assert.notDeepEqual(forwards[0], forwards[1]);
});

test("a frame is background plus signal plus noise of the right size", () => {
  const simulation = simulate({ width: 128, height: 96, frames: 3, camera: photonCounter });
  const [frame, background, signal] = [simulation.frame(1), simulation.background(1), simulation.signal(1)];
  // Poisson: the variance of each pixel is its expected photons, so the scaled squares have mean 1.
  const scaled = Array.from(frame, (value, i) => {
    const photons = (background[i] ?? NaN) - 100 + (signal[i] ?? NaN);
    return (value - 100 - photons) / Math.sqrt(photons);
  });
  // 12,288 pixels: the mean has a standard error of 0.009 and the mean square one of 0.013; five of them.
  assert.ok(Math.abs(mean(scaled)) < 0.045, `mean ${mean(scaled)}`);
  const square = mean(scaled.map((value) => value * value));
  assert.ok(Math.abs(square - 1) < 0.065, `mean square ${square}`);
});

test("camera constants turn photons into counts, with the noise of each", () => {
  const camera = { offsetAdu: 300, aduPerElectron: 2, quantumEfficiency: 0.5, readNoiseElectrons: 3, emGain: 1 };
  const flat = { width: 128, height: 96, frames: 1, emittersPerFrame: 0 };
  const simulation = simulate({ ...flat, camera });
  const [frame, background] = [simulation.frame(0), simulation.background(0)];
  const deviations = Array.from(frame, (value, i) => value - (background[i] ?? NaN));
  // Electrons are half the photons; counts are twice the electrons; a count is rounded, 1/12 of variance.
  const variances = Array.from(background, (value) => 4 * ((value - 300) / 2 + 9) + 1 / 12);
  const ratio = mean(deviations.map((value) => value * value)) / mean(variances);
  assert.ok(Math.abs(mean(deviations)) < 0.5, `mean ${mean(deviations)}`);
  assert.ok(Math.abs(ratio - 1) < 0.08, `variance ratio ${ratio}`);

  // Electron multiplication doubles the variance of the shot noise, at gain times the counts.
  const multiplied = simulate({ ...flat, camera: { ...photonCounter, emGain: 50 } });
  const [emFrame, emBackground] = [multiplied.frame(0), multiplied.background(0)];
  const emDeviations = Array.from(emFrame, (value, i) => value - (emBackground[i] ?? NaN));
  const emVariances = Array.from(emBackground, (value) => 2 * 50 * (value - 100));
  const emRatio = mean(emDeviations.map((value) => value * value)) / mean(emVariances);
  assert.ok(Math.abs(mean(emDeviations)) < 0.02 * mean(emBackground), `mean ${mean(emDeviations)}`);
  assert.ok(Math.abs(emRatio - 1) < 0.12, `excess noise ratio ${emRatio}`);
});

test("counts above 16 bits and below 0 are clipped", () => {
  const bright = simulate({ width: 16, height: 16, frames: 1, backgroundPhotons: 500_000 });
  assert.deepEqual(new Set(bright.frame(0)), new Set([65535]));
  const dark = { ...photonCounter, offsetAdu: 0, readNoiseElectrons: 50 };
  const noisy = simulate({ width: 32, height: 32, frames: 1, backgroundPhotons: 0, emittersPerFrame: 0, camera: dark });
  const zeros = noisy.frame(0).filter((value) => value === 0).length;
  assert.ok(zeros > 400 && zeros < 640, `${zeros} of 1024 pixels are 0, expected about half`);
});

test("the light of the signal is that of the emitters in the frame", () => {
  const simulation = simulate({ width: 64, height: 64, frames: 30, camera: photonCounter });
  for (const index of [0, 11, 29]) {
    const inside = simulation
      .emittersIn(index)
      .filter(({ xPixels, yPixels }) => [xPixels, yPixels].every((position) => position > 7 && position < 57));
    const outside = simulation.emittersIn(index).length - inside.length;
    const photons = inside.reduce((sum, emitter) => sum + emitter.photons, 0);
    const light = mean(simulation.signal(index)) * 64 * 64;
    // Emitters near the edge lose part of their light beyond it, so they can only add up to their own photons.
    const edge = simulation.emittersIn(index).reduce((sum, emitter) => sum + emitter.photons, 0) - photons;
    assert.ok(
      light > photons * 0.9999 && light < (photons + edge) * 1.0001,
      `${light} photons, ${photons} + ${edge} (${outside})`,
    );
  }
});

test("a spot is where its emitter is: the centroid of a lone one is its position", () => {
  for (let seed = 0; seed < 40; seed++) {
    const simulation = simulate({ width: 48, height: 40, frames: 1, seed, emittersPerFrame: 1, structureCount: 1 });
    const [emitter, ...others] = simulation.emittersIn(0);
    if (!emitter || others.length > 0) continue;
    const { xPixels, yPixels } = emitter;
    if (Math.min(xPixels, yPixels, 48 - xPixels, 40 - yPixels) < 8) continue;
    const signal = simulation.signal(0);
    let [sum, x, y] = [0, 0, 0];
    signal.forEach((value, i) => {
      sum += value;
      x += value * ((i % 48) + 0.5);
      y += value * (Math.floor(i / 48) + 0.5);
    });
    assert.ok(Math.abs(x / sum - xPixels) < 1e-3 && Math.abs(y / sum - yPixels) < 1e-3, `seed ${seed}`);
    return;
  }
  assert.fail("no seed gave a lone emitter inside the image");
});

test("as many emitters are on as asked for, as long and as bright as asked for", () => {
  const request = {
    width: 64,
    height: 64,
    frames: 2000,
    emittersPerFrame: 10,
    meanOnFrames: 4,
    photonsMin: 900,
    photonsMax: 1100,
  };
  const simulation = simulate(request);
  const rows = simulation.emitters();
  // Rows weighted by the share of the frame for which the emitter is on: photons over mean brightness.
  const on = rows.reduce((sum, row) => sum + row.photons, 0) / 1000 / 2000;
  // About 5,000 blinks of exponential length: standard error 2 %.
  assert.ok(Math.abs(on - 10) < 0.8, `${on} emitters on, expected 10`);
  const perFrame = rows.length / 2000;
  assert.ok(Math.abs(perFrame - 12.5) < 0.9, `${perFrame} rows a frame, expected 10 (1 + 1/4)`);
  assert.ok(rows.every((row) => row.photons >= 0 && row.photons <= 1100));
  assert.ok(rows.every((row) => row.xPixels >= 0 && row.xPixels < 64 && row.yPixels >= 0 && row.yPixels < 64));
  assert.ok(rows.every((row, i) => i === 0 || row.frame >= (rows[i - 1]?.frame ?? Infinity)));
  assert.deepEqual(
    rows.filter((row) => row.frame === 1234),
    simulation.emittersIn(1234),
  );
  // The first frame is like every other: blinks are under way when the recording starts.
  assert.ok(simulation.emittersIn(0).length > 0);
});

test("the background has the mean asked for, bleaches and keeps a steady part", () => {
  const simulation = simulate({ frames: 10_000, bleachFrames: 100, camera: photonCounter });
  const means = [0, 100, 1000, 9999].map((index) => mean(simulation.background(index)) - 100);
  const [start = NaN, later = NaN, late = NaN, last = NaN] = means;
  assert.ok(Math.abs(start - 50) < 0.01, `mean ${start}`);
  assert.ok(start > later && later > late && late > last && last > 10, means.join(", "));
  const pixels = [...simulation.background(0)].map((value) => value - 100).sort((a, b) => a - b);
  const [dim = NaN, bright = NaN] = [0.1, 0.95].map((quantile) => pixels[Math.floor(quantile * pixels.length)]);
  assert.ok(dim > 20 && dim < 40 && bright > 65, `10 % at ${dim} photons, 95 % at ${bright}`);
});

test("the smallest and oddest sizes work", () => {
  const simulation = simulate({ width: 8, height: 61, frames: 1, structureCount: 1, psfSigmaPixels: 20 });
  assert.equal(simulation.frame(0).length, 8 * 61);
  assert.ok(simulation.background(0).every(Number.isFinite));
});

test("options out of range, unknown or at odds are refused with what was expected", () => {
  const refused = (request: object, text: RegExp): void => {
    assert.throws(
      () => createSimulationOptions(request),
      (error) => isSlnetError(error, "bad-input") && text.test(error.message),
    );
  };
  refused({ width: 7 }, /width is 7, expected a whole number from 8 to 4096/);
  refused({ frames: 2.5 }, /frames is 2.5, expected a whole number/);
  refused({ psfSigmaPixels: NaN }, /psfSigmaPixels is NaN/);
  refused({ seed: "1" }, /seed is 1, expected/);
  refused({ colour: 1 }, /colour is no option, expected one of width/);
  refused({ photonsMin: 10, photonsMax: 9 }, /photonsMin is 10, expected at most photonsMax, which is 9/);
  refused({ camera: { quantumEfficiency: 0 } }, /camera quantumEfficiency is 0/);
  refused({ camera: { gain: 2 } }, /camera gain is no option/);
  refused({ structure: "cubes" }, /structure is cubes, expected one of filaments, rings, grid, scattered/);
  refused({ photonDistribution: "log-normal", photonsMin: 0 }, /photonsMin is 0, expected more/);
  refused({ blinksPerMolecule: 3 }, /meanOffFrames is 0, expected more where molecules bleach/);
  refused({ emittersPerFrame: 10_000, meanOffFrames: 10_000 }, /make 40010000 molecules, expected at most 5000000/);
  assert.equal(createSimulationOptions({ width: undefined, camera: { emGain: 30 } }).camera.emGain, 30);
});

/** On and off stretches of each molecule, in frames, without those that the recording cuts. */
function stretches(
  rows: readonly { readonly frame: number; readonly id: number }[],
  frames: number,
): [number[], number[]] {
  const framesOf = new Map<number, number[]>();
  for (const { id, frame } of rows) framesOf.set(id, [...(framesOf.get(id) ?? []), frame]);
  const on: number[] = [];
  const off: number[] = [];
  for (const lit of framesOf.values()) {
    let start = lit[0]!;
    lit.forEach((frame, i) => {
      const next = lit[i + 1];
      if (next === frame + 1) return;
      if (start > 0 && frame < frames - 1) on.push(frame + 1 - start);
      if (next === undefined) return;
      off.push(next - frame - 1);
      start = next;
    });
  }
  return [on, off];
}

test("molecules stay off and on for exponential times, across the blocks in which they are drawn", () => {
  const frames = 6000;
  const request = { width: 48, height: 48, frames, emittersPerFrame: 4, meanOnFrames: 20, meanOffFrames: 180 };
  const rows = simulate(request).emitters();
  assert.ok(new Set(rows.map(({ id }) => id)).size <= 40, "4 on at a time and a tenth of the time are 40 molecules");
  const [on, off] = stretches(rows, frames);
  // A stretch of frames is longer than the time by two half frames; about 1,150 blinks have a standard error of 3 %.
  assert.ok(Math.abs(mean(on) - 21) < 2, `on for ${mean(on)} frames, expected 21`);
  assert.ok(Math.abs(mean(off) - 179) < 18, `off for ${mean(off)} frames, expected 179`);
  // Of exponential times, 1/e are longer than the mean.
  const longer = on.filter((frameCount) => frameCount > 21).length / on.length;
  assert.ok(Math.abs(longer - Math.exp(-1)) < 0.05, `${longer} stay on for longer than the mean`);
});

test("molecules bleach: after so many blinks on average they are gone", () => {
  const request = { width: 48, height: 48, frames: 20_000, emittersPerFrame: 20, meanOnFrames: 5, meanOffFrames: 95 };
  const simulation = simulate({ ...request, blinksPerMolecule: 4 });
  const onIn = (from: number, to: number): number => {
    let count = 0;
    for (let frame = from; frame < to; frame++) count += simulation.emittersIn(frame).length;
    return count / (to - from);
  };
  const [early, late] = [onIn(0, 20), onIn(2000, 2100)];
  assert.ok(early > 12, `${early} are on at the start`);
  assert.ok(late < 0.05 * early, `${late} are on at the end, ${early} at the start`);
  assert.equal(onIn(19_900, 20_000), 0);
});

test("a long recording takes no more memory than a short one, and its end is reached at once", () => {
  const simulation = simulate({ width: 16, height: 16, frames: 10_000_000, emittersPerFrame: 2 });
  const started = performance.now();
  assert.ok(simulation.frame(200_000).some((count) => count > 100));
  assert.ok(performance.now() - started < 5000);
  const again = simulation.frame(7);
  assert.deepEqual(simulate({ width: 16, height: 16, frames: 10_000_000, emittersPerFrame: 2 }).frame(7), again);
});

test("brightness is spread as asked for", () => {
  const request = { width: 32, height: 32, frames: 3000, emittersPerFrame: 5, meanOnFrames: 1000 };
  const photonsOf = (photonDistribution: "log-normal" | "exponential"): number[] => {
    const rows = simulate({
      ...request,
      photonDistribution,
      photonsMin: 100,
      photonsMax: 1600,
      meanOnFrames: 3,
    }).emitters();
    // Whole frames only: those between two frames in which the same molecule is on.
    const lit = new Set(rows.map(({ id, frame }) => `${id} ${frame}`));
    return rows
      .filter(({ id, frame }) => lit.has(`${id} ${frame - 1}`) && lit.has(`${id} ${frame + 1}`))
      .map(({ photons }) => photons);
  };
  const logNormal = photonsOf("log-normal").map(Math.log);
  assert.ok(Math.abs(mean(logNormal) - Math.log(400)) < 0.06, `median ${Math.exp(mean(logNormal))}, expected 400`);
  const below = logNormal.filter((value) => value < Math.log(100)).length / logNormal.length;
  assert.ok(Math.abs(below - 0.05) < 0.02, `${below} below photonsMin, expected a twentieth`);
  const exponential = photonsOf("exponential");
  assert.ok(Math.abs(mean(exponential) / 850 - 1) < 0.1, `mean ${mean(exponential)}, expected 850`);
});

test("each structure has its shape", () => {
  const places = (structure: "rings" | "grid" | "scattered" | "filaments"): { x: number; y: number }[] =>
    simulate({ width: 128, height: 128, structure, structureCount: 3, frames: 2000, emittersPerFrame: 20 })
      .emitters()
      .map(({ xPixels: x, yPixels: y }) => ({ x, y }));
  for (const structure of ["rings", "grid", "scattered", "filaments"] as const) {
    const emitters = places(structure);
    assert.ok(emitters.length > 1000);
    // Of all 8-pixel squares, few hold anything: molecules sit on lines, not all over.
    const squares = new Set(emitters.map(({ x, y }) => `${x >> 3},${y >> 3}`)).size / 256;
    assert.ok(squares > 0.01 && squares < 0.5, `${structure}: ${squares} of the area`);
  }
});

test("molecules out of focus have wider spots, and the truth says how wide", () => {
  const rows = simulate({ frames: 200, defocusedShare: 0.3, psfSigmaPixels: 1.2 }).emitters();
  const wide = rows.filter(({ sigmaPixels }) => sigmaPixels > 1.2);
  assert.ok(Math.abs(wide.length / rows.length - 0.3) < 0.06, `${wide.length / rows.length} are out of focus`);
  assert.ok(wide.every(({ sigmaPixels }) => sigmaPixels >= 1.3 * 1.2 && sigmaPixels <= 2.2 * 1.2));
  const sharp = simulate({ frames: 200 }).emitters();
  assert.ok(sharp.every(({ sigmaPixels }) => sigmaPixels === 1.3));
});

test("puncta are steady, small and as bright as asked for", () => {
  const request = {
    width: 96,
    height: 96,
    frames: 500,
    backgroundPhotons: 20,
    camera: photonCounter,
    bleachFrames: 50,
  };
  const without = simulate(request);
  const simulation = simulate({ ...request, punctaCount: 12, punctaPhotons: 300 });
  const spots = (frame: number): Float32Array => {
    const plain = without.background(frame);
    return simulation.background(frame).map((value, i) => value - plain[i]!);
  };
  const [first, last] = [spots(0), spots(499)];
  assert.ok(
    first.every((value, i) => Math.abs(value - last[i]!) < 0.01),
    "they do not bleach",
  );
  const peak = Math.max(...first);
  assert.ok(peak > 100 && peak < 330, `the brightest pixel has ${peak} photons`);
  // Twelve spots of sigma 1.3 have half of their light within 1.5 pixels: most of the image is dark.
  assert.ok(first.filter((value) => value > 1).length < 12 * 81);
});

test("a background that moves goes on as between mirrors, with the same light", () => {
  const request = {
    width: 64,
    height: 64,
    frames: 4000,
    emittersPerFrame: 0,
    camera: photonCounter,
    bleachFrames: 1e9,
  };
  const simulation = simulate({ ...request, driftPixels: 0.5 });
  const [start, moved, back] = [0, 20, 2].map((frame) => simulation.background(frame));
  const difference = (a: Float32Array, b: Float32Array): number => mean(a.map((value, i) => Math.abs(value - b[i]!)));
  assert.ok(difference(start!, moved!) > 3 * difference(start!, back!), "twenty frames on it moved further than two");
  const lights = [0, 500, 1000, 3999].map((frame) => mean(simulation.background(frame)) - 100);
  assert.ok(Math.max(...lights) / Math.min(...lights) < 1.3, lights.join(", "));
});

test("emitters far out of focus are background: wide, blinking, and in no table", () => {
  const request = { width: 64, height: 64, frames: 300, emittersPerFrame: 0, camera: photonCounter };
  const simulation = simulate({ ...request, outOfFocusEmitters: 2 });
  assert.deepEqual(simulation.emitters(), []);
  const without = simulate(request);
  const light = Array.from(
    { length: 300 },
    (_, frame) => mean(simulation.background(frame)) - mean(without.background(frame)),
  );
  assert.ok(Math.max(...light) > 0.5 && Math.min(...light) < 0.5 * mean(light), "they come and go");
});

test("pixels that differ have maps in the truth, and frames follow them", () => {
  const camera = { offsetAdu: 100, aduPerElectron: 2, quantumEfficiency: 1, readNoiseElectrons: 2 };
  const spread = { offsetSpreadAdu: 5, gainSpread: 0.1, readNoiseSpread: 0.4 };
  const request = { width: 64, height: 64, frames: 200, emittersPerFrame: 0, backgroundPhotons: 0 };
  const simulation = simulate({ ...request, camera: { ...camera, ...spread } });
  const { offsetAdu, aduPerElectron, readNoiseElectrons } = simulation.sensor;
  const deviation = (values: Float32Array): number => {
    const middle = mean(values);
    return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
  };
  assert.ok(Math.abs(deviation(offsetAdu) - 5) < 0.4);
  assert.ok(Math.abs(deviation(aduPerElectron) - 0.2) < 0.02);
  assert.ok(Math.abs(deviation(readNoiseElectrons.map(Math.log)) - 0.4) < 0.03);
  // Dark frames: the mean of each pixel is its offset, the variance its read noise, each squared with its gain.
  const sums = new Float64Array(64 * 64);
  const squares = new Float64Array(64 * 64);
  for (let index = 0; index < 200; index++) {
    simulation.frame(index).forEach((count, i) => {
      sums[i]! += count;
      squares[i]! += count * count;
    });
  }
  let [offsetError, ratio] = [0, 0];
  for (let i = 0; i < sums.length; i++) {
    const average = sums[i]! / 200;
    offsetError += (average - offsetAdu[i]!) ** 2 / sums.length;
    const noise = (aduPerElectron[i]! * readNoiseElectrons[i]!) ** 2 + 1 / 12;
    ratio += (squares[i]! / 200 - average ** 2) / noise / sums.length;
  }
  assert.ok(Math.sqrt(offsetError) < 0.5, `offsets differ by ${Math.sqrt(offsetError)}`);
  assert.ok(Math.abs(ratio - 0.995) < 0.02, `variance ratio ${ratio}`);
  assert.equal(simulate(request).sensor.offsetAdu.length, 1);
});

test("the scenes for evaluation can be made, and differ", () => {
  const frames = Object.entries(simulationScenes).map(([name, { request }]) => {
    const simulation = simulate({ ...request, frames: 40 });
    const signal = simulation.signal(20);
    assert.ok(simulation.emittersIn(20).length > 0 && Math.max(...signal) > 0, name);
    return simulation.frame(20).join();
  });
  assert.equal(new Set(frames).size, 8);
});

test("a simulation reads like any stack", async () => {
  const options = createSimulationOptions({ width: 24, height: 16, frames: 6 });
  const reader = openSimulation(options);
  assert.deepEqual(reader.description.shape, { frames: 6, height: 16, width: 24, type: "uint16" });
  const out = new Uint16Array(2 * 24 * 16);
  await reader.readFrames(3, 5, out);
  const simulation = createSimulation(options);
  assert.deepEqual(out, Uint16Array.from([...simulation.frame(3), ...simulation.frame(4)]));
  await assert.rejects(reader.readFrames(5, 7, out), (error) => isSlnetError(error, "bad-input"));
  await assert.rejects(reader.readFrames(0, 1, out), (error) => isSlnetError(error, "bad-input"));
  const reason = new Error("enough");
  await assert.rejects(reader.readFrames(0, 2, out, AbortSignal.abort(reason)), (error) => error === reason);
});

test("a simulated stack states the camera that it was made with", () => {
  const camera = { offsetAdu: 250, aduPerElectron: 0.5, emGain: 40 };
  const { description } = openSimulation(
    createSimulationOptions({ width: 24, height: 16, frames: 6, pixelSizeNm: 90, frameIntervalSeconds: 0.01, camera }),
  );
  const { pixelSizeNm, frameIntervalSeconds, exposureSeconds, cameraOffsetAdu, aduPerElectron } = description;
  assert.deepEqual([pixelSizeNm, frameIntervalSeconds, exposureSeconds], [90, 0.01, null]);
  assert.equal(cameraOffsetAdu, 250);
  // 0.5 ADU for each of the 40 electrons that one photoelectron becomes.
  assert.equal(aduPerElectron, 20);
});

test("the error function agrees with tabulated values", () => {
  // Abramowitz and Stegun, table 7.1.
  for (const [x, value] of [
    [0, 0],
    [0.1, 0.112462916],
    [0.5, 0.5204998778],
    [1, 0.8427007929],
    [2, 0.995322265],
  ] as const) {
    assert.ok(Math.abs(errorFunction(x) - value) < 1.5e-7);
    assert.ok(Math.abs(errorFunction(-x) + value) < 1.5e-7);
  }
});
