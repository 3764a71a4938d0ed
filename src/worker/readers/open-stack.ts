import { SlnetError } from "../../core/errors.js";
import type { ByteSource, FileFolder, StackReader, StackSelection } from "../../core/frames.js";
import { openSimulation } from "../../core/io/simulated-reader.js";
import { openTiffFolder, tiffNames } from "../../core/io/tiff-folder.js";
import { openTiffStack, type TiffStackContext } from "../../core/io/tiff-stack.js";
import { createSimulationOptions } from "../../core/simulation.js";
import type { RemoteFrames, StackInput } from "../../protocol/api.js";
import type { Platform } from "../platform/platform.js";
import { openRemoteStack } from "./remote-reader.js";
import { formatOf, isOmeCompanion, isZarrMetadata } from "./stack-format.js";
import { tiffCodecs } from "./tiff-codecs.js";
import { readXml } from "./xml.js";

/** What a reader may need besides the file itself. */
export interface OpeningContext {
  readonly selection: StackSelection;
  /** Where the file is. */
  readonly folder: FileFolder;
  readonly platform: Platform;
  readonly assetsBaseUrl: string;
  /** On the command line: the first frame need not be shown at once. */
  readonly isUnattended: boolean;
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
      const isUnattended = input.type === "path";
      const context = { selection, folder: opened.folder, platform, assetsBaseUrl, isUnattended };
      return opened.type === "file" ? openFile(opened.source, context) : openFolder(context);
    }
    case "url": {
      const { openInputAtUrl } = await import("./url-input.js");
      const opened = await openInputAtUrl(input.url);
      const context = { selection, folder: opened.folder, platform, assetsBaseUrl, isUnattended: false };
      // What is on a web server cannot be listed, and is a folder only because it is a Zarr one.
      return opened.type === "file" ? openFile(opened.source, context) : openZarrFolder(context);
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

/**
 * Readers other than that of TIFF are loaded when they are needed.
 *
 * @param source - closed where opening fails
 */
async function openFile(source: ByteSource, context: OpeningContext): Promise<StackReader> {
  const { selection, folder } = context;
  try {
    const format = await formatOf(source);
    switch (format) {
      case "tiff":
        return await openTiffStack(source, tiffContext(context));
      case "ome": {
        const stack = await (await import("../../core/io/ome-stack.js")).openOmeCompanion(source, tiffContext(context));
        await source.close();
        return stack;
      }
      case "nd2":
        return await (await import("../../core/io/nd2-reader.js")).openNd2(source, selection);
      case "npy":
        return await (await import("../../core/io/npy-reader.js")).openNpy(source);
      case "dax":
        return await (await import("../../core/io/dax-reader.js")).openDax(source, folder);
      case "raw":
        return await (await import("./picasso-reader.js")).openPicasso(source, folder);
      case "safetensors":
        return await (await import("../../core/io/safetensors.js")).openSafetensors(source, selection);
      case "zip":
        return await (await import("./zip-reader.js")).openZipStack(source, selection);
      case "zarr": {
        const stack = await openZarrFolder(context);
        await source.close();
        return stack;
      }
      case "mrc":
        return await (await import("../../core/io/mrc-reader.js")).openMrc(source, selection);
      case "pic":
        return await (await import("../../core/io/pic-reader.js")).openPic(source, selection);
      case "nrrd":
      case "mha":
      case "nifti":
        return await (await import("./volume-reader.js")).openVolume(format, source, context);
      default:
        return format satisfies never;
    }
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openFolder(context: OpeningContext): Promise<StackReader> {
  const { folder } = context;
  const names = await folder.list();
  if (names.some(isZarrMetadata)) return openZarrFolder(context);
  const companions = names.filter(isOmeCompanion);
  if (companions.length === 1) {
    const source = await folder.open(companions[0]);
    if (source) return openFile(source, context);
  }
  if (companions.length > 1) {
    throw new SlnetError(
      "bad-input",
      `${folder.name} holds ${companions.length} recordings, each with its companion file; open one of those, such as ${companions[0]}`,
    );
  }
  const tiffs = tiffNames(names);
  if (tiffs.length > 0) return openTiffFolder(tiffs, tiffContext(context));
  throw new SlnetError(
    "bad-input",
    `${folder.name} is a folder and holds neither TIFF files nor OME-Zarr, expected a stack or its files`,
  );
}

function tiffContext({ folder, selection, isUnattended }: OpeningContext): TiffStackContext {
  return { folder, selection, readXml, tiff: { codecs: tiffCodecs, verifyFirst: isUnattended } };
}

async function openZarrFolder({ folder, selection }: OpeningContext): Promise<StackReader> {
  const { openZarr } = await import("./zarr-reader.js");
  return openZarr(folder, selection);
}
