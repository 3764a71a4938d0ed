import { defineMissing } from "./define-missing.js";
import { SlnetFrameAxis } from "./elements/curves/frame-axis.js";
import { SlnetHistogram } from "./elements/histogram/histogram.js";
import { SlnetInspector } from "./elements/inspector/inspector.js";
import { SlnetKymograph } from "./elements/kymograph/kymograph.js";
import { SlnetTracePlot } from "./elements/trace-plot/trace-plot.js";
import { SlnetWeightMap } from "./elements/weight-map/weight-map.js";

/** Registers the elements that are loaded only when there is something to plot. */
export function definePlots(): void {
  defineMissing({
    "slnet-frame-axis": SlnetFrameAxis,
    "slnet-histogram": SlnetHistogram,
    "slnet-inspector": SlnetInspector,
    "slnet-kymograph": SlnetKymograph,
    "slnet-trace-plot": SlnetTracePlot,
    "slnet-weight-map": SlnetWeightMap,
  });
}

declare global {
  interface HTMLElementTagNameMap {
    "slnet-frame-axis": SlnetFrameAxis;
    "slnet-histogram": SlnetHistogram;
    "slnet-inspector": SlnetInspector;
    "slnet-kymograph": SlnetKymograph;
    "slnet-trace-plot": SlnetTracePlot;
    "slnet-weight-map": SlnetWeightMap;
  }
}
