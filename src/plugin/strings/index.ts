import { english as basics } from "./basics.js";
import type { english as comparison } from "./comparison.js";
import type { english as history } from "./history.js";
import type { english as localizer } from "./localizer.js";
import { english as panel } from "./panel.js";
import type { english as panelForms } from "./panel-forms.js";
import type { english as plots } from "./plots.js";
import type { english as steering } from "./steering.js";
import { english as viewer } from "./viewer.js";

/** The texts that elements show, in English, by area. Sentences with numbers or names in them are functions. */
const areas = { basics, panel, viewer };

/** Areas that are loaded later than the page, each with its elements: see {@link lateStrings}. */
interface LateStrings {
  readonly comparison: typeof comparison;
  readonly history: typeof history;
  readonly localizer: typeof localizer;
  readonly panelForms: typeof panelForms;
  readonly plots: typeof plots;
  readonly steering: typeof steering;
}

/** The English texts, by area and name. */
export type Strings = typeof areas;

/** Some of the texts in another language; what is left out stays as it is. */
export type Translation = {
  readonly [Area in keyof (Strings & LateStrings)]?: Partial<(Strings & LateStrings)[Area]>;
};

let translated: Translation = {};
let table: Strings = areas;
let lateTables: Partial<LateStrings> = {};

/** The texts as they are now. Elements ask each time they draw. */
export function strings(): Strings {
  return table;
}

/** The same for an area that is loaded later, which hands its English texts over. */
export function lateStrings<Area extends keyof LateStrings>(area: Area, english: LateStrings[Area]): LateStrings[Area] {
  const known: LateStrings[Area] | undefined = lateTables[area];
  if (known) return known;
  const texts = { ...english, ...translated[area] };
  lateTables = { ...lateTables, [area]: texts };
  return texts;
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
  translated = translation;
  lateTables = {};
}
