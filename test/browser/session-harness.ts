import { createBufferSource, createMemorySink } from "../../src/core/io/buffer-source.js";
import { openTiff } from "../../src/core/io/tiff-reader.js";
import { createTiffWriter } from "../../src/core/io/tiff-writer.js";
import { createRandom } from "../../src/core/random.js";
import type { FrameSource, HostEventMap, HostFrame, ImageLayer, Unsubscribe } from "../../src/plugin/host/contract.js";
import { HostModel } from "../../src/plugin/host/model.js";
import type { SessionOptions } from "../../src/plugin/session-options.js";
import { SlnetSession } from "../../src/plugin/session.js";
import type { SessionState } from "../../src/plugin/session-state.js";

/** A worker that can be made to crash, in the way a worker crashes: by an error that nobody catches. */
const crashingWorker = `
  import ${JSON.stringify(new URL("/dist/slnet.worker.js", location.href).href)};
  addEventListener("message", (event) => {
    if (event.data === "crash") setTimeout(() => { throw new Error("crashed on purpose"); });
  });
`;

/** A host that knows how many listen to it. */
export class CountingHost extends HostModel {
  listeners = 0;

  override on<K extends keyof HostEventMap>(type: K, callback: (detail: HostEventMap[K]) => void): Unsubscribe {
    const off = super.on(type, callback);
    this.listeners++;
    let listens = true;
    return () => {
      off();
      if (listens) this.listeners--;
      listens = false;
    };
  }
}

/** A session on the built worker, in a host without a picture. */
export class SessionHarness {
  readonly messages: string[] = [];
  readonly delivered: { readonly name: string; readonly file: Blob }[] = [];
  readonly host = new CountingHost({
    hostName: "test",
    capabilities: ["read-pixels", "float32", "layer-update", "multi-layer", "panels", "notifications"],
    notify: (level, message) => this.messages.push(`${level}: ${message}`),
    mountPanel: () => false,
  });
  readonly session: SlnetSession;
  #worker: Worker | null = null;
  workersStarted = 0;
  workersEnded = 0;

  constructor(options: SessionOptions = {}) {
    this.session = new SlnetSession({
      host: this.host,
      workerFactory: () => this.#startWorker(),
      assetsBaseUrl: "/dist/assets/",
      deliver: (file, name) => this.delivered.push({ name, file }),
      // Small and on the plain engine: these tests are about the session, not about speed.
      configuration: { temporalShifts: [0, 5, 10], trainFrames: "0:20", maxEpochs: 4, engine: "js" },
      ...options,
    });
  }

  get state(): SessionState {
    return this.session.state;
  }

  /** Opens a small recording as a file, `noisy.tif`. */
  async openSmall(frames = 40): Promise<void> {
    await this.session.openFile(await noisyTiff(frames));
  }

  /** Opens the same recording as a layer of the host, `noisy`. */
  async openSmallLayer(frames = 40): Promise<void> {
    const id = await this.host.layers.add([new NoisyFrames(frames), { name: "noisy" }, "image"]);
    await this.session.openLayer(this.host.layers.get(id)!);
  }

  layer(name: string): ImageLayer | undefined {
    return this.host.layers.list().find((layer) => layer.name === name);
  }

  /** Samples of a frame of a layer, `null` where there is none. */
  async samples(name: string, index: number): Promise<readonly number[] | null> {
    const frame = await this.layer(name)!.source!.read(index);
    return frame && [...frame.samples];
  }

  /** Waits for a state of the session. */
  async until(condition: (state: SessionState) => boolean): Promise<void> {
    if (condition(this.state)) return;
    await new Promise<void>((resolve) => {
      const off = this.session.subscribe((state) => {
        if (!condition(state)) return;
        off();
        resolve();
      });
    });
  }

  crashWorker(): void {
    this.#worker?.postMessage("crash");
  }

  /** Frames and first pixels of the last file that was handed over. */
  async savedTiff(): Promise<{
    readonly frames: number;
    readonly type: string;
    frame(index: number): Promise<number[]>;
  }> {
    const { name, file } = this.delivered.at(-1)!;
    const reader = await openTiff(createBufferSource(name, new Uint8Array(await file.arrayBuffer())));
    const { frames, height, width, type } = reader.description.shape;
    return {
      frames,
      type,
      async frame(index) {
        const out = type === "uint16" ? new Uint16Array(height * width) : new Float32Array(height * width);
        await reader.readFrames(index, index + 1, out);
        return [...out];
      },
    };
  }

  #startWorker(): Worker {
    this.workersStarted++;
    const url = URL.createObjectURL(new Blob([crashingWorker], { type: "text/javascript" }));
    const worker = (this.#worker = new Worker(url, { type: "module" }));
    const terminate = worker.terminate.bind(worker);
    worker.terminate = () => {
      this.workersEnded++;
      terminate();
    };
    return worker;
  }
}

/** Frames of 32 MB, 2.24 GB together, each all its own number. */
export class LargeFrames implements FrameSource {
  readonly height = 4000;
  readonly width = 4000;
  readonly frames = 70;
  readonly type = "uint16";
  readonly #samples = new Uint16Array(this.height * this.width);

  read(index: number): Promise<HostFrame> {
    return Promise.resolve({
      index,
      height: this.height,
      width: this.width,
      samples: this.#samples.fill(index, 0, 10 * this.width),
    });
  }
}

/** A constant background with noise and one bright spot that is in every third frame. */
class NoisyFrames implements FrameSource {
  readonly height = 24;
  readonly width = 20;
  readonly type = "uint16";

  constructor(readonly frames: number) {}

  read(index: number): Promise<HostFrame> {
    const random = createRandom(7, `frame ${index}`);
    const samples = Uint16Array.from({ length: this.height * this.width }, () => 200 + random.integer(40));
    if (index % 3 === 0) samples[5 * this.width + 5] = 900;
    return Promise.resolve({ index, height: this.height, width: this.width, samples });
  }
}

/** @param pixelSizeNm - as the file states it */
export async function noisyTiff(frames: number, name = "noisy.tif", pixelSizeNm: number | null = 100): Promise<File> {
  const source = new NoisyFrames(frames);
  const { height, width } = source;
  const sink = createMemorySink();
  const writer = createTiffWriter(sink, { height, width, frames, type: "uint16", pixelSizeNm });
  for (let index = 0; index < frames; index++) await writer.write((await source.read(index)).samples as Uint16Array);
  await writer.finish();
  return new File([sink.bytes()], name);
}
