import { SlnetError } from "../errors.js";

/** What the frame header of a JPEG says. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  readonly components: number;
}

/**
 * Reads the markers of a baseline JPEG up to its pixels (ITU T.81, annex B), so that its size is known before a decoder
 * believes it. Forms that would make a decoder work long or guess are refused: nothing that writes TIFF uses them.
 *
 * @throws {@link SlnetError} `bad-input` where it is no JPEG; `unsupported` for progressive, lossless, arithmetic or 12-bit
 * JPEGs and for colours with fewer pixels than the image
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const broken = (what: string): SlnetError => new SlnetError("bad-input", `it is no whole JPEG: ${what}`);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) throw broken("it does not start with FF D8");
  let header: JpegHeader | null = null;
  let restartInterval = 0;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) throw broken(`a marker was expected at byte ${at}`);
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = view.getUint16(at + 2);
    const body = at + 4;
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) throw broken(`marker ${marker.toString(16)} reaches past the end`);
    if (isFrameMarker(marker)) {
      if (header) throw broken("it has two frame headers");
      header = readFrameHeader(view, marker, body, end);
    } else if (marker === 0xdd && length >= 4) {
      restartInterval = view.getUint16(body);
    } else if (marker === 0xda) {
      if (!header) throw broken("its pixels come before its frame header");
      requireOneScan(header, restartInterval, bytes[body]);
      return header;
    }
    at = end;
  }
  throw broken("it ends before its pixels");
}

/** Start of frame, in all its forms: C0 to CF without the tables C4 and CC and the reserved C8. */
function isFrameMarker(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrameHeader(view: DataView, marker: number, body: number, end: number): JpegHeader {
  if (marker > 0xc1)
    throw new SlnetError("unsupported", "its JPEG is progressive, lossless or arithmetic, not baseline");
  if (end - body < 6) throw new SlnetError("bad-input", "its JPEG frame header is cut short");
  const precision = view.getUint8(body);
  if (precision !== 8) throw new SlnetError("unsupported", `its JPEG has ${precision} bits per sample, expected 8`);
  const components = view.getUint8(body + 5);
  if (components < 1 || end - body < 6 + 3 * components) {
    throw new SlnetError("bad-input", `its JPEG frame header has no room for ${components} components`);
  }
  for (let component = 0; component < components; component++) {
    // With one component the factors mean nothing.
    const factors = view.getUint8(body + 6 + 3 * component + 1);
    if (factors !== 0x11 && (components > 1 || factors >> 4 === 0 || (factors & 15) === 0)) {
      throw new SlnetError("unsupported", "its JPEG keeps some colours with fewer pixels than the image");
    }
  }
  return { height: view.getUint16(body + 1), width: view.getUint16(body + 3), components };
}

function requireOneScan({ width, height, components }: JpegHeader, restartInterval: number, inScan: number): void {
  if (inScan !== components) {
    throw new SlnetError("unsupported", "its JPEG keeps each colour in a scan of its own");
  }
  // The decoder of geotiff 3.0.5 reads on past the last block of a grey image.
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  if (components === 1 && restartInterval > 0 && blocks % restartInterval !== 0) {
    throw new SlnetError("unsupported", `its JPEG restarts every ${restartInterval} of ${blocks} blocks`);
  }
}
