import { SlnetError } from "../errors.js";
import type { TiffStorage } from "./tiff-page.js";
import { photometrics } from "./tiff-tags.js";

/** The sample of each pixel that is read. */
export interface TiffChannel {
  readonly sample: number;
  /** For people, where a choice was made for them. */
  readonly notice: string | null;
}

/**
 * Finds out which sample of a pixel is meant. Grey with transparency is grey.
 *
 * @param channel - as asked for
 * @throws {@link SlnetError} `choice-needed` where there are several and nobody chose; `bad-input` where there is no such one
 */
export function chooseSample(name: string, storage: TiffStorage, channel: number | undefined): TiffChannel {
  if (storage.samples === 1) {
    if (channel !== undefined && channel > 0) {
      throw new SlnetError(
        "bad-input",
        `${name}: channel ${channel} was asked for, expected only 0: its pixels are grey`,
      );
    }
    return { sample: 0, notice: null };
  }
  const labels = sampleNames(storage);
  if (channel !== undefined) {
    if (channel < labels.length) return { sample: channel, notice: null };
    throw new SlnetError(
      "bad-input",
      `${name}: channel ${channel} was asked for, its pixels have channels 0 to ${labels.length - 1} (${labels.join(", ")})`,
    );
  }
  const solid = labels.flatMap((label, sample) => (label.startsWith("alpha") ? [] : [sample]));
  if (solid.length === 1) {
    const notice = `The pixels have ${labels.join(" and ")}; ${labels[solid[0]]} is read.`;
    return { sample: solid[0], notice };
  }
  throw new SlnetError(
    "choice-needed",
    `${name} has ${labels.length} samples per pixel (${labels.join(", ")}); choose the channel to read`,
    { choice: { of: "channel", labels } },
  );
}

function sampleNames({ samples, photometric, extraSamples }: TiffStorage): readonly string[] {
  // Grey with more than transparency is no grey: such files keep channels of any kind side by side.
  const isAnything = photometric <= photometrics.blackIsZero && extraSamples.filter(isAlpha).length < samples - 1;
  const colours = isAnything ? [] : colourNames(photometric).slice(0, samples);
  const extras = Array.from({ length: samples - colours.length }, (_, i) =>
    isAlpha(extraSamples[i - (isAnything ? 1 : 0)]) ? "alpha" : `sample ${colours.length + i}`,
  );
  return [...colours, ...extras];
}

/** 1 and 2: transparency, multiplied into the colours or not. */
function isAlpha(extra: number | undefined): boolean {
  return extra === 1 || extra === 2;
}

function colourNames(photometric: number): readonly string[] {
  if (photometric === photometrics.rgb) return ["red", "green", "blue"];
  if (photometric === photometrics.cmyk) return ["cyan", "magenta", "yellow", "black"];
  return photometric === photometrics.palette ? ["palette index"] : ["grey"];
}
