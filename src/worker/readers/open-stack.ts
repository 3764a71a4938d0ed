import { SlnetError } from "../../core/errors.js";
import type { ByteSource, FileFolder, StackReader, StackSelection } from "../../core/frames.js";
import { openSimulation } from "../../core/io/simulated-reader.js";
import { openTiffFolder, tiffNames } from "../../core/io/tiff-folder.js";
import { openTiffStack, type TiffStackContext } from "../../core/io/tiff-stack.js";
import { createSimulationOptions } from "../../core/simulation.js";
import type { RemoteFrames, StackInput } from "../../protocol/api.js";
import type { ItkFormat, Platform } from "../platform/platform.js";
import { openItkStack } from "./itk-reader.js";
import { openRemoteStack } from "./remote-reader.js";
import { tiffCodecs } from "./tiff-codecs.js";
import { readXml } from "./xml.js";

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
    case "url":
      throw new SlnetError("unsupported", `${input.url}: stacks on a web server cannot be opened yet`);
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
  try {
    const format = await formatOf(source);
    if (format === "tiff") return await openTiffStack(source, tiffContext(context));
    return await openItkStack(format, source, context.platform, context.assetsBaseUrl);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openFolder(context: OpeningContext): Promise<StackReader> {
  const { folder } = context;
  const tiffs = tiffNames(await folder.list());
  if (tiffs.length > 0) return openTiffFolder(tiffs, tiffContext(context));
  throw new SlnetError("bad-input", `${folder.name} is a folder without TIFF files, expected a stack or its files`);
}

function tiffContext({ folder, selection }: OpeningContext): TiffStackContext {
  return { folder, selection, readXml, tiff: { codecs: tiffCodecs } };
}

/** Position of the letters `MAP ` in an MRC header, of the 2014 format and later. */
const mrcMark = 208;

async function formatOf(source: ByteSource): Promise<"tiff" | ItkFormat> {
  if (source.size === 0) throw new SlnetError("bad-input", `${source.name} is empty, expected a TIFF stack`);
  const head = await source.read(0, 1024);
  const text = String.fromCharCode(...head);
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return "tiff";
  if (text.startsWith("NRRD00")) return "nrrd";
  if (text.startsWith("MAP", mrcMark)) return "mrc";
  if (/^\s*(ObjectType|NDims)\s*=/m.test(text)) {
    if (/\.mhd$/i.test(source.name)) {
      throw new SlnetError("unsupported", `${source.name} keeps its pixels in a second file; save it as one .mha file`);
    }
    return "meta";
  }
  const start = [...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new SlnetError(
    "bad-input",
    `${source.name} is not a stack that can be read: it starts with bytes ${start}; expected TIFF, MHA, NRRD or MRC`,
  );
}
