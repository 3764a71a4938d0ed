import type { SampleArray, SampleType } from "../../../core/frames.js";
import { SlnetError } from "../../../core/errors.js";
import type { FrameSource, HostFrame } from "../../host/contract.js";
import type { NiivueVolume, NiivueVolumeFields } from "./viewer.js";

/** Datatype codes of volumes with one number for a voxel: no colours and no complex numbers. */
const numberCodes: readonly number[] = [2, 4, 8, 16, 64, 256, 512, 768];

/** Whether a volume is a stack of camera frames: one slice, several frames, one number for each voxel. */
export function isStack(volume: NiivueVolume): boolean {
  const { hdr, img, nFrame4D, dimsRAS, img2RASstart, img2RASstep, nVox3D } = volume as Partial<NiivueVolumeFields>;
  return (
    !!hdr &&
    !!img &&
    ArrayBuffer.isView(img) &&
    !!dimsRAS &&
    !!img2RASstart &&
    !!img2RASstep &&
    numberCodes.includes(hdr.datatypeCode) &&
    dimsRAS[3] === 1 &&
    (nFrame4D ?? 1) > 1 &&
    img.length >= (nVox3D ?? Infinity) * (nFrame4D ?? 1)
  );
}

/**
 * The frames of a volume that somebody loaded into the viewer, as they are drawn: row 0 is the one at the top. Integers
 * that are not of 8 or 16 bits without sign, and values that the header scales, come as floating-point numbers.
 */
export class VolumeSource implements FrameSource {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly type: SampleType;
  readonly #volume: NiivueVolumeFields;

  constructor(volume: NiivueVolume) {
    this.#volume = volume as NiivueVolumeFields;
    const { dimsRAS, nFrame4D, img } = this.#volume;
    this.frames = nFrame4D;
    this.width = dimsRAS[1]!;
    this.height = dimsRAS[2]!;
    const plain = this.#scale[0] === 1 && this.#scale[1] === 0;
    this.type =
      plain && img instanceof Uint8Array ? "uint8" : plain && img instanceof Uint16Array ? "uint16" : "float32";
  }

  read(index: number): Promise<HostFrame | null> {
    return new Promise((resolve) => {
      const { img, nVox3D, img2RASstart: start, img2RASstep: step } = this.#volume;
      // The viewer frees the samples of the volumes that it drops.
      if (!img) throw new SlnetError("bad-input", "the volume is not in the viewer any more, expected one that is");
      const { height, width } = this;
      const samples = this.#samples();
      const [slope, offset] = this.#scale;
      const origin = index * nVox3D + start[0]! + start[1]! + start[2]!;
      const [stepX, stepY] = [step[0]!, step[1]!];
      for (let row = 0; row < height; row++) {
        let from = origin + (height - 1 - row) * stepY;
        for (let to = row * width; to < (row + 1) * width; to++, from += stepX)
          samples[to] = img[from]! * slope + offset;
      }
      resolve({ index, height, width, samples });
    });
  }

  /** Slope 0 means in a NIfTI header that nothing is scaled. */
  get #scale(): readonly [slope: number, offset: number] {
    const { scl_slope: slope, scl_inter: offset } = this.#volume.hdr;
    return Number.isFinite(slope) && slope !== 0 && Number.isFinite(offset) ? [slope, offset] : [1, 0];
  }

  #samples(): SampleArray {
    const pixels = this.height * this.width;
    if (this.type === "uint8") return new Uint8Array(pixels);
    return this.type === "uint16" ? new Uint16Array(pixels) : new Float32Array(pixels);
  }
}
