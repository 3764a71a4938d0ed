import { SlnetError } from "../../../core/errors.js";
import type { SampleArray, StackShape } from "../../../core/frames.js";
import { defaultMaskedWindowFrames } from "../../../core/masked-mean.js";
import type { ModelFile } from "../../../core/model.js";
import type { CleaningMethod } from "../../../protocol/api.js";
import type { ClientStack, SlnetClient } from "../../../protocol/client.js";
import type { NiivueHeader, NiivueViewer, VoxelArray } from "./viewer.js";

/** Name of the transform among those of the viewer. */
export const slnetTransformName = "SLNet background removal";

/** How the transform of {@link registerSlnetTransform} works. */
export interface SlnetTransformOptions {
  /** Starts a worker, as `createWorkerClient` of `slnet-web` does. Each use of the transform starts one and ends it. */
  readonly startClient: () => Promise<SlnetClient>;
  /** Options of the training, by their names in the configuration; what is missing takes its default. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** NiiVue's own description of something that makes a volume of a volume. */
interface VolumeTransform {
  readonly name: string;
  readonly description: string;
  readonly options: readonly {
    readonly name: string;
    readonly label: string;
    readonly type: "checkbox" | "select";
    readonly default: string | number | boolean;
    readonly options?: readonly (string | number)[];
  }[];
  readonly resultDefaults: { readonly colormap: string; readonly opacity: number };
  apply(
    header: NiivueHeader,
    voxels: VoxelArray | ArrayBuffer,
    options?: Readonly<Record<string, unknown>>,
  ): Promise<{ hdr: NiivueHeader; img: Float32Array }>;
}

interface ExtensionContext {
  registerVolumeTransform(transform: VolumeTransform): void;
  dispose(): void;
}

interface ExtensibleViewer extends NiivueViewer {
  createExtensionContext?(): ExtensionContext;
  readonly volumeTransforms?: readonly string[];
}

/** Ways to clean that need no more than a click. */
const methods = ["slnet", "masked-mean", "median"] as const;
type TransformMethod = (typeof methods)[number];

/** Datatype code of `float32`. */
const float32Code = 16;

/**
 * Registers SLNet as a volume transform, so that NiiVue's own menus and
 * `nv.volumeTransform[slnetTransformName](volume, { method: "slnet" })` clean a 4-D volume of one slice: by a network that
 * is trained on it, by the masked mean, which leaves the photons to the molecules and has such a network find them, or by
 * the temporal median.
 *
 * NiiVue has one list of transforms for all viewers on a page, from which nothing can be taken again: the options of
 * the first registration hold.
 *
 * @returns false where the viewer has no extensions, as before NiiVue 1.0
 */
export function registerSlnetTransform(viewer: NiivueViewer, options: SlnetTransformOptions): boolean {
  const extensible = viewer as ExtensibleViewer;
  if (typeof extensible.createExtensionContext !== "function") return false;
  if (extensible.volumeTransforms?.includes(slnetTransformName)) return true;
  const context = extensible.createExtensionContext();
  context.registerVolumeTransform({
    name: slnetTransformName,
    description: "Removes the background of single-molecule camera frames: what remains is what blinks.",
    options: [
      { name: "method", label: "Method", type: "select", default: "slnet", options: methods },
      {
        name: "windowFrames",
        label: "Frames of the median (0: all)",
        type: "select",
        default: 51,
        options: [0, 25, 51, 101, 201],
      },
      {
        name: "maskWindowFrames",
        label: "Frames of the masked mean",
        type: "select",
        default: defaultMaskedWindowFrames,
        options: [25, 50, 100, 200],
      },
    ],
    resultDefaults: { colormap: "gray", opacity: 1 },
    apply: (header, voxels, choices = {}) => cleanVolume(header, voxels, choices, options),
  });
  context.dispose();
  return true;
}

async function cleanVolume(
  header: NiivueHeader,
  voxels: VoxelArray | ArrayBuffer,
  choices: Readonly<Record<string, unknown>>,
  options: SlnetTransformOptions,
): Promise<{ hdr: NiivueHeader; img: Float32Array }> {
  const { method = "slnet", windowFrames = 51, maskWindowFrames = defaultMaskedWindowFrames } = choices;
  const shape = stackShape(header);
  const pixels = shape.height * shape.width;
  if (voxels instanceof ArrayBuffer || voxels.length !== shape.frames * pixels) {
    throw new SlnetError(
      "bad-input",
      `the volume has ${voxels instanceof ArrayBuffer ? "bytes" : `${voxels.length} samples`}, expected ${shape.frames * pixels} numbers`,
    );
  }
  if (!isMethod(method)) {
    throw new SlnetError("bad-input", `the method is ${String(method)}, expected slnet, masked-mean or median`);
  }
  const cleaned = new Float32Array(voxels.length);
  const client = await options.startClient();
  try {
    const frames = { read: (index: number) => Promise.resolve(scaledFrame(header, voxels, index, pixels, shape.type)) };
    const stack = await client.openStack({ type: "frames", name: "NiiVue volume", shape, frames });
    const windows = { median: Number(windowFrames), mask: Number(maskWindowFrames) };
    const cleaning = await cleaningBy(method, windows, () => trained(stack, options.configuration ?? {}));
    const run = await stack.clean(cleaning, {
      from: 0,
      to: shape.frames,
      lowRank: false,
      tail: "shift",
      engine: "auto",
    });
    for await (const block of run) cleaned.set(block.sparse, block.from * pixels);
  } finally {
    client.dispose();
  }
  const hdr = {
    ...header,
    datatypeCode: float32Code,
    numBitsPerVoxel: 32,
    scl_slope: 1,
    scl_inter: 0,
    cal_min: 0,
    cal_max: 0,
  };
  return { hdr, img: cleaned };
}

/** @param train - gives the model where the method needs one */
async function cleaningBy(
  method: TransformMethod,
  windows: { readonly median: number; readonly mask: number },
  train: () => Promise<ModelFile>,
): Promise<CleaningMethod> {
  switch (method) {
    case "slnet":
      return { type: method, model: await train() };
    case "masked-mean":
      return { type: method, model: await train(), windowFrames: windows.mask };
    case "median":
      return { type: method, windowFrames: windows.median };
    default:
      return method satisfies never;
  }
}

function isMethod(method: unknown): method is TransformMethod {
  return methods.some((known) => known === method);
}

async function trained(stack: ClientStack, configuration: Readonly<Record<string, unknown>>): Promise<ModelFile> {
  let trainedModel: ModelFile | null = null;
  for await (const { model } of await stack.train(configuration)) trainedModel = model;
  if (!trainedModel) throw new SlnetError("internal", "the training ended without a report, expected a model");
  return trainedModel;
}

function stackShape({ dims, datatypeCode, scl_slope, scl_inter }: NiivueHeader): StackShape {
  const [, width = 0, height = 0, slices = 1, frames = 1] = dims;
  const more = dims.slice(5).some((size) => size > 1);
  if (slices > 1 || more || frames < 2) {
    throw new SlnetError(
      "unsupported",
      `the volume is of ${dims.slice(1).join("×")}, expected width×height×1×frames with several frames`,
    );
  }
  const plain = (scl_slope === 1 || scl_slope === 0) && scl_inter === 0;
  const type = plain && datatypeCode === 2 ? "uint8" : plain && datatypeCode === 512 ? "uint16" : "float32";
  return { frames, height, width, type };
}

/** One frame in the order of the file. */
function scaledFrame(
  { scl_slope, scl_inter }: NiivueHeader,
  voxels: VoxelArray,
  index: number,
  pixels: number,
  type: StackShape["type"],
): SampleArray {
  const frame = voxels.subarray(index * pixels, (index + 1) * pixels);
  if (type !== "float32") return frame as SampleArray;
  const slope = scl_slope || 1;
  return Float32Array.from(frame, (value) => value * slope + scl_inter);
}
