import { SlnetError } from "../errors.js";
import {
  framePixels,
  requireFinite,
  type ByteSource,
  type StackReader,
  type StackSelection,
  type StackShape,
} from "../frames.js";
import { choosePosition } from "./choose-position.js";
import { requireFrame, requireFrameRange } from "./frame-range.js";
import { readNd2Attributes, type Nd2Attributes } from "./nd2-attributes.js";
import { readNd2Map, requireNd2Version, type Nd2Map } from "./nd2-chunks.js";
import { readNd2Loops, selectNd2Frames } from "./nd2-experiment.js";
import { Nd2Images } from "./nd2-images.js";
import { readNd2Description, readNd2Level } from "./nd2-metadata.js";
import { nd2FrameInterval } from "./nd2-times.js";
import { decodeStored, roundingNotice, storedValues, workingType } from "./stored-samples.js";

/**
 * Opens a Nikon ND2 file of version 3. Frames are read on demand, neighbours together.
 *
 * @param source - closed by the reader's `close`, not when opening fails
 * @throws {@link SlnetError} `bad-input` where the file is broken; `choice-needed` where it holds several positions,
 *   slices over time or channels; `unsupported` for earlier versions and lossy compression
 */
export async function openNd2(
  source: ByteSource,
  selection: StackSelection,
  signal?: AbortSignal,
): Promise<StackReader> {
  const { name } = source;
  await requireNd2Version(source);
  const map = await readNd2Map(source, signal);
  const root = await readNd2Level(source, map, "ImageAttributesLV!");
  if (!root) throw new SlnetError("bad-input", `${name} does not say the size of its images: it ends before that`);
  const attributes = readNd2Attributes(root, name);
  const experiment = await readNd2Level(source, map, "ImageMetadataLV!");
  const loops = experiment ? readNd2Loops(experiment, name) : [];
  const recorded = countImages(map, attributes, name);
  const { channels, ...metadata } = await readNd2Description(source, map);
  const frames = selectNd2Frames(loops, recorded.images, selection, name);
  const channel = chooseChannel(attributes.components, channels, selection.channel, name);
  const images = new Nd2Images(source, map.images, attributes, channel, frames);
  await images.requireSize();

  const { type, height, width } = attributes;
  const shape: StackShape = { frames: frames.count, height, width, type: workingType(type) };
  const pixels = framePixels(shape);
  const rounding = roundingNotice(type);

  return {
    description: {
      shape,
      name,
      format: "nd2",
      compression: attributes.compressed ? "zlib" : "none",
      byteOrder: "little-endian",
      storedType: type,
      ...metadata,
      frameIntervalSeconds: await nd2FrameInterval(source, map, frames, loops),
      notices: [
        ...map.notices,
        ...recorded.notices,
        ...attributes.notices,
        ...frames.notices,
        ...(rounding === null ? [] : [rounding]),
      ],
    },

    async readFrames(from, to, out, abort) {
      requireFrameRange(name, shape, from, to, out);
      const decode = (frame: number, bytes: Uint8Array): void => {
        const at = (frame - from) * pixels;
        decodeStored(bytes, type, true, out.subarray(at, at + pixels));
      };
      await images.read(from, to, decode, abort);
      requireFinite(out, from, shape);
    },

    ...(rounding === null
      ? {}
      : {
          async readStoredFrame(index: number, abort?: AbortSignal): Promise<Float64Array> {
            requireFrame(name, shape, index);
            let values = new Float64Array(0);
            await images.read(index, index + 1, (_, bytes) => (values = storedValues(bytes, type, true)), abort);
            return values;
          },
        }),

    close: () => source.close(),
  };
}

/** How many images there are before the first that is missing. */
function countImages(
  map: Nd2Map,
  attributes: Nd2Attributes,
  name: string,
): { readonly images: number; readonly notices: readonly string[] } {
  const gap = map.images.findIndex(Number.isNaN);
  const there = gap === -1 ? map.images.length : gap;
  if (there === 0) throw new SlnetError("bad-input", `${name} holds no images, expected at least 1`);
  const stated = attributes.images;
  if (stated > 0 && stated < there) return { images: stated, notices: [] };
  if (stated > there) {
    const notice = `The file says ${stated} images; the ${there} before the first that is missing are read.`;
    return { images: there, notices: [notice] };
  }
  return {
    images: there,
    notices: gap === -1 ? [] : ["Images are missing in the file; those before the first gap are read."],
  };
}

/**
 * @param labels - of the channels, maybe fewer than there are
 * @throws {@link SlnetError} `choice-needed` where there are several and none is chosen; `bad-input` where there is no
 *   such channel
 */
function chooseChannel(count: number, labels: readonly string[], chosen: number | undefined, name: string): number {
  const labelOf = (position: number): string => labels[position] ?? `channel ${position + 1}`;
  return choosePosition({ name, of: "channel", count, what: "channels", labelOf }, chosen);
}
