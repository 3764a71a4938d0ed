import type { BackgroundWeights } from "../../../core/background-weights.js";
import { plotStrings } from "../../strings/plots.js";

/** Less than this is not worth a word: no camera resolves it. */
const smallestConstantAdu = 0.5;

/** What a model does, in plain words. */
export function weightsSentence({ shifts, rows, constantsAdu, lightKept }: BackgroundWeights): string {
  const text = plotStrings();
  const first = rows[0] ?? [];
  const shares = first.map((weight, index) => ({ shift: shifts[index] ?? 0, percent: percentOf(weight) }));
  const constant = constantsAdu[0] ?? 0;
  const background = text.weightsSentence(shares);
  const added = Math.abs(constant) >= smallestConstantAdu ? `, ${text.constantSentence(constant)}` : "";
  const light = lightKept <= 0 ? text.keepsNoLight : text.keepsLight(percentOf(lightKept));
  return `${background}${added}; ${light}`;
}

/** In whole percent, without a negative zero. */
function percentOf(share: number): number {
  return Math.round(share * 100) + 0;
}
