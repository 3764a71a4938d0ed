import type { ImageDisplay } from "../../host/contract.js";
import { autoContrast, type ContrastLimits } from "../../host/contrast.js";
import { LayerFrames } from "../../host/layer-frames.js";
import type { HostLayer } from "../../host/model.js";
import { type FrameWindow } from "./frame-window.js";
import type { NiivueVolume, NiivueVolumeFields, VoxelArray } from "./viewer.js";
import { limitsOf, type ViewerCalls, type VolumeLook } from "./viewer-calls.js";

/** A layer of the host as the viewer has it. */
export interface LayerVolume {
  readonly volume: NiivueVolumeFields;
  /** Stack frame of the volume's first. */
  readonly start: number;
  /** False while there is nothing to see of it at this step. */
  readonly hasPixels: boolean;
  /** Asks for the frame of a step; `onChange` follows when it may be there. */
  want(step: number): void;
  /** Puts the frame of the last `want` in place and says how. Returns whether the viewer has to read the samples again. */
  show(calls: ViewerCalls, display: ImageDisplay): boolean;
  hide(calls: ViewerCalls, display: ImageDisplay): boolean;
  /** Contrast chosen from the pixels for a frame that is there; `null` before. */
  readonly chosenLimits: ContrastLimits | null;
  dispose(): void;
}

/** A layer whose frames come from its source, one after the other, into a volume that holds some of them. */
export class PulledVolume implements LayerVolume {
  readonly volume: NiivueVolumeFields;
  readonly #window: FrameWindow;
  readonly #frames: LayerFrames;
  readonly #count: number;
  #wanted = 0;
  #look: VolumeLook = { opacity: 0, limits: [0, 1], colormap: "gray" };
  #chosen: ContrastLimits | null = null;
  #ranged = false;

  /** @param volume - of one frame; it is made longer as the window says */
  constructor(volume: NiivueVolumeFields, { source }: HostLayer, window: FrameWindow, onChange: () => void) {
    this.volume = volume;
    this.#window = window;
    this.#count = source.frames;
    lengthen(volume, window.size);
    this.#frames = new LayerFrames(source, onChange);
  }

  get start(): number {
    return this.#window.start;
  }

  get hasPixels(): boolean {
    return this.#frames.shown !== null;
  }

  get chosenLimits(): ContrastLimits | null {
    return this.#frames.settled ? this.#chosen : null;
  }

  want(step: number): void {
    this.#wanted = Math.min(step, this.#count - 1);
    this.#frames.want(this.#wanted);
  }

  show(calls: ViewerCalls, { opacity, contrastLimits, colormap }: ImageDisplay): boolean {
    const frame = this.#frames.shown;
    if (!frame) return false;
    const { img, nVox3D } = this.volume;
    // Another part of the page has emptied the viewer; it says so in its own time.
    if (!img) return false;
    const moved = this.#window.reach(this.#wanted);
    if (moved !== 0) shift(img, moved * nVox3D);
    const slot = this.#wanted - this.#window.start;
    writeUpsideDown(frame.samples, frame.width, img, slot * nVox3D);
    this.#chosen = contrastLimits && this.#ranged ? null : autoContrast(frame.samples).limits;
    if (this.#chosen && !this.#ranged) calls.setRange(this.volume, this.#chosen);
    this.#ranged = true;
    this.#look = { opacity, colormap, limits: contrastLimits ?? this.#chosen ?? [0, 1] };
    const drawn = [calls.setLook(this.volume, this.#look), calls.setFrame(this.volume, slot)];
    // A viewer that draws by itself has read the samples after the last of the calls.
    return !drawn.includes(true);
  }

  hide(calls: ViewerCalls): boolean {
    if (this.volume.opacity === 0) return false;
    return !calls.setLook(this.volume, { ...this.#look, opacity: 0 });
  }

  dispose(): void {
    this.#frames.dispose();
  }
}

/** A stack that somebody loaded into the viewer: the viewer has all its frames. */
export class LoadedVolume implements LayerVolume {
  readonly start = 0;
  readonly hasPixels = true;
  readonly chosenLimits: ContrastLimits | null = null;
  readonly volume: NiivueVolumeFields;
  readonly #opacity: number;
  #wanted = 0;

  constructor(volume: NiivueVolume) {
    this.volume = volume as NiivueVolumeFields;
    this.#opacity = this.volume.opacity;
  }

  want(step: number): void {
    this.#wanted = Math.min(step, this.volume.nFrame4D - 1);
  }

  show(calls: ViewerCalls, display: ImageDisplay): boolean {
    const stale = this.#look(calls, display, display.opacity);
    return !calls.setFrame(this.volume, this.#wanted) && stale;
  }

  hide(calls: ViewerCalls, display: ImageDisplay): boolean {
    return this.volume.opacity !== 0 && this.#look(calls, display, 0);
  }

  dispose(): void {
    this.volume.opacity = this.#opacity;
  }

  /** Returns whether something changed without being drawn. */
  #look(calls: ViewerCalls, { contrastLimits, colormap }: ImageDisplay, opacity: number): boolean {
    const { volume } = this;
    const limits = contrastLimits ?? limitsOf(volume);
    const before = [volume.opacity, ...limitsOf(volume), volume.colormap].join();
    const drawn = calls.setLook(volume, { opacity, limits, colormap });
    return !drawn && before !== [volume.opacity, ...limitsOf(volume), volume.colormap].join();
  }
}

function lengthen(volume: NiivueVolumeFields, frames: number): void {
  if (!volume.img) return;
  volume.img = new (volume.img.constructor as new (length: number) => VoxelArray)(volume.nVox3D * frames);
  volume.nFrame4D = volume.nTotalFrame4D = frames;
  volume.hdr.dims[0] = 4;
  volume.hdr.dims[4] = frames;
}

/** Moves samples towards the start by so many, or towards the end where negative; zeros come in. */
function shift(samples: VoxelArray, by: number): void {
  const kept = samples.length - Math.abs(by);
  if (kept <= 0) samples.fill(0);
  else if (by > 0) samples.copyWithin(0, by).fill(0, kept);
  else samples.copyWithin(-by, 0, kept).fill(0, 0, -by);
}

/** The first row of a NIfTI volume is drawn at the bottom. */
function writeUpsideDown(samples: ArrayLike<number>, width: number, out: VoxelArray, offset: number): void {
  const rows = samples.length / width;
  const from = samples as VoxelArray;
  for (let row = 0; row < rows; row++) {
    out.set(from.subarray(row * width, (row + 1) * width), offset + (rows - 1 - row) * width);
  }
}
