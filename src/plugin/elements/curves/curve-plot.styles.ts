import { css } from "lit";

/** The few rules of uPlot that its canvas needs, and those of {@link CurvePlot} around them. */
export const curvePlotStyles = css`
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--_space-1) var(--_space-3);
    min-height: 24px;
    color: var(--_muted);
    font-size: 12px;
  }

  .head label {
    display: flex;
    align-items: center;
    gap: var(--_space-1);
    margin-left: auto;
  }

  .key::before {
    content: "";
    display: inline-block;
    width: 14px;
    margin-right: var(--_space-1);
    border-top: 2px solid currentcolor;
    vertical-align: middle;
  }

  .area {
    position: relative;
    overflow: hidden;
  }

  .empty {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    padding: var(--_space-2);
    border: 1px dashed var(--_border);
    border-radius: var(--_radius);
    color: var(--_muted);
    text-align: center;
  }

  .probe {
    position: absolute;
    visibility: hidden;
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
