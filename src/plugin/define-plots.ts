import { defineMissing } from "./define-missing.js";
import { SlnetHistogram } from "./elements/histogram/histogram.js";

/** Registers the elements that are loaded only when there is something to plot. */
export function definePlots(): void {
  defineMissing({
    "slnet-histogram": SlnetHistogram,
  });
}

declare global {
  interface HTMLElementTagNameMap {
    "slnet-histogram": SlnetHistogram;
  }
}
