/**
 * Frames spread evenly over a recording, each in the middle of its share, so that the ends count as much as they are.
 *
 * @param frames - of the recording
 * @param count - how many are wanted; all where there are fewer
 * @returns ascending
 */
export function scoredFrames(frames: number, count: number): number[] {
  const taken = Math.min(frames, count);
  return Array.from({ length: taken }, (_, i) => Math.floor(((i + 0.5) * frames) / taken));
}
