import { SlnetError } from "../errors.js";
import type { ByteSource, StackReader } from "../frames.js";
import type { TiffIndex, TiffPageOptions } from "./tiff-index.js";

/** Files whose prediction failed, by name and size: opened again, they are walked. */
const irregularFiles = new Set<string>();
const mostIrregularFiles = 100;

/**
 * A reader of a file whose pages may be known by prediction: before frames are read their pages are verified, and where
 * one turns out different, all pages are looked at, and the frames read from where they really are.
 *
 * @param verifyFirst - looks at all pages that can be looked at in a second before it returns
 * @param readIndex - looks for the pages
 * @param createReader - makes a reader of what was found
 */
export async function guardPrediction(
  source: ByteSource,
  options: TiffPageOptions | undefined,
  verifyFirst: boolean,
  readIndex: (options: TiffPageOptions) => Promise<TiffIndex>,
  createReader: (index: TiffIndex) => StackReader | Promise<StackReader>,
): Promise<StackReader> {
  const key = `${source.size} ${source.name}`;
  let index = await readIndex(irregularFiles.has(key) ? { ...options, predict: false } : { ...options });
  if (verifyFirst && index.prediction && (await index.prediction.verifyQuickly()) !== null) {
    index = await readIndex({ ...options, predict: false });
  }
  const { prediction, shape } = index;
  let reader = await createReader(index);
  if (!prediction) return reader;
  prediction.start();

  let walked: Promise<StackReader> | null = null;
  const walk = async (page: number): Promise<StackReader> => {
    if (irregularFiles.size < mostIrregularFiles) irregularFiles.add(key);
    const found = await readIndex({ ...options, predict: false });
    const { frames, height, width, type } = found.shape;
    if (frames === shape.frames && height === shape.height && width === shape.width && type === shape.type) {
      return createReader(found);
    }
    throw new SlnetError(
      "bad-input",
      `${source.name}: page ${page} is not where a regular file has it, and the pages in their real order give ${frames} ` +
        `frames of ${height}×${width}, expected ${shape.frames} of ${shape.height}×${shape.width}; open the file again`,
    );
  };

  const verify = async (from: number, to: number, signal: AbortSignal | undefined): Promise<void> => {
    if (walked) {
      reader = await walked;
      return;
    }
    const different = await prediction.verify(Math.max(0, from), Math.min(to, shape.frames), signal);
    if (different === null) return;
    walked ??= walk(different);
    reader = await walked;
  };

  const guarded: StackReader = {
    description: reader.description,
    async readFrames(from, to, out, signal) {
      await verify(from, to, signal);
      await reader.readFrames(from, to, out, signal);
    },
    async close() {
      await prediction.stop();
      await reader.close();
    },
  };
  if (!reader.readStoredFrame) return guarded;
  return {
    ...guarded,
    async readStoredFrame(frame, signal) {
      await verify(frame, frame + 1, signal);
      if (!reader.readStoredFrame) throw new SlnetError("internal", `${source.name} is no longer read as it is stored`);
      return reader.readStoredFrame(frame, signal);
    },
  };
}
