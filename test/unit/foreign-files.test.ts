/** Files that other programs wrote, compared with what those programs read from them. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { isSlnetError, type SlnetErrorCode } from "../../src/core/errors.js";
import { createSamples, framePixels, type StackReader, type StackSelection } from "../../src/core/frames.js";
import type { StoredType } from "../../src/core/io/stored-samples.js";
import { nodePlatform } from "../../src/worker/platform/node.js";
import { openStack } from "../../src/worker/readers/open-stack.js";

/** Of the stored values of a frame. */
interface FrameStatistics {
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Sum of value × (index + 1): pixels in other places change it. */
  readonly moment: number;
}

interface ExpectedStack {
  readonly shape: readonly [frames: number, height: number, width: number];
  readonly storedType: StoredType;
  readonly first: FrameStatistics;
  readonly last: FrameStatistics;
  readonly pixelSizeNm?: number;
  readonly frameIntervalSeconds?: number;
  readonly exposureSeconds?: number;
  /** Another decoder may be a count or two off. */
  readonly lossy?: boolean;
}

/** A record of `expected.json`; `test/files/README.md` describes it. */
type Expectation = {
  readonly file: string;
  readonly selection?: StackSelection;
} & (
  | (ExpectedStack & { readonly readBy: string; readonly mayRefuse?: readonly SlnetErrorCode[] })
  | { readonly refused: readonly SlnetErrorCode[]; readonly choices?: Readonly<Record<string, number>> }
);

// The same depth from the source as from build/test/unit, one folder further down.
const root = new URL("../../../", import.meta.url);
const files = new URL("test/files/", root);
const assets = new URL("dist/assets/", root).href;

/** Beside the project where there are some; never copied into it. The numbers are tifffile's. */
const recordings = new URL("../shared/data/", root);
const recorded: Readonly<Record<string, ExpectedStack>> = {
  "nucleus-spt-100x102x108-u16.tif": {
    shape: [100, 102, 108],
    storedType: "uint16",
    first: { sum: 21032290, min: 244, max: 8464, moment: 112302708880 },
    last: { sum: 8665969, min: 171, max: 4484, moment: 49658721454 },
    pixelSizeNm: 160,
  },
  "microtubule-storm-626x16x16-u16.tif": {
    shape: [626, 16, 16],
    storedType: "uint16",
    first: { sum: 100997, min: 206, max: 873, moment: 12928176 },
    last: { sum: 91637, min: 130, max: 1285, moment: 12659774 },
  },
  "storm-cells-5x256x256-u16.tif": {
    shape: [5, 256, 256],
    storedType: "uint16",
    first: { sum: 9459173, min: 104, max: 639, moment: 304120848713 },
    last: { sum: 9390563, min: 100, max: 853, moment: 302918679311 },
  },
  "simulated-tubes-hd-361x64x64-u16.tif": {
    shape: [361, 64, 64],
    storedType: "uint16",
    first: { sum: 762987, min: 93, max: 831, moment: 1583571365 },
    last: { sum: 766900, min: 99, max: 912, moment: 1597038444 },
  },
};

const expectations = JSON.parse(readFileSync(new URL("expected.json", files), "utf8")) as readonly Expectation[];

for (const expectation of expectations) {
  const { file, selection = {} } = expectation;
  const path = fileURLToPath(new URL(file, files));
  const chosen = Object.entries(selection).map(([of, position]) => `${of} ${position}`);
  const name = [file, ...chosen].join(", ");

  if ("refused" in expectation) {
    const { refused, choices } = expectation;
    test(`${name} is refused as ${refused.join(" or ")}`, async () => {
      const error = await refusalOf(path, selection);
      assert.ok(isSlnetError(error, ...refused), `refused with ${describe(error)}`);
      if (!choices) return;
      assert.ok(error.choice, `${error.message} comes without its choice`);
      assert.equal(
        error.choice.labels.length,
        choices[error.choice.of],
        `${error.choice.of}: ${String(error.choice.labels)}`,
      );
    });
    continue;
  }

  test(`${name} is read as ${expectation.readBy} reads it`, async () => {
    let reader: StackReader;
    try {
      reader = await open(path, selection);
    } catch (error) {
      const { mayRefuse = [] } = expectation;
      if (mayRefuse.length > 0 && isSlnetError(error, ...mayRefuse)) return;
      throw error;
    }
    await compare(reader, expectation);
  });
}

