/**
 * What the plugin offers, as data, for viewers that list plugins before they load them.
 *
 * @module slnet-web/manifest
 */
import { slnetWebVersion } from "../core/version.js";
import type { PluginEntry, PluginManifest } from "./host/manifest.js";
import type { RegisterOptions } from "./register.js";
import { stackEndings } from "./stack-endings.js";

/** What the plugin offers, without its code. */
export const slnetManifest = {
  schemaVersion: "1",
  name: "slnet-web",
  displayName: "SLNet background removal",
  version: slnetWebVersion,
  contributions: {
    commands: [
      { id: "slnet-web.show-panel", title: "Show the SLNet panel" },
      { id: "slnet-web.open-files", title: "Open a stack for background removal" },
      { id: "slnet-web.open-sample", title: "Open a simulated STORM recording" },
      { id: "slnet-web.use-layer", title: "Use the active layer for background removal" },
      { id: "slnet-web.train", title: "Train SLNet on the stack", shortTitle: "Train" },
      { id: "slnet-web.clean", title: "Remove the background with SLNet", shortTitle: "Clean" },
      { id: "slnet-web.median", title: "Remove the background with a running median", shortTitle: "Running median" },
      { id: "slnet-web.cancel", title: "Cancel what SLNet is doing", shortTitle: "Cancel" },
      { id: "slnet-web.save", title: "Save the cleaned frames as TIFF", shortTitle: "Save" },
    ],
    readers: [
      {
        command: "slnet-web.open-files",
        filenamePatterns: stackEndings.map((ending) => `*${ending}`),
        acceptsDirectories: true,
      },
    ],
    writers: [
      {
        command: "slnet-web.save",
        displayName: "Cleaned frames as TIFF",
        filenameExtensions: [".tif"],
        layerTypes: ["image"],
      },
    ],
    widgets: [{ command: "slnet-web.show-panel", displayName: "SLNet", element: "slnet-panel" }],
    sampleData: [
      { key: "simulated-storm", displayName: "Simulated STORM recording", command: "slnet-web.open-sample" },
    ],
    keyBindings: [
      { command: "slnet-web.train", key: "Alt+Shift+T" },
      { command: "slnet-web.clean", key: "Alt+Shift+C" },
      { command: "slnet-web.cancel", key: "Alt+Shift+X" },
    ],
  },
} as const satisfies PluginManifest;

/**
 * The plugin for a registry of plugins, or for `offerPlugin`. Its code is loaded when a command is run.
 *
 * @param options - as for `registerSlnet`
 */
export function slnetPlugin(options: RegisterOptions = {}): PluginEntry {
  return {
    manifest: slnetManifest,
    load: async () => (await import("./slnet-plugin.js")).createSlnetPlugin(slnetManifest, options),
  };
}
