import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { isSlnetError, SlnetError, type SlnetErrorCode } from "../../src/core/errors.js";
import type { StackMetadata } from "../../src/core/frames.js";
import { createMemorySink } from "../../src/core/io/buffer-source.js";
import { createTiffWriter } from "../../src/core/io/tiff-writer.js";
import type { ModelFile } from "../../src/core/model.js";
import { createSimulation, createSimulationOptions } from "../../src/core/simulation.js";
import type {
  CleaningMethod,
  CleaningOptions,
  JobId,
  SavedPart,
  SavingOptions,
  SavingPlan,
  SavingReport,
  StackId,
} from "../../src/protocol/api.js";
import { fromWireError, type Reply } from "../../src/protocol/reply.js";
import { nodePlatform } from "../../src/worker/platform/node.js";
import type { Platform } from "../../src/worker/platform/platform.js";
import { openStack } from "../../src/worker/readers/open-stack.js";
import { createWorkerApi } from "../../src/worker/worker-api.js";
import { walkTiff } from "./walked-tiff.js";

const sample = { width: 40, height: 33, frames: 60, seed: 5, emittersPerFrame: 3 };
const frameBytes = 2 * sample.width * sample.height;
const whole: CleaningOptions = { from: 0, to: sample.frames, lowRank: false, tail: "shift", engine: "js" };
const median: CleaningMethod = { type: "median", windowFrames: 11 };
const rpca: CleaningMethod = {
  type: "rpca",
  options: { groupFrames: 8, sparsityWeight: null, penalty: null, iterations: 5 },
};

function valueOf<T>(reply: Reply<T>): T {
  if (reply.ok) return reply.value;
  throw fromWireError(reply.error);
}

async function rejectsWith(work: Promise<unknown>, code: SlnetErrorCode, pattern: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(isSlnetError(error, code), `${String(error)} should have code ${code}`);
    assert.match(error.message, pattern);
    return true;
  });
}

/** The real platform, whose files become no longer than so many bytes: a disk that is full, at any byte one likes. */
function platformWithRoom(bytes: number): Platform {
  return {
    ...nodePlatform,
    async openOutput(target, resume) {
      const output = await nodePlatform.openOutput(target, resume);
      return {
        ...output,
        sink: {
          close: () => output.sink.close(),
          async write(offset, data) {
            const room = Math.max(0, bytes - offset);
            await output.sink.write(offset, data.subarray(0, room));
            if (room < data.length) throw new SlnetError("out-of-memory", "the disk is full");
          },
        },
      };
    },
  };
}

