import { framePixels, type ByteSource } from "../frames.js";
import { frameCutShort } from "./read-exactly.js";
import { storedBytes } from "./stored-samples.js";
import type { TiffFrames } from "./tiff-frames.js";
import type { TiffIndex } from "./tiff-index.js";
import { sparseOffset } from "./tiff-segments.js";

/** Most bytes of one read. */
const readLimit = 8 * 1024 * 1024;

/** Frames this far apart are read together: a directory and a page's own metadata fit between, and cost less than a read. */
const readThrough = 16 * 1024;

/** Reads frames whose bytes stand in the file as they are: neighbours together, at most 8 MiB at a time. */
export function createDirectFrames(source: ByteSource, index: TiffIndex): TiffFrames {
  const { offsets, bytes: segmentBytes, firstOfFrame } = index.segments;
  const frameBytes = framePixels(index.form) * storedBytes(index.form.storedType);

  return {
    littleEndian: index.littleEndian,

    async read(from, to, out, signal) {
      const endSegment = firstOfFrame[to];
      let segment = firstOfFrame[from];
      // Bytes of `segment` that are read already; more than 0 only inside a segment larger than one read.
      let done = 0;
      let written = 0;
      while (segment < endSegment) {
        signal?.throwIfAborted();
        if (offsets[segment] === sparseOffset) {
          out.fill(0, written, written + segmentBytes[segment]);
          written += segmentBytes[segment++];
          continue;
        }
        const start = offsets[segment] + done;
        const { end, gapless } = endOfRead(start, segment, endSegment);
        // Without gaps the bytes are the frames: they are read to where they belong.
        const chunk = gapless ? out.subarray(written, written + end - start) : await source.read(start, end - start);
        const found = gapless ? await source.readInto(start, chunk) : chunk.length;
        if (found !== end - start) {
          const frame =
            from + Math.floor((written + bytesBefore(start + found, segment, endSegment, done)) / frameBytes);
          throw frameCutShort(source.name, frame, start, end, found);
        }
        const first = written;
        while (segment < endSegment && offsets[segment] + done >= start && offsets[segment] + done < end) {
          const at = offsets[segment] + done;
          // Segments may share bytes: what was read to its place is that of the first of them.
          if (gapless && at - start !== written - first) break;
          const length = Math.min(segmentBytes[segment] - done, end - at);
          if (!gapless) out.set(chunk.subarray(at - start, at - start + length), written);
          written += length;
          done += length;
          if (done < segmentBytes[segment]) break;
          segment++;
          done = 0;
        }
      }
      signal?.throwIfAborted();
    },
  };

  /** Bytes of frames, from `done` bytes of `segment` on, that lie whole before the position `end`. */
  function bytesBefore(end: number, segment: number, endSegment: number, done: number): number {
    let bytes = -done;
    for (let next = segment; next < endSegment && offsets[next] + segmentBytes[next] <= end; next++) {
      bytes += segmentBytes[next];
    }
    return Math.max(0, bytes);
  }

  /**
   * Where a read that begins at `start`, within `segment`, should end so that it takes in close followers, and whether
   * their bytes follow each other without gaps.
   */
  function endOfRead(start: number, segment: number, endSegment: number): { end: number; gapless: boolean } {
    let end = offsets[segment] + segmentBytes[segment];
    let gapless = true;
    for (let next = segment + 1; next < endSegment; next++) {
      const gap = offsets[next] - end;
      const nextEnd = offsets[next] + segmentBytes[next];
      if (gap < 0 || gap > readThrough || nextEnd - start > readLimit) break;
      end = nextEnd;
      if (gap > 0) gapless = false;
    }
    return { end: Math.min(end, start + readLimit), gapless };
  }
}
