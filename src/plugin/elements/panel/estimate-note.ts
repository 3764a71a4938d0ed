import type { RunEstimate } from "../../../protocol/api.js";
import { steeringStrings } from "../../strings/steering.js";

/** Where the browser does not say: what a page of a usual browser gets, in bytes. */
const usualBytes = 4 * 1024 ** 3;

/** What a run would take, and a warning where that is more than there may be. */
export interface EstimateNote {
  /** Empty where nothing is known. */
  readonly text: string;
  readonly warning: string;
}

/** Time and memory of a run, in words. */
export function estimateNote(estimate: RunEstimate | null, run: "training" | "cleaning"): EstimateNote {
  const seconds = estimate && (run === "training" ? estimate.trainingSeconds : estimate.cleaningSeconds);
  if (!estimate || seconds === null) return { text: "", warning: "" };
  const bytes = run === "training" ? estimate.trainingBytes : estimate.cleaningBytes;
  const texts = steeringStrings();
  const device = deviceBytes();
  // The page, the rest of the browser and the system need the other half.
  const isMuch = bytes > (device === null ? usualBytes : device / 2);
  return {
    text: texts.estimate(seconds, bytes, estimate.engine),
    warning: isMuch ? texts.muchMemory(bytes, device) : "",
  };
}

/** Memory of the computer as browsers on Chromium tell it, in powers of two up to 8 GB; `null` elsewhere. */
function deviceBytes(): number | null {
  const { deviceMemory } = navigator as { readonly deviceMemory?: unknown };
  return typeof deviceMemory === "number" ? deviceMemory * 1024 ** 3 : null;
}
