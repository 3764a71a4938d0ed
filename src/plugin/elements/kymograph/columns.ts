import type { FrameRange, Profile } from "../../profile.js";

/** A picture of positions over frames. */
export interface KymographColumns {
  /** Frames that share a column at most. */
  readonly framesPerColumn: number;
  readonly width: number;
  readonly height: number;
  /** `[positions, columns]`: the brightest of the frames of a column; not-a-numbers are not there yet. */
  readonly samples: Float32Array;
}

/**
 * The picture of a part of a profile, with at most `maximumColumns` columns. Each is the brightest of its frames, so that
 * no blink is lost.
 *
 * @param values - `[frames, positions]` of the profile
 * @param range - frames of the profile, at least one
 */
export function kymographColumns(
  { from, positions }: Profile,
  values: Float32Array,
  [first, last]: FrameRange,
  maximumColumns: number,
): KymographColumns {
  const frames = last - first;
  const width = Math.min(frames, Math.max(1, Math.floor(maximumColumns)));
  const samples = new Float32Array(positions * width).fill(NaN);
  for (let frame = 0; frame < frames; frame++) {
    const column = Math.floor((frame * width) / frames);
    const row = (first - from + frame) * positions;
    for (let position = 0; position < positions; position++) {
      const value = values[row + position]!;
      const target = position * width + column;
      if (value > samples[target]! || Number.isNaN(samples[target])) samples[target] = value;
    }
  }
  return { framesPerColumn: Math.ceil(frames / width), width, height: positions, samples };
}
