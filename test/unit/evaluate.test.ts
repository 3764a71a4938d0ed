import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";

import { SaxesParser } from "saxes";

import {
  evaluateScenes,
  sceneOptions,
  type EvaluationRequest,
  type ShownScene,
} from "../../src/cli/evaluation/evaluate-scenes.js";
import { evaluatedMethods } from "../../src/cli/evaluation/methods.js";
import type { QualityReport } from "../../src/cli/evaluation/quality-report.js";
import { reportPage } from "../../src/cli/evaluation/report-page.js";
import { drawScene } from "../../src/cli/evaluation/report-pictures.js";
import { reportText } from "../../src/cli/evaluation/report-text.js";
import type { MethodFigures } from "../../src/core/evaluation/method-score.js";
import { verdictOn } from "../../src/core/evaluation/method-verdict.js";
import { truthOf } from "../../src/core/evaluation/recording-truth.js";
import type { OwnReport } from "../../src/core/evaluation/own-report.js";
import { scoredFrames } from "../../src/core/evaluation/scored-frames.js";
import { meanInterval, seedStatistics } from "../../src/core/evaluation/seed-statistics.js";
import { truthFigures } from "../../src/core/evaluation/truth-figures.js";
import { crc32 } from "../../src/core/io/crc32.js";
import { encodeGreyPng } from "../../src/core/io/png-writer.js";
import { createFrameLocalizer } from "../../src/core/localization/frame-localizer.js";
import { createLocalizationList } from "../../src/core/localization/localization.js";
import { completeLocalizerOptions } from "../../src/core/localization/localizer-options.js";
import { medianWindowStart, slideMedians } from "../../src/core/running-median.js";
import { createSimulation, simulationMetadata } from "../../src/core/simulation.js";
import { connect } from "./in-process-worker.js";

const side = 56;
const frameCount = 140;
const request: EvaluationRequest = {
  scenes: ["puncta"],
  methods: evaluatedMethods.filter(({ isDefault }) => isDefault),
  seeds: [1, 2],
  tuningSeeds: [1001],
  frames: frameCount,
  side,
  scoredFrames: 20,
  engine: "js",
  jobs: 1,
};

