import { defineMissing } from "./define-missing.js";
import { SlnetLocalizer } from "./elements/localizer/localizer.js";

/** Registers the element that localizes emitters, loaded when there is a stack. */
export function defineLocalizer(): void {
  defineMissing({ "slnet-localizer": SlnetLocalizer });
}

declare global {
  interface HTMLElementTagNameMap {
    "slnet-localizer": SlnetLocalizer;
  }
}
