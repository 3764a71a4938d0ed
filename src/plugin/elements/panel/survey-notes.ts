import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { defaultConfiguration } from "../../../core/configuration.js";
import type { SlnetSession } from "../../session.js";
import type { SessionState } from "../../session-state.js";
import { steeringStrings } from "../../strings/steering.js";
import { themeStyles } from "../theme.styles.js";
import { formStyles } from "./form.styles.js";
import { panelStyles } from "./panel.styles.js";
import { undoNote, type Undoable } from "./undo-note.js";

/** What a look at the open stack found: what is wrong with the recording, and which shifts suit it. */
export class SlnetSurveyNotes extends LitElement {
  static override styles = [themeStyles, panelStyles, formStyles];

  @property({ attribute: false }) session: SlnetSession | null = null;
  @property({ attribute: false }) state: SessionState | null = null;

  @state() private done: Undoable | null = null;
  /** Whether a person wanted the look at the stack that is open. */
  @state() private asked = false;
  #stack: SessionState["stack"] = null;

  protected override willUpdate(): void {
    const stack = this.state?.stack ?? null;
    if (stack === this.#stack) return;
    this.#stack = stack;
    this.asked = false;
    this.done = null;
  }

  override render(): TemplateResult | typeof nothing {
    const { session, state } = this;
    if (!session || !state?.stack) return nothing;
    const texts = steeringStrings();
    const { survey, surveyError } = state;
    if (surveyError !== null) return html`<div class="message"><p>${texts.lookFailed(surveyError)}</p></div>`;
    if (!survey && session.mayFetch && !this.asked) {
      return html`<div class="action">
        <button ?disabled=${state.activity !== "idle"} @click=${() => this.#look(session)}>${texts.look}</button>
        <span class="reason">${texts.lookFetches}</span>
      </div>`;
    }
    if (!survey) return html`<p class="muted">${texts.looking}</p>`;
    return html`
      ${survey.warnings.map((warning) => html`<div class="message"><p class="sentence">${warning}</p></div>`)}
      ${survey.warnings.length === 0 ? html`<p class="muted">${texts.nothingWrong(survey.framesRead)}</p>` : nothing}
      ${this.#shifts(session, state)} ${undoNote(this.done)}
    `;
  }

  #look(session: SlnetSession): void {
    this.asked = true;
    void session.survey();
  }

  #shifts(session: SlnetSession, state: SessionState): TemplateResult | typeof nothing {
    const texts = steeringStrings();
    const { suggestedShifts, onFrames } = state.survey ?? {};
    if (onFrames === null) return html`<p class="muted">${texts.onTimeUnknown}</p>`;
    if (!suggestedShifts) return nothing;
    const present = state.options["temporalShifts"] ?? defaultConfiguration.temporalShifts;
    if (JSON.stringify(present) === JSON.stringify(suggestedShifts)) {
      return html`<p class="muted">${texts.shiftsSuit(onFrames ?? null)}</p>`;
    }
    return html`<div class="action">
      <p>${texts.suggestedShifts(suggestedShifts, onFrames ?? null)}</p>
      <button ?disabled=${state.activity !== "idle"} @click=${() => this.#take(session, state, suggestedShifts)}>
        ${texts.takeShifts}
      </button>
    </div>`;
  }

  #take(session: SlnetSession, { options }: SessionState, temporalShifts: readonly number[]): void {
    const before = { temporalShifts: options["temporalShifts"], frameCount: options["frameCount"] };
    // A number of frames that was set for other shifts would contradict them.
    session.configure({ temporalShifts, frameCount: undefined });
    this.done = {
      text: steeringStrings().shiftsTaken,
      undo: () => {
        session.configure(before);
        this.done = null;
      },
    };
  }
}
