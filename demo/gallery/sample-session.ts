import { SlnetSession, type SessionOptions, type ViewerHost } from "../../src/plugin/index.js";

/** Passes enough to see a curve, few enough for a gallery. */
const epochs = 60;

/** Steps on the way of the sample stack through the plugin. */
const steps = {
  closed: () => Promise.resolve(),
  opened: (session: SlnetSession) => session.openSample(),
  trained: (session: SlnetSession) => session.train(),
  cleaned: (session: SlnetSession) => session.clean({ lowRank: true }),
  saved: (session: SlnetSession) => session.save(),
} as const;
export type SampleStep = keyof typeof steps;

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
    configuration: { maxEpochs: epochs },
    // A gallery writes no files.
    deliver: () => undefined,
    ...options,
  });
  signal.addEventListener("abort", () => session.dispose(), { once: true });
  for (const [name, take] of Object.entries(steps)) {
    signal.throwIfAborted();
    await take(session);
    signal.throwIfAborted();
    if (session.state.error) throw new Error(session.state.error.message);
    if (name === until) break;
  }
  return session;
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
