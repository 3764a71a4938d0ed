import { SlnetError } from "../../../core/errors.js";
import { colormapNames, colormapSize, colormapTable } from "../../host/colormaps.js";
import type { ImageDisplay } from "../../host/contract.js";
import type { ContrastLimits } from "../../host/contrast.js";
import type { NiivueViewer, NiivueVolume, NiivueVolumeFields } from "./viewer.js";

/** How a volume is to be drawn. */
export interface VolumeLook {
  readonly opacity: number;
  readonly limits: ContrastLimits;
  /** By its name in the host contract. */
  readonly colormap: string;
}

/** What the viewer does by itself, or at somebody else's call. */
export interface ViewerListener {
  loaded(volume: NiivueVolume): void;
  removed(volume: NiivueVolume): void;
  frameChanged(volume: NiivueVolume, frame: number): void;
  lookChanged(volume: NiivueVolume, patch: Partial<ImageDisplay>): void;
  /** The picture may be lost and has to be drawn anew. */
  attached(): void;
}

interface ColourList {
  readonly R: number[];
  readonly G: number[];
  readonly B: number[];
  readonly A: number[];
  readonly I: number[];
}

/** NiiVue 0.69, beyond what both have. */
interface ClassicViewer extends NiivueViewer {
  loadFromArrayBuffer(buffer: ArrayBuffer, name: string): Promise<void>;
  removeVolume(volume: NiivueVolume): void;
  moveVolumeToBottom(volume: NiivueVolume): void;
  colormaps(): string[];
  addColormap(name: string, colours: ColourList): void;
}

/** NiiVue 1.0, beyond what both have. */
interface NextViewer extends NiivueViewer {
  /** The only way to take away one volume. */
  readonly model: { removeVolume(index: number): void };
  addVolume(volume: { url: File; name: string }): Promise<unknown>;
  setVolume(index: number, look: { calMin: number; calMax: number; opacity: number; colormap: string }): Promise<void>;
  moveVolumeToBottom(index: number): Promise<void>;
  readonly colormaps: string[];
  addColormap(name: string, colours: ColourList): void;
  createExtensionContext: unknown;
}

type Detail = Partial<NiivueVolumeFields> & {
  readonly volume?: NiivueVolume;
  readonly frame?: number;
  readonly index?: number;
  readonly changes?: Readonly<Record<string, unknown>>;
};

/** The calls and events of NiiVue 0.69 and 1.0, as one. What is done through it is not reported back. */
export class ViewerCalls {
  readonly #viewer: NiivueViewer;
  readonly #next: NextViewer | null;
  readonly #listener: ViewerListener;
  readonly #subscriptions: (() => void)[] = [];
  readonly #own = new Set<string>();
  /** Calls of ours under way: what the viewer says meanwhile is an echo. Both generations say it before they return. */
  #calling = 0;
  #loads = 0;
  #detached = false;
  #disposed = false;

  constructor(viewer: NiivueViewer, listener: ViewerListener) {
    this.#viewer = viewer;
    this.#next = isNext(viewer) ? viewer : null;
    this.#listener = listener;
    this.#listen();
  }

  get volumes(): readonly NiivueVolume[] {
    return this.#viewer.volumes;
  }

  /** False between the end of a view and the next one: drawing would fail, and the next one draws anew. */
  get drawable(): boolean {
    return !this.#detached;
  }

  /** Loads a NIfTI file on top of the others; nobody sees it until it is given a look. */
  async load(file: ArrayBuffer): Promise<NiivueVolumeFields> {
    // The name becomes the identity of the volume in 1.0.
    const name = `slnet-${++this.#loads}-${crypto.randomUUID()}.nii`;
    this.#own.add(name);
    try {
      if (this.#next) await this.#next.addVolume({ url: new File([file], name), name });
      else await (this.#viewer as ClassicViewer).loadFromArrayBuffer(file, name);
    } finally {
      this.#own.delete(name);
    }
    const volume = this.volumes.find((candidate) => candidate.name === name);
    if (!volume) throw new SlnetError("unsupported", "NiiVue did not take a volume, expected it among its volumes");
    return volume as NiivueVolumeFields;
  }

  remove(volume: NiivueVolume): void {
    const index = this.volumes.indexOf(volume);
    if (index < 0) return;
    this.#call(() => {
      if (!this.#next) {
        (this.#viewer as ClassicViewer).removeVolume(volume);
        return;
      }
      this.#next.model.removeVolume(index);
      return this.#detached ? null : this.#viewer.updateGLVolume();
    });
  }

  /** Makes a volume the one that the viewer's own keys and mouse act on: the first. */
  bringToFront(volume: NiivueVolume): void {
    const index = this.volumes.indexOf(volume);
    if (index <= 0) return;
    this.#call(() =>
      this.#next ? this.#next.moveVolumeToBottom(index) : (this.#viewer as ClassicViewer).moveVolumeToBottom(volume),
    );
  }

  /** Returns whether something changed, and so whether the viewer has read the samples again. */
  setFrame(volume: NiivueVolumeFields, frame: number): boolean {
    if (volume.frame4D === frame) return false;
    this.#call(() => this.#viewer.setFrame4D(volume.id, frame));
    return true;
  }

