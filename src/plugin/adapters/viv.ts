/**
 * A viewer made of Viv and deck.gl, as a host for plugins. The library itself stays the application's: nothing of it is imported here.
 *
 * @module slnet-web/adapters/viv
 */
import type { ViewerHost } from "../host/contract.js";
import { VivDeck, type VivDeckClasses } from "./viv-deck.js";
import { VivLayers, type VivLayersOptions } from "./viv-layers.js";

export type { VivClass, VivDeckClasses, VivDeckInstance } from "./viv-deck.js";
export {
  vivFrameSource,
  type VivFrameSourceOptions,
  type VivImage,
  type VivPlane,
  type VivSelection,
} from "./viv-frame-source.js";
export { VivLayers, type VivLayerProps, type VivLayersOptions } from "./viv-layers.js";
export type { VivRaster, VivRasterRequest, VivStackPixels } from "./viv-pixels.js";

/** Where {@link createVivHost} draws, and with which classes. */
export interface VivHostOptions extends VivLayersOptions, VivDeckClasses {
  /** Is filled with the picture. Positioned (`position: relative`), and of a size of its own. */
  readonly container: HTMLElement;
  /** More props for the deck, such as `onHover`. Its canvas, views, view state and layers are the adapter's. */
  readonly deckProps?: object;
  /** Called with what deck.gl could not do, as where there is no WebGL 2. Default: `reportError`. */
  readonly onError?: (error: Error) => void;
}

/** A viewer made of Viv and deck.gl. */
export interface VivHost {
  readonly host: ViewerHost;
  /** Brings the whole picture into view. */
  fit(): void;
  /** Ends the viewer: its layers go, the plugins in it with all that is theirs, and its canvas. */
  dispose(): void;
}

/**
 * Makes a viewer of Viv and deck.gl: a picture in a container, with pan and zoom. It has no controls; those that the page
 * adds work on `host`. Where the GPU context is lost, it goes on with another one.
 *
 * For an application that has a deck of its own, see {@link VivLayers}.
 */
export function createVivHost(options: VivHostOptions): VivHost {
  const { container, deckProps = {}, onError = reportError } = options;
  const layers = new VivLayers(options);
  const createDeck = (): VivDeck => new VivDeck(container, options, deckProps, onError, renew);
  const renew = (lost: VivDeck): void => {
    lost.dispose();
    deck = createDeck();
    deck.draw(layers.props);
  };
  let deck = createDeck();
  layers.subscribe(() => deck.draw(layers.props));
  return {
    host: layers.host,
    fit: () => deck.fit(),
    dispose: () => {
      layers.dispose();
      deck.dispose();
    },
  };
}
