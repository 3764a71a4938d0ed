import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import { configurationFields, type SlnetConfiguration } from "../../../core/configuration.js";
import { defaultMedianWindowFrames, medianWindowLimits } from "../../../core/running-median.js";
import type { CleaningMethod, CleaningOptions } from "../../../protocol/api.js";
import type { Unsubscribe } from "../../host/contract.js";
import { requestHost } from "../../host/discovery.js";
import { SlnetSession } from "../../session.js";
import type { ChosenPart, SessionActivity, SessionState } from "../../session-state.js";
import { stackFormatsText } from "../../stack-endings.js";
import { strings } from "../../strings/index.js";
import { themeStyles } from "../theme.styles.js";
import { actionButton } from "./action-button.js";
import { Announcer } from "./announcer.js";
import type { ChoiceEvent } from "./choice-form.js";
import { engineDetails } from "./engine-details.js";
import type { MetadataChangeEvent } from "./metadata-form.js";
import type { OpenFilesEvent, OpenLayerEvent, OpenUrlEvent } from "./open-form.js";
import type { OptionChangeEvent } from "./options-form.js";
import { panelStyles } from "./panel.styles.js";
import { countText, percentText, progressText } from "./quantities.js";
import { stackDefaults } from "./save-form.js";
import { chosenParts, stackDetails } from "./stack-details.js";

type OptionKey = keyof SlnetConfiguration;
/** The median of a window and that of the stack are two choices. */
type PanelMethod = CleaningMethod["type"] | "whole-median";

const mainKeys: readonly OptionKey[] = ["temporalShifts", "maxEpochs", "sparsityWeight"];
/** Files are chosen by buttons and drops; of their group only the name of the run is typed. */
const otherKeys: readonly OptionKey[] = configurationFields
  .filter(({ key, group }) => !mainKeys.includes(key) && (group !== "files" || key === "prefix"))
  .map(({ key }) => key);

const activityTitles: Readonly<Record<SessionActivity, string>> = {
  idle: "Ready",
  opening: "Opening…",
  training: "Training…",
  cleaning: "Cleaning…",
  saving: "Saving…",
};

/** A lone molecule keeps about one minus this weight of its light; a run that drifted to 0.83 kept a tenth. */
const highSelfWeight = 0.7;

/**
 * The panel of the plugin: open a stack, train, clean, save. It shows the state of its session and calls its methods.
 *
 * @tagname slnet-panel
 */
export class SlnetPanel extends LitElement {
  static override styles = [themeStyles, panelStyles];

  /**
   * What the panel works on. Without one, a panel inside a viewer that answers context requests makes a session of its
   * own there, and ends it when it is taken away.
   */
  @property({ attribute: false }) session: SlnetSession | null = null;

  /** For a session of its own: address of `slnet.worker.js`; default: beside this module. */
  @property({ attribute: "worker-url" }) workerUrl: string | null = null;

  @state() private method: PanelMethod = "slnet";
  @state() private medianWindowFrames: number = defaultMedianWindowFrames;
  @state() private tail: CleaningOptions["tail"] = "shift";
  @state() private lowRank = false;
  @state() private goOn = false;
  @state() private announcement = "";
  /** Whether the elements that come after the first picture could not be loaded. */
  @state() private historyLost = false;
  @query("#model-file") private modelInput!: HTMLInputElement;

  #unsubscribe: Unsubscribe | null = null;
  #ownSession: SlnetSession | null = null;
  readonly #announcer = new Announcer((text) => (this.announcement = text));

