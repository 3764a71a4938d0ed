import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { SlnetError } from "../../src/core/errors.js";
import { createRandom } from "../../src/core/random.js";
import { createRollingBall, rollingBallBackground } from "../../src/core/rolling-ball.js";

const [height, width] = [61, 84];
const radii = [1, 3.5, 5, 10, 20, 30, 50, 90, 100, 150];
const shrinkOf = (radius: number): number => (radius <= 10 ? 1 : radius <= 30 ? 2 : radius <= 100 ? 4 : 8);

function frameOf(value: (y: number, x: number) => number): Float32Array {
  return Float32Array.from({ length: height * width }, (_, i) => value(Math.floor(i / width), i % width));
}

function requireNear(found: Float32Array, expected: (y: number, x: number) => number, tolerance: number, what: string) {
  for (const [i, value] of found.entries()) {
    const [y, x] = [Math.floor(i / width), i % width];
    assert.ok(
      Math.abs(value - expected(y, x)) <= tolerance,
      `${what}, row ${y}, column ${x}: ${value}, ${expected(y, x)}`,
    );
  }
}

/** Half the width of the patch of the ball, by the rules of ImageJ; the frame is made no smaller up to a radius of 10. */
const reachOf = (radius: number): number => Math.round(radius - Math.floor(Math.floor(24 * radius) / 100));

/** A ball whose middle is at a place and height: its surface, as far as the patch goes. */
function ballHeight(radius: number, dy: number, dx: number): number {
  const reach = reachOf(radius);
  if (Math.max(Math.abs(dy), Math.abs(dx)) > reach) return -Infinity;
  return Math.sqrt(Math.max(0, radius ** 2 - dy ** 2 - dx ** 2));
}

/** What a ball reaches, by the definition: for each place of the ball, how high it gets; for each pixel, the highest. */
function definedBackground(frame: Float32Array, radius: number): Float32Array {
  const reach = reachOf(radius);
  const background = new Float32Array(frame.length).fill(-Infinity);
  for (let cy = -reach; cy < height + reach; cy++) {
    for (let cx = -reach; cx < width + reach; cx++) {
      let level = Infinity;
      const covered: [number, number][] = [];
      for (let y = Math.max(0, cy - reach); y <= Math.min(height - 1, cy + reach); y++) {
        for (let x = Math.max(0, cx - reach); x <= Math.min(width - 1, cx + reach); x++) {
          const rise = ballHeight(radius, y - cy, x - cx);
          covered.push([y * width + x, rise]);
          level = Math.min(level, (frame[y * width + x] ?? NaN) - rise);
        }
      }
      for (const [at, rise] of covered) background[at] = Math.max(background[at] ?? NaN, level + rise);
    }
  }
  return background;
}

