import { SlnetError } from "../../core/errors.js";
import type { StackWriter, StackWriterOptions } from "../../core/io/stack-writer.js";
import { createTiffWriter, type TiffWriterOptions, type WrittenTiff } from "../../core/io/tiff-writer.js";
import { readWrittenTiff } from "../../core/io/written-tiff.js";
import { canResume } from "../../protocol/save-formats.js";
import type { OutputFile, Platform } from "../platform/platform.js";
import type { ResolvedPart } from "./saved-parts.js";

/** A part whose place is open, and that may have frames of an earlier run in it. */
export interface PartWriter {
  readonly output: Pick<OutputFile, "discard" | "file"> & {
    /** @param clipped - pixels that did not fit the sample type, over all parts */
    commit(clipped: number): Promise<void>;
  };
  /** With fewer frames it is not worth keeping. */
  readonly neededFrames: number;
  /** Whole frames that are there already. */
  readonly earlierFrames: number;
  /**
   * Makes the writer, once.
   *
   * @param keep - frames of the earlier ones that stay, from the first on
   */
  start(keep: number): StackWriter;
}

/**
 * @param resume - go on with what an earlier run left
 * @throws {@link SlnetError} `bad-input` where an earlier file is of something else or the place cannot be written to,
 *   `unsupported` where it cannot be resumed
 */
export async function openPartWriter(
  part: ResolvedPart,
  options: StackWriterOptions,
  platform: Platform,
  resume: boolean,
): Promise<PartWriter> {
  const { format = "tiff", compression = "none" } = part;
  if (resume && !canResume(format)) {
    throw new SlnetError("unsupported", `a stopped cleaning into ${format} cannot be resumed; write TIFF for that`);
  }
  switch (format) {
    case "tiff":
    case "ome-tiff": {
      const output = await platform.openOutput(part.target, resume);
      try {
        const text = format === "tiff" ? "imagej" : "ome";
        return await openTiffPart(output, { ...options, text, compression });
      } catch (error) {
        await output.discard();
        throw error;
      }
    }
    case "zarr":
      return openZarrPart(part, { ...options, compression }, platform);
    case "npy":
    case "npz":
    case "safetensors":
      return openArrayPart(format, part, options, platform);
    default:
      return format satisfies never;
  }
}

const arrayWriters = {
  npy: async () => (await import("../../core/io/npy-stack-writer.js")).createNpyStackWriter,
  npz: async () => (await import("../../core/io/npz-stack-writer.js")).createNpzStackWriter,
  safetensors: async () => (await import("../../core/io/safetensors-stack-writer.js")).createSafetensorsStackWriter,
} as const;

async function openArrayPart(
  format: keyof typeof arrayWriters,
  { target }: ResolvedPart,
  options: StackWriterOptions,
  platform: Platform,
): Promise<PartWriter> {
  const createWriter = await arrayWriters[format]();
  const output = await platform.openOutput(target);
  let writer: StackWriter | null = null;
  return {
    output: {
      discard: () => output.discard(),
      file: () => output.file(),
      // Without a frame that can be reached the file is none: an archive whose list could not be written.
      commit: () => (writer?.framesReachable === 0 ? output.discard() : output.commit()),
    },
    earlierFrames: 0,
    neededFrames: 1,
    start: () => (writer = createWriter(output.sink, options)),
  };
}

/** A folder at a path, and a zip archive where one file is wanted. */
async function openZarrPart(
  { target }: ResolvedPart,
  options: StackWriterOptions & { readonly compression: "none" | "deflate" },
  platform: Platform,
): Promise<PartWriter> {
  const { createZarrWriter } = await import("../writers/zarr-writer.js");
  if (target.type === "path" && !/\.zip$/i.test(target.path)) {
    const { path } = target;
    const folder = await platform.openOutputFolder(path);
    const file = (): Promise<File> => Promise.reject(new SlnetError("unsupported", `${path} is a folder on disk`));
    const output = { commit: () => folder.commit(), discard: () => folder.discard(), file };
    return { output, earlierFrames: 0, neededFrames: 1, start: () => createZarrWriter(folder.files, options) };
  }
  const { createZipTree } = await import("../../core/io/zip-tree.js");
  const output = await platform.openOutput(target);
  const files = createZipTree(output.sink);
  return { output, earlierFrames: 0, neededFrames: 1, start: () => createZarrWriter(files, options) };
}

async function openTiffPart(output: OutputFile, options: TiffWriterOptions): Promise<PartWriter> {
  const written: WrittenTiff = output.earlier
    ? await readWrittenTiff(output.earlier, options)
    : { frames: 0, pages: [] };
  return {
    output,
    earlierFrames: written.frames,
    neededFrames: 1,
    start(keep) {
      if (keep > 0) return createTiffWriter(output.sink, options, { ...written, frames: keep });
      output.startAnew();
      return createTiffWriter(output.sink, options);
    },
  };
}