  override connectedCallback(): void {
    super.connectedCallback();
    this.#findViewer();
    this.#subscribe();
    void this.#loadHistory();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#announcer.stop();
    this.#ownSession?.dispose();
    if (this.session === this.#ownSession) this.session = null;
    this.#ownSession = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("session")) this.#subscribe();
  }

  override render(): TemplateResult {
    const session = this.session;
    if (!session) return html`<section><p class="muted">The panel is in no viewer that it knows.</p></section>`;
    const { state } = session;
    return html`
      ${this.#statusSection(session, state)} ${this.#stackSection(session, state)} ${this.#viewSection(session)}
      ${this.#trainSection(session, state)} ${this.#cleanSection(session, state)} ${this.#saveSection(session, state)}
      <section aria-labelledby="runs-title">
        <h3 id="runs-title">${strings().history.title}</h3>
        <slnet-run-history .session=${session}></slnet-run-history>
      </section>
      <section aria-labelledby="queue-title">
        <h3 id="queue-title">${strings().history.queueTitle}</h3>
        <slnet-queue .session=${session}></slnet-queue>
      </section>
      ${this.historyLost ? html`<p class="message error" role="alert">${strings().history.notLoaded}</p>` : nothing}
      <section>
        <h3>Engine</h3>
        ${engineDetails(state.engine)}
      </section>
      <div class="visually-hidden" aria-live="polite">${this.announcement}</div>
    `;
  }

  async #loadHistory(): Promise<void> {
    try {
      const { defineHistory } = await import("../../define-history.js");
      defineHistory();
    } catch {
      this.historyLost = true;
    }
  }

