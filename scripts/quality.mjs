// `npm run quality [-- options of slnet evaluate]`: measures the methods and writes the tables of docs/quality.md. The page
// with pictures and the figures of every recording go to test-output/. `-- --from FILE` takes the figures of an earlier run.
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
  if (from === undefined) throw new Error("--from has no value, expected the figures of slnet evaluate --figures");
  if (from === null) build();
  else compile(["src/cli"]);
  const report = JSON.parse(readFileSync(from ?? measure(args), "utf8"));
  const [begin, end] = marks;
  const text = readFileSync(page, "utf8");
  const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`docs/quality.md has no ${begin} before ${end}`);
  const written = `${text.slice(0, start + begin.length)}\n\n${await tables(report)}\n\n${text.slice(stop)}`;
  writeFileSync(page, await format(written, { ...(await resolveConfig(page)), filepath: page }));
  console.error("wrote docs/quality.md");
}

/** Runs the command; gives the path of its figures. */
function measure(args) {
  const folder = join(root, "test-output");
  mkdirSync(folder, { recursive: true });
  const figures = join(folder, "quality.json");
  const outputs = ["-o", join(folder, "quality.html"), "--figures", figures];
  const command = [join(root, "dist", "cli", "slnet.js"), "evaluate", ...args, ...outputs];
  const { status } = spawnSync(process.execPath, command, { stdio: "inherit" });
  if (status !== 0) throw new Error(`slnet evaluate ended with exit code ${status}`);
  return figures;
}

/** The part of the page that is measured, as Markdown. */
async function tables({ version, options, scenes, seconds }) {
  const compiled = (name) => import(join(root, "build", "src", "cli", "evaluation", `${name}.js`));
  const { figureColumns, figureText } = await compiled("figure-columns");
  const { verdictNote } = await compiled("verdict-text");
  const row = (cells) => `| ${cells.join(" | ")} |`;
  const table = (head, rows) => [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");

  const efficiency = figureColumns.find(({ key }) => key === "efficiency");
  const names = scenes[0].rows.map(({ method }) => method);
  const overview = table(
    ["Scene", ...names],
    scenes.map(({ name, rows }) => [
      name,
      ...rows.map(({ overSeeds, verdict }) =>
        [figureText(efficiency, overSeeds.efficiency), ...(verdict ? [verdictNote(verdict)] : [])].join("<br>"),
      ),
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
