import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import type { SavedPart, SaveFormat } from "../../../protocol/api.js";
import type { ConfigurationOptions } from "../../configuration-errors.js";
import { saveFormat, saveFormats } from "../../save-formats.js";
import { canPickSaveFile, canPickStartedFile, pickSaveFile, pickStartedFile } from "../../save-picker.js";
import type { SlnetSession } from "../../session.js";
import type { SaveRequest } from "../../session-requests.js";
import { knownCameraOffsetAdu, sparseOffsetAdu, type SavedFile, type SessionState } from "../../session-state.js";
import { themeStyles } from "../theme.styles.js";
import type { OptionChangeEvent } from "./options-form.js";
import { panelStyles } from "./panel.styles.js";
import { bytesText, countText, percentText } from "./quantities.js";

/** What is saved, how, and where to. */
export class SlnetSaveForm extends LitElement {
  static override styles = [
    themeStyles,
    panelStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--_space-3);
      }
    `,
  ];

  @property({ attribute: false }) session: SlnetSession | null = null;
  @property({ attribute: false }) state: SessionState | null = null;

  @state() private savedPart: SavedPart["part"] = "sparse";
  @state() private sampleType: SavedPart["type"] = "uint16";
  @state() private format: SaveFormat = "tiff";
  @state() private compression: NonNullable<SavedPart["compression"]> = "none";
  @state() private goesOn = false;

  override render(): TemplateResult {
    const { session, state } = this;
    if (!session || !state) return html``;
    const { saved, result, activity } = state;
    const busy = activity !== "idle";
    const reason = savingReason(state);
    const { title } = saveFormat(this.format);
    return html`
      <div class="pair">
        <label>
          Frames
          <select ?disabled=${busy} @change=${(event: Event) => (this.savedPart = chosen(event) as SavedPart["part"])}>
            <option value="sparse" ?selected=${this.savedPart === "sparse"}>Sparse</option>
            <option value="low-rank" ?selected=${this.savedPart === "low-rank"}>Background</option>
          </select>
        </label>
        <label>
          Pixels
          <select ?disabled=${busy} @change=${(event: Event) => (this.sampleType = chosen(event) as SavedPart["type"])}>
            <option value="uint16" ?selected=${this.sampleType === "uint16"}>16-bit whole</option>
            <option value="float32" ?selected=${this.sampleType === "float32"}>32-bit float</option>
          </select>
        </label>
        ${this.#formatFields(busy)}
      </div>
      ${this.savedPart === "sparse" ? this.#offsetField(session, state, busy) : nothing}
      ${this.#canGoOn() ? this.#goOnField(busy) : nothing}
      <div class="row">
        <button
          class=${result === null ? "" : "primary"}
          ?disabled=${reason !== ""}
          title=${reason}
          aria-describedby="save-reason"
          @click=${() => void session.save(this.#request())}
        >
          Save ${title}
        </button>
        ${
          canPickSaveFile()
            ? html`<button
                ?disabled=${reason !== ""}
                title=${reason || (this.#isGoingOn() ? "Choose the file that was left" : "Choose where the file goes")}
                aria-describedby="save-reason"
                @click=${() => void this.#saveToFile(session)}
              >
                ${this.#isGoingOn() ? "Go on with a file…" : "Save to a file…"}
              </button>`
            : nothing
        }
      </div>
      <span class="reason" id="save-reason" ?hidden=${reason === ""}>${reason}</span>
      ${saved ? savedText(saved) : nothing}
    `;
  }

  #formatFields(busy: boolean): TemplateResult {
    return html`
      <label>
        Format
        <select ?disabled=${busy} @change=${(event: Event) => (this.format = chosen(event) as SaveFormat)}>
          ${saveFormats.map(
            ({ value, title }) => html`<option value=${value} .selected=${value === this.format}>${title}</option>`,
          )}
        </select>
      </label>
      <label>
        Compression
        <select
          ?disabled=${busy}
          @change=${(event: Event) => (this.compression = chosen(event) as NonNullable<SavedPart["compression"]>)}
        >
          <option value="none" ?selected=${this.compression === "none"}>none</option>
          <option value="deflate" ?selected=${this.compression === "deflate"}>deflate</option>
        </select>
      </label>
    `;
  }

  /** Where a file of an earlier run can be chosen. An OME-Zarr is written from the beginning only. */
  #canGoOn(): boolean {
    return canPickSaveFile() && canPickStartedFile() && this.format !== "zarr";
  }

  #isGoingOn(): boolean {
    return this.goesOn && this.#canGoOn();
  }

  #goOnField(busy: boolean): TemplateResult {
    return html`<label class="check">
      <input
        type="checkbox"
        .checked=${this.goesOn}
        ?disabled=${busy}
        @change=${(event: Event) => (this.goesOn = (event.target as HTMLInputElement).checked)}
      />
      Go on with a file that an error cut short
    </label>`;
  }

  #offsetField(session: SlnetSession, state: SessionState, busy: boolean): TemplateResult {
    return html`<slnet-options-form
      brief
      .keys=${["sparseOffsetAdu"]}
      .options=${state.options}
      .defaults=${stackDefaults(state, this.sampleType)}
      .errors=${state.optionErrors}
      .hints=${{ sparseOffsetAdu: offsetHint(state) }}
      ?disabled=${busy}
      @option-change=${({ detail }: OptionChangeEvent) => session.configure({ [detail.key]: detail.value })}
    ></slnet-options-form>`;
  }

  #request(): SaveRequest {
    const { savedPart: part, sampleType: type, format, compression } = this;
    return { part, type, format, compression };
  }

  async #saveToFile(session: SlnetSession): Promise<void> {
    const request = this.#request();
    const { title, mediaType, ending } = saveFormat(this.format);
    const resume = this.#isGoingOn();
    const kind = `${title} stack`;
    let handle: FileSystemFileHandle | null;
    try {
      handle = resume
        ? await pickStartedFile(kind, mediaType, ending)
        : await pickSaveFile(session.saveName(request), kind, mediaType, ending);
    } catch {
      // Refused by the browser, as in a frame of another origin: a download is always allowed.
      await session.save(request);
      return;
    }
    if (handle) await session.save({ ...request, handle, resume });
  }
}

/** Defaults of options that come with the stack. */
export function stackDefaults(state: SessionState, type: SavedPart["type"]): ConfigurationOptions {
  return { sparseOffsetAdu: sparseOffsetAdu({ ...state, options: {} }, type) };
}

function offsetHint(state: SessionState): string {
  const known = knownCameraOffsetAdu(state);
  const origin = known === null ? "" : ` Here that is ${known} ADU.`;
  return `Added to every pixel. Localizers expect the offset of the camera.${origin}`;
}

function savingReason({ activity, stack, model, result, optionErrors }: SessionState): string {
  if (activity !== "idle") return "Cancel what is running first.";
  if (!stack) return "Open a stack first.";
  if (!result && !model) return "Clean the stack first.";
  if (result && result.done === result.from) return "No frame is cleaned yet.";
  return optionErrors["sparseOffsetAdu"] ?? "";
}

function savedText({ name, frames, bytes, offsetAdu, clipped, pixels }: SavedFile): TemplateResult {
  return html`<p>
    ${name}: ${countText(frames)} frames, ${bytesText(bytes)},${" "}
    ${offsetAdu === 0 ? "no offset" : `offset ${offsetAdu} ADU`}.
    ${
      clipped === 0
        ? "No pixel was clipped."
        : `${countText(clipped)} pixels (${percentText(clipped / pixels)}) were clipped to the range of the type.`
    }
  </p>`;
}

function chosen(event: Event): string {
  return (event.target as HTMLSelectElement).value;
}
