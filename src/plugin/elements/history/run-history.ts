import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import { errorMessage } from "../../../core/errors.js";
import type { HistoryEntry, RunHistory } from "../../history.js";
import type { Unsubscribe } from "../../host/contract.js";
import { askToNotify, canNotify, notifyOfRuns } from "../../notification.js";
import { moduleCode } from "../../run-record-code.js";
import { commandLine } from "../../run-record-command.js";
import { usesModel } from "../../../protocol/cleaning-methods.js";
import { planOfRun } from "../../run-record-plan.js";
import type { RunRecord } from "../../../protocol/run-record.js";
import type { SlnetSession } from "../../session.js";
import { historyStrings } from "../../strings/history.js";
import { strings } from "../../strings/index.js";
import { countText, percentText } from "../panel/quantities.js";
import { themeStyles } from "../theme.styles.js";
import { listStyles } from "./list.styles.js";
import { undoNote } from "./undo-note.js";

const clock = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/**
 * The runs of a session: restore, repeat, compare, rename, remove, and copies for elsewhere.
 *
 * @tagname slnet-run-history
 */
export class SlnetRunHistory extends LitElement {
  static override styles = [themeStyles, listStyles];

  @property({ attribute: false }) session: SlnetSession | null = null;

  @state() private history: RunHistory | null = null;
  @state() private chosen: readonly string[] = [];
  @state() private compares = false;
  @state() private renamed: string | null = null;
  /** Said once, in a live region. */
  @state() private message = "";
  /** A text that the browser does not let the page copy. */
  @state() private uncopied: string | null = null;
  @query("#record") private recordInput!: HTMLInputElement;

  @state() private notifies = false;

