import { css } from "lit";

/**
 * What all elements share: colours, spacing, controls. Each colour can be set from outside by the custom property of the
 * same name without the underscore, and follows `color-scheme`, which a host or the viewer decides.
 */
export const themeStyles = css`
  :host {
    --_background: var(--slnet-background, light-dark(#f6f7f9, #16181d));
    --_surface: var(--slnet-surface, light-dark(#ffffff, #1e2128));
    --_raised: var(--slnet-raised, light-dark(#eef0f4, #2a2e37));
    --_hover: var(--slnet-hover, light-dark(#e2e6ed, #363b46));
    --_border: var(--slnet-border, light-dark(#ccd1da, #3a3f4b));
    --_control-border: var(--slnet-control-border, light-dark(#7d8594, #7b8494));
    --_text: var(--slnet-text, light-dark(#1b1f27, #e7e9ee));
    --_muted: var(--slnet-muted, light-dark(#545c6b, #a7aebb));
    --_accent: var(--slnet-accent, light-dark(#0b65b8, #5ab0ff));
    --_accent-fill: var(--slnet-accent-fill, light-dark(#0b65b8, #2474c4));
    --_accent-fill-hover: var(--slnet-accent-fill-hover, light-dark(#09559c, #1c65ae));
    --_on-accent: var(--slnet-on-accent, #ffffff);
    --_warning: var(--slnet-warning, light-dark(#8a5300, #f2b854));
    --_danger: var(--slnet-danger, light-dark(#b3261e, #ff8f85));
    --_danger-fill: var(--slnet-danger-fill, light-dark(#fdecea, #43211f));
    --_canvas: var(--slnet-canvas, #000000);
    --_space-1: var(--slnet-space-1, 4px);
    --_space-2: var(--slnet-space-2, 8px);
    --_space-3: var(--slnet-space-3, 12px);
    --_space-4: var(--slnet-space-4, 16px);
    --_radius: var(--slnet-radius, 6px);
    --_font: var(--slnet-font, system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif);
    font: 13px/1.45 var(--_font);
    color: var(--_text);
    font-variant-numeric: tabular-nums;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  [hidden] {
    display: none !important;
  }

  /* Notices and reasons come as parts of sentences. */
  .sentence::first-letter {
    text-transform: uppercase;
  }

  button,
  input,
  select {
    font: inherit;
    color: inherit;
    font-variant-numeric: inherit;
  }

  button {
    min-height: 30px;
    padding: var(--_space-1) var(--_space-3);
    border: 1px solid var(--_control-border);
    border-radius: var(--_radius);
    background: var(--_raised);
    cursor: pointer;
  }

  button:hover:not(:disabled) {
    background: var(--_hover);
  }

  button:disabled,
  input:disabled,
  select:disabled {
    cursor: not-allowed;
    opacity: 0.5;
  }

  button.primary {
    border-color: transparent;
    background: var(--_accent-fill);
    color: var(--_on-accent);
    font-weight: 600;
  }

  button.primary:hover:not(:disabled) {
    background: var(--_accent-fill-hover);
  }

  button.plain {
    min-height: 28px;
    padding: 0 var(--_space-2);
    border-color: transparent;
    background: none;
  }

  button.plain:hover:not(:disabled) {
    background: var(--_hover);
  }

  input:is([type="text"], [type="number"]),
  select {
    width: 100%;
    min-width: 0;
    min-height: 30px;
    padding: 3px var(--_space-2);
    border: 1px solid var(--_control-border);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  input[aria-invalid="true"] {
    border-color: var(--_danger);
  }

  input[type="range"],
  input[type="checkbox"],
  progress {
    accent-color: var(--_accent-fill);
  }

  progress {
    appearance: none;
    height: 8px;
    border: 0;
    border-radius: 4px;
    overflow: hidden;
    background: var(--_raised);
  }

  progress::-webkit-progress-bar {
    background: var(--_raised);
  }

  progress::-webkit-progress-value {
    background: var(--_accent);
  }

  progress::-moz-progress-bar {
    background: var(--_accent);
  }

  progress:indeterminate {
    background: repeating-linear-gradient(115deg, var(--_raised) 0 12px, var(--_accent-fill) 12px 24px);
  }

  progress:indeterminate::-webkit-progress-bar {
    background: none;
  }

  input[type="checkbox"] {
    width: 16px;
    height: 16px;
    margin: 0;
  }

  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 1px;
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    padding: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
    border: 0;
  }

  @media (forced-colors: active) {
    button.primary {
      border: 2px solid ButtonText;
    }

    progress {
      border: 1px solid CanvasText;
      forced-color-adjust: none;
    }

    progress,
    progress::-webkit-progress-bar {
      background: Canvas;
    }

    progress::-webkit-progress-value {
      background: Highlight;
    }

    progress::-moz-progress-bar {
      background: Highlight;
    }
  }

  @media (prefers-contrast: more) {
    :host {
      --_border: var(--_text);
      --_control-border: var(--_text);
      --_muted: var(--_text);
    }
  }
`;
