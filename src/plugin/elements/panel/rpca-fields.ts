import { html, nothing, type TemplateResult } from "lit";

import { rpcaLimits } from "../../../core/rpca-limits.js";
import type { RpcaMethodOptions } from "../../../protocol/api.js";
import { defaultRpca } from "../../session-requests.js";
import { formStrings } from "../../strings/panel-forms.js";
import { typedText } from "./field-events.js";

const keys = ["groupFrames", "iterations", "sparsityWeight"] as const;
type RpcaKey = (typeof keys)[number];

/** What is typed into the fields. */
export type RpcaTexts = Readonly<Record<RpcaKey, string>>;

export const defaultRpcaTexts: RpcaTexts = {
  groupFrames: String(defaultRpca.groupFrames),
  iterations: String(defaultRpca.iterations),
  sparsityWeight: "",
};

/** What was typed as options, and one sentence for each field that is wrong. */
export function parseRpca(typed: RpcaTexts): {
  readonly options: Pick<RpcaMethodOptions, RpcaKey>;
  readonly mistakes: Readonly<Partial<Record<RpcaKey, string>>>;
} {
  const { rpca: titles, wrongRpca } = formStrings();
  const mistakes: Partial<Record<RpcaKey, string>> = {};
  const whole = (key: keyof typeof rpcaLimits): number => {
    const { minimum, maximum } = rpcaLimits[key];
    const value = Number(typed[key]);
    const fits = Number.isInteger(value) && value >= minimum && value <= maximum;
    if (!fits) mistakes[key] = wrongRpca.whole(titles[key], minimum, maximum);
    return value;
  };
  const groupFrames = whole("groupFrames");
  const iterations = whole("iterations");
  const sparsityWeight = typed.sparsityWeight.trim() === "" ? null : Number(typed.sparsityWeight);
  if (sparsityWeight !== null && !(sparsityWeight > 0 && Number.isFinite(sparsityWeight))) {
    mistakes.sparsityWeight = wrongRpca.weight(titles.sparsityWeight);
  }
  return { options: { groupFrames, iterations, sparsityWeight }, mistakes };
}

/** @param reasonId - of the element that says what is wrong */
export function rpcaFields(
  typed: RpcaTexts,
  disabled: boolean,
  reasonId: string,
  change: (key: RpcaKey, text: string) => void,
): TemplateResult {
  const { rpca: titles, rpcaHints, automaticWeight } = formStrings();
  const { mistakes } = parseRpca(typed);
  return html`
    <div class="pair">
      ${keys.map(
        (key) => html`
          <label title=${rpcaHints[key]}>
            ${titles[key]}
            <input
              type="text"
              inputmode="decimal"
              autocomplete="off"
              placeholder=${key === "sparsityWeight" ? automaticWeight : nothing}
              ?disabled=${disabled}
              aria-invalid=${key in mistakes ? "true" : "false"}
              aria-describedby=${key in mistakes ? reasonId : nothing}
              .value=${typed[key]}
              @change=${(event: Event) => change(key, typedText(event))}
            />
          </label>
        `,
      )}
    </div>
  `;
}
