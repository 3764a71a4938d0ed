/** Where the keyboard was before a tool took it. */
export class ToolFocus {
  #before: HTMLElement | null = null;

  /** With the crosshair of a tool, the keys belong to the stage. */
  take(stage: HTMLElement | null): void {
    this.#before = deepestFocus();
    stage?.focus();
  }

  giveBack(): void {
    this.#before?.focus();
    this.#before = null;
  }
}

/** What has the focus, inside however many elements. */
function deepestFocus(): HTMLElement | null {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return focused instanceof HTMLElement ? focused : null;
}
