import { css } from "lit";

/** The picture and what lies over it. */
export const stageStyles = css`
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

  @media (forced-colors: active) {
    .divider,
    .shapes {
      forced-color-adjust: none;
    }
  }
`;
