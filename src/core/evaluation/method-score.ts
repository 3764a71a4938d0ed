import type { SampleArray } from "../frames.js";
import { createFrameLocalizer, type FrameLocalizer } from "../localization/frame-localizer.js";
import { createLocalizationList, type LocalizationList, type Localizations } from "../localization/localization.js";
import { completeLocalizerOptions, type LocalizerOptions } from "../localization/localizer-options.js";
import { simulatedNoise, simulationMetadata, type SimulationOptions } from "../simulation-options.js";
import { BackgroundSums } from "./background-figures.js";
import type { RecordingTruth } from "./recording-truth.js";
import { truthFigures, type TruthFigures } from "./truth-figures.js";

/** How good a background method is on one recording. `null` where a figure does not exist. */
export interface MethodFigures extends Pick<
  TruthFigures,
  "jaccard" | "recall" | "precision" | "rmseNm" | "efficiency" | "photonRatio"
> {
  /** Mean of (background − truth) over mean true background, without the camera's offset, away from molecules. */
  readonly backgroundBias: number | null;
  /** Root of the mean squared error of the background there, in photons per pixel. */
  readonly backgroundRmsePhotons: number | null;
  /** Share of the molecules' expected light that the method leaves: Σ S·E / Σ E². */
  readonly keptLight: number | null;
}

/**
 * What the localizer is given: the recorded frames with the background as a known part of what each pixel expects, or the
 * cleaned frames themselves, as a program that knows nothing of the method would read them.
 */
export type LocalizerInput = "frames" | "sparse";

/** What a method makes of a frame, each `[height, width]` in ADU. */
export interface CleanedFrame {
  /** Background, offset included. */
  readonly lowRank: SampleArray;
  /** What is left of the frame, without offset. */
  readonly sparse: SampleArray;
}

/** Pixels with less expected light of molecules than this count as without, in photons. */
const darkBelowPhotons = 0.5;

/** Scores a method frame by frame, at several detection thresholds at once. */
export class MethodScore {
  readonly #truth: RecordingTruth;
  readonly #input: LocalizerInput;
  readonly #pixelSizeNm: number;
  readonly #offsetAdu: number;
  readonly #aduPerPhoton: number;
  readonly #localizers: readonly { readonly localizer: FrameLocalizer; readonly list: LocalizationList }[];
  readonly #background: BackgroundSums;
  readonly #left: Float32Array;
  #hasBackground = false;

  /** @param thresholdFactors - see {@link LocalizerOptions.thresholdFactor} */
  constructor(
    simulation: SimulationOptions,
    truth: RecordingTruth,
    input: LocalizerInput,
    thresholdFactors: readonly number[],
  ) {
    const { width, height, pixelSizeNm, camera } = simulation;
    this.#truth = truth;
    this.#input = input;
    this.#pixelSizeNm = pixelSizeNm;
    this.#offsetAdu = camera.offsetAdu;
    this.#aduPerPhoton = camera.aduPerElectron * camera.emGain * camera.quantumEfficiency;
    this.#localizers = thresholdFactors.map((thresholdFactor) => ({
      localizer: createFrameLocalizer(height, width, localizerOptionsFor(simulation, thresholdFactor)),
      list: createLocalizationList(),
    }));
    this.#background = new BackgroundSums(camera.offsetAdu, darkBelowPhotons * this.#aduPerPhoton);
    this.#left = new Float32Array(width * height);
  }

  /**
   * One scored frame; frames in ascending order. A frame that is never added is one that the method lost: its emitters
   * are missed.
   *
   * @param position - which of the truth's frames
   * @param raw - as recorded, in ADU
   * @param cleaned - `null`: no background is known, and the localizer fits a flat one
   */
  add(position: number, raw: SampleArray, cleaned: CleanedFrame | null): void {
    const index = this.#truth.frames[position];
    const left = this.#left;
    let [counts, background]: [SampleArray, SampleArray | null] = [raw, cleaned && cleaned.lowRank];
    if (cleaned) {
      const isSparse = this.#input === "sparse";
      for (let i = 0; i < left.length; i++) left[i] = isSparse ? cleaned.sparse[i] : raw[i] - cleaned.lowRank[i];
      this.#background.add(cleaned.lowRank, this.#truth.backgrounds[position], this.#truth.signals[position], left);
      this.#hasBackground = true;
      if (isSparse) {
        for (let i = 0; i < left.length; i++) left[i] += this.#offsetAdu;
        [counts, background] = [left, null];
      }
    }
    for (const { localizer, list } of this.#localizers) localizer.localize(index, counts, background, list);
  }

  /** For each threshold the figures and what they are of. Called once, at the end. */
  finish(): { readonly figures: MethodFigures; readonly localizations: Localizations }[] {
    const { emitters, leastPhotons } = this.#truth;
    const background = this.#hasBackground ? this.#background.figures() : null;
    return this.#localizers.map(({ list }) => {
      const localizations = list.take();
      const found = {
        frame: localizations.frames,
        xNm: localizations.xPixels.map((x) => x * this.#pixelSizeNm),
        yNm: localizations.yPixels.map((y) => y * this.#pixelSizeNm),
        photons: localizations.photons,
      };
      const { jaccard, recall, precision, rmseNm, efficiency, photonRatio } = truthFigures(emitters, found, {
        leastPhotons,
      });
      return {
        figures: {
          jaccard,
          recall,
          precision,
          rmseNm,
          efficiency,
          photonRatio,
          backgroundBias: background && background.relativeBias,
          backgroundRmsePhotons: background && background.rmse / this.#aduPerPhoton,
          keptLight: background && background.keptLight,
        },
        localizations,
      };
    });
  }
}

/** Maximum likelihood with the constants of the simulated camera, which the localizer is told, and the defaults else. */
function localizerOptionsFor(simulation: SimulationOptions, thresholdFactor: number): LocalizerOptions {
  const { camera, psfSigmaPixels } = simulation;
  const request = {
    fit: "mle",
    thresholdFactor,
    psfSigmaPixels,
    camera: { quantumEfficiency: camera.quantumEfficiency, ...simulatedNoise(simulation) },
  } as const;
  return completeLocalizerOptions(request, simulationMetadata(simulation)).options;
}