describe("an evaluation of methods on scenes", () => {
  let report: QualityReport;
  let shown: readonly ShownScene[];
  const stages: string[] = [];

  before(async () => {
    ({ report, shown } = await evaluateScenes(request, {
      signal: new AbortController().signal,
      createClient: async () => (await connect()).client,
      onProgress: (done, total, stage) => stages.push(`${done}/${total} ${stage}`),
    }));
  });

  it("gives the figures that come out where each is computed by itself", () => {
    const row = rowOf(report, "median-50");
    for (const [at, seed] of request.seeds.entries()) {
      const expected = medianFigures(shown[0]!.simulation, seed, row.thresholdFactor);
      const { jaccard, rmseNm, efficiency, photonRatio, backgroundRmsePhotons, backgroundBias, keptLight } =
        row.perSeed[at]!;
      assert.deepEqual({ jaccard, rmseNm, efficiency, photonRatio }, expected.positions);
      assert.ok(jaccard > 0.3 && jaccard < 1, `a Jaccard index of ${jaccard} tells nothing`);
      near(backgroundRmsePhotons, expected.backgroundRmsePhotons, 1e-5);
      near(backgroundBias, expected.backgroundBias, 1e-5);
      near(keptLight, expected.keptLight, 1e-5);
    }
    const mean = (row.perSeed[0]!.efficiency + row.perSeed[1]!.efficiency) / 2;
    near(row.overSeeds.efficiency?.mean ?? null, mean, 1e-12);
  });

  it("chooses the threshold by the efficiency on other seeds", () => {
    for (const { thresholdFactor, tuningEfficiencies } of report.scenes[0]!.rows) {
      const best = report.options.thresholdFactors[tuningEfficiencies.indexOf(Math.max(...tuningEfficiencies))];
      assert.equal(thresholdFactor, best);
    }
    assert.ok(request.tuningSeeds.every((seed) => !report.options.seeds.includes(seed)));
  });

  it("finds that raw frames are far worse among steady spots, and that published SLNet takes light", () => {
    const [raw, median, slnet, sparse] = ["raw", "median-50", "slnet", "slnet-sparse"].map((name) =>
      rowOf(report, name),
    );
    assert.ok(raw!.overSeeds.efficiency!.mean < median!.overSeeds.efficiency!.mean - 0.1);
    assert.ok(slnet!.overSeeds.photonRatio!.mean < 0.7);
    assert.equal(slnet!.verdict?.photonsAreRight, false);
    assert.equal(slnet!.verdict?.wins, false);
    assert.ok(sparse!.overSeeds.photonRatio!.mean < 0.7);
    // The same background, handed to the localizer in another way.
    assert.equal(sparse!.perSeed[0]!.backgroundRmsePhotons, slnet!.perSeed[0]!.backgroundRmsePhotons);
    assert.notEqual(sparse!.perSeed[0]!.jaccard, slnet!.perSeed[0]!.jaccard);
    assert.equal(raw!.overSeeds.backgroundRmsePhotons, null);
    assert.equal(raw!.verdict, null);
    for (const { overSeeds } of report.scenes[0]!.rows) assert.equal(overSeeds.lostFrames?.mean, 0);
  });

  it("holds every method against the true background too", () => {
    const { perSeed } = rowOf(report, "truth");
    for (const [at, { backgroundRmsePhotons, keptLight, photonRatio }] of perSeed.entries()) {
      assert.equal(backgroundRmsePhotons, 0);
      near(keptLight, 1, 0.05);
      near(photonRatio, 1, 0.08);
      assert.ok(rowOf(report, "median-50").perSeed[at]!.backgroundRmsePhotons! > 0.5);
    }
  });

  it("says what it is doing, from the first recording to the last", () => {
    assert.match(stages[0]!, /^0\/3 puncta, seed 1001: simulating$/);
    assert.match(stages.at(-1)!, /^3\/3 puncta, seed 2: done$/);
    assert.ok(stages.includes("2/3 puncta, seed 2: training"));
  });

  it("makes a page that is well formed, asks for nothing and names every method", async () => {
    const page = reportPage(
      report,
      (await Promise.all(shown.map(drawScene))).filter((scene) => scene !== null),
    );
    const elements = elementsOf(page);
    const named = (name: string) => elements.filter((element) => element.name === name);
    assert.equal(named("script").length, 0);
    assert.equal(named("link").length, 0);
    assert.ok(elements.every(({ attributes }) => !("style" in attributes)));
    // The frame, three pictures of the truth and of the nine methods with a background, and one of raw.
    const pictures = named("img");
    assert.equal(pictures.length, 1 + 3 * 10 + 1);
    for (const { attributes } of pictures) {
      assert.match(attributes["src"]!, /^data:image\/png;base64,/);
      assert.ok(attributes["alt"]!.length > 10);
    }
    assert.equal(named("table").length, named("caption").length);
    for (const { attributes } of named("th")) assert.match(attributes["scope"] ?? "", /^(row|col)$/);
    const ids = elements.flatMap(({ attributes }) => attributes["id"] ?? []);
    assert.equal(new Set(ids).size, ids.length);
    for (const { attributes } of named("a")) assert.ok(ids.includes(attributes["href"]!.slice(1)), attributes["href"]);
    for (const { name } of report.methods) assert.ok(page.includes(`>${name}</th>`), name);
  });

  it("lets the page's own policy pass its styles", () => {
    const page = reportPage(report, []);
    const styles = /<style>([^]*)<\/style>/.exec(page)![1]!;
    const hash = createHash("sha256").update(styles).digest("base64");
    const policy = elementsOf(page).find(({ attributes }) => "http-equiv" in attributes)!.attributes["content"]!;
    assert.match(policy, /default-src 'none'/);
    assert.ok(policy.includes(`'sha256-${hash}'`));
  });

  it("takes no text for markup", () => {
    const hostile = `<script>alert("1")</script>`;
    const page = reportPage({ ...report, methods: [{ name: "raw", title: hostile }] }, []);
    assert.ok(!page.includes("<script"));
    assert.ok(page.includes("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"));
  });

  it("writes the same figures for a terminal", () => {
    const text = reportText(report);
    const { mean, standardDeviation } = rowOf(report, "median-100").overSeeds.jaccard!;
    assert.ok(text.includes(`${mean.toFixed(3)} ± ${standardDeviation!.toFixed(3)}`));
    assert.match(text, /slnet: .*Photons 0\.\d+, not within 0\.97 to 1\.03/);
  });
});

