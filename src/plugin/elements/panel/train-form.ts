import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import { configurationFields, defaultConfiguration, type SlnetConfiguration } from "../../../core/configuration.js";
import { keptShare } from "../../../core/kept-share.js";
import { modelKinds, type ModelKind } from "../../model-kinds.js";
import type { SlnetSession } from "../../session.js";
import type { SessionState } from "../../session-state.js";
import { formStrings } from "../../strings/panel-forms.js";
import { steeringStrings } from "../../strings/steering.js";
import { themeStyles } from "../theme.styles.js";
import { actionButton } from "./action-button.js";
import { estimateNote } from "./estimate-note.js";
import { chosenValue, isChecked } from "./field-events.js";
import { formStyles } from "./form.styles.js";
import type { OptionChangeEvent } from "./options-form.js";
import { panelStyles } from "./panel.styles.js";
import type { OptionsChangeEvent } from "./preset-form.js";
import type { RegionChangeEvent } from "./region-form.js";
import { stackDefaults } from "./save-form.js";
import type { SparsityChangeEvent } from "./share-field.js";
import { trainingFigures, trainingWarnings } from "./training-figures.js";

type OptionKey = keyof SlnetConfiguration;

const mainKeys: readonly OptionKey[] = ["temporalShifts", "maxEpochs", "sparsityWeight"];
/** Files are chosen by buttons and drops; of their group only the name of the run is typed. */
const otherKeys: readonly OptionKey[] = configurationFields
  .filter(({ key, group }) => !mainKeys.includes(key) && (group !== "files" || key === "prefix"))
  .map(({ key }) => key);

/** How the network is trained, and how that goes. */
export class SlnetTrainForm extends LitElement {
  static override styles = [themeStyles, panelStyles, formStyles];

  @property({ attribute: false }) session: SlnetSession | null = null;
  @property({ attribute: false }) state: SessionState | null = null;

  @state() private goOn = false;
  @state() private modelKind: ModelKind = "json";
  @query("#model-file") private modelInput!: HTMLInputElement;

  override render(): TemplateResult {
    const { session, state } = this;
    if (!session || !state) return html``;
    const { training, model, options, optionErrors, activity } = state;
    const busy = activity !== "idle";
    const texts = formStrings();
    const sparsityWeight = checkedWeight(state);
    const estimate = estimateNote(state.estimate, "training");
    const onOption = ({ detail }: OptionChangeEvent): void => session.configure({ [detail.key]: detail.value });
    const onOptions = ({ detail }: OptionsChangeEvent): void => session.configure(detail.options);
    const hints = {
      temporalShifts: texts.shiftsHint,
      maxEpochs: texts.epochsHint,
      sparsityWeight: texts.sparsityHint(sparsityWeight === null ? null : keptShare(sparsityWeight)),
    };
    return html`
      <slnet-preset-form
        .options=${options}
        ?valid=${state.configuration !== null}
        ?disabled=${busy}
        @options-change=${onOptions}
      ></slnet-preset-form>
      <slnet-options-form
        brief
        .keys=${mainKeys}
        .options=${options}
        .errors=${optionErrors}
        .hints=${hints}
        ?disabled=${busy}
        @option-change=${onOption}
      ></slnet-options-form>
      <slnet-share-field
        .sparsityWeight=${sparsityWeight}
        ?disabled=${busy}
        @sparsity-change=${({ detail }: SparsityChangeEvent) => session.configure(detail)}
      ></slnet-share-field>
      <details id="part" ?hidden=${state.stack === null}>
        <summary>
          ${steeringStrings().part}:
          ${state.region ? steeringStrings().region(state.region) : steeringStrings().wholeStack}
        </summary>
        <slnet-region-form
          .host=${session.host}
          .shape=${state.stack?.shape ?? null}
          .region=${state.region}
          .neededFrames=${Math.max(...(state.configuration?.temporalShifts ?? [0])) + 1}
          ?disabled=${busy}
          @region-change=${({ detail }: RegionChangeEvent) => session.chooseRegion(detail.region)}
        ></slnet-region-form>
      </details>
      <details id="all-options">
        <summary>${texts.allOptions}</summary>
        <slnet-advanced-form
          .keys=${otherKeys}
          .options=${options}
          .defaults=${stackDefaults(state, "uint16")}
          .errors=${optionErrors}
          ?disabled=${busy}
          @options-change=${onOptions}
        ></slnet-advanced-form>
      </details>
      ${model?.optimizer ? this.#goOnField(busy) : nothing}
      ${actionButton(texts.train, trainingReason(state), "train-reason", model === null, estimate.text, () =>
        session.train({ goOn: this.goOn && model?.optimizer !== null }),
      )}
      ${estimate.warning ? html`<div class="message"><p>${estimate.warning}</p></div>` : nothing}
      ${trainingWarnings(training, activity === "training")}
      <slnet-loss-plot .training=${training?.losses ?? []} .validation=${training?.validations ?? []}></slnet-loss-plot>
      ${trainingFigures(training)}
      <slnet-model-details .model=${model}></slnet-model-details>
      ${this.#modelButtons(session, state, busy)}
    `;
  }

  #goOnField(busy: boolean): TemplateResult {
    return html`<label class="check">
      <input
        type="checkbox"
        ?disabled=${busy}
        .checked=${this.goOn}
        @change=${(event: Event) => (this.goOn = isChecked(event))}
      />
      ${formStrings().goOn}
    </label>`;
  }

  #modelButtons(session: SlnetSession, { model }: SessionState, busy: boolean): TemplateResult {
    const texts = formStrings();
    return html`
      <label>
        ${texts.saveModelAs}
        <select
          id="model-kind"
          ?disabled=${model === null}
          @change=${(event: Event) => (this.modelKind = chosenValue(event) as ModelKind)}
        >
          ${modelKinds.map(
            ({ value, title }) => html`<option value=${value} .selected=${value === this.modelKind}>${title}</option>`,
          )}
        </select>
      </label>
      <div class="row">
        <button ?disabled=${busy} @click=${() => this.modelInput.click()}>${texts.loadModel}</button>
        <button
          ?disabled=${model === null}
          title=${model ? "" : texts.noModel}
          @click=${() => void session.saveModel(this.modelKind)}
        >
          ${texts.saveModel}
        </button>
        <input
          id="model-file"
          type="file"
          hidden
          aria-label=${texts.modelFile}
          @change=${() => this.#loadModel(session)}
        />
      </div>
    `;
  }

  #loadModel(session: SlnetSession): void {
    const file = this.modelInput.files?.[0];
    // Emptied, so that choosing the same file again is a change too.
    this.modelInput.value = "";
    if (file) void session.loadModel(file);
  }
}

/** The sparsity weight as set, also while another option is wrong; `null` where it is wrong itself. */
function checkedWeight({ options, optionErrors }: SessionState): number | null {
  const weight = options["sparsityWeight"] ?? defaultConfiguration.sparsityWeight;
  return typeof weight === "number" && !("sparsityWeight" in optionErrors) ? weight : null;
}

function trainingReason({ activity, stack, optionErrors }: SessionState): string {
  const texts = formStrings();
  if (activity !== "idle") return texts.busy;
  if (!stack) return texts.noStack;
  return Object.values(optionErrors)[0] ?? "";
}
