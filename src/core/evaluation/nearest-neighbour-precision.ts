import { NeighbourGrid } from "./neighbour-grid.js";
import type { Positions } from "./positions.js";

/** Fewer distances than this say nothing. */
const leastDistances = 20;
const iterations = 500;

/**
 * Localization precision from molecules that are on in two frames running (NeNA): the distance d from each localization to
 * the nearest one of the next frame follows d/(2σ²) · exp(−d²/4σ²) where both are the same molecule, and grows linearly
 * with d where they are neighbours. Endesfelder et al., Histochemistry and Cell Biology 141 (2014), doi
 * 10.1007/s00418-014-1192-3. The two parts are told apart by expectation maximization in place of a fit to a histogram.
 *
 * The trap: it sees positions only, so a method that loses molecules or light is not punished for it, and a spot that stays
 * put without being a molecule makes it look better.
 *
 * @param reachNm - longest distance looked at; several times the precision expected. Default 200
 * @returns σ of one coordinate, in nm; `null` where too few molecules are on in two frames running
 */
export function nearestNeighbourPrecision(found: Positions, reachNm = 200): number | null {
  const distances = nextFrameDistances(found, reachNm);
  if (distances.length < leastDistances) return null;
  // 2σ² of the same molecule, begun at a quarter of the reach.
  let twoVariances = 2 * (reachNm / 8) ** 2;
  let shareSame = 0.5;
  for (let iteration = 0; iteration < iterations; iteration++) {
    let [weights, weightedSquares] = [0, 0];
    for (const d of distances) {
      const same = shareSame * (d / twoVariances) * Math.exp((-d * d) / (2 * twoVariances));
      const neighbour = ((1 - shareSame) * 2 * d) / (reachNm * reachNm);
      const weight = same / (same + neighbour);
      weights += weight;
      weightedSquares += weight * d * d;
    }
    if (weights === 0) return null;
    const next = weightedSquares / (2 * weights);
    shareSame = weights / distances.length;
    const isSettled = Math.abs(next - twoVariances) < 1e-9 * twoVariances;
    twoVariances = next;
    if (isSettled) break;
  }
  const isTold = twoVariances < (reachNm / 4) ** 2 && shareSame * distances.length >= leastDistances;
  return isTold ? Math.sqrt(twoVariances / 2) : null;
}

/** From each localization to the nearest one of the next frame, where that is within reach; above 0. */
function nextFrameDistances(found: Positions, reachNm: number): number[] {
  const { frame, xNm, yNm } = found;
  const distances: number[] = [];
  for (let start = 0; start < frame.length;) {
    let end = start;
    while (end < frame.length && frame[end] === frame[start]) end++;
    let nextEnd = end;
    while (nextEnd < frame.length && frame[nextEnd] === frame[start] + 1) nextEnd++;
    const grid = new NeighbourGrid(reachNm);
    for (let i = end; i < nextEnd; i++) grid.add(i, xNm[i], yNm[i]);
    for (let i = start; i < end; i++) {
      let nearest = Infinity;
      grid.visitNear(xNm[i], yNm[i], (j) => {
        nearest = Math.min(nearest, Math.hypot(xNm[j] - xNm[i], yNm[j] - yNm[i]));
      });
      if (nearest > 0 && nearest <= reachNm) distances.push(nearest);
    }
    start = end;
  }
  return distances;
}
