import { defineMissing } from "./define-missing.js";
import { SlnetAdvancedForm } from "./elements/panel/advanced-form.js";
import { SlnetPresetForm } from "./elements/panel/preset-form.js";
import { SlnetShareField } from "./elements/panel/share-field.js";

/** Registers the elements of the panel that are loaded after its first picture. */
export function defineSteering(): void {
  defineMissing({
    "slnet-advanced-form": SlnetAdvancedForm,
    "slnet-preset-form": SlnetPresetForm,
    "slnet-share-field": SlnetShareField,
  });
}

declare global {
  interface HTMLElementTagNameMap {
    "slnet-advanced-form": SlnetAdvancedForm;
    "slnet-preset-form": SlnetPresetForm;
    "slnet-share-field": SlnetShareField;
  }
}
