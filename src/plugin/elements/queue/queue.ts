import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import { errorMessage } from "../../../core/errors.js";
import { unknownMetadata } from "../../../core/frames.js";
import { namedFile } from "../../dropped-files.js";
import type { Unsubscribe } from "../../host/contract.js";
import { isAtWork, StackQueue, type QueueItem, type QueueSettings } from "../../queue.js";
import type { SlnetSession } from "../../session.js";
import { stackFileTypes } from "../../stack-files.js";
import { historyStrings } from "../../strings/history.js";
import { strings } from "../../strings/index.js";
import { steeringStrings } from "../../strings/steering.js";
import { listStyles } from "../history/list.styles.js";
import { undoNote } from "../history/undo-note.js";
import { chosenValue } from "../panel/field-events.js";
import type { MetadataChangeEvent } from "../panel/metadata-form.js";
import {
  choiceMistake,
  choiceRequest,
  decompositionFields,
  defaultMethodChoice,
  methodOptions,
  windowField,
  type MethodChoice,
  type PanelMethod,
} from "../panel/method-fields.js";
import { countText } from "../panel/quantities.js";
import { themeStyles } from "../theme.styles.js";

/** The part of the File System Access API that the DOM types leave out. */
interface DirectoryPicker {
  showDirectoryPicker?: (options: { readonly mode: "readwrite" }) => Promise<FileSystemDirectoryHandle>;
}

/**
 * Several stacks to be cleaned one after the other.
 *
 * @tagname slnet-queue
 */
export class SlnetQueue extends LitElement {
  static override styles = [themeStyles, listStyles];

  @property({ attribute: false }) session: SlnetSession | null = null;

  @state() private message = "";
  /** Of the person; the queue goes by the session until there is one. */
  @state() private choice: MethodChoice | null = null;
  @query("#files") private fileInput!: HTMLInputElement;
  @query("#folder") private folderInput!: HTMLInputElement;

  #queue: StackQueue | null = null;
  #followed: SlnetSession | null = null;
  #unsubscribe: Unsubscribe | null = null;

  /** What the element works on, `null` without a session. */
  get queue(): StackQueue | null {
    return this.#queue;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
    this.#queue?.dispose();
    this.#queue = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("session")) this.#follow();
  }

  override render(): TemplateResult {
    const queue = this.#queue;
    const texts = historyStrings();
    if (!queue) return html``;
    const { items, isRunning, isPaused } = queue;
    const reason = this.#startReason(queue);
    return html`
      <p class="muted">${texts.queueHelp}</p>
      <div class="row">
        <button id="add" @click=${() => this.fileInput.click()}>${texts.queueAdd}</button>
        <button @click=${() => this.folderInput.click()}>${texts.queueAddFolder}</button>
      </div>
      <input
        id="files"
        type="file"
        multiple
        hidden
        aria-label=${texts.queueFiles}
        accept=${stackFileTypes}
        @change=${() => this.#add(queue, this.fileInput)}
      />
      <input
        id="folder"
        type="file"
        webkitdirectory
        hidden
        aria-label=${texts.queueFolder}
        @change=${() => this.#add(queue, this.folderInput)}
      />
      <ol ?hidden=${items.length === 0} aria-label=${strings().panel.queue}>
        ${items.map((item, index) => this.#row(queue, item, index))}
      </ol>
      ${undoNote(queue.undo)}
      <div class="pair">
        <label title=${texts.queueSharedHelp}>
          ${texts.queueModel}
          <select
            ?disabled=${isRunning}
            @change=${(event: Event) =>
              queue.configure({ model: (event.target as HTMLSelectElement).value as QueueSettings["model"] })}
          >
            <option value="shared" ?selected=${queue.settings.model === "shared"}>${texts.queueShared}</option>
            <option value="own" ?selected=${queue.settings.model === "own"}>${texts.queueOwn}</option>
          </select>
        </label>
        ${this.#outputField(queue, isRunning)} ${this.#methodFields(queue, isRunning)}
        ${this.#regionField(queue, isRunning)}
      </div>
      ${
        this.choice
          ? decompositionFields(this.choice, isRunning, "start-reason", (patch) => this.#choose(queue, patch))
          : nothing
      }
      <details>
        <summary>${texts.queueRecording}</summary>
        <p class="muted">${texts.queueRecordingHelp}</p>
        <slnet-metadata-form
          role="group"
          aria-label=${texts.queueRecording}
          plain
          .stack=${unknownMetadata}
          .overrides=${queue.settings.metadata}
          ?disabled=${isRunning}
          @metadata-change=${({ detail }: MetadataChangeEvent) => this.#describe(queue, detail)}
        ></slnet-metadata-form>
      </details>
      <div class="row" id="act">
        <button
          id="start"
          ?disabled=${reason !== ""}
          title=${reason}
          aria-describedby="start-reason"
          @click=${() => void queue.start()}
        >
          ${texts.queueStart}
        </button>
        <button id="pause" ?hidden=${!isRunning} @click=${() => (isPaused ? queue.resume() : queue.pause())}>
          ${isPaused ? strings().panel.resume : strings().panel.pause}
        </button>
        <button ?hidden=${!isRunning} @click=${() => queue.cancel()}>${texts.queueCancel}</button>
        <span class="muted" id="start-reason">${reason}</span>
      </div>
      <p role="status" class="muted">${items.length > 0 ? summaryOf(queue) : nothing}</p>
      <p role="alert" class="error" ?hidden=${this.message === ""}>${this.message}</p>
    `;
  }

