import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { createSamples, framePixels, type SampleArray, type StackShape } from "../../src/core/frames.js";
import { createBufferSource, createMemorySink } from "../../src/core/io/buffer-source.js";
import { openTiff } from "../../src/core/io/tiff-reader.js";
import { createTiffWriter } from "../../src/core/io/tiff-writer.js";
import { openZip } from "../../src/core/io/zip-folder.js";
import { createMinimumCorrection, minimumBackground } from "../../src/core/minimum-background.js";
import { networkOf, parseModelFile, type ModelFile } from "../../src/core/model.js";
import { createRandom } from "../../src/core/random.js";
import { rollingBallBackground } from "../../src/core/rolling-ball.js";
import { separate, separationMap } from "../../src/core/separation.js";
import type { SimulationOptions } from "../../src/core/simulation.js";
import { slnetWebVersion } from "../../src/core/version.js";
import { nodePlatform } from "../../src/worker/platform/node.js";
import { openStack } from "../../src/worker/readers/open-stack.js";
import type { RunRecord } from "../../src/protocol/run-record.js";
import { windowOf } from "../../src/core/windows.js";
import { buildTiff } from "./tiff-builder.js";
import { encodeStored } from "./tiff-encoders.js";
import { walkTiff } from "./walked-tiff.js";
import { buildZip } from "./zip-builder.js";

// From build/test/unit/ to what `npm run build` makes.
const commandLineFolder = fileURLToPath(new URL("../../../dist/cli/", import.meta.url));

interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  /** Ctrl-C is sent once this has appeared on standard error. */
  readonly interruptAt?: RegExp;
  readonly program?: string;
}

let folder = "";

function file(name: string): string {
  return join(folder, name);
}

/** Runs the built command line, with the test's own folder as the current one. */
function slnet(
  args: readonly string[],
  { interruptAt, program = join(commandLineFolder, "slnet.js") }: RunOptions = {},
) {
  return new Promise<Outcome>((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    let isInterrupted = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      if (isInterrupted || interruptAt?.test(stderr) !== true) return;
      isInterrupted = true;
      child.kill("SIGINT");
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** Starts a command and kills it, as a crash would, once `isTime` says so. */
async function killWhen(args: readonly string[], isTime: () => Promise<boolean>): Promise<void> {
  const program = join(commandLineFolder, "slnet.js");
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: "ignore" });
  const ended = new Promise((resolve) => child.on("close", resolve));
  while (child.exitCode === null && !(await isTime())) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGKILL");
  await ended;
}

/** Runs a command that must go through, with `--json`, and gives the object that it prints. */
async function slnetJson(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { exitCode, stdout, stderr } = await slnet([...args, "--json"]);
  assert.equal(exitCode, 0, stderr);
  assert.equal(stdout.trim().split("\n").length, 1, "one object in one line");
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function readStack(name: string): Promise<{ shape: StackShape; frame(index: number): Promise<SampleArray> }> {
  const reader = await openTiff(createBufferSource(name, await readFile(file(name))));
  const { shape } = reader.description;
  return {
    shape,
    async frame(index) {
      const samples = createSamples(shape.type, framePixels(shape));
      await reader.readFrames(index, index + 1, samples);
      return samples;
    },
  };
}

/** A stack of noise, or of what `pixel` says. */
async function stackBytes(
  type: "uint16" | "float32",
  [frames, height, width]: readonly [number, number, number],
  pixel?: (frame: number, index: number) => number,
): Promise<Uint8Array> {
  const sink = createMemorySink();
  const writer = createTiffWriter(sink, { frames, height, width, type });
  const random = createRandom(5, "pixels");
  const samples = type === "uint16" ? new Uint16Array(height * width) : new Float32Array(height * width);
  for (let frame = 0; frame < frames; frame++) {
    for (let i = 0; i < samples.length; i++) samples[i] = pixel?.(frame, i) ?? 100 + 200 * random.next();
    await writer.write(samples);
  }
  await writer.finish();
  return sink.bytes();
}

/** Changes the width that the directory of page 1 states. */
function withOtherWidth(bytes: Uint8Array, width: number): Uint8Array {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  const entryBytes = 12;
  const first = view.getUint32(4, true);
  const second = view.getUint32(first + 2 + entryBytes * view.getUint16(first, true), true);
  for (let k = 0; k < view.getUint16(second, true); k++) {
    const entry = second + 2 + entryBytes * k;
    const imageWidth = 256;
    if (view.getUint16(entry, true) === imageWidth) view.setUint32(entry + 8, width, true);
  }
  return changed;
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "slnet-cli-"));
  const size = ["--frames", "130", "--width", "64", "--height", "64"];
  await slnetJson("simulate", "-o", "stack.tif", "--truth", "truth", "--seed", "7", ...size);
  const training = ["--temporal-shifts", "0,20,40", "--max-epochs", "3", "--engine", "js"];
  await slnetJson("train", "stack.tif", "-o", "model.json", ...training);
});

after(() => rm(folder, { recursive: true, force: true }));

describe("help and wrong usage", () => {
  it("help and the version are answers: standard output, exit code 0", async () => {
    for (const args of [["--help"], ["help"], ["help", "clean"], ["train", "--help"], ["clean", "-h", "--nonsense"]]) {
      const { exitCode, stdout, stderr } = await slnet(args);
      assert.equal(exitCode, 0, args.join(" "));
      assert.match(stdout, /Usage: slnet/);
      assert.equal(stderr, "");
    }
    assert.equal((await slnet(["--version"])).stdout, `${slnetWebVersion}\n`);
  });

  it("no command at all is wrong usage and prints the help on standard error", async () => {
    const { exitCode, stdout, stderr } = await slnet([]);
    assert.equal(exitCode, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /Usage: slnet/);
  });

  const cases: readonly (readonly [args: string, message: RegExp])[] = [
    ["trian stack.tif", /there is no command "trian"; did you mean train\?/],
    ["info", /info was given no STACK/],
    ["info stack.tif --stat", /did you mean --stats\?/],
    ["clean stack.tif", /clean was given no --model/],
    ["clean stack.tif --method median --model model.json", /the method median does not use/],
    ["clean stack.tif --method masked-mean", /clean was given no --model, expected one for the method masked-mean/],
    [
      "localize stack.tif --method masked-mean",
      /localize was given no --model, expected one for the method masked-mean/,
    ],
    ["clean stack.tif --model model.json --mask-window 50", /--mask-window, expected only with --method masked-mean/],
    [
      "clean stack.tif --method masked-mean --model model.json --mask-window 5",
      /--mask-window is "5", expected .* 6 to/,
    ],
    ["clean stack.tif --method median --rpca-frames 5", /expected only with --method rpca/],
    ["clean stack.tif --method rpca --median-window 5", /--median-window, expected only with --method median/],
    ["clean stack.tif --method median --minimum-window 5", /--minimum-window, expected only with --method minimum/],
    ["clean stack.tif --method median --read-noise 2", /--read-noise, expected only with --method minimum/],
    ["clean stack.tif --method minimum --ball-radius 9", /--ball-radius, expected only with --method rolling-ball/],
    ["clean stack.tif --method minimum --minimum-window 2", /--minimum-window is "2", expected a whole number from 3/],
    ["clean stack.tif --method rolling-ball --ball-radius 0.5", /--ball-radius is "0.5", expected a number from 1/],
    ["clean stack.tif --method median --median-window 2", /--median-window is "2", expected a whole number from 3/],
    ["clean stack.tif --method median --median-window all", /--median-window is "all", expected .* or whole/],
    ["clean stack.tif --model model.json --frames 5", /--frames is "5"/],
    [
      "clean stack.tif --model model.json --format png",
      /--format is "png", expected one of tiff, ome-tiff, zarr, npy, npz, safetensors/,
    ],
    ["clean stack.tif --model model.json --compress lzw", /--compress is "lzw", expected one of none, deflate/],
    ["clean stack.tif --model model.json --pixel-size 0", /--pixel-size is "0", expected a number from 0\.001 to/],
    ["clean stack.tif --model model.json --camera-offset -1", /--camera-offset is "-1", expected a number from 0 to/],
    ["clean stack.tif --model model.json -o ./stack.tif", /stack\.tif is the input file itself/],
    ["clean stack.tif --model model.json -o model.json", /model\.json is the input file itself/],
    ["clean stack.tif --model model.json -o a.tif --low-rank a.tif", /named for two outputs/],
    ["eval stack.tif", /--model is missing/],
    ["simulate", /--output is missing/],
    ["simulate -o x.tif --photons-min 5000", /--photons-min is 5000, expected at most --photons-max/],
    ["train stack.tif --batch-size 0", /--batch-size is "0", expected a whole number from 1 to 256/],
    ["train stack.tif --temporal-shifts 0,9,4", /--temporal-shifts is \[0, 9, 4\]/],
    ["train stack.tif --region 1,2,3", /--region is "1,2,3", expected X,Y,WIDTH,HEIGHT/],
    ["train stack.tif --region 1,2,0,4", /--region is "1,2,0,4", expected X,Y,WIDTH,HEIGHT/],
    ["train stack.tif --frames 5", /--frames is "5", expected for example 0:100/],
    ["train stack.tif --learning-rate NaN", /--learning-rate is "NaN", expected a number/],
    ["train stack.tif --stack other.tif", /two stacks/],
  ];
  for (const [args, message] of cases) {
    it(`"${args}" ends with exit code 2 and one sentence`, async () => {
      const { exitCode, stdout, stderr } = await slnet(args.split(" "));
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, message);
      assert.match(stderr, /^slnet: .*\n$/);
      assert.equal(stdout, "");
    });
  }

  it("with --json the error is an object as well", async () => {
    const { exitCode, stdout, stderr } = await slnet(["train", "stack.tif", "--batch-size", "0", "--json"]);
    assert.equal(exitCode, 2);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, "bad-input");
    assert.equal(stderr, `slnet: ${error.message}\n`);
  });
});