for (const [file, expected] of Object.entries(recorded)) {
  const path = fileURLToPath(new URL(file, recordings));
  const skip = existsSync(path) ? false : "there is no folder of recordings beside the project";
  test(`the recording ${file} is read as tifffile reads it`, { skip }, async () => {
    await compare(await open(path, {}), expected);
  });
}

function open(path: string, selection: StackSelection): Promise<StackReader> {
  return openStack({ type: "path", path }, selection, null, nodePlatform, assets);
}

/** What opening and reading it throws. */
async function refusalOf(path: string, selection: StackSelection): Promise<unknown> {
  let reader: StackReader;
  try {
    reader = await open(path, selection);
  } catch (error) {
    return error;
  }
  await reader.close();
  const { frames, height, width } = reader.description.shape;
  return new Error(`no refusal: it was read as ${frames} frames of ${height}×${width}`);
}

async function compare(reader: StackReader, expected: ExpectedStack): Promise<void> {
  try {
    const { description } = reader;
    const { shape } = description;
    assert.deepEqual([shape.frames, shape.height, shape.width], expected.shape);
    assert.equal(description.storedType, expected.storedType);
    compareStatistics(await storedFrame(reader, 0), expected.first, expected.lossy);
    compareStatistics(await storedFrame(reader, shape.frames - 1), expected.last, expected.lossy);
    for (const property of ["pixelSizeNm", "frameIntervalSeconds", "exposureSeconds"] as const) {
      const wanted = expected[property];
      if (wanted === undefined) continue;
      const found = description[property];
      const isClose = found !== null && Math.abs(found / wanted - 1) < 1e-5;
      assert.ok(isClose, `${property} is ${String(found)}, expected ${wanted}`);
    }
  } finally {
    await reader.close();
  }
}

/** The values as they are stored, also where frames are worked on as 32-bit floats. */
async function storedFrame(reader: StackReader, index: number): Promise<ArrayLike<number>> {
  const { shape } = reader.description;
  const out = createSamples(shape.type, framePixels(shape));
  await reader.readFrames(index, index + 1, out);
  const stored = await reader.readStoredFrame?.(index);
  if (!stored) return out;
  assert.equal(stored.length, out.length);
  for (let i = 0; i < out.length; i++) assert.equal(out[i], Math.fround(stored[i]!), `pixel ${i} of frame ${index}`);
  return stored;
}

function compareStatistics(frame: ArrayLike<number>, expected: FrameStatistics, lossy = false): void {
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  let moment = 0;
  for (let i = 0; i < frame.length; i++) {
    const value = frame[i]!;
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
    moment += value * (i + 1);
  }
  const found = { sum, min, max, moment };
  if (!lossy) {
    assert.deepEqual(found, expected);
    return;
  }
  assert.ok(Math.abs(min - expected.min) <= 2 && Math.abs(max - expected.max) <= 2, describePair(found, expected));
  assert.ok(Math.abs(sum - expected.sum) <= frame.length / 2, describePair(found, expected));
  assert.ok(Math.abs(moment / expected.moment - 1) <= 0.01, describePair(found, expected));
}

function describePair(found: FrameStatistics, expected: FrameStatistics): string {
  return `${JSON.stringify(found)}, expected about ${JSON.stringify(expected)}`;
}

function describe(error: unknown): string {
  return isSlnetError(error) ? `${error.code}: ${error.message}` : String(error);
}