  #subscribe(): void {
    this.#unsubscribe?.();
    const { session } = this;
    if (!session) return;
    const offState = session.subscribe((state) => {
      this.#announcer.announce(state.paused ? strings().history.paused : statusText(state));
      this.requestUpdate();
    });
    const offLayers = session.host?.on("layers-changed", () => this.requestUpdate());
    this.#unsubscribe = () => {
      offState();
      offLayers?.();
    };
  }

  #findViewer(): void {
    if (this.session) return;
    const host = requestHost(this);
    if (!host) return;
    this.#ownSession = new SlnetSession({ host, ...(this.workerUrl !== null && { workerUrl: this.workerUrl }) });
    this.session = this.#ownSession;
  }

  /** Frame and contrast, where the viewer has no controls for them. */
  #viewSection({ host }: SlnetSession): TemplateResult | typeof nothing {
    if (!host || host.capabilities.has("controls") || host.layers.list().length === 0) return nothing;
    return html`
      <section aria-labelledby="view-title">
        <h3 id="view-title">View</h3>
        <slnet-view-form .host=${host}></slnet-view-form>
      </section>
    `;
  }

  #statusSection(session: SlnetSession, state: SessionState): TemplateResult {
    const busy = state.activity !== "idle";
    const { progress } = state;
    return html`
      <section class="status" aria-label="Status">
        <div class="status-line">
          <strong>${state.paused ? strings().history.paused : activityTitles[state.activity]}</strong>
          <span class="row">
            <button
              ?hidden=${!busy || state.activity === "opening"}
              @click=${() => (state.paused ? session.resume() : session.pause())}
            >
              ${state.paused ? strings().history.resume : strings().history.pause}
            </button>
            <button ?hidden=${!busy} @click=${() => session.cancel()}>Cancel</button>
          </span>
        </div>
        <progress
          aria-label="Progress"
          max="1"
          value=${progress ? progress.done / Math.max(1, progress.total) : busy ? nothing : 0}
        ></progress>
        <p class="figures">${statusText(state)}</p>
        ${
          state.error
            ? html`<div class="message error">
                <p role=${session.notifiesHost ? nothing : "alert"}>${state.error.message}</p>
                <button class="plain" aria-label="Dismiss the error" @click=${() => session.dismissError()}>✕</button>
              </div>`
            : nothing
        }
        ${notices(state.notices)}
      </section>
    `;
  }

  #stackSection(session: SlnetSession, state: SessionState): TemplateResult {
    const { stack, activity, choice, chosen, metadata } = state;
    const busy = activity !== "idle";
    const changePart = (of: ChosenPart["of"], index: number): void => void session.changePart(of, index);
    return html`
      <section aria-labelledby="stack-title">
        <h3 id="stack-title" tabindex="-1">${step(1, stack !== null)} Stack</h3>
        <slnet-open-form
          ?opened=${stack !== null || choice !== null}
          ?disabled=${busy}
          @open-files=${({ detail }: OpenFilesEvent) => void session.openFiles(detail.files)}
          @open-url=${({ detail }: OpenUrlEvent) => void session.openUrl(detail.address)}
          .layers=${session.viewerLayers()}
          @open-layer=${({ detail }: OpenLayerEvent) => void session.openLayer(detail.layer)}
          @open-sample=${() => void session.openSample()}
        ></slnet-open-form>
        <slnet-recent-files .session=${session} ?disabled=${busy}></slnet-recent-files>
        ${
          choice
            ? html`<slnet-choice-form
                .choice=${choice}
                ?disabled=${busy}
                @choose=${({ detail }: ChoiceEvent) => this.#leaveChoice(() => void session.choose(detail.index))}
                @dismiss=${() => this.#leaveChoice(() => session.dismissChoice())}
              ></slnet-choice-form>`
            : nothing
        }
        ${
          stack
            ? html`
                ${stackDetails(stack)} ${chosenParts(chosen, busy, changePart)}
                <slnet-metadata-form
                  role="group"
                  aria-label="How the stack was recorded"
                  .stack=${stack}
                  .overrides=${metadata}
                  ?disabled=${busy}
                  @metadata-change=${({ detail }: MetadataChangeEvent) => session.describe({ [detail.key]: detail.value })}
                ></slnet-metadata-form>
                ${notices(stack.notices)}
              `
            : html`<p class="drop">${stackFormatsText}. Or drop files or a folder on the page. Nothing is uploaded.</p>`
        }
      </section>
    `;
  }

  /** The form goes away with its buttons: the focus stays in the section, unless the next choice takes it. */
  #leaveChoice(act: () => void): void {
    this.renderRoot.querySelector<HTMLElement>("#stack-title")?.focus();
    act();
  }

  #trainSection(session: SlnetSession, state: SessionState): TemplateResult {
    const { training, model, options, optionErrors, activity } = state;
    const busy = activity !== "idle";
    const reason = trainingReason(state);
    const onOption = ({ detail }: OptionChangeEvent): void => session.configure({ [detail.key]: detail.value });
    const alpha = state.configuration?.sparsityWeight;
    const hints = {
      temporalShifts: "Offsets of the frames compared, from 0, longer than a molecule stays on.",
      maxEpochs: "Passes over the training frames.",
      sparsityWeight:
        alpha === undefined
          ? "Higher keeps fewer pixels above the background."
          : `About ${percentText(2 / (3 + alpha))} of the pixels stay above the background.`,
    };
    return html`
      <section aria-labelledby="train-title">
        <h3 id="train-title">${step(2, model !== null)} Train</h3>
        <slnet-options-form
          brief
          .keys=${mainKeys}
          .options=${options}
          .errors=${optionErrors}
          .hints=${hints}
          ?disabled=${busy}
          @option-change=${onOption}
        ></slnet-options-form>
        <details>
          <summary>All options</summary>
          <slnet-options-form
            .keys=${otherKeys}
            .options=${options}
            .defaults=${stackDefaults(state, "uint16")}
            .errors=${optionErrors}
            ?disabled=${busy}
            @option-change=${onOption}
          ></slnet-options-form>
        </details>
        ${
          model?.optimizer
            ? html`<label class="check">
                <input
                  type="checkbox"
                  ?disabled=${busy}
                  .checked=${this.goOn}
                  @change=${(event: Event) => (this.goOn = isChecked(event))}
                />
                Go on from the present model
              </label>`
            : nothing
        }
        ${actionButton("Train", reason, "train-reason", model === null, () =>
          session.train({ goOn: this.goOn && model?.optimizer !== null }),
        )}
        <slnet-loss-plot
          .training=${training?.losses ?? []}
          .validation=${training?.validations ?? []}
        ></slnet-loss-plot>
        ${trainingFigures(state)}
        <div class="row">
          <button ?disabled=${busy} @click=${() => this.modelInput.click()}>Load model…</button>
          <button
            ?disabled=${model === null}
            title=${model ? "" : "There is no model yet"}
            @click=${() => session.saveModel()}
          >
            Save model
          </button>
          <input
            id="model-file"
            type="file"
            hidden
            aria-label="Model file"
            accept=".json,application/json"
            @change=${(event: Event) => withFile(event, (file) => void session.loadModel(file))}
          />
        </div>
      </section>
    `;
  }

  #cleanSection(session: SlnetSession, state: SessionState): TemplateResult {
    const { result, activity, model } = state;
    const busy = activity !== "idle";
    const reason = cleaningReason(state, this.method, this.medianWindowFrames);
    const request = {
      method: this.method === "whole-median" ? "median" : this.method,
      medianWindowFrames: this.method === "whole-median" ? 0 : this.medianWindowFrames,
      lowRank: this.lowRank,
      tail: this.tail,
    } as const;
    return html`
      <section aria-labelledby="clean-title">
        <h3 id="clean-title">${step(3, result !== null)} Clean</h3>
        <div class="pair">
          <label>
            Method
            <select ?disabled=${busy} @change=${(event: Event) => (this.method = chosen(event) as PanelMethod)}>
              <option value="slnet" ?selected=${this.method === "slnet"}>SLNet</option>
              <option value="median" ?selected=${this.method === "median"}>Running median</option>
              <option value="whole-median" ?selected=${this.method === "whole-median"}>Median of the stack</option>
              <option value="rpca" ?selected=${this.method === "rpca"}>Robust PCA</option>
            </select>
          </label>
          ${this.method === "median" ? this.#medianWindowField(busy) : this.#tailField(busy)}
        </div>
        <label class="check">
          <input
            type="checkbox"
            ?disabled=${busy}
            .checked=${this.lowRank}
            @change=${(event: Event) => (this.lowRank = isChecked(event))}
          />
          Also show the background
        </label>
        ${actionButton("Clean", reason, "clean-reason", model !== null && result === null, () => session.clean(request))}
        ${
          result
            ? html`<p class="muted">
                ${countText(result.done - result.from)} of ${countText(result.to - result.from)} frames are cleaned.
              </p>`
            : nothing
        }
      </section>
    `;
  }

  #medianWindowField(busy: boolean): TemplateResult {
    const { minimum, maximum } = medianWindowLimits;
    const isWrong = !isMedianWindow(this.medianWindowFrames);
    return html`<label title="Frames around each frame whose median is its background, ${minimum} to ${maximum}">
      Window, frames
      <input
        type="number"
        min=${minimum}
        max=${maximum}
        step="1"
        ?disabled=${busy}
        aria-invalid=${isWrong ? "true" : "false"}
        aria-describedby=${isWrong ? "clean-reason" : nothing}
        .value=${String(this.medianWindowFrames)}
        @change=${(event: Event) => (this.medianWindowFrames = (event.target as HTMLInputElement).valueAsNumber)}
      />
    </label>`;
  }

  #tailField(busy: boolean): TemplateResult {
    return html`<label
      title="Their window would reach past the end of the stack: keep them through an earlier window, or leave them out"
    >
      Last frames
      <select
        ?disabled=${busy || this.method !== "slnet"}
        @change=${(event: Event) => (this.tail = chosen(event) as CleaningOptions["tail"])}
      >
        <option value="shift" ?selected=${this.tail === "shift"}>keep</option>
        <option value="drop" ?selected=${this.tail === "drop"}>leave out</option>
      </select>
    </label>`;
  }

  #saveSection(session: SlnetSession, state: SessionState): TemplateResult {
    return html`
      <section aria-labelledby="save-title">
        <h3 id="save-title">${step(4, state.saved !== null)} Save</h3>
        <slnet-save-form .session=${session} .state=${state}></slnet-save-form>
      </section>
    `;
  }
}

