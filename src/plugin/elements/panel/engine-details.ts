import { html, nothing, type TemplateResult } from "lit";

import type { EngineReport } from "../../../protocol/api.js";

/** Which engine works, why, and what became of the others. */
export function engineDetails(engine: EngineReport | null): TemplateResult {
  if (!engine) return html`<p class="muted">Chosen when training or cleaning starts.</p>`;
  const { name, adapter, reason, candidates } = engine;
  return html`
    <div><span class="badge">${name}</span> <span class="muted">${adapter}</span></div>
    <p class="muted sentence">${reason}</p>
    ${
      candidates.length === 0
        ? nothing
        : html`
            <details>
              <summary>Engines considered</summary>
              <table>
                <tbody>
                  ${candidates.map(
                    (candidate) => html`
                      <tr>
                        <th scope="row">${candidate.name}</th>
                        <td>${candidate.reason || "chosen"}</td>
                        <td class="time">
                          ${candidate.milliseconds === null ? "" : `${candidate.milliseconds.toPrecision(3)} ms`}
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
