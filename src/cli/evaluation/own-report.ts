import type { OwnMethod, OwnReport } from "../../core/evaluation/own-report.js";
import { withMinus } from "./figure-columns.js";
import { html } from "./html.js";
import { definitionList, reportDocument } from "./report-document.js";
import { aligned } from "./report-text.js";
import { truthlessColumns, type TruthlessColumn } from "./truthless-columns.js";

/** What a reader must know before any figure. */
const caution =
  "Nobody knows the truth of this recording: none of these figures says which method is right, and each can be made better by a wrong one.";

function text({ key, digits }: TruthlessColumn, { figures }: OwnMethod): string {
  const value = figures?.[key] ?? null;
  return value === null ? "–" : withMinus(value.toFixed(digits));
}

/** The report for a terminal, with the trap of each figure. */
export function ownReportText({ stack, frames, methods }: OwnReport): string {
  const table = [
    ["method", ...truthlessColumns.map(({ title }) => title)],
    ...methods.map((method) => [method.name, ...truthlessColumns.map((column) => text(column, method))]),
  ];
  return [
    `${stack}, ${frames} frames`,
    ...aligned(table),
    ...failures(methods),
    "",
    caution,
    ...truthlessColumns.map(({ title, meaning }) => `${title}: ${meaning}`),
  ].join("\n");
}

/** Of methods that could not be measured. */
function failures(methods: readonly OwnMethod[]): readonly string[] {
  return methods.filter(({ error }) => error !== null).map(({ name, error }) => `${name} was not measured: ${error}`);
}

/** The report as one page that asks for nothing else and runs no script. */
export function ownReportPage({ version, stack, frames, pixelSizeNm, methods }: OwnReport): string {
  return reportDocument(
    `Background methods on ${stack}`,
    html`
      <p>${frames} frames, pixels of ${pixelSizeNm} nm; slnet-web ${version}. ${caution}</p>
      <div class="wide" role="region" aria-label="Figures" tabindex="0">
        <table>
          <caption>
            Figures
          </caption>
          <thead>
            <tr>
              <th scope="col">Method</th>
              ${truthlessColumns.map(({ title }) => html`<th scope="col">${title}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${methods.map(
              (method) =>
                html`<tr>
                  <th scope="row">${method.name}</th>
                  ${truthlessColumns.map((column) => html`<td>${text(column, method)}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${failures(methods).map((failure) => html`<p>${failure}</p>`)}
      <h2>Methods</h2>
      ${definitionList(methods.map(({ name, title }) => [name, title]))}
      <h2>What the figures are, and their traps</h2>
      ${definitionList(truthlessColumns.map(({ title, meaning }) => [title, meaning]))}
    `,
    false,
  );
}
