/** Samples of a volume, as NiiVue keeps them. */
export type VoxelArray =
  Uint8Array | Int8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** What the adapter needs of a NIfTI header. */
export interface NiivueHeader {
  /** `[rank, x, y, z, t, …]` */
  dims: number[];
  datatypeCode: number;
  scl_slope: number;
  scl_inter: number;
}

/** What the adapter needs of an `NVImage`, in both generations of NiiVue. */
export interface NiivueVolume {
  name: string;
  hdr: NiivueHeader | null;
}

/** {@link NiivueVolume} with what else it has, of which each generation lacks some. */
export interface NiivueVolumeFields extends NiivueVolume {
  id: string;
  hdr: NiivueHeader;
  img: VoxelArray | null;
  nVox3D: number;
  frame4D: number;
  nFrame4D: number;
  nTotalFrame4D: number;
  opacity: number;
  colormap: string;
  /** `[3, x, y, z]`, of the volume as it is drawn: x to the right, y upwards. */
  dimsRAS: number[];
  /** Place of a drawn voxel in `img`: the sum of `start[i] + step[i] · voxel[i]`. */
  img2RASstart: number[];
  img2RASstep: number[];
  /** 0.69 */
  cal_min: number;
  cal_max: number;
  robust_min: number;
  robust_max: number;
  /** 1.0 */
  calMin: number;
  calMax: number;
  robustMin: number;
  robustMax: number;
}

/**
 * A NiiVue that is attached to a canvas: a `Niivue` of `@niivue/niivue` 0.69, or a `NiiVueGPU` of 1.0. Of what only one
 * of them has, nothing is asked for here.
 */
export interface NiivueViewer {
  readonly volumes: readonly NiivueVolume[];
  /** Shows a frame of the volume with this id. */
  setFrame4D(id: string, frame: number): unknown;
  /** Takes changed samples over to the graphics card. */
  updateGLVolume(): unknown;
  /** Draws anew. */
  drawScene(): unknown;
  /** As of an element of a page. */
  addEventListener(type: string, listener: (event: Event) => void): void;
  /** As of an element of a page. */
  removeEventListener(type: string, listener: (event: Event) => void): void;
}
