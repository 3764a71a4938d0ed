import type { SessionActivity, SessionState } from "./session-state.js";

/** How an action that went through ended, in one sentence. */
export function finishedOutcome(activity: SessionActivity, state: SessionState, seconds: number): string {
  const time = `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  switch (activity) {
    case "training":
      return `Trained ${countText(state.training?.step ?? 0)} steps in ${time}.`;
    case "cleaning":
      return `Cleaned ${countText(cleanedFrames(state))} frames in ${time}.`;
    case "saving":
      return `Saved ${countText(state.saved?.frames ?? 0)} frames in ${time}.`;
    default:
      return state.stack ? `Opened ${state.stack.name}.` : "Opened.";
  }
}

/** What a cancelled action leaves, in one sentence. */
export function cancelledOutcome(activity: SessionActivity, state: SessionState): string {
  switch (activity) {
    case "training":
      return `Training was stopped after ${countText(state.training?.step ?? 0)} steps; the model so far is kept.`;
    case "cleaning":
      return `Cleaning was stopped; the ${countText(cleanedFrames(state))} finished frames are kept.`;
    case "saving":
      return "Saving was stopped; no file was written.";
    default:
      return "Opening was stopped.";
  }
}

function cleanedFrames({ result }: SessionState): number {
  return result ? result.done - result.from : 0;
}

function countText(count: number): string {
  return count.toLocaleString("en");
}
