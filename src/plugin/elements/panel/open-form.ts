import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import type { NamedFile } from "../../../protocol/api.js";
import type { ImageLayer } from "../../host/contract.js";
import { namedFile } from "../../dropped-files.js";
import { stackFileTypes } from "../../stack-files.js";
import { strings } from "../../strings/index.js";
import { themeStyles } from "../theme.styles.js";

/** Fired when a person chose files, a folder with all that is in it, or an address. `sample` has no detail. */
export type OpenFilesEvent = CustomEvent<{ readonly files: readonly NamedFile[] }>;
export type OpenLayerEvent = CustomEvent<{ readonly layer: ImageLayer }>;
export type OpenUrlEvent = CustomEvent<{ readonly address: string }>;

/** The ways to open a stack: fires `open-files`, `open-layer`, `open-url` or `open-sample`. */
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
  /** What the viewer shows and gives the pixels of. */
  @property({ attribute: false }) layers: readonly ImageLayer[] = [];

  @state() private asksAddress = false;
  @query("#files") private fileInput!: HTMLInputElement;
  @query("#folder") private folderInput!: HTMLInputElement;
  @query("#address") private addressInput!: HTMLInputElement | null;

  override render(): TemplateResult {
    const { disabled } = this;
    const texts = strings().panel;
    return html`
      <div class="ways">
        <button
          class=${this.opened ? "" : "primary"}
          title=${texts.openStackHint}
          ?disabled=${disabled}
          @click=${() => this.fileInput.click()}
        >
          ${texts.openStack}
        </button>
        <button title=${texts.openFolderHint} ?disabled=${disabled} @click=${() => this.folderInput.click()}>
          ${texts.openFolder}
        </button>
        <button
          aria-expanded=${this.asksAddress ? "true" : "false"}
          ?disabled=${disabled}
          @click=${() => this.#toggleAddress()}
        >
          ${texts.openUrl}
        </button>
        <button
          title=${texts.sampleHint}
          ?disabled=${disabled}
          @click=${() => this.dispatchEvent(new CustomEvent("open-sample"))}
        >
          ${texts.sample}
        </button>
      </div>
      ${this.asksAddress ? this.#addressForm() : nothing}
      ${this.layers.map(
        (layer) =>
          html`<button
            ?disabled=${disabled}
            title=${texts.useLayerHint}
            @click=${() => this.dispatchEvent(new CustomEvent("open-layer", { detail: { layer } }) satisfies OpenLayerEvent)}
          >
            ${texts.useLayer(layer.name)}
          </button>`,
      )}
      <input
        id="files"
        type="file"
        multiple
        hidden
        aria-label=${texts.stackFile}
        accept=${stackFileTypes}
        @change=${() => this.#sendFiles(this.fileInput)}
      />
      <input
        id="folder"
        type="file"
        webkitdirectory
        hidden
        aria-label=${texts.stackFolder}
        @change=${() => this.#sendFiles(this.folderInput)}
      />
    `;
  }

  #addressForm(): TemplateResult {
    const texts = strings().panel;
    return html`
      <form
        @submit=${(event: Event) => this.#submitAddress(event)}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event)}
      >
        <label for="address">${texts.address}</label>
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
        <button ?disabled=${this.disabled}>${texts.open}</button>
        <p id="address-help">${texts.addressHelp}</p>
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
