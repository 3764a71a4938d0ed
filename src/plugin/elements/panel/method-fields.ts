import { html, nothing, type TemplateResult } from "lit";

import { defaultMaskedWindowFrames, maskedWindowLimits } from "../../../core/masked-mean.js";
import { defaultMedianWindowFrames, medianWindowLimits } from "../../../core/running-median.js";
import type { CleaningMethod, CleaningOptions } from "../../../protocol/api.js";
import { usesModel } from "../../../protocol/cleaning-methods.js";
import type { CleanRequest } from "../../session-requests.js";
import { formStrings } from "../../strings/panel-forms.js";
import { chosenValue } from "./field-events.js";
import { defaultRpcaTexts, parseRpca, rpcaFields, type RpcaTexts } from "./rpca-fields.js";

/** The median of a window and that of the stack are two choices. */
export type PanelMethod = Exclude<CleaningMethod["type"], "minimum" | "rolling-ball"> | "whole-median";

/** What is chosen and typed about a way to clean. */
export interface MethodChoice {
  readonly method: PanelMethod;
  readonly medianWindowFrames: number;
  readonly maskWindowFrames: number;
  readonly tail: CleaningOptions["tail"];
  readonly rpcaTexts: RpcaTexts;
}

export const defaultMethodChoice: MethodChoice = {
  method: "slnet",
  medianWindowFrames: defaultMedianWindowFrames,
  maskWindowFrames: defaultMaskedWindowFrames,
  tail: "shift",
  rpcaTexts: defaultRpcaTexts,
};

type ChangeChoice = (patch: Partial<MethodChoice>) => void;

export function choiceRequest(choice: MethodChoice): Omit<CleanRequest, "lowRank"> {
  const { method, tail } = choice;
  switch (method) {
    case "slnet":
      return { method, tail };
    case "median":
      return { method, medianWindowFrames: choice.medianWindowFrames, tail };
    case "masked-mean":
      return { method, maskWindowFrames: choice.maskWindowFrames, tail };
    case "whole-median":
      return { method: "median", medianWindowFrames: 0, tail };
    case "rpca":
      return { method, rpca: parseRpca(choice.rpcaTexts).options, tail };
    default:
      return method satisfies never;
  }
}

export function choiceUsesModel({ method }: MethodChoice): boolean {
  return method !== "whole-median" && usesModel(method);
}

/** What is wrong with what was typed, one sentence; empty where nothing is. */
export function choiceMistake(choice: MethodChoice): string {
  if (choice.method === "rpca") return Object.values(parseRpca(choice.rpcaTexts).mistakes)[0] ?? "";
  const window = windowOf(choice);
  if (!window || isWithin(window.frames, window.limits)) return "";
  return formStrings().wrongMedianWindow(window.limits.minimum, window.limits.maximum);
}

/** The ways to clean, for a `select`. */
export function methodOptions(chosen: PanelMethod | null): readonly TemplateResult[] {
  return Object.entries(formStrings().methods).map(
    ([value, title]) => html`<option value=${value} ?selected=${chosen === value}>${title}</option>`,
  );
}

/**
 * The window of a method that has one.
 *
 * @param reasonId - of the element that says what is wrong
 */
export function windowField(
  choice: MethodChoice,
  disabled: boolean,
  reasonId: string,
  change: ChangeChoice,
): TemplateResult | typeof nothing {
  const window = windowOf(choice);
  if (!window) return nothing;
  const texts = formStrings();
  const { key, frames, limits } = window;
  const { minimum, maximum } = limits;
  const isWrong = !isWithin(frames, limits);
  const hint = key === "maskWindowFrames" ? texts.maskWindowHint : texts.medianWindowHint;
  return html`<label title=${hint(minimum, maximum)}>
    ${texts.medianWindow}
    <input
      type="number"
      min=${minimum}
      max=${maximum}
      step="1"
      ?disabled=${disabled}
      aria-invalid=${isWrong ? "true" : "false"}
      aria-describedby=${isWrong ? reasonId : nothing}
      .value=${String(frames)}
      @change=${(event: Event) => change({ [key]: (event.target as HTMLInputElement).valueAsNumber })}
    />
  </label>`;
}

export function tailField(choice: MethodChoice, disabled: boolean, change: ChangeChoice): TemplateResult {
  const texts = formStrings();
  return html`<label title=${texts.lastFramesHint}>
    ${texts.lastFrames}
    <select
      ?disabled=${disabled || !choiceUsesModel(choice)}
      @change=${(event: Event) => change({ tail: chosenValue(event) as CleaningOptions["tail"] })}
    >
      <option value="shift" ?selected=${choice.tail === "shift"}>${texts.tails.shift}</option>
      <option value="drop" ?selected=${choice.tail === "drop"}>${texts.tails.drop}</option>
    </select>
  </label>`;
}

/** The options of robust PCA, where that is chosen. */
export function decompositionFields(
  { method, rpcaTexts }: MethodChoice,
  disabled: boolean,
  reasonId: string,
  change: ChangeChoice,
): TemplateResult | typeof nothing {
  if (method !== "rpca") return nothing;
  return rpcaFields(rpcaTexts, disabled, reasonId, (key, text) => change({ rpcaTexts: { ...rpcaTexts, [key]: text } }));
}

interface Limits {
  readonly minimum: number;
  readonly maximum: number;
}

function windowOf({ method, medianWindowFrames, maskWindowFrames }: MethodChoice): {
  readonly key: "medianWindowFrames" | "maskWindowFrames";
  readonly frames: number;
  readonly limits: Limits;
} | null {
  if (method === "median") return { key: "medianWindowFrames", frames: medianWindowFrames, limits: medianWindowLimits };
  if (method !== "masked-mean") return null;
  return { key: "maskWindowFrames", frames: maskWindowFrames, limits: maskedWindowLimits };
}

function isWithin(frames: number, { minimum, maximum }: Limits): boolean {
  return Number.isInteger(frames) && frames >= minimum && frames <= maximum;
}
