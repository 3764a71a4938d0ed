/**
 * Lanes in which order is compared: T is `u8` or `u16` for pixels stored so, and `i32` for float32 pixels, whose bits are
 * turned so that as signed integers they order like the numbers.
 */

/** Bytes of the pixels that are worked on together, a group. */
export const groupBytes: usize = 16;
/** Four groups, a line of the cache: frames are read, and medians written, so many pixels at a time. */
export const lineBytes: usize = 64;

export function low<T>(a: v128, b: v128): v128 {
  return v128.min<T>(a, b);
}

export function high<T>(a: v128, b: v128): v128 {
  return v128.max<T>(a, b);
}

/** The pixels at `at`, as lanes. */
function loadLanes<T>(at: usize): v128 {
  const pixels = v128.load(at);
  return isSigned<T>() ? turned(pixels) : pixels;
}

export function storeLanes<T>(at: usize, lanes: v128): void {
  v128.store(at, isSigned<T>() ? turned(lanes) : lanes);
}

/** Its own inverse: negative floats are stored as sign and magnitude, so their magnitude bits are flipped. */
function turned(bits: v128): v128 {
  return v128.xor(bits, i32x4.shr_u(i32x4.shr_s(bits, 31), 1));
}

/**
 * Copies the same line of some frames, so that each of its groups has its frames one behind the other.
 *
 * @param table - addresses of the frames, 4 bytes each
 * @param tableEnd - address behind the last
 * @param offset - of the line in a frame
 * @param to - where the first group goes
 * @param stride - bytes from there to the second group
 */
export function gatherLine<T>(table: usize, tableEnd: usize, offset: usize, to: usize, stride: usize): void {
  for (; table < tableEnd; table += 4, to += groupBytes) {
    const line = <usize>load<u32>(table) + offset;
    v128.store(to, loadLanes<T>(line));
    v128.store(to + stride, loadLanes<T>(line + 16));
    v128.store(to + 2 * stride, loadLanes<T>(line + 32));
    v128.store(to + 3 * stride, loadLanes<T>(line + 48));
  }
}

/**
 * Writes a line of some frames, from groups of which each has its frames one behind the other.
 *
 * @param from - address of the first group, `stride` bytes before the second
 * @param to - address of the line in the first frame
 * @param frameStride - bytes from one frame to the next
 */
export function scatterLine(from: usize, stride: usize, to: usize, frameStride: usize): void {
  for (const end = from + stride; from < end; from += groupBytes, to += frameStride) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from + stride), 16);
    v128.store(to, v128.load(from + 2 * stride), 32);
    v128.store(to, v128.load(from + 3 * stride), 48);
  }
}

/** At most, or at least, as large as every pixel. */
export function lowest<T>(): v128 {
  return isSigned<T>() ? i32x4.splat(i32.MIN_VALUE) : i32x4.splat(0);
}

export function highest<T>(): v128 {
  return isSigned<T>() ? i32x4.splat(i32.MAX_VALUE) : i32x4.splat(-1);
}
