import { SlnetError } from "../errors.js";
import type { StackMetadata, StackFormat, StackSelection } from "../frames.js";
import { choosePosition, wrongPosition } from "./choose-position.js";
import { storedBytes, type StoredType } from "./stored-samples.js";

/** What an axis of a volume counts. Axes of space come in the order x, y, z. */
export interface VolumeAxis {
  readonly kind: "space" | "time" | "channel";
  readonly length: number;
}

/** What the header of a plain volume format says, before a pixel is read. */
export interface VolumeHeader extends StackMetadata {
  readonly format: StackFormat;
  readonly type: StoredType;
  readonly littleEndian: boolean;
  /** Fastest first. */
  readonly axes: readonly VolumeAxis[];
  readonly data: VolumeData;
  readonly notices: readonly string[];
}

/** Where the pixels of a volume are, and how they are written there. */
export interface VolumeData {
  /** File with the pixels beside the header, or `null` where they follow in the same file. */
  readonly file: string | null;
  /** Position of the first byte; −1 where the pixels are at the end of the file and begin wherever they must. */
  readonly offset: number;
  /** Bytes of the encoded pixels, or `null` where they go to the end of the file. */
  readonly bytes: number | null;
  readonly encoding: "raw" | "gzip" | "zlib" | "text" | "hex";
  /** Bytes to leave out after decoding; 0 for raw pixels. */
  readonly decodedOffset: number;
}

/** The frames of a volume as positions of pixels, counted in pixels from the first one. */
export interface FrameGrid {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly first: number;
  readonly columnStride: number;
  readonly rowStride: number;
  readonly frameStride: number;
}

/** More values than this in one pixel are no colours, and would make reading one of them slow. */
const mostChannels = 64;

/**
 * Number of pixels in all, with every channel.
 *
 * @throws {@link SlnetError} `bad-input` where an axis is no positive whole number, or where the bytes cannot be counted
 */
export function volumePixels(header: VolumeHeader, name: string): number {
  let pixels = 1;
  for (const { length } of header.axes) pixels *= length;
  const valid = header.axes.every(({ length }) => Number.isSafeInteger(length) && length >= 1);
  if (!valid || !Number.isSafeInteger(pixels * storedBytes(header.type))) {
    throw new SlnetError("bad-input", `${name} has size ${sizeText(header)}, expected axes of 1 pixel or more`);
  }
  return pixels;
}

/**
 * Finds width, height and frames among the axes. The third axis is time, unless the file has a fourth of more than one
 * position: then one slice of the third is read.
 *
 * @throws {@link SlnetError} `choice-needed` where slice or channel is to be chosen, `unsupported` for more axes than
 *   that, `bad-input` for a choice that is not there
 */
export function frameGrid(header: VolumeHeader, name: string, selection: StackSelection): FrameGrid {
  volumePixels(header, name);
  let stride = 1;
  const axes = header.axes.map((axis) => {
    const placed = { ...axis, stride };
    stride *= axis.length;
    return placed;
  });
  const channels = axes.filter(({ kind, length }) => kind === "channel" && length > 1);
  const [columns, rows, ...rest] = axes.filter(({ kind }) => kind !== "channel");
  if (!columns || !rows) {
    throw new SlnetError("unsupported", `${name} has size ${sizeText(header)}, expected at least width and height`);
  }
  const moving = rest.filter(({ length }) => length > 1);
  if (moving.length > 2 || channels.length > 1 || (channels[0]?.length ?? 0) > mostChannels) {
    throw new SlnetError(
      "unsupported",
      `${name} has size ${sizeText(header)}, expected width, height, slices, frames and up to ${mostChannels} channels`,
    );
  }
  if ((selection.series ?? 0) > 0) throw wrongPosition(name, "series", selection.series ?? 0, 1);
  // With one of the two, whichever it is: a film often comes as slices along z.
  const [slices, frames] = moving.length === 2 ? [moving[0], moving[1]] : [undefined, moving[0]];
  const choose = (of: "slice" | "channel", axis: VolumeAxis | undefined): number =>
    choosePosition({ name, of, count: axis?.length ?? 1, what: `${of}s`, labelOf: (i) => `${of} ${i}` }, selection[of]);
  const slice = choose("slice", slices);
  const channel = choose("channel", channels[0]);
  return {
    width: columns.length,
    height: rows.length,
    frames: frames?.length ?? 1,
    first: slice * (slices?.stride ?? 0) + channel * (channels[0]?.stride ?? 0),
    columnStride: columns.stride,
    rowStride: rows.stride,
    frameStride: frames?.stride ?? 0,
  };
}

/** The axes as a person writes them: `64×64×300`. */
export function sizeText({ axes }: Pick<VolumeHeader, "axes">): string {
  return axes.map(({ length }) => length).join("×");
}
