import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

import { autoContrast, type ContrastLimits } from "../../host/contrast.js";
import { FramePainter } from "../../host/frame-painter.js";
import { partsOf, shownFrames, type FrameRange, type Profile, type ProfilePart } from "../../profile.js";
import { plotStrings } from "../../strings/plots.js";
import { colormapField, colormapFieldStyles } from "../colormap-field.js";
import { partName } from "../curves/part-names.js";
import { themeStyles } from "../theme.styles.js";
import { kymographColumns, type KymographColumns } from "./columns.js";

/** Rows of the table that stands in for the pictures. */
const tableRows = 20;
/** Height of one picture in CSS pixels, and of a pixel of the line in it. */
const pictureHeights = { least: 36, most: 140, pixel: 5 };

/**
 * The pixels of a line over the frames: raw, background and cleaned, one below the other over the same frames. Raw and
 * background have one contrast, so that they can be compared.
 *
 * @tagname slnet-kymograph
 * @fires frame-chosen - A person goes to a frame: `detail.frame`.
 * @fires range-chosen - A person marks frames to look at them closer: `detail.range`, or `null` for all frames.
 * @fires colormap-change - A person chose another map: `detail.colormap`.
 */
export class SlnetKymograph extends LitElement {
  static override styles = [
    themeStyles,
    colormapFieldStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--_space-2);
      }

      p {
        margin: 0;
        color: var(--_muted);
        font-size: 12px;
      }

      .empty {
        padding: var(--_space-4) var(--_space-2);
        border: 1px dashed var(--_border);
        border-radius: var(--_radius);
        text-align: center;
      }

      figure {
        margin: 0 0 var(--_space-2);
      }

      figcaption {
        color: var(--_muted);
        font-size: 12px;
      }

      canvas {
        display: block;
        width: 100%;
        background: var(--_canvas);
        image-rendering: pixelated;
      }

      slnet-frame-axis figure:last-child {
        margin-bottom: 0;
      }
    `,
  ];

  /** `null`: none yet. */
  @property({ attribute: false }) profile: Profile | null = null;
  /** Frames shown; `null`: all. */
  @property({ attribute: false }) range: FrameRange | null = null;
  /** The current frame; `null`: none. */
  @property({ attribute: false }) frame: number | null = null;
  @property() colormap = "gray";
  @property() unit = "ADU";

  readonly #painters = new Map<ProfilePart, FramePainter>();
  readonly #resizes = new ResizeObserver(() => this.#requestDraw());
  #drawRequest = 0;
  #drawn: readonly unknown[] = [];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
    cancelAnimationFrame(this.#drawRequest);
    this.#drawRequest = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resizes.observe(this);
  }

  override render(): TemplateResult {
    const text = plotStrings();
    const { profile } = this;
    if (!profile) return html`<p class="empty">${text.noKymograph}</p>`;
    const label = text.kymographOf(profile.path.from, profile.path.to);
    const { least, most, pixel } = pictureHeights;
    const height = Math.min(Math.max(least, profile.positions * pixel), most);
    const framesPerColumn = Math.ceil(this.#frames / Math.max(1, this.#maximumColumns));
    return html`
      <strong>${label}</strong>
      <p>
        ${text.positionsDown(profile.positions)}
        ${this.#maximumColumns > 0 && framesPerColumn > 1 ? text.brightest(framesPerColumn) : nothing}
      </p>
      <slnet-frame-axis
        outlined
        .range=${this.#shown}
        .frame=${this.frame}
        .label=${`${label}: ${text.frame.toLowerCase()}`}
        .text=${this.#frameText(profile)}
      >
        ${partsOf(profile).map(
          ([part]) =>
            html`<figure>
              <figcaption>${partName(part)}</figcaption>
              <canvas class=${part} aria-hidden="true" .style=${`height: ${height}px`}></canvas>
            </figure>`,
        )}
      </slnet-frame-axis>
      <label for="kymograph-colormap">${text.colours}</label>
      ${colormapField("kymograph-colormap", this.colormap, (colormap) => {
        this.colormap = colormap;
        this.dispatchEvent(new CustomEvent("colormap-change", { detail: { colormap } }));
      })}
      ${this.#table(profile, label)}
    `;
  }

  protected override updated(): void {
    this.#requestDraw();
  }

  get #shown(): FrameRange {
    return this.profile ? shownFrames(this.profile, this.range) : [0, 1];
  }

  get #frames(): number {
    return this.#shown[1] - this.#shown[0];
  }

  /** A column needs a pixel of the screen. */
  get #maximumColumns(): number {
    return Math.round(this.clientWidth * window.devicePixelRatio);
  }

  #requestDraw(): void {
    if (this.#drawRequest === 0 && this.isConnected) this.#drawRequest = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#drawRequest = 0;
    const { profile } = this;
    if (!profile || this.#maximumColumns === 0) return;
    // A step to another frame only moves the marker.
    const key = [profile, this.colormap, this.#maximumColumns, ...this.#shown];
    if (key.every((value, index) => value === this.#drawn[index])) return;
    this.#drawn = key;
    const columns = new Map(
      partsOf(profile).map(([part, values]) => [
        part,
        kymographColumns(profile, values, this.#shown, this.#maximumColumns),
      ]),
    );
    const together = contrastOf([columns.get("raw"), columns.get("lowRank")]);
    const own = contrastOf([columns.get("sparse")]);
    for (const [part, picture] of columns) this.#paint(part, picture, part === "sparse" ? own : together);
  }

  #paint(part: ProfilePart, { width, height, samples }: KymographColumns, limits: ContrastLimits): void {
    const canvas = this.renderRoot.querySelector<HTMLCanvasElement>(`canvas.${part}`);
    if (!canvas) return;
    let painter = this.#painters.get(part);
    if (!painter) this.#painters.set(part, (painter = new FramePainter()));
    const picture = painter.paint({ index: 0, height, width, samples }, limits, this.colormap);
    // One pixel of the canvas to each value; the style makes it as large as it is shown.
    canvas.width = width;
    canvas.height = height;
    canvas.getContext("2d")?.drawImage(picture, 0, 0);
  }

  #frameText(profile: Profile): string {
    const { frame } = this;
    const text = plotStrings();
    if (frame === null) return "";
    if (frame < profile.from || frame >= profile.done) return text.frameText(frame);
    const row = (frame - profile.from) * profile.positions;
    const values = partsOf(profile).map(
      ([part, all]) => [partName(part), Math.max(...all.subarray(row, row + profile.positions))] as const,
    );
    return text.traceText(frame, values, this.unit);
  }

  #table(profile: Profile, caption: string): TemplateResult | typeof nothing {
    const text = plotStrings();
    const [first, end] = this.#shown;
    const last = Math.min(end, profile.done);
    if (last <= first) return nothing;
    const parts = partsOf(profile).map(
      ([part, values]) => [part, kymographColumns(profile, values, [first, last], tableRows)] as const,
    );
    const rows = Array.from({ length: parts[0]?.[1].width ?? 0 }, (_, row) => row);
    const edge = (row: number): number => first + Math.ceil((row * (last - first)) / rows.length);
    const cell = ({ width, height, samples }: KymographColumns, row: number): TemplateResult => {
      let position = 0;
      for (let other = 1; other < height; other++) {
        if (samples[other * width + row]! > samples[position * width + row]!) position = other;
      }
      return html`<td>${text.value(samples[position * width + row]!, "")}</td>
        <td>${position}</td>`;
    };
    return html`<div class="visually-hidden">
      <table>
        <caption>
          ${caption}
        </caption>
        <thead>
          <tr>
            <th scope="col">${text.frames}</th>
            ${parts.map(
              ([part]) =>
                html`<th scope="col">${text.brightestValue(partName(part), this.unit)}</th>
                  <th scope="col">${text.brightestPosition(partName(part))}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                <th scope="row">${text.frameRange(edge(row), edge(row + 1) - 1)}</th>
                ${parts.map(([, columns]) => cell(columns, row))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

/** One contrast for pictures, by the values that are there. */
function contrastOf(pictures: readonly (KymographColumns | undefined)[]): ContrastLimits {
  const values = pictures.flatMap((picture) =>
    picture ? [picture.samples.filter((value) => !Number.isNaN(value))] : [],
  );
  const joined = new Float32Array(values.reduce((length, { length: more }) => length + more, 0));
  let at = 0;
  for (const some of values) {
    joined.set(some, at);
    at += some.length;
  }
  return joined.length === 0 ? [0, 1] : autoContrast(joined).limits;
}
