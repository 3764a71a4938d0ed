import { css } from "lit";

export const stackViewerStyles = css`
  :host {
    display: block;
    position: relative;
    min-height: 320px;
    container-type: inline-size;
    color-scheme: dark;
    background: var(--_background);
    overflow: clip;
  }

  :host([theme="light"]) {
    color-scheme: light;
  }

  :host([theme="auto"]) {
    color-scheme: light dark;
  }

  .layout {
    display: grid;
    grid-template:
      "layers stage panels" minmax(0, 1fr)
      "layers dims panels" auto
      / 232px minmax(0, 1fr) auto;
    height: 100%;
    gap: 1px;
    background: var(--_border);
  }

  .layers {
    grid-area: layers;
    overflow: auto;
    background: var(--_surface);
  }

  .stage {
    grid-area: stage;
    position: relative;
    min-height: 0;
    background: var(--_canvas);
  }

  .stage:focus-visible {
    outline-offset: -2px;
  }

  canvas {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    cursor: crosshair;
  }

  .hint {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    padding: var(--_space-4);
    color: #c3c8d2;
    text-align: center;
    pointer-events: none;
  }

  .note {
    position: absolute;
    top: var(--_space-2);
    left: var(--_space-2);
    right: var(--_space-2);
    width: fit-content;
    padding: 2px var(--_space-2);
    border-radius: var(--_radius);
    background: rgb(0 0 0 / 75%);
    color: #f2f4f8;
    pointer-events: none;
  }

  slnet-scale-bar {
    position: absolute;
    bottom: var(--_space-2);
    left: var(--_space-2);
  }

  .panels {
    grid-area: panels;
    min-height: 0;
    overflow: auto;
    background: var(--_surface);
  }

  .dock {
    width: 348px;
  }

  .dims {
    grid-area: dims;
    display: grid;
    grid-template-columns: auto minmax(80px, 1fr) auto auto;
    align-items: center;
    gap: var(--_space-1) var(--_space-3);
    padding: var(--_space-2) var(--_space-3);
    background: var(--_surface);
  }

  .dims .play {
    width: 34px;
    padding: 0;
  }

  .dims .play svg {
    display: block;
    margin: auto;
  }

  .dims .frame {
    display: flex;
    align-items: center;
    gap: var(--_space-1);
    white-space: nowrap;
  }

  .dims .frame input {
    width: 76px;
    text-align: right;
  }

  .dims select {
    width: auto;
  }

  .readout {
    grid-column: 1 / -1;
    min-height: 1.45em;
    overflow: hidden;
    color: var(--_muted);
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  slnet-toast-list {
    position: absolute;
    left: 50%;
    bottom: var(--_space-3);
    z-index: 1;
    width: min(440px, calc(100% - 24px));
    transform: translateX(-50%);
  }

  @container (max-width: 980px) {
    .layout {
      grid-template-columns: 196px minmax(0, 1fr) auto;
    }

    .dock {
      width: 304px;
    }
  }

  @container (max-width: 700px) {
    .layout {
      height: auto;
      grid-template:
        "stage" min(92cqw, 70vh)
        "dims" auto
        "panels" auto
        "layers" auto
        / minmax(0, 1fr);
    }

    .dims {
      grid-template-columns: auto minmax(60px, 1fr) auto;
    }

    .dims .rate {
      display: none;
    }

    .dock {
      width: 100%;
    }

    /* No scrolling of their own, so that the status of a panel can stick to the top of the page. */
    .layers,
    .panels {
      overflow: visible;
    }

    slnet-toast-list {
      position: fixed;
    }
  }
`;
