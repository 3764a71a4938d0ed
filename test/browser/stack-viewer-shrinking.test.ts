import { expect, waitUntil } from "@open-wc/testing";

import type { SampleArray } from "../../src/core/frames.js";
import { coverageOf, shrinkFrame } from "../../src/plugin/elements/stack-viewer/shrink-frame.js";
import { ShrinkKernel } from "../../src/plugin/elements/stack-viewer/shrink-kernel.js";
import { ArrayFrames, StackViewerHarness } from "./stack-viewer-harness.js";

const side = 1900;
const renderers = ["webgl2", "2d"] as const;

/** A viewer whose stage is a good deal smaller than the image, with the image in it. */
async function show(
  renderer: (typeof renderers)[number],
  samples: SampleArray,
  limits: readonly [number, number],
): Promise<StackViewerHarness> {
  const harness = await StackViewerHarness.create({ renderer, width: 232 + 640, height: 560 });
  await shrinks(harness);
  const source = Object.assign(new ArrayFrames(side, side, [samples]), {
    type: samples instanceof Float32Array ? "float32" : "uint16",
  });
  await harness.add(source, "Fine", limits);
  expect(harness.viewer.drawnBy).to.equal(renderer);
  return harness;
}

/** Waits until the viewer has loaded what it shrinks frames with: until a comb of columns is grey. */
async function shrinks(harness: StackViewerHarness): Promise<void> {
  const comb = Uint16Array.from({ length: side * side }, (_, i) => ((i % side) % 2) * 255);
  const id = await harness.add(new ArrayFrames(side, side, [comb]), "Comb");
  const isGrey = (): boolean => {
    const [grey] = harness.colourAt(0.5, 0.5);
    return grey! > 50 && grey! < 200;
  };
  await waitUntil(isGrey, "frames are shrunken", { timeout: 20_000 });
  harness.viewer.host.layers.remove(id);
}

/** Where the fitted image lies on the canvas, and how many of its pixels one of the screen covers each way. */
function fitted({ canvas }: StackViewerHarness): {
  readonly left: number;
  readonly top: number;
  readonly step: number;
} {
  const scale = Math.min(canvas.width, canvas.height) / side;
  const start = (size: number): number => Math.round((size - side * scale) / 2);
  return { left: start(canvas.width), top: start(canvas.height), step: 1 / scale };
}

function level({ data, width }: ImageData, x: number, y: number): number {
  return data[4 * (y * width + x)]!;
}

/** Levels in the image, an edge of it left out. */
function levelsInside(harness: StackViewerHarness): readonly number[] {
  const { drawing } = harness;
  const { left, top, step } = fitted(harness);
  const levels: number[] = [];
  const size = Math.floor(side / step) - 2;
  for (let y = 1; y < size; y++) for (let x = 1; x < size; x++) levels.push(level(drawing, left + x, top + y));
  return levels;
}

