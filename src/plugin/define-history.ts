import { defineMissing } from "./define-missing.js";
import { SlnetRecentFiles } from "./elements/history/recent-files.js";
import { SlnetRunHistory } from "./elements/history/run-history.js";
import { SlnetMetadataForm } from "./elements/panel/metadata-form.js";
import { SlnetQueue } from "./elements/queue/queue.js";

/** Registers the elements that a panel loads after its first picture. */
export function defineHistory(): void {
  defineMissing({
    "slnet-metadata-form": SlnetMetadataForm,
    "slnet-queue": SlnetQueue,
    "slnet-recent-files": SlnetRecentFiles,
    "slnet-run-history": SlnetRunHistory,
  });
}

declare global {
  interface HTMLElementTagNameMap {
    "slnet-queue": SlnetQueue;
    "slnet-recent-files": SlnetRecentFiles;
    "slnet-run-history": SlnetRunHistory;
  }
}