describe("an evaluation that ends early", () => {
  it("leaves no worker behind and gives the reason", async () => {
    const controller = new AbortController();
    let disposed = 0;
    const evaluation = evaluateScenes(request, {
      signal: controller.signal,
      createClient: async () => {
        const { client } = await connect();
        const dispose = client.dispose.bind(client);
        client.dispose = () => {
          disposed++;
          dispose();
        };
        return client;
      },
      onProgress: (_, __, stage) => {
        if (stage.endsWith("training")) controller.abort(new Error("enough"));
      },
    });
    await assert.rejects(evaluation, /enough/);
    assert.equal(disposed, 1);
  });
});

describe("frames to score", () => {
  it("are spread evenly with half a share before the first and behind the last", () => {
    assert.deepEqual(scoredFrames(600, 4), [75, 225, 375, 525]);
    assert.deepEqual(scoredFrames(3, 10), [0, 1, 2]);
  });

  it("have emitters at the edge that are neither missed nor found", () => {
    const simulation = createSimulation(sceneOptions("puncta", 1, { frames: frameCount, side }));
    const truth = truthOf(simulation, [10, 60]);
    const all = [10, 60].flatMap((frame) => simulation.emittersIn(frame));
    assert.equal(truth.emitters.photons.length, all.length);
    const counted = all.filter(
      ({ xPixels: x, yPixels: y, photons }) =>
        Math.min(x, y, side - x, side - y) >= 6 && photons >= 0.2 * simulation.options.photonsMin,
    ).length;
    assert.equal(truth.countedEmitters, counted);
    const nothing = { frame: [], xNm: [], yNm: [], photons: [] };
    assert.equal(truthFigures(truth.emitters, nothing, { leastPhotons: truth.leastPhotons }).falseNegatives, counted);
  });
});

describe("statistics over seeds", () => {
  it("are the textbook's", () => {
    assert.deepEqual(seedStatistics([2, 4, null, 9]), { mean: 5, standardDeviation: Math.sqrt(13), count: 3 });
    assert.deepEqual(seedStatistics([2]), { mean: 2, standardDeviation: null, count: 1 });
    assert.equal(seedStatistics([null]), null);
    // 0.1, 0.2, 0.3: mean 0.2, deviation 0.1, t of 2 degrees of freedom 4.303.
    const { mean, low, high } = meanInterval([0.1, 0.2, 0.3]);
    near(mean, 0.2, 1e-12);
    near(high - low, (2 * 4.303 * 0.1) / Math.sqrt(3), 1e-9);
    assert.equal(meanInterval([0.1]).high, Infinity);
  });

  it("go on beyond the table of Student's t", () => {
    // 2.0930 for 19 degrees of freedom: 20 differences of deviation 1.
    const values = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : -1) * Math.sqrt(19 / 20));
    near((meanInterval(values).high * Math.sqrt(20)) / 1, 2.093, 2e-3);
  });
});

