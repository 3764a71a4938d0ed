import { SlnetError } from "../core/errors.js";
import { defineElements } from "./define-elements.js";
import type { SlnetPanel } from "./elements/panel/panel.js";
import { hostApiVersion, type Unsubscribe, type ViewerHost } from "./host/contract.js";
import type { SessionOptions } from "./session-options.js";
import { SlnetSession } from "./session.js";

/** Options of the session that a plugin makes for its host. */
export type RegisterOptions = Omit<SessionOptions, "host">;

/** The plugin in a host. */
export interface SlnetRegistration {
  readonly session: SlnetSession;
  readonly panel: SlnetPanel;
  /** False where the host has no docks: then the embedder places {@link SlnetRegistration.panel}. */
  readonly mounted: boolean;
  /** Takes the panel and the layers away and ends the worker. */
  dispose(): void;
}

/**
 * Puts the plugin into a viewer: its panel in a dock, its results as layers. The worker starts with the first action.
 *
 * @throws {@link SlnetError} `unsupported` for a host of another version of the contract
 */
export function registerSlnet(host: ViewerHost, options: RegisterOptions = {}): Promise<SlnetRegistration> {
  return new Promise((resolve) => {
    if ((host.apiVersion as number) !== hostApiVersion) {
      throw new SlnetError(
        "unsupported",
        `${host.hostName} implements version ${String(host.apiVersion)} of the host contract, expected ${hostApiVersion}`,
      );
    }
    defineElements();
    const session = new SlnetSession({ ...options, host });
    const panel = document.createElement("slnet-panel");
    panel.session = session;
    const unmount: Unsubscribe | false = host.mountPanel?.(panel, { title: "SLNet", area: "right" }) ?? false;
    const dispose = (): void => {
      stopListening();
      if (unmount) unmount();
      else panel.remove();
      session.dispose();
    };
    const stopListening = host.on("disposed", dispose);
    resolve({ session, panel, mounted: unmount !== false, dispose });
  });
}
