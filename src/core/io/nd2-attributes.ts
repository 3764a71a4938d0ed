import { SlnetError } from "../errors.js";
import { liteLevel, liteNumber, type LiteLevel } from "./lite-variant.js";
import { statedFrameBytes } from "./raw-frames.js";
import { storedBytes, type StoredType } from "./stored-samples.js";

/** How the images of an ND2 file are stored. */
export interface Nd2Attributes {
  readonly width: number;
  readonly height: number;
  /** Values of one pixel, side by side: all channels. */
  readonly components: number;
  readonly type: StoredType;
  /** From the start of one row to that of the next. */
  readonly rowBytes: number;
  /** Number of images; 0 where the recording was stopped before it was written. */
  readonly images: number;
  readonly compressed: boolean;
  readonly notices: readonly string[];
}

/** More than any camera or spectral detector gives. */
const mostComponents = 4096;

/**
 * Reads the level `SLxImageAttributes`.
 *
 * @throws {@link SlnetError} `bad-input` where a size is missing or cannot be; `unsupported` for lossy compression and
 *   other types of pixels
 */
export function readNd2Attributes(root: LiteLevel, name: string): Nd2Attributes {
  const level = liteLevel(root, "SLxImageAttributes");
  const width = liteNumber(level, "uiWidth") ?? 0;
  const height = liteNumber(level, "uiHeight") ?? 0;
  const components = liteNumber(level, "uiComp") ?? 1;
  const bits = liteNumber(level, "uiBpcInMemory") ?? 0;
  const compression = liteNumber(level, "eCompression") ?? 2;
  // 0 is lossless, 1 lossy, 2 none.
  if (compression !== 0 && compression !== 2) {
    throw new SlnetError(
      "unsupported",
      `${name} has images with lossy compression, which cannot be read; export it as TIFF from NIS-Elements`,
    );
  }
  if (!Number.isInteger(components) || components < 1 || components > mostComponents) {
    throw new SlnetError("bad-input", `${name}: its pixels are said to have ${components} values, expected 1 or a few`);
  }
  const tileWidth = liteNumber(level, "uiTileWidth") ?? 0;
  const tileHeight = liteNumber(level, "uiTileHeight") ?? 0;
  if ((tileWidth > 0 && tileWidth < width) || (tileHeight > 0 && tileHeight < height)) {
    throw new SlnetError(
      "unsupported",
      `${name} has images in tiles of ${tileWidth}×${tileHeight}, expected whole images`,
    );
  }
  const { type, notices } = pixelType(bits, liteNumber(level, "ePixelType"), name);
  statedFrameBytes(name, height, width, type);
  const needed = width * components * storedBytes(type);
  const stated = liteNumber(level, "uiWidthBytes") ?? 0;
  // Rows are padded to four bytes where nothing is said.
  const rowBytes = stated > 0 ? stated : Math.ceil(needed / 4) * 4;
  if (!Number.isInteger(rowBytes) || rowBytes < needed || !Number.isSafeInteger(rowBytes * height)) {
    throw new SlnetError("bad-input", `${name}: its rows are said to have ${stated} bytes, expected ${needed} or more`);
  }
  const images = liteNumber(level, "uiSequenceCount") ?? 0;
  return { width, height, components, type, rowBytes, images, compressed: compression === 0, notices };
}

function pixelType(
  bits: number,
  kind: number | null,
  name: string,
): { readonly type: StoredType; readonly notices: readonly string[] } {
  const signed = "The file says that its pixels may be negative.";
  // ePixelType: 0 is signed, 1 unsigned, 2 floating point. Older programs do not write it, and 32 bits mean floats then.
  switch (`${bits} ${kind ?? (bits === 32 ? 2 : 1)}`) {
    case "8 0":
      return { type: "int8", notices: [signed] };
    case "8 1":
      return { type: "uint8", notices: [] };
    case "16 0":
      return { type: "int16", notices: [signed] };
    case "16 1":
      return { type: "uint16", notices: [] };
    case "16 2":
      return { type: "float16", notices: [] };
    case "32 0":
      return { type: "int32", notices: [signed] };
    case "32 1":
      return { type: "uint32", notices: [] };
    case "32 2":
      return { type: "float32", notices: [] };
    case "64 2":
      return { type: "float64", notices: [] };
    default:
      throw new SlnetError(
        "unsupported",
        `${name} has pixels of ${bits} bits and of the kind ${kind ?? "that is not said"}, expected integers of 8 to 32 bits or floats`,
      );
  }
}
