import { css, html, type TemplateResult } from "lit";

import {
  colormapBases,
  colormapGradient,
  colormapName,
  parseColormap,
  perceptualColormaps,
  type ColormapBase,
} from "../host/colormaps.js";
import { plotStrings } from "../strings/plots.js";

export const colormapFieldStyles = css`
  .colormap {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--_space-1) var(--_space-2);
  }

  .colormap select {
    flex: 1 0 100%;
  }

  .colormap label {
    display: flex;
    align-items: center;
    gap: var(--_space-1);
  }

  .colormap .swatch {
    flex: 1 1 56px;
    height: 10px;
    border: 1px solid var(--_border);
    border-radius: 2px;
    forced-color-adjust: none;
  }
`;

/**
 * The choice of a colormap, with its colours.
 *
 * @param id - of the list, for its label
 */
export function colormapField(id: string, name: string, choose: (name: string) => void): TemplateResult {
  const text = plotStrings();
  const { base, inverted } = parseColormap(name);
  const option = (map: ColormapBase): TemplateResult =>
    html`<option value=${map} ?selected=${map === base}>${text.colormaps[map]}</option>`;
  return html`<div class="colormap">
    <select
      id=${id}
      @change=${(event: Event) =>
        choose(colormapName((event.target as HTMLSelectElement).value as ColormapBase, inverted))}
    >
      <optgroup label=${text.evenColours}>${perceptualColormaps.map(option)}</optgroup>
      <optgroup label=${text.otherColours}>
        ${colormapBases.filter((map) => !perceptualColormaps.includes(map)).map(option)}
      </optgroup>
    </select>
    <div class="swatch" .style=${`background: ${colormapGradient(name)}`}></div>
    <label>
      <input
        type="checkbox"
        .checked=${inverted}
        @change=${(event: Event) => choose(colormapName(base, (event.target as HTMLInputElement).checked))}
      />
      ${text.invert}
    </label>
  </div>`;
}
