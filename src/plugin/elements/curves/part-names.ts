import type { ProfilePart } from "../../profile.js";
import { strings } from "../../strings/index.js";

/** What the parts are called. */
export function partName(part: ProfilePart): string {
  const { raw, background, cleaned } = strings().plots;
  return { raw, lowRank: background, sparse: cleaned }[part];
}
