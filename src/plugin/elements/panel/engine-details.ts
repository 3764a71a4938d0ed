import { html, nothing, type TemplateResult } from "lit";

import type { EngineReport } from "../../../protocol/api.js";
import { strings } from "../../strings/index.js";

/** Which engine works, why, and what became of the others. */
export function engineDetails(engine: EngineReport | null): TemplateResult {
  const texts = strings().panel;
  if (!engine) return html`<p class="muted">${texts.noEngine}</p>`;
  const { name, adapter, reason, candidates } = engine;
  return html`
    <div><span class="badge">${name}</span> <span class="muted">${adapter}</span></div>
    <p class="muted sentence">${reason}</p>
    ${
      candidates.length === 0
        ? nothing
        : html`
            <details>
              <summary>${texts.enginesConsidered}</summary>
              <table>
                <tbody>
                  ${candidates.map(
                    (candidate) => html`
                      <tr>
                        <th scope="row">${candidate.name}</th>
                        <td>${candidate.reason || texts.chosenEngine}</td>
                        <td class="time">
                          ${candidate.milliseconds === null ? "" : texts.milliseconds(candidate.milliseconds)}
                        </td>
                      </tr>
                    `,
                  )}
                </tbody>
              </table>
            </details>
          `
    }
  `;
}
