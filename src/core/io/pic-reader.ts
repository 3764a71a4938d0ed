import { unknownMetadata, type ByteSource, type StackReader, type StackSelection } from "../frames.js";
import { openRawVolume } from "./volume-frames.js";
import type { VolumeHeader } from "./volume.js";

// Layout of Bio-Rad PIC: 76 bytes, little-endian, as ITK (itkBioRadImageIO.cxx) and Bio-Formats (BioRadReader) read it.
// Notes of 96 bytes may follow the pixels.

const picHeaderBytes = 76;
const noteBytes = 96;
const fileId = 12345;

/** True for a header with the number of the format, in a file that may hold its pixels: the number alone is too short. */
export function looksLikePic(head: Uint8Array, fileBytes: number): boolean {
  if (head.length < picHeaderBytes) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (view.getUint16(54, true) !== fileId) return false;
  const rest = fileBytes - picHeaderBytes - pixelBytes(view);
  return rest <= 0 || rest % noteBytes === 0;
}

function pixelBytes(view: DataView): number {
  return sizesOf(view).reduce((product, size) => product * size, view.getInt16(14, true) === 1 ? 1 : 2);
}

function sizesOf(view: DataView): readonly [width: number, height: number, images: number] {
  return [view.getUint16(0, true), view.getUint16(2, true), view.getUint16(4, true)];
}

/**
 * Opens a stack of a Bio-Rad confocal microscope. Its frames are read from the file when they are asked for.
 *
 * @param source - closed by the reader's `close`, not when opening fails
 * @throws {@link SlnetError} `bad-input` for a file that ends early
 */
export async function openPic(source: ByteSource, selection: StackSelection): Promise<StackReader> {
  const head = await source.read(0, picHeaderBytes);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const header: VolumeHeader = {
    format: "pic",
    type: view.getInt16(14, true) === 1 ? "uint8" : "uint16",
    littleEndian: true,
    axes: sizesOf(view).map((length) => ({ kind: "space", length })),
    data: { file: null, offset: picHeaderBytes, bytes: null, encoding: "raw", decodedOffset: 0 },
    ...unknownMetadata,
    notices: [],
  };
  return openRawVolume(header, source, source.name, selection);
}