  /** The method, and its window where it has one. */
  #methodFields(queue: StackQueue, isRunning: boolean): TemplateResult {
    const texts = historyStrings();
    const { choice } = this;
    const { method = "slnet" } = queue.settings.save.cleaning ?? queue.sessionCleaning;
    const choose = (event: Event): void => {
      const value = chosenValue(event);
      if (value === "session") this.#choose(queue, null);
      else this.#choose(queue, { method: value as PanelMethod });
    };
    const { method: ofSession = "slnet" } = queue.sessionCleaning;
    return html`
      <label class="wide" title=${texts.queueMethodHelp}>
        ${texts.queueMethod}
        <select id="method" ?disabled=${isRunning} @change=${choose}>
          <option value="session" ?selected=${choice === null}>
            ${texts.queueAsSession(texts.methods[choice ? ofSession : method])}
          </option>
          ${methodOptions(choice?.method ?? null)}
        </select>
      </label>
      ${choice ? windowField(choice, isRunning, "start-reason", (patch) => this.#choose(queue, patch)) : nothing}
    `;
  }

  /** Where the session has a part to train on: whether that is taken. */
  #regionField(queue: StackQueue, isRunning: boolean): TemplateResult | typeof nothing {
    const region = this.session?.state.region;
    if (!region) return nothing;
    const texts = historyStrings();
    return html`<label class="wide" title=${texts.queueRegionHelp}>
      ${texts.queueRegion}
      <select
        id="region"
        ?disabled=${isRunning}
        @change=${(event: Event) => queue.configure({ region: chosenValue(event) === "session" ? "session" : null })}
      >
        <option value="session" ?selected=${queue.settings.region === "session"}>
          ${steeringStrings().region(region)}
        </option>
        <option value="whole" ?selected=${queue.settings.region === null}>${texts.queueWholeStacks}</option>
      </select>
    </label>`;
  }

  #outputField(queue: StackQueue, isRunning: boolean): TemplateResult | typeof nothing {
    const texts = historyStrings();
    if (!(window as DirectoryPicker).showDirectoryPicker) return nothing;
    const { directory } = queue.settings;
    return html`<label>
      ${texts.queueOutput}
      <select
        ?disabled=${isRunning}
        @change=${(event: Event) => void this.#chooseOutput(queue, event.target as HTMLSelectElement)}
      >
        <option value="downloads" ?selected=${directory === null}>${texts.queueDownloads}</option>
        ${directory ? html`<option value="kept" selected>${directory.name}</option>` : nothing}
        <option value="choose">${texts.queueChooseFolder}</option>
      </select>
    </label>`;
  }

  #row(queue: StackQueue, item: QueueItem, index: number): TemplateResult {
    const texts = historyStrings();
    const { id, name, state, progress, saved, error } = item;
    const badge = queue.isPaused && isAtWork(item) ? strings().panel.paused : texts.queueStates[state];
    return html`<li>
      <div class="head">
        <div class="name">
          <strong>${name}</strong>
          ${saved ? html`<p class="muted">${texts.queueSaved(saved.name, countText(saved.frames))}</p>` : nothing}
          ${error === null ? nothing : html`<p class="error">${error}</p>`}
        </div>
        <span class="badge">${badge}</span>
      </div>
      ${
        isAtWork(item)
          ? html`<progress
                aria-label=${name}
                max="1"
                value=${progress ? progress.done / Math.max(1, progress.total) : nothing}
              ></progress>
              <p class="muted">
                ${progress ? strings().panel.progressText(progress, state === "training" ? "steps" : "frames") : nothing}
              </p>`
          : html`<div class="row">
              <button
                class="plain"
                ?disabled=${index === 0}
                aria-label=${texts.queueEarlier(name)}
                @click=${() => queue.move(id, -1)}
              >
                ↑
              </button>
              <button
                class="plain"
                ?disabled=${index === queue.items.length - 1}
                aria-label=${texts.queueLater(name)}
                @click=${() => queue.move(id, 1)}
              >
                ↓
              </button>
              <button class="plain" aria-label=${texts.queueRemove(name)} @click=${() => this.#remove(queue, id)}>
                ✕
              </button>
            </div>`
      }
    </li>`;
  }

  #follow(): void {
    if (this.#queue && this.session === this.#followed) return;
    this.#unsubscribe?.();
    this.#queue?.dispose();
    this.#followed = this.session;
    this.#queue = this.session && new StackQueue(this.session);
    if (!this.#queue) return;
    const update = (): void => this.requestUpdate();
    const queue = this.#queue;
    const { session } = this;
    let wasRunning = false;
    let seen = session?.state;
    const stops = [
      queue.subscribe(() => {
        if (wasRunning !== queue.isRunning) void this.#moveFocus(wasRunning);
        wasRunning = queue.isRunning;
        update();
      }),
      queue.undo.subscribe(update),
      session?.subscribe((state) => {
        if (state.region !== seen?.region || state.result?.method !== seen?.result?.method) update();
        seen = state;
      }),
    ];
    this.#unsubscribe = () => stops.forEach((stop) => stop?.());
    this.requestUpdate();
  }

  #add(queue: StackQueue, input: HTMLInputElement): void {
    const files = [...(input.files ?? [])].map(namedFile);
    // Emptied, so that choosing the same file again is a change too.
    input.value = "";
    this.#attempt(() => queue.add(files));
  }

  /** @param patch - of what was chosen; `null`: as the session does it */
  #choose(queue: StackQueue, patch: Partial<MethodChoice> | null): void {
    this.choice = patch && { ...(this.choice ?? defaultMethodChoice), ...patch };
    const { cleaning: _, ...save } = queue.settings.save;
    queue.configure({ save: this.choice ? { ...save, cleaning: choiceRequest(this.choice) } : save });
  }

  #describe(queue: StackQueue, { key, value }: MetadataChangeEvent["detail"]): void {
    const { [key]: _, ...others } = queue.settings.metadata;
    queue.configure({ metadata: value === undefined ? others : { ...others, [key]: value } });
  }

  /** The button that was pressed cannot be any more: the focus goes to what can be done next. */
  async #moveFocus(wasRunning: boolean): Promise<void> {
    const isHere = this.shadowRoot?.activeElement?.closest("#act") ?? null;
    if (!isHere) return;
    await this.updateComplete;
    const next = wasRunning ? "#start:not(:disabled), #add" : "#pause";
    // In the order of the page.
    [...this.renderRoot.querySelectorAll<HTMLElement>(next)].at(-1)?.focus();
  }

  #remove(queue: StackQueue, id: number): void {
    queue.remove(id);
    // Its buttons are gone: the focus goes to the one that brings them back.
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(".note button")?.focus());
  }

  async #chooseOutput(queue: StackQueue, select: HTMLSelectElement): Promise<void> {
    const { value } = select;
    if (value === "downloads") queue.configure({ directory: null });
    if (value !== "choose") return;
    try {
      const directory = await (window as DirectoryPicker).showDirectoryPicker?.({ mode: "readwrite" });
      if (directory) queue.configure({ directory });
    } catch (error) {
      select.value = queue.settings.directory ? "kept" : "downloads";
      if (!(error instanceof DOMException && error.name === "AbortError")) this.message = errorMessage(error);
    }
  }

  #startReason({ items, isRunning }: StackQueue): string {
    const texts = historyStrings();
    if (isRunning) return texts.queueBusy;
    if (items.length === 0) return texts.queueEmpty;
    if (!items.some(({ state }) => state === "waiting" || state === "cancelled")) return texts.queueNothing;
    return this.choice ? choiceMistake(this.choice) : "";
  }

  #attempt(act: () => void): void {
    this.message = "";
    try {
      act();
    } catch (error) {
      this.message = errorMessage(error);
    }
  }
}

/** Changes with each stack, not with each frame: it is read out. */
function summaryOf({ items, isPaused }: StackQueue): string {
  const count = (state: QueueItem["state"]): string => countText(items.filter((item) => item.state === state).length);
  return historyStrings().queueSummary(count("done"), countText(items.length), count("failed"), isPaused);
}
