import { rightPhotons, type MethodVerdict } from "../../core/evaluation/method-verdict.js";
import { withMinus } from "./figure-columns.js";
import type { MethodReport } from "./quality-report.js";

/** A verdict as sentences for people. */
export function verdictText({ overSeeds }: MethodReport, verdict: MethodVerdict): string {
  const { bestBaseline, efficiencyGain, efficiency, photonsAreRight, backgroundIsNoWorse, wins } = verdict;
  const { mean, low, high } = efficiencyGain;
  const range = Number.isFinite(low)
    ? ` (95 %: ${signed(low)} to ${signed(high)})`
    : " (one seed says nothing of chance)";
  const inEfficiency = {
    better: `Better than ${bestBaseline} in efficiency, by ${signed(mean)}${range}.`,
    worse: `Worse than ${bestBaseline} in efficiency, by ${signed(mean)}${range}.`,
    "not told apart": `Not told apart from ${bestBaseline} in efficiency: ${signed(mean)}${range}.`,
  }[efficiency];
  const photons = overSeeds.photonRatio?.mean;
  const limits = `${rightPhotons.least} to ${rightPhotons.most}`;
  const inPhotons =
    photons === undefined
      ? "No photons to compare."
      : `Photons ${photons.toFixed(3)}, ${photonsAreRight === true ? "within" : "not within"} ${limits}.`;
  const rmse = overSeeds.backgroundRmsePhotons?.mean;
  const inBackground =
    rmse === undefined
      ? "It gives no background."
      : `Background RMSE ${rmse.toFixed(2)} photons, ${backgroundIsNoWorse === true ? "no more than" : "above"} the better median's ${verdict.bestBackgroundRmsePhotons.toFixed(2)}.`;
  const all = wins ? "It wins on all three counts." : "It does not win on all three counts.";
  return [inEfficiency, inPhotons, inBackground, all].join(" ");
}

/** The same in a few words. */
export function verdictNote({ wins, efficiency, photonsAreRight, backgroundIsNoWorse }: MethodVerdict): string {
  if (wins) return "wins";
  return [
    efficiency,
    ...(photonsAreRight === true ? ["photons right"] : []),
    ...(backgroundIsNoWorse === true ? ["background no worse"] : []),
  ].join(", ");
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${withMinus(value.toFixed(3))}`;
}
