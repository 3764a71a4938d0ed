import type { english as panelForms } from "./panel-forms.js";
import { english as panel } from "./panel.js";
import { english as plots } from "./plots.js";
import type { english as steering } from "./steering.js";
import { english as viewer } from "./viewer.js";

/** Every text that elements show, in English, by area. Sentences with numbers or names in them are functions. */
export interface Strings {
  readonly panel: typeof panel & typeof panelForms;
  readonly plots: typeof plots;
  readonly steering: typeof steering;
  readonly viewer: typeof viewer;
}

/** Some of the texts in another language; what is left out stays as it is. */
export type Translation = { readonly [Area in keyof Strings]?: Partial<Strings[Area]> };

/** Those of elements that are loaded later come with them. */
let areas: Translation = { panel, plots, viewer };
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
export function addStrings(added: Translation): void {
  areas = overlaid(areas, added);
  table = merged();
}

function merged(): Strings {
  // Whoever asks for the texts of an area was loaded with them.
  return overlaid(areas, translated) as Strings;
}

function overlaid(texts: Translation, others: Translation): Translation {
  const names = new Set([...Object.keys(texts), ...Object.keys(others)]) as Set<keyof Strings>;
  return Object.fromEntries([...names].map((area) => [area, { ...texts[area], ...others[area] }]));
}
