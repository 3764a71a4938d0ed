import { unknownMetadata, type StackMetadata } from "../frames.js";
import { parseImageJDescription } from "./imagej-description.js";
import type { StackAxes } from "./stack-axes.js";

/** What the description text of a page says about the stack. */
export interface TiffDescription {
  /** Written by ImageJ or in its form. */
  readonly isImageJ: boolean;
  /** Number of images that an ImageJ text names, `null` where it names none. */
  readonly images: number | null;
  /** Micrometres in the unit of the resolution tags, `null` where the text does not say. */
  readonly unitMicrometres: number | null;
  readonly metadata: StackMetadata;
  /** ImageJ's, whose channels run fastest, then slices, then times; `null` where the text does not say. */
  readonly axes: StackAxes | null;
  readonly notices: readonly string[];
}

/** Reads a text that holds sizes as lines of `name=value`. OME-XML is another matter: {@link isOmeXml}. */
export function parseTiffDescription(text: string): TiffDescription {
  if (text.startsWith("ImageJ=") || text.startsWith("SCIFIO=")) return parseImageJDescription(text);
  return {
    isImageJ: false,
    images: null,
    unitMicrometres: null,
    metadata: unknownMetadata,
    axes: null,
    notices: [],
  };
}

/** True for the beginning of a text in OME-XML. */
export function isOmeXml(text: string): boolean {
  return /^\ufeff?\s*<(\?xml|!--|(\w+:)?OME\b)/.test(text) && /<(\w+:)?OME[\s>]/.test(text);
}
