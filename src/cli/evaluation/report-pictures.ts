import { encodeGreyPng } from "../../core/io/png-writer.js";
import { createRendering } from "../../core/localization/rendering.js";
import { createSimulation } from "../../core/simulation.js";
import type { ShownScene } from "./evaluate-scenes.js";

/** A picture for a page. */
export interface ReportPicture {
  /** An address that holds the picture itself. */
  readonly source: string;
  readonly width: number;
  readonly height: number;
}

/** What the report shows of one method on one recording; `null` where there is no such thing. */
export interface MethodPictures {
  readonly method: string;
  readonly background: ReportPicture | null;
  readonly left: ReportPicture | null;
  readonly superResolution: ReportPicture;
}

export interface ScenePictures {
  readonly scene: string;
  readonly seed: number;
  /** Index of the frame that is shown. */
  readonly frame: number;
  readonly raw: ReportPicture;
  /** What there was to find: the expected background, the light of the molecules, and their places. */
  readonly truth: Omit<MethodPictures, "method">;
  readonly methods: readonly MethodPictures[];
}

/** Pixels of a super-resolution image along the side of one camera pixel. */
const magnification = 3;

/** Share of the pixels that may be black or white. */
const clippedShare = 0.002;

/** Draws one frame of a scene: as it was recorded, and what each method makes of it. */
export async function drawScene({ name, simulation, scored, results }: ShownScene): Promise<ScenePictures | null> {
  const first = results[0]?.shown;
  if (!first) return null;
  const { width, height } = simulation;
  const { index, counts } = first;
  const truth = createSimulation(simulation);
  const expected = truth.background(index);
  // One scale for all backgrounds and one for all that is left, or they could not be compared.
  const backgroundScale = scaleOf(counts);
  const signal = truth.signal(index);
  const leftScale = scaleOf(Float32Array.from(counts, (count, i) => count - (expected[i] ?? 0)));
  const draw = (values: ArrayLike<number>, scale: Scale): Promise<ReportPicture> =>
    pictureOf(values, width, height, scale);

  const emitters = scored.flatMap((frame) => truth.emittersIn(frame));
  const places = createRendering({ height, width, magnification, kind: "gaussian" });
  const uncertainty = 0.1;
  places.add({
    frames: Uint32Array.from(emitters, (emitter) => emitter.frame),
    xPixels: Float64Array.from(emitters, (emitter) => emitter.xPixels),
    yPixels: Float64Array.from(emitters, (emitter) => emitter.yPixels),
    sigmaPixels: Float32Array.from(emitters, (emitter) => emitter.sigmaPixels),
    photons: Float32Array.from(emitters, (emitter) => emitter.photons),
    backgroundPhotons: new Float32Array(emitters.length),
    backgroundDeviationPhotons: new Float32Array(emitters.length),
    uncertaintyPixels: new Float32Array(emitters.length).fill(uncertainty),
  });
  const rendered = (image: Float32Array): Promise<ReportPicture> =>
    pictureOf(image, width * magnification, height * magnification, { low: 0, high: 0.3 });

  const methods: MethodPictures[] = [];
  for (const { method, shown } of results) {
    if (!shown) continue;
    const rendering = createRendering({ height, width, magnification, kind: "gaussian" });
    rendering.add(shown.localizations);
    methods.push({
      method,
      background: shown.background && (await draw(shown.background, backgroundScale)),
      left: shown.left && (await draw(shown.left, leftScale)),
      superResolution: await rendered(rendering.image),
    });
  }
  return {
    scene: name,
    seed: simulation.seed,
    frame: index,
    raw: await draw(counts, backgroundScale),
    truth: {
      background: await draw(expected, backgroundScale),
      left: await draw(signal, leftScale),
      superResolution: await rendered(places.image),
    },
    methods,
  };
}

interface Scale {
  /** What is black, and what is white. */
  readonly low: number;
  readonly high: number;
}

function scaleOf(values: ArrayLike<number>): Scale {
  const sorted = Float64Array.from(values).sort();
  const clipped = Math.floor(clippedShare * sorted.length);
  const low = sorted[clipped] ?? 0;
  return { low, high: Math.max(low + 1e-6, sorted[sorted.length - 1 - clipped] ?? 0) };
}

async function pictureOf(
  values: ArrayLike<number>,
  width: number,
  height: number,
  { low, high }: Scale,
): Promise<ReportPicture> {
  // Clamped and rounded by the array.
  const grey = Uint8ClampedArray.from(values, (value) => (255 * (value - low)) / (high - low));
  const bytes = await encodeGreyPng(new Uint8Array(grey.buffer), width, height);
  return { source: `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`, width, height };
}
