import { baselines, rightPhotons } from "../../core/evaluation/method-verdict.js";
import { figureColumns, figureText } from "./figure-columns.js";
import { html, type Html } from "./html.js";
import type { QualityReport, SceneReport } from "./quality-report.js";
import type { MethodPictures, ReportPicture, ScenePictures } from "./report-pictures.js";
import { definitionList, reportDocument } from "./report-document.js";
import { verdictNote, verdictText } from "./verdict-text.js";

/** The report as one page that asks for nothing else and runs no script. */
export function reportPage(report: QualityReport, pictures: readonly ScenePictures[]): string {
  const { scenes, methods } = report;
  return reportDocument(
    "Quality of background methods",
    html`
      ${conditions(report)}
      <h2 id="overview">Overview</h2>
      ${overview(report)}
      <nav aria-label="Scenes">
        <ul>
          ${scenes.map(({ name }) => html`<li><a href="#scene-${name}">${name}</a></li>`)}
        </ul>
      </nav>
      <h2 id="methods">Methods</h2>
      ${definitionList(methods.map(({ name, title }) => [name, title]))}
      ${scenes.map((scene) =>
        sceneSection(
          scene,
          pictures.find((drawn) => drawn.scene === scene.name),
        ),
      )}
      <h2 id="figures">What the figures are, and their traps</h2>
      ${definitionList(figureColumns.map(({ title, meaning }) => [title, meaning]))} ${traps(report)}
    `,
    true,
  );
}

