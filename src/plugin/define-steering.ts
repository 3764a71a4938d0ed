import { defineMissing } from "./define-missing.js";
export { AdviceKeeper } from "./elements/panel/advice-keeper.js";
import { SlnetAdvancedForm } from "./elements/panel/advanced-form.js";
import { SlnetModelDetails } from "./elements/panel/model-details.js";
import { SlnetPresetForm } from "./elements/panel/preset-form.js";
import { SlnetRegionForm } from "./elements/panel/region-form.js";
import { SlnetShareField } from "./elements/panel/share-field.js";
import { SlnetSurveyNotes } from "./elements/panel/survey-notes.js";

/** Registers the elements of the panel that are loaded after its first picture. */
export function defineSteering(): void {
  defineMissing({
    "slnet-advanced-form": SlnetAdvancedForm,
    "slnet-model-details": SlnetModelDetails,
    "slnet-preset-form": SlnetPresetForm,
    "slnet-region-form": SlnetRegionForm,
    "slnet-share-field": SlnetShareField,
    "slnet-survey-notes": SlnetSurveyNotes,
  });
}

declare global {
  interface HTMLElementTagNameMap {
    "slnet-advanced-form": SlnetAdvancedForm;
    "slnet-model-details": SlnetModelDetails;
    "slnet-preset-form": SlnetPresetForm;
    "slnet-region-form": SlnetRegionForm;
    "slnet-share-field": SlnetShareField;
    "slnet-survey-notes": SlnetSurveyNotes;
  }
}
