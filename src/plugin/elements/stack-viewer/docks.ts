import { html, type TemplateResult } from "lit";

import type { Unsubscribe } from "../../host/contract.js";

/** Places for panels. These stay in the light DOM of the viewer, so that their own page can style and find them. */
export class Docks {
  readonly #viewer: HTMLElement;
  readonly #onChange: () => void;
  readonly #names = new Set<string>();
  #panelCount = 0;

  /** @param onChange - called when there is a place more, or less */
  constructor(viewer: HTMLElement, onChange: () => void) {
    this.#viewer = viewer;
    this.#onChange = onChange;
  }

  /** Places a panel. Returns its removal. */
  mount(element: HTMLElement, title: string): Unsubscribe {
    const name = `panel-${++this.#panelCount}`;
    element.slot = name;
    if (!element.hasAttribute("role")) element.setAttribute("role", "region");
    if (!element.hasAttribute("aria-label")) element.setAttribute("aria-label", title);
    this.#names.add(name);
    this.#viewer.append(element);
    this.#onChange();
    return () => {
      element.remove();
      this.#names.delete(name);
      this.#onChange();
    };
  }

  render(): readonly TemplateResult[] {
    return [...this.#names].map((name) => html`<div class="dock"><slot name=${name}></slot></div>`);
  }
}
