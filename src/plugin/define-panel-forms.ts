import { defineMissing } from "./define-missing.js";
import { SlnetAdvancedForm } from "./elements/panel/advanced-form.js";
import { SlnetChoiceForm } from "./elements/panel/choice-form.js";
import { SlnetCleanForm } from "./elements/panel/clean-form.js";
import { SlnetMetadataForm } from "./elements/panel/metadata-form.js";
import { SlnetModelDetails } from "./elements/panel/model-details.js";
import { SlnetOptionsForm } from "./elements/panel/options-form.js";
import { SlnetPresetForm } from "./elements/panel/preset-form.js";
import { SlnetPrivacyNotes } from "./elements/panel/privacy-notes.js";
import { SlnetRegionForm } from "./elements/panel/region-form.js";
import { SlnetSaveForm } from "./elements/panel/save-form.js";
import { SlnetShareField } from "./elements/panel/share-field.js";
import { SlnetSurveyNotes } from "./elements/panel/survey-notes.js";
import { SlnetTrainForm } from "./elements/panel/train-form.js";
import { SlnetViewForm } from "./elements/panel/view-form.js";

export { AdviceKeeper } from "./elements/panel/advice-keeper.js";

/** Registers the elements in a panel, which are loaded after its first picture. */
export function definePanelForms(): void {
  defineMissing({
    "slnet-advanced-form": SlnetAdvancedForm,
    "slnet-choice-form": SlnetChoiceForm,
    "slnet-clean-form": SlnetCleanForm,
    "slnet-metadata-form": SlnetMetadataForm,
    "slnet-model-details": SlnetModelDetails,
    "slnet-options-form": SlnetOptionsForm,
    "slnet-preset-form": SlnetPresetForm,
    "slnet-privacy-notes": SlnetPrivacyNotes,
    "slnet-region-form": SlnetRegionForm,
    "slnet-save-form": SlnetSaveForm,
    "slnet-share-field": SlnetShareField,
    "slnet-survey-notes": SlnetSurveyNotes,
    "slnet-train-form": SlnetTrainForm,
    "slnet-view-form": SlnetViewForm,
  });
}

declare global {
  interface HTMLElementTagNameMap {
    "slnet-advanced-form": SlnetAdvancedForm;
    "slnet-choice-form": SlnetChoiceForm;
    "slnet-clean-form": SlnetCleanForm;
    "slnet-metadata-form": SlnetMetadataForm;
    "slnet-model-details": SlnetModelDetails;
    "slnet-options-form": SlnetOptionsForm;
    "slnet-preset-form": SlnetPresetForm;
    "slnet-privacy-notes": SlnetPrivacyNotes;
    "slnet-region-form": SlnetRegionForm;
    "slnet-save-form": SlnetSaveForm;
    "slnet-share-field": SlnetShareField;
    "slnet-survey-notes": SlnetSurveyNotes;
    "slnet-train-form": SlnetTrainForm;
    "slnet-view-form": SlnetViewForm;
  }
}
