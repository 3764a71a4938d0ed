import { engineNames, type EngineName, type EngineRequest } from "../../core/configuration.js";
import { errorMessage, SlnetError } from "../../core/errors.js";
import { separate, type SeparationMap } from "../../core/separation.js";
import type { EngineCandidate, EngineReport } from "../../protocol/api.js";
import type { Engine } from "./engine.js";
import { createJsEngine } from "./js-engine.js";
import type { TfjsBackend } from "./tfjs-engine.js";

export interface ChosenEngine {
  readonly engine: Engine;
  readonly report: EngineReport;
}

/** A start that takes longer counts as hung: TensorFlow.js backends have been seen never to settle. */
const startTimeLimitMs = 15_000;

/** A piece of the real work, to be timed. */
export interface EngineTrial {
  run(): Promise<unknown>;
  /** Frees what it took. */
  end(): void;
}

/**
 * What `auto` considers, in this order. The TensorFlow.js engines do the same as the first three, 8 to 80 times slower
 * (docs/performance.md), and would first have to be loaded.
 */
const automaticCandidates: readonly EngineName[] = ["webgpu", "wasm", "js"];

/** Starts engines once and keeps them for the jobs that follow. */
export class EngineRoom {
  readonly #assetsBaseUrl: () => string;
  readonly #started = new Map<EngineName, Promise<Engine>>();

  constructor(assetsBaseUrl: () => string) {
    this.#assetsBaseUrl = assetsBaseUrl;
  }

  /**
   * The engine asked for, or the fastest of the candidates on a piece of the real work.
   *
   * @param prepare - makes the piece of work ready on an engine
   * @throws {@link SlnetError} `unsupported` where the engine that was asked for does not start; `auto` always finds one
   */
  async choose(request: EngineRequest, prepare: (engine: Engine) => Promise<EngineTrial>): Promise<ChosenEngine> {
    if (request !== "auto") {
      const engine = await this.start(request);
      return { engine, report: { name: request, adapter: engine.adapter, reason: "chosen by hand", candidates: [] } };
    }
    const candidates: EngineCandidate[] = [];
    let best: { engine: Engine; milliseconds: number } | null = null;
    for (const name of automaticCandidates) {
      try {
        if (name === "webgpu") await requireHardwareAdapter();
        const engine = await this.start(name);
        const trial = await prepare(engine);
        const milliseconds = await timed(trial, best?.milliseconds);
        candidates.push({ name, milliseconds, reason: "slower" });
        if (!best || milliseconds < best.milliseconds) best = { engine, milliseconds };
      } catch (error) {
        candidates.push({ name, milliseconds: null, reason: errorMessage(error) });
      }
    }
    if (!best) throw new SlnetError("internal", "no engine could do a piece of the work");
    const { engine } = best;
    const slower = candidates.filter((candidate) => candidate.milliseconds !== null && candidate.name !== engine.name);
    const reason =
      slower.length === 0
        ? "the only engine that runs here"
        : `fastest of ${slower.length + 1} measured on this stack: ` +
          `${duration(best.milliseconds)} against ${slower.map(({ name, milliseconds }) => `${duration(milliseconds ?? 0)} (${name})`).join(", ")}`;
    return {
      engine,
      report: {
        name: engine.name,
        adapter: engine.adapter,
        reason,
        candidates: candidates.map((candidate) =>
          candidate.name === engine.name ? { ...candidate, reason: "" } : candidate,
        ),
      },
    };
  }

