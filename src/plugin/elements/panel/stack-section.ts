import { html, nothing, type TemplateResult } from "lit";

import type { SlnetSession } from "../../session.js";
import type { ChosenPart, SessionState } from "../../session-state.js";
import { stackFormatsText } from "../../stack-endings.js";
import { strings } from "../../strings/index.js";
import type { ChoiceEvent } from "./choice-form.js";
import type { MetadataChangeEvent } from "./metadata-form.js";
import { noticeList } from "./notice-list.js";
import type { OpenFilesEvent, OpenLayerEvent, OpenUrlEvent } from "./open-form.js";
import { chosenParts, stackDetails } from "./stack-details.js";
import { stepNumber } from "./step-number.js";

/**
 * Opens a stack and says what it is.
 *
 * @param leaveChoice - called in place of an answer to a choice, whose form goes away with it
 */
export function stackSection(
  session: SlnetSession,
  state: SessionState,
  leaveChoice: (act: () => void) => void,
): TemplateResult {
  const { stack, activity, choice } = state;
  const busy = activity !== "idle";
  const texts = strings().panel;
  return html`
    <section aria-labelledby="stack-title">
      <h3 id="stack-title" tabindex="-1">${stepNumber(1, stack !== null)} ${texts.stack}</h3>
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
              @choose=${({ detail }: ChoiceEvent) => leaveChoice(() => void session.choose(detail.index))}
              @dismiss=${() => leaveChoice(() => session.dismissChoice())}
            ></slnet-choice-form>`
          : nothing
      }
      ${stack ? openedStack(session, state, stack, busy) : html`<p class="drop">${texts.drop(stackFormatsText)}</p>`}
    </section>
  `;
}

function openedStack(
  session: SlnetSession,
  state: SessionState,
  stack: NonNullable<SessionState["stack"]>,
  busy: boolean,
): TemplateResult {
  const { chosen, metadata } = state;
  const changePart = (of: ChosenPart["of"], index: number): void => void session.changePart(of, index);
  return html`
    ${stackDetails(stack)} ${chosenParts(chosen, busy, changePart)}
    <slnet-metadata-form
      role="group"
      aria-label=${strings().panel.recording}
      .stack=${stack}
      .overrides=${metadata}
      ?disabled=${busy}
      @metadata-change=${({ detail }: MetadataChangeEvent) => session.describe({ [detail.key]: detail.value })}
    ></slnet-metadata-form>
    ${noticeList(stack.notices)}
    <slnet-survey-notes .session=${session} .state=${state}></slnet-survey-notes>
  `;
}