describe("from simulation to cleaned stack", () => {
  it("the same seed gives the same stack and truth, another seed another one", async () => {
    const size = ["--frames", "130", "--width", "64", "--height", "64"];
    await slnetJson("simulate", "-o", "again.tif", "--truth", "truth-again", "--seed", "7", ...size);
    const other = await slnetJson("simulate", "-o", "other.tif", "--seed", "8", ...size);
    assert.deepEqual(await readFile(file("again.tif")), await readFile(file("stack.tif")));
    assert.notDeepEqual(await readFile(file("other.tif")), await readFile(file("stack.tif")));
    const names = await readdir(file("truth"));
    assert.ok(names.length >= 3, names.join(", "));
    for (const name of names) {
      assert.deepEqual(await readFile(file(`truth-again/${name}`)), await readFile(file(`truth/${name}`)), name);
    }
    assert.equal(other["frames"], 130);
    assert.equal(other["width"], 64);
    assert.equal(other["height"], 64);
    assert.equal(other["seed"], 8);
  });

  it("a scene sets what is not given, and the truth has the maps of uneven pixels", async () => {
    const size = ["--frames", "3", "--width", "32", "--height", "24", "--truth", "moving-truth"];
    const { options } = await slnetJson(
      "simulate",
      "-o",
      "moving.tif",
      "--scene",
      "moving",
      "--structure",
      "rings",
      ...size,
    );
    const { structure, driftPixels, frames, camera } = options as SimulationOptions;
    assert.deepEqual([structure, driftPixels, frames, camera.offsetSpreadAdu], ["rings", 0.05, 3, 2]);
    const names = await readdir(file("moving-truth"));
    const maps = ["sensor-gain.tif", "sensor-offset.tif", "sensor-read-noise.tif"];
    assert.deepEqual(names.sort(), ["background.tif", "emitters.csv", ...maps, "signal.tif"]);
    const table = await readFile(file("moving-truth/emitters.csv"), "utf8");
    assert.match(table, /^frame,id,x \[px\],y \[px\],intensity \[photon\],sigma \[px\]\n0,/);
    assert.ok(table.endsWith("\n"));
    assert.deepEqual(
      [
        ...new Set(
          table
            .trim()
            .split("\n")
            .slice(1)
            .map((row) => Number(row.split(",")[0])),
        ),
      ],
      [0, 1, 2],
    );
  });

  it("info says what the file holds", async () => {
    const { name, frames, width, height, type, compression, byteOrder, pixelSizeNm, firstFrame } = await slnetJson(
      "info",
      "stack.tif",
      "--stats",
    );
    assert.deepEqual(
      { name, frames, width, height, type, compression, byteOrder, pixelSizeNm },
      {
        name: "stack.tif",
        frames: 130,
        width: 64,
        height: 64,
        type: "uint16",
        compression: "none",
        byteOrder: "little-endian",
        pixelSizeNm: 108,
      },
    );
    const pixels = [...(await (await readStack("stack.tif")).frame(0))];
    assert.deepEqual(firstFrame, {
      sum: pixels.reduce((sum, value) => sum + value, 0),
      min: Math.min(...pixels),
      max: Math.max(...pixels),
    });
  });

  it("info names the stored type beside the one that is read, and sums the stored values", async () => {
    const tags = { 258: { type: "short", values: [64] }, 339: { type: "short", values: [1] } } as const;
    const segments = [encodeStored([2 ** 40 + 1, 3, 5, 2 ** 24 + 1], "uint64", true)];
    const page = { width: 2, height: 2, pixels: [], segments, tags };
    await writeFile(file("counts.tif"), buildTiff({ littleEndian: true, pages: [page] }));
    const { type, storedType, readAs, firstFrame } = await slnetJson("info", "counts.tif", "--stats");
    assert.deepEqual({ type, storedType, readAs }, { type: "uint64", storedType: "uint64", readAs: "float32" });
    assert.deepEqual(firstFrame, { sum: 2 ** 40 + 2 ** 24 + 10, min: 3, max: 2 ** 40 + 1 });
    const { stdout } = await slnet(["info", "counts.tif"]);
    assert.match(stdout, /2 × 2 pixels, uint64 read as float32/);
  });

  it("a file of several channels is refused with what can be typed, and read once one is", async () => {
    const tags = { 277: { type: "short", values: [3] }, 262: { type: "short", values: [2] } } as const;
    const rgb = Array.from({ length: 12 }, (_, i) => 100 * (i % 3) + i);
    const segments = [encodeStored(rgb, "uint16", true)];
    await writeFile(
      file("rgb.tif"),
      buildTiff({ littleEndian: true, pages: [{ width: 2, height: 2, pixels: [], segments, tags }] }),
    );
    const refused = await slnet(["info", "rgb.tif", "--json"]);
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /3 samples per pixel .*\n {2}--channel 0 {3}red\n {2}--channel 1 {3}green\n/);
    const { error } = JSON.parse(refused.stdout) as { error: { code: string; choice: unknown } };
    assert.deepEqual(
      [error.code, error.choice],
      ["choice-needed", { of: "channel", labels: ["red", "green", "blue"] }],
    );
    const { firstFrame } = await slnetJson("info", "rgb.tif", "--stats", "--channel", "1");
    assert.deepEqual(firstFrame, { sum: 101 + 104 + 107 + 110, min: 101, max: 110 });
  });

  it("info without --json is text on standard output", async () => {
    const { exitCode, stdout, stderr } = await slnet(["info", "stack.tif"]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /stack\.tif: 130 frames of 64 × 64 pixels, uint16/);
    assert.match(
      stdout,
      /\npixel size {4}108 nm\n.*\nexposure {6}not stated\ncamera {8}offset 100 ADU, gain 2\.17 ADU per photoelectron/,
    );
    assert.equal(stderr, "");
  });

  it("train reports what it wrote into the model", async () => {
    const report = await slnetJson(
      "train",
      "stack.tif",
      "-o",
      "bias.json",
      "--temporal-shifts",
      "0,20",
      "--use-bias",
      "--max-epochs",
      "2",
    );
    const model = parseModelFile(await readFile(file("bias.json"), "utf8"), "bias.json");
    assert.deepEqual(report["weights"], model.weights);
    assert.equal(model.weights.conv1.length, 8);
    assert.equal(model.weights.bias1?.length, 4);
    assert.deepEqual(report["matrix"], model.matrix);
    assert.deepEqual(report["temporalShifts"], [0, 20]);
    assert.equal(report["loss"], model.loss);
    assert.equal(report["epochs"], 2);
    // 100 windows, of which ceil(0.1 · 100) validate: 12 batches of at most 8, twice.
    assert.equal(report["steps"], 24);
    assert.ok((report["seconds"] as number) > 0);
    assert.equal(typeof (report["engine"] as { name: unknown }).name, "string");
    assert.equal(report["model"], file("bias.json"));
    assert.equal(model.configuration.useBias, true);
  });

  it("train --tensorboard writes events, and a folder that cannot be written ends it before any work", async () => {
    const training = ["train", "stack.tif", "--temporal-shifts", "0,20,40", "--max-epochs", "2", "--engine", "js"];
    await slnetJson(...training, "-o", "logged.json", "--tensorboard", "runs/first");
    const [name, ...others] = await readdir(file("runs/first"));
    assert.match(name ?? "", /^events\.out\.tfevents\.\d+\.slnet-web$/);
    assert.deepEqual(others, []);
    const text = (await readFile(file(`runs/first/${name ?? ""}`))).toString("latin1");
    for (const tag of ["brain.Event:2", "loss/training", "network/kept share", "frame 0/background", "PNG"]) {
      assert.ok(text.includes(tag), tag);
    }
    const refused = await slnet([...training, "-o", "refused.json", "--tensorboard", "stack.tif/runs"]);
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /events\.out\.tfevents.* cannot be written/);
    assert.equal(existsSync(file("refused.json")), false);
  });

  it("train --archive keeps model, record, curves, pictures and the named files, and is read as a model", async () => {
    const training = ["train", "stack.tif", "--temporal-shifts", "0,20,40", "--max-epochs", "2", "--engine", "js"];
    await mkdir(file("protocol"), { recursive: true });
    await writeFile(file("protocol/notes.txt"), "by hand");
    const stored = ["--files-to-store", "protocol/notes.txt"];
    const report = await slnetJson(...training, "-o", "kept.json", "--archive", "kept.zip", ...stored);
    assert.equal(report["archive"], file("kept.zip"));
    const zip = await openZip(createBufferSource("kept.zip", await readFile(file("kept.zip"))));
    const text = async (path: string): Promise<string> => {
      const entry = await zip.open(path);
      return Buffer.from((await entry?.read(0, entry.size)) ?? []).toString();
    };
    assert.deepEqual(zip.paths, [
      "slnet-run-archive.json",
      ...["model.json", "run.json", "losses.csv"],
      ...["pictures/raw.png", "pictures/background.png", "pictures/cleaned.png"],
      "files/protocol/notes.txt",
    ]);
    assert.equal(await text("model.json"), await readFile(file("kept.json"), "utf8"));
    assert.equal(await text("files/protocol/notes.txt"), "by hand");
    assert.equal((await text("losses.csv")).trim().split("\n").length, 1 + (report["steps"] as number));
    const record = JSON.parse(await text("run.json")) as RunRecord;
    assert.deepEqual([record.action, record.ending, record.modelTrainedHere], ["train", "finished", true]);
    assert.equal(record.training?.steps, report["steps"]);
    const { frame } = await readStack("stack.tif");
    const first = createHash("sha256").update(new Uint8Array((await frame(0)).buffer as ArrayBuffer));
    assert.equal(record.stack.firstFrameSha256, first.digest("hex"));
    assert.equal(record.stack.fileBytes, (await readFile(file("stack.tif"))).length);
    for (const [model, output] of [
      ["kept.json", "by-json.tif"],
      ["kept.zip", "by-zip.tif"],
    ] as const) {
      await slnetJson("clean", "stack.tif", "--model", model, "-o", output, "--engine", "js");
    }
    assert.deepEqual(await readFile(file("by-zip.tif")), await readFile(file("by-json.tif")));
  });

  it("train --archive refuses files to store that are elsewhere, missing, double or too large before any work", async () => {
    await writeFile(file("large.bin"), new Uint8Array(9 * 1024 * 1024));
    await mkdir(file("folder"), { recursive: true });
    for (const [stored, message] of [
      ["../stack.tif", /leads out of the current folder/],
      [file("stack.tif"), /leads out of the current folder/],
      [".", /leads out of the current folder/],
      ["missing.txt", /"missing\.txt" cannot be read/],
      ["folder", /is no file/],
      ["model.json,./model.json", /is named twice/],
      ["large.bin", /makes 9437184 bytes of files to store, expected at most 8388608/],
    ] as const) {
      const archive = ["-o", "no.json", "--archive", "no.zip", "--files-to-store", stored];
      const { exitCode, stderr } = await slnet(["train", "stack.tif", ...archive]);
      assert.equal(exitCode, 1, stored);
      assert.match(stderr, message);
    }
    const { exitCode, stderr } = await slnet(["train", "stack.tif", "-o", "no.json", "--archive", "no.json.gz"]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /expected a name that ends in \.zip/);
    assert.ok(!existsSync(file("no.json")) && !existsSync(file("no.zip")));
  });

  it("clean writes arrays for Python by name or --format, and reads them as stacks", async () => {
    for (const format of ["npy", "npz", "safetensors"]) {
      await slnetJson("clean", "stack.tif", "--method", "median", "-o", `array.${format}`);
      await slnetJson("clean", "stack.tif", "--method", "median", "--format", format, "-o", `named-${format}`);
      assert.deepEqual(await readFile(file(`named-${format}`)), await readFile(file(`array.${format}`)));
      const told = await slnetJson("info", `array.${format}`);
      assert.equal(told["format"], format);
      const cleaned = await slnetJson("clean", `array.${format}`, "--method", "median", "-o", `twice-${format}.tif`);
      assert.equal(cleaned["frames"], 130);
    }
    // The offset is known again from both.
    const [npz, safetensors] = [await readStack("twice-npz.tif"), await readStack("twice-safetensors.tif")];
    for (const index of [0, 77, 129]) assert.deepEqual(await safetensors.frame(index), await npz.frame(index));
  });

  it("train on a region of some frames writes where into the model, and a checkpoint goes on there", async () => {
    const training = ["--temporal-shifts", "0,20,40", "--engine", "js"];
    const part = ["--region", "8,4,40,50", "--frames", "30:"];
    const report = await slnetJson("train", "stack.tif", "-o", "part.json", ...training, ...part, "--max-epochs", "1");
    const region = { x: 8, y: 4, width: 40, height: 50, from: 30, to: 130 };
    assert.deepEqual(report["region"], region);
    assert.match((report["notices"] as string[]).join(" "), /the region has 40×50 pixels/);
    const on = ["--checkpoint", "part.json", "--max-epochs", "2"];
    const continued = await slnetJson("train", "stack.tif", "-o", "part.json", ...on);
    assert.deepEqual(continued["region"], region);
    const whole = await slnetJson(
      "train",
      "stack.tif",
      "-o",
      "whole-part.json",
      ...training,
      ...part,
      "--max-epochs",
      "2",
    );
    assert.deepEqual(continued["weights"], whole["weights"]);
    const frames = await slnetJson(
      "train",
      "stack.tif",
      "-o",
      "late.json",
      ...on,
      "--max-epochs",
      "3",
      "--frames",
      "40:200",
    );
    assert.deepEqual(frames["region"], { ...region, from: 40, to: 130 });
  });

  it("info --survey says how the stack is lit, and what would suit it", async () => {
    const { survey } = (await slnetJson("info", "stack.tif", "--survey")) as { survey: Record<string, unknown> };
    assert.equal(survey["framesRead"], 130);
    assert.equal(survey["saturationLevel"], null);
    assert.ok((survey["minimum"] as number) < (survey["darkLevelAdu"] as number));
    const { stdout } = await slnet([
      "info",
      "stack.tif",
      "--survey",
      "--offset-adu",
      "900",
      "--temporal-shifts",
      "0,60,120",
    ]);
    assert.match(
      stdout,
      /\nsurvey {8}of 130 frames\nlevels {8}\d+ to \d+ ADU, the darkest pixels \d+ ADU\nsaturation {4}none seen/,
    );
    assert.match(stdout, /\nwarning: the camera offset is stated as 900 ADU, but the darkest pixels read \d+ ADU/);
    assert.match(stdout, /\nwarning: with temporal shifts \[0, 60, 120\] only 10 of the 130 frames can start/);
  });

  it("the same seed trains the same model on the same engine", async () => {
    const training = ["--temporal-shifts", "0,20,40", "--max-epochs", "3", "--engine", "js"];
    await slnetJson("train", "stack.tif", "-o", "same.json", ...training);
    assert.equal(await readFile(file("same.json"), "utf8"), await readFile(file("model.json"), "utf8"));
  });

  it("training goes on from a checkpoint with its settings, and ends where an unbroken run does", async () => {
    const settings = ["--temporal-shifts", "0,20,40", "--keep", "last", "--engine", "js", "--validation-split", "0"];
    await slnetJson("train", "stack.tif", "-o", "half.json", ...settings, "--max-epochs", "1");
    await slnetJson("train", "stack.tif", "-o", "whole.json", ...settings, "--max-epochs", "2");
    await slnetJson("train", "stack.tif", "-o", "half.json", "--checkpoint", "half.json", "--max-epochs", "2");
    const resumed = parseModelFile(await readFile(file("half.json"), "utf8"), "half.json");
    const whole = parseModelFile(await readFile(file("whole.json"), "utf8"), "whole.json");
    assert.equal(resumed.epoch, 2);
    assert.deepEqual(resumed.weights, whole.weights);
  });

  it("without -o the model has the prefix and the name of the stack, in the output folder", async () => {
    const training = ["--temporal-shifts", "0,1", "--max-epochs", "1", "--train-frames", "0:8"];
    const report = await slnetJson("train", "stack.tif", "--output-path", "models", "--prefix", "run1_", ...training);
    assert.equal(report["model"], file("models/run1_stack.slnet.json"));
    parseModelFile(await readFile(file("models/run1_stack.slnet.json"), "utf8"), "run1_stack.slnet.json");
  });

  it("clean writes what the model says, every frame, and reports it", async () => {
    const report = await slnetJson(
      "clean",
      "stack.tif",
      "--model",
      "model.json",
      "-o",
      "clean.tif",
      "--type",
      "float32",
      "--engine",
      "js",
    );
    assert.deepEqual(
      {
        frames: report["frames"],
        from: report["from"],
        to: report["to"],
        engine: report["engine"],
        clipped: report["clipped"],
      },
      { frames: 130, from: 0, to: 130, engine: "js", clipped: 0 },
    );
    assert.deepEqual(report["outputs"], [file("clean.tif")]);
    const model = parseModelFile(await readFile(file("model.json"), "utf8"), "model.json");
    const map = separationMap(networkOf(model), model.normalisation);
    const [stack, cleaned] = [await readStack("stack.tif"), await readStack("clean.tif")];
    assert.deepEqual(cleaned.shape, { frames: 130, height: 64, width: 64, type: "float32" });
    for (const index of [0, 64, 129]) {
      const place = windowOf(index, model.temporalShifts, 130);
      const window = await Promise.all(place.frames.map((frame) => stack.frame(frame)));
      const expected = new Float32Array(64 * 64);
      separate(map, window, place.channel, expected, null, 0);
      assert.deepEqual(await cleaned.frame(index), expected, `frame ${index}`);
    }
  });

  it("uint16 frames are rounded, with the offset on the sparse part only, and clipped pixels are counted", async () => {
    const common = ["clean", "stack.tif", "--model", "model.json", "--engine", "js", "--frames", "10:13"];
    await slnetJson(...common, "-o", "exact.tif", "--low-rank", "exact-l.tif", "--type", "float32");
    const rounded = await slnetJson(...common, "-o", "rounded.tif", "--low-rank", "rounded-l.tif", "--offset", "100");
    const clippedReport = await slnetJson(...common, "-o", "clipped.tif", "--offset", "65535");
    assert.equal(rounded["clipped"], 0);
    let aboveLimit = 0;
    const [exact, exactL] = [await readStack("exact.tif"), await readStack("exact-l.tif")];
    const [sparse, lowRank] = [await readStack("rounded.tif"), await readStack("rounded-l.tif")];
    assert.equal(sparse.shape.frames, 3);
    assert.equal(sparse.shape.type, "uint16");
    for (let frame = 0; frame < 3; frame++) {
      const [s, l, s16, l16] = await Promise.all([exact, exactL, sparse, lowRank].map((stack) => stack.frame(frame)));
      assert.ok(s && l && s16 && l16);
      for (let i = 0; i < s.length; i++) {
        // Half a count of rounding, and what float32 adds to it near 700 counts.
        assert.ok(Math.abs((s16[i] ?? 0) - 100 - (s[i] ?? 0)) <= 0.5001, `sparse, frame ${frame}, pixel ${i}`);
        assert.ok(Math.abs((l16[i] ?? 0) - (l[i] ?? 0)) <= 0.5001, `low-rank, frame ${frame}, pixel ${i}`);
        if ((s[i] ?? 0) > 0.5) aboveLimit++;
      }
    }
    assert.ok(aboveLimit > 0);
    assert.equal(clippedReport["clipped"], aboveLimit);
  });

  it("what is known of the camera is written into the file, and its offset is added and stated", async () => {
    const camera = ["--camera-offset", "100", "--camera-gain", "2.1", "--exposure", "0.01"];
    const common = ["clean", "stack.tif", "--method", "median", "--frames", "0:20"];
    const report = await slnetJson(...common, ...camera, "--frame-interval", "0.03", "-o", "camera.tif");
    assert.equal(report["offsetAdu"], 100);
    const { description, pages } = walkTiff(await readFile(file("camera.tif")));
    for (const line of ["finterval=0.03", "offset=100", "exposure=0.01", "aduPerElectron=2.1", "unit=micron"]) {
      assert.ok(description.split("\n").includes(line), `${line} in ${description}`);
    }
    const simulated = await slnetJson(...common, "-o", "plain.tif");
    assert.equal(simulated["offsetAdu"], 100, "the offset of the camera that the stack was simulated with");
    await slnetJson(...common, "-o", "plain.tif", "--offset", "0");
    const plain = walkTiff(await readFile(file("plain.tif")));
    assert.ok(plain.description.includes("\noffset=0\n"));
    const [withOffset, without] = [pages, plain.pages].map((all) => new Uint16Array(Uint8Array.from(all[5]!).buffer));
    assert.deepEqual(
      withOffset,
      without?.map((value) => value + 100),
    );
    const { stderr } = await slnet([...common, ...camera, "-o", "camera.tif"]);
    assert.match(stderr, /\noffset 100 ADU, that of the camera\n/);
    const low = [...common, "--camera-offset", "65530", "-o", "camera.tif"];
    assert.ok(((await slnetJson(...low))["clipped"] as number) > 0);
  });

  it("the name or --format makes an OME-TIFF, --compress deflate a smaller file of the same frames", async () => {
    const common = ["clean", "stack.tif", "--method", "median", "--frames", "0:20"];
    await slnetJson(...common, "-o", "plain.tif");
    const plain = walkTiff(await readFile(file("plain.tif")));
    assert.match(plain.description, /^ImageJ=/);
    const variants = [
      ["-o", "named.ome.tif"],
      ["-o", "asked.tif", "--format", "ome-tiff"],
      ["-o", "small.tif", "--compress", "deflate", "--low-rank", "small-background.tif"],
      ["--output-path", "formats", "--format", "ome-tiff", "--compress", "deflate"],
    ];
    for (const options of variants) {
      const { outputs } = await slnetJson(...common, ...options);
      const [path = ""] = outputs as string[];
      const { description, pages, directories } = walkTiff(await readFile(path));
      assert.deepEqual(pages, plain.pages, path);
      assert.equal(directories[0]?.get(259), options.includes("deflate") ? 8 : 1);
      assert.match(description, path.endsWith("small.tif") ? /^ImageJ=/ : /^<\?xml/);
    }
    await stat(file("formats/stack_sparse.ome.tif"));
    assert.ok((await stat(file("small.tif"))).size < 0.8 * (await stat(file("plain.tif"))).size);
  });

  it("--resume goes on where a killed run stopped, to the file of an unbroken run", async () => {
    await writeFile(file("slow.tif"), await stackBytes("uint16", [120, 64, 64]));
    // A second of work at least, so that there is time to kill it.
    const rpca = ["clean", "slow.tif", "--method", "rpca", "--rpca-frames", "10", "--rpca-iterations", "50"];
    for (const form of [[], ["--compress", "deflate"]]) {
      await slnetJson(...rpca, ...form, "-o", "unbroken.tif");
      await killWhen([...rpca, ...form, "-o", "killed.tif"], async () => {
        const left = await readFile(file("killed.tif.part")).catch(() => null);
        return left !== null && left.length > 100_000;
      });
      assert.ok(!existsSync(file("killed.tif")), "it was killed before its end");
      const resumed = await slnetJson(...rpca, ...form, "-o", "killed.tif", "--resume");
      const { resumedFrames } = resumed as { resumedFrames: number };
      assert.ok(resumedFrames >= 1 && resumedFrames < 120, `${resumedFrames} frames`);
      assert.equal(resumed["frames"], 120);
      assert.ok((await readFile(file("killed.tif"))).equals(await readFile(file("unbroken.tif"))));
      assert.ok(!existsSync(file("killed.tif.part")));
      const other = await slnet([...rpca, ...form, "-o", "killed.tif", "--resume", "--offset", "3"]);
      assert.equal(other.exitCode, 1);
      assert.match(other.stderr, /^slnet: killed\.tif cannot be continued: it is a TIFF of another stack, model/m);
      await rm(file("killed.tif"));
    }
  });

  it("a killed run leaves a whole stack of the frames so far as npy and safetensors too", async () => {
    await writeFile(file("slow.tif"), await stackBytes("uint16", [120, 64, 64]));
    const rpca = ["clean", "slow.tif", "--method", "rpca", "--rpca-frames", "10", "--rpca-iterations", "50"];
    await slnetJson(...rpca, "-o", "unbroken.tif");
    const unbroken = await readStack("unbroken.tif");
    for (const format of ["npy", "safetensors"]) {
      const path = file(`killed.${format}.part`);
      const open = () => openStack({ type: "path", path }, {}, null, nodePlatform, "");
      await killWhen([...rpca, "-o", `killed.${format}`], async () => {
        const reader = await open().catch(() => null);
        await reader?.close();
        return (reader?.description.shape.frames ?? 0) > 10;
      });
      assert.ok(!existsSync(file(`killed.${format}`)), "it was killed before its end");
      const reader = await open();
      const { frames } = reader.description.shape;
      assert.ok(frames > 10 && frames < 120, `${frames} frames`);
      for (const index of [0, frames - 1]) {
        const frame = new Uint16Array(64 * 64);
        await reader.readFrames(index, index + 1, frame);
        assert.deepEqual(frame, await unbroken.frame(index));
      }
      await reader.close();
    }
  });

  it("--resume goes on with what a model cleaned on WebAssembly", async () => {
    const model = ["clean", "stack.tif", "--model", "model.json", "--engine", "wasm", "--low-rank", "wasm-l.tif"];
    await slnetJson(...model, "-o", "wasm.tif");
    const names = ["wasm.tif", "wasm-l.tif"];
    const unbroken = await Promise.all(names.map((name) => readFile(file(name))));
    await truncate(file("wasm.tif"), 400_000);
    await truncate(file("wasm-l.tif"), 800_000);
    const { resumedFrames } = await slnetJson(...model, "-o", "wasm.tif", "--resume");
    assert.ok((resumedFrames as number) > 30 && (resumedFrames as number) < 60, `${String(resumedFrames)} frames`);
    for (const [index, name] of names.entries()) {
      assert.ok((await readFile(file(name))).equals(unbroken[index]!), name);
    }
  });

  it(
    "where the file may not grow, the frames before are kept and --resume finishes it",
    { skip: process.platform === "win32" && "Windows has no ulimit" },
    async () => {
      const args = ["clean", "stack.tif", "--method", "median", "-o", "limited.tif"];
      await slnetJson(...args.slice(0, -1), "unlimited.tif");
      const command = 'ulimit -f 400; exec "$@"';
      const program = join(commandLineFolder, "slnet.js");
      const { status, stderr } = spawnSync("bash", ["-c", command, "bash", process.execPath, program, ...args], {
        cwd: folder,
        encoding: "utf8",
      });
      assert.equal(status, 1, stderr);
      const message = /^slnet: frame (\d+) could not be written: .*limited\.tif: writing stopped at byte \d+: (.*)$/m;
      const [, frame, rest] = message.exec(stderr) ?? assert.fail(stderr);
      assert.match(rest ?? "", new RegExp(`; the ${frame} frames before frame ${frame} are saved$`));
      assert.equal((await readStack("limited.tif")).shape.frames, Number(frame));
      await slnetJson(...args, "--resume");
      assert.ok((await readFile(file("limited.tif"))).equals(await readFile(file("unlimited.tif"))));
    },
  );

  it("--tail drop leaves out the frames without a whole window", async () => {
    const report = await slnetJson("clean", "stack.tif", "--model", "model.json", "-o", "drop.tif", "--tail", "drop");
    assert.equal(report["frames"], 90);
    assert.equal((await readStack("drop.tif")).shape.frames, 90);
  });

  it("the median needs no model, and names itself as the engine", async () => {
    const report = await slnetJson("clean", "stack.tif", "--method", "median", "-o", "median.tif", "--frames", "120:");
    assert.equal(report["engine"], "median");
    assert.equal(report["frames"], 10);
    assert.equal((await readStack("median.tif")).shape.frames, 10);
  });

  it("the masked mean keeps what is below 0, as floats with its sign and as 16 bits on an offset", async () => {
    const masked = ["clean", "stack.tif", "--method", "masked-mean", "--model", "model.json", "--mask-window", "40"];
    const report = await slnetJson(...masked, "--type", "float32", "-o", "masked.tif", "--low-rank", "masked-l.tif");
    assert.equal(report["frames"], 130);
    assert.equal(report["offsetAdu"], 0);
    const whole = await slnetJson(...masked, "-o", "masked-16.tif", "--offset", "150");
    const [raw, sparse, background, counts] = await Promise.all(
      ["stack.tif", "masked.tif", "masked-l.tif", "masked-16.tif"].map(async (name) =>
        (await readStack(name)).frame(129),
      ),
    );
    assert.ok(raw && sparse && background && counts);
    let below = 0;
    for (const [i, value] of raw.entries()) {
      const [s, b] = [sparse[i] ?? NaN, background[i] ?? NaN];
      assert.ok(Math.abs(s + b - value) < 1e-3, `pixel ${i}: ${s} + ${b}, expected ${value}`);
      if (s < 0) below++;
      const rounded = Math.min(65_535, Math.max(0, s + 150));
      assert.ok(Math.abs((counts[i] ?? NaN) - rounded) <= 0.5, `pixel ${i}: ${counts[i]} of ${s}`);
    }
    assert.ok(below > raw.length / 3, `${below} of ${raw.length} pixels are below 0`);
    assert.ok((whole["clipped"] as number) < 130);
    const photons = [
      "localize",
      "stack.tif",
      "--method",
      "masked-mean",
      "--model",
      "model.json",
      "--pixel-size",
      "100",
    ];
    const { notices } = await slnetJson(...photons, "--frames", "0:20", "-o", "masked.csv");
    assert.ok(!String(notices).includes("photons come out too low"), String(notices));
  });

  it("--median-window takes the median of so many frames, or of the whole stack", async () => {
    const input = await readStack("stack.tif");
    const { frames } = input.shape;
    const pixelsOf = (opened: typeof input): Promise<number[]> =>
      Promise.all(Array.from({ length: frames }, async (_, frame) => (await opened.frame(frame))[40] ?? NaN));
    const values = await pixelsOf(input);
    for (const [typed, size] of [
      ["11", 11],
      ["whole", frames],
    ] as const) {
      await slnetJson(
        ...["clean", "stack.tif", "--method", "median", "--median-window", typed],
        ...["-o", "sparse-window.tif", "--low-rank", "background-window.tif", "--offset", "7"],
      );
      const sparse = await pixelsOf(await readStack("sparse-window.tif"));
      const background = await pixelsOf(await readStack("background-window.tif"));
      for (let frame = 0; frame < frames; frame++) {
        const start = Math.min(Math.max(0, frame - Math.floor(size / 2)), frames - size);
        const window = values.slice(start, start + size).sort((a, b) => a - b);
        const median = window[Math.floor((size - 1) / 2)] ?? NaN;
        assert.equal(background[frame], median, `background of frame ${frame}, ${typed}`);
        assert.equal(sparse[frame], Math.max(0, (values[frame] ?? NaN) - median) + 7, `frame ${frame}, ${typed}`);
      }
    }
  });

  it("minimum and rolling-ball clean without a model, as core does", async () => {
    const raw = await readStack("stack.tif");
    const parts = ["-o", "m.tif", "--low-rank", "m-l.tif", "--type", "float32", "--offset", "0"];
    const noise = ["--camera-offset", "90", "--camera-gain", "2", "--read-noise", "1.5", "--excess-noise", "1.5"];
    const minimum = ["--method", "minimum", "--minimum-window", "20", ...noise];
    const report = await slnetJson("clean", "stack.tif", ...minimum, ...parts);
    assert.equal(report["engine"], "minimum");
    const camera = { offsetAdu: 90, aduPerElectron: 2, readNoiseElectrons: 1.5, excessNoise: 1.5 };
    const window = await Promise.all(Array.from({ length: 20 }, (_, index) => raw.frame(40 + index)));
    const expected = minimumBackground(window, createMinimumCorrection(20, camera));
    assert.deepEqual(await (await readStack("m-l.tif")).frame(50), expected);

    const ball = ["--method", "rolling-ball", "--ball-radius", "7.5", "--frames", "50:53"];
    assert.equal((await slnetJson("clean", "stack.tif", ...ball, ...parts))["engine"], "rolling-ball");
    const background = rollingBallBackground(await raw.frame(50), raw.shape.height, raw.shape.width, 7.5);
    assert.deepEqual(await (await readStack("m-l.tif")).frame(0), background);
    const samples = await raw.frame(50);
    const above = background.map((value, i) => Math.max(0, (samples[i] ?? NaN) - value));
    assert.deepEqual(await (await readStack("m.tif")).frame(0), above);

    await writeFile(file("silent.tif"), await stackBytes("uint16", [5, 32, 32]));
    const silent = await slnet(["clean", "silent.tif", "--method", "minimum", "-o", "none.tif"]);
    assert.equal(silent.exitCode, 1);
    assert.match(silent.stderr, /^slnet: silent\.tif does not say the .* of its camera, expected to be told/m);
  });

  it("rpca splits each frame into two parts that make it up again", async () => {
    const rpca = [
      "--method",
      "rpca",
      "--rpca-frames",
      "10",
      "--rpca-iterations",
      "200",
      "--frames",
      "0:10",
      "--type",
      "float32",
    ];
    const report = await slnetJson("clean", "stack.tif", ...rpca, "-o", "rpca.tif", "--low-rank", "rpca-l.tif");
    assert.equal(report["engine"], "rpca");
    assert.equal(report["frames"], 10);
    const [raw, sparse, lowRank] = await Promise.all(
      ["stack.tif", "rpca.tif", "rpca-l.tif"].map(async (name) => (await readStack(name)).frame(4)),
    );
    assert.ok(raw && sparse && lowRank);
    // The decomposition ends at 1e-7, and float32 pixels add about as much.
    let error = 0;
    let total = 0;
    for (const [i, value] of raw.entries()) {
      error += Math.abs(value - (sparse[i] ?? 0) - (lowRank[i] ?? 0));
      total += value;
    }
    assert.ok(error / total < 1e-6, `relative error ${error / total}`);
  });

  it("eval gives the figures, as a table or as numbers", async () => {
    const { figures, engine } = await slnetJson("eval", "stack.tif", "--model", "model.json", "--test-frames", "0:20");
    const { windows, loss, keptShare } = figures as Record<string, number>;
    assert.equal(windows, 20);
    assert.ok((loss ?? NaN) > 0);
    assert.ok((keptShare ?? NaN) > 0 && (keptShare ?? NaN) <= 1);
    assert.equal(typeof (engine as { name: unknown }).name, "string");
    const table = await slnet(["eval", "stack.tif", "--model", "model.json", "--test-frames", "0:20"]);
    assert.match(table.stdout, /windows measured +20\n/);
  });

  it("model says what a file holds and writes it for PyTorch and back, and each cleans to the same bytes", async () => {
    const told = await slnetJson("model", "model.json", "-o", "model.pt");
    assert.deepEqual([told["temporalShifts"], told["epoch"]], [[0, 20, 40], 3]);
    assert.deepEqual(told["notices"], []);
    await slnetJson("model", "model.pt", "-o", "back.json");
    const written = JSON.parse(await readFile(file("back.json"), "utf8")) as ModelFile;
    const original = JSON.parse(await readFile(file("model.json"), "utf8")) as ModelFile;
    assert.deepEqual(written.weights.conv1, original.weights.conv1.map(Math.fround));
    assert.equal(written.normalisation.maximum, original.normalisation.maximum);
    assert.deepEqual(written.optimizer?.step, original.optimizer?.step);
    for (const model of ["model.pt", "back.json"]) {
      await slnetJson("clean", "stack.tif", "--model", model, "-o", `${model}.tif`, "--engine", "js");
    }
    assert.deepEqual(await readFile(file("model.pt.tif")), await readFile(file("back.json.tif")));
    const text = await slnet(["model", "model.pt"]);
    assert.match(text.stdout, /temporal shifts +0, 20, 40 frames\n/);
  });

  it("model writes a package of the BioImage Model Zoo, tests the one it reads, and refuses to clean with a wrong one", async () => {
    const told = await slnetJson("model", "model.json", "-o", "zoo.bioimage.zip");
    assert.match((told["notices"] as string[]).join(" "), /authors, a licence/);
    const read = await slnetJson("model", "zoo.bioimage.zip", "-o", "zoo.json");
    assert.equal((read["tests"] as unknown[]).length, 3);
    assert.equal(await readFile(file("zoo.json"), "utf8"), await readFile(file("model.json"), "utf8"));
    const text = await slnet(["model", "zoo.bioimage.zip"]);
    assert.match(text.stdout, /test images +onnx: reproduced, largest difference \d\.\de-\d+ of \d/);
    await slnetJson("model", "zoo.bioimage.zip", "-o", "zoo.safetensors");
    for (const model of ["model.json", "zoo.bioimage.zip", "zoo.safetensors"]) {
      await slnetJson("clean", "stack.tif", "--model", model, "-o", `${model}.tif`, "--engine", "js");
    }
    const cleaned = await readFile(file("model.json.tif"));
    assert.deepEqual(await readFile(file("zoo.bioimage.zip.tif")), cleaned);
    assert.deepEqual(await readFile(file("zoo.safetensors.tif")), cleaned);
    // The frames themselves in place of their background.
    const zip = await openZip(createBufferSource("zoo.bioimage.zip", await readFile(file("zoo.bioimage.zip"))));
    const files = new Map<string, Uint8Array>();
    for (const path of zip.paths) {
      const entry = await zip.open(path);
      files.set(path, (await entry?.read(0, entry.size)) ?? new Uint8Array());
    }
    const rdf = Buffer.from(files.get("rdf.yaml") ?? []).toString();
    files.set(
      "rdf.yaml",
      Buffer.from(rdf.replace("source: test_low_rank.npy", "source: test_input.npy").replace(/sha256: .*/g, "")),
    );
    await writeFile(file("wrong.zip"), buildZip(files));
    const wrong = await slnet(["model", "wrong.zip"]);
    assert.match(wrong.stdout, /test images +onnx: NOT reproduced/);
    const refused = await slnet(["clean", "stack.tif", "--model", "wrong.zip", "-o", "wrong.tif"]);
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stderr, /does not reproduce the test images in it: .* off by up to/);
  });

  it("a checkpoint of the published code cleans, trains on, and is measured once its maximum is said", async () => {
    const checkpoint = fileURLToPath(new URL("../../../test/golden/reference_checkpoint.pt", import.meta.url));
    const cleaned = await slnetJson("clean", "stack.tif", "--model", checkpoint, "-o", "published.tif");
    assert.equal(cleaned["frames"], 130);
    assert.match((cleaned["notices"] as readonly string[]).join(" "), /largest pixel .* cancels out/);
    const on = ["--checkpoint", checkpoint, "--max-epochs", "102", "--train-frames", "0:20"];
    const trained = await slnetJson("train", "stack.tif", ...on, "-o", "on.pt", "--engine", "js");
    assert.ok((trained["steps"] as number) > 1212);
    const unknown = await slnet(["eval", "stack.tif", "--model", checkpoint]);
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.stderr, /no maximum of its training frames; .*--model-maximum/);
    const known = ["--model-maximum", "700", "--test-frames", "0:5"];
    const { figures } = await slnetJson("eval", "stack.tif", "--model", checkpoint, ...known);
    assert.equal((figures as { windows: number }).windows, 5);
  });

  it("what is typed about a model and contradicts its file is refused, not ignored", async () => {
    const checkpoint = fileURLToPath(new URL("../../../test/golden/reference_checkpoint.pt", import.meta.url));
    const clean = (...typed: string[]) =>
      slnet(["clean", "stack.tif", "--model", checkpoint, ...typed, "-o", "typed.tif"]);
    const refused = await clean("--model-shifts", "0,1,2");
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /says that its temporal shifts are 0, 49, 99; leave out --model-shifts/);
    const same = await clean("--model-shifts", "0,49,99", "--model-maximum", "700");
    assert.equal(same.exitCode, 0, same.stderr);
    assert.equal((await slnet(["model", checkpoint, "--model-maximum", "700", "-o", "typed.json"])).exitCode, 0);
    const other = await slnet(["eval", "stack.tif", "--model", "typed.json", "--model-maximum", "701"]);
    assert.match(other.stderr, /says that its largest pixel is 700; leave out --model-maximum/);
  });

  it("train evaluates on a test stack where one is named", async () => {
    await slnetJson("simulate", "-o", "test.tif", "--seed", "9", "--frames", "60", "--width", "64", "--height", "64");
    const training = ["--temporal-shifts", "0,20,40", "--max-epochs", "1", "--engine", "js"];
    const report = await slnetJson("train", "stack.tif", "-o", "tested.json", "--test-stack", "test.tif", ...training);
    // The window of frame 19 ends with frame 59, the last one.
    assert.equal((report["evaluation"] as { windows: number }).windows, 20);
  });
});

