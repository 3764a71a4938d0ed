import { SlnetError } from "../errors.js";
import { unknownMetadata, type ByteSource, type StackReader } from "../frames.js";
import { parseNumpyType } from "./numpy-type.js";
import { countFrames, openRawFrames, statedFrameBytes } from "./raw-frames.js";
import { roundingNotice, workingType } from "./stored-samples.js";

/** What the first bytes of an .npy file are. */
const npyMagic = "\x93NUMPY";

/** Longest header that is read. That of a plain array has some hundred bytes; NumPy itself refuses more than 10,000. */
const largestHeader = 64 * 1024;

/**
 * Opens an array that NumPy saved, as a stack: `[frames, height, width]`, or a single frame `[height, width]`. NumPy
 * Enhancement Proposal 1, "A simple file format for NumPy arrays", versions 1 to 3.
 *
 * @param source - closed by the reader's `close`, not when opening fails
 * @throws {@link SlnetError} `bad-input` where the header is broken or says more than the file holds; `unsupported` for
 *   other numbers of axes and other types
 */
export async function openNpy(source: ByteSource): Promise<StackReader> {
  const { name } = source;
  const { descr, fortranOrder, shape, end } = await readNpyHeader(source);
  const numpyType = parseNumpyType(descr);
  if (!numpyType) {
    throw new SlnetError(
      "unsupported",
      `${name} is an array of ${shortened(descr)}, expected integers or floats of 8 to 64 bits`,
    );
  }
  const { type, littleEndian } = numpyType;
  if (littleEndian === null && type !== "uint8" && type !== "int8") {
    throw new SlnetError("bad-input", `${name}: its type ${descr} has no byte order, expected < or > before it`);
  }
  const shapeText = `(${shape.join(", ")})`;
  if (shape.length !== 2 && shape.length !== 3) {
    throw new SlnetError(
      "unsupported",
      `${name} is an array of shape ${shapeText}, expected (frames, height, width) or (height, width)`,
    );
  }
  const [frames, height, width] = shape.length === 3 ? shape : [1, ...shape];
  if (shape.some((extent) => extent === 0)) {
    throw new SlnetError("bad-input", `${name} is an array of shape ${shapeText}, which holds no pixels`);
  }
  // With one axis longer than 1 both orders are the same. Else one frame is spread over the whole file.
  if (fortranOrder && shape.filter((extent) => extent > 1).length > 1) {
    throw new SlnetError(
      "unsupported",
      `${name} is stored in Fortran order; save it in C order, with numpy.save(…, numpy.ascontiguousarray(array))`,
    );
  }
  const frameBytes = statedFrameBytes(name, height, width, type);
  const count = countFrames(name, source.size - end, frameBytes, frames, "its header");
  const rounding = roundingNotice(type);
  return openRawFrames(
    source,
    {
      shape: { frames: count.frames, height, width, type: workingType(type) },
      name,
      format: "npy",
      compression: "none",
      byteOrder: littleEndian === false ? "big-endian" : "little-endian",
      storedType: type,
      ...unknownMetadata,
      notices: [...count.notices, ...(rounding === null ? [] : [rounding])],
    },
    end,
  );
}

/**
 * The header of an .npy file.
 *
 * @throws {@link SlnetError} as {@link openNpy}, but for the type and the axes, which are as they are said to be
 */
export async function readNpyHeader(source: ByteSource): Promise<NpyHeader> {
  const { text, end } = await readHeader(source);
  return { ...parseHeader(text, source.name), end };
}

/** The text that describes the array, and where the array begins. */
async function readHeader(source: ByteSource): Promise<{ readonly text: string; readonly end: number }> {
  const { name } = source;
  const start = await source.read(0, 12);
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  const major = start.length >= 10 ? start[6] : 0;
  if (start.length < 10 || !String.fromCharCode(...start).startsWith(npyMagic)) {
    throw new SlnetError("bad-input", `${name} ends inside its header, or is no .npy file`);
  }
  if (major < 1 || major > 3) {
    throw new SlnetError("unsupported", `${name} is an .npy file of version ${major}, expected 1, 2 or 3`);
  }
  const textStart = major === 1 ? 10 : 12;
  if (start.length < textStart) throw new SlnetError("bad-input", `${name} ends inside its header`);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > largestHeader) {
    throw new SlnetError("bad-input", `${name}: its header has ${length} bytes, expected at most ${largestHeader}`);
  }
  const bytes = await source.read(textStart, length);
  if (bytes.length !== length) {
    throw new SlnetError(
      "bad-input",
      `${name} ends inside its header, which needs ${textStart + length} bytes; the file has ${source.size}`,
    );
  }
  return { text: new TextDecoder(major === 3 ? "utf-8" : "latin1").decode(bytes), end: textStart + length };
}

/** What the header of an .npy file says. */
interface NpyHeader {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the array begins, in bytes. */
  readonly end: number;
}

// One entry of the header, which is a Python dictionary of text, truth values, a tuple of integers, and, for structured
// types, a list.
const entryPattern =
  /\s*['"](\w{1,32})['"]\s*:\s*(?:(True|False)|'([^']*)'|"([^"]*)"|\(([\d\sL,]*)\)|(\[.*\]))\s*(,|$)/sy;

/** @throws {@link SlnetError} `bad-input` where the text is anything else than the dictionary that NumPy writes */
function parseHeader(text: string, name: string): Omit<NpyHeader, "end"> {
  const [, inside] = /^\s*\{([^{}]*)\}\s*$/.exec(text) ?? [];
  let descr: string | null = null;
  let fortranOrder: boolean | null = null;
  let shape: readonly number[] | null = null;
  const dictionary = (inside ?? "").trim();
  entryPattern.lastIndex = 0;
  while (entryPattern.lastIndex < dictionary.length) {
    const match = entryPattern.exec(dictionary);
    if (!match) {
      descr = null;
      break;
    }
    const [, key, truth, single, double, tuple, list] = match as (string | undefined)[];
    if (key === "descr") descr = single ?? double ?? list ?? null;
    else if (key === "fortran_order" && truth !== undefined) fortranOrder = truth === "True";
    else if (key === "shape" && tuple !== undefined) shape = parseTuple(tuple);
  }
  if (descr === null || fortranOrder === null || shape === null) {
    throw new SlnetError(
      "bad-input",
      `${name}: its header ${shortened(text.trim())} does not give descr, fortran_order and shape`,
    );
  }
  return { descr, fortranOrder, shape };
}

/** The numbers of `5, 3, 4` or `5,`; Python 2 wrote `5L, 3L`. `null` where one cannot be a size. */
function parseTuple(text: string): readonly number[] | null {
  const items = text.split(",").map((item) => item.trim());
  if (items.at(-1) === "") items.pop();
  const numbers = items.map((item) => (/^\d{1,16}L?$/.test(item) ? Number.parseInt(item, 10) : NaN));
  return numbers.every(Number.isSafeInteger) ? numbers : null;
}

function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}
