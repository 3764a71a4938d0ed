import { encodeUint16 } from "../../core/io/encode-samples.js";
import type { OutputArray, OutputPlan, OutputPlans, SeparatedBlock } from "./engine.js";

/** Room for frames that are computed in float32 and then encoded as the plans want them. */
export class OutputBlock implements SeparatedBlock {
  readonly sparse: OutputArray | null;
  readonly lowRank: OutputArray | null;
  /** As computed, in ADU. */
  readonly sparseValues: Float32Array<ArrayBuffer> | null;
  readonly lowRankValues: Float32Array<ArrayBuffer> | null;
  readonly #plans: OutputPlans;

  /** @param length - in pixels */
  constructor(plans: OutputPlans, length: number) {
    this.#plans = plans;
    this.sparseValues = plans.sparse && new Float32Array(length);
    this.lowRankValues = plans.lowRank && new Float32Array(length);
    this.sparse = plans.sparse?.type === "uint16" ? new Uint16Array(length) : this.sparseValues;
    this.lowRank = plans.lowRank?.type === "uint16" ? new Uint16Array(length) : this.lowRankValues;
  }

  /** Encodes values [from, to). Returns how many did not fit and were set to the nearest limit. */
  encode(to: number, from = 0): number {
    return (
      encodePart(this.sparseValues, this.sparse, this.#plans.sparse, from, to) +
      encodePart(this.lowRankValues, this.lowRank, this.#plans.lowRank, from, to)
    );
  }
}

function encodePart(
  computed: Float32Array | null,
  out: OutputArray | null,
  plan: OutputPlan | null,
  from: number,
  to: number,
): number {
  if (!computed || !out || !plan) return 0;
  const values = computed.subarray(from, to);
  if (out instanceof Uint16Array) return encodeUint16(values, plan.offsetAdu, out.subarray(from, to));
  if (plan.offsetAdu !== 0) for (let i = 0; i < values.length; i++) values[i] += plan.offsetAdu;
  return 0;
}
