import { SlnetSession, type SessionOptions, type ViewerHost } from "../../src/plugin/index.js";

/** Passes enough to see a curve, few enough for a gallery. */
const epochs = 60;

/** Smaller than the usual sample, which takes seconds to simulate and to train on, and this is done for every state. */
const sample = { frames: 250, height: 128, width: 128 };

/** What the first training made: only those states train again that show how it goes. */
let keptModel: File | null = null;

/** How far the sample stack gets. */
export type SampleStep = "closed" | "opened" | "trained" | "cleaned" | "saved";

/**
 * A session on the sample stack, with a worker of its own.
 *
 * @param until - the last step taken
 * @param signal - ends the session
 * @throws {Error} with the sentence of the session where a step fails
 */
export async function sampleSession(
  until: SampleStep,
  signal: AbortSignal,
  options: SessionOptions = {},
): Promise<SlnetSession> {
  const session = new SlnetSession({
    workerUrl: new URL("../slnet.worker.js", document.baseURI),
    // Measuring which engine is the fastest would be done again for every state.
    configuration: { maxEpochs: epochs, engine: "wasm" },
    // A gallery writes no files.
    deliver: () => undefined,
    ...options,
  });
  signal.addEventListener("abort", () => session.dispose(), { once: true });
  for (const take of stepsTo(until)) {
    signal.throwIfAborted();
    await take(session);
    signal.throwIfAborted();
    if (session.state.error) throw new Error(session.state.error.message);
  }
  return session;
}

/** Opens the stack that the states show. */
export function openSample(session: SlnetSession): Promise<void> {
  return session.openSample(sample);
}

function stepsTo(until: SampleStep): readonly ((session: SlnetSession) => Promise<void>)[] {
  const clean = (session: SlnetSession): Promise<void> => session.clean({ lowRank: true });
  const save = (session: SlnetSession): Promise<void> => session.save();
  switch (until) {
    case "closed":
      return [];
    case "opened":
      return [openSample];
    case "trained":
      return [openSample, train];
    case "cleaned":
      return [openSample, takeModel, clean];
    case "saved":
      return [openSample, takeModel, clean, save];
  }
}

async function train(session: SlnetSession): Promise<void> {
  await session.train();
  const model = session.modelFile();
  if (model) keptModel = new File([model], "model.json");
}

function takeModel(session: SlnetSession): Promise<void> {
  return keptModel ? session.loadModel(keptModel) : train(session);
}

/** The same, with its layers in a viewer. */
export async function sampleIn(host: ViewerHost, until: SampleStep, signal: AbortSignal): Promise<SlnetSession> {
  return sampleSession(until, signal, { host });
}

/** Starts a training that takes longer than anyone looks, and waits until it is under way. */
export async function startTraining(session: SlnetSession): Promise<void> {
  session.configure({ maxEpochs: 100_000 });
  const begun = new Promise<void>((resolve) => {
    const stop = session.subscribe(({ training, activity }) => {
      if ((training?.losses.length ?? 0) < 2 && activity !== "idle") return;
      // At the first report the subscription is still being made.
      queueMicrotask(() => stop());
      resolve();
    });
  });
  void session.train();
  await begun;
}
