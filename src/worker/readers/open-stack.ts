import { SlnetError } from "../../core/errors.js";
import type { ByteSource, FileFolder, StackReader, StackSelection } from "../../core/frames.js";
import { gzipHead, isGzip } from "../../core/io/gzip-head.js";
import { isMarkedMrc, looksLikeMrc, openMrc } from "../../core/io/mrc-reader.js";
import { isNifti, niftiHeaderBytes } from "../../core/io/nifti-header.js";
import { looksLikePic, openPic } from "../../core/io/pic-reader.js";
import { openSimulation } from "../../core/io/simulated-reader.js";
import { openTiff } from "../../core/io/tiff-reader.js";
import { createSimulationOptions } from "../../core/simulation.js";
import type { RemoteFrames, StackInput } from "../../protocol/api.js";
import type { Platform } from "../platform/platform.js";
import { openRemoteStack } from "./remote-reader.js";
import { openVolume, type VolumeFormat } from "./volume-reader.js";

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
    if (format === "tiff") return await openTiff(source);
    if (format === "mrc") return await openMrc(source, context.selection);
    if (format === "pic") return await openPic(source, context.selection);
    return await openVolume(format, source, context);
  } catch (error) {
    await source.close();
    throw error;
  }
}

function openFolder({ folder }: OpeningContext): Promise<StackReader> {
  throw new SlnetError("bad-input", `${folder.name} is a folder and not a file, expected a stack`);
}

async function formatOf(source: ByteSource): Promise<"tiff" | "mrc" | "pic" | VolumeFormat> {
  if (source.size === 0) throw new SlnetError("bad-input", `${source.name} is empty, expected a TIFF stack`);
  const head = await source.read(0, 1024);
  const text = String.fromCharCode(...head);
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return "tiff";
  if (text.startsWith("NRRD00")) return "nrrd";
  if (isNifti(head)) return "nifti";
  if (isMarkedMrc(head)) return "mrc";
  if (/^\s*(ObjectType|NDims)\s*=/m.test(text)) return "mha";
  if (isGzip(head)) {
    if (isNifti(await gzipHead(source, niftiHeaderBytes))) return "nifti";
    throw new SlnetError(
      "bad-input",
      `${source.name} could not be read: it is a gzip file, and what is in it is damaged or no NIfTI stack; decompress any other`,
    );
  }
  if (looksLikePic(head, source.size)) return "pic";
  if (looksLikeMrc(head, source.size)) return "mrc";
  const start = [...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new SlnetError(
    "bad-input",
    `${source.name} is not a stack that can be read: it starts with bytes ${start}; expected TIFF, MHA, MHD, NRRD, MRC, NIfTI or PIC`,
  );
}
