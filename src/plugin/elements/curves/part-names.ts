import type { ProfilePart } from "../../profile.js";
import { plotStrings } from "../../strings/plots.js";

/** What the parts are called. */
export function partName(part: ProfilePart): string {
  const { raw, background, cleaned } = plotStrings();
  return { raw, lowRank: background, sparse: cleaned }[part];
}
