// `npm run quality [-- options of slnet evaluate]`: measures the methods and writes the tables of docs/quality.md. The page
// with pictures and the figures of every recording go to test-output/. RPCA, which is slow, is measured on one short recording
// of each scene, and the published mode beside runs of the published code. `-- --from FOLDER` takes the figures of an earlier run.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";

import { format, resolveConfig } from "prettier";

import { build, compile } from "./build.mjs";
import { ensureInstalled } from "./install.mjs";
import { isMain, root } from "./repository.mjs";

const page = join(root, "docs", "quality.md");
const marks = ["<!-- measured: begin -->", "<!-- measured: end -->"];

async function main(args) {
  ensureInstalled();
  const from = args[0] === "--from" ? args[1] : null;
  if (from === undefined) throw new Error("--from has no value, expected a folder with the figures of an earlier run");
  const folder = from ?? join(root, "test-output");
  const pathOf = (name) => join(folder, `${name}.json`);
  if (from === null) {
    build();
    mkdirSync(folder, { recursive: true });
    compile(["src/cli"]);
    writeFileSync(pathOf("published-mode"), JSON.stringify(await measurePublishedMode(), null, 1));
    evaluate([...args, "-o", join(folder, "quality.html"), "--figures", pathOf("quality")]);
    evaluate([...slowOptions(args), "--figures", pathOf("quality-rpca")]);
  } else {
    compile(["src/cli"]);
  }
  const [published, report, slow] = ["published-mode", "quality", "quality-rpca"].map((name) =>
    JSON.parse(readFileSync(pathOf(name), "utf8")),
  );
  const [begin, end] = marks;
  const text = readFileSync(page, "utf8");
  const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`docs/quality.md has no ${begin} before ${end}`);
  const measured = [await tables(withSlow(report, slow)), await publishedTable(published)].join("\n\n");
  const written = `${text.slice(0, start + begin.length)}\n\n${measured}\n\n${text.slice(stop)}`;
  writeFileSync(page, await format(written, { ...(await resolveConfig(page)), filepath: page }));
  console.error("wrote docs/quality.md");
}

/** What one recording of a scene is for a method that takes a minute for it. */
const slowly = { seeds: "1", "tuning-seeds": "1", frames: "120", methods: "rpca" };

function slowOptions(args) {
  const isOurs = (arg) => Object.keys(slowly).some((name) => arg === `--${name}`);
  const others = args.filter((arg, at) => !isOurs(arg) && !(at > 0 && isOurs(args[at - 1])));
  return [...others, ...Object.entries(slowly).flatMap(([name, value]) => [`--${name}`, value])];
}

const publishedSeeds = [1, 2, 3, 4, 5];

function evaluate(args) {
  const command = [join(root, "dist", "cli", "slnet.js"), "evaluate", ...args];
  const { status } = spawnSync(process.execPath, command, { stdio: "inherit" });
  if (status !== 0) throw new Error(`slnet evaluate ended with exit code ${status}`);
}

async function measurePublishedMode() {
  const { createNodeClient } = await import("../bench/node-client.mjs");
  const { comparePublishedMode } = await compiled("published-mode");
  const client = await createNodeClient();
  try {
    return await comparePublishedMode(client, publishedSeeds, {
      signal: new globalThis.AbortController().signal,
      engine: "auto",
    });
  } finally {
    client.dispose();
  }
}

/** The rows of a slower method in front of those of the truth. */
function withSlow(report, slow) {
  const scenes = report.scenes.map((scene) => {
    const rows = slow.scenes.find(({ name }) => name === scene.name)?.rows ?? [];
    const added = rows.filter(({ method }) => !scene.rows.some((row) => row.method === method));
    const named = added.map((row) => ({ ...row, method: `${row.method}, one recording of ${slowly.frames} frames` }));
    return { ...scene, rows: [...scene.rows.slice(0, -1), ...named, ...scene.rows.slice(-1)] };
  });
  return { ...report, scenes };
}

const compiled = (name) => import(join(root, "build", "src", "cli", "evaluation", `${name}.js`));
const row = (cells) => `| ${cells.join(" | ")} |`;
const table = (head, rows) => [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");

/** Of the mode as published, beside runs of the published code. */
async function publishedTable({ trained, yardsticks }) {
  const { publishedColumns, publishedRuns, publishedYardsticks, spreadOf } = await compiled("published-mode");
  const { withMinus } = await compiled("figure-columns");
  const text = (value, digits) => (value === null ? "–" : withMinus(value.toFixed(digits)));
  const line = ({ rowSums, ...figures }) =>
    row([
      figures.name,
      ...publishedColumns.map(({ key, digits }) => text(figures[key], digits)),
      rowSums?.map((sum) => sum.toFixed(3)).join(", ") ?? "–",
    ]);
  const [ours, theirs] = [spreadOf(trained), spreadOf(publishedRuns)];
  const spread = (name, rows) =>
    row([
      name,
      ...publishedColumns.map(({ key, digits }) =>
        [rows[key].mean, rows[key].standardDeviation].map((value) => text(value, digits)).join(" ± "),
      ),
      "–",
    ]);
  return [
    "## Published mode beside the published code",
    [
      row(["Run", ...publishedColumns.map(({ title }) => title), "Sums of the rows of W"]),
      row(["---", ...publishedColumns.map(() => "---"), "---"]),
      ...publishedYardsticks.map(line),
      ...yardsticks.map((figures) => line({ ...figures, name: `${figures.name}, here` })),
      ...publishedRuns.map(line),
      spread("**published code, mean**", theirs),
      ...trained.map((figures) => line({ ...figures, name: `slnet-web, ${figures.name}` })),
      spread("**slnet-web, mean**", ours),
    ].join("\n"),
  ].join("\n\n");
}

/** The part of the page that is measured, as Markdown. */
async function tables({ version, options, scenes, seconds }) {
  const { figureColumns, figureText } = await compiled("figure-columns");
  const { verdictNote } = await compiled("verdict-text");
  const efficiency = figureColumns.find(({ key }) => key === "efficiency");
  const names = [...new Set(scenes.flatMap(({ rows }) => rows.map(({ method }) => method)))];
  const overview = table(
    ["Scene", ...names],
    scenes.map(({ name, rows }) => [
      name,
      ...names.map((method) => {
        const found = rows.find((candidate) => candidate.method === method);
        if (!found) return "–";
        const { overSeeds, verdict } = found;
        return [figureText(efficiency, overSeeds.efficiency), ...(verdict ? [verdictNote(verdict)] : [])].join("<br>");
      }),
    ]),
  );
  const sections = scenes.map(
    ({ name, title, rows }) =>
      `### ${name}\n\n${title}\n\n` +
      table(
        ["Method", "Threshold", ...figureColumns.map((column) => column.title)],
        rows.map(({ method, thresholdFactor, overSeeds }) => [
          method,
          thresholdFactor,
          ...figureColumns.map((column) => figureText(column, overSeeds[column.key])),
        ]),
      ),
  );
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? "unknown processor"}`;
  return [
    `slnet-web ${version}; seeds ${options.seeds.join(", ")}, thresholds out of ${options.thresholdFactors.join(", ")} chosen on ` +
      `seeds ${options.tuningSeeds.join(", ")}; ${options.scoredFrames} frames of each recording scored; ` +
      `${(seconds / 60).toFixed(1)} minutes with up to ${options.jobs} at a time on ${machine}.`,
    "## Efficiency",
    overview,
    "## Every figure",
    ...sections,
  ].join("\n\n");
}

if (isMain(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(`quality: ${error.message}`);
    process.exitCode = 1;
  }
}
