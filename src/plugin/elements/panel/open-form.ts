import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import type { NamedFile } from "../../../protocol/api.js";
import { namedFile } from "../../dropped-files.js";
import { stackFileTypes } from "../../stack-files.js";
import { themeStyles } from "../theme.styles.js";

/** Fired when a person chose files, a folder with all that is in it, or an address. `sample` has no detail. */
export type OpenFilesEvent = CustomEvent<{ readonly files: readonly NamedFile[] }>;
export type OpenUrlEvent = CustomEvent<{ readonly address: string }>;

/** The ways to open a stack: fires `open-files`, `open-url` or `open-sample`. */
export class SlnetOpenForm extends LitElement {
  static override styles = [
    themeStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--_space-2);
      }

      .ways {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: var(--_space-2);
      }

      .ways button {
        padding-inline: var(--_space-2);
      }

      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 2px var(--_space-2);
      }

      form label,
      form p {
        grid-column: 1 / -1;
      }

      form p {
        margin: 0;
        color: var(--_muted);
        font-size: 12px;
      }
    `,
  ];

  /** Whether a stack is open, so that opening one is no longer the next thing to do. */
  @property({ type: Boolean }) opened = false;
  @property({ type: Boolean }) disabled = false;

  @state() private asksAddress = false;
  @query("#files") private fileInput!: HTMLInputElement;
  @query("#folder") private folderInput!: HTMLInputElement;
  @query("#address") private addressInput!: HTMLInputElement | null;

  override render(): TemplateResult {
    const { disabled } = this;
    return html`
      <div class="ways">
        <button
          class=${this.opened ? "" : "primary"}
          title="A stack, with the files that belong to it"
          ?disabled=${disabled}
          @click=${() => this.fileInput.click()}
        >
          Open a stack…
        </button>
        <button
          title="OME-Zarr, or one frame a file. The browser may speak of an upload; nothing leaves this computer."
          ?disabled=${disabled}
          @click=${() => this.folderInput.click()}
        >
          Open folder…
        </button>
        <button
          aria-expanded=${this.asksAddress ? "true" : "false"}
          ?disabled=${disabled}
          @click=${() => this.#toggleAddress()}
        >
          Open URL…
        </button>
        <button
          title="A simulated recording: filaments, blinking molecules, a bleaching background"
          ?disabled=${disabled}
          @click=${() => this.dispatchEvent(new CustomEvent("open-sample"))}
        >
          Sample stack
        </button>
      </div>
      ${this.asksAddress ? this.#addressForm() : nothing}
      <input
        id="files"
        type="file"
        multiple
        hidden
        aria-label="Stack file"
        accept=${stackFileTypes}
        @change=${() => this.#sendFiles(this.fileInput)}
      />
      <input
        id="folder"
        type="file"
        webkitdirectory
        hidden
        aria-label="Stack folder"
        @change=${() => this.#sendFiles(this.folderInput)}
      />
    `;
  }

  #addressForm(): TemplateResult {
    return html`
      <form
        @submit=${(event: Event) => this.#submitAddress(event)}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event)}
      >
        <label for="address">Address of a stack or of an OME-Zarr</label>
        <input
          id="address"
          type="text"
          inputmode="url"
          autocomplete="off"
          spellcheck="false"
          placeholder="https://"
          aria-describedby="address-help"
          ?disabled=${this.disabled}
        />
        <button ?disabled=${this.disabled}>Open</button>
        <p id="address-help">
          Its server has to allow this page to read it (CORS). Only parts that are needed are fetched.
        </p>
      </form>
    `;
  }

  #toggleAddress(): void {
    this.asksAddress = !this.asksAddress;
    if (this.asksAddress) void this.updateComplete.then(() => this.addressInput?.focus());
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.asksAddress = false;
    this.renderRoot.querySelector<HTMLElement>("button[aria-expanded]")?.focus();
  }

  #submitAddress(event: Event): void {
    event.preventDefault();
    const address = this.addressInput?.value ?? "";
    this.dispatchEvent(new CustomEvent("open-url", { detail: { address } }) satisfies OpenUrlEvent);
  }

  #sendFiles(input: HTMLInputElement): void {
    const files = [...(input.files ?? [])].map(namedFile);
    // Emptied, so that choosing the same file again is a change too.
    input.value = "";
    if (files.length === 0) return;
    this.dispatchEvent(new CustomEvent("open-files", { detail: { files } }) satisfies OpenFilesEvent);
  }
}
