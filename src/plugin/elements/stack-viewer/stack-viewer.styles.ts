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
      "layers tools panels" auto
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

  .picture,
  canvas,
  .shapes {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }

  .picture {
    cursor: crosshair;
    /* One finger scrolls the page past the image, until there is more of the image to see or something to draw. */
    touch-action: pan-y;
    user-select: none;
    -webkit-user-select: none;
  }

  .picture.held {
    touch-action: none;
  }

  .shapes {
    overflow: hidden;
    pointer-events: none;
    fill: none;
    stroke-linecap: round;
  }

  .shapes path {
    stroke: #ffd84a;
    stroke-width: 1.5px;
    vector-effect: non-scaling-stroke;
  }

  .shapes .halo {
    stroke: #000000;
    stroke-width: 4px;
    stroke-opacity: 0.65;
  }

  .shapes .draft {
    stroke-dasharray: 6 4;
  }

  .shapes .crosshair {
    stroke: #ffffff;
  }

  .caption {
    position: absolute;
    padding: var(--_space-2);
    pointer-events: none;
  }

  .divider {
    position: absolute;
    top: 0;
    bottom: 0;
    width: 32px;
    margin-left: -16px;
    background: linear-gradient(#ffffff, #ffffff) center / 2px 100% no-repeat;
    cursor: ew-resize;
    touch-action: none;
  }

  .divider::after {
    content: "⇔";
    position: absolute;
    top: 50%;
    left: 50%;
    display: grid;
    place-items: center;
    width: 28px;
    height: 28px;
    border: 1px solid #000000;
    border-radius: 50%;
    background: #ffffff;
    color: #000000;
    font-size: 16px;
    line-height: 1;
    transform: translate(-50%, -50%);
  }

  .divider:focus-visible {
    outline: none;
  }

  .divider:focus-visible::after {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
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
    max-width: calc(100% - 2 * var(--_space-2));
  }

  .note,
  .caption span {
    display: block;
    width: fit-content;
    max-width: 100%;
    padding: 2px var(--_space-2);
    overflow-wrap: anywhere;
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
    /* What is scrolled to is not to lie below the status of a panel, which sticks to the top. */
    scroll-padding-top: 112px;
    background: var(--_surface);
  }

  .dock {
    width: 348px;
  }

  .tools {
    grid-area: tools;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--_space-2) var(--_space-4);
    padding: var(--_space-2) var(--_space-3);
    background: var(--_surface);
  }

  .buttons,
  .choice,
  .pace {
    display: flex;
    align-items: center;
    gap: var(--_space-1);
  }

  .tools button,
  .pace button {
    min-width: 34px;
    padding: var(--_space-1) var(--_space-2);
  }

  .tools svg,
  .pace svg {
    display: block;
    margin: auto;
  }

  button[aria-pressed="true"] {
    border-color: var(--_accent);
    box-shadow: inset 0 0 0 1px var(--_accent);
    background: var(--_hover);
  }

  .zoom {
    min-width: 52px;
    color: var(--_muted);
    text-align: center;
  }

  .choice {
    position: relative;
    gap: 0;
  }

  .choice span {
    display: block;
    min-height: 30px;
    padding: var(--_space-1) var(--_space-2);
    border: 1px solid var(--_control-border);
    background: var(--_raised);
    cursor: pointer;
    white-space: nowrap;
  }

  .choice label + label span {
    border-left: 0;
  }

  .choice label:first-child span {
    border-radius: var(--_radius) 0 0 var(--_radius);
  }

  .choice label:last-child span {
    border-radius: 0 var(--_radius) var(--_radius) 0;
  }

  .choice span:hover {
    background: var(--_hover);
  }

  .choice input:checked + span {
    background: var(--_accent-fill);
    color: var(--_on-accent);
  }

  .choice input:focus-visible + span {
    outline: 2px solid var(--_accent);
    outline-offset: 1px;
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
        "tools" auto
        "stage" min(92cqw, 70vh)
        "dims" auto
        "panels" auto
        "layers" auto
        / minmax(0, 1fr);
    }

    .dims {
      grid-template-columns: auto minmax(60px, 1fr) auto;
    }

    .pace {
      grid-column: 1 / -1;
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

  @media (forced-colors: active) {
    .choice input:checked + span,
    button[aria-pressed="true"] {
      outline: 2px solid Highlight;
      outline-offset: -3px;
    }

    .divider,
    .shapes {
      forced-color-adjust: none;
    }
  }
`;
