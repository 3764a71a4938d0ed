import { css } from "lit";

import type { SlnetStackViewer } from "../elements/stack-viewer/stack-viewer.js";
import { themeStyles } from "../elements/theme.styles.js";
import { followTheme, type NotebookTheme } from "./notebook-theme.js";

const cellStyles = css`
  :host {
    display: block;
    container-type: inline-size;
    color-scheme: light dark;
    background: var(--_background);
    border: 1px solid var(--_border);
  }

  :host([theme="dark"]) {
    color-scheme: dark;
  }

  :host([theme="light"]) {
    color-scheme: light;
  }

  p {
    margin: 0;
    padding: var(--_space-2) var(--_space-3);
  }

  .fault {
    background: var(--_danger-fill);
    color: var(--_danger);
  }

  .waiting {
    color: var(--_muted);
  }

  p:empty {
    padding: 0;
  }

  slnet-stack-viewer {
    height: 680px;
  }

  /* Then its parts lie below each other, and would make a cell of several screens. */
  @container (max-width: 700px) {
    .place {
      max-height: min(85vh, 1000px);
      overflow: auto;
    }

    slnet-stack-viewer {
      height: auto;
    }
  }
`;

const texts = {
  empty: "The stack of the notebook is not shown here.",
  waiting: "Waiting for Python, whose kernel is busy or gone.",
} as const;

/** What a cell shows: the viewer, and above it what went wrong and what is waited for. Follows the theme of the notebook. */
export class CellFrame {
  readonly viewer: SlnetStackViewer = document.createElement("slnet-stack-viewer");
  readonly #element = document.createElement("div");
  readonly #fault = document.createElement("p");
  readonly #waiting = document.createElement("p");
  readonly #stopFollowing: () => void;

  /** @param place - gets the frame */
  constructor(place: HTMLElement) {
    const root = this.#element.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [themeStyles, cellStyles].flatMap(({ styleSheet }) => styleSheet ?? []);
    // Lumino, the toolkit of JupyterLab, then leaves the keys that are pressed in here alone.
    this.#element.dataset["lmSuppressShortcuts"] = "true";
    // Other notebooks have keys of their own too, and listen further out.
    this.#element.addEventListener("keydown", (event) => event.stopPropagation());
    this.#fault.className = "fault";
    this.#fault.role = "alert";
    this.#waiting.className = "waiting";
    this.#waiting.role = "status";
    const empty = document.createElement("p");
    empty.slot = "empty";
    empty.textContent = texts.empty;
    this.viewer.append(empty);
    const viewerPlace = document.createElement("div");
    viewerPlace.className = "place";
    viewerPlace.append(this.viewer);
    root.append(this.#fault, this.#waiting, viewerPlace);
    place.append(this.#element);
    this.#stopFollowing = followTheme(document, (theme) => this.#setTheme(theme));
  }

  /** Says in one sentence what went wrong; nothing: takes it away. */
  setFault(message: string): void {
    this.#fault.textContent = message;
  }

  setWaiting(waiting: boolean): void {
    this.#waiting.textContent = waiting ? texts.waiting : "";
  }

  dispose(): void {
    this.#stopFollowing();
    this.#element.remove();
  }

  #setTheme(theme: NotebookTheme): void {
    this.#element.setAttribute("theme", theme);
    this.viewer.theme = theme;
  }
}
