import { figureColumns, figureText } from "./figure-columns.js";
import type { QualityReport } from "./quality-report.js";
import { verdictText } from "./verdict-text.js";

/** The report for a terminal: a table and the verdicts of each scene. */
export function reportText({ scenes, seconds, options }: QualityReport): string {
  const blocks = scenes.map(({ name, title, rows }) => {
    const table = [
      ["method", "threshold", ...figureColumns.map((column) => column.title)],
      ...rows.map((row) => [
        row.method,
        String(row.thresholdFactor),
        ...figureColumns.map((column) => figureText(column, row.overSeeds[column.key])),
      ]),
    ];
    const verdicts = rows.flatMap((row) =>
      row.verdict === null ? [] : [`${row.method}: ${verdictText(row, row.verdict)}`],
    );
    return [`${name}: ${title}`, ...aligned(table), ...verdicts].join("\n");
  });
  const { seeds, tuningSeeds, thresholdFactors } = options;
  return [
    ...blocks,
    `mean ± standard deviation over the seeds ${seeds.join(", ")}; thresholds out of ${thresholdFactors.join(", ")}, ` +
      `chosen on the seeds ${tuningSeeds.join(", ")}; ${seconds.toFixed(0)} s in all`,
  ].join("\n\n");
}

/** Lines with columns as wide as their widest cell. */
export function aligned(table: readonly (readonly string[])[]): string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
