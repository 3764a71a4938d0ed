import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import type { SavedPart, SaveFormat } from "../../../protocol/api.js";
import { canResume, isArrayFormat } from "../../../protocol/save-formats.js";
import type { ConfigurationOptions } from "../../configuration-errors.js";
import { saveFormat, saveFormats } from "../../save-formats.js";
import { canPickSaveFile, canPickStartedFile, pickSaveFile, pickStartedFile } from "../../save-picker.js";
import type { SlnetSession } from "../../session.js";
import type { SaveRequest } from "../../session-requests.js";
import { knownCameraOffsetAdu, sparseOffsetAdu, type SavedFile, type SessionState } from "../../session-state.js";
import { formStrings } from "../../strings/panel-forms.js";
import { themeStyles } from "../theme.styles.js";
import { chosenValue, isChecked } from "./field-events.js";
import { formStyles } from "./form.styles.js";
import type { OptionChangeEvent } from "./options-form.js";
import { panelStyles } from "./panel.styles.js";

/** What is saved, how, and where to. */
export class SlnetSaveForm extends LitElement {
  static override styles = [themeStyles, panelStyles, formStyles];

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
    const texts = formStrings();
    const goesOn = this.#isGoingOn();
    return html`
      <div class="pair">
        <label>
          ${texts.savedFrames}
          <select
            ?disabled=${busy}
            @change=${(event: Event) => (this.savedPart = chosenValue(event) as SavedPart["part"])}
          >
            <option value="sparse" ?selected=${this.savedPart === "sparse"}>${texts.savedParts.sparse}</option>
            <option value="low-rank" ?selected=${this.savedPart === "low-rank"}>${texts.savedParts["low-rank"]}</option>
          </select>
        </label>
        <label>
          ${texts.pixels}
          <select
            ?disabled=${busy}
            @change=${(event: Event) => (this.sampleType = chosenValue(event) as SavedPart["type"])}
          >
            <option value="uint16" ?selected=${this.sampleType === "uint16"}>${texts.sampleTypes.uint16}</option>
            <option value="float32" ?selected=${this.sampleType === "float32"}>${texts.sampleTypes.float32}</option>
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
          ${texts.saveAs(saveFormat(this.format).title)}
        </button>
        ${
          canPickSaveFile()
            ? html`<button
                ?disabled=${reason !== ""}
                title=${reason || (goesOn ? texts.goOnWithFileHint : texts.saveToFileHint)}
                aria-describedby="save-reason"
                @click=${() => void this.#saveToFile(session)}
              >
                ${goesOn ? texts.goOnWithFile : texts.saveToFile}
              </button>`
            : nothing
        }
      </div>
      <span class="reason" id="save-reason" ?hidden=${reason === ""}>${reason}</span>
      ${saved ? savedText(saved) : nothing}
    `;
  }

  #formatFields(busy: boolean): TemplateResult {
    const texts = formStrings();
    return html`
      <label>
        ${texts.format}
        <select ?disabled=${busy} @change=${(event: Event) => (this.format = chosenValue(event) as SaveFormat)}>
          ${saveFormats.map(
            ({ value, title }) => html`<option value=${value} .selected=${value === this.format}>${title}</option>`,
          )}
        </select>
      </label>
      <label>
        ${texts.compression}
        <select
          ?disabled=${busy || isArrayFormat(this.format)}
          @change=${(event: Event) => (this.compression = chosenValue(event) as NonNullable<SavedPart["compression"]>)}
        >
          <option value="none" .selected=${this.#compression() === "none"}>${texts.compressions.none}</option>
          <option value="deflate" .selected=${this.#compression() === "deflate"}>${texts.compressions.deflate}</option>
        </select>
      </label>
    `;
  }

  /** Where a file of an earlier run can be chosen. */
  #canGoOn(): boolean {
    return canPickSaveFile() && canPickStartedFile() && canResume(this.format);
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
        @change=${(event: Event) => (this.goesOn = isChecked(event))}
      />
      ${formStrings().goOnWithLeftFile}
    </label>`;
  }

  #offsetField(session: SlnetSession, state: SessionState, busy: boolean): TemplateResult {
    return html`<slnet-options-form
      brief
      .keys=${["sparseOffsetAdu"]}
      .options=${state.options}
      .defaults=${stackDefaults(state, this.sampleType)}
      .errors=${state.optionErrors}
      .hints=${{ sparseOffsetAdu: formStrings().offsetHint(knownCameraOffsetAdu(state)) }}
      ?disabled=${busy}
      @option-change=${({ detail }: OptionChangeEvent) => session.configure({ [detail.key]: detail.value })}
    ></slnet-options-form>`;
  }

  #request(): SaveRequest {
    const { savedPart: part, sampleType: type, format } = this;
    return { part, type, format, compression: this.#compression() };
  }

  /** Arrays are written as they are. */
  #compression(): NonNullable<SavedPart["compression"]> {
    return isArrayFormat(this.format) ? "none" : this.compression;
  }

  async #saveToFile(session: SlnetSession): Promise<void> {
    const request = this.#request();
    const { title, mediaType, ending } = saveFormat(this.format);
    const resume = this.#isGoingOn();
    const kind = formStrings().fileKind(title);
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
  return { sparseOffsetAdu: sparseOffsetAdu({ ...state, options: {} }, type, state.result?.method.type) };
}

function savingReason({ activity, stack, model, result, optionErrors }: SessionState): string {
  const texts = formStrings();
  if (activity !== "idle") return texts.busy;
  if (!stack) return texts.noStack;
  if (!result && !model) return texts.needsCleaning;
  if (result && result.done === result.from) return texts.nothingCleaned;
  return optionErrors["sparseOffsetAdu"] ?? "";
}

function savedText({ name, frames, bytes, offsetAdu, clipped, pixels }: SavedFile): TemplateResult {
  const texts = formStrings();
  return html`<p>${texts.saved(name, frames, bytes, offsetAdu)} ${texts.clipped(clipped, pixels)}</p>`;
}
