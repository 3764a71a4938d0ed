import { SlnetError } from "../../core/errors.js";
import type { ByteSource, StackReader, StackSelection } from "../../core/frames.js";
import { createBufferSource } from "../../core/io/buffer-source.js";
import { machineIsLittleEndian } from "../../core/io/byte-order.js";
import { describeVolume, isRounded, volumeFrames, type VolumeFrames } from "../../core/io/volume-frames.js";
import { sizeText, type VolumeHeader } from "../../core/io/volume.js";
import { storedBytes } from "../../core/io/stored-samples.js";
import type { ItkImage } from "../platform/itk-pipeline.js";
import type { ItkThread } from "../platform/itk-thread.js";
import { isAdler32, itkFile, itkSize, requireItkSize } from "./itk-file.js";

/** Time for reading, and how many bytes, of the file and of its pixels, give a second more. */
const baseLimitMs = 60_000;
const bytesPerSecond = 5e6;

/**
 * Opens a volume whose pixels are compressed or written as text. They are decoded by itk-wasm as a whole, in a thread
 * that ends afterwards, and held in memory. Decoding begins at once, and the frames wait for it.
 *
 * @param source - of the encoded pixels; closed when they are read, or with the reader, not when opening fails
 * @param startThread - called when the size is known to be small enough
 * @throws {@link SlnetError} `unsupported` for more than 300 MB, and what `frameGrid` throws
 */
export async function openItkVolume(
  header: VolumeHeader,
  source: ByteSource,
  name: string,
  selection: StackSelection,
  startThread: () => Promise<ItkThread>,
): Promise<StackReader> {
  describeVolume(header, name, selection);
  const decodedBytes = requireItkSize(header, source, name);
  const thread = await startThread();
  const { description, grid } = describeVolume(header, name, selection, thread.notices);

  const decode = async (): Promise<ByteSource> => {
    try {
      const request = await itkFile(header, source, name);
      const sum = request.file.slice(-4);
      const limitMs = baseLimitMs + ((source.size + decodedBytes) / bytesPerSecond) * 1000;
      const bytes = checkedBytes(await thread.read(request, name, Math.round(limitMs)), header, decodedBytes, name);
      if (header.data.encoding === "zlib") requireSum(bytes, sum, header, name);
      return createBufferSource(name, bytes);
    } finally {
      thread.stop(closedError(name));
      await source.close();
    }
  };
  // Let go of on closing, whoever still holds the reader.
  let decoded: Promise<VolumeFrames> | null = decode().then((pixels) =>
    volumeFrames({ type: header.type, littleEndian: machineIsLittleEndian }, pixels, 0, description, grid),
  );
  // Said to whoever reads a frame.
  decoded.catch(() => undefined);
  const framesFor = (signal: AbortSignal | undefined): Promise<VolumeFrames> =>
    decoded ? unlessAborted(decoded, signal) : Promise.reject(closedError(name));

  return {
    description,
    async readFrames(from, to, out, signal) {
      const frames = await framesFor(signal);
      await frames.readFrames(from, to, out, signal);
    },
    ...(isRounded(header.type) && {
      async readStoredFrame(index: number, signal?: AbortSignal) {
        const frames = await framesFor(signal);
        return frames.readStoredFrame(index, signal);
      },
    }),
    async close() {
      thread.stop(closedError(name));
      await decoded?.catch(() => undefined);
      decoded = null;
    },
  };
}

function closedError(name: string): SlnetError {
  return new SlnetError("bad-input", `${name} was closed while it was read`);
}

/** The reader's image is believed only where it is what the header says. */
function checkedBytes(image: ItkImage, header: VolumeHeader, decodedBytes: number, name: string): Uint8Array {
  const { imageType, size, data } = image;
  const isExpected =
    imageType.components === 1 &&
    imageType.componentType === header.type &&
    size.join("×") === itkSize(header).join("×") &&
    data?.byteLength === decodedBytes;
  if (isExpected) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new SlnetError(
    "bad-input",
    `${name} was read as ${size.join("×")} pixels of ${imageType.components} ${imageType.componentType}, ` +
      `its header says ${sizeText(header)} of ${header.type}`,
  );
}

function requireSum(bytes: Uint8Array, sum: Uint8Array, header: VolumeHeader, name: string): void {
  const width = storedBytes(header.type);
  const isSwapped = header.littleEndian !== machineIsLittleEndian && width > 1;
  const inFileOrder = isSwapped ? bytes.slice() : bytes;
  if (isSwapped) for (let at = 0; at < bytes.length; at += width) inFileOrder.subarray(at, at + width).reverse();
  if (isAdler32(inFileOrder, sum)) return;
  throw new SlnetError(
    "bad-input",
    `${name} could not be read: its compressed pixels are damaged, cut off or not ${sizeText(header)} of ${header.type}`,
  );
}

/** Waits, but not longer than `signal` allows. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    // An abort rejects with the reason of its signal, which may be any value.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
