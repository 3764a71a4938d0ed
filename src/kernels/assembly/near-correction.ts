/**
 * Corrects the means of a long window by the frames near its middle, over tiles of 8 × 8 pixels; `core/near-correction.ts`
 * has the rule. Each step rounds as that code does, without fused multiplication.
 *
 * Sums of integers are exact, as float64 too: so no order of adding changes a bit.
 */

const half: i32 = 4;

/** Tiles across or down. */
function tileCount(size: i32): i32 {
  return max(1, (size + half) >> 3);
}

/** Bytes that {@link correctByNear} needs for itself. */
export function nearScratchBytes(width: i32, height: i32): i32 {
  const columns = tileCount(width);
  return tileCount(height) * columns * 24 + columns * 4;
}

/** Sums of the unmasked pixels of a frame, float64, for each tile. */
export function sumTilesUint8(frame: usize, mask: usize, width: i32, height: i32, out: usize): void {
  sumIntegers<u8>(frame, mask, width, height, out);
}

export function sumTilesUint16(frame: usize, mask: usize, width: i32, height: i32, out: usize): void {
  sumIntegers<u16>(frame, mask, width, height, out);
}

function sumIntegers<T>(frame: usize, mask: usize, width: i32, height: i32, out: usize): void {
  const columns = tileCount(width);
  const rows = tileCount(height);
  memory.fill(out, 0, (<usize>(columns * rows)) << 3);
  const whole = width & ~7;
  for (let row = 0; row < height; row++) {
    const tiles = out + ((<usize>(min(rows - 1, row >> 3) * columns)) << 3);
    const x = frame + <usize>(row * width) * sizeof<T>();
    const m = mask + <usize>(row * width);
    for (let column = 0; column < whole; column += 8) {
      const hidden = i16x8.extend_low_i8x16_s(v128.load64_zero(m + <usize>column));
      const at = x + <usize>column * sizeof<T>();
      const value = sizeof<T>() === 2 ? v128.load(at) : i16x8.extend_low_i8x16_u(v128.load64_zero(at));
      const four = i32x4.extadd_pairwise_i16x8_u(v128.andnot(value, hidden));
      addTo(tileAt(tiles, column, columns), <f64>sumOf(four));
    }
    for (let column = whole; column < width; column++) {
      if (load<u8>(m + <usize>column) !== 0) continue;
      addTo(tileAt(tiles, column, columns), <f64>load<T>(x + <usize>column * sizeof<T>()));
    }
  }
}

export function sumTilesFloat32(frame: usize, mask: usize, width: i32, height: i32, out: usize): void {
  const columns = tileCount(width);
  const rows = tileCount(height);
  memory.fill(out, 0, (<usize>(columns * rows)) << 3);
  for (let row = 0; row < height; row++) {
    const tiles = out + ((<usize>(min(rows - 1, row >> 3) * columns)) << 3);
    for (let column = 0; column < width; column++) {
      const pixel = <usize>(row * width + column);
      if (load<u8>(mask + pixel) !== 0) continue;
      addTo(tileAt(tiles, column, columns), <f64>load<f32>(frame + (pixel << 2)));
    }
  }
}

function tileAt(tiles: usize, column: i32, columns: i32): usize {
  return tiles + ((<usize>min(columns - 1, column >> 3)) << 3);
}

function addTo(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}

function sumOf(four: v128): i32 {
  const two = i32x4.add(four, v128.shuffle<i64>(four, four, 1, 1));
  return i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 1);
}

/** Takes a mask into the counts of unmasked frames, a byte for each pixel, and another one out of them, unless that is 0. */
export function countNear(counts: usize, entering: usize, leaving: usize, pixels: i32): void {
  const whole = pixels & ~15;
  const one = i8x16.splat(1);
  for (let i: usize = 0; i < <usize>whole; i += 16) {
    // Masks are −1 where masked, else 0.
    const mask = v128.load(entering + i);
    const change = leaving === 0 ? i8x16.add(mask, one) : i8x16.sub(mask, v128.load(leaving + i));
    v128.store(counts + i, i8x16.add(v128.load(counts + i), change));
  }
  for (let i: usize = <usize>whole; i < <usize>pixels; i++) {
    let count = <i32>load<u8>(counts + i) + (load<u8>(entering + i) === 0 ? 1 : 0);
    if (leaving !== 0 && load<u8>(leaving + i) === 0) count--;
    store<u8>(counts + i, <u8>count);
  }
}

/**
 * Adds to the means what those of the near frames differ from them by.
 *
 * @param means - address of float32, `[height, width]`
 * @param sums - address of the near frames' sums of tiles, float64
 * @param counts - address of what {@link countNear} counts
 * @param integers - whether the frames are
 * @param scratch - address of {@link nearScratchBytes} bytes
 */