describe("saving", () => {
  const simulation = createSimulation(createSimulationOptions(sample));
  let folder: string;
  let input: string;
  let model: ModelFile;
  let slnet: CleaningMethod;

  interface Saved {
    readonly plan: SavingPlan;
    readonly last: SavingReport | null;
  }

  /** Opens the input, cleans and saves it. */
  async function save(
    method: CleaningMethod,
    parts: readonly SavedPart[],
    saving: SavingOptions = {},
    {
      platform = nodePlatform,
      path = input,
      ...changes
    }: Partial<CleaningOptions> & { platform?: Platform; path?: string } = {},
  ): Promise<Saved> {
    const { api, stack } = await open(path, platform);
    const options = { ...whole, lowRank: parts.length > 1, ...changes };
    try {
      const { job, plan } = valueOf(await api.openSaving(stack, method, options, parts, saving));
      let last: SavingReport | null = null;
      for (;;) {
        const report = valueOf(await api.nextSavingReport(job));
        if (!report) break;
        last = report;
      }
      valueOf(await api.closeJob(job));
      return { plan, last };
    } finally {
      valueOf(await api.closeStack(stack));
    }
  }

  async function open(path: string, platform = nodePlatform) {
    const api = createWorkerApi(platform);
    valueOf(await api.hello({ assetsBaseUrl: new URL("../../../dist/assets/", import.meta.url).href }));
    const { stack } = valueOf(await api.openStack({ type: "path", path }, {}, null));
    return { api, stack };
  }

  function partAt(name: string, part: Partial<SavedPart> = {}): SavedPart {
    const target = { type: "path", path: join(folder, name) } as const;
    return { part: "sparse", target, type: "uint16", offsetAdu: 7, ...part };
  }

  const read = (name: string): Promise<Uint8Array> => readFile(join(folder, name));
  const linesOf = async (name: string): Promise<string[]> => walkTiff(await read(name)).description.split("\n");
  const filesLike = async (name: string): Promise<string[]> =>
    (await readdir(folder)).filter((file) => file.startsWith(name));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "slnet-saving-"));
    input = join(folder, "input.tif");
    const sink = createMemorySink();
    const metadata = { pixelSizeNm: 108, frameIntervalSeconds: 0.02 };
    const writer = createTiffWriter(sink, { ...sample, ...metadata, type: "uint16" });
    for (let index = 0; index < sample.frames; index++) await writer.write(simulation.frame(index));
    await writer.finish();
    await writeFile(input, sink.bytes());
    const { api, stack } = await open(input);
    model = await trainedModel(api, stack);
    valueOf(await api.closeStack(stack));
    slnet = { type: "slnet", model };
  });
  after(() => rm(folder, { recursive: true }));

  describe("the offset", () => {
    const camera = { cameraOffsetAdu: 100 };
    const cases: readonly {
      readonly what: string;
      readonly part: Partial<SavedPart>;
      readonly metadata: Partial<StackMetadata>;
      readonly modelOffset: number;
      readonly expected: readonly [offsetAdu: number, offsetFrom: string, written: number | null];
    }[] = [
      {
        what: "is the one asked for",
        part: { offsetAdu: 3 },
        metadata: camera,
        modelOffset: 40,
        expected: [3, "request", 3],
      },
      { what: "is that of the camera", part: {}, metadata: camera, modelOffset: 40, expected: [100, "camera", 100] },
      {
        what: "is that of the model where the camera's is not known",
        part: {},
        metadata: {},
        modelOffset: 40,
        expected: [40, "model", 40],
      },
      {
        what: "is that of the model for float32, which needs none to keep what is below zero",
        part: { type: "float32" },
        metadata: camera,
        modelOffset: 40,
        expected: [40, "model", 40],
      },
      {
        what: "is 0 for the background, which has the camera's in it",
        part: { part: "low-rank" },
        metadata: camera,
        modelOffset: 40,
        expected: [0, "default", 100],
      },
      {
        what: "is not known for a background where the camera's is not",
        part: { part: "low-rank" },
        metadata: {},
        modelOffset: 0,
        expected: [0, "default", null],
      },
    ];
    for (const { what, part, metadata, modelOffset, expected } of cases) {
      it(what, async () => {
        const method: CleaningMethod = {
          type: "slnet",
          model: { ...model, configuration: { ...model.configuration, sparseOffsetAdu: modelOffset } },
        };
        const lowRank = part.part === "low-rank";
        const asked = partAt("offset.tif", { offsetAdu: null, ...part });
        const { plan } = await save(method, [asked], { metadata }, { lowRank });
        const [planned] = plan.parts;
        assert.ok(planned);
        const { offsetAdu, offsetFrom } = planned;
        assert.deepEqual([offsetAdu, offsetFrom, planned.metadata.cameraOffsetAdu], expected);
        const lines = await linesOf("offset.tif");
        assert.deepEqual(
          lines.filter((line) => line.startsWith("offset=")),
          expected[2] === null ? [] : [`offset=${expected[2]}`],
        );
        if (lowRank || part.type === "float32") return;
        // The least cleaned pixel is 0: what stands in the file for it is the offset.
        const pixels = new Uint16Array(Uint8Array.from(walkTiff(await read("offset.tif")).pages[0]!).buffer);
        assert.equal(Math.min(...pixels), expected[0]);
      });
    }

    for (const [what, type, metadata, modelOffset, expected] of [
      ["that of the camera", "uint16", camera, 40, [100, "camera"]],
      ["that of the model where the camera's is not known", "uint16", {}, 40, [40, "model"]],
      ["100 where no offset is known, so that noise below 0 is kept", "uint16", {}, 0, [100, "pedestal"]],
      ["100 where the camera has none", "uint16", { cameraOffsetAdu: 0 }, 0, [100, "pedestal"]],
      ["0 for float32, which holds what is below 0", "float32", camera, 0, [0, "default"]],
    ] as const) {
      it(`of the masked mean is ${what}`, async () => {
        const masked: CleaningMethod = {
          type: "masked-mean",
          model: { ...model, configuration: { ...model.configuration, sparseOffsetAdu: modelOffset } },
          windowFrames: 20,
        };
        const { plan, last } = await save(masked, [partAt("offset.tif", { offsetAdu: null, type })], { metadata });
        const [planned] = plan.parts;
        assert.deepEqual([planned?.offsetAdu, planned?.offsetFrom], expected);
        assert.equal(planned?.metadata.cameraOffsetAdu, expected[0]);
        const bytes = Uint8Array.from(walkTiff(await read("offset.tif")).pages[30]!);
        const pixels = type === "uint16" ? new Uint16Array(bytes.buffer) : new Float32Array(bytes.buffer);
        const below = pixels.filter((value) => value < expected[0]).length;
        assert.ok(below > pixels.length / 5, `${below} of ${pixels.length} pixels are below the offset`);
        if (expected[0] !== 40) assert.equal(last?.clipped, 0);
      });
    }

    it("of the masked mean may be 0, and what is cut off is counted", async () => {
      const masked: CleaningMethod = { type: "masked-mean", model, windowFrames: 20 };
      const { last } = await save(masked, [partAt("offset.tif", { offsetAdu: 0 })]);
      const pixels = sample.width * sample.height * sample.frames;
      assert.ok((last?.clipped ?? 0) > pixels / 5 && (last?.clipped ?? 0) < pixels, `${last?.clipped} pixels`);
    });

    it("is 0 for a method without a model on an unknown camera", async () => {
      const { plan } = await save(median, [partAt("offset.tif", { offsetAdu: null })]);
      assert.deepEqual([plan.parts[0]?.offsetAdu, plan.parts[0]?.offsetFrom], [0, "default"]);
    });
  });

  it("carries what the stack says into the file, and what the caller says instead", async () => {
    await save(median, [partAt("said.tif")]);
    const said = await linesOf("said.tif");
    for (const line of ["unit=micron", "finterval=0.02", "offset=7"]) assert.ok(said.includes(line), line);
    assert.ok(!said.some((line) => /^(exposure|aduPerElectron)=/.test(line)));

    const metadata = { frameIntervalSeconds: 0.05, pixelSizeNm: null, exposureSeconds: 0.01, aduPerElectron: 2.5 };
    const { plan } = await save(median, [partAt("corrected.tif")], { metadata });
    assert.deepEqual(plan.parts[0]?.metadata, { ...metadata, cameraOffsetAdu: 7 });
    const corrected = await linesOf("corrected.tif");
    for (const line of ["finterval=0.05", "exposure=0.01", "aduPerElectron=2.5"])
      assert.ok(corrected.includes(line), line);
    assert.ok(!corrected.some((line) => line.startsWith("unit=")), "no pixel size is known");
  });

  for (const format of ["npy", "npz", "safetensors"] as const) {
    it(`writes the pixels of a TIFF as ${format}, and no file beside it`, async () => {
      const expected = walkTiff(await savedBytes(median, {})).pages.map((page) => [
        ...new Uint16Array(Uint8Array.from(page).buffer),
      ]);
      await save(median, [partAt(`array.${format}`, { format })], { metadata: { pixelSizeNm: 103 } });
      assert.deepEqual(await filesLike(`array.${format}`), [`array.${format}`]);
      const path = join(folder, `array.${format}`);
      const reader = await openStack({ type: "path", path }, {}, null, nodePlatform, "");
      const { shape, pixelSizeNm } = reader.description;
      assert.deepEqual(shape, { frames: sample.frames, height: sample.height, width: sample.width, type: "uint16" });
      assert.equal(pixelSizeNm, format === "npy" ? null : 103);
      for (const [index, page] of expected.entries()) {
        const frame = new Uint16Array(page.length);
        await reader.readFrames(index, index + 1, frame);
        assert.deepEqual([...frame], page);
      }
      await reader.close();
    });

    it(`keeps the frames so far as ${format} where a run is left, and refuses to deflate or to go on`, async () => {
      const { api, stack } = await open(input);
      const part = partAt(`left.${format}`, { format });
      const { job } = valueOf(await api.openSaving(stack, median, whole, [part], {}));
      const report = valueOf(await api.nextSavingReport(job));
      valueOf(await api.closeJob(job));
      valueOf(await api.closeStack(stack));
      const path = join(folder, `left.${format}`);
      const reader = await openStack({ type: "path", path }, {}, null, nodePlatform, "");
      const { frames } = reader.description.shape;
      assert.ok(report && frames >= report.progress.done && frames <= sample.frames, `${frames} frames`);
      assert.deepEqual(reader.description.notices, []);
      await reader.close();
      const deflated = partAt(`no.${format}`, { format, compression: "deflate" });
      await rejectsWith(save(median, [deflated]), "bad-input", new RegExp(`expected none, as ${format} is written`));
      await rejectsWith(save(median, [part], { resume: true }), "unsupported", /cannot be resumed; write TIFF/);
      const shard = { shard: { index: 1, count: 2 } };
      await rejectsWith(save(median, [partAt(`no.${format}`, { format })], shard), "unsupported", /not put together/);
      assert.deepEqual(await filesLike("no."), []);
    });
  }

  it("refuses metadata, formats and offsets that cannot be, and leaves nothing", async () => {
    const bad: readonly [Partial<SavedPart>, SavingOptions, RegExp][] = [
      [{}, { metadata: { pixelSizeNm: 0 } }, /metadata: pixelSizeNm is 0, expected a number above 0 or null/],
      [{}, { metadata: { cameraOffsetAdu: NaN } }, /metadata: cameraOffsetAdu is NaN, expected a number or null/],
      [{ format: "png" as never }, {}, /the format to save is png, expected one of tiff, ome-tiff, zarr, npy/],
      [{ compression: "lzw" as never }, {}, /the compression is lzw, expected none or deflate/],
      [{ offsetAdu: 65536 }, {}, /the offset of saved frames is 65536, expected 0 to 65535 ADU/],
      [{ target: { type: "path", path: join(folder, "nowhere", "x.tif") } }, {}, /x\.tif cannot be written/],
      [{ target: { type: "path", path: folder } }, {}, /cannot be written: it is a folder/],
    ];
    for (const [part, saving, message] of bad) {
      await rejectsWith(save(median, [partAt("bad.tif", part)], saving), "bad-input", message);
    }
    assert.deepEqual(await filesLike("bad"), []);
  });

  it("makes no file before the first frames are cleaned", async () => {
    const { api, stack } = await open(input);
    const { job } = valueOf(await api.openSaving(stack, median, whole, [partAt("unborn.tif")], {}));
    // What a process that is stopped in this moment leaves.
    assert.deepEqual(await filesLike("unborn"), []);
    valueOf(await api.closeJob(job));
    valueOf(await api.closeStack(stack));
    assert.deepEqual(await filesLike("unborn"), []);
  });

  it("names the first frame that is missing where the disk is full, and the frames before it are whole", async () => {
    const expected = walkTiff(await savedBytes(median, {}));
    for (const room of [10_000, 12 * frameBytes, 40 * frameBytes + 1]) {
      // Blocks of one frame at first, so some frames are there before the disk is full.
      const saving = save(median, [partAt("full.tif")], {}, { platform: platformWithRoom(room) });
      const message = await saving.then(
        () => assert.fail("the disk was full"),
        (error: unknown) => {
          assert.ok(isSlnetError(error, "out-of-memory"), String(error));
          return error.message;
        },
      );
      const [, missing] = /^frame (\d+) could not be written: the disk is full/.exec(message) ?? assert.fail(message);
      if (message.endsWith("full")) {
        assert.equal(missing, "0");
        assert.deepEqual(await filesLike("full"), [], "no file where no frame is whole");
        continue;
      }
      assert.match(message, new RegExp(`; the ${missing} frames before frame ${missing} are saved$`));
      const { pages } = walkTiff(await read("full.tif"));
      assert.deepEqual(pages, expected.pages.slice(0, Number(missing)));
      await rm(join(folder, "full.tif"));
    }
  });

  it("names the first frame that is missing where the input is cut off in the middle of the run", async () => {
    const path = join(folder, "cut.tif");
    await writeFile(path, await read("input.tif"));
    const { api, stack } = await open(path);
    const part = partAt("before-cut.tif");
    const { job } = valueOf(await api.openSaving(stack, median, whole, [part], {}));
    const { length } = await read("cut.tif");
    // Frame 50 and what follows is gone; half of frame 50 is there. The window of frame 45 is the first that reaches it.
    await truncate(path, length - 9.5 * frameBytes);
    const work = async (): Promise<void> => {
      while (valueOf(await api.nextSavingReport(job)));
    };
    await rejectsWith(
      work(),
      "bad-input",
      /cut\.tif changed while it was read: frame 50 needs bytes .*; the 45 frames before frame 45 are saved$/,
    );
    valueOf(await api.closeStack(stack));
    const expected = walkTiff(await savedBytes(median, {}));
    assert.deepEqual(walkTiff(await read("before-cut.tif")).pages, expected.pages.slice(0, 45));
  });

  async function savedBytes(method: CleaningMethod, part: Partial<SavedPart>): Promise<Uint8Array> {
    await save(method, [partAt("whole.tif", part)]);
    return read("whole.tif");
  }

  describe("resuming", () => {
    const forms: readonly (readonly [string, () => CleaningMethod, Partial<SavedPart>, Partial<CleaningOptions>])[] = [
      ["a model", () => slnet, {}, {}],
      ["a model, float32 as OME-TIFF", () => slnet, { type: "float32", format: "ome-tiff" }, {}],
      ["the median, deflated", () => median, { compression: "deflate" }, {}],
      ["the median of a part of the stack", () => median, {}, { from: 10, to: 50 }],
      ["principal components", () => rpca, {}, {}],
    ];
    for (const [what, methodOf, part, options] of forms) {
      it(`gives the file of an unbroken run, bit by bit: ${what}`, async () => {
        const method = methodOf();
        const sparse = partAt("resumed.tif", part);
        const background = partAt("resumed-background.tif", { part: "low-rank", offsetAdu: 0 });
        await save(method, [sparse, background], {}, options);
        const [expected, expectedBackground] = [await read("resumed.tif"), await read("resumed-background.tif")];
        const { pages } = walkTiff(expected);

        // Cut off in the middle of a frame, the background elsewhere, as a process that was killed may leave them.
        for (const [left, leftBackground] of [
          [0.3, 0.8],
          [0.9, 0.5],
        ] as const) {
          await writeFile(join(folder, "resumed.tif"), expected.subarray(0, left * expected.length));
          const part = expectedBackground.subarray(0, leftBackground * expectedBackground.length);
          await writeFile(join(folder, "resumed-background.tif.part"), part);
          const { plan, last } = await save(method, [sparse, background], { resume: true }, options);
          assert.ok(plan.resumedFrames > 5 && plan.resumedFrames < 0.6 * pages.length, `${plan.resumedFrames} frames`);
          assert.deepEqual([last?.progress.done, last?.progress.total], [pages.length, pages.length]);
          assert.deepEqual(await read("resumed.tif"), expected);
          assert.deepEqual(await read("resumed-background.tif"), expectedBackground);
          assert.deepEqual(
            (await filesLike("resumed")).filter((name) => name.endsWith(".part")),
            [],
          );
        }
      });
    }

    it("goes on with what a full disk left, and with a finished file", async () => {
      const expected = await savedBytes(median, {});
      const part = partAt("refilled.tif");
      await assert.rejects(save(median, [part], {}, { platform: platformWithRoom(30 * frameBytes) }));
      const left = (await filesLike("refilled")).length > 0 ? walkTiff(await read("refilled.tif")).pages.length : 0;
      const { plan } = await save(median, [part], { resume: true });
      assert.equal(plan.resumedFrames, left);
      assert.deepEqual(await read("refilled.tif"), expected);
      const again = await save(median, [part], { resume: true });
      assert.equal(again.plan.resumedFrames, sample.frames - 1, "only the last frame is cleaned again");
      assert.deepEqual(await read("refilled.tif"), expected);
    });

    it("begins at the beginning where there is nothing to go on with", async () => {
      const expected = await savedBytes(median, {});
      for (const left of [null, new Uint8Array(0), new Uint8Array(5000)]) {
        if (left) await writeFile(join(folder, "fresh.tif.part"), left);
        const { plan } = await save(median, [partAt("fresh.tif")], { resume: true });
        assert.equal(plan.resumedFrames, 0);
        assert.deepEqual(await read("fresh.tif"), expected);
        await rm(join(folder, "fresh.tif"));
      }
    });

    it("refuses the file of another stack, model, method, offset, range or anything else, and leaves it as it is", async () => {
      await save(slnet, [partAt("ours.tif")]);
      const ours = await read("ours.tif");
      const part = partAt("ours.tif");
      const other = join(folder, "other.tif");
      // The same name, shape and size: only the pixels differ.
      const changedInput = (await read("input.tif")).slice();
      changedInput[changedInput.length - (sample.frames - 1) * frameBytes - 10]! ^= 1;
      await writeFile(other, changedInput);
      await rename(input, join(folder, "kept.tif"));
      await rename(other, input);
      const refused = /ours\.tif cannot be continued: it is a TIFF of another stack, model, program version or other/;
      await rejectsWith(save(slnet, [part], { resume: true }), "bad-input", refused);
      await rename(join(folder, "kept.tif"), input);

      const otherModel = { ...model, normalisation: { ...model.normalisation, scaleAdu: 1.5 } } as ModelFile;
      const attempts: readonly (readonly [CleaningMethod, SavedPart, SavingOptions, Partial<CleaningOptions>])[] = [
        [{ type: "slnet", model: otherModel }, part, {}, {}],
        [median, part, {}, {}],
        [slnet, { ...part, offsetAdu: 8 }, {}, {}],
        [slnet, { ...part, type: "float32" }, {}, {}],
        [slnet, { ...part, format: "ome-tiff" }, {}, {}],
        [slnet, { ...part, compression: "deflate" }, {}, {}],
        [slnet, part, { metadata: { pixelSizeNm: 99 } }, {}],
        [slnet, part, {}, { from: 1 }],
        [slnet, part, {}, { to: 59 }],
      ];
      for (const [method, changed, saving, options] of attempts) {
        await rejectsWith(save(method, [changed], { ...saving, resume: true }, options), "bad-input", refused);
      }
      const damaged = ours.slice();
      damaged[400]! ^= 1;
      for (const [bytes, message] of [
        [damaged, refused],
        [ours.subarray(0, 300), refused],
        [new TextEncoder().encode("my notes on the experiment"), /ours\.tif cannot be continued: it is no TIFF/],
      ] as const) {
        await writeFile(join(folder, "ours.tif"), bytes);
        await rejectsWith(save(slnet, [part], { resume: true }), "bad-input", message);
        assert.deepEqual(new Uint8Array(await read("ours.tif")), new Uint8Array(bytes));
      }
    });
  });
});

async function trainedModel(api: ReturnType<typeof createWorkerApi>, stack: StackId): Promise<ModelFile> {
  const options = { temporalShifts: [0, 10, 20], trainFrames: "0:24", maxEpochs: 2, engine: "js" };
  const { job }: { job: JobId } = valueOf(await api.openTraining(stack, options, null, null));
  let model: ModelFile | null = null;
  for (;;) {
    const report = valueOf(await api.nextTrainingReport(job));
    if (!report) break;
    ({ model } = report);
  }
  valueOf(await api.closeJob(job));
  assert.ok(model);
  return model;
}
