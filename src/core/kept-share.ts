/** Of pixels without structure the loss fits the background to the (1+α)/(3+α) quantile, so this share stays above it. */
export function keptShare(sparsityWeight: number): number {
  return 2 / (3 + sparsityWeight);
}

/**
 * The sparsity weight α that keeps a share of the pixels: 2/share − 3, to four digits.
 *
 * @param share - above 0, at most 2/3, which α = 0 keeps
 */
export function sparsityWeightOf(share: number): number {
  return Number(Math.max(0, 2 / share - 3).toPrecision(4));
}