function conditions({ version, options, scenes, engines, seconds }: QualityReport): Html {
  const { seeds, tuningSeeds, thresholdFactors, frames, side, scoredFrames, jobs } = options;
  const rows: readonly (readonly [string, string])[] = [
    ["Version", `slnet-web ${version}`],
    ["Scenes", scenes.map(({ name }) => name).join(", ")],
    ["Seeds", seeds.join(", ")],
    ["Seeds for the thresholds", tuningSeeds.join(", ")],
    [
      "Variants tried",
      `${thresholdFactors.length} detection thresholds for each method and scene (${thresholdFactors.join(", ")}), chosen by the efficiency on seeds that are not scored. Nothing else was varied.`,
    ],
    [
      "Recordings",
      `${frames === null ? "as long as the scenes are" : `of ${frames} frames`}, ${side === null ? "as large as the scenes are" : `${side} × ${side} pixels with as many of everything on the same area`}; ${scoredFrames} frames of each, spread evenly, are scored`,
    ],
    [
      "Localizer",
      "wavelet detection in what is above the background; maximum likelihood with x, y, light and width free; the camera's constants are known to it",
    ],
    [
      "Matching",
      `within ${options.matchingRadiusNm} nm; emitters within ${options.edgePixels} pixels of the edge, or with less than ${options.leastPhotonsShare} of the scene's least light, are neither missed nor found`,
    ],
    ["Training", `default settings; engine ${engines.length > 0 ? engines.join(", ") : "none"}`],
    ["Took", `${seconds.toFixed(0)} s, ${jobs === 1 ? "one recording" : `${jobs} recordings`} at a time`],
  ];
  return html`<h2 id="conditions">What was measured</h2>
    <p>
      Methods that find the background of single-molecule recordings, on simulated recordings whose truth is known.
      Means ± standard deviations over the seeds.
    </p>
    <table>
      <caption>
        Conditions
      </caption>
      <tbody>
        ${rows.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="text">${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

/** Efficiency of every method on every scene. */
function overview({ scenes, methods }: QualityReport): Html {
  const efficiency = figureColumns.find(({ key }) => key === "efficiency")!;
  const body = methods.map(({ name }) => {
    const cells = scenes.map(({ rows }) => {
      const row = rows.find(({ method }) => method === name);
      const verdict = row?.verdict;
      const note = verdict ? verdictNote(verdict) : "baseline";
      return html`<td>${figureText(efficiency, row?.overSeeds.efficiency ?? null)}<small>${note}</small></td>`;
    });
    return html`<tr>
      <th scope="row">${name}</th>
      ${cells}
    </tr>`;
  });
  return html`<div class="wide" tabindex="0" role="group" aria-label="Efficiency of every method on every scene">
      <table>
        <caption>
          Efficiency, and how it compares with the best of ${baselines.join(", ")} on the scene
        </caption>
        <thead>
          <tr>
            <th scope="col">Method</th>
            ${scenes.map(({ name }) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
    <p>
      <em>wins</em>: better efficiency, photons within ${rightPhotons.least} to ${rightPhotons.most} and a background
      error no larger than the better median's, all three.
    </p>`;
}

function sceneSection({ name, title, emitters, trainingSeconds, rows }: SceneReport, drawn?: ScenePictures): Html {
  const training = trainingSeconds === null ? "" : ` One training took ${trainingSeconds.mean.toFixed(1)} s.`;
  const body = rows.map(
    (row) =>
      html`<tr>
        <th scope="row">${row.method}</th>
        <td>${row.thresholdFactor}</td>
        ${figureColumns.map((column) => html`<td>${figureText(column, row.overSeeds[column.key])}</td>`)}
      </tr>`,
  );
  const verdicts = rows.flatMap((row) => (row.verdict ? [[row.method, verdictText(row, row.verdict)] as const] : []));
  return html`<section aria-labelledby="scene-${name}">
    <h2 id="scene-${name}">${name}</h2>
    <p>${title} ${emitters} emitters count.${training}</p>
    <div class="wide" tabindex="0" role="group" aria-label="Figures on ${name}">
      <table>
        <caption>
          Figures on ${name}
        </caption>
        <thead>
          <tr>
            <th scope="col">Method</th>
            <th scope="col">Threshold</th>
            ${figureColumns.map((column) => html`<th scope="col">${column.title}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
    ${
      verdicts.length > 0
        ? html`<h3>Verdicts</h3>
            ${definitionList(verdicts)}`
        : ""
    }
    ${drawn ? pictureTable(drawn) : ""}
  </section> `;
}

function pictureTable({ scene, seed, frame, raw, truth, methods }: ScenePictures): Html {
  const row = (name: string, { background, left, superResolution }: Omit<MethodPictures, "method">): Html =>
    html`<tr>
      <th scope="row">${name}</th>
      ${[
        pictureCell(background, `Background of ${name}`),
        pictureCell(left, `Frame less the background of ${name}`),
        pictureCell(superResolution, `Super-resolution image of ${name}`),
      ]}
    </tr>`;
  return html`<h3>Pictures</h3>
    <figure>
      ${picture(raw, `Frame ${frame} of ${scene} as recorded`)}
      <figcaption>Frame ${frame} of the recording with seed ${seed}.</figcaption>
    </figure>
    <div class="wide" tabindex="0" role="group" aria-label="Pictures of ${scene}">
      <table class="pictures">
        <caption>
          The same frame by each method. One scale of grey for all backgrounds, one for all that is left. The image has
          the localizations of the scored frames of this recording, each as wide as its uncertainty; of the truth, the
          emitters of these frames.
        </caption>
        <thead>
          <tr>
            <th scope="col">Method</th>
            <th scope="col">Background B</th>
            <th scope="col">Frame − B</th>
            <th scope="col">Super-resolution</th>
          </tr>
        </thead>
        <tbody>
          ${row("what was there", truth)}${methods.map((method) => row(method.method, method))}
        </tbody>
      </table>
    </div>`;
}

function pictureCell(drawn: ReportPicture | null, text: string): Html {
  return html`<td>${drawn ? picture(drawn, text) : "none"}</td>`;
}

function picture({ source, width, height }: ReportPicture, text: string): Html {
  return html`<img src="${source}" width="${width}" height="${height}" alt="${text}" loading="lazy" />`;
}

function traps({ options }: QualityReport): Html {
  const { thresholdFactors, seeds } = options;
  const end = thresholdFactors[thresholdFactors.length - 1] ?? 0;
  return html`<ul>
    <li>
      Simulated recordings are simpler than real ones: Gaussian spots, no drift of the sample, a camera whose constants
      are known to the localizer.
    </li>
    <li>
      The standard deviation is that of the recordings. Methods are compared by the differences on the same recording,
      by Student's t over ${seeds.length} seeds; one of 20 comparisons of equal methods comes out as better or worse by
      chance.
    </li>
    <li>The best baseline is chosen by the figures that it is compared by, which favours the baselines by a little.</li>
    <li>
      A threshold of ${thresholdFactors[0] ?? 0} or ${end} in a table is at the end of the list: one beyond it might be
      better.
    </li>
    <li>
      Methods with a setting of their own, such as the window of a median, were run with the one that their name says;
      another may suit a scene better.
    </li>
  </ul>`;
}
