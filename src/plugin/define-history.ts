import { SlnetRecentFiles } from "./elements/history/recent-files.js";
import { SlnetRunHistory } from "./elements/history/run-history.js";
import { SlnetQueue } from "./elements/queue/queue.js";

const elements: Readonly<Record<string, CustomElementConstructor>> = {
  "slnet-queue": SlnetQueue,
  "slnet-recent-files": SlnetRecentFiles,
  "slnet-run-history": SlnetRunHistory,
};

/** Registers the elements that a panel loads after its first picture. A tag that the page has already stays as it is. */
export function defineHistory(): void {
  for (const [tag, element] of Object.entries(elements)) {
    if (!customElements.get(tag)) customElements.define(tag, element);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "slnet-queue": SlnetQueue;
    "slnet-recent-files": SlnetRecentFiles;
    "slnet-run-history": SlnetRunHistory;
  }
}