describe("the background by a rolling ball", () => {
  it("of a flat frame is the frame", () => {
    for (const radius of radii) {
      requireNear(
        rollingBallBackground(
          frameOf(() => 137),
          height,
          width,
          radius,
        ),
        () => 137,
        1e-4,
        `radius ${radius}`,
      );
    }
  });

  it("of a ramp is the ramp, lower by half a square of pixels where the frame is made smaller", () => {
    for (const radius of radii) {
      const shrink = shrinkOf(radius);
      // Not steeper than the edge of any patch.
      const [down, right] = [0.11, 0.25];
      const ramp = (y: number, x: number): number => 500 + down * y + right * x;
      // Of the last square of a row or column some pixels may be missing; its least is the same.
      const lower = ((down + right) * (shrink - 1)) / 2;
      const found = rollingBallBackground(frameOf(ramp), height, width, radius);
      requireNear(found, (y, x) => ramp(y, x) - lower, 1e-3, `radius ${radius}`);
    }
  });

  it("of a landscape of balls is the landscape", () => {
    for (const radius of [5, 10]) {
      const middles = Array.from({ length: 30 }, (_, i) => [(i * 17) % height, (i * 29) % width, (i * 7) % 4] as const);
      const landscape = (y: number, x: number): number =>
        200 + Math.max(0, ...middles.map(([cy, cx, level]) => level + ballHeight(radius, y - cy, x - cx) - radius / 2));
      // The ground between is flat: a ball rests there too.
      requireNear(
        rollingBallBackground(frameOf(landscape), height, width, radius),
        landscape,
        1e-4,
        `radius ${radius}`,
      );
    }
  });

  it("has nothing of a spot but the cap of the ball that fits under it", () => {
    for (const radius of [5, 8, 10]) {
      for (const half of [0, 1, 2]) {
        const isSpot = (y: number, x: number): boolean => Math.max(Math.abs(y - 30), Math.abs(x - 40)) <= half;
        const found = rollingBallBackground(
          frameOf((y, x) => (isSpot(y, x) ? 900 : 100)),
          height,
          width,
          radius,
        );
        // The ball touches the ground at the nearest pixels outside: half + 1 away.
        const cap = radius - Math.sqrt(radius ** 2 - (half + 1) ** 2);
        assert.ok(Math.abs((found[30 * width + 40] ?? NaN) - (100 + cap)) < 1e-4, `radius ${radius}, spot ${half}`);
        found.forEach((value, i) => {
          const outside = !isSpot(Math.floor(i / width), i % width);
          assert.ok(value >= 100 - 1e-4 && value <= 100 + (outside ? 0 : cap) + 1e-4);
        });
      }
    }
  });

  it("has a plateau that is wider than the ball, and not one that is narrower, at each size of the frame", () => {
    for (const radius of [10, 20, 50]) {
      const [wide, narrow] = [radius === 50 ? 83 : 44, 3];
      for (const [size, level] of [
        [wide, 300],
        [narrow, 100],
      ] as const) {
        const isPlateau = (y: number, x: number): boolean => Math.abs(y - 30) < size / 2 && Math.abs(x - 40) < size / 2;
        const found = rollingBallBackground(
          frameOf((y, x) => (isPlateau(y, x) ? 300 : 100)),
          height,
          width,
          radius,
        );
        assert.ok(Math.abs((found[30 * width + 40] ?? NaN) - level) < 2, `radius ${radius}, ${size} pixels`);
      }
    }
  });

  it("is what the definition gives, for noise too, and lies nowhere above the frame", () => {
    const random = createRandom(3, "rolling ball");
    for (const radius of [1, 2, 4.4, 7]) {
      const frame = frameOf((y, x) => 100 + 20 * Math.sin(x / 9) * Math.cos(y / 13) + 8 * random.normal());
      const found = rollingBallBackground(frame, height, width, radius);
      const expected = definedBackground(frame, radius);
      requireNear(found, (y, x) => expected[y * width + x] ?? NaN, 1e-4, `radius ${radius}`);
      for (const [i, value] of found.entries()) assert.ok(value <= (frame[i] ?? NaN) + 1e-4);
    }
  });

  it("is found for frames of a single row, column or pixel, and again with the same ball", () => {
    for (const [rows, columns] of [
      [1, 1],
      [1, 50],
      [50, 1],
      [3, 7],
    ] as const) {
      for (const radius of radii) {
        const ball = createRollingBall(rows, columns, radius);
        const out = new Float32Array(rows * columns);
        for (const level of [40, 7, 65_535]) {
          for (const _ of ball.roll(new Uint16Array(rows * columns).fill(level), out));
          assert.ok(
            out.every((value) => Math.abs(value - level) < 1e-2),
            `${rows} × ${columns}, radius ${radius}`,
          );
        }
      }
    }
  });

  it("refuses a radius out of range", () => {
    for (const radius of [0, 0.5, -3, 501, NaN, Infinity]) {
      assert.throws(
        () => createRollingBall(height, width, radius),
        (error) =>
          error instanceof SlnetError &&
          error.code === "bad-input" &&
          error.message === `the radius of the rolling ball is ${radius} pixels, expected 1 to 500`,
      );
    }
  });
});
