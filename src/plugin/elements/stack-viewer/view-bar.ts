import { html, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";

import type { PickedShape } from "../../host/contract.js";
import { strings } from "../../strings/index.js";
import { icon } from "./icons.js";
import type { Look } from "./look.js";
import type { Arrangement } from "./panes.js";
import { keyZoom } from "./viewer-keys.js";

const arrangements: readonly Arrangement[] = ["one", "side", "swipe"];
const shapeKinds: readonly PickedShape["kind"][] = ["point", "line", "rectangle"];

/** The controls of how the layers are looked at. */
export function viewBar(
  look: Look,
  armed: PickedShape["kind"] | null,
  arm: (kind: PickedShape["kind"] | null) => void,
): TemplateResult {
  return html`${arrangementChoice(look)}${zoomButtons(look)}${shapeButtons(look, armed, arm)}`;
}

function arrangementChoice(look: Look): TemplateResult {
  const texts = strings().viewer;
  return html`<div class="choice" role="radiogroup" aria-label=${texts.arrangement}>
    ${arrangements.map(
      (arrangement) =>
        html`<label title=${texts.arrangementHints[arrangement]}>
          <input
            type="radio"
            name="arrangement"
            class="visually-hidden"
            value=${arrangement}
            .checked=${live(arrangement === look.arrangement)}
            @change=${() => (look.arrangement = arrangement)}
          />
          <span>${texts.arrangements[arrangement]}</span>
        </label>`,
    )}
  </div>`;
}

function zoomButtons(look: Look): TemplateResult {
  const texts = strings().viewer;
  const { scale } = look;
  const none = scale === null;
  return html`<div class="buttons" role="group" aria-label=${texts.zoom}>
    <button
      ?disabled=${none}
      aria-label=${texts.zoomOut}
      title=${texts.zoomOutHint}
      @click=${() => look.zoomBy(1 / keyZoom)}
    >
      −
    </button>
    <span class="zoom">${none ? "" : texts.percent(Math.round(scale * 100))}</span>
    <button ?disabled=${none} aria-label=${texts.zoomIn} title=${texts.zoomInHint} @click=${() => look.zoomBy(keyZoom)}>
      +
    </button>
    <button ?disabled=${none} aria-pressed=${look.fitted} title=${texts.fitHint} @click=${() => look.fit()}>
      ${texts.fit}
    </button>
    <button ?disabled=${none} title=${texts.oneToOneHint} @click=${() => look.oneToOne()}>${texts.oneToOne}</button>
  </div>`;
}

function shapeButtons(
  look: Look,
  armed: PickedShape["kind"] | null,
  arm: (kind: PickedShape["kind"] | null) => void,
): TemplateResult {
  const texts = strings().viewer;
  return html`<div class="buttons" role="group" aria-label=${texts.shapes}>
    ${shapeKinds.map(
      (kind) =>
        html`<button
          class="tool"
          ?disabled=${look.image === null}
          aria-pressed=${kind === armed}
          aria-label=${texts.shape[kind]}
          title=${texts.shapeHints[kind]}
          @click=${() => arm(kind === armed ? null : kind)}
        >
          ${icon(kind)}
        </button>`,
    )}
  </div>`;
}
