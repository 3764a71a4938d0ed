import { html, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";

import type { ViewerHost } from "../../host/contract.js";
import { strings } from "../../strings/index.js";
import type { FrameSteps } from "./frame-steps.js";
import { icon } from "./icons.js";

const frameRates = [1, 5, 10, 15, 30, 60];

/** The controls of the frame that is shown. */
export function framesBar({ step, frames }: ViewerHost["dims"], steps: FrameSteps): TemplateResult {
  const texts = strings().viewer;
  const last = Math.max(0, frames - 1);
  const still = frames < 2;
  return html`
    <button
      class="play"
      ?disabled=${still}
      aria-label=${steps.playing ? texts.pause : texts.play}
      title=${steps.playing ? texts.pauseHint : texts.playHint}
      @click=${() => (steps.playing = !steps.playing)}
    >
      ${icon(steps.playing ? "pause" : "play")}
    </button>
    <input
      type="range"
      aria-label=${texts.frame}
      min="0"
      max=${last}
      step="1"
      ?disabled=${still}
      .value=${live(String(step))}
      @input=${(event: Event) => steps.goTo((event.target as HTMLInputElement).valueAsNumber)}
    />
    <span class="frame">
      <input
        type="number"
        aria-label=${texts.frameNumber}
        min="0"
        max=${last}
        ?disabled=${frames === 0}
        .value=${live(String(step))}
        @change=${(event: Event) => steps.goTo((event.target as HTMLInputElement).valueAsNumber)}
      />
      ${texts.ofFrames(last)}
    </span>
    <span class="pace">
      <button
        class="loop"
        aria-pressed=${steps.loop}
        aria-label=${texts.loop}
        title=${texts.loop}
        @click=${() => (steps.loop = !steps.loop)}
      >
        ${icon("loop")}
      </button>
      <select
        class="rate"
        aria-label=${texts.rate}
        @change=${(event: Event) => (steps.framesPerSecond = Number((event.target as HTMLSelectElement).value))}
      >
        ${frameRates.map(
          (rate) =>
            html`<option value=${rate} ?selected=${rate === steps.framesPerSecond}>
              ${texts.framesPerSecond(rate)}
            </option>`,
        )}
      </select>
    </span>
  `;
}
