import { createRendering } from "../../core/localization/rendering.js";
import { createSimulation } from "../../core/simulation.js";
import { greyPicture, greyScaleOf, type GreyScale } from "../../core/io/grey-picture.js";
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

/** Draws one frame of a scene: as it was recorded, and what each method makes of it. */
export async function drawScene({ name, simulation, scored, results }: ShownScene): Promise<ScenePictures | null> {
  const first = results[0]?.shown;
  if (!first) return null;
  const { width, height } = simulation;
  const { index, counts } = first;
  const truth = createSimulation(simulation);
  const expected = truth.background(index);
  // One scale for all backgrounds and one for all that is left, or they could not be compared.
  const backgroundScale = greyScaleOf(counts);
  const signal = truth.signal(index);
  const leftScale = greyScaleOf(Float32Array.from(counts, (count, i) => count - (expected[i] ?? 0)));
  const draw = (values: ArrayLike<number>, scale: GreyScale): Promise<ReportPicture> =>
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

async function pictureOf(
  values: ArrayLike<number>,
  width: number,
  height: number,
  scale: GreyScale,
): Promise<ReportPicture> {
  const { png } = await greyPicture(values, width, height, scale);
  return { source: `data:image/png;base64,${Buffer.from(png).toString("base64")}`, width, height };
}
