import { SlnetError } from "../errors.js";
import { framePixels, sampleBytes, type ByteSource } from "../frames.js";
import { largestDeflated } from "./deflate.js";
import { createTiffLayout, type TiffLayout, type TiffPages } from "./tiff-layout.js";
import { evenPages, type TiffPage, type TiffWriterOptions, type WrittenTiff } from "./tiff-writer.js";

/** Directories are read in pieces of about this many bytes. */
const pieceBytes = 2 ** 20;

/**
 * Finds the whole frames of a file that `createTiffWriter` left behind, so that it can go on with them. Every byte but the
 * pixels is compared with what the same options make, so a file of other options, or changed since, is never continued.
 *
 * @param options - those of the run to go on with; something of its own in `description` tells runs apart
 * @returns with no frame where the file was left before its first frame was whole
 * @throws {@link SlnetError} `bad-input` for any other file
 */
export async function readWrittenTiff(source: ByteSource, options: TiffWriterOptions): Promise<WrittenTiff> {
  const layout = createTiffLayout(options);
  const header = layout.header();
  const found = await source.read(0, header.length);
  // The header is written last: until then its place is a hole, or not there.
  if (found.every((byte) => byte === 0)) return { frames: 0, pages: [] };
  const values = await source.read(layout.valuesOffset, layout.values(1).length);
  if (!areEqual(found, header) || !isTextOf(layout, values, options.frames)) throw await refusal(source);
  const { pages, isWhole } = await readDirectories(source, layout, options);
  if (!isWhole) throw await refusal(source);
  // A file that lost its end, as after a power failure, is continued where it is whole.
  const inside = pages.findIndex(({ offset, bytes }) => offset + bytes > source.size);
  const frames = inside < 0 ? pages.length : inside;
  return { frames, pages: pages.slice(0, frames) };
}

/** Whether the description is that of the layout, for whatever number of frames it says. */
function isTextOf(layout: TiffLayout, values: Uint8Array, plannedFrames: number): boolean {
  const text = new TextDecoder().decode(values.subarray(8));
  const frames = Number(/^images=(\d+)$|\sSizeT="(\d+)"/m.exec(text)?.slice(1).find(Boolean) ?? 0);
  return frames >= 1 && frames <= plannedFrames && areEqual(values, layout.values(frames));
}

async function readDirectories(
  source: ByteSource,
  layout: TiffLayout,
  options: TiffWriterOptions,
): Promise<{ readonly pages: readonly TiffPage[]; readonly isWhole: boolean }> {
  const frameBytes = framePixels(options) * sampleBytes(options.type);
  const isDeflated = options.compression === "deflate";
  const expected = evenPages(layout.pixelsOffset, frameBytes);
  const pages: TiffPage[] = [];
  let end = layout.pixelsOffset;
  let piece = new Uint8Array(0);
  let pieceStart = 0;
  for (let frame = 0; frame < options.frames; frame++) {
    const start = layout.directoryOffset(frame);
    const length = layout.directoryOffset(frame + 1) - start;
    if (start + length > pieceStart + piece.length) {
      piece = await source.read(start, Math.max(length, Math.min(pieceBytes, layout.valuesOffset - start)));
      pieceStart = start;
    }
    const bytes = piece.subarray(start - pieceStart, start - pieceStart + length);
    if (bytes.length < length) return { pages, isWhole: false };
    const { pixelOffset, pixelBytes, next } = layout.readDirectory(bytes);
    const page = isDeflated
      ? { offset: pixelOffset, bytes: pixelBytes }
      : { offset: expected.offsetOf(frame), bytes: frameBytes };
    const place: TiffPages = { offsetOf: () => page.offset, bytesOf: () => page.bytes };
    const linkBytes = start + length - layout.linkOffset(frame);
    const isOurs =
      page.offset === end &&
      page.bytes >= 1 &&
      page.bytes <= largestDeflated(frameBytes) &&
      areEqual(bytes.subarray(0, -linkBytes), layout.directories(frame, frame + 1, place).subarray(0, -linkBytes)) &&
      (next === 0 || (frame + 1 < options.frames && next === layout.directoryOffset(frame + 1)));
    if (!isOurs) return { pages, isWhole: false };
    pages.push(page);
    end += page.bytes;
    if (next === 0) break;
  }
  return { pages, isWhole: true };
}

async function refusal(source: ByteSource): Promise<SlnetError> {
  const head = new TextDecoder("latin1").decode(await source.read(0, 4));
  const isTiff = /^(II|MM)/.test(head);
  return new SlnetError(
    "bad-input",
    `${source.name} cannot be continued: it is ${isTiff ? "a TIFF of another stack, model, program version or other options" : "no TIFF"}, ` +
      "expected what a cleaning with just these left behind; name another output or start anew",
  );
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
