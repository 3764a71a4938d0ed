import { createFitWindow } from "../build/src/core/localization/fit-window.js";
import { createFrameLocalizer } from "../build/src/core/localization/frame-localizer.js";
import { createGaussianFitter } from "../build/src/core/localization/gaussian-fit.js";
import { createLocalizationList } from "../build/src/core/localization/localization.js";
import { completeLocalizerOptions } from "../build/src/core/localization/localizer-options.js";
import { createPhasorFitter } from "../build/src/core/localization/phasor-fit.js";
import { createSpotDetector } from "../build/src/core/localization/spot-detection.js";
import { createSimulation, createSimulationOptions } from "../build/src/core/simulation.js";
import { median, takeTurns } from "./timing.mjs";

const side = 256;
const windowPixels = 7;
/** Different ones, so that no branch is learned by heart. */
const spotCount = 512;

/** The localizer on one thread: detection and whole frames per second at 256², and fits per second of windows of 7². */
export async function measureLocalization({ quick }) {
  const budgetMs = quick ? 30 : 200;
  const simulation = createSimulation(
    createSimulationOptions({ width: side, height: side, frames: 16, emittersPerFrame: 40 }),
  );
  const { offsetAdu, aduPerElectron, readNoiseElectrons } = simulation.options.camera;
  const frames = Array.from({ length: 16 }, (_, index) => simulation.frame(index));
  const backgrounds = frames.map((_, index) => simulation.background(index));
  const optionsOf = (fit) =>
    completeLocalizerOptions({ fit, camera: { readNoiseElectrons } }, { cameraOffsetAdu: offsetAdu, aduPerElectron })
      .options;

  const windows = cutWindows(simulation, frames, backgrounds, optionsOf("mle"));
  const detector = createSpotDetector(side, side, optionsOf("mle").thresholdFactor);
  const known = createPhasorFitter(windowPixels, 1.3, false);
  const flat = createPhasorFitter(windowPixels, 1.3, true);
  const gaussian = (fitBackground) =>
    createGaussianFitter(windowPixels, { sigmaPixels: 1.3, fitSigma: true, fitBackground });
  const knownGaussian = gaussian(false);
  const flatGaussian = gaussian(true);
  const list = createLocalizationList();
  const localizers = ["mle", "phasor"].map((fit) => createFrameLocalizer(side, side, optionsOf(fit)));
  const localize = (localizer) => (index) => {
    localizer.localize(index, frames[index % 16], backgrounds[index % 16], list);
    list.take();
  };

  const tasks = {
    detection: (index) => detector.detect(frames[index % 16]),
    phasor: (index) => known.fit(windows[index % spotCount]),
    // From the position that the phasor gives, as the localizer does it.
    mleKnownBackground: (index) => knownGaussian.fit(windows[index % spotCount], known.fit(windows[index % spotCount])),
    mleFlatBackground(index) {
      const window = windows[index % spotCount];
      flatGaussian.fit(window, flat.fit(window));
    },
    framesMle: localize(localizers[0]),
    framesPhasor: localize(localizers[1]),
  };
  const contestants = Object.values(tasks).map((run) => async () => perSecond(run, budgetMs));
  const speeds = await takeTurns(contestants, quick ? 3 : 5);
  return Object.fromEntries(Object.keys(tasks).map((name, index) => [name, median(speeds[index])]));
}

function perSecond(run, budgetMs) {
  const start = performance.now();
  let done = 0;
  do {
    for (let i = 0; i < 8; i++) run(done++);
  } while (performance.now() - start < budgetMs);
  return (1000 * done) / (performance.now() - start);
}

/** Windows around the emitters of the frames, with the true background as the known one. */
function cutWindows(simulation, frames, backgrounds, { camera }) {
  const windows = [];
  const half = (windowPixels - 1) / 2;
  for (let index = 0; windows.length < spotCount; index++) {
    const frame = index % frames.length;
    for (const { xPixels, yPixels, photons } of simulation.emittersIn(frame)) {
      const [left, top] = [Math.floor(xPixels) - half, Math.floor(yPixels) - half];
      const isInside = left >= 0 && top >= 0 && left + windowPixels <= side && top + windowPixels <= side;
      if (!isInside || photons < 300 || windows.length === spotCount) continue;
      const window = createFitWindow(windowPixels);
      window.readVariance.fill(camera.readNoiseElectrons ** 2);
      for (let i = 0; i < windowPixels * windowPixels; i++) {
        const at = (top + Math.floor(i / windowPixels)) * side + left + (i % windowPixels);
        window.counts[i] = (frames[frame][at] - camera.offsetAdu) / camera.aduPerElectron;
        window.background[i] = (backgrounds[frame][at] - camera.offsetAdu) / camera.aduPerElectron;
      }
      windows.push(window);
    }
  }
  return windows;
}
