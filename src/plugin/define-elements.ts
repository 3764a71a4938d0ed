import { defineMissing } from "./define-missing.js";
import { SlnetLossPlot } from "./elements/loss-plot/loss-plot.js";
import { SlnetChoiceForm } from "./elements/panel/choice-form.js";
import { SlnetCleanForm } from "./elements/panel/clean-form.js";
import { SlnetMetadataForm } from "./elements/panel/metadata-form.js";
import { SlnetOpenForm } from "./elements/panel/open-form.js";
import { SlnetOptionsForm } from "./elements/panel/options-form.js";
import { SlnetSaveForm } from "./elements/panel/save-form.js";
import { SlnetTrainForm } from "./elements/panel/train-form.js";
import { SlnetViewForm } from "./elements/panel/view-form.js";
import { SlnetPanel } from "./elements/panel/panel.js";
import { SlnetScaleBar } from "./elements/scale-bar/scale-bar.js";
import { SlnetLayerList } from "./elements/stack-viewer/layer-list.js";
import { SlnetStackViewer } from "./elements/stack-viewer/stack-viewer.js";
import { SlnetToastList } from "./elements/stack-viewer/toast-list.js";

const elements: Readonly<Record<string, CustomElementConstructor>> = {
  "slnet-choice-form": SlnetChoiceForm,
  "slnet-clean-form": SlnetCleanForm,
  "slnet-layer-list": SlnetLayerList,
  "slnet-loss-plot": SlnetLossPlot,
  "slnet-metadata-form": SlnetMetadataForm,
  "slnet-open-form": SlnetOpenForm,
  "slnet-options-form": SlnetOptionsForm,
  "slnet-panel": SlnetPanel,
  "slnet-save-form": SlnetSaveForm,
  "slnet-scale-bar": SlnetScaleBar,
  "slnet-stack-viewer": SlnetStackViewer,
  "slnet-toast-list": SlnetToastList,
  "slnet-train-form": SlnetTrainForm,
  "slnet-view-form": SlnetViewForm,
};

/** Registers the elements. A tag that the page has already stays as it is. */
export function defineElements(): void {
  defineMissing(elements);
}

/**
 * Registers the elements too that are otherwise loaded when they are needed first: for a page that shows one of them by
 * itself.
 */
export async function defineAllElements(): Promise<void> {
  defineElements();
  const [{ definePlots }, { defineSteering }] = await Promise.all([
    import("./define-plots.js"),
    import("./define-steering.js"),
  ]);
  definePlots();
  defineSteering();
}

declare global {
  interface HTMLElementTagNameMap {
    "slnet-choice-form": SlnetChoiceForm;
    "slnet-clean-form": SlnetCleanForm;
    "slnet-layer-list": SlnetLayerList;
    "slnet-loss-plot": SlnetLossPlot;
    "slnet-metadata-form": SlnetMetadataForm;
    "slnet-open-form": SlnetOpenForm;
    "slnet-options-form": SlnetOptionsForm;
    "slnet-panel": SlnetPanel;
    "slnet-save-form": SlnetSaveForm;
    "slnet-scale-bar": SlnetScaleBar;
    "slnet-stack-viewer": SlnetStackViewer;
    "slnet-toast-list": SlnetToastList;
    "slnet-train-form": SlnetTrainForm;
    "slnet-view-form": SlnetViewForm;
  }
}
