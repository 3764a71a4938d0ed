import { SlnetError } from "../../core/errors.js";
import {
  requireFinite,
  sampleTypeOf,
  unknownMetadata,
  type ByteSource,
  type SampleArray,
  type StackDescription,
  type StackReader,
} from "../../core/frames.js";
import type { ItkFormat, ItkImage, Platform } from "../platform/platform.js";

/**
 * Opens an MHA, NRRD or MRC stack through itk-wasm: the third axis is time. The whole stack is held in memory.
 *
 * @throws {@link SlnetError} `bad-input` or `unsupported`, naming the property
 */
export async function openItkStack(
  format: ItkFormat,
  source: ByteSource,
  platform: Platform,
  assetsBaseUrl: string,
): Promise<StackReader> {
  let image: ItkImage;
  try {
    if (format === "mrc") await requireWholeMrc(source);
    image = await platform.readItkImage(format, source, assetsBaseUrl);
  } catch (error) {
    if (error instanceof SlnetError) throw error;
    // Where the reader gives up it throws the address of a C++ exception.
    const reason = error instanceof Error ? `: ${error.message}` : "";
    throw new SlnetError(
      "bad-input",
      `${source.name} could not be read as ${format.toUpperCase()}${reason}; it may be cut off`,
      {
        cause: error,
      },
    );
  } finally {
    await source.close();
  }
  const samples = samplesOf(image, source.name);
  const [width, height, frames] = sizesOf(image, source.name);
  const pixels = width * height;
  if (samples.length !== pixels * frames) {
    throw new SlnetError(
      "bad-input",
      `${source.name} holds ${samples.length} pixels, its header says ${width}×${height}×${frames}`,
    );
  }
  const description: StackDescription = {
    shape: { frames, height, width, type: sampleTypeOf(samples) },
    name: source.name,
    format: format === "meta" ? "mha" : format,
    compression: "none",
    byteOrder: "little-endian",
    storedType: sampleTypeOf(samples),
    ...unknownMetadata,
    notices: [],
  };
  return {
    description,
    readFrames(from, to, out) {
      const part = samples.subarray(from * pixels, to * pixels);
      requireFinite(part, from, description.shape);
      out.set(part);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

/** Bytes of a pixel in each mode that the format has. */
const mrcModeBytes: Readonly<Record<number, number>> = { 0: 1, 1: 2, 2: 4, 3: 4, 4: 8, 6: 2, 12: 2 };

/** The reader fills the missing part of a shorter file with zeros, so its length is checked here. */
async function requireWholeMrc(source: ByteSource): Promise<void> {
  const header = new DataView((await source.read(0, 1024)).buffer);
  if (header.byteLength < 1024)
    throw new SlnetError("bad-input", `${source.name} ends inside its header of 1024 bytes`);
  const littleEndian = header.getUint8(212) === 0x44;
  const integer = (offset: number): number => header.getInt32(offset, littleEndian);
  const needed = 1024 + integer(92) + integer(0) * integer(4) * integer(8) * (mrcModeBytes[integer(12)] ?? 1);
  if (source.size < needed) {
    throw new SlnetError(
      "bad-input",
      `${source.name} could not be read: it has ${source.size} bytes, its header needs ${needed}`,
    );
  }
}

function sizesOf({ size }: ItkImage, name: string): [number, number, number] {
  const [width = 0, height = 0, frames = 1, ...more] = size;
  if (width < 1 || height < 1 || frames < 1 || more.some((extent) => extent > 1)) {
    throw new SlnetError("unsupported", `${name} has size ${size.join("×")}, expected width × height × frames`);
  }
  return [width, height, frames];
}

function samplesOf({ imageType, data }: ItkImage, name: string): SampleArray {
  if (imageType.components !== 1) {
    throw new SlnetError("unsupported", `${name} has ${imageType.components} values per pixel, expected 1`);
  }
  if (data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Float32Array) return data;
  throw new SlnetError(
    "unsupported",
    `${name} has ${imageType.componentType} pixels, expected uint8, uint16 or float32`,
  );
}
