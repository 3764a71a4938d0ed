import { SlnetError } from "../../core/errors.js";
import {
  blindBackground,
  blindWindowOf,
  trainBlindNetwork,
  type BlindNetwork,
  type BlindTraining,
} from "../../core/blind-network.js";
import type { SampleArray } from "../../core/frames.js";
import type { CropBatch } from "../../core/loss.js";
import { createRandom } from "../../core/random.js";
import type { SimulationOptions } from "../../core/simulation-options.js";
import type { ClientStack } from "../../protocol/client.js";

/** Eleven frames over 101: no longer than the shortest recording that is evaluated, and further apart than on-times. */
export const blindWindows = { frames: 11, step: 10 } as const;
/** The median, as there is no published value; enough steps for the loss to be level. */
const training: BlindTraining = { steps: 400, learningRate: 3e-3, quantile: 0.5 };
const batch = 4;
const cropSide = 24;
/** Frames around which windows are trained on: so many are held. */
const trainedWindows = 16;

/** SLNet that is blind to the frame whose background it predicts, trained on one recording, in this thread. */
export class BlindCleaning {
  readonly #network: BlindNetwork;
  readonly #recording: SimulationOptions;
  readonly #readFrame: (index: number) => Promise<SampleArray>;

  private constructor(
    network: BlindNetwork,
    recording: SimulationOptions,
    readFrame: (index: number) => Promise<SampleArray>,
  ) {
    this.#network = network;
    this.#recording = recording;
    this.#readFrame = readFrame;
  }

  static async train(stack: ClientStack, recording: SimulationOptions, signal: AbortSignal): Promise<BlindCleaning> {
    const readFrame = (index: number): Promise<SampleArray> => stack.readFrame(index, { signal });
    const { frames: frameCount, width, height, seed } = recording;
    const { offsetAdu } = recording.camera;
    const length = (blindWindows.frames - 1) * blindWindows.step + 1;
    const windows: (readonly SampleArray[])[] = [];
    for (let k = 0; k < trainedWindows; k++) {
      const start = Math.floor((k * (frameCount - length)) / (trainedWindows - 1));
      windows.push(await readAll(readFrame, blindWindowOf(start, frameCount, blindWindows).frames));
    }
    const scale = meanOf(windows.flat()) - offsetAdu;
    if (!(scale > 0)) throw new SlnetError("bad-input", "blind network: the frames are not above the camera's offset");
    const random = createRandom(seed, "blind crops");
    const side = Math.min(cropSide, width, height);
    const pixels = side * side;
    const nextBatch = (): CropBatch => {
      signal.throwIfAborted();
      const crops = new Float64Array(batch * blindWindows.frames * pixels);
      let at = 0;
      for (let item = 0; item < batch; item++) {
        const window = windows[random.integer(windows.length)] ?? [];
        const [left, top] = [random.integer(width - side + 1), random.integer(height - side + 1)];
        for (const frame of window) {
          for (let y = top; y < top + side; y++) {
            for (let x = left; x < left + side; x++) crops[at++] = ((frame[y * width + x] ?? 0) - offsetAdu) / scale;
          }
        }
      }
      return { crops, batch, frames: blindWindows.frames, pixels };
    };
    return new BlindCleaning(trainBlindNetwork(blindWindows.frames, nextBatch, training), recording, readFrame);
  }

  /** @returns `[height, width]`, in ADU, offset included */
  async background(frame: number): Promise<Float32Array> {
    const { channel, frames } = blindWindowOf(frame, this.#recording.frames, blindWindows);
    const window = await readAll(this.#readFrame, frames);
    return blindBackground(this.#network, window, channel, this.#recording.camera.offsetAdu);
  }
}

async function readAll(
  readFrame: (index: number) => Promise<SampleArray>,
  frames: readonly number[],
): Promise<SampleArray[]> {
  const read: SampleArray[] = [];
  for (const index of frames) read.push(await readFrame(index));
  return read;
}

function meanOf(frames: readonly SampleArray[]): number {
  let [sum, count] = [0, 0];
  for (const frame of frames) {
    for (const value of frame) sum += value;
    count += frame.length;
  }
  return sum / count;
}
