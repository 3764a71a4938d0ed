import { fixture, html } from "@open-wc/testing";
import type { LitElement } from "lit";

import type { StackMetadata } from "../../src/core/frames.js";
import { defineElements } from "../../src/plugin/define-elements.js";
import type { SlnetPanel } from "../../src/plugin/elements/panel/panel.js";
import type { SessionState } from "../../src/plugin/session-state.js";
import { SlnetSession } from "../../src/plugin/session.js";

/** A panel in the page, worked as a person works it. */
export class PanelHarness {
  constructor(
    readonly panel: SlnetPanel,
    readonly session: SlnetSession,
  ) {}

  /** With a session whose worker is not started before something needs it. */
  static async create(
    scheme = "dark",
    session = new SlnetSession({ workerUrl: "/dist/slnet.worker.js" }),
  ): Promise<PanelHarness> {
    defineElements();
    const box = await fixture<HTMLElement>(html`<div><slnet-panel></slnet-panel></div>`);
    box.style.cssText = `width: 340px; color-scheme: ${scheme}; background: light-dark(#fff, #1e2128)`;
    const panel = box.querySelector("slnet-panel")!;
    panel.session = session;
    const harness = new PanelHarness(panel, session);
    await customElements.whenDefined("slnet-advanced-form");
    await harness.settled();
    return harness;
  }

  /** @param within - tag of the element that has it, where several have one of that title */
  button(title: string, within?: string): HTMLButtonElement {
    return this.#all("button", within).find((button) => button.textContent.trim() === title)!;
  }

  /** @param label - for a screen reader, where it says more than the button shows */
  buttonLabelled(label: string): HTMLButtonElement | undefined {
    return this.#all("button").find((button) => button.ariaLabel === label);
  }

  /** The sentence beside a button that says why it cannot be pressed. */
  reasonOf(title: string): string {
    return this.#described(this.button(title));
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
    return this.#described(this.#option(key));
  }

  isInvalid(key: string): boolean {
    return this.#option(key).getAttribute("aria-invalid") === "true";
  }

  /** @param within - tag of the element whose form it is, where several have it */
  valueOf(key: string, within?: string): string {
    return (this.#option(key, within) as HTMLInputElement).value;
  }

  has(key: string): boolean {
    return this.#roots().some((root) => root.host.localName === "slnet-options-form" && root.querySelector(`#${key}`));
  }

  openAllOptions(): void {
    this.#open("all-options");
  }

  /** The fields for the part of the stack to train on. */
  openPart(): void {
    this.#open("part");
  }

  /** Presses a button and waits until what it did is drawn. */
  async press(title: string, within?: string): Promise<void> {
    this.button(title, within).click();
    await this.settled();
  }

  /** Types into the search over the options. */
  async search(text: string): Promise<void> {
    const field = this.field("Search the options") as HTMLInputElement;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await this.settled();
  }

  /** Names of the options that an element shows, in their order. */
  optionKeys(within: string): string[] {
    const root = this.#roots(this.#root(within)).find(({ host }) => host.localName === "slnet-options-form")!;
    return [...root.querySelectorAll(":is(input, select)")].map(({ id }) => id);
  }

  /** What an element shows, without the elements in it. */
  textOf(tag: string): string {
    return this.#root(tag).textContent.replace(/\s+/g, " ").trim();
  }

  /** Draws everything anew. */
  async redraw(): Promise<void> {
    for (const { host } of this.#roots()) (host as Partial<LitElement> & Element).requestUpdate?.();
    await this.settled();
  }

  /** A field outside of the options, by the words before it. */
  field(label: string): HTMLInputElement | HTMLSelectElement | null {
    const labels = this.#all("label");
    const found = labels.find((element) => element.textContent.trim().startsWith(label));
    if (!found) return null;
    const root = found.getRootNode() as ShadowRoot;
    return found.htmlFor
      ? (root.getElementById(found.htmlFor) as HTMLInputElement | HTMLSelectElement | null)
      : found.querySelector<HTMLInputElement | HTMLSelectElement>("input, select");
  }

  /** Enters a value into such a field and leaves it. */
  async enter(label: string, value: string): Promise<void> {
    const field = this.field(label)!;
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    await this.settled();
  }

  /** Waits for a state of the session, and until it is drawn. */
  async until(condition: (state: SessionState) => boolean): Promise<void> {
    while (!condition(this.session.state) || this.session.state.activity !== "idle") {
      await new Promise<void>((resolve) => {
        const off = this.session.subscribe(() => {
          off();
          resolve();
        });
      });
    }
    await this.settled();
  }

  get errorMessage(): string {
    return this.panel.renderRoot.querySelector(".message.error p")?.textContent ?? "";
  }

  async settled(): Promise<void> {
    await this.panel.updateComplete;
    // What one element draws may be elements again.
    for (let roots = 0; roots < this.#roots().length;) {
      const drawn = this.#roots();
      roots = drawn.length;
      for (const { host } of drawn) await (host as Partial<LitElement> & Element).updateComplete;
    }
  }

  /** The field of a piece of metadata. */
  metadata(key: keyof StackMetadata): HTMLInputElement {
    return this.#root("slnet-metadata-form").querySelector<HTMLInputElement>(`#${key}`)!;
  }

  /** Types into it and leaves it. */
  async typeMetadata(key: keyof StackMetadata, text: string): Promise<void> {
    const field = this.metadata(key);
    field.value = text;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    await this.settled();
  }

  /** What a screen reader reads with it: unit, error, and what the file says. */
  metadataDescription(key: keyof StackMetadata): string {
    return this.#described(this.metadata(key));
  }

  async undoMetadata(key: keyof StackMetadata): Promise<void> {
    this.metadata(key).closest(".field")!.querySelector("button")!.click();
    await this.settled();
  }

  /** The question of the choice form, or nothing. */
  get question(): string {
    return (
      this.panel.renderRoot.querySelector("slnet-choice-form")?.shadowRoot?.querySelector("legend")?.textContent ?? ""
    );
  }

  /** What has the focus, however deep. */
  get focused(): Element | null {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element;
  }

  #option(key: string, within?: string): HTMLElement {
    for (const root of within ? this.#roots(this.#root(within)) : this.#roots()) {
      if (root.host.localName !== "slnet-options-form") continue;
      const input = root.querySelector<HTMLElement>(`#${key}`);
      if (input) return input;
    }
    throw new Error(`the panel has no option ${key}`);
  }

  #open(id: string): void {
    this.#root("slnet-train-form").querySelector<HTMLDetailsElement>(`#${id}`)!.open = true;
  }

  #root(tag: string): ShadowRoot {
    return this.#roots().find(({ host }) => host.localName === tag)!;
  }

  #described(element: Element): string {
    const root = element.getRootNode() as ShadowRoot;
    const ids = element.getAttribute("aria-describedby")?.split(" ") ?? [];
    return ids.map((id) => root.getElementById(id)?.textContent ?? "").join(" ");
  }

  #all<K extends keyof HTMLElementTagNameMap>(tag: K, within?: string): HTMLElementTagNameMap[K][] {
    const roots = within ? this.#roots(this.#root(within)) : this.#roots();
    return roots.flatMap((root) => [...root.querySelectorAll(tag)]);
  }

  /** The panel's own tree and those of the elements in it. */
  #roots(root: ShadowRoot = this.panel.shadowRoot!): ShadowRoot[] {
    const inner = [...root.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? []);
    return [root, ...inner.flatMap((each) => this.#roots(each))];
  }
}
