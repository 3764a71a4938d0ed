import { SlnetError } from "../../core/errors.js";
import type { Unsubscribe, ViewerHost } from "../host/contract.js";
import { VivLayers, type VivLayerProps, type VivLayersOptions } from "./viv-layers.js";

export { VivLayers, type VivLayerProps, type VivLayersOptions } from "./viv-layers.js";
export {
  vivFrameSource,
  type VivFrameSourceOptions,
  type VivImage,
  type VivPixelData,
  type VivSelection,
  type VivStackPixels,
} from "./viv-pixels.js";

/** What is used of a `Deck` of deck.gl. */
export interface VivDeck {
  setProps(props: never): void;
  finalize(): void;
}

export interface VivHostOptions<D extends VivDeck> extends VivLayersOptions {
  /** Is filled with the picture. Positioned (`position: relative`), and of a size of its own. */
  readonly container: HTMLElement;
  /** Of `@deck.gl/core`. */
  readonly Deck: new (props: never) => D;
  /** Of `@deck.gl/core`. */
  readonly OrthographicView: new (props: never) => object;
  /** Of `@hms-dbmi/viv`. */
  readonly ImageLayer: new (props: never) => object;
  /** More props for the deck, such as `onHover`; its views, layers and view state are the adapter's. */
  readonly deckProps?: Readonly<Record<string, unknown>>;
}

/** A viewer made of Viv and deck.gl. */
export interface VivHost<D extends VivDeck = VivDeck> {
  readonly host: ViewerHost;
  readonly deck: D;
  /** Shows the whole picture again. */
  fit(): void;
  /** Ends the viewer: its layers go, its plugins, and its drawing context. */
  dispose(): void;
}

interface ViewState {
  readonly target: readonly number[];
  readonly zoom: number;
}

/** Zoom steps of 2 beyond the whole picture, and screen pixels per pixel as a power of 2. */
const [leastZoom, mostZoom] = [-2, 7];

/**
 * Makes a viewer of Viv and deck.gl: an image in a container, with pan and zoom. The page adds what else it wants to
 * control, through `host`. For an application that has a deck of its own, see {@link VivLayers}.
 *
 * @returns once it can draw
 * @throws {@link SlnetError} `unsupported` where there is no WebGL 2
 */
export function createVivHost<D extends VivDeck>(options: VivHostOptions<D>): Promise<VivHost<D>> {
  const { container, Deck, OrthographicView, ImageLayer, deckProps = {} } = options;
  const { promise, resolve, reject } = Promise.withResolvers<VivHost<D>>();
  const layers = new VivLayers(options);
  return promise;
}
