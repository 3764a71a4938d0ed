import { emptyLocalizations, type Localizations } from "./localization.js";

/** The rows of all blocks, one after the other, in columns of their own. */
export function joinedLocalizations(blocks: readonly Localizations[]): Localizations {
  const joined = emptyLocalizations(blocks.reduce((sum, { frames }) => sum + frames.length, 0));
  let row = 0;
  for (const block of blocks) {
    for (const name of Object.keys(joined) as (keyof Localizations)[]) joined[name].set(block[name], row);
    row += block.frames.length;
  }
  return joined;
}
