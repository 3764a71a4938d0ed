import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

import { plotStrings } from "../../strings/plots.js";
import { themeStyles } from "../theme.styles.js";
import { roundLength } from "./round-length.js";

/** Long enough to compare with, short enough for the corner of a narrow picture. */
const maximumScreenPixels = 120;

/**
 * A bar over a picture, with the length that it stands for.
 *
 * @tagname slnet-scale-bar
 */
export class SlnetScaleBar extends LitElement {
  static override styles = [
    themeStyles,
    css`
      :host {
        display: block;
        pointer-events: none;
      }

      /* Over a picture of any colour: white on a dark ground in every theme. */
      .box {
        width: max-content;
        padding: 3px var(--_space-2) 6px;
        border-radius: var(--_radius);
        background: rgb(0 0 0 / 0.6);
        color: #ffffff;
        font-size: 12px;
        text-align: center;
      }

      .bar {
        height: 4px;
        margin: 1px auto 0;
        background: #ffffff;
      }

      @media (forced-colors: active) {
        .box {
          forced-color-adjust: none;
        }
      }
    `,
  ];

  /** Of a pixel of the frame, in the plane of the sample; `null`: unknown, the bar then counts pixels. */
  @property({ type: Number, attribute: "pixel-size-nm" }) pixelSizeNm: number | null = null;
  /** How large a pixel of the frame is drawn, in CSS pixels; 0: nothing is drawn. */
  @property({ type: Number, attribute: "screen-pixels-per-pixel" }) screenPixelsPerPixel = 0;

  override render(): TemplateResult | typeof nothing {
    const scale = roundLength(this.pixelSizeNm, this.screenPixelsPerPixel, maximumScreenPixels);
    if (!scale) return nothing;
    const text = plotStrings();
    const length = text.scaleLength(scale.length, scale.unit);
    return html`<div class="box" role="img" aria-label=${text.scaleBar(length)}>
      <span aria-hidden="true">${length}</span>
      <div class="bar" .style=${`width: ${scale.screenPixels.toFixed(1)}px`}></div>
    </div>`;
  }
}