function statusText(state: SessionState): string {
  const { activity, progress, outcome, opening, choice } = state;
  if (activity === "idle" && choice) return "The file waits for a choice.";
  if (activity === "idle") return outcome ?? (state.stack ? "" : "Open a stack to begin.");
  if (activity === "opening") return openingText(opening);
  if (!progress) return "Starting the engine";
  return progressText(progress, activity === "training" ? "steps" : "frames");
}

function openingText(opening: SessionState["opening"]): string {
  if (!opening) return "Reading the file";
  if (opening.files !== null) return `Looking through the folder: ${countText(opening.files)} files so far`;
  return opening.name === "" ? "Reading" : `Reading ${opening.name}`;
}

function trainingReason({ activity, stack, optionErrors }: SessionState): string {
  if (activity !== "idle") return "Cancel what is running first.";
  if (!stack) return "Open a stack first.";
  return Object.keys(optionErrors).length > 0 ? Object.values(optionErrors)[0]! : "";
}

function isMedianWindow(frames: number): boolean {
  return Number.isInteger(frames) && frames >= medianWindowLimits.minimum && frames <= medianWindowLimits.maximum;
}

function cleaningReason({ activity, stack, model }: SessionState, method: PanelMethod, windowFrames: number): string {
  if (activity !== "idle") return "Cancel what is running first.";
  if (!stack) return "Open a stack first.";
  if (method === "median" && !isMedianWindow(windowFrames)) {
    return `The window has to be ${medianWindowLimits.minimum} to ${medianWindowLimits.maximum} frames.`;
  }
  return method === "slnet" && !model ? "Train, or load a model first." : "";
}