describe("a verdict", () => {
  const figures = (efficiency: number, photonRatio: number, backgroundRmsePhotons: number | null): MethodFigures => ({
    ...{ jaccard: 0.8, recall: 0.8, precision: 1, rmseNm: 30, keptLight: 1, backgroundBias: 0 },
    ...{ efficiency, photonRatio, backgroundRmsePhotons },
  });
  const others = {
    raw: [figures(0.3, 1.2, null), figures(0.4, 1.2, null), figures(0.5, 1.2, null)],
    "median-50": [figures(0.4, 0.95, 2), figures(0.5, 0.95, 2), figures(0.6, 0.95, 2)],
    "median-100": [figures(0.41, 0.96, 1.5), figures(0.5, 0.96, 1.5), figures(0.62, 0.96, 1.5)],
  };
  const method = (gains: readonly number[], photons: number, rmse: number) =>
    gains.map((gain, i) => figures(others["median-100"][i]!.efficiency + gain, photons, rmse));

  it("says of a method that is worse that it is worse", () => {
    const verdict = verdictOn(method([-0.1, -0.11, -0.09], 0.4, 9), others);
    assert.equal(verdict.bestBaseline, "median-100");
    assert.equal(verdict.efficiency, "worse");
    assert.equal(verdict.photonsAreRight, false);
    assert.equal(verdict.backgroundIsNoWorse, false);
    assert.equal(verdict.wins, false);
  });

  it("says of a method that is better on all three counts that it wins", () => {
    const verdict = verdictOn(method([0.1, 0.11, 0.09], 1.01, 1.5), others);
    assert.equal(verdict.efficiency, "better");
    assert.equal(verdict.wins, true);
    assert.equal(verdictOn(method([0.1, 0.11, 0.09], 1.04, 1.5), others).wins, false);
    assert.equal(verdictOn(method([0.1, 0.11, 0.09], 1.01, 1.6), others).wins, false);
  });

  it("tells nothing apart by chance, nor by one seed", () => {
    assert.equal(verdictOn(method([0.1, -0.05, 0.02], 1, 1), others).efficiency, "not told apart");
    const one = { raw: [others.raw[0]!], "median-50": [figures(0.2, 1, 1)], "median-100": [figures(0.2, 1, 1)] };
    assert.equal(verdictOn([figures(0.9, 1, 1)], one).efficiency, "not told apart");
  });
});

