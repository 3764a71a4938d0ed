import { high, low, storeLanes } from "./running-median-lanes";
import { cleanRuns, storeCleanedFour } from "./running-median-merge";

/**
 * The middle n of a sorted run of 2n and another of n, sorted: what is left when the n smallest and the n largest of the
 * 3n go.
 *
 * @param run - address of the 2n
 * @param added - address of the n
 * @param n - at least 4
 * @param to - written; neither of the other two
 */
export function selectMiddle<T>(run: usize, added: usize, n: i32, to: usize): void {
  if (n === 4) {
    selectMiddleFour<T>(run, added, to);
    return;
  }
  const half = (<usize>n) << 4;
  const stride = half >> 3;
  // Of the lower half and the added, the n largest.
  let y = added + half - 16;
  for (let x: usize = 0; x < stride; x += 16, y -= 16) {
    const at = run + x;
    const x0 = high<T>(v128.load(at), v128.load(y));
    const x1 = high<T>(v128.load(at + stride), v128.load(y - stride));
    const x2 = high<T>(v128.load(at + 2 * stride), v128.load(y - 2 * stride));
    const x3 = high<T>(v128.load(at + 3 * stride), v128.load(y - 3 * stride));
    const x4 = high<T>(v128.load(at + 4 * stride), v128.load(y - 4 * stride));
    const x5 = high<T>(v128.load(at + 5 * stride), v128.load(y - 5 * stride));
    const x6 = high<T>(v128.load(at + 6 * stride), v128.load(y - 6 * stride));
    const x7 = high<T>(v128.load(at + 7 * stride), v128.load(y - 7 * stride));
    storeCleanedFour<T>(to + x, stride, low<T>(x0, x4), low<T>(x1, x5), low<T>(x2, x6), low<T>(x3, x7));
    storeCleanedFour<T>(
      to + x + 4 * stride,
      stride,
      high<T>(x0, x4),
      high<T>(x1, x5),
      high<T>(x2, x6),
      high<T>(x3, x7),
    );
  }
  cleanRuns<T>(to, n, n >> 3);
  // Of these and the upper half, the n smallest.
  y = run + 2 * half - 16;
  for (let x: usize = 0; x < stride; x += 16, y -= 16) {
    const at = to + x;
    const x0 = low<T>(v128.load(at), v128.load(y));
    const x1 = low<T>(v128.load(at + stride), v128.load(y - stride));
    const x2 = low<T>(v128.load(at + 2 * stride), v128.load(y - 2 * stride));
    const x3 = low<T>(v128.load(at + 3 * stride), v128.load(y - 3 * stride));
    const x4 = low<T>(v128.load(at + 4 * stride), v128.load(y - 4 * stride));
    const x5 = low<T>(v128.load(at + 5 * stride), v128.load(y - 5 * stride));
    const x6 = low<T>(v128.load(at + 6 * stride), v128.load(y - 6 * stride));
    const x7 = low<T>(v128.load(at + 7 * stride), v128.load(y - 7 * stride));
    storeCleanedFour<T>(at, stride, low<T>(x0, x4), low<T>(x1, x5), low<T>(x2, x6), low<T>(x3, x7));
    storeCleanedFour<T>(at + 4 * stride, stride, high<T>(x0, x4), high<T>(x1, x5), high<T>(x2, x6), high<T>(x3, x7));
  }
  cleanRuns<T>(to, n, n >> 3);
}

function selectMiddleFour<T>(run: usize, added: usize, to: usize): void {
  const x0 = high<T>(v128.load(run), v128.load(added, 48));
  const x1 = high<T>(v128.load(run, 16), v128.load(added, 32));
  const x2 = high<T>(v128.load(run, 32), v128.load(added, 16));
  const x3 = high<T>(v128.load(run, 48), v128.load(added));
  const a0 = low<T>(x0, x2);
  const a1 = low<T>(x1, x3);
  const a2 = high<T>(x0, x2);
  const a3 = high<T>(x1, x3);
  const b0 = low<T>(low<T>(a0, a1), v128.load(run, 112));
  const b1 = low<T>(high<T>(a0, a1), v128.load(run, 96));
  const b2 = low<T>(low<T>(a2, a3), v128.load(run, 80));
  const b3 = low<T>(high<T>(a2, a3), v128.load(run, 64));
  const c0 = low<T>(b0, b2);
  const c1 = low<T>(b1, b3);
  const c2 = high<T>(b0, b2);
  const c3 = high<T>(b1, b3);
  v128.store(to, low<T>(c0, c1));
  v128.store(to, high<T>(c0, c1), 16);
  v128.store(to, low<T>(c2, c3), 32);
  v128.store(to, high<T>(c2, c3), 48);
}

/**
 * Medians of four windows, from the four values that are left for them and the frames that they do not share.
 *
 * @param run - address of the four values, sorted
 * @param before - of the frame before the core that only the first window has, and of those that it shares with the next two
 * @param behind - of the frame behind the core that the last three windows have, and of those that fewer have
 * @param out - where the medians go, as pixels
 */
export function selectFour<T>(run: usize, before: usize, behind: usize, out: usize): void {
  const x0 = v128.load(run);
  const x1 = v128.load(run, 16);
  const x2 = v128.load(run, 32);
  const x3 = v128.load(run, 48);
  const behind0 = v128.load(behind);
  const before2 = v128.load(before, 32);

  let added0 = low<T>(v128.load(before, 16), before2);
  let added1 = high<T>(v128.load(before, 16), before2);
  let y0 = high<T>(x0, added1);
  let y1 = high<T>(x1, added0);
  let z0 = low<T>(low<T>(y0, y1), x3);
  let z1 = low<T>(high<T>(y0, y1), x2);
  storeMiddle<T>(out, z0, z1, v128.load(before));
  storeMiddle<T>(out + 16, z0, z1, behind0);

  added0 = low<T>(behind0, v128.load(behind, 16));
  added1 = high<T>(behind0, v128.load(behind, 16));
  y0 = high<T>(x0, added1);
  y1 = high<T>(x1, added0);
  z0 = low<T>(low<T>(y0, y1), x3);
  z1 = low<T>(high<T>(y0, y1), x2);
  storeMiddle<T>(out + 32, z0, z1, before2);
  storeMiddle<T>(out + 48, z0, z1, v128.load(behind, 32));
}

/** The middle of three. */
function storeMiddle<T>(out: usize, a: v128, b: v128, c: v128): void {
  storeLanes<T>(out, high<T>(low<T>(a, b), low<T>(high<T>(a, b), c)));
}
