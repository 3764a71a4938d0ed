import type { EngineRequest } from "../../core/configuration.js";
import { createSamples, framePixels, type SampleArray, type StackReader } from "../../core/frames.js";
import { networkOf, type ModelFile } from "../../core/model.js";
import { separationMap, type SeparationMap } from "../../core/separation.js";
import { windowOf, windowStartCount, type TemporalWindow } from "../../core/windows.js";
import type { EngineReport } from "../../protocol/api.js";
import type { Engine, OutputPlans } from "../engines/engine.js";
import { EngineRelay } from "../engines/engine-relay.js";
import type { EngineRoom, EngineTrial } from "../engines/start-engine.js";
import { planSlots } from "../readers/frame-slots.js";
import { blockFramesFor, type CleanedFrames } from "./method.js";
import { WindowSeparator } from "./window-separator.js";

/** Frames of the piece of work that engines are compared by. */
const trialFrames = 4;

/** SLNet with trained weights, opened on one stack. Any frames may be asked for, in any order. */
export interface SlnetWindows {
  /** Frames from 0 that have a window of their own: those behind them are read from an earlier one. */
  readonly startCount: number;
  /** Most frames of one call. */
  readonly blockFrames: number;
  readonly engine: EngineReport;
  readonly notices: readonly string[];
  /**
   * Separates frames [from, to). One call at a time.
   *
   * @param next - the frame behind those that are asked for next, which are read meanwhile; `to` where nobody knows
   */
  separate(from: number, to: number, next: number, signal: AbortSignal): Promise<CleanedFrames>;
  /** A frame of the last call as it was read, until the next call: `[height, width]`. */
  frame(index: number): SampleArray;
  /** Frees what it holds. */
  close(): void;
}

/** @throws {@link SlnetError} `bad-input` where the stack is shorter than the shifts need */
export async function openSlnetWindows(
  reader: StackReader,
  model: ModelFile,
  request: EngineRequest,
  outputs: OutputPlans,
  room: EngineRoom,
): Promise<SlnetWindows> {
  const { shape } = reader.description;
  const { temporalShifts } = model;
  const frameCount = shape.frames;
  const startCount = windowStartCount(frameCount, temporalShifts);
  const pixels = framePixels(shape);
  const blockFrames = blockFramesFor(pixels);
  const map = separationMap(networkOf(model), model.normalisation);
  const windowsOf = (from: number, to: number): TemporalWindow[] =>
    Array.from({ length: to - from }, (_, index) => windowOf(from + index, temporalShifts, frameCount));

  const trial = await prepareTrial(reader, map, windowsOf(0, Math.min(trialFrames, startCount)), outputs);
  const chosen = await room.choose(request, trial);
  const notices: string[] = [];
  const relay = new EngineRelay(room, chosen.engine, (text) => notices.push(text));
  const slotPlan = planSlots({ type: shape.type, pixels, frameCount, temporalShifts, blockFrames });
  const separator = new WindowSeparator(reader, relay, { ...slotPlan, blockFrames, outputs });

  return {
    startCount,
    blockFrames,
    engine: chosen.report,
    notices,
    separate: (from, to, next, signal) =>
      separator.separate(windowsOf(from, to), () => map, windowsOf(to, Math.min(frameCount, next)), signal),
    frame: (index) => separator.frame(index),
    close: () => separator.close(),
  };
}

/** The first frames with their windows, to time engines with. */
async function prepareTrial(
  reader: StackReader,
  map: SeparationMap,
  windows: readonly TemporalWindow[],
  outputs: OutputPlans,
): Promise<(engine: Engine) => Promise<EngineTrial>> {
  const { shape } = reader.description;
  const pixels = framePixels(shape);
  const frames = [...new Set(windows.flatMap((window) => window.frames))];
  const samples = createSamples(shape.type, frames.length * pixels);
  for (const [slot, frame] of frames.entries()) {
    await reader.readFrames(frame, frame + 1, samples.subarray(slot * pixels, (slot + 1) * pixels));
  }
  const items = windows.map((window) => ({
    slots: window.frames.map((frame) => frames.indexOf(frame)),
    channel: window.channel,
  }));
  const plan = { pixels, type: shape.type, slots: frames.length, blockFrames: windows.length, ...outputs };
  return async (engine) => {
    const separator = await engine.createSeparator(plan);
    separator.frames.set(samples);
    return {
      run() {
        separator.refresh(0, frames.length);
        return separator.separate(map, items, 0);
      },
      end: () => separator.dispose(),
    };
  };
}
