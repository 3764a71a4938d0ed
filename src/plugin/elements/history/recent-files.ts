import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { errorMessage } from "../../../core/errors.js";
import {
  canRememberFiles,
  forgetFile,
  openRecent,
  pickRememberedFiles,
  recentFiles,
  rememberFile,
  type RecentFile,
} from "../../recent-files.js";
import type { SlnetSession } from "../../session.js";
import { historyStrings } from "../../strings/history.js";
import { themeStyles } from "../theme.styles.js";
import { listStyles } from "./list.styles.js";

/**
 * Files that were opened before, where the browser can keep their places; nothing elsewhere.
 *
 * @tagname slnet-recent-files
 */
export class SlnetRecentFiles extends LitElement {
  static override styles = [themeStyles, listStyles];

  @property({ attribute: false }) session: SlnetSession | null = null;
  @property({ type: Boolean }) disabled = false;

  @state() private files: readonly RecentFile[] = [];
  @state() private message = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.refresh();
  }

  /** Reads the list again. */
  async refresh(): Promise<void> {
    this.files = canRememberFiles() ? await recentFiles() : [];
  }

  override render(): TemplateResult | typeof nothing {
    const texts = historyStrings();
    const { session } = this;
    if (!session || !canRememberFiles()) return nothing;
    return html`
      <button ?disabled=${this.disabled} title=${texts.recentPickHelp} @click=${() => void this.#pick(session)}>
        ${texts.recentPick}
      </button>
      ${
        this.files.length === 0
          ? nothing
          : html`<p class="muted" id="recent">${texts.recent}</p>
              <ul aria-labelledby="recent">
                ${this.files.map(
                  (file) =>
                    html`<li class="row">
                      <button
                        class="name plain"
                        ?disabled=${this.disabled}
                        @click=${() => void this.#open(session, file)}
                      >
                        ${file.name}
                      </button>
                      <button
                        class="plain"
                        aria-label=${texts.recentForget(file.name)}
                        @click=${() => void this.#forget(file)}
                      >
                        ✕
                      </button>
                    </li>`,
                )}
              </ul>`
      }
      <p role="status" class="error" ?hidden=${this.message === ""}>${this.message}</p>
    `;
  }

  async #pick(session: SlnetSession): Promise<void> {
    this.message = "";
    try {
      const handles = await pickRememberedFiles();
      if (handles.length === 0) return;
      const files = await Promise.all(
        handles.map(async (handle) => ({ path: handle.name, file: await handle.getFile() })),
      );
      await session.openFiles(files);
      // Of several that belong together the list cannot keep the whole.
      if (handles.length === 1 && session.state.error === null) await rememberFile(handles[0]!);
      await this.refresh();
    } catch (error) {
      this.message = errorMessage(error);
    }
  }

  async #open(session: SlnetSession, recent: RecentFile): Promise<void> {
    this.message = "";
    try {
      const file = await openRecent(recent);
      await session.openFile(file);
      await rememberFile(recent.handle);
      await this.refresh();
    } catch (error) {
      this.message = errorMessage(error);
    }
  }

  async #forget(file: RecentFile): Promise<void> {
    await forgetFile(file.id);
    this.message = "";
    await this.refresh();
  }
}