describe("an image that is larger than its place in the stack viewer", () => {
  for (const renderer of renderers) {
    it(`keeps each single bright pixel, with all of its light (${renderer})`, async () => {
      const samples = new Uint16Array(side * side);
      const spots = Array.from({ length: 18 * 18 }, (_, i) => [50 + 101 * (i % 18), 47 + 103 * Math.floor(i / 18)]);
      for (const [x, y] of spots) samples[y! * side + x!] = 40_000;
      const probe = await show(renderer, samples, [0, 40_000]);
      const { left, top, step } = fitted(probe);
      expect(step).to.be.above(3);
      // A spot alone in one pixel of the screen is white then.
      probe.viewer.host.layers.update(probe.viewer.host.layers.activeId!, { contrastLimits: [0, 40_000 / step ** 2] });
      await probe.drawn();
      const { drawing } = probe;
      for (const [x, y] of spots) {
        const [column, row] = [left + Math.floor(x! / step), top + Math.floor(y! / step)];
        let light = 0;
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++) light += level(drawing, column + dx, row + dy);
        expect(light, `x ${x}, y ${y}`).to.be.closeTo(255, 3);
      }
    });

    it(`shows a comb of single columns as even grey (${renderer})`, async () => {
      const samples = Uint16Array.from({ length: side * side }, (_, i) => ((i % side) % 2) * 1000);
      const harness = await show(renderer, samples, [0, 1000]);
      const { step } = fitted(harness);
      // At most half a column more or less than half of them.
      const farthest = (255 * 0.5) / step + 1;
      for (const grey of levelsInside(harness)) expect(grey).to.be.closeTo(127.5, farthest);
    });

    it(`averages values and not colours (${renderer})`, async () => {
      const samples = Uint16Array.from({ length: side * side }, (_, i) => ((i % side) % 2) * 1000);
      const harness = await show(renderer, samples, [800, 1000]);
      expect(Math.max(...new Set(levelsInside(harness))), "500 on average is below the black level").to.equal(0);
    });

    it(`does not let gaps spread (${renderer})`, async () => {
      const samples = new Float32Array(side * side).fill(100);
      for (let y = 20; y < side; y += 40) for (let x = 20; x < side; x += 40) samples[y * side + x] = NaN;
      const [from, to] = [800, 1000];
      for (let y = from; y < to; y++) samples.fill(NaN, y * side + from, y * side + to);
      const harness = await show(renderer, samples, [0, 200]);
      const { drawing } = harness;
      const { left, top, step } = fitted(harness);
      const inHole = (at: number): boolean => at >= from / step && at + 1 <= to / step;
      const touchesHole = (at: number): boolean => at + 1 > from / step && at < to / step;
      const size = Math.floor(side / step);
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const grey = level(drawing, left + x, top + y);
          if (inHole(x) && inHole(y)) expect(grey, `x ${x}, y ${y}`).to.equal(0);
          else if (!touchesHole(x) || !touchesHole(y)) expect(grey, `x ${x}, y ${y}`).to.equal(128);
        }
      }
    });

    it(`looks the same wherever it is moved to (${renderer})`, async () => {
      let state = 3;
      const samples = Uint16Array.from({ length: side * side }, () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state >>> 16;
      });
      const harness = await show(renderer, samples, [20_000, 45_000]);
      for (const key of ["+", "+"]) await harness.press(key);
      const before = harness.drawing;
      await harness.press("ArrowRight", { altKey: true });
      const after = harness.drawing;
      const moved = 48 * devicePixelRatio;
      const { width, height } = before;
      let different = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width - moved; x++) if (level(before, x + moved, y) !== level(after, x, y)) different++;
      }
      expect(new Set(after.data).size, "it is a picture of something").to.be.above(50);
      expect(different).to.equal(0);
    });
  }

  it("is the same in both ways of drawing", async () => {
    const samples = Float32Array.from({ length: side * side }, (_, i) => Math.sin(i * i) + (i % 977) / 977);
    const drawings: ImageData[] = [];
    for (const renderer of renderers) {
      const harness = await show(renderer, samples, [-0.5, 1.5]);
      await harness.press("+");
      drawings.push(harness.drawing);
    }
    const [webGl, flat] = drawings;
    expect(new Set(flat!.data).size).to.be.above(50);
    expect(webGl!.data.every((value, i) => value === flat!.data[i])).to.equal(true);
  });

  it("stays a sharp square for each pixel where it is magnified", async () => {
    const harness = await StackViewerHarness.create({ renderer: "2d" });
    await harness.add(new ArrayFrames(2, 2, [Uint16Array.of(0, 255, 255, 0)]), "Large");
    expect([...new Set(harness.drawing.data)].sort()).to.deep.equal([0, 255]);
  });
});

const kernel = ShrinkKernel.create();

it("has a kernel to shrink frames with", () => expect(kernel).not.to.equal(null));

