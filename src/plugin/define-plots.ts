import { defineMissing } from "./define-missing.js";
import { SlnetFrameAxis } from "./elements/curves/frame-axis.js";
import { SlnetHistogram } from "./elements/histogram/histogram.js";
import { SlnetInspector } from "./elements/inspector/inspector.js";
import { SlnetKymograph } from "./elements/kymograph/kymograph.js";
import { SlnetScaleBar } from "./elements/scale-bar/scale-bar.js";
import { SlnetLayerControls } from "./elements/stack-viewer/layer-controls.js";
import { SlnetTracePlot } from "./elements/trace-plot/trace-plot.js";
import { SlnetWeightMap } from "./elements/weight-map/weight-map.js";

/** Registers the elements that are loaded later than the page: plots, and what stands around a picture. */
export function definePlots(): void {
  defineMissing({
    "slnet-frame-axis": SlnetFrameAxis,
    "slnet-histogram": SlnetHistogram,
    "slnet-inspector": SlnetInspector,
    "slnet-kymograph": SlnetKymograph,
    "slnet-layer-controls": SlnetLayerControls,
    "slnet-scale-bar": SlnetScaleBar,
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
    "slnet-layer-controls": SlnetLayerControls;
    "slnet-scale-bar": SlnetScaleBar;
    "slnet-trace-plot": SlnetTracePlot;
    "slnet-weight-map": SlnetWeightMap;
  }
}
