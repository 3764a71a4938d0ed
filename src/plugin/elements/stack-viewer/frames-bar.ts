import { html, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";

import { strings } from "../../strings/index.js";
import { icon } from "./icons.js";

const frameRates = [1, 5, 10, 15, 30, 60];

export interface FramesBar {
  readonly step: number;
  /** 0 without a layer. */
  readonly frames: number;
  readonly playing: boolean;
  readonly loop: boolean;
  readonly framesPerSecond: number;
  setStep(step: number): void;
  setPlaying(playing: boolean): void;
  setLoop(loop: boolean): void;
  setRate(framesPerSecond: number): void;
}

/** The controls of the frame that is shown. */
export function framesBar(bar: FramesBar): TemplateResult {
  const texts = strings().viewer;
  const last = Math.max(0, bar.frames - 1);
  const still = bar.frames < 2;
  return html`
    <button
      class="play"
      ?disabled=${still}
      aria-label=${bar.playing ? texts.pause : texts.play}
      title=${bar.playing ? texts.pauseHint : texts.playHint}
      @click=${() => bar.setPlaying(!bar.playing)}
    >
      ${icon(bar.playing ? "pause" : "play")}
    </button>
    <input
      type="range"
      aria-label=${texts.frame}
      min="0"
      max=${last}
      step="1"
      ?disabled=${still}
      .value=${live(String(bar.step))}
      @input=${(event: Event) => bar.setStep((event.target as HTMLInputElement).valueAsNumber)}
    />
    <span class="frame">
      <input
        type="number"
        aria-label=${texts.frameNumber}
        min="0"
        max=${last}
        ?disabled=${bar.frames === 0}
        .value=${live(String(bar.step))}
        @change=${(event: Event) => bar.setStep((event.target as HTMLInputElement).valueAsNumber)}
      />
      ${texts.ofFrames(last)}
    </span>
    <span class="pace">
      <button
        class="loop"
        aria-pressed=${bar.loop}
        aria-label=${texts.loop}
        title=${texts.loop}
        @click=${() => bar.setLoop(!bar.loop)}
      >
        ${icon("loop")}
      </button>
      <select
        class="rate"
        aria-label=${texts.rate}
        @change=${(event: Event) => bar.setRate(Number((event.target as HTMLSelectElement).value))}
      >
        ${frameRates.map(
          (rate) =>
            html`<option value=${rate} ?selected=${rate === bar.framesPerSecond}>
              ${texts.framesPerSecond(rate)}
            </option>`,
        )}
      </select>
    </span>
  `;
}
