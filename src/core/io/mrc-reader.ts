import { SlnetError } from "../errors.js";
import { unknownMetadata, type ByteSource, type StackReader, type StackSelection } from "../frames.js";
import type { StoredType } from "./stored-samples.js";
import { lengthInNanometres } from "./physical-units.js";
import { openRawVolume } from "./volume-frames.js";
import type { VolumeAxis, VolumeHeader } from "./volume.js";

// Layout: https://www.ccpem.ac.uk/mrc_format/mrc2014.php and, for the bytes of IMOD,
// https://bio3d.colorado.edu/imod/doc/mrc_format.txt

/** Bytes before the extended header. */
const mrcHeaderBytes = 1024;

const modes: Readonly<Record<number, StoredType>> = {
  0: "int8",
  1: "int16",
  2: "float32",
  6: "uint16",
  12: "float16",
};

/** IMOD leaves this number where its flags follow. */
const imodStamp = 1_146_047_817;

/** True for a header that says so itself, as those since 2014 do. */
export function isMarkedMrc(head: Uint8Array): boolean {
  return head.length >= 212 && String.fromCharCode(...head.subarray(208, 211)) === "MAP";
}

/** True for an older file: nothing marks it but that its sizes fit. */
export function looksLikeMrc(head: Uint8Array, fileBytes: number): boolean {
  if (head.length < mrcHeaderBytes) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  return [true, false].some((littleEndian) => {
    const integer = (offset: number): number => view.getInt32(offset, littleEndian);
    const type = modes[integer(12)];
    if (!type || integer(0) < 1 || integer(4) < 1 || integer(8) < 1 || integer(92) < 0) return false;
    const bytes = { int8: 1, float32: 4 }[type as string] ?? 2;
    return mrcHeaderBytes + integer(92) + integer(0) * integer(4) * integer(8) * bytes === fileBytes;
  });
}

/**
 * Opens an MRC stack of any size: its frames are read from the file when they are asked for.
 *
 * @param source - closed by the reader's `close`, not when opening fails
 * @throws {@link SlnetError} `unsupported` for complex and 4-bit pixels; `bad-input` for a header that makes no sense or
 *   a file that ends early
 */
export async function openMrc(source: ByteSource, selection: StackSelection): Promise<StackReader> {
  const head = await source.read(0, mrcHeaderBytes);
  return openRawVolume(readMrcHeader(head, source.name, source.size), source, source.name, selection);
}

function readMrcHeader(head: Uint8Array, name: string, fileBytes: number): VolumeHeader {
  if (head.length < mrcHeaderBytes)
    throw new SlnetError("bad-input", `${name} ends inside its header of ${mrcHeaderBytes} bytes`);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const littleEndian = isLittleEndian(view, fileBytes);
  const integer = (offset: number): number => view.getInt32(offset, littleEndian);
  const float = (offset: number): number => view.getFloat32(offset, littleEndian);

  const mode = integer(12);
  const stored = modes[mode];
  if (!stored) {
    const what = { 3: "complex integers", 4: "complex floats", 16: "RGB bytes", 101: "4-bit integers" }[mode];
    throw new SlnetError(
      what ? "unsupported" : "bad-input",
      `${name} has MRC mode ${mode}${what ? ` (${what})` : ""}, expected 0, 1, 2, 6 or 12`,
    );
  }
  const isImod = integer(152) === imodStamp;
  const type = mode === 0 && isImod && (integer(156) & 1) === 0 ? "uint8" : stored;
  const notices: string[] = [];
  if (type === "int8") {
    notices.push("The pixels are read as signed bytes, as MRC mode 0 has them; some programs mean unsigned ones.");
  }
  const [width, height, sections, extendedBytes] = [integer(0), integer(4), integer(8), integer(92)];
  if (extendedBytes < 0) {
    throw new SlnetError("bad-input", `${name} has an extended header of ${extendedBytes} bytes, expected 0 or more`);
  }
  const [sizeX, sizeY] = [pixelSize(integer(28), float(40)), pixelSize(integer(32), float(44))];
  if (sizeX !== null && sizeY !== null && Math.abs(sizeX - sizeY) > 0.01 * sizeX) {
    notices.push(`Pixels are ${sizeX} nm wide and ${sizeY} nm high; the width is taken as their size.`);
  }
  return {
    format: "mrc",
    type,
    littleEndian,
    axes: [
      { kind: "space", length: width },
      { kind: "space", length: height },
      ...sectionAxes(sections, integer(36), integer(88)),
    ],
    data: { file: null, offset: mrcHeaderBytes + extendedBytes, bytes: null, encoding: "raw", decodedOffset: 0 },
    ...unknownMetadata,
    pixelSizeNm: sizeX,
    notices,
  };
}

/** @param cell - size of the cell of `samples` pixels, in ångström */
function pixelSize(samples: number, cell: number): number | null {
  const size = samples > 0 ? lengthInNanometres(cell / samples, "angstrom") : null;
  // The header has 32-bit floats.
  return size === null ? null : Number(size.toPrecision(7));
}

/** @param spaceGroup - from 401 on the file holds several volumes of `perVolume` sections */
function sectionAxes(sections: number, perVolume: number, spaceGroup: number): VolumeAxis[] {
  const volumes = sections / perVolume;
  if (spaceGroup < 401 || spaceGroup > 630 || perVolume < 1 || !Number.isInteger(volumes)) {
    return [{ kind: "space", length: sections }];
  }
  return [
    { kind: "space", length: perVolume },
    { kind: "time", length: volumes },
  ];
}

/** The stamp says it; without one, the order in which size and mode make sense. */
function isLittleEndian(view: DataView, fileBytes: number): boolean {
  const stamp = view.getUint8(212);
  if (stamp === 0x44) return true;
  if (stamp === 0x11) return false;
  const makesSense = (littleEndian: boolean): boolean => {
    const mode = view.getInt32(12, littleEndian);
    return mode >= 0 && mode < 128 && view.getInt32(0, littleEndian) > 0 && view.getInt32(0, littleEndian) <= fileBytes;
  };
  return makesSense(true) || !makesSense(false);
}
