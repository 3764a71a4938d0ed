import type { Unsubscribe, ViewerHost } from "./contract.js";

/** A command of a plugin. Ids are `<plugin name>.<command>`. */
export interface CommandContribution {
  readonly id: string;
  readonly title: string;
  readonly shortTitle?: string;
}

/** A command that opens files whose names match, called with `(files: readonly File[])`. */
export interface ReaderContribution {
  readonly command: string;
  /** Such as `*.tif`, to be compared without regard to case. */
  readonly filenamePatterns: readonly string[];
  readonly acceptsDirectories?: boolean;
}

/** A command that writes the result to a file. */
export interface WriterContribution {
  readonly command: string;
  readonly displayName: string;
  readonly filenameExtensions: readonly string[];
  readonly layerTypes: readonly string[];
}

/** A command that shows an element of the plugin. */
export interface WidgetContribution {
  readonly command: string;
  readonly displayName: string;
  /** Tag of the element. */
  readonly element: string;
}

/** A command that opens an example. */
export interface SampleDataContribution {
  readonly key: string;
  readonly displayName: string;
  readonly command: string;
}

/** A key for a command, which a host may leave out where it has the key itself. */
export interface KeyBindingContribution {
  readonly command: string;
  /** Modifiers and a `KeyboardEvent.key`, joined by `+`, such as `Alt+Shift+C`. */
  readonly key: string;
}

/**
 * What a plugin has to offer, in the shape of napari's npe2 manifests. Plain data: a host can list it before it loads any
 * code of the plugin.
 */
export interface PluginManifest {
  readonly schemaVersion: "1";
  /** Name of the package. */
  readonly name: string;
  readonly displayName: string;
  readonly version: string;
  readonly contributions: {
    readonly commands: readonly CommandContribution[];
    readonly readers?: readonly ReaderContribution[];
    readonly writers?: readonly WriterContribution[];
    readonly widgets?: readonly WidgetContribution[];
    readonly sampleData?: readonly SampleDataContribution[];
    readonly keyBindings?: readonly KeyBindingContribution[];
  };
}

/** What a plugin gets from its host while it is active. */
export interface PluginContext {
  readonly host: ViewerHost;
  /** Aborted when the plugin has to go. */
  readonly signal: AbortSignal;
  /** Says what a command of the manifest does. */
  registerCommand(id: string, run: (argument?: unknown) => unknown): Unsubscribe;
}

/** The code of a plugin. */
export interface ViewerPlugin {
  readonly manifest: PluginManifest;
  /**
   * Registers the commands. May add elements and layers; all of it has to go when the signal of the context is
   * aborted.
   */
  activate(context: PluginContext): void | Promise<void>;
}

/** A plugin whose code is not loaded yet. */
export interface PluginEntry {
  readonly manifest: PluginManifest;
  /** Loads the code, once a command is to be run. */
  load(): Promise<ViewerPlugin>;
}

/** Whether something from outside can be taken for a plugin. */
export function isPluginEntry(entry: unknown): entry is PluginEntry {
  const { manifest, load } = (entry ?? {}) as Partial<PluginEntry>;
  return (
    typeof load === "function" &&
    typeof manifest?.name === "string" &&
    Array.isArray((manifest.contributions as PluginManifest["contributions"] | undefined)?.commands)
  );
}
