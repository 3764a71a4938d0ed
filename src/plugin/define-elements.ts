import { defineMissing } from "./define-missing.js";
import { SlnetLossPlot } from "./elements/loss-plot/loss-plot.js";
import { SlnetOpenForm } from "./elements/panel/open-form.js";
import { SlnetPanel } from "./elements/panel/panel.js";
import { SlnetLayerList } from "./elements/stack-viewer/layer-list.js";
import { SlnetStackViewer } from "./elements/stack-viewer/stack-viewer.js";
import { SlnetToastList } from "./elements/stack-viewer/toast-list.js";

const elements: Readonly<Record<string, CustomElementConstructor>> = {
  "slnet-layer-list": SlnetLayerList,
  "slnet-loss-plot": SlnetLossPlot,
  "slnet-open-form": SlnetOpenForm,
  "slnet-panel": SlnetPanel,
  "slnet-stack-viewer": SlnetStackViewer,
  "slnet-toast-list": SlnetToastList,
};

/** Registers the elements; a panel loads what is in it once it is shown. A tag that the page has already stays as it is. */
export function defineElements(): void {
  defineMissing(elements);
}

/**
 * Registers the elements too that are otherwise loaded when they are needed first: for a page that shows one of them by
 * itself.
 */
export async function defineAllElements(): Promise<void> {
  defineElements();
  const [{ definePlots }, { definePanelForms }, { defineHistory }, { defineLocalizer }] = await Promise.all([
    import("./define-plots.js"),
    import("./define-panel-forms.js"),
    import("./define-history.js"),
    import("./define-localizer.js"),
  ]);
  definePlots();
  definePanelForms();
  defineHistory();
  defineLocalizer();
}

declare global {
  interface HTMLElementTagNameMap {
    "slnet-layer-list": SlnetLayerList;
    "slnet-loss-plot": SlnetLossPlot;
    "slnet-open-form": SlnetOpenForm;
    "slnet-panel": SlnetPanel;
    "slnet-stack-viewer": SlnetStackViewer;
    "slnet-toast-list": SlnetToastList;
  }
}
