/** Frames decomposed together, and most iterations of a decomposition. */
export const rpcaLimits = {
  groupFrames: { minimum: 2, maximum: 64 },
  iterations: { minimum: 1, maximum: 10_000 },
} as const;
