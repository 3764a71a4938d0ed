/**
 * What a viewer is to a plugin: the contract {@link ViewerHost}, {@link HostModel} for viewers that keep no layers of their
 * own, and what brings plugins and viewers together.
 *
 * @module slnet-web/host
 */
export { colormapNames } from "./colormaps.js";
export {
  hostApiVersion,
  hostCapabilities,
  type FrameSource,
  type HostCapability,
  type HostEventMap,
  type HostFrame,
  type ImageDisplay,
  type ImageLayer,
  type LayerDataTuple,
  type PickedShape,
  type Unsubscribe,
  type ViewerHost,
} from "./contract.js";
export { autoContrast, type ContrastLimits, type ContrastProposal, type SaturatedPercent } from "./contrast.js";
export { observePlugins, offerPlugin, provideHost, requestHost } from "./discovery.js";
export type {
  CommandContribution,
  KeyBindingContribution,
  PluginContext,
  PluginEntry,
  PluginManifest,
  ReaderContribution,
  SampleDataContribution,
  ViewerPlugin,
  WidgetContribution,
  WriterContribution,
} from "./manifest.js";
export { FramePainter } from "./frame-painter.js";
export { LayerFrames } from "./layer-frames.js";
export { HostModel, type HostLayer, type HostSurface } from "./model.js";
export { PluginRegistry } from "./plugins.js";