export function correctByNear(
  means: usize,
  sums: usize,
  counts: usize,
  width: i32,
  height: i32,
  integers: bool,
  scratch: usize,
): void {
  const columns = tileCount(width);
  const rows = tileCount(height);
  const bytes = (<usize>(columns * rows)) << 3;
  const expected = scratch;
  const counted = expected + bytes;
  const differences = counted + bytes;
  const line = differences + bytes;
  memory.fill(expected, 0, 2 * bytes);
  for (let row = 0; row < height; row++) {
    const tiles = (<usize>(min(rows - 1, row >> 3) * columns)) << 3;
    const pixel = <usize>(row * width);
    const from = means + (pixel << 2);
    if (integers) expectIntegers(from, counts + pixel, width, columns, expected + tiles, counted + tiles);
    else expectFloats(from, counts + pixel, width, columns, expected + tiles, counted + tiles);
  }
  for (let tile: usize = 0; tile < bytes; tile += 8) {
    const count = load<f64>(counted + tile);
    const difference = count > 0 ? (load<f64>(sums + tile) - load<f64>(expected + tile)) / count : 0;
    store<f32>(differences + (tile >> 1), <f32>difference);
  }
  for (let row = 0; row < height; row++) {
    mixRows(differences, row, rows, columns, line);
    addLine(means + ((<usize>(row * width)) << 2), line, width, columns);
  }
}

/** Means of integers, as rounded to 1/256. */
function expectIntegers(from: usize, counts: usize, width: i32, columns: i32, expected: usize, counted: usize): void {
  const whole = width & ~7;
  for (let column = 0; column < whole; column += 8) {
    const count = i16x8.extend_low_i8x16_u(v128.load64_zero(counts + <usize>column));
    const at = from + ((<usize>column) << 2);
    // At most 60 frames times 65535 times 256: below 2^31.
    const low = i32x4.mul(i32x4.extend_low_i16x8_u(count), in256ths(v128.load(at)));
    const high = i32x4.mul(i32x4.extend_high_i16x8_u(count), in256ths(v128.load(at, 16)));
    const two = i64x2.add(
      i64x2.add(i64x2.extend_low_i32x4_s(low), i64x2.extend_high_i32x4_s(low)),
      i64x2.add(i64x2.extend_low_i32x4_s(high), i64x2.extend_high_i32x4_s(high)),
    );
    const sum = i64x2.extract_lane(two, 0) + i64x2.extract_lane(two, 1);
    addTo(tileAt(expected, column, columns), <f64>sum / 256);
    addTo(tileAt(counted, column, columns), <f64>sumOf(i32x4.extadd_pairwise_i16x8_u(count)));
  }
  for (let column = whole; column < width; column++) {
    const count = <f64>load<u8>(counts + <usize>column);
    const mean = <f64>nearest<f32>(load<f32>(from + ((<usize>column) << 2)) * 256) / 256;
    addTo(tileAt(expected, column, columns), count * mean);
    addTo(tileAt(counted, column, columns), count);
  }
}

function in256ths(values: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(values, f32x4.splat(256))));
}

function expectFloats(from: usize, counts: usize, width: i32, columns: i32, expected: usize, counted: usize): void {
  for (let column = 0; column < width; column++) {
    const count = <f64>load<u8>(counts + <usize>column);
    addTo(tileAt(expected, column, columns), count * <f64>load<f32>(from + ((<usize>column) << 2)));
    addTo(tileAt(counted, column, columns), count);
  }
}

/** The differences of a row of pixels at the middles of its tiles. */
function mixRows(differences: usize, row: i32, rows: i32, columns: i32, line: usize): void {
  const first = (row - half) >> 3;
  const upper = differences + ((<usize>(min(rows - 1, max(0, first)) * columns)) << 2);
  const lower = differences + ((<usize>(min(rows - 1, first + 1) * columns)) << 2);
  const share = shareOf(row);
  for (let at: usize = 0; at < (<usize>columns) << 2; at += 4) {
    store<f32>(line + at, load<f32>(upper + at) * (1 - share) + load<f32>(lower + at) * share);
  }
}

function addLine(means: usize, line: usize, width: i32, columns: i32): void {
  const whole = width & ~3;
  // Four pixels from a multiple of four on lie between the same middles.
  const near = f32x4(0.0625, 0.1875, 0.3125, 0.4375);
  const far = f32x4(0.5625, 0.6875, 0.8125, 0.9375);
  const one = f32x4.splat(1);
  for (let column = 0; column < whole; column += 4) {
    const share = (column & 4) !== 0 ? near : far;
    const first = v128.load32_splat(firstOf(line, column, columns));
    const second = v128.load32_splat(secondOf(line, column, columns));
    const change = f32x4.add(f32x4.mul(first, f32x4.sub(one, share)), f32x4.mul(second, share));
    const at = means + ((<usize>column) << 2);
    v128.store(at, f32x4.add(v128.load(at), change));
  }
  for (let column = whole; column < width; column++) {
    const share = shareOf(column);
    const first = load<f32>(firstOf(line, column, columns));
    const change = first * (1 - share) + load<f32>(secondOf(line, column, columns)) * share;
    const at = means + ((<usize>column) << 2);
    store<f32>(at, load<f32>(at) + change);
  }
}

function firstOf(line: usize, column: i32, columns: i32): usize {
  return line + ((<usize>min(columns - 1, max(0, (column - half) >> 3))) << 2);
}

function secondOf(line: usize, column: i32, columns: i32): usize {
  return line + ((<usize>min(columns - 1, ((column - half) >> 3) + 1)) << 2);
}

/** Of the second of two tiles, at a pixel between their middles. */
function shareOf(position: i32): f32 {
  return (<f32>((position - half) & 7) + 0.5) / 8;
}
