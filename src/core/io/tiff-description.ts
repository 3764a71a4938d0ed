import { unknownMetadata, type StackMetadata } from "../frames.js";
import { parseImageJDescription } from "./imagej-description.js";
import type { StackAxes } from "./stack-axes.js";

/** What the description text of a page says about the stack. */
export interface TiffDescription {
  /** Written by ImageJ or in its form. */
  readonly isImageJ: boolean;
  /** Number of images that the text names, `null` where it names none. */
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
    images: imagesOfShape(text),
    unitMicrometres: null,
    metadata: unknownMetadata,
    axes: null,
    notices: [],
  };
}

/**
 * Images in a file that tifffile has written with `truncate=True`: one directory for all, and the shape in JSON, such as
 * `{"truncated": true, "shape": [5, 7, 9]}`. `null` for any other text.
 */
function imagesOfShape(text: string): number | null {
  const shape = /^\{.*"shape": \[([\d, ]{1,200})\]/.exec(text)?.[1];
  if (shape === undefined || !text.includes('"truncated": true')) return null;
  const extents = shape.split(",").map(Number);
  return extents.slice(0, -2).reduce((product, extent) => product * extent, 1);
}

/** True for the beginning of a text in OME-XML. */
export function isOmeXml(text: string): boolean {
  return /^\ufeff?\s*<(\?xml|!--|(\w+:)?OME\b)/.test(text) && /<(\w+:)?OME[\s>]/.test(text);
}
