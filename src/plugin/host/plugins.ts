import { SlnetError } from "../../core/errors.js";
import type { Unsubscribe, ViewerHost } from "./contract.js";
import { observePlugins } from "./discovery.js";
import type { PluginEntry, PluginManifest } from "./manifest.js";

interface Plugin {
  readonly entry: PluginEntry;
  readonly life: AbortController;
  readonly commands: Map<string, (argument?: unknown) => unknown>;
  /** Loaded and active, once asked for. */
  active: Promise<void> | null;
}

/** The plugins of one viewer: lists what they offer, and loads one when a command of it is run for the first time. */
export class PluginRegistry {
  readonly #host: ViewerHost;
  readonly #plugins = new Map<string, Plugin>();
  readonly #callbacks = new Set<() => void>();
  readonly #offers: Unsubscribe;

  /** Takes in what is offered on this page (`offerPlugin`), now and later. */
  constructor(host: ViewerHost) {
    this.#host = host;
    this.#offers = observePlugins((entry) => {
      if (isEntry(entry) && !this.#plugins.has(entry.manifest.name)) this.add(entry);
    });
  }

  /** What the plugins offer, in the order in which they came. */
  get manifests(): readonly PluginManifest[] {
    return [...this.#plugins.values()].map(({ entry }) => entry.manifest);
  }

  /** Calls back when a plugin came or went. */
  subscribe(callback: () => void): Unsubscribe {
    this.#callbacks.add(callback);
    return () => void this.#callbacks.delete(callback);
  }

  /**
   * Takes in a plugin. Its code stays unloaded.
   *
   * @returns takes it out again, with all that it has in the viewer
   * @throws {@link SlnetError} `bad-input` where it is no plugin, or a plugin of that name is there
   */
  add(entry: PluginEntry): Unsubscribe {
    if (!isEntry(entry)) throw new SlnetError("bad-input", "a plugin lacks its manifest or load(), expected both");
    const { name } = entry.manifest;
    if (this.#plugins.has(name)) {
      throw new SlnetError("bad-input", `plugin ${name} is there already, expected one of another name`);
    }
    this.#plugins.set(name, { entry, life: new AbortController(), commands: new Map(), active: null });
    this.#changed();
    return () => this.#remove(name);
  }

  /**
   * Runs a command, after its plugin was loaded.
   *
   * @param id - as the manifest has it
   * @param argument - what the kind of command takes, such as the files for a reader
   * @returns what the command gives back
   * @throws {@link SlnetError} `bad-input` where no plugin has the command
   */
  async run(id: string, argument?: unknown): Promise<unknown> {
    const plugin = [...this.#plugins.values()].find(({ entry }) =>
      entry.manifest.contributions.commands.some((command) => command.id === id),
    );
    if (!plugin) throw new SlnetError("bad-input", `no plugin has a command ${id}, expected one of a manifest`);
    await (plugin.active ??= this.#activate(plugin));
    const run = plugin.commands.get(id);
    if (run) return run(argument);
    throw new SlnetError("bad-input", `plugin ${plugin.entry.manifest.name} does not register its command ${id}`);
  }

  /** The command that a key event asks for by a binding of a manifest, `null` if none. */
  commandForKey(event: KeyboardEvent): string | null {
    for (const { contributions } of this.manifests) {
      const binding = contributions.keyBindings?.find(({ key }) => matchesKey(event, key));
      if (binding) return binding.command;
    }
    return null;
  }

  /** Takes all plugins out. */
  dispose(): void {
    this.#offers();
    for (const name of [...this.#plugins.keys()]) this.#remove(name);
    this.#callbacks.clear();
  }

  async #activate(plugin: Plugin): Promise<void> {
    const { entry, life, commands } = plugin;
    try {
      const loaded = await entry.load();
      life.signal.throwIfAborted();
      await loaded.activate({
        host: this.#host,
        signal: life.signal,
        registerCommand: (id, run) => {
          commands.set(id, run);
          return () => void commands.delete(id);
        },
      });
    } catch (error) {
      // The next command tries again.
      plugin.active = null;
      commands.clear();
      throw error;
    }
  }

  #remove(name: string): void {
    const plugin = this.#plugins.get(name);
    if (!plugin) return;
    this.#plugins.delete(name);
    plugin.life.abort(new DOMException(`plugin ${name} was removed`, "AbortError"));
    plugin.commands.clear();
    this.#changed();
  }

  #changed(): void {
    for (const callback of [...this.#callbacks]) callback();
  }
}

function isEntry(entry: unknown): entry is PluginEntry {
  const { manifest, load } = (entry ?? {}) as Partial<PluginEntry>;
  return (
    typeof load === "function" &&
    typeof manifest?.name === "string" &&
    Array.isArray((manifest.contributions as PluginManifest["contributions"] | undefined)?.commands)
  );
}

function matchesKey(event: KeyboardEvent, binding: string): boolean {
  const parts = binding.split("+");
  const key = parts.pop();
  return (
    event.key.toLowerCase() === key?.toLowerCase() &&
    event.altKey === parts.includes("Alt") &&
    event.ctrlKey === parts.includes("Ctrl") &&
    event.metaKey === parts.includes("Meta") &&
    event.shiftKey === parts.includes("Shift")
  );
}
