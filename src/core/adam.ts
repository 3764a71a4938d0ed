/** What Adam remembers between updates. */
export interface AdamState {
  /** Updates done so far. */
  readonly step: number;
  /** Running means of the gradients, one array for each parameter, of its length. */
  readonly firstMoments: readonly Float64Array[];
  /** Running means of the squared gradients, likewise. */
  readonly secondMoments: readonly Float64Array[];
}

export interface AdamOptions {
  /** Above 0. */
  readonly learningRate: number;
}

// The defaults of the published settings, which are those of the method's paper.
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/** The state before the first update. */
export function createAdam(parameters: readonly Float64Array[]): AdamState {
  const zeros = (): Float64Array[] => parameters.map((parameter) => new Float64Array(parameter.length));
  return { step: 0, firstMoments: zeros(), secondMoments: zeros() };
}

/**
 * One update by Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015), with ε added after the bias
 * correction, as PyTorch does: p ← p − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε).
 *
 * @param parameters - changed in place
 * @param gradient - one array for each parameter, of its length
 * @param state - its moments are changed in place and go on living in the result; do not use it again
 * @returns the state after the update
 */
export function adamUpdate(
  parameters: readonly Float64Array[],
  gradient: readonly Float64Array[],
  state: AdamState,
  { learningRate }: AdamOptions,
): AdamState {
  const step = state.step + 1;
  const stepSize = learningRate / (1 - beta1 ** step);
  const secondCorrection = Math.sqrt(1 - beta2 ** step);
  for (let which = 0; which < parameters.length; which++) {
    const values = parameters[which];
    const slopes = gradient[which];
    const first = state.firstMoments[which];
    const second = state.secondMoments[which];
    for (let i = 0; i < values.length; i++) {
      const slope = slopes[i];
      first[i] += (1 - beta1) * (slope - first[i]);
      second[i] = beta2 * second[i] + (1 - beta2) * slope * slope;
      values[i] -= (stepSize * first[i]) / (Math.sqrt(second[i]) / secondCorrection + epsilon);
    }
  }
  return { step, firstMoments: state.firstMoments, secondMoments: state.secondMoments };
}
