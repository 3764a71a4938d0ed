import { SlnetError } from "../../core/errors.js";
import type { ByteSource, FileFolder, StackReader, StackSelection } from "../../core/frames.js";
import { openSimulation } from "../../core/io/simulated-reader.js";
import { openTiff } from "../../core/io/tiff-reader.js";
import { createSimulationOptions } from "../../core/simulation.js";
import type { RemoteFrames, StackInput } from "../../protocol/api.js";
import type { ItkFormat, Platform } from "../platform/platform.js";
import { openItkStack } from "./itk-reader.js";
import { openRemoteStack } from "./remote-reader.js";
import { tiffCodecs } from "./tiff-codecs.js";

/** What a reader may need besides the file itself. */
export interface OpeningContext {
  readonly selection: StackSelection;
  /** Where the file is. */
  readonly folder: FileFolder;
  readonly platform: Platform;
  readonly assetsBaseUrl: string;
}

/** Opens a stack by what its first bytes say, not by its name. */
export async function openStack(
  input: StackInput,
  selection: StackSelection,
  frames: RemoteFrames | null,
  platform: Platform,
  assetsBaseUrl: string,
): Promise<StackReader> {
  requirePositions(selection);
  switch (input.type) {
    case "simulated":
      return openSimulation(createSimulationOptions(input.options));
    case "frames":
      if (!frames)
        throw new SlnetError("bad-input", `${input.name} came without its frames, expected a source of frames`);
      return openRemoteStack(frames, input.shape, input.name);
    case "file":
    case "folder":
    case "path": {
      const opened = await platform.openInput(input);
      const context = { selection, folder: opened.folder, platform, assetsBaseUrl };
      return opened.type === "file" ? openFile(opened.source, context) : openFolder(context);
    }
    case "url": {
      const { openInputAtUrl } = await import("./url-input.js");
      const opened = await openInputAtUrl(input.url);
      const context = { selection, folder: opened.folder, platform, assetsBaseUrl };
      return opened.type === "file" ? openFile(opened.source, context) : openFolder(context);
    }
    default:
      input satisfies never;
      throw new SlnetError("bad-input", `there is no stack input of type ${(input as StackInput).type}`);
  }
}

function requirePositions(selection: StackSelection): void {
  for (const of of ["series", "channel", "slice"] as const) {
    const position = selection[of];
    if (position === undefined || (Number.isInteger(position) && position >= 0)) continue;
    throw new SlnetError("bad-input", `${of} is ${String(position)}, expected a whole number from 0 on`);
  }
}

/** @param source - closed where opening fails */
async function openFile(source: ByteSource, context: OpeningContext): Promise<StackReader> {
  const { selection, folder } = context;
  try {
    const format = await formatOf(source);
    switch (format) {
      case "tiff":
        return await openTiff(source, { selection, codecs: tiffCodecs });
      case "nd2":
        return await (await import("../../core/io/nd2-reader.js")).openNd2(source, selection);
      case "npy":
        return await (await import("../../core/io/npy-reader.js")).openNpy(source);
      case "dax":
        return await (await import("../../core/io/dax-reader.js")).openDax(source, folder);
      case "raw":
        return await (await import("./picasso-reader.js")).openPicasso(source, folder);
      case "zip":
        return await (await import("./zarr-zip.js")).openZarrZip(source, selection);
      case "zarr": {
        const stack = await openZarrFolder(context);
        await source.close();
        return stack;
      }
      default:
        return await openItkStack(format, source, context.platform, context.assetsBaseUrl);
    }
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openFolder(context: OpeningContext): Promise<StackReader> {
  const { folder } = context;
  const names = await folder.list();
  // What is on a web server cannot be listed, and is a folder only because it is a Zarr one.
  if (names.length === 0 || names.some(isZarrMetadata)) return openZarrFolder(context);
  throw new SlnetError("bad-input", `${folder.name} is a folder and not a file, expected a stack`);
}

async function openZarrFolder({ folder, selection }: OpeningContext): Promise<StackReader> {
  const { openZarr } = await import("./zarr-reader.js");
  return openZarr(folder, selection);
}

/** The file in a Zarr folder that says what the folder holds; a person may have opened that. */
function isZarrMetadata(name: string): boolean {
  return ["zarr.json", ".zarray", ".zgroup", ".zattrs"].includes(name);
}

/** Position of the letters `MAP ` in an MRC header, of the 2014 format and later. */
const mrcMark = 208;

/** Formats that are read without itk-wasm. */
type NativeFormat = "tiff" | "nd2" | "npy" | "dax" | "raw" | "zip" | "zarr";

async function formatOf(source: ByteSource): Promise<NativeFormat | ItkFormat> {
  if (source.size === 0) throw new SlnetError("bad-input", `${source.name} is empty, expected a TIFF stack`);
  const head = await source.read(0, 1024);
  const text = String.fromCharCode(...head);
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return "tiff";
  if (text.startsWith("\xda\xce\xbe\x0a")) return "nd2";
  if (text.startsWith("\x93NUMPY")) return "npy";
  if (text.startsWith("\0\0\0\x0cjP  ")) {
    throw new SlnetError(
      "unsupported",
      `${source.name} is JPEG 2000, as ND2 files of before version 2 are; export it as TIFF from NIS-Elements`,
    );
  }
  if (text.startsWith("PK\x03\x04")) return "zip";
  if (isZarrMetadata(source.name)) return "zarr";
  if (text.startsWith("NRRD00")) return "nrrd";
  if (text.startsWith("MAP", mrcMark)) return "mrc";
  if (/^\s*(ObjectType|NDims)\s*=/m.test(text)) {
    if (/\.mhd$/i.test(source.name)) {
      throw new SlnetError("unsupported", `${source.name} keeps its pixels in a second file; save it as one .mha file`);
    }
    return "meta";
  }
  // These have no first bytes of their own; what they are stands in a file beside them.
  if (/\.dax$/i.test(source.name)) return "dax";
  if (/\.raw$/i.test(source.name)) return "raw";
  const start = [...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new SlnetError(
    "bad-input",
    `${source.name} is not a stack that can be read: it starts with bytes ${start}; expected TIFF, ND2, NPY, MHA, NRRD, MRC, DAX or RAW`,
  );
}
