import { medianWindows } from "./median-kernel.mjs";
import { median, medianRatio, takeTurns } from "./timing.mjs";

/**
 * From a file to a file: speed, what it costs for 1, 2 and 4 times as many frames, the running median, and memory.
 *
 * @param {object} options
 * @param {(stack: object, method: object) => Promise<{seconds: number, peakBytes: number | null}>} options.clean - cleans
 *   a stack into a file that is removed again
 * @param {() => Promise<void>} options.restart - so that memory is that of a process which has done nothing yet
 * @param {((stack: object) => Promise<number>) | null} options.copy - the seconds that `cp` takes
 * @param {object} options.stacks - as `createStacks` gives them
 * @param {ModelFile} options.model
 */
export async function measureFiles({ clean, restart, copy, stacks, model, quick, say }) {
  const rounds = quick ? 2 : 5;
  const slnet = { type: "slnet", model };
  const peaks = [];
  const cleaning = (stack, method) => async () => {
    const { seconds, peakBytes } = await clean(stack, method);
    if (stack === stacks.whole) peaks.push(peakBytes);
    return seconds;
  };

  say("cleaning a tiny stack, for the time to start");
  const [starts] = await takeTurns([cleaning(stacks.tiny, slnet)], rounds);
  const startSeconds = median(starts);

  say(`cleaning ${stacks.quarter.frames}, ${stacks.half.frames} and ${stacks.whole.frames} frames`);
  const sizes = [stacks.quarter, stacks.half, stacks.whole];
  const contestants = sizes.map((stack) => cleaning(stack, slnet));
  // Right beside each other, as their ratio is wanted.
  if (copy) contestants.push(() => copy(stacks.whole));
  const [quarter, half, whole, copying] = await takeTurns(contestants, rounds);
  const wholeSeconds = median(whole);
  const net = (values) => values.map((seconds) => seconds - startSeconds);

  say("running median, file to file");
  // The longest stack: near the ends frames share a window, which is no work.
  const windows = medianWindows.map((windowFrames) => cleaning(stacks.long, { type: "median", windowFrames }));
  const times = await takeTurns(windows, quick ? 1 : 3);
  const running = medianWindows.map((windowFrames, index) => {
    return { windowFrames, framesPerSecond: stacks.long.frames / (median(times[index]) - startSeconds) };
  });

  const memory = [];
  for (const stack of [stacks.short, stacks.long]) {
    say(`memory while cleaning ${stack.frames} frames`);
    await restart();
    const { peakBytes } = await clean(stack, slnet);
    memory.push({ frames: stack.frames, megabytes: stack.bytes / 1e6, peakMegabytes: peakBytes && peakBytes / 1e6 });
  }

  return {
    megabytes: stacks.whole.bytes / 1e6,
    frames: sizes.map((stack) => stack.frames),
    seconds: [quarter, half, whole].map(median),
    startSeconds,
    fourTimesTwo: medianRatio(whole, half),
    fourTimesTwoNet: medianRatio(net(whole), net(half)),
    megabytesPerSecond: stacks.whole.bytes / 1e6 / wholeSeconds,
    megabytesPerSecondNet: stacks.whole.bytes / 1e6 / (wholeSeconds - startSeconds),
    copySeconds: copying ? median(copying) : null,
    ofCopy: copying ? medianRatio(copying, whole) : null,
    ofCopyNet: copying ? medianRatio(copying, net(whole)) : null,
    peakMegabytes: peaks.includes(null) ? null : Math.max(...peaks) / 1e6,
    median: running,
    memory,
  };
}
