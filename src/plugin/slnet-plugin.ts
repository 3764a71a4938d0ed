import { SlnetError } from "../core/errors.js";
import { namedFile } from "./dropped-files.js";
import type { PluginContext, PluginManifest, ViewerPlugin } from "./host/manifest.js";
import { registerSlnet, type RegisterOptions, type SlnetRegistration } from "./register.js";

type Command = (registration: SlnetRegistration, context: PluginContext, argument: unknown) => unknown;

/** What the commands of the manifest do, by the end of their id. */
const commands: Readonly<Record<string, Command>> = {
  "show-panel": ({ panel, mounted }) => {
    if (mounted) panel.scrollIntoView({ block: "nearest" });
    return panel;
  },
  "open-files": ({ session }, _context, files) => session.openFiles(requireFiles(files).map(namedFile)),
  "open-sample": ({ session }) => session.openSample(),
  "use-layer": ({ session }, { host }) => {
    const { activeId } = host.layers;
    const layer = activeId === null ? undefined : host.layers.get(activeId);
    if (!layer) throw new SlnetError("bad-input", "the viewer has no active layer, expected one: add a stack first");
    return session.openLayer(layer);
  },
  train: ({ session }) => session.train(),
  clean: ({ session }) => session.clean(),
  median: ({ session }) => session.clean({ method: "median" }),
  cancel: ({ session }) => session.cancel(),
  save: ({ session }) => session.save(),
};

/** The code behind the manifest. */
export function createSlnetPlugin(manifest: PluginManifest, options: RegisterOptions): ViewerPlugin {
  return {
    manifest,
    async activate(context) {
      const registration = await registerSlnet(context.host, options);
      context.signal.addEventListener("abort", () => registration.dispose(), { once: true });
      for (const { id } of manifest.contributions.commands) {
        const command = commands[id.slice(manifest.name.length + 1)]!;
        context.registerCommand(id, (argument) => command(registration, context, argument));
      }
    },
  };
}

function requireFiles(files: unknown): readonly File[] {
  if (Array.isArray(files) && files.length > 0 && files.every((file) => file instanceof File)) return files;
  throw new SlnetError("bad-input", "the reader was called without files, expected a list of at least one");
}
