import { css, html, LitElement, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { themeStyles } from "../theme.styles.js";

/** How a message is shown. */
export type ToastLevel = "info" | "warning" | "error";

interface Toast {
  readonly id: number;
  readonly level: ToastLevel;
  readonly message: string;
}

/** What is not an error goes by itself after this time. */
const lifetimeMs = 6000;
/** Errors stay longer, but not over the picture for good: whoever reports one keeps it in its own place too. */
const errorLifetimeMs = 15_000;
const maximumToasts = 4;

/** Messages to the person in front of the viewer, read out as they come. */
export class SlnetToastList extends LitElement {
  static override styles = [
    themeStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: var(--_space-2);
      }

      .toast {
        display: flex;
        align-items: flex-start;
        gap: var(--_space-2);
        padding: var(--_space-2) var(--_space-2) var(--_space-2) var(--_space-3);
        border: 1px solid var(--_border);
        border-left: 4px solid var(--_accent);
        border-radius: var(--_radius);
        background: var(--_surface);
        box-shadow: 0 4px 16px rgb(0 0 0 / 35%);
      }

      .toast.warning {
        border-left-color: var(--_warning);
      }

      .toast.error {
        border-left-color: var(--_danger);
      }

      .toast p {
        flex: 1;
        margin: 4px 0;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @state() private toasts: readonly Toast[] = [];
  #count = 0;

  /** Shows a message for a while; the same one is not shown twice, and an error takes the place of the one before. */
  show(level: ToastLevel, message: string): void {
    const id = ++this.#count;
    const others = this.toasts.filter(
      (toast) => toast.message !== message && !(level === "error" && toast.level === "error"),
    );
    this.toasts = [...others, { id, level, message }].slice(-maximumToasts);
    setTimeout(() => this.#dismiss(id), level === "error" ? errorLifetimeMs : lifetimeMs);
  }

  override render(): TemplateResult {
    return html`
      <div aria-live="polite">${this.#list((toast) => toast.level !== "error")}</div>
      <div role="alert">${this.#list((toast) => toast.level === "error")}</div>
    `;
  }

  #list(accept: (toast: Toast) => boolean): unknown {
    return repeat(
      this.toasts.filter(accept),
      (toast) => toast.id,
      (toast) => html`
        <div class="toast ${toast.level}">
          <p>${toast.message}</p>
          <button class="plain" aria-label="Dismiss" @click=${() => this.#dismiss(toast.id)}>✕</button>
        </div>
      `,
    );
  }

  #dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }
}
