import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import type { StackShape } from "../../../core/frames.js";
import type { PixelPath } from "../../../protocol/api.js";
import { needsWholeFrames } from "../../../protocol/cleaning-methods.js";
import type { Unsubscribe } from "../../host/contract.js";
import type {
  Inspection,
  InspectionState,
  InspectionTaskName,
  ProfileName,
  ProjectionKind,
  ProjectionPart,
} from "../../inspection.js";
import { shownFrames, type FrameRange } from "../../profile.js";
import { strings } from "../../strings/index.js";
import { plotStrings } from "../../strings/plots.js";
import type { FrameChosenEvent, RangeChosenEvent } from "../curves/frame-axis.js";
import { taskStyles } from "../task/task.styles.js";
import { taskProgress } from "../task/task-progress.js";
import { themeStyles } from "../theme.styles.js";
import { inspectorStyles } from "./inspector.styles.js";
import { partNote } from "./part-note.js";

const projectionKinds: readonly ProjectionKind[] = ["maximum", "mean", "standardDeviation"];

/** What the number fields of a pixel or line hold: x and y of one end or of both. */
type Places = readonly number[];

/**
 * Looks into the open stack: a pixel and a line over the frames, and projections. It shows the state of an inspection and
 * calls its methods.
 *
 * @tagname slnet-inspector
 */
export class SlnetInspector extends LitElement {
  static override styles = [themeStyles, taskStyles, inspectorStyles];

  /** What is shown and worked. */
  @property({ attribute: false }) inspection: Inspection | null = null;

  /** As typed or pointed at last; perhaps outside the frame. */
  @state() private places: Readonly<Record<ProfileName, Places>> = { trace: [0, 0], kymograph: [0, 0, 0, 0] };
  @state() private projected: ProjectionPart = "raw";
  /** Read out once a plot is there. */
  @state() private announcement = "";

