import { css } from "lit";

/** The few rules of uPlot that its canvas needs, and ours around them. */
export const lossPlotStyles = css`
  :host {
    display: block;
  }

  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--_space-1) var(--_space-3);
    min-height: 24px;
    color: var(--_muted);
    font-size: 12px;
  }

  .key::before {
    content: "";
    display: inline-block;
    width: 14px;
    margin-right: var(--_space-1);
    border-top: 2px solid currentcolor;
    vertical-align: middle;
  }

  .key.training::before {
    color: var(--_accent);
  }

  .key.validation::before {
    border-top-style: dashed;
    color: var(--_warning);
  }

  .head label {
    display: flex;
    align-items: center;
    gap: var(--_space-1);
    margin-left: auto;
  }

  .area {
    position: relative;
    height: 150px;
    overflow: hidden;
  }

  .empty {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    border: 1px dashed var(--_border);
    border-radius: var(--_radius);
    color: var(--_muted);
  }

  .probe {
    position: absolute;
    visibility: hidden;
  }

  .probe.training {
    color: var(--_accent);
  }

  .probe.validation {
    color: var(--_warning);
  }

  .probe.axis {
    color: var(--_muted);
  }

  .probe.grid {
    color: var(--_border);
  }

  .uplot,
  .u-wrap {
    position: relative;
    user-select: none;
  }

  .u-over,
  .u-under,
  .u-axis {
    position: absolute;
  }

  .uplot canvas {
    position: relative;
    display: block;
    width: 100%;
    height: 100%;
  }
`;
