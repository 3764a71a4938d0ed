import { engineNames, type EngineName, type EngineRequest } from "../../core/configuration.js";
import { errorMessage, SlnetError } from "../../core/errors.js";
import { separate, type SeparationMap } from "../../core/separation.js";
import type { EngineCandidate, EngineReport } from "../../protocol/api.js";
import type { Engine } from "./engine.js";
import { createJsEngine } from "./js-engine.js";

export interface ChosenEngine {
  readonly engine: Engine;
  readonly report: EngineReport;
}

/** A start that takes longer counts as hung: TensorFlow.js backends have been seen never to settle. */
const startTimeLimitMs = 15_000;

/** What `auto` considers, in this order. */
const automaticCandidates: readonly EngineName[] = ["tfjs-webgpu", "tfjs-wasm", "js"];

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
   * @param measure - does that piece of work once
   * @throws {@link SlnetError} `unsupported` where the engine that was asked for does not start; `auto` always finds one
   */
  async choose(request: EngineRequest, measure: (engine: Engine) => Promise<void>): Promise<ChosenEngine> {
    if (request !== "auto") {
      const engine = await this.start(request);
      return { engine, report: { name: request, adapter: engine.adapter, reason: "chosen by hand", candidates: [] } };
    }
    const candidates: EngineCandidate[] = [];
    let best: { engine: Engine; milliseconds: number } | null = null;
    for (const name of automaticCandidates) {
      try {
        if (name === "tfjs-webgpu") await requireHardwareAdapter();
        const engine = await this.start(name);
        const milliseconds = await timed(() => measure(engine), best?.milliseconds);
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
          `${best.milliseconds.toFixed(1)} ms against ${slower.map(({ name, milliseconds }) => `${milliseconds?.toFixed(1) ?? "?"} ms (${name})`).join(", ")}`;
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
    const engine = await withTimeLimit(name, async () => {
      if (name === "tfjs-webgpu") await requireAdapter();
      const { startTfjsEngine } = await import("./tfjs-engine.js");
      return startTfjsEngine(name.slice("tfjs-".length) as "cpu" | "wasm" | "webgpu", assetsBaseUrl);
    });
    await requireRightAnswer(engine);
    return engine;
  } catch (error) {
    throw new SlnetError("unsupported", `engine ${name} does not start here: ${errorMessage(error)}`, { cause: error });
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
  const windows = [[Uint16Array.of(10, 200, 3000, 40), Uint16Array.of(30, 20, 65535, 4)]];
  const expected = new Float32Array(4);
  const found = new Float32Array(4);
  separate(map, windows[0], 0, expected, null, 0);
  await engine.apply({ map, windows, channels: [0], sparse: found, lowRank: null });
  if (expected.some((value, index) => Math.abs(value - found[index]) > 1e-4 * (1 + Math.abs(value)))) {
    throw new SlnetError(
      "unsupported",
      `${engine.name} gives ${found.join(", ")} where ${expected.join(", ")} is right`,
    );
  }
}

/** Milliseconds of the second of two turns; the first warms up, and one far beyond `enough` is not repeated. */
async function timed(work: () => Promise<void>, enough = Infinity): Promise<number> {
  const once = async (): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const first = await once();
  return first > 20 * enough ? first : Math.min(first, await once());
}
