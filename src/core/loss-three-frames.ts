import type { LossSums } from "./loss-sums.js";
import { shrinkSingularValues, type ShrinkageOptions } from "./singular-value-shrinkage.js";

/**
 * Adds one crop of three frames, for a network without bias: the published network. The same sums as the general case,
 * held in registers, so that two passes over the crop are enough and nothing but the crop is read: 1.6 times as fast.
 *
 * The first pass gathers T_jki = Σ [D_j > 0]·D_k·x_i. The Gram matrix is G_jk = Σ_i W_ji·T_jki, and what the gradient
 * through it adds for W_ji is 2·Σ_k dG_jk·T_jki.
 *
 * @param x - `[3, pixels]`, in normalised counts
 * @param w - the composed matrix, `[3, 3]` row-major
 */
export function addThreeFrameItem(
  x: Float64Array,
  pixels: number,
  w: Float64Array,
  options: ShrinkageOptions & { readonly sparsityWeight: number },
  withGradient: boolean,
  sums: LossSums,
): void {
  const [w00, w01, w02, w10, w11, w12, w20, w21, w22] = w;
  const second = pixels;
  const third = 2 * pixels;
  const t = new Float64Array(27);
  // Over the pixels where all three channels are on, which are nearly all: common to T_0, T_1 and T_2.
  let p00 = 0, p01 = 0, p02 = 0, p10 = 0, p11 = 0, p12 = 0, p20 = 0, p21 = 0, p22 = 0; // prettier-ignore
  for (let i = 0; i < pixels; i++) {
    const x0 = x[i];
    const x1 = x[second + i];
    const x2 = x[third + i];
    const d0 = w00 * x0 + w01 * x1 + w02 * x2;
    const d1 = w10 * x0 + w11 * x1 + w12 * x2;
    const d2 = w20 * x0 + w21 * x1 + w22 * x2;
    if (d0 > 0 && d1 > 0 && d2 > 0) {
      p00 += d0 * x0;
      p01 += d0 * x1;
      p02 += d0 * x2;
      p10 += d1 * x0;
      p11 += d1 * x1;
      p12 += d1 * x2;
      p20 += d2 * x0;
      p21 += d2 * x1;
      p22 += d2 * x2;
    } else {
      const on0 = Math.max(d0, 0);
      const on1 = Math.max(d1, 0);
      const on2 = Math.max(d2, 0);
      if (d0 > 0) addProducts(t, 0, on0, on1, on2, x0, x1, x2);
      if (d1 > 0) addProducts(t, 9, on0, on1, on2, x0, x1, x2);
      if (d2 > 0) addProducts(t, 18, on0, on1, on2, x0, x1, x2);
    }
  }
  const common = [p00, p01, p02, p10, p11, p12, p20, p21, p22];
  for (let i = 0; i < 27; i++) t[i] += common[i % 9];

  const gram = new Float64Array(9);
  for (let j = 0; j < 3; j++) {
    for (let k = 0; k <= j; k++) {
      let product = 0;
      for (let i = 0; i < 3; i++) product += w[j * 3 + i] * t[j * 9 + k * 3 + i];
      gram[j * 3 + k] = product;
      gram[k * 3 + j] = product;
    }
  }
  const shrinkage = shrinkSingularValues(gram, 3, options);
  const [m00, m01, m02, m10, m11, m12, m20, m21, m22] = shrinkage.matrix;
  const alpha = options.sparsityWeight;
  let reconstruction = 0;
  let sparse = 0;
  let residual = 0;
  let kept = 0;
  // a = Σ g·Dᵀ with g = sign(R − x); q = Σ (dloss/dD, but for the way through G)·xᵀ.
  let a00 = 0, a01 = 0, a02 = 0, a10 = 0, a11 = 0, a12 = 0, a20 = 0, a21 = 0, a22 = 0; // prettier-ignore
  let q00 = 0, q01 = 0, q02 = 0, q10 = 0, q11 = 0, q12 = 0, q20 = 0, q21 = 0, q22 = 0; // prettier-ignore
  for (let i = 0; i < pixels; i++) {
    const x0 = x[i];
    const x1 = x[second + i];
    const x2 = x[third + i];
    const d0 = Math.max(0, w00 * x0 + w01 * x1 + w02 * x2);
    const d1 = Math.max(0, w10 * x0 + w11 * x1 + w12 * x2);
    const d2 = Math.max(0, w20 * x0 + w21 * x1 + w22 * x2);
    const r0 = m00 * d0 + m01 * d1 + m02 * d2 - x0;
    const r1 = m10 * d0 + m11 * d1 + m12 * d2 - x1;
    const r2 = m20 * d0 + m21 * d1 + m22 * d2 - x2;
    reconstruction += Math.abs(r0) + Math.abs(r1) + Math.abs(r2);
    const g0 = Math.sign(r0);
    const g1 = Math.sign(r1);
    const g2 = Math.sign(r2);
    a00 += g0 * d0;
    a01 += g0 * d1;
    a02 += g0 * d2;
    a10 += g1 * d0;
    a11 += g1 * d1;
    a12 += g1 * d2;
    a20 += g2 * d0;
    a21 += g2 * d1;
    a22 += g2 * d2;
    let s0 = m00 * g0 + m01 * g1 + m02 * g2;
    let s1 = m10 * g0 + m11 * g1 + m12 * g2;
    let s2 = m20 * g0 + m21 * g1 + m22 * g2;
    const e0 = x0 - d0;
    const e1 = x1 - d1;
    const e2 = x2 - d2;
    if (e0 > 0) {
      sparse += e0;
      kept++;
      s0 -= alpha;
    } else if (e0 < 0) {
      residual -= e0;
      s0 += 1;
    }
    if (e1 > 0) {
      sparse += e1;
      kept++;
      s1 -= alpha;
    } else if (e1 < 0) {
      residual -= e1;
      s1 += 1;
    }
    if (e2 > 0) {
      sparse += e2;
      kept++;
      s2 -= alpha;
    } else if (e2 < 0) {
      residual -= e2;
      s2 += 1;
    }
    if (d0 > 0) {
      q00 += s0 * x0;
      q01 += s0 * x1;
      q02 += s0 * x2;
    }
    if (d1 > 0) {
      q10 += s1 * x0;
      q11 += s1 * x1;
      q12 += s1 * x2;
    }
    if (d2 > 0) {
      q20 += s2 * x0;
      q21 += s2 * x1;
      q22 += s2 * x2;
    }
  }
  sums.reconstruction += reconstruction;
  sums.sparse += sparse;
  sums.residual += residual;
  sums.kept += kept;
  if (!withGradient) return;
  const gramGradient = shrinkage.gramGradient(Float64Array.of(a00, a01, a02, a10, a11, a12, a20, a21, a22));
  const direct = [q00, q01, q02, q10, q11, q12, q20, q21, q22];
  for (let j = 0; j < 3; j++) {
    for (let i = 0; i < 3; i++) {
      let slope = direct[j * 3 + i];
      for (let k = 0; k < 3; k++) slope += 2 * gramGradient[j * 3 + k] * t[j * 9 + k * 3 + i];
      sums.matrixGradient[j * 3 + i] += slope;
    }
  }
}

/** t[from + 3·k + i] += d_k·x_i */
function addProducts(
  t: Float64Array,
  from: number,
  d0: number,
  d1: number,
  d2: number,
  x0: number,
  x1: number,
  x2: number,
): void {
  t[from] += d0 * x0;
  t[from + 1] += d0 * x1;
  t[from + 2] += d0 * x2;
  t[from + 3] += d1 * x0;
  t[from + 4] += d1 * x1;
  t[from + 5] += d1 * x2;
  t[from + 6] += d2 * x0;
  t[from + 7] += d2 * x1;
  t[from + 8] += d2 * x2;
}