  /** Returns whether something changed that the viewer draws by itself. */
  setLook(volume: NiivueVolumeFields, { opacity, limits: [low, high], colormap }: VolumeLook): boolean {
    const name = this.#colormap(colormap);
    const [foundLow, foundHigh] = limitsOf(volume);
    if (
      volume.opacity === opacity &&
      foundLow === low &&
      foundHigh === high &&
      volume.colormap.toLowerCase() === name.toLowerCase()
    ) {
      return false;
    }
    if (this.#next) {
      const { volumes } = this;
      this.#call(() =>
        this.#next?.setVolume(volumes.indexOf(volume), { calMin: low, calMax: high, opacity, colormap: name }),
      );
      return true;
    }
    this.#call(() => {
      volume.cal_min = low;
      volume.cal_max = high;
      volume.opacity = opacity;
      if (volume.colormap !== name) volume.colormap = name;
    });
    return false;
  }

  /** The range that the viewer's own contrast controls start from, which it takes from the pixels when it loads them. */
  setRange(volume: NiivueVolumeFields, [low, high]: ContrastLimits): void {
    if (this.#next) Object.assign(volume, { robustMin: low, robustMax: high });
    else Object.assign(volume, { robust_min: low, robust_max: high });
  }

  /** Has the viewer read the samples of its volumes again, and draw. */
  redraw(): void {
    if (this.#detached) return;
    this.#call(() => this.#viewer.updateGLVolume());
  }

  /** Stops listening. */
  dispose(): void {
    this.#disposed = true;
    for (const unsubscribe of this.#subscriptions) unsubscribe();
  }

  #call(action: () => unknown): void {
    this.#calling++;
    try {
      const drawn = action();
      // A viewer that was taken down while it drew is no error of ours.
      if (drawn instanceof Promise)
        drawn.catch((error: unknown) => (this.#disposed || this.#detached ? null : reportError(error)));
    } finally {
      this.#calling--;
    }
  }

  #listen(): void {
    const { loaded, removed, frameChanged, lookChanged, attached } = this.#listener;
    const isOwn = (volume: NiivueVolume): boolean => this.#own.has(volume.name);
    const on = (type: string, callback: (volume: NiivueVolume, detail: Detail) => void): void => {
      const listener = (event: Event): void => {
        const detail = (event as CustomEvent<Detail | null>).detail ?? {};
        // 0.69 gives some events the volume itself.
        const volume = detail.volume ?? (detail.hdr ? (detail as NiivueVolume) : null);
        if (this.#calling === 0 && volume && !isOwn(volume)) callback(volume, detail);
      };
      this.#subscriptions.push(() => this.#viewer.removeEventListener(type, listener));
      this.#viewer.addEventListener(type, listener);
    };
    const onView = (type: string, callback: () => void): void => {
      this.#subscriptions.push(() => this.#viewer.removeEventListener(type, callback));
      this.#viewer.addEventListener(type, callback);
    };
    on(this.#next ? "volumeLoaded" : "imageLoaded", (volume) => loaded(volume));
    on("volumeRemoved", (volume) => removed(volume));
    on("frameChange", (volume, { frame, index }) => frameChanged(volume, frame ?? index ?? 0));
    if (!this.#next) {
      on("intensityChange", (volume) => lookChanged(volume, { contrastLimits: limitsOf(volume) }));
      return;
    }
    on("volumeUpdated", (volume, { changes = {} }) => {
      const { opacity, colormap, frame4D } = volume as NiivueVolumeFields;
      const limited = "calMin" in changes || "calMax" in changes;
      lookChanged(volume, {
        ...(limited ? { contrastLimits: limitsOf(volume) } : {}),
        ...("opacity" in changes ? { opacity } : {}),
        ...("colormap" in changes ? { colormap } : {}),
      });
      if ("frame4D" in changes) frameChanged(volume, frame4D);
    });
    onView("viewDestroyed", () => (this.#detached = true));
    onView("viewAttached", () => {
      this.#detached = false;
      attached();
    });
  }

  /** The viewer's own name of a colour map. Those of the contract that it lacks it is taught; others are gray. */
  #colormap(name: string): string {
    const known = this.#next ? this.#next.colormaps : (this.#viewer as ClassicViewer).colormaps();
    const find = (wanted: string): string | undefined =>
      known.find((candidate) => candidate.toLowerCase() === wanted.toLowerCase());
    const own = find(name) ?? find(`slnet ${name}`);
    if (own !== undefined) return own;
    if (!colormapNames.includes(name)) return find("gray") ?? "gray";
    const taught = `slnet ${name}`;
    (this.#viewer as ClassicViewer | NextViewer).addColormap(taught, coloursOf(name));
    return taught;
  }
}

/** Values drawn black and white. */
export function limitsOf(volume: NiivueVolume): ContrastLimits {
  const { cal_min, cal_max, calMin, calMax } = volume as NiivueVolumeFields;
  return [calMin ?? cal_min, calMax ?? cal_max];
}

function isNext(viewer: NiivueViewer): viewer is NextViewer {
  return typeof (viewer as Partial<NextViewer>).createExtensionContext === "function";
}

function coloursOf(name: string): ColourList {
  const bytes = new Uint8Array(colormapTable(name).buffer);
  const channel = (offset: number): number[] => Array.from({ length: colormapSize }, (_, i) => bytes[4 * i + offset]!);
  return {
    R: channel(0),
    G: channel(1),
    B: channel(2),
    A: channel(3),
    I: Array.from({ length: colormapSize }, (_, i) => i),
  };
}
