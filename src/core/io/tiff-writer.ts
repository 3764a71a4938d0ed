import { SlnetError } from "../errors.js";
import { framePixels, sampleBytes, sampleTypeOf, type ByteSink, type SampleType } from "../frames.js";
import { machineIsLittleEndian, swapBytes } from "./byte-order.js";
import { createTiffLayout } from "./tiff-layout.js";

export interface TiffWriterOptions {
  /** Pixels. */
  readonly height: number;
  readonly width: number;
  readonly type: Extract<SampleType, "uint16" | "float32">;
  /** Frames that will be written at most; decides between TIFF and BigTIFF and how much room the directories get. */
  readonly frames: number;
  readonly pixelSizeNm?: number | null;
  readonly frameIntervalSeconds?: number | null;
  /** Further lines of the description, each `name=value` with a name that ImageJ does not use. */
  readonly description?: readonly string[];
  /** Frames become reachable at most this often, in ms; what is written in between is lost with the process. Default 0. */
  readonly publishEveryMs?: number;
}

export interface TiffWriter {
  /** Whole frames in the file so far. */
  readonly framesWritten: number;
  /** True for BigTIFF. */
  readonly big: boolean;
  /**
   * Appends whole frames. The file is a valid stack at any time, and one of all frames so far when this settles after
   * `publishEveryMs` without them becoming reachable. One call at a time.
   *
   * @param frames - `[any number, height, width]` of the writer's type
   * @throws {@link SlnetError} `bad-input` for another type, a part of a frame, or more frames than planned
   */
  write(frames: Uint16Array | Float32Array): Promise<void>;
  /**
   * Makes all frames reachable and says that no more come. The sink stays open: closing it makes the file durable.
   *
   * @throws {@link SlnetError} `bad-input` where no frame was written; the sink then holds nothing of use
   */
  finish(): Promise<{ readonly frames: number; readonly bytes: number }>;
}

/**
 * Writes a TIFF stack as a stream: little-endian, uncompressed, one strip a page, BigTIFF from 4 GiB − 1 MiB on.
 *
 * The directories of all planned frames have their place at the head of the file, the pixels follow in one piece. So
 * readers that follow the directories find every page, and ImageJ, which takes `images=N` to mean pixels without gaps, is
 * right too. The file is valid from the first `write` on: pixels go first, then their directories, then the
 * link that makes them reachable, then the number in the description. Whatever moment a run is killed at, the file is a
 * whole stack of the frames reachable then. A run that ends early leaves the places of the missing directories unused.
 *
 * @param sink - empty
 */
export function createTiffWriter(sink: ByteSink, options: TiffWriterOptions): TiffWriter {
  const { height, width, type, frames: plannedFrames, publishEveryMs = 0 } = options;
  for (const [name, value] of Object.entries({ height, width, frames: plannedFrames })) {
    if (Number.isInteger(value) && value >= 1 && value <= 0xffff_ffff) continue;
    throw new SlnetError("bad-input", `write TIFF: ${name} is ${value}, expected a whole number of at least 1`);
  }
  const layout = createTiffLayout(options);
  const pixels = framePixels(options);
  const frameBytes = pixels * sampleBytes(type);
  let framesWritten = 0;
  let framesPublished = 0;
  let publishedAt = -Infinity;

  /** Makes the frames before `end`, whose pixels are written, reachable. */
  const publish = async (end: number): Promise<void> => {
    const first = framesPublished;
    if (end === first) return;
    const directories = layout.directories(first, end);
    if (first === 0) {
      await sink.write(layout.valuesOffset, layout.values(end));
      // Room for all of them is taken now: what is on a disk that fills up can still be made reachable.
      const room = new Uint8Array(layout.valuesOffset - layout.directoryOffset(0));
      room.set(directories);
      await sink.write(layout.directoryOffset(0), room);
      await sink.write(0, layout.header());
    } else {
      await sink.write(layout.directoryOffset(first), directories);
      await sink.write(layout.linkOffset(first - 1), layout.link(first));
      await sink.write(layout.valuesOffset, layout.values(end));
    }
    framesPublished = end;
    publishedAt = performance.now();
  };

  return {
    big: layout.big,
    get framesWritten() {
      return framesWritten;
    },

    async write(frames) {
      if (sampleTypeOf(frames) !== type || frames.length % pixels !== 0) {
        throw new SlnetError(
          "bad-input",
          `write TIFF: got ${frames.length} ${sampleTypeOf(frames)} pixels, expected whole frames of ${pixels} ${type} pixels`,
        );
      }
      const first = framesWritten;
      const end = first + frames.length / pixels;
      if (end === first) return;
      if (end > plannedFrames) {
        throw new SlnetError(
          "bad-input",
          `write TIFF: frame ${plannedFrames} does not fit, the file was planned for ${plannedFrames} frames`,
        );
      }
      await sink.write(layout.pixelOffset(first), littleEndianBytes(frames));
      if (performance.now() - publishedAt >= publishEveryMs) await publish(end);
      framesWritten = end;
    },

    async finish() {
      if (framesWritten === 0)
        throw new SlnetError("bad-input", "write TIFF: no frame was written, expected at least 1");
      await publish(framesWritten);
      return { frames: framesWritten, bytes: layout.pixelOffset(0) + framesWritten * frameBytes };
    },
  };
}

function littleEndianBytes(frames: Uint16Array | Float32Array): Uint8Array {
  const samples = machineIsLittleEndian ? frames : frames.slice();
  if (!machineIsLittleEndian) swapBytes(samples);
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
