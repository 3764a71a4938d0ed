import { defineMissing } from "./define-missing.js";
import { SlnetLocalizer } from "./elements/localizer/localizer.js";
import { SlnetMethodComparison } from "./elements/localizer/method-comparison.js";

/** Registers the elements that localize emitters and compare by it, loaded when there is a stack. */
export function defineLocalizer(): void {
  defineMissing({ "slnet-localizer": SlnetLocalizer, "slnet-method-comparison": SlnetMethodComparison });
}

declare global {
  interface HTMLElementTagNameMap {
    "slnet-localizer": SlnetLocalizer;
    "slnet-method-comparison": SlnetMethodComparison;
  }
}
