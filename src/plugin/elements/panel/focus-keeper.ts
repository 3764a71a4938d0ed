/**
 * Gives the focus back to a control that loses it by being disabled while something runs. Without this a person with the
 * keyboard begins anew at the top of the page after every action.
 */
export class FocusKeeper {
  readonly #element: HTMLElement;
  #kept: HTMLElement | null = null;

  /** @param element - in which the controls are, also in shadow roots of its parts */
  constructor(element: HTMLElement) {
    this.#element = element;
  }

  /** Call it before the controls are disabled. */
  keep(): void {
    let [root, control]: [DocumentOrShadowRoot | null, Element | null] = [document, null];
    let isInside = false;
    while (root?.activeElement) {
      control = root.activeElement;
      isInside ||= control === this.#element;
      root = control.shadowRoot;
    }
    this.#kept = isInside && control instanceof HTMLElement ? control : null;
  }

  /** Call it when they can be used again: does nothing where a person has gone elsewhere meanwhile. */
  restore(): void {
    const kept = this.#kept;
    this.#kept = null;
    if (kept?.isConnected && !kept.matches(":disabled") && document.activeElement === document.body) {
      kept.focus({ preventScroll: true });
    }
  }
}
