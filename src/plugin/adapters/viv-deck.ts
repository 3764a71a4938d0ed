import type { VivLayerProps } from "./viv-layers.js";

/** A class of deck.gl or Viv, whatever its props: those of the versions to come are not known here. */
export type VivClass<T = object> = new (props: never) => T;

/** The classes with which {@link createVivHost} draws, of the page's own `@deck.gl/core` and `@hms-dbmi/viv`. */
export interface VivDeckClasses {
  /** Of `@deck.gl/core`. */
  readonly Deck: VivClass<VivDeckInstance>;
  /** Of `@deck.gl/core`. */
  readonly OrthographicView: VivClass;
  /** Of `@hms-dbmi/viv`. */
  readonly ImageLayer: VivClass;
}

/** The part of deck.gl's `Deck` that is used. */
export interface VivDeckInstance {
  /** Takes new props in place of those of the same names. */
  setProps(props: never): void;
  /** Frees what the deck holds on the graphics card. */
  finalize(): void;
}

interface ViewState {
  readonly target: readonly number[];
  readonly zoom: number;
  readonly minZoom?: number;
  readonly maxZoom?: number;
}

/** Screen pixels per image pixel, as powers of 2, that people can zoom to. */
const zoomLimits = { minZoom: -6, maxZoom: 7 };

/** A deck.gl canvas over the whole of a container, with one plane of images: drag and scroll, double-click to see all. */
export class VivDeck {
  readonly #classes: VivDeckClasses;
  readonly #element = document.createElement("div");
  readonly #canvas = document.createElement("canvas");
  readonly #deck: VivDeckInstance;
  /** Without picking, deck.gl need not draw a second picture under each movement of the pointer. */
  readonly #pickable: boolean;
  readonly #onError: (error: Error) => void;
  /** `[height, width]` of what was fitted last, in pixels. */
  #fitted: readonly [height: number, width: number] | null = null;
  /** People have moved the picture: leave it as it is. */
  #moved = false;
  #ready = false;
  #disposed = false;

  /**
   * @param deckProps - more props for deck.gl
   * @param onError - what deck.gl could not do
   * @param onLost - the GPU context is gone, and this deck with it
   */
  constructor(
    container: HTMLElement,
    classes: VivDeckClasses,
    deckProps: object,
    onError: (error: Error) => void,
    onLost: (deck: VivDeck) => void,
  ) {
    this.#classes = classes;
    this.#onError = onError;
    Object.assign(this.#element.style, { position: "absolute", inset: "0", overflow: "hidden" });
    this.#canvas.addEventListener("webglcontextlost", () => {
      if (!this.#disposed) onLost(this);
    });
    this.#canvas.addEventListener("dblclick", () => this.fit());
    this.#element.append(this.#canvas);
    container.append(this.#element);
    this.#pickable = "onHover" in deckProps || "onClick" in deckProps;
    this.#deck = new classes.Deck({
      getCursor: ({ isDragging }: { readonly isDragging: boolean }) => (isDragging ? "grabbing" : "crosshair"),
      ...deckProps,
      canvas: this.#canvas,
      views: new classes.OrthographicView({ id: "viv", flipY: true, controller: { doubleClickZoom: false } } as never),
      viewState: { target: [0, 0, 0], zoom: 0, ...zoomLimits } satisfies ViewState,
      layers: [],
      onError: (error: Error) => this.#report(error),
      onLoad: () => this.#onReady(),
      onResize: () => {
        if (!this.#moved) this.fit();
      },
      onViewStateChange: ({ viewState }: { readonly viewState: ViewState }) => {
        this.#moved = true;
        this.#deck.setProps({ viewState } as never);
      },
    } as never);
  }

  /** Draws layers, bottom first; the first one of another size is brought into view. */
  draw(props: readonly VivLayerProps[]): void {
    if (this.#disposed) return;
    const { ImageLayer } = this.#classes;
    const pickable = this.#pickable;
    this.#deck.setProps({ layers: props.map((layer) => new ImageLayer({ ...layer, pickable } as never)) } as never);
    const [, height, width] = props[0]?.loader.shape ?? [];
    if (height === undefined || width === undefined) return;
    if (this.#fitted?.[0] === height && this.#fitted[1] === width) return;
    this.#fitted = [height, width];
    this.fit();
  }

  /** Brings the whole picture into view. */
  fit(): void {
    const { clientHeight, clientWidth } = this.#element;
    if (this.#disposed || !this.#fitted || clientHeight === 0 || clientWidth === 0) return;
    const [height, width] = this.#fitted;
    const zoom = Math.log2(Math.min(clientWidth / width, clientHeight / height));
    this.#moved = false;
    this.#deck.setProps({ viewState: { target: [width / 2, height / 2, 0], zoom, ...zoomLimits } } as never);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#element.remove();
    // deck.gl makes its context later, and would make it also after its end.
    if (this.#ready) this.#end();
  }

  #onReady(): void {
    this.#ready = true;
    if (this.#disposed) this.#end();
  }

  #end(): void {
    this.#deck.finalize();
    // deck.gl leaves the context to the garbage collection; a page has 16 of them at most.
    this.#canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #report(error: Error): void {
    if (!this.#disposed) this.#onError(error);
  }
}
