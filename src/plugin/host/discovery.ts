import type { Unsubscribe, ViewerHost } from "./contract.js";
import type { PluginEntry } from "./manifest.js";

// Symbols of the registry: two copies of this package on a page, or another package, mean the same by them.
const hostContext = Symbol.for("web-image-host/1");
const queueName = Symbol.for("web-image-plugins");
const observersName = Symbol.for("web-image-plugins/observers");

/** A request of the context community protocol for the viewer around an element. */
class HostRequestEvent extends Event {
  readonly context = hostContext;
  readonly contextTarget: Element;
  readonly subscribe = false;

  constructor(
    contextTarget: Element,
    readonly callback: (host: ViewerHost) => void,
  ) {
    super("context-request", { bubbles: true, composed: true });
    this.contextTarget = contextTarget;
  }
}

/**
 * Asks the elements around `element`, also across shadow roots, for a viewer.
 *
 * @returns `null` where nobody answers
 */
export function requestHost(element: Element): ViewerHost | null {
  let found: ViewerHost | null = null;
  element.dispatchEvent(new HostRequestEvent(element, (host) => (found ??= host)));
  return found;
}

/** Answers the requests of elements inside `element` with `host`. */
export function provideHost(element: Element, host: ViewerHost): Unsubscribe {
  const answer = (event: Event): void => {
    const { context, callback } = event as Partial<HostRequestEvent>;
    if (context !== hostContext || typeof callback !== "function") return;
    event.stopPropagation();
    callback(host);
  };
  element.addEventListener("context-request", answer);
  return () => element.removeEventListener("context-request", answer);
}

type PluginQueue = PluginEntry[] & { [observersName]?: Set<(entry: PluginEntry) => void> };

function pluginQueue(): PluginQueue {
  const page = globalThis as { [queueName]?: PluginQueue };
  return (page[queueName] ??= []);
}

/**
 * Offers a plugin to the viewers of the page, those that are there and those to come. The same without this package:
 * `(globalThis[Symbol.for("web-image-plugins")] ??= []).push(entry)`.
 */
export function offerPlugin(entry: PluginEntry): void {
  pluginQueue().push(entry);
}

/** Calls back with each plugin that was offered on this page, and with those to come. */
export function observePlugins(callback: (entry: PluginEntry) => void): Unsubscribe {
  const queue = pluginQueue();
  let observers = queue[observersName];
  if (!observers) {
    const told = (observers = queue[observersName] = new Set());
    queue.push = (...entries) => {
      const length = Array.prototype.push.apply(queue, entries);
      for (const entry of entries) for (const observer of [...told]) observer(entry);
      return length;
    };
  }
  for (const entry of [...queue]) callback(entry);
  observers.add(callback);
  return () => void observers.delete(callback);
}