  /** @throws {@link SlnetError} `unsupported` where it does not start, hangs or computes something else */
  start(name: EngineName): Promise<Engine> {
    let starting = this.#started.get(name);
    if (!starting) {
      starting = startEngine(name, this.#assetsBaseUrl());
      this.#started.set(name, starting);
      // A failed start is tried anew the next time.
      starting.catch(() => this.#started.delete(name));
    }
    return starting;
  }

  /** Forgets an engine that failed. */
  discard(engine: Engine): void {
    this.#started.delete(engine.name);
    try {
      engine.dispose();
    } catch {
      // What failed once may fail again while it is taken down; there is nothing left to save.
    }
  }
}

async function startEngine(name: EngineName, assetsBaseUrl: string): Promise<Engine> {
  if (!engineNames.includes(name)) {
    throw new SlnetError("bad-input", `there is no engine "${name}", expected one of ${engineNames.join(", ")}`);
  }
  if (name === "js") return createJsEngine();
  try {
    const engine = await withTimeLimit(name, () => importEngine(name, assetsBaseUrl));
    await requireRightAnswer(engine);
    return engine;
  } catch (error) {
    throw new SlnetError("unsupported", `engine ${name} does not start here: ${errorMessage(error)}`, { cause: error });
  }
}

async function importEngine(name: Exclude<EngineName, "js">, assetsBaseUrl: string): Promise<Engine> {
  switch (name) {
    case "wasm": {
      const { startWasmEngine } = await import("./wasm-engine.js");
      return startWasmEngine();
    }
    case "webgpu": {
      await requireAdapter();
      const { startWebGpuEngine } = await import("./webgpu-engine.js");
      return startWebGpuEngine();
    }
    case "tfjs-webgpu":
    case "tfjs-wasm":
    case "tfjs-cpu": {
      if (name === "tfjs-webgpu") await requireAdapter();
      const { startTfjsEngine } = await import("./tfjs-engine.js");
      return startTfjsEngine(name.slice("tfjs-".length) as TfjsBackend, assetsBaseUrl);
    }
    default:
      return name satisfies never;
  }
}

async function withTimeLimit<T>(name: EngineName, start: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hung = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new SlnetError("unsupported", `${name} was not ready after ${startTimeLimitMs / 1000} s`));
    }, startTimeLimitMs);
  });
  try {
    return await Promise.race([start(), hung]);
  } finally {
    clearTimeout(timer);
  }
}

async function requestAdapter(): Promise<GPUAdapter | null> {
  const gpu = (globalThis as { navigator?: Partial<Navigator> }).navigator?.gpu;
  // TensorFlow.js throws on a null adapter from deep inside, so ask before it does.
  return (await gpu?.requestAdapter()) ?? null;
}

async function requireAdapter(): Promise<GPUAdapter> {
  const adapter = await requestAdapter();
  if (!adapter) throw new SlnetError("unsupported", "WebGPU has no adapter here");
  return adapter;
}

async function requireHardwareAdapter(): Promise<void> {
  const { info } = await requireAdapter();
  const description = [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(" ");
  if (info.isFallbackAdapter || /swiftshader|llvmpipe|software/i.test(description)) {
    throw new SlnetError("unsupported", `the WebGPU adapter is software (${description})`);
  }
}

/** Compares an engine with the oracle on a few pixels: a GPU whose kernel failed to compile answers zeros, silently. */
async function requireRightAnswer(engine: Engine): Promise<void> {
  const map: SeparationMap = {
    frames: 2,
    matrix: Float64Array.of(0.25, 0.5, 0.5, 0.25),
    offset: Float64Array.of(1, 2),
    pedestal: 3,
  };
  const window = [Uint16Array.of(10, 200, 3000, 40), Uint16Array.of(30, 20, 65535, 4)];
  const expected = new Float32Array(4);
  separate(map, window, 0, expected, null, 0);
  const separator = await engine.createSeparator({
    pixels: 4,
    type: "uint16",
    slots: 2,
    blockFrames: 1,
    sparse: { type: "float32", offsetAdu: 0 },
    lowRank: null,
  });
  try {
    window.forEach((frame, slot) => separator.frames.set(frame, slot * 4));
    separator.refresh(0, 2);
    await separator.separate(map, [{ slots: [0, 1], channel: 0 }], 0);
    const found = separator.outputs[0].sparse ?? [];
    if (expected.some((value, index) => !(Math.abs(value - found[index]) <= 1e-4 * (1 + Math.abs(value))))) {
      throw new SlnetError(
        "unsupported",
        `${engine.name} gives ${found.join(", ")} where ${expected.join(", ")} is right`,
      );
    }
  } finally {
    separator.dispose();
  }
}

function duration(milliseconds: number): string {
  return milliseconds < 1 ? `${Math.ceil(1000 * milliseconds)} µs` : `${milliseconds.toFixed(1)} ms`;
}

/** Milliseconds of the fastest of three turns; the first warms up, and one far beyond `enough` is not repeated. */
async function timed(trial: EngineTrial, enough = Infinity): Promise<number> {
  try {
    let best = Infinity;
    for (let turn = 0; turn < 3 && !(best > 20 * enough && best < Infinity); turn++) {
      const start = performance.now();
      await trial.run();
      best = Math.min(best, performance.now() - start);
    }
    return best;
  } finally {
    trial.end();
  }
}
