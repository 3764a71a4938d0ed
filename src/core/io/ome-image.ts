import { SlnetError } from "../errors.js";
import { planeIndex, type StackAxes, type StackAxis } from "./stack-axes.js";

/** Where planes of an image are, as one element of the text says. */
export interface OmeBlock {
  /** Page in the file; `null` where nothing is said, which means from the first on. */
  readonly page: number | null;
  readonly first: Readonly<Record<StackAxis, number>>;
  /** `null` where nothing is said: one with a page, else as many as there are. */
  readonly planes: number | null;
  /** Index into the document's files; −1 for the file that the text is in. */
  readonly file: number;
}

/** One image of an OME document. */
export interface OmeImage {
  /** For people. */
  readonly label: string;
  readonly axes: StackAxes;
  /** The fastest axis first. */
  readonly order: readonly StackAxis[];
  readonly blocks: readonly OmeBlock[];
  readonly pixelSizeNm: number | null;
  readonly frameIntervalSeconds: number | null;
  readonly exposureSeconds: number | null;
  readonly notices: readonly string[];
}

/** A file that a document names. */
export interface OmeFile {
  readonly name: string;
  readonly uuid: string;
}

/** What an OME-XML text says. */
export interface OmeDocument {
  readonly uuid: string;
  readonly images: readonly OmeImage[];
  readonly files: readonly OmeFile[];
  /** Name of the file that has the text in place of this one, `null` for a whole text. */
  readonly metadataFile: string | null;
  /** Pixels stand in the text itself. */
  readonly hasPixels: boolean;
  /** Of the only camera, in ADU; `null` where it is not said, or several are. */
  readonly cameraOffsetAdu: number | null;
  /** In ADU per photoelectron, as our own writer has noted it. */
  readonly aduPerElectron: number | null;
}

/** File and page of each plane, in the order of the image's axes. */
export interface OmePlanes {
  /** Index into the document's files, −1 for the file that the text is in, −2 for a plane that is nowhere. */
  readonly fileOf: Int32Array;
  readonly pageOf: Float64Array;
}

/** The file index of a plane that no block names. */
export const noFile = -2;

const mostPlanes = 8_000_000;

/**
 * Works out where each plane is. OME-TIFF specification 6, "The TiffData element".
 *
 * @param name - of the file, for messages
 * @throws {@link SlnetError} `bad-input` where the text contradicts itself
 */
export function locatePlanes(name: string, { axes, order, blocks, label }: OmeImage): OmePlanes {
  const count = axes.channel * axes.slice * axes.time;
  const size = `${axes.channel} channels × ${axes.slice} slices × ${axes.time} times`;
  if (!Number.isSafeInteger(count) || count > mostPlanes) {
    throw new SlnetError("bad-input", `${name}: ${label} has ${size}, expected at most ${mostPlanes} planes`);
  }
  const fileOf = new Int32Array(count).fill(noFile);
  const pageOf = new Float64Array(count);
  const whole: OmeBlock = { page: null, first: { channel: 0, slice: 0, time: 0 }, planes: null, file: -1 };
  // A text may name a plane twice, but one that does so again and again is made to keep us busy.
  let left = 4 * count + blocks.length;
  for (const { page, first, planes, file } of blocks.length > 0 ? blocks : [whole]) {
    for (const axis of ["channel", "slice", "time"] as const) {
      if (first[axis] < axes[axis]) continue;
      throw new SlnetError("bad-input", `${name}: ${label} places planes at ${axis} ${first[axis]}, it has ${size}`);
    }
    const start = planeIndex(axes, order, first);
    const most = count - start;
    const wanted = planes ?? (page === null ? most : 1);
    if (wanted > most) {
      throw new SlnetError("bad-input", `${name}: ${label} places ${wanted} planes where ${most} are left of ${size}`);
    }
    left -= wanted;
    if (left < 0) throw new SlnetError("bad-input", `${name}: ${label} places its planes several times`);
    for (let i = 0; i < wanted; i++) {
      fileOf[start + i] = file;
      pageOf[start + i] = (page ?? 0) + i;
    }
  }
  return { fileOf, pageOf };
}
