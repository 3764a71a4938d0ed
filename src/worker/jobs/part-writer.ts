import { SlnetError } from "../../core/errors.js";
import type { StackWriter, StackWriterOptions } from "../../core/io/stack-writer.js";
import { createTiffWriter, type TiffWriterOptions, type WrittenTiff } from "../../core/io/tiff-writer.js";
import { readWrittenTiff } from "../../core/io/written-tiff.js";
import type { OutputFile } from "../platform/platform.js";
import type { ResolvedPart } from "./saved-parts.js";

/** A part whose place is open, and that may have frames of an earlier run in it. */
export interface PartWriter {
  /** Whole frames that are there already. */
  readonly earlierFrames: number;
  /**
   * Makes the writer, once.
   *
   * @param keep - frames of the earlier ones that stay, from the first on
   */
  start(keep: number): StackWriter;
}

/** @throws {@link SlnetError} `bad-input` where an earlier file is of something else */
export async function openPartWriter(
  part: ResolvedPart,
  output: OutputFile,
  options: StackWriterOptions,
): Promise<PartWriter> {
  const { format = "tiff" } = part;
  switch (format) {
    case "tiff":
    case "ome-tiff": {
      const text = format === "tiff" ? "imagej" : "ome";
      return openTiffPart(output, { ...options, text, compression: part.compression ?? "none" });
    }
    case "zarr":
      throw new SlnetError("unsupported", "OME-Zarr cannot be written yet; save as tiff or ome-tiff");
    default:
      return format satisfies never;
  }
}

async function openTiffPart(output: OutputFile, options: TiffWriterOptions): Promise<PartWriter> {
  const written: WrittenTiff = output.earlier ? await readWrittenTiff(output.earlier, options) : { frames: 0, pages: [] };
  return {
    earlierFrames: written.frames,
    start(keep) {
      if (keep > 0) return createTiffWriter(output.sink, options, { ...written, frames: keep });
      output.startAnew();
      return createTiffWriter(output.sink, options);
    },
  };
}
