import { applyCases, bytesMoved, createApply, createMemcpy } from "./apply.mjs";
import { median, medianRatio, takeTurns } from "./timing.mjs";
import { createTrainStep } from "./train-step.mjs";
import { isSoftware } from "./training-rivals.mjs";
import { describeWebGpu } from "./webgpu-adapter.mjs";

/**
 * Measures `apply` and `trainStep` of each engine that starts, each in turn with `wasm` and with memcpy of as many bytes.
 *
 * @param {object} options
 * @param {EngineRoom} options.room
 * @param {readonly string[]} options.names - `wasm` first: the others are compared with it
 * @param {boolean} options.quick
 * @param {number} options.streamBytes - see {@link createApply}
 * @param {(text: string) => void} options.say
 */
export async function measureEngines({ room, names, quick, streamBytes, say }) {
  const webGpu = await describeWebGpu();
  // A processor that plays graphics card takes seconds for what is of no interest to the last digit.
  const roundsOf = ({ name }) => (isSoftware({ webGpu }, name) ? 1 : quick ? 3 : 5);
  const budgetMs = quick ? 30 : 200;
  const engines = [];
  const missing = [];
  for (const name of names) {
    try {
      engines.push(await room.start(name));
    } catch (error) {
      missing.push({ engine: name, reason: error.message });
    }
  }
  const adapters = engines.map(({ name, adapter }) => ({ engine: name, adapter }));
  const [reference, ...others] = engines;
  if (reference?.name !== "wasm") throw new Error(`engine wasm does not start: ${missing[0]?.reason}`);

  const memcpy = createMemcpy(streamBytes);
  const memcpySpeeds = [];
  const apply = [];
  for (const applyCase of applyCases) {
    say(`apply ${applyCase.side}² to ${applyCase.output}`);
    const own = await createApply(reference, applyCase, streamBytes);
    const copying = () => memcpy.turn(applyCase, budgetMs);
    const pooled = { copy: [], wasm: [] };
    const rows = [];
    for (const engine of others) {
      const row = { engine: engine.name, ...applyCase };
      let separator = null;
      try {
        separator = await createApply(engine, applyCase, streamBytes);
        const turns = [copying, () => own.turn(budgetMs), () => separator.turn(budgetMs)];
        const [copy, wasm, other] = await takeTurns(turns, roundsOf(engine));
        pooled.copy.push(...copy);
        pooled.wasm.push(...wasm);
        rows.push({
          ...row,
          milliseconds: median(other),
          ofMemcpy: medianRatio(copy, other),
          wasmTimesFaster: medianRatio(other, wasm),
        });
      } catch (error) {
        rows.push({ ...row, failed: error.message });
        room.discard(engine);
      } finally {
        separator?.dispose();
      }
    }
    if (pooled.wasm.length === 0) {
      [pooled.copy, pooled.wasm] = await takeTurns([copying, () => own.turn(budgetMs)], roundsOf(reference));
    }
    own.dispose();
    memcpySpeeds.push({ ...applyCase, gigabytesPerSecond: bytesMoved(applyCase) / median(pooled.copy) / 1e6 });
    const ofMemcpy = medianRatio(pooled.copy, pooled.wasm);
    apply.push({ engine: "wasm", ...applyCase, milliseconds: median(pooled.wasm), ofMemcpy, wasmTimesFaster: 1 });
    apply.push(...rows);
  }
  return { webGpu, adapters, missing, memcpy: memcpySpeeds, apply, trainStep: await measureTrainSteps() };

  async function measureTrainSteps() {
    say("trainStep");
    const own = createTrainStep(reference);
    const pooled = [];
    const rows = [];
    for (const engine of others) {
      const step = createTrainStep(engine);
      try {
        const [wasm, other] = await takeTurns([() => own.turn(budgetMs), () => step.turn(budgetMs)], roundsOf(engine));
        pooled.push(...wasm);
        rows.push({ engine: engine.name, milliseconds: median(other), wasmTimesFaster: medianRatio(other, wasm) });
      } catch (error) {
        rows.push({ engine: engine.name, failed: error.message });
      }
      engine.release();
    }
    const alone = pooled.length > 0 ? pooled : (await takeTurns([() => own.turn(budgetMs)], roundsOf(reference)))[0];
    reference.release();
    return [{ engine: "wasm", milliseconds: median(alone), wasmTimesFaster: 1 }, ...rows];
  }
}