function trainingFigures({ training }: SessionState): TemplateResult | typeof nothing {
  if (!training) return nothing;
  const { plan, epoch, step, keptShare, expectedShare, selfWeight, losses, warnings } = training;
  const loss = losses.at(-1)?.loss;
  return html`
    <dl>
      <dt>Epoch</dt>
      <dd>${countText(epoch)} of ${countText(plan.epochs)}, step ${countText(step)} of ${countText(plan.steps)}</dd>
      <dt>Windows</dt>
      <dd>${countText(plan.trainingWindows)} to train, ${countText(plan.validationWindows)} to validate</dd>
      <dt>Loss</dt>
      <dd>${loss === undefined ? "–" : loss.toPrecision(4)}</dd>
      <dt title="Share of the pixels above the background">Pixels kept</dt>
      <dd>${keptShare === null ? "–" : percentText(keptShare)}, expected about ${percentText(expectedShare)}</dd>
      <dt title="Mean weight of a frame in its own background: near 1 the background is the frame itself">
        Own weight
      </dt>
      <dd>${selfWeight === null ? "–" : selfWeight.toFixed(2)}</dd>
    </dl>
    ${warnings.map((warning) => html`<div class="message"><p>${warning}</p></div>`)}
    ${
      selfWeight !== null && selfWeight > highSelfWeight && warnings.length === 0
        ? html`<div class="message">
            <p>The network drifts to the identity: the background becomes the frame itself. Train fewer epochs.</p>
          </div>`
        : nothing
    }
  `;
}

function step(number: number, done: boolean): TemplateResult {
  return html`<span class="number ${done ? "done" : ""}" aria-hidden="true">${done ? "✓" : number}</span>`;
}

function notices(texts: readonly string[]): TemplateResult | typeof nothing {
  return texts.length === 0
    ? nothing
    : html`<ul class="notices">
        ${texts.map((text) => html`<li>${text}</li>`)}
      </ul>`;
}

function withFile(event: Event, use: (file: File) => void): void {
  const input = event.target as HTMLInputElement;
  const file = input.files?.[0];
  // Emptied, so that choosing the same file again is a change too.
  input.value = "";
  if (file) use(file);
}

function isChecked(event: Event): boolean {
  return (event.target as HTMLInputElement).checked;
}

function chosen(event: Event): string {
  return (event.target as HTMLSelectElement).value;
}
