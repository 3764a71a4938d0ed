import { median, quantile } from "./timing.mjs";

/** Updates in one epoch of the default training: 90 of 100 windows, 8 at a time. */
const updatesPerEpoch = 12;
const defaultEpochs = 101;
const quickEpochs = 5;

/** A display that shows 60 frames a second. */
export const displayFrameMs = 1000 / 60;

/**
 * The whole default training through the worker, as a user starts it: from the call to the last report, with reading
 * the frames. The first run is that of a fresh worker, which has to start the engine; then the engines take turns.
 *
 * @param {SlnetClient} client - of a fresh worker
 * @param {StackSource} source - 199 frames of 256²
 * @param {object} options
 * @param {readonly string[]} options.others - engines that `wasm` is compared with, once each
 * @returns {Promise<{model: ModelFile, figures: object}>}
 */
export async function measureTraining(client, source, { others, quick, say }) {
  const stack = await client.openStack(source);
  const epochs = quick ? quickEpochs : defaultEpochs;
  const updates = epochs * updatesPerEpoch;

  const train = async (engine) => {
    say(`training with ${engine}, ${updates} updates`);
    const start = performance.now();
    const run = await stack.train({ engine, ...(quick && { maxEpochs: epochs }) });
    let last = null;
    for await (const report of run) last = report;
    const seconds = (performance.now() - start) / 1000;
    const done = last?.progress.done;
    if (done !== updates) throw new Error(`training with ${engine} made ${done} updates, expected ${updates}`);
    const used = last.model.versions.engine;
    if (used !== engine) throw new Error(`training with ${engine} was done by ${used}`);
    return { seconds, model: last.model };
  };

  const first = await train("wasm");
  const own = [];
  const rows = [];
  const alone = async () => own.push((await train("wasm")).seconds);
  for (const engine of others) {
    await alone();
    try {
      rows.push({ engine, seconds: (await train(engine)).seconds });
    } catch (error) {
      rows.push({ engine, failed: error.message });
    }
  }
  while (own.length < (quick ? 2 : 5)) await alone();
  const seconds = median(own);
  const compared = rows.map((row) => ({ ...row, wasmTimesFaster: row.failed ? null : row.seconds / seconds }));
  await stack.close();
  const engines = [{ engine: "wasm", seconds, wasmTimesFaster: 1 }, ...compared];
  return { model: first.model, figures: { epochs, updates, firstSeconds: first.seconds, engines } };
}

/**
 * How long the cleaned picture of one frame takes while training runs, from the call to the pixels in the page.
 *
 * @param {StackSource} source - 512² pixels
 */
export async function measurePreview(client, source, { quick, say }) {
  say("live preview while training");
  const stack = await client.openStack(source);
  const run = await stack.train({ engine: "wasm", maxEpochs: 100_000 });
  let steps = 0;
  let ended = false;
  const training = (async () => {
    for await (const report of run) {
      steps = report.progress.done;
      if (ended) break;
    }
  })();
  const times = [];
  const count = quick ? 20 : 200;
  for (let turn = 0; turn < count; turn++) {
    const start = performance.now();
    await run.preview((37 * turn) % stack.description.shape.frames);
    times.push(performance.now() - start);
    await new Promise((resolve) => globalThis.setTimeout(resolve, displayFrameMs));
  }
  ended = true;
  await training;
  await stack.close();
  if (steps === 0) throw new Error("no training step was made while previews were asked for");
  return { previews: count, p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
}
