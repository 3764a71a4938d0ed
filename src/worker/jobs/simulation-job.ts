import { framePixels, type StackMetadata } from "../../core/frames.js";
import { createTiffWriter, type TiffWriter } from "../../core/io/tiff-writer.js";
import {
  createSimulation,
  createSimulationOptions,
  simulationMetadata,
  type Simulation,
  type SimulationRequest,
} from "../../core/simulation.js";
import { slnetWebVersion } from "../../core/version.js";
import type { SavingReport, SaveTarget } from "../../protocol/api.js";
import type { OutputFile, Platform } from "../platform/platform.js";
import { createProgressMeter, yieldToMessages } from "../pace.js";

/** Frames written between two pauses. */
const framesPerReport = 8;

const tableHeader = "frame,id,x [px],y [px],intensity [photon],sigma [px]";

interface Part {
  readonly output: OutputFile;
  readonly writer: TiffWriter;
  /** The frame to write, in the sample type of the file. */
  render(index: number): Uint16Array | Float32Array;
}

/**
 * Writes a simulated stack and its truth: `background.tif` and `signal.tif` (expected counts, float32) and
 * `emitters.csv` (one row for each frame in which an emitter is on), and of a sensor whose pixels differ `sensor-offset.tif`,
 * `sensor-gain.tif` and `sensor-read-noise.tif`. Frame by frame, whatever the length.
 */
export class SimulationJob {
  readonly #simulation: Simulation;
  readonly #parts: readonly Part[];
  readonly #table: GrowingText | null;
  readonly #measure: (done: number) => SavingReport["progress"];
  #position = 0;
  #closed = false;

  static async open(
    request: SimulationRequest,
    target: SaveTarget,
    truthDirectory: string | null,
    platform: Platform,
  ): Promise<SimulationJob> {
    const options = createSimulationOptions(request);
    const simulation = createSimulation(options);
    const pixels = framePixels(options);
    const frame = new Uint16Array(pixels);
    const expected = new Float32Array(pixels);
    const outputs: OutputFile[] = [];
    const openOutput = async (where: SaveTarget): Promise<OutputFile> => {
      const output = await platform.openOutput(where);
      outputs.push(output);
      return output;
    };
    const stated = simulationMetadata(options);
    const openPart = async (
      where: SaveTarget,
      type: "uint16" | "float32",
      metadata: StackMetadata,
      render: Part["render"],
    ): Promise<Part> => {
      const output = await openOutput(where);
      const { frames, height, width } = options;
      const description = [`slnet=${slnetWebVersion}`];
      const writer = createTiffWriter(output.sink, { frames, height, width, type, ...metadata, description });
      return { output, writer, render };
    };
    try {
      const parts = [await openPart(target, "uint16", stated, (index) => simulation.frame(index, frame))];
      let emitters: OutputFile | null = null;
      if (truthDirectory !== null) {
        const truth = (name: string): SaveTarget => ({ type: "path", path: `${truthDirectory}/${name}` });
        await platform.makeDirectory(truthDirectory);
        parts.push(
          await openPart(truth("background.tif"), "float32", stated, (index) => simulation.background(index, expected)),
        );
        // What the emitters add has no offset in it.
        parts.push(
          await openPart(truth("signal.tif"), "float32", { ...stated, cameraOffsetAdu: 0 }, (index) =>
            simulation.signal(index, expected),
          ),
        );
        emitters = await openOutput(truth("emitters.csv"));
        if (simulation.sensor.offsetAdu.length > 1) {
          for (const [name, map] of Object.entries(sensorFiles(simulation))) {
            const output = await openOutput(truth(name));
            const { height, width } = options;
            const writer = createTiffWriter(output.sink, { frames: 1, height, width, type: "float32" });
            await writer.write(map);
            await writer.finish();
            await output.commit();
          }
        }
      }
      return new SimulationJob(simulation, parts, emitters);
    } catch (error) {
      for (const output of outputs) await output.discard();
      throw error;
    }
  }

  private constructor(simulation: Simulation, parts: readonly Part[], emitters: OutputFile | null) {
    this.#simulation = simulation;
    this.#parts = parts;
    this.#table = emitters && new GrowingText(emitters);
    this.#measure = createProgressMeter(simulation.options.frames);
  }

  /** Writes a few frames. `null` once all files are whole. */
  async next(signal: AbortSignal): Promise<SavingReport | null> {
    const { frames } = this.#simulation.options;
    if (this.#position >= frames) {
      await this.close();
      return null;
    }
    const to = Math.min(frames, this.#position + framesPerReport);
    for (; this.#position < to; this.#position++) {
      for (const part of this.#parts) await part.writer.write(part.render(this.#position));
      await this.#writeEmitters(this.#position);
    }
    await yieldToMessages();
    signal.throwIfAborted();
    return { progress: this.#measure(this.#position), clipped: 0 };
  }

  /** Closes the files with the frames written so far; those without a frame are removed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const { output, writer } of this.#parts) {
      if (writer.framesWritten === 0) {
        await output.discard();
      } else {
        await writer.finish();
        await output.commit();
      }
    }
    if (this.#position >= this.#simulation.options.frames) await this.#table?.output.commit();
    else await this.#table?.output.discard();
  }

  /** Adds the emitters of one frame to the table. */
  async #writeEmitters(index: number): Promise<void> {
    if (!this.#table) return;
    const rows = this.#simulation
      .emittersIn(index)
      .map(({ frame, id, xPixels, yPixels, photons, sigmaPixels }) =>
        [frame, id, xPixels.toFixed(4), yPixels.toFixed(4), photons.toFixed(2), sigmaPixels.toFixed(4)].join(","),
      );
    const lines = index === 0 ? [tableHeader, ...rows] : rows;
    if (lines.length > 0) await this.#table.append(`${lines.join("\n")}\n`);
  }
}

function sensorFiles({ sensor }: Simulation): Readonly<Record<string, Float32Array>> {
  return {
    "sensor-offset.tif": sensor.offsetAdu,
    "sensor-gain.tif": sensor.aduPerElectron,
    "sensor-read-noise.tif": sensor.readNoiseElectrons,
  };
}

/** A text file that is written from its start to its end. */
class GrowingText {
  readonly #output: OutputFile;
  readonly #encoder = new TextEncoder();
  #bytes = 0;

  constructor(output: OutputFile) {
    this.#output = output;
  }

  get output(): OutputFile {
    return this.#output;
  }

  async append(text: string): Promise<void> {
    const encoded = this.#encoder.encode(text);
    await this.#output.sink.write(this.#bytes, encoded);
    this.#bytes += encoded.length;
  }
}