describe("a grey PNG", () => {
  it("has the pixels, row by row, and right checksums", async () => {
    const grey = Uint8Array.of(0, 10, 255, 7, 8, 9);
    const bytes = await encodeGreyPng(grey, 3, 2);
    assert.deepEqual([...bytes.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const view = new DataView(bytes.buffer);
    const chunks = new Map<string, Uint8Array>();
    for (let at = 8; at < bytes.length;) {
      const length = view.getUint32(at);
      const content = bytes.subarray(at + 8, at + 8 + length);
      assert.equal(view.getUint32(at + 8 + length), crc32(bytes.subarray(at + 4, at + 8 + length)));
      chunks.set(new TextDecoder().decode(bytes.subarray(at + 4, at + 8)), content);
      at += length + 12;
    }
    assert.deepEqual([...chunks.keys()], ["IHDR", "IDAT", "IEND"]);
    assert.deepEqual([...chunks.get("IHDR")!], [0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 0]);
    assert.deepEqual([...inflateSync(chunks.get("IDAT")!)], [0, 0, 10, 255, 0, 7, 8, 9]);
  });
});

describe("slnet evaluate", () => {
  const program = fileURLToPath(new URL("../../../dist/cli/slnet.js", import.meta.url));
  const quick =
    "evaluate --scenes dense --seeds 1 --tuning-seeds 1 --frames 120 --size 48 --scored-frames 4 --methods raw --jobs 2";
  let folder = "";
  before(async () => (folder = await mkdtemp(join(tmpdir(), "slnet-evaluate-"))));
  after(() => rm(folder, { recursive: true, force: true }));

  const slnet = (args: string, interruptAt: RegExp | null = null) =>
    new Promise<{ exitCode: number | null; stdout: string; stderr: string }>((resolve) => {
      const child = spawn(process.execPath, [program, ...args.split(" ")], { cwd: folder });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (text: Uint8Array) => (stdout += String(text)));
      child.stderr.on("data", (text: Uint8Array) => {
        stderr += String(text);
        if (interruptAt?.test(stderr)) child.kill("SIGINT");
      });
      child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
    });

  it("measures a stack where one is named, and refuses what belongs to the other kind", async () => {
    const simulated = await slnet("simulate --width 48 --height 48 --frames 120 --seed 2 -o own.tif");
    assert.equal(simulated.exitCode, 0, simulated.stderr);
    const { exitCode, stdout, stderr } = await slnet(
      "evaluate own.tif --methods median-50 --frames 110 --figures own.json --json",
    );
    assert.equal(exitCode, 0, stderr);
    const report = JSON.parse(await readFile(join(folder, "own.json"), "utf8")) as OwnReport;
    assert.equal(report.format, "slnet-recording-report");
    assert.equal(report.frames, 110);
    assert.deepEqual((JSON.parse(stdout) as OwnReport).methods, report.methods);
    assert.ok(report.methods[0]!.figures!.localizations > 50);
    for (const [args, message] of [
      ["evaluate own.tif --seeds 2", /evaluate was given --seeds, expected only without a STACK/],
      ["evaluate --pixel-size 100", /evaluate was given --pixel-size, expected only with a STACK/],
      ["evaluate own.tif --methods truth", /--methods has "truth" in it/],
    ] as const) {
      const refused = await slnet(args);
      assert.equal(refused.exitCode, 2, args);
      assert.match(refused.stderr, message);
    }
    const left = await readdir(folder);
    await Promise.all(left.map((name) => rm(join(folder, name))));
  });

  it("writes the page and the figures, and prints the same", async () => {
    const { exitCode, stdout, stderr } = await slnet(`${quick} -o report.html --figures report.json --json`);
    assert.equal(exitCode, 0, stderr);
    const report = JSON.parse(await readFile(join(folder, "report.json"), "utf8")) as QualityReport;
    const { outputs, ...printed } = JSON.parse(stdout) as QualityReport & { outputs: string[] };
    assert.deepEqual(printed, report);
    assert.deepEqual(outputs, [join(folder, "report.html"), join(folder, "report.json")]);
    assert.equal(report.format, "slnet-quality-report");
    assert.deepEqual(
      report.scenes[0]!.rows.map(({ method }) => method),
      ["raw", "median-50", "median-100"],
      "the baselines are always run",
    );
    assert.ok(report.scenes[0]!.rows[0]!.perSeed[0]!.jaccard > 0.3);
    elementsOf(await readFile(join(folder, "report.html"), "utf8"));
    await Promise.all(["report.html", "report.json"].map((name) => rm(join(folder, name))));
  });

  it("leaves nothing after Ctrl-C", async () => {
    const { exitCode, stderr } = await slnet(
      "evaluate --scenes cruel --frames 300 --seeds 50 -o report.html --figures report.json",
      /evaluating/,
    );
    assert.equal(exitCode, 130, stderr);
    assert.match(stderr, /stopped before there was anything to keep/);
    assert.deepEqual(await readdir(folder), []);
  });

  for (const [args, message] of [
    ["--scenes standrad", /--scenes has "standrad" in it; did you mean standard\?/],
    ["--methods mediam-50", /--methods has "mediam-50" in it; did you mean median-50\?/],
    ["--seeds 0", /--seeds is "0", expected a whole number from 1 to 200/],
    ["--frames 9000", /make recordings of 461 MB \(9000 frames of 160 × 160\), expected at most 64 MB/],
    ["-o a.html --figures a.html", /named for two outputs/],
  ] as const) {
    it(`"${args}" ends with exit code 2 and one sentence`, async () => {
      const { exitCode, stderr } = await slnet(`evaluate ${args}`);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, message);
      assert.match(stderr, /^slnet: .*\n$/);
    });
  }
});