  #unsubscribe: readonly (Unsubscribe | undefined)[] = [];
  #before: InspectionState | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#subscribe();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const off of this.#unsubscribe) off?.();
    this.#unsubscribe = [];
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("inspection")) this.#subscribe();
  }

  override render(): TemplateResult {
    const text = plotStrings();
    const { inspection } = this;
    const shape = inspection?.state.shape;
    if (!inspection || !shape) return html`<p class="muted">${text.noStack}</p>`;
    const { state } = inspection;
    return html`
      ${this.#pixelSection(inspection, state, shape)} ${this.#lineSection(inspection, state, shape)}
      ${(state.trace ?? state.kymograph) ? this.#rangeFields(inspection, state, shape) : nothing}
      ${this.#projectionSection(inspection, state)}
      <div class="visually-hidden" aria-live="polite">${this.announcement}</div>
    `;
  }

  #subscribe(): void {
    for (const off of this.#unsubscribe) off?.();
    this.#unsubscribe = [];
    const { inspection } = this;
    if (!inspection || !this.isConnected) return;
    this.#before = null;
    this.#follow(inspection.state);
    this.#unsubscribe = [
      inspection.subscribe((state) => this.#follow(state)),
      inspection.host?.on("step-changed", () => this.requestUpdate()),
    ];
  }

  #follow(state: InspectionState): void {
    const before = this.#before;
    this.#before = state;
    for (const name of ["trace", "kymograph"] as const) {
      const path = state.paths[name];
      if (path && path !== before?.paths[name]) this.places = { ...this.places, [name]: placesOf(name, path) };
      const isThere = before?.tasks[name].busy && !state.tasks[name].busy && state[name] && !state.tasks[name].error;
      if (isThere && path) this.announcement = titleOf(name, path);
    }
    this.requestUpdate();
  }

  #pixelSection(inspection: Inspection, state: InspectionState, shape: StackShape): TemplateResult {
    const text = plotStrings();
    return html`<section aria-labelledby="pixel">
      <h4 id="pixel">${text.pixelTitle}</h4>
      <p class="muted">${inspection.host?.shapes ? text.pickPixel : text.typePixel}</p>
      <form class="fields" novalidate @submit=${(event: Event) => this.#read(event, "trace", shape)}>
        ${this.#placeFields("trace", shape, ["x", "y"])}
        <button>${text.showTrace}</button>
      </form>
      ${this.#mistake("trace", shape)} ${this.#task("trace", inspection, state)} ${methodNote(state)}
      <slnet-trace-plot
        .profile=${state.trace}
        .range=${state.range}
        .frame=${this.#step}
        @frame-chosen=${(event: FrameChosenEvent) => this.#goTo(event)}
        @range-chosen=${(event: RangeChosenEvent) => inspection.look(event.detail.range)}
      ></slnet-trace-plot>
      ${this.#profileFoot("trace", inspection, state)}
    </section>`;
  }

  #lineSection(inspection: Inspection, state: InspectionState, shape: StackShape): TemplateResult {
    const text = plotStrings();
    const { shapes } = inspection.host ?? {};
    return html`<section aria-labelledby="line">
      <h4 id="line">${text.lineTitle}</h4>
      <div class="row">
        <p class="muted">${shapes ? text.pickLine : text.typeLine}</p>
        ${shapes ? html`<button @click=${() => shapes.pick("line")}>${text.drawLine}</button>` : nothing}
      </div>
      <form class="task" novalidate @submit=${(event: Event) => this.#read(event, "kymograph", shape)}>
        <div class="fields">${this.#placeFields("kymograph", shape, ["fromX", "fromY", "toX", "toY"])}</div>
        <div class="row"><button>${text.showKymograph}</button></div>
      </form>
      ${this.#mistake("kymograph", shape)} ${this.#task("kymograph", inspection, state)}
      <slnet-kymograph
        .profile=${state.kymograph}
        .range=${state.range}
        .frame=${this.#step}
        @frame-chosen=${(event: FrameChosenEvent) => this.#goTo(event)}
        @range-chosen=${(event: RangeChosenEvent) => inspection.look(event.detail.range)}
      ></slnet-kymograph>
      ${this.#profileFoot("kymograph", inspection, state)}
    </section>`;
  }

  #rangeFields(inspection: Inspection, state: InspectionState, shape: StackShape): TemplateResult {
    const text = plotStrings();
    const profile = state.trace ?? state.kymograph;
    const [from, to] = profile ? shownFrames(profile, state.range) : [0, shape.frames];
    const field = (label: string, value: number, change: (typed: number) => FrameRange): TemplateResult =>
      html`<label>
        ${label}
        <input
          type="number"
          min="0"
          max=${shape.frames - 1}
          step="1"
          .value=${live(String(value))}
          @change=${(event: Event) => {
            const typed = Math.round((event.target as HTMLInputElement).valueAsNumber);
            // Two frames at least: one alone is no curve.
            if (Number.isFinite(typed)) inspection.look(change(Math.min(Math.max(0, typed), shape.frames - 1)));
            this.requestUpdate();
          }}
        />
      </label>`;
    return html`<section aria-labelledby="range">
      <h4 id="range">${text.rangeTitle}</h4>
      <p class="muted">${text.plotHelp}</p>
      <div class="fields">
        ${field(text.firstFrame, from, (typed) => [Math.min(typed, shape.frames - 2), Math.max(to, typed + 2)])}
        ${field(text.lastFrame, to - 1, (typed) => [Math.min(from, Math.max(0, typed - 1)), Math.max(2, typed + 1)])}
        <button ?disabled=${state.range === null} @click=${() => inspection.look(null)}>${text.allFrames}</button>
      </div>
    </section>`;
  }

  #projectionSection(inspection: Inspection, state: InspectionState): TemplateResult {
    const text = plotStrings();
    const { busy } = state.tasks.projection;
    const isMissing = this.projected === "sparse" && state.method === null;
    const option = (part: ProjectionPart, name: string): TemplateResult =>
      html`<option value=${part} ?selected=${part === this.projected}>${name}</option>`;
    return html`<section aria-labelledby="projections">
      <h4 id="projections">${text.projectionTitle}</h4>
      <label>
        ${text.projectionOf}
        <select
          @change=${(event: Event) => (this.projected = (event.target as HTMLSelectElement).value as ProjectionPart)}
        >
          ${option("raw", text.raw)} ${option("sparse", text.cleaned)}
        </select>
      </label>
      <div class="row">
        ${projectionKinds.map(
          (kind) =>
            html`<button
              ?disabled=${busy || isMissing || !inspection.host}
              aria-describedby="projections-help"
              @click=${() => void inspection.project(kind, this.projected)}
            >
              ${text[kind]}
            </button>`,
        )}
      </div>
      <p class="muted" id="projections-help">${isMissing ? text.projectionNeedsMethod : text.projectionsHelp}</p>
      ${this.#task("projection", inspection, state)}
    </section>`;
  }

  #placeFields(
    name: ProfileName,
    { width, height }: StackShape,
    keys: readonly (keyof ReturnType<typeof plotStrings>["axisField"])[],
  ): readonly TemplateResult[] {
    return keys.map(
      (key, index) =>
        html`<label>
          ${plotStrings().axisField[key]}
          <input
            type="number"
            min="0"
            max=${(index % 2 === 0 ? width : height) - 1}
            step="1"
            .value=${live(placeText(this.places[name][index]))}
            @change=${(event: Event) => {
              const typed = (event.target as HTMLInputElement).valueAsNumber;
              this.places = { ...this.places, [name]: this.places[name].with(index, typed) };
            }}
          />
        </label>`,
    );
  }

  #mistake(name: ProfileName, shape: StackShape): TemplateResult | typeof nothing {
    return areInside(this.places[name], shape)
      ? nothing
      : html`<p class="error" role="alert">${plotStrings().notInFrame(shape.width, shape.height)}</p>`;
  }

  #read(event: Event, name: ProfileName, shape: StackShape): void {
    event.preventDefault();
    const [x = 0, y = 0, toX = x, toY = y] = this.places[name];
    if (!areInside(this.places[name], shape)) return;
    if (name === "trace") void this.inspection?.trace(x, y);
    else void this.inspection?.kymograph({ from: [x, y], to: [toX, toY] });
  }

  /** How the work goes, and why it did not. */
  #task(name: InspectionTaskName, inspection: Inspection, state: InspectionState): TemplateResult | typeof nothing {
    const text = plotStrings();
    const task = state.tasks[name];
    const title = { trace: text.pixelTitle, kymograph: text.lineTitle, projection: text.projectionTitle }[name];
    const label = text.reading(title);
    const figures = task.progress ? strings().panel.progressText(task.progress, "frames") : label;
    return taskProgress(task, label, figures, () => inspection.cancel(name));
  }

  #profileFoot(name: ProfileName, inspection: Inspection, state: InspectionState): TemplateResult | typeof nothing {
    const text = plotStrings();
    if (!state[name]) return nothing;
    return html`
      ${partNote(name, inspection)} ${state.outdated[name] ? html`<p class="note">${text.outdated}</p>` : nothing}
      <div class="row"><button class="plain" @click=${() => inspection.clear(name)}>${text.remove}</button></div>
    `;
  }

  get #step(): number | null {
    return this.inspection?.host?.dims.step ?? null;
  }

  #goTo({ detail }: FrameChosenEvent): void {
    this.inspection?.host?.dims.setStep(detail.frame);
    this.requestUpdate();
  }
}

/** Why there are no background and cleaned values, where there are none. */
function methodNote({ method }: InspectionState): TemplateResult | typeof nothing {
  const text = plotStrings();
  if (method !== null && needsWholeFrames(method)) return html`<p class="note">${text.withWholeFrames[method]}</p>`;
  return method === null ? html`<p class="muted">${text.withoutMethod}</p>` : nothing;
}

function areInside(places: Places, { width, height }: StackShape): boolean {
  return places.every(
    (place, index) => Number.isInteger(place) && place >= 0 && place < (index % 2 === 0 ? width : height),
  );
}

function placesOf(name: ProfileName, { from, to }: PixelPath): Places {
  return name === "trace" ? from : [...from, ...to];
}

function placeText(place: number | undefined): string {
  return place === undefined || Number.isNaN(place) ? "" : String(place);
}

function titleOf(name: ProfileName, { from, to }: PixelPath): string {
  const text = plotStrings();
  return name === "trace" ? text.traceOf(from[0], from[1]) : text.kymographOf(from, to);
}
