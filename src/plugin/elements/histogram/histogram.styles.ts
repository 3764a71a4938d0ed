import { css } from "lit";

export const histogramStyles = css`
  :host {
    display: block;
  }

  .area {
    position: relative;
    height: 72px;
    border-bottom: 1px solid var(--_control-border);
    touch-action: none;
    cursor: ew-resize;
  }

  svg {
    display: block;
    width: 100%;
    height: 100%;
  }

  path {
    fill: var(--_muted);
  }

  .empty {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    color: var(--_muted);
    font-size: 12px;
  }

  .handle {
    position: absolute;
    inset: 0 auto -5px;
    width: 14px;
    margin-left: -7px;
  }

  .handle::before {
    content: "";
    position: absolute;
    inset: 0 6px 0;
    background: var(--_accent);
  }

  .handle::after {
    content: "";
    position: absolute;
    bottom: 0;
    left: 1px;
    width: 12px;
    height: 12px;
    border: 2px solid var(--_surface);
    border-radius: 50%;
    background: var(--_accent);
  }

  .handle.high::after {
    border-radius: 3px;
  }

  .colours {
    display: flex;
    height: 10px;
    margin-top: var(--_space-2);
    border: 1px solid var(--_border);
    border-radius: 2px;
    overflow: hidden;
  }

  .foot {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--_space-2);
    color: var(--_muted);
    font-size: 12px;
  }

  .foot label {
    display: flex;
    align-items: center;
    gap: var(--_space-1);
  }

  @media (forced-colors: active) {
    path {
      fill: CanvasText;
    }

    .handle::before,
    .handle::after {
      background: Highlight;
    }

    .colours {
      forced-color-adjust: none;
    }
  }
`;
