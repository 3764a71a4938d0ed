import { html, nothing, type TemplateResult } from "lit";

import type { SlnetSession } from "../../session.js";
import type { SessionState } from "../../session-state.js";
import { strings } from "../../strings/index.js";
import { noticeList } from "./notice-list.js";

/** What is under way and how far it is, how the last action ended, and its error. */
export function statusSection(session: SlnetSession, state: SessionState): TemplateResult {
  const texts = strings().panel;
  const { activity, progress, error, paused } = state;
  const busy = activity !== "idle";
  return html`
    <section class="status" aria-label=${texts.status}>
      <div class="status-line">
        <strong>${paused ? texts.paused : texts.activities[activity]}</strong>
        <span class="row">
          <button
            ?hidden=${!busy || activity === "opening"}
            @click=${() => (paused ? session.resume() : session.pause())}
          >
            ${paused ? texts.resume : texts.pause}
          </button>
          <button ?hidden=${!busy} @click=${() => session.cancel()}>${texts.cancel}</button>
        </span>
      </div>
      <progress
        aria-label=${texts.progress}
        max="1"
        value=${progress ? progress.done / Math.max(1, progress.total) : busy ? nothing : 0}
      ></progress>
      <p class="figures">${statusText(state)}</p>
      ${
        error
          ? html`<div class="message error">
              <p role=${session.notifiesHost ? nothing : "alert"}>${error.message}</p>
              <button class="plain" aria-label=${texts.dismissError} @click=${() => session.dismissError()}>✕</button>
            </div>`
          : nothing
      }
      ${noticeList(state.notices)}
    </section>
  `;
}

/** The status as one sentence, which is also read out. */
export function statusText(state: SessionState): string {
  const texts = strings().panel;
  const { activity, progress, outcome, opening, choice } = state;
  if (activity === "idle" && choice) return texts.waitsForChoice;
  if (activity === "idle") return outcome ?? (state.stack ? "" : texts.openToBegin);
  if (activity === "opening") return openingText(opening);
  if (!progress) return texts.startingEngine;
  return texts.progressText(progress, activity === "training" ? "steps" : "frames");
}

function openingText(opening: SessionState["opening"]): string {
  const texts = strings().panel;
  if (!opening) return texts.readingFile;
  return opening.files === null ? texts.reading(opening.name) : texts.lookingThroughFolder(opening.files);
}
