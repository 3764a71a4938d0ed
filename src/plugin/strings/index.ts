import { english as panel } from "./panel.js";
import { english as plots } from "./plots.js";
import { english as steering } from "./steering.js";
import { english as viewer } from "./viewer.js";

/** Every text that elements show, in English, by area. Sentences with numbers or names in them are functions. */
const areas = { panel, plots, steering, viewer };

export type Strings = typeof areas;

/** Some of the texts in another language; what is left out stays as it is. */
export type Translation = { readonly [Area in keyof Strings]?: Partial<Strings[Area]> };

let table: Strings = areas;

/** The texts as they are now. Elements ask each time they draw. */
export function strings(): Strings {
  return table;
}

/**
 * Replaces texts, in all elements of the page as they are next drawn. Call it before elements are shown.
 *
 * @param translation - texts by area and name; `{}` brings the English ones back
 */
export function useStrings(translation: Translation): void {
  const merged = Object.entries(areas).map(([area, texts]) => [
    area,
    { ...texts, ...translation[area as keyof Strings] },
  ]);
  table = Object.fromEntries(merged) as Strings;
}