describe("localize", () => {
  interface Row {
    readonly frame: number;
    readonly x: number;
    readonly y: number;
    readonly photons: number;
  }

  /** Rows of a table by the names of their columns, whatever stands around it. */
  const readRows = async (name: string, columns: readonly [string, string, string, string]): Promise<Row[]> => {
    const [header = "", ...lines] = (await readFile(file(name), "utf8")).trim().split("\n");
    const names = header.split(",").map((field) => field.replaceAll('"', ""));
    return lines.map((line) => {
      const fields = line.split(",");
      const [frame = NaN, x = NaN, y = NaN, photons = NaN] = columns.map((name) => Number(fields[names.indexOf(name)]));
      return { frame, x, y, photons };
    });
  };
  const localizedRows = (name: string): Promise<Row[]> =>
    readRows(name, ["frame", "x [nm]", "y [nm]", "intensity [photon]"]);
  const photons = ["--quantum-efficiency", "0.82", "--read-noise", "1.6"];

  it("writes a table in the columns of ThunderSTORM whose rows are where the emitters were", async () => {
    const json = await slnetJson("localize", "stack.tif", "--method", "median", ...photons, "-o", "table.csv");
    const text = await readFile(file("table.csv"), "utf8");
    assert.equal(
      text.split("\n")[0],
      '"id","frame","x [nm]","y [nm]","sigma [nm]","intensity [photon]","offset [photon]","bkgstd [photon]","uncertainty [nm]"',
    );
    const rows = await localizedRows("table.csv");
    assert.equal(rows.length, json.localized);
    assert.equal(json.frames, 130);
    // Frames and emitters of the truth count from 0, positions are in pixels of 108 nm.
    const truth = await readRows("truth/emitters.csv", ["frame", "x [px]", "y [px]", "intensity [photon]"]);
    const bright = truth.filter(({ x, y, photons: light }) => light > 900 && Math.min(x, y, 64 - x, 64 - y) > 5);
    const ratios: number[] = [];
    for (const emitter of bright) {
      const near = rows.filter(
        ({ frame, x, y }) => frame === emitter.frame + 1 && Math.hypot(x / 108 - emitter.x, y / 108 - emitter.y) < 1,
      );
      if (near[0]) ratios.push(near[0].photons / emitter.photons);
    }
    ratios.sort((a, b) => a - b);
    assert.ok(ratios.length > 0.7 * bright.length, `${ratios.length} of ${bright.length} found`);
    const median = ratios[ratios.length >> 1] ?? NaN;
    assert.ok(median > 0.85 && median < 1.2, `photons ${median}`);
  });

  it("draws an image whose sum is the number of localizations, at the pixel size of its own", async () => {
    const options = ["--method", "median", "--fit", "phasor", "--frames", "10:60", "--render", "image.tif"];
    const json = await slnetJson(
      "localize",
      "stack.tif",
      ...options,
      "--magnification",
      "5",
      "--render-as",
      "histogram",
    );
    assert.deepEqual(json.outputs, [file("stack_localizations.csv"), file("image.tif")]);
    assert.deepEqual([json.from, json.to, json.method], [10, 60, "median"]);
    const reader = await openTiff(createBufferSource("image.tif", await readFile(file("image.tif"))));
    assert.deepEqual(reader.description.shape, { frames: 1, height: 320, width: 320, type: "float32" });
    assert.ok(Math.abs((reader.description.pixelSizeNm ?? NaN) - 108 / 5) < 1e-3);
    const image = new Float32Array(320 * 320);
    await reader.readFrames(0, 1, image);
    assert.equal(
      image.reduce((sum, value) => sum + value, 0),
      json.localized,
    );
    const frames = (await localizedRows("stack_localizations.csv")).map(({ frame }) => frame);
    assert.ok(frames.length > 0 && frames.every((frame) => frame >= 11 && frame <= 60));
  });

  it("takes a model, or no method at all, and says what that means", async () => {
    const { stderr, exitCode } = await slnet(["localize", "stack.tif", "--model", "model.json", "--frames", ":20"]);
    assert.equal(exitCode, 0);
    assert.match(stderr, /note: the background of SLNet has a part of each molecule in it/);
    assert.match(stderr, /localized 20 frames in .*: \d+ localizations/);
    const json = await slnetJson("localize", "stack.tif", "--frames", ":20", "-o", "raw.csv");
    assert.equal(json.method, "none");
    assert.ok(Number(json.localized) > 50);
  });

  it("refuses wrong usage before any work", async () => {
    for (const [args, pattern] of [
      [["stack.tif", "--method", "slnet"], /no --model/],
      [["stack.tif", "--method", "median", "--model", "model.json"], /--model, which the method median does not use/],
      [["stack.tif", "--median-window", "9"], /--median-window, expected only with --method median/],
      [["stack.tif", "--magnification", "4"], /--magnification, expected only with --render/],
      [["stack.tif", "--fit-window", "8"], /--fit-window is 8, expected an odd number/],
      [["stack.tif", "--fit", "wls"], /--fit is "wls", expected one of mle, phasor/],
      [["stack.tif", "-o", "stack.tif"], /is the input file itself/],
      [["stack.tif", "-o", "a.csv", "--render", "a.csv"], /named for two outputs/],
    ] as const) {
      const { exitCode, stderr } = await slnet(["localize", ...args]);
      assert.deepEqual([exitCode, pattern.test(stderr)], [2, true], stderr);
    }
  });

  it("wants to know the pixel size, and an image that fits into memory", async () => {
    await writeFile(file("bare.tif"), await stackBytes("uint16", [5, 32, 32]));
    const { exitCode, stderr } = await slnet(["localize", "bare.tif", "-o", "bare.csv"]);
    assert.deepEqual([exitCode, existsSync(file("bare.csv"))], [1, false]);
    assert.match(stderr, /bare.tif does not say how large its pixels are, expected --pixel-size/);
    const known = await slnet(["localize", "bare.tif", "-o", "bare.csv", "--pixel-size", "100"]);
    assert.equal(known.exitCode, 0);
    assert.match(known.stderr, /note: the gain of the camera is not known/);

    await writeFile(file("wide.tif"), await stackBytes("uint16", [1, 600, 600], () => 100));
    const image = ["--pixel-size", "100", "--render", "wide-image.tif", "--magnification", "64"];
    const large = await slnet(["localize", "wide.tif", "-o", "wide.csv", ...image]);
    assert.equal(large.exitCode, 1);
    assert.match(large.stderr, /an image of 38400 × 38400 pixels is too large, .* use a magnification below 64/);
    assert.deepEqual([existsSync(file("wide.csv")), existsSync(file("wide.csv.part"))], [false, false]);
  });

  it("keeps the localizations of the frames before one that cannot be read", async () => {
    const broken = (frame: number, i: number): number => (frame === 12 && i === 100 ? NaN : 100 + (i % 7));
    await writeFile(file("hole.tif"), await stackBytes("float32", [20, 32, 32], broken));
    const { exitCode, stderr } = await slnet(["localize", "hole.tif", "--pixel-size", "100", "-o", "hole.csv"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /frame 12 holds NaN .*; the localizations of the first 12 frames are in .*hole\.csv/);
    assert.match(await readFile(file("hole.csv"), "utf8"), /^"id","frame"/);
    const first = await slnet(["localize", "hole.tif", "--pixel-size", "100", "-o", "none.csv", "--frames", "12:"]);
    assert.deepEqual(
      [first.exitCode, existsSync(file("none.csv")), existsSync(file("none.csv.part"))],
      [1, false, false],
    );
  });
});

describe("real recordings", () => {
  const dataFolder = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
  const recordings = [
    { name: "nucleus-spt-100x102x108-u16.tif", shape: [100, 102, 108], cropSide: 102 },
    { name: "simulated-tubes-hd-361x64x64-u16.tif", shape: [361, 64, 64], cropSide: 64 },
  ] as const;
  for (const { name, shape, cropSide } of recordings) {
    const path = join(dataFolder, name);
    it(
      `${name} is trained on, cleaned and measured`,
      { skip: !existsSync(path) && `${path} is not there` },
      async () => {
        const training = [
          "--temporal-shifts",
          "0,20,40",
          "--max-epochs",
          "5",
          "--train-frames",
          "0:60",
          "--engine",
          "js",
        ];
        const trained = await slnetJson("train", path, "-o", "real.json", ...training);
        const notices = (trained["notices"] as string[]).join(" ");
        assert.match(notices, new RegExp(`crop side is ${cropSide} instead of 128 pixels`));
        const cleaned = await slnetJson("clean", path, "--model", "real.json", "-o", "real.tif");
        const [frames, height, width] = shape;
        assert.equal(cleaned["frames"], frames);
        assert.deepEqual((await readStack("real.tif")).shape, { frames, height, width, type: "uint16" });
        const { figures } = await slnetJson("eval", path, "--model", "real.json");
        assert.ok(((figures as Record<string, number>)["loss"] ?? NaN) > 0);
      },
    );
  }
});

describe("Ctrl-C", { skip: process.platform === "win32" && "Windows has no SIGINT to send" }, () => {
  it("in the middle of cleaning leaves a whole, shorter file and says how many frames it has", async () => {
    // Robust principal components of noise take long enough for a first line of progress, after 2 s, on any machine.
    await writeFile(file("long.tif"), await stackBytes("uint16", [600, 96, 96]));
    const rpca = ["--method", "rpca", "--rpca-frames", "10", "--rpca-iterations", "10000"];
    const { exitCode, stdout, stderr } = await slnet(["clean", "long.tif", ...rpca, "-o", "short.tif", "--json"], {
      interruptAt: /^cleaning: \d/m,
    });
    assert.equal(exitCode, 130, stderr);
    const { frames, interrupted } = JSON.parse(stdout) as { frames: number; interrupted: boolean };
    assert.equal(interrupted, true);
    assert.ok(frames > 0 && frames < 600, `${frames} frames`);
    const short = await readStack("short.tif");
    assert.equal(short.shape.frames, frames);
    await short.frame(frames - 1);
    assert.match(stderr, new RegExp(`stopped: ${frames} of 600 frames`));
  });

  it("in the middle of localizing leaves a whole, shorter table", async () => {
    const rpca = ["--method", "rpca", "--rpca-frames", "10", "--rpca-iterations", "10000", "--pixel-size", "100"];
    const { exitCode, stdout, stderr } = await slnet(["localize", "long.tif", ...rpca, "-o", "short.csv", "--json"], {
      interruptAt: /^localizing: \d/m,
    });
    assert.equal(exitCode, 130, stderr);
    const report = JSON.parse(stdout) as { frames: number; localized: number; interrupted: boolean };
    assert.equal(report.interrupted, true);
    assert.ok(report.frames > 0 && report.frames < 600, `${report.frames} frames`);
    const lines = (await readFile(file("short.csv"), "utf8")).split("\n");
    assert.deepEqual([lines.length - 2, lines.at(-1)], [report.localized, ""]);
    assert.match(stderr, new RegExp(`stopped after ${report.frames} of 600 frames`));
  });

  it("in the middle of training keeps the model so far", async () => {
    const { exitCode, stdout, stderr } = await slnet(
      ["train", "stack.tif", "-o", "stopped.json", "--temporal-shifts", "0,20,40", "--max-epochs", "100000", "--json"],
      { interruptAt: /^training: \d/m },
    );
    assert.equal(exitCode, 130, stderr);
    const report = JSON.parse(stdout) as { steps: number; interrupted: boolean; model: string };
    assert.equal(report.interrupted, true);
    assert.ok(report.steps > 0);
    const model = parseModelFile(await readFile(file("stopped.json"), "utf8"), "stopped.json");
    assert.ok(model.steps > 0 && model.steps <= report.steps);
    assert.match(stderr, /stopped after \d+ steps/);
  });

  it("in the middle of a simulation leaves no unfinished file behind", async () => {
    const size = ["--frames", "100000", "--width", "64", "--height", "64"];
    const { exitCode, stderr } = await slnet(["simulate", "-o", "endless.tif", ...size], {
      interruptAt: /^simulating: \d/m,
    });
    assert.equal(exitCode, 130, stderr);
    const left = (await readdir(folder)).filter((name) => name.startsWith("endless"));
    // A whole, shorter stack is as good as none; a broken one is not.
    for (const name of left) assert.ok((await readStack(name)).shape.frames < 100_000, name);
    assert.ok(!left.some((name) => name.endsWith(".part")), left.join(", "));
  });
});

describe("bad input ends with exit code 1 and one clear sentence", () => {
  before(async () => {
    const whole = await stackBytes("uint16", [50, 16, 16]);
    await writeFile(file("text.tif"), "this is no stack at all\n".repeat(10));
    await writeFile(file("empty.tif"), "");
    await writeFile(file("truncated.tif"), whole.subarray(0, whole.length - 100));
    await writeFile(file("sizes.tif"), withOtherWidth(whole, 15));
    await writeFile(file("few.tif"), await stackBytes("uint16", [30, 64, 64]));
    const notANumber = (frame: number, index: number): number => (frame === 100 && index === 70 ? NaN : frame + index);
    await writeFile(file("nan.tif"), await stackBytes("float32", [130, 16, 16], notANumber));
    const infinite = (frame: number, index: number): number => (frame === 3 && index === 17 ? Infinity : frame + index);
    await writeFile(file("infinite.tif"), await stackBytes("float32", [60, 16, 16], infinite));
    await writeFile(file("broken.json"), '{"format": "slnet-web-model", ');
    await writeFile(file("other.json"), '{"name": "something else"}');
    const model = JSON.parse(await readFile(file("model.json"), "utf8")) as Record<string, unknown>;
    await writeFile(file("mismatch.json"), JSON.stringify({ ...model, temporalShifts: [0, 20] }));
  });

  const model = "--model model.json -o out.tif";
  const cases: readonly (readonly [what: string, args: string, message: RegExp])[] = [
    ["a missing file", "info nowhere.tif", /nowhere\.tif cannot be opened/],
    [
      "a folder of several stacks",
      "info truth",
      /truth holds 2 TIFF files and the first, background\.tif, has 130 pages/,
    ],
    ["a file that is no TIFF", "info text.tif", /text\.tif .*expected TIFF/],
    ["an empty file", `clean empty.tif ${model}`, /empty\.tif is empty/],
    ["a truncated file", `clean truncated.tif ${model}`, /page 49 .*file ends at/],
    ["frames of different sizes", `clean sizes.tif ${model}`, /page 1 is 16×15 pixels, expected 16×16/],
    [
      "fewer frames than the shifts need",
      `clean few.tif ${model}`,
      /30 frames, temporal shifts \[0, 20, 40\] need at least 41/,
    ],
    [
      "training on too few frames",
      "train few.tif -o out.json",
      /30 frames, temporal shifts \[0, 49, 99\] need at least 100/,
    ],
    [
      "infinite pixels",
      "train infinite.tif -o out.json --temporal-shifts 0,20,40",
      /frame 3 holds Infinity at row 1, column 1/,
    ],
    ["NaN pixels", "clean nan.tif --method median --frames 99: -o out.tif", /frame 100 holds NaN at row 4, column 6/],
    [
      "frames that the stack has not",
      `clean stack.tif ${model} --frames 500:600`,
      /begins at frame 500, but the stack has 130/,
    ],
    ["a missing model", "clean stack.tif --model nowhere.json -o out.tif", /model nowhere\.json cannot be read/],
    ["a model that is not JSON", "clean stack.tif --model broken.json -o out.tif", /model broken\.json is not JSON/],
    ["a stack in place of a model", "eval stack.tif --model stack.tif", /stack\.tif is no model, expected/],
    ["JSON that is no model", "eval stack.tif --model other.json", /other\.json is not an SLNet model file/],
    [
      "a model whose sizes do not match",
      "clean stack.tif --model mismatch.json -o out.tif",
      /conv1 has 18 numbers, expected 8/,
    ],
    [
      "a checkpoint of another size",
      "train stack.tif -o out.json --checkpoint model.json --temporal-shifts 0,1 --max-epochs 9",
      /3 frames per window/,
    ],
    [
      "training frames of another form",
      "train stack.tif -o out.json --train-frames a:b",
      /--train-frames: "a:b" is not a frame selection/,
    ],
    [
      "an output folder that is missing",
      "train stack.tif -o nowhere/out.json",
      /the output folder cannot be written to/,
    ],
  ];
  for (const [what, args, message] of cases) {
    it(`${what}: ${args}`, async () => {
      const { exitCode, stdout, stderr } = await slnet([...args.split(" "), "--json"]);
      assert.equal(exitCode, 1, stderr);
      const sentences = stderr.split("\n").filter((line) => line.startsWith("slnet: "));
      assert.equal(sentences.length, 1, stderr);
      assert.match(sentences[0] ?? "", message);
      assert.doesNotMatch(stderr, /^\s+at /m, "no stack trace");
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
      assert.equal(error.code, "bad-input");
      assert.equal(`slnet: ${error.message}`, sentences[0]);
      const left = (await readdir(folder)).filter((name) => /^out\./.test(name));
      assert.deepEqual(left, [], "nothing is left behind");
    });
  }

  it("NaN pixels in the middle of cleaning leave the frames before them in a whole file", async () => {
    const training = ["--temporal-shifts", "0,1,2", "--train-frames", "0:20", "--max-epochs", "1", "--engine", "js"];
    await slnetJson("train", "nan.tif", "-o", "near.json", ...training);
    const { exitCode, stderr } = await slnet([
      "clean",
      "nan.tif",
      "--model",
      "near.json",
      "-o",
      "before.tif",
      "--engine",
      "js",
    ]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /slnet: frame 100 holds NaN .* the (\d+) frames before frame \1 are saved/);
    const saved = Number(/the (\d+) frames before frame/.exec(stderr)?.[1]);
    // Windows of three frames: the last one without the NaN begins at frame 97.
    assert.ok(saved >= 1 && saved <= 98, `${saved} frames`);
    assert.equal((await readStack("before.tif")).shape.frames, saved);
  });

  it("a failed run leaves an earlier output as it was", async () => {
    await writeFile(file("keep.tif"), "precious");
    const { exitCode } = await slnet(["clean", "nan.tif", "--method", "median", "--frames", "99:", "-o", "keep.tif"]);
    assert.equal(exitCode, 1);
    assert.equal(await readFile(file("keep.tif"), "utf8"), "precious");
  });

  it("a missing worker script is said in one sentence", async () => {
    const alone = file("installation");
    await mkdir(alone);
    await copyFile(join(commandLineFolder, "slnet.js"), join(alone, "slnet.js"));
    await writeFile(join(alone, "package.json"), '{"type": "module"}');
    const parts = join(commandLineFolder, "parts");
    if (await stat(parts).catch(() => null)) await cp(parts, join(alone, "parts"), { recursive: true });
    const { exitCode, stderr } = await slnet(["info", "stack.tif"], { program: join(alone, "slnet.js") });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^slnet: the worker crashed: a file of the installation is missing \(.*worker\.js.*\)\n$/);
  });
});