  #unsubscribe: Unsubscribe | null = null;
  #stopNotifying: Unsubscribe | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("session")) void this.#follow();
  }

  override render(): TemplateResult {
    const texts = historyStrings();
    const { history, session } = this;
    if (!history || !session) return html``;
    const { entries } = history;
    const busy = session.state.activity !== "idle";
    const chosen = this.chosen.filter((id) => entries.some((entry) => entry.id === id));
    return html`
      ${entries.length === 0 ? html`<p class="muted">${texts.empty}</p>` : nothing}
      <ul class="long" ?hidden=${entries.length === 0} aria-label=${strings().panel.runs}>
        ${entries.map((entry) => this.#row(history, entry, chosen, busy))}
      </ul>
      ${undoNote(history.undo)}
      <div class="row">
        <button
          ?disabled=${chosen.length !== 2}
          title=${texts.compareHelp}
          aria-expanded=${this.compares && chosen.length === 2 ? "true" : "false"}
          @click=${() => (this.compares = !this.compares)}
        >
          ${texts.compare}
        </button>
        <button ?disabled=${busy} @click=${() => this.recordInput.click()}>${texts.loadRecord}</button>
        <input
          id="record"
          type="file"
          hidden
          aria-label=${texts.recordFile}
          accept=".json,application/json,.zip,application/zip"
          @change=${() => this.#load(session)}
        />
      </div>
      ${this.compares && chosen.length === 2 ? this.#comparison(history, chosen[1]!, chosen[0]!) : nothing}
      ${
        this.uncopied === null
          ? nothing
          : html`<label>
              ${texts.copyByHand}
              <textarea readonly .value=${this.uncopied}></textarea>
            </label>`
      }
      ${
        canNotify()
          ? html`<label class="check">
              <input
                type="checkbox"
                .checked=${live(this.notifies)}
                @change=${(event: Event) => void this.#notify(session, (event.target as HTMLInputElement).checked)}
              />
              ${texts.notify}
            </label>`
          : nothing
      }
      <p role="status" class="muted" ?hidden=${this.message === ""}>${this.message}</p>
    `;
  }

  #row(
    history: RunHistory,
    { id, record, from }: HistoryEntry,
    chosen: readonly string[],
    busy: boolean,
  ): TemplateResult {
    const texts = historyStrings();
    const { title } = record;
    return html`<li data-id=${id}>
      <div class="head">
        <input
          type="checkbox"
          aria-label=${texts.choose(`${texts.actions[record.action]} of ${title}`)}
          .checked=${chosen.includes(id)}
          @change=${(event: Event) => this.#choose(id, (event.target as HTMLInputElement).checked)}
        />
        <div class="name">
          ${
            this.renamed === id
              ? this.#titleForm(history, id, title)
              : html`<strong>${title}</strong>
                  <p class="muted">${summaryOf(record, from)}</p>
                  ${record.error === null ? nothing : html`<p class="error">${record.error}</p>`}`
          }
        </div>
        <span class="badge">${texts.actions[record.action]}</span>
      </div>
      <details>
        <summary aria-label=${texts.more(title)}>⋯</summary>
        <div class="row">
          <button ?disabled=${busy} title=${texts.restoreHelp} @click=${() => void this.#restore(history, id, title)}>
            ${texts.restore}
          </button>
          <button
            ?disabled=${busy || !this.session?.state.stack}
            title=${texts.repeatHelp}
            @click=${() => void history.repeat(id)}
          >
            ${texts.repeat}
          </button>
          <button @click=${() => history.save(id)}>${texts.saveRecord}</button>
          <button ?disabled=${busy} title=${texts.saveArchiveHelp} @click=${() => void this.#saveArchive(history, id)}>
            ${texts.saveArchive}
          </button>
          <button @click=${() => void this.#copy(commandLine(record), record)}>${texts.copyCommand}</button>
          <button @click=${() => void this.#copy(moduleCode(record), record)}>${texts.copyCode}</button>
          <button @click=${() => (this.renamed = id)}>${texts.rename}</button>
          <button @click=${() => this.#remove(history, id)}>${texts.remove}</button>
        </div>
      </details>
    </li>`;
  }

  #titleForm(history: RunHistory, id: string, title: string): TemplateResult {
    const texts = historyStrings();
    const leave = (event: Event, typed: string | null): void => {
      event.preventDefault();
      if (typed !== null) history.rename(id, typed);
      this.renamed = null;
      const summary = this.renderRoot.querySelector<HTMLElement>(`li[data-id="${id}"] summary`);
      summary?.focus();
    };
    return html`<form
      class="row"
      @submit=${(event: SubmitEvent) => leave(event, (event.target as HTMLFormElement).querySelector("input")!.value)}
      @keydown=${(event: KeyboardEvent) => (event.key === "Escape" ? leave(event, null) : undefined)}
    >
      <input type="text" maxlength="200" aria-label=${texts.newTitle} .value=${title} />
      <button>${texts.keepTitle}</button>
    </form>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("renamed") && this.renamed !== null) {
      this.renderRoot.querySelector<HTMLInputElement>("form input")?.select();
    }
  }

  #comparison(history: RunHistory, one: string, other: string): TemplateResult {
    const texts = historyStrings();
    const differences = history.compare(one, other);
    const titleOf = (id: string): string => {
      const { record } = history.entry(id);
      return `${record.title}, ${clock.format(new Date(record.startedAt))}`;
    };
    if (differences.length === 0) return html`<p role="status">${texts.nothingDiffers}</p>`;
    return html`<div
      class="scroll"
      tabindex="0"
      role="group"
      aria-label=${texts.comparison(titleOf(one), titleOf(other))}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">${texts.different}</th>
            <th scope="col">${titleOf(one)}</th>
            <th scope="col">${titleOf(other)}</th>
          </tr>
        </thead>
        <tbody>
          ${differences.map(
            (row) =>
              html`<tr>
                <th scope="row">${row.title}</th>
                <td>${row.one}</td>
                <td>${row.other}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#stopNotifying?.();
    this.#stopNotifying = null;
    this.notifies = false;
  }

  /** Asks the browser only now that a person wants it. */
  async #notify(session: SlnetSession, wanted: boolean): Promise<void> {
    this.notifies = wanted && (await askToNotify());
    this.message = wanted && !this.notifies ? historyStrings().notifyRefused : "";
    this.#stopNotifying?.();
    this.#stopNotifying = this.notifies ? notifyOfRuns(session) : null;
  }

  async #follow(): Promise<void> {
    this.#stop();
    const { session } = this;
    const history = session ? await session.history().catch(() => null) : null;
    if (session !== this.session || !this.isConnected) return;
    this.#stop();
    this.history = history;
    if (!history || !session) return;
    const update = (): void => this.requestUpdate();
    const stops = [history.subscribe(update), history.undo.subscribe(update), session.subscribe(update)];
    this.#unsubscribe = () => stops.forEach((stop) => stop());
  }

  /** At most two, the last ones. */
  #choose(id: string, chosen: boolean): void {
    const others = this.chosen.filter((each) => each !== id);
    this.chosen = chosen ? [...others, id].slice(-2) : others;
  }

  async #restore(history: RunHistory, id: string, title: string): Promise<void> {
    await history.restore(id);
    this.message = historyStrings().restored(title);
  }

  async #saveArchive(history: RunHistory, id: string): Promise<void> {
    try {
      await history.saveArchive(id);
    } catch (error) {
      this.message = errorMessage(error);
    }
  }

  #remove(history: RunHistory, id: string): void {
    history.remove(id);
    // Its buttons are gone: the focus goes to the one that brings them back.
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(".note button")?.focus());
  }

  #load(session: SlnetSession): void {
    const file = this.recordInput.files?.[0];
    // Emptied, so that choosing the same file again is a change too.
    this.recordInput.value = "";
    if (file) void session.loadRun(file);
  }

  async #copy(text: string, record: RunRecord): Promise<void> {
    const texts = historyStrings();
    const { cleans, trains, modelName, checkpointName } = planOfRun(record);
    const readsModel = record.cleaning !== null && usesModel(record.cleaning.method.type) && cleans && !trains;
    const reads = readsModel ? modelName : checkpointName;
    const advice = reads === null ? "" : ` ${texts.needsModelFile(reads)}`;
    try {
      await navigator.clipboard.writeText(text);
      this.uncopied = null;
      this.message = texts.copied + advice;
    } catch (error) {
      // Not allowed in this page, or not there without https.
      this.uncopied = text;
      this.message = errorMessage(error) + advice;
    }
  }
}

/** `12 Nov 2026, 14:03 · 1,212 steps · loss 0.1234 · 1.2 s`. */
function summaryOf(
  { startedAt, training, cleaning, saving, seconds, ending }: RunRecord,
  from: HistoryEntry["from"],
): string {
  const texts = historyStrings();
  const { loss, keptShare } = training ?? { loss: null, keptShare: null };
  return [
    clock.format(new Date(startedAt)),
    training && texts.steps(countText(training.steps)),
    loss !== null && texts.loss(loss.toPrecision(4)),
    keptShare !== null && texts.kept(percentText(keptShare)),
    cleaning && texts.methods[cleaning.method.type],
    cleaning && texts.frames(countText(cleaning.to - cleaning.from)),
    saving?.name,
    texts.seconds(seconds < 10 ? seconds.toFixed(1) : countText(seconds)),
    ending !== "finished" && texts.endings[ending],
    texts.from[from],
  ]
    .filter(Boolean)
    .join(" · ");
}
