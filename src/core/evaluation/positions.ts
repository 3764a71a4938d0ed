/** Localizations, or emitters of the truth, one entry of each array for each; sorted by frame. */
export interface Positions {
  readonly frame: ArrayLike<number>;
  /** From the left edge of the frame, in nm. */
  readonly xNm: ArrayLike<number>;
  /** From the top edge of the frame, in nm. */
  readonly yNm: ArrayLike<number>;
  readonly photons: ArrayLike<number>;
}
