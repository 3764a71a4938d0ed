import { SlnetError } from "../errors.js";

/** What the frame header of a JPEG says. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Bytes up to the end of the image; what may follow is no part of it. */
  readonly bytes: number;
}

/** Markers, ITU T.81, table B.1, each after a byte FF. */
const markers = {
  baseline: 0xc0,
  extended: 0xc1,
  huffmanTables: 0xc4,
  firstRestart: 0xd0,
  lastRestart: 0xd7,
  start: 0xd8,
  end: 0xd9,
  scan: 0xda,
  quantizationTables: 0xdb,
  restartInterval: 0xdd,
  firstApplication: 0xe0,
  lastApplication: 0xef,
  comment: 0xfe,
} as const;

/**
 * Checks a JPEG from end to end but for its coded pixels, so that a decoder meets nothing that has not been seen here: a
 * second image in it could be of any size. Forms that would make a decoder work long or guess are refused: nothing that
 * writes TIFF uses them.
 *
 * @throws {@link SlnetError} `bad-input` where it is no JPEG; `unsupported` for progressive, lossless, arithmetic or 12-bit
 * JPEGs and for colours with fewer pixels than the image
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  let frame: Omit<JpegHeader, "bytes"> | null = null;
  let restartInterval = 0;
  const view = viewOf(bytes);
  const scan = walkSegments(bytes, (marker, body, end) => {
    if (marker === markers.baseline || marker === markers.extended) {
      if (frame) throw broken("it has two frame headers");
      frame = readFrameHeader(view, body, end);
    } else if (marker === markers.restartInterval) {
      restartInterval = view.getUint16(body);
    } else if (marker >= 0xc2 && marker <= 0xcf && marker !== markers.huffmanTables) {
      throw new SlnetError("unsupported", "its JPEG is progressive, lossless or arithmetic, not baseline");
    } else {
      requireTable(bytes, marker, body, end);
    }
  });
  const header = frame as Omit<JpegHeader, "bytes"> | null;
  if (!scan || !header) throw broken("it ends before its pixels");
  if (bytes[scan.body] !== header.components) {
    throw new SlnetError("unsupported", "its JPEG keeps each colour in a scan of its own");
  }
  if (scan.end - scan.body !== 4 + 2 * header.components) throw broken("its scan header has another length");
  // The decoder of geotiff 3.0.5 reads on past the last block of a grey image.
  const blocks = Math.ceil(header.width / 8) * Math.ceil(header.height / 8);
  if (header.components === 1 && restartInterval > 0 && blocks % restartInterval !== 0) {
    throw new SlnetError("unsupported", `its JPEG restarts every ${restartInterval} of ${blocks} blocks`);
  }
  return { ...header, bytes: endOfScan(bytes, scan.end) };
}

/**
 * Checks the tables that the JPEGs of a TIFF leave out.
 *
 * @throws {@link SlnetError} `bad-input` where there is anything but tables
 */
export function requireJpegTables(bytes: Uint8Array): void {
  const scan = walkSegments(bytes, (marker, body, end) => {
    if (marker !== markers.restartInterval) requireTable(bytes, marker, body, end);
  });
  if (scan) throw broken("its tables hold pixels");
}

/**
 * Hands over each segment before the pixels.
 *
 * @returns the header of the pixels, or `null` where the end comes first
 */
function walkSegments(
  bytes: Uint8Array,
  visit: (marker: number, body: number, end: number) => void,
): { readonly body: number; readonly end: number } | null {
  const view = viewOf(bytes);
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== markers.start) throw broken("it does not start with FF D8");
  for (let at = 2; at + 2 <= bytes.length;) {
    if (bytes[at] !== 0xff) throw broken(`a marker was expected at byte ${at}`);
    const marker = bytes[at + 1];
    if (marker === markers.end) return null;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const body = at + 4;
    const end = body <= bytes.length ? at + 2 + view.getUint16(at + 2) : Infinity;
    if (end < body || end > bytes.length) throw broken(`marker ${marker.toString(16)} reaches past the end`);
    if (marker === markers.scan) return { body, end };
    if (marker === markers.restartInterval && end - body !== 2) throw broken("its restart interval has another length");
    visit(marker, body, end);
    at = end;
  }
  throw broken("it ends before its pixels");
}

function readFrameHeader(view: DataView, body: number, end: number): Omit<JpegHeader, "bytes"> {
  const components = end - body < 6 ? 0 : view.getUint8(body + 5);
  if (components < 1 || end - body !== 6 + 3 * components) {
    throw broken(`its frame header has no room for ${components} components`);
  }
  const precision = view.getUint8(body);
  if (precision !== 8) throw new SlnetError("unsupported", `its JPEG has ${precision} bits per sample, expected 8`);
  for (let component = 0; component < components; component++) {
    // With one component the factors mean nothing, but the decoder counts with them.
    const factors = view.getUint8(body + 6 + 3 * component + 1);
    if (factors === 0x11 || (components === 1 && factors === 0x22)) continue;
    throw new SlnetError("unsupported", "its JPEG keeps some colours with fewer pixels than the image");
  }
  return { height: view.getUint16(body + 1), width: view.getUint16(body + 3), components };
}

/** Decoders read tables by their own count of them, so it has to agree with the length of the segment. */
function requireTable(bytes: Uint8Array, marker: number, body: number, end: number): void {
  const isText = marker === markers.comment;
  if (isText || (marker >= markers.firstApplication && marker <= markers.lastApplication)) return;
  let at = body;
  if (marker === markers.quantizationTables) {
    while (at < end) at += bytes[at] >> 4 === 0 ? 65 : 129;
  } else if (marker === markers.huffmanTables) {
    while (at < end) at += 17 + bytes.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
  } else {
    throw broken(`marker ${marker.toString(16)} has no place in it`);
  }
  if (at !== end) throw broken("its tables have another length than they say");
}

/** Goes through the coded pixels, in which only restarts are marked, to the end of the image. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 2)) {
    const marker = bytes[at + 1];
    if (marker === markers.end) return at + 2;
    if (marker === 0 || (marker >= markers.firstRestart && marker <= markers.lastRestart)) continue;
    throw new SlnetError("unsupported", "its JPEG goes on after the first scan");
  }
  throw broken("its pixels have no end");
}

function broken(what: string): SlnetError {
  return new SlnetError("bad-input", `it is no whole JPEG: ${what}`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
