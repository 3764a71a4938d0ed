import { fixture, html } from "@open-wc/testing";

import { defineElements } from "../../src/plugin/define-elements.js";
import type { SlnetPanel } from "../../src/plugin/elements/panel/panel.js";
import { SlnetSession } from "../../src/plugin/session.js";

/** A panel in the page, worked as a person works it. */
export class PanelHarness {
  constructor(
    readonly panel: SlnetPanel,
    readonly session: SlnetSession,
  ) {}

  /** With a session whose worker is not started before something needs it. */
  static async create(scheme = "dark"): Promise<PanelHarness> {
    defineElements();
    const box = await fixture<HTMLElement>(html`<div><slnet-panel></slnet-panel></div>`);
    box.style.cssText = `width: 340px; color-scheme: ${scheme}; background: light-dark(#fff, #1e2128)`;
    const panel = box.querySelector("slnet-panel")!;
    const session = new SlnetSession({ workerUrl: "/dist/slnet.worker.js" });
    panel.session = session;
    await panel.updateComplete;
    return new PanelHarness(panel, session);
  }

  button(title: string): HTMLButtonElement {
    return [...this.panel.renderRoot.querySelectorAll("button")].find((button) => button.textContent.trim() === title)!;
  }

  /** The sentence beside a button that says why it cannot be pressed. */
  reasonOf(title: string): string {
    const id = this.button(title).getAttribute("aria-describedby");
    return (id && this.panel.renderRoot.querySelector(`#${id}`)?.textContent) ?? "";
  }

  /** Types into an option and leaves the field. */
  async type(key: string, text: string): Promise<void> {
    const input = this.#option(key) as HTMLInputElement;
    input.value = text;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    await this.settled();
  }

  async check(key: string, checked: boolean): Promise<void> {
    const input = this.#option(key) as HTMLInputElement;
    input.checked = checked;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    await this.settled();
  }

  async select(key: string, index: number): Promise<void> {
    const select = this.#option(key) as HTMLSelectElement;
    select.selectedIndex = index;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    await this.settled();
  }

  /** What a screen reader reads with an option: error and help. */
  descriptionOf(key: string): string {
    const input = this.#option(key);
    const root = input.getRootNode() as ShadowRoot;
    const ids = input.getAttribute("aria-describedby")?.split(" ") ?? [];
    return ids.map((id) => root.getElementById(id)?.textContent ?? "").join(" ");
  }

  isInvalid(key: string): boolean {
    return this.#option(key).getAttribute("aria-invalid") === "true";
  }

  valueOf(key: string): string {
    return (this.#option(key) as HTMLInputElement).value;
  }

  has(key: string): boolean {
    return this.#forms().some((form) => form.querySelector(`#${key}`));
  }

  openAllOptions(): void {
    this.panel.renderRoot.querySelector("details")!.open = true;
  }

  /** A field outside of the options, by the words before it. */
  field(label: string): HTMLInputElement | HTMLSelectElement | null {
    const labels = [...this.panel.renderRoot.querySelectorAll("label")];
    const found = labels.find((element) => element.textContent.trim().startsWith(label));
    return found?.querySelector<HTMLInputElement | HTMLSelectElement>("input, select") ?? null;
  }

  /** Enters a value into such a field and leaves it. */
  async enter(label: string, value: string): Promise<void> {
    const field = this.field(label)!;
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    await this.settled();
  }

  get errorMessage(): string {
    return this.panel.renderRoot.querySelector(".message.error p")?.textContent ?? "";
  }

  async settled(): Promise<void> {
    await this.panel.updateComplete;
    for (const form of this.panel.renderRoot.querySelectorAll("slnet-options-form")) await form.updateComplete;
  }

  #option(key: string): HTMLElement {
    for (const form of this.#forms()) {
      const input = form.querySelector<HTMLElement>(`#${key}`);
      if (input) return input;
    }
    throw new Error(`the panel has no option ${key}`);
  }

  #forms(): ShadowRoot[] {
    return [...this.panel.renderRoot.querySelectorAll("slnet-options-form")].map((form) => form.shadowRoot!);
  }
}
