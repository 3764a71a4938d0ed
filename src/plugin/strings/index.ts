import { english as panel } from "./panel.js";
import { english as plots } from "./plots.js";
import type { english as steering } from "./steering.js";
import { english as viewer } from "./viewer.js";

/** Every text that elements show, in English, by area. Sentences with numbers or names in them are functions. */
export interface Strings {
  readonly panel: typeof panel;
  readonly plots: typeof plots;
  readonly steering: typeof steering;
  readonly viewer: typeof viewer;
}

/** Some of the texts in another language; what is left out stays as it is. */
export type Translation = { readonly [Area in keyof Strings]?: Partial<Strings[Area]> };

/** Those of elements that are loaded later come with them. */
let areas: Partial<Strings> = { panel, plots, viewer };
let translated: Translation = {};
let table = merged();

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
  translated = translation;
  table = merged();
}

/** Adds the texts of elements that were loaded, before these are registered. */
export function addStrings(added: Partial<Strings>): void {
  areas = { ...areas, ...added };
  table = merged();
}

function merged(): Strings {
  const entries = Object.entries(areas).map(([area, texts]) => [
    area,
    { ...texts, ...translated[area as keyof Strings] },
  ]);
  return Object.fromEntries(entries) as Strings;
}