for (const [by, used] of [
  ["the kernel", kernel],
  ["plain JavaScript", null],
] as const) {
  describe(`the mean of what pixels of the screen cover, by ${by}`, () => {
    const mean = (values: readonly number[], width: number, step: number, down = step): number[] => {
      const height = values.length / width;
      const [columns, rows] = [Math.ceil(width / step - 0.5), Math.ceil(height / down - 0.5)];
      const out = new Float32Array(rows * columns);
      const frame = { samples: Float32Array.from(values), width };
      shrinkFrame(frame, coverageOf(height, down, 0, rows), coverageOf(width, step, 0, columns), out, used);
      return [...out];
    };

    it("is that of whole pixels where these fit", () => {
      expect(mean([1, 2, 3, 4, 5, 6, 7, 8], 4, 2)).to.deep.equal([3.5, 5.5]);
      expect(mean([1, 2, 3, 4, 5, 6, 7, 8, 9], 3, 3)).to.deep.equal([5]);
    });

    it("weights a pixel by the part that is covered", () => {
      expect(mean([1, 10, 100], 3, 1.5, 1)).to.deep.equal([Math.fround((1 + 5) / 1.5), Math.fround((5 + 100) / 1.5)]);
      expect(mean([1, 10, 100], 1, 1, 1.5)).to.deep.equal([4, 70]);
    });

    it("keeps the direction that is magnified as it is", () => {
      expect(mean([1, 3, 5, 7], 4, 2, 0.5)).to.deep.equal([2, 6, 2, 6]);
    });

    it("leaves out what is not a number, and is none where there is nothing else", () => {
      expect(mean([NaN, 2, NaN, NaN, 4, 6, NaN, NaN], 4, 2)).to.deep.equal([4, NaN]);
    });

    it("is infinite only where something infinite is covered", () => {
      expect(mean([1, 2, Infinity, 4, 5, 6], 6, 2, 1)).to.deep.equal([1.5, Infinity, 5.5]);
    });

    it("agrees with plain arithmetic at any scale and offset", () => {
      const [height, width] = [23, 31];
      const samples = Uint16Array.from({ length: height * width }, (_, i) => (i * 7919) % 1009);
      for (const step of [1.01, 1.37, 2, 2.71, 7.3, 40]) {
        const first = 1 / step > 0.5 ? 3 : 0;
        const [rows, columns] = [height, width].map((size) => Math.max(1, Math.ceil(size / step - 0.5) - first));
        const out = new Float32Array(rows! * columns!);
        const down = coverageOf(height, step, first, rows!);
        const across = coverageOf(width, step, first, columns!);
        shrinkFrame({ samples, width }, down, across, out, used);
        const share = (at: number, pixel: number): number =>
          Math.max(0, Math.min(pixel + 1, (at + 1) * step) - Math.max(pixel, at * step));
        out.forEach((value, i) => {
          const [row, column] = [first + Math.floor(i / columns!), first + (i % columns!)];
          let [sum, total] = [0, 0];
          samples.forEach((sample, at) => {
            const weight = share(row, Math.floor(at / width)) * share(column, at % width);
            sum += weight * sample;
            total += weight;
          });
          expect(value, `step ${step}, row ${row}, column ${column}`).to.be.closeTo(sum / total, 0.01);
        });
      }
    });
  });
}

describe("the kernel that shrinks frames", () => {
  it("gives what plain JavaScript gives, to the last bit, for every type, size and part of a frame", () => {
    let state = 5;
    const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    for (const [type, largest] of [
      [Uint8Array, 255],
      [Uint16Array, 65_535],
      [Float32Array, 1],
    ] as const) {
      // From small to large and back: it keeps its memory.
      for (const [height, width, step] of [
        [9, 13, 1.1],
        [300, 700, 2.05],
        [90, 4000, 29.3],
        [40, 33, 1.9],
      ] as const) {
        const samples = new type(height * width).map(() => random() * largest);
        const first = Math.floor((0.2 * Math.min(height, width)) / step);
        const across = coverageOf(width, step, first, Math.floor((0.7 * width) / step) - first + 1);
        const down = coverageOf(height, step, first, Math.floor((0.9 * height) / step) - first + 1);
        const size = across.from.length * down.from.length;
        const [fast, plain] = [new Float32Array(size), new Float32Array(size)];
        shrinkFrame({ samples, width }, down, across, fast, kernel);
        shrinkFrame({ samples, width }, down, across, plain, null);
        expect(fast, `${type.name} ${height} × ${width}, step ${step}`).to.deep.equal(plain);
        expect(new Set(plain).size).to.be.above(size / 8);
      }
    }
  });
});