function rowOf({ scenes }: QualityReport, method: string) {
  const row = scenes[0]!.rows.find((candidate) => candidate.method === method);
  assert.ok(row, method);
  return row;
}

function near(value: number | null, expected: number, tolerance: number): void {
  assert.ok(value !== null && Math.abs(value - expected) <= tolerance, `${value} is not ${expected}`);
}

/** The figures of a median of 50 frames by the shortest way, with nothing of the evaluation but its rules. */
function medianFigures(scene: ShownScene["simulation"], seed: number, thresholdFactor: number) {
  const options = { ...scene, seed };
  const simulation = createSimulation(options);
  const stack = Array.from({ length: frameCount }, (_, index) => simulation.frame(index));
  const { camera, pixelSizeNm } = options;
  const { options: localizer } = completeLocalizerOptions(
    {
      thresholdFactor,
      psfSigmaPixels: options.psfSigmaPixels,
      camera: { quantumEfficiency: camera.quantumEfficiency, readNoiseElectrons: camera.readNoiseElectrons },
    },
    simulationMetadata(options),
  );
  const list = createLocalizationList();
  const frames = createFrameLocalizer(side, side, localizer);
  const truth = { frame: [] as number[], xNm: [] as number[], yNm: [] as number[], photons: [] as number[] };
  const aduPerPhoton = camera.aduPerElectron * camera.quantumEfficiency;
  let [pixels, squares, differences, light, kept, energy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < request.scoredFrames; i++) {
    const index = Math.floor(((i + 0.5) * frameCount) / request.scoredFrames);
    const median = new Uint16Array(side * side);
    const start = medianWindowStart(index, frameCount, 50);
    slideMedians(stack.slice(start, start + 50), 50, [median], 0, side * side);
    frames.localize(index, stack[index]!, median, list);
    const background = simulation.background(index);
    const signal = simulation.signal(index);
    for (let pixel = 0; pixel < side * side; pixel++) {
      kept += (stack[index]![pixel]! - median[pixel]!) * signal[pixel]!;
      energy += signal[pixel]! ** 2;
      if (signal[pixel]! >= 0.5 * aduPerPhoton) continue;
      pixels++;
      differences += median[pixel]! - background[pixel]!;
      squares += (median[pixel]! - background[pixel]!) ** 2;
      light += background[pixel]! - camera.offsetAdu;
    }
    for (const { xPixels: x, yPixels: y, photons } of simulation.emittersIn(index)) {
      truth.frame.push(index);
      truth.xNm.push(x * pixelSizeNm);
      truth.yNm.push(y * pixelSizeNm);
      truth.photons.push(x >= 6 && y >= 6 && x <= side - 6 && y <= side - 6 ? photons : 0);
    }
  }
  const found = list.take();
  const { jaccard, rmseNm, efficiency, photonRatio } = truthFigures(
    truth,
    {
      frame: found.frames,
      xNm: found.xPixels.map((x) => x * pixelSizeNm),
      yNm: found.yPixels.map((y) => y * pixelSizeNm),
      photons: found.photons,
    },
    { radiusNm: 250, leastPhotons: 0.2 * options.photonsMin },
  );
  return {
    positions: { jaccard, rmseNm, efficiency, photonRatio },
    backgroundRmsePhotons: Math.sqrt(squares / pixels) / aduPerPhoton,
    backgroundBias: differences / light,
    keptLight: kept / energy,
  };
}

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Every element of a page. Ours close all that they open, so a strict parser of XML reads them. */
function elementsOf(page: string): Element[] {
  const elements: Element[] = [];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => elements.push({ name, attributes }));
  // In lower case the first line is HTML's alone.
  parser.write(page.replace(/^<!doctype html>/, "")).close();
  return elements;
}
