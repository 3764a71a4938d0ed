import { css } from "lit";

export const layerListStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    gap: var(--_space-3);
    padding: var(--_space-3);
    background: var(--_surface);
  }

  h2 {
    margin: 0;
    font-size: 12px;
    font-weight: 600;
    color: var(--_muted);
  }

  .controls {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    align-items: center;
    gap: var(--_space-2);
    padding: var(--_space-3);
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
  }

  .controls label {
    color: var(--_muted);
  }

  .wide {
    grid-column: 1 / -1;
  }

  .controls input[type="range"] {
    width: 100%;
    margin: 0;
  }

  .contrast-head button {
    border-color: var(--_border);
  }

  .contrast-head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    color: var(--_muted);
  }

  .pair {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--_space-2);
  }

  .ranges {
    position: relative;
    height: 22px;
  }

  .ranges::before {
    content: "";
    position: absolute;
    inset: 9px 0;
    border-radius: 2px;
    background: var(--_control-border);
  }

  .ranges input {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 22px;
    margin: 0;
    appearance: none;
    background: none;
    pointer-events: none;
  }

  .ranges input::-webkit-slider-thumb {
    appearance: none;
    width: 14px;
    height: 14px;
    border: 2px solid var(--_surface);
    border-radius: 50%;
    background: var(--_accent);
    pointer-events: auto;
    cursor: ew-resize;
  }

  .ranges input::-moz-range-thumb {
    width: 12px;
    height: 12px;
    border: 2px solid var(--_surface);
    border-radius: 50%;
    background: var(--_accent);
    pointer-events: auto;
    cursor: ew-resize;
  }

  ul {
    display: flex;
    flex-direction: column;
    gap: var(--_space-1);
    margin: 0;
    padding: 0;
    list-style: none;
  }

  li {
    display: flex;
    align-items: center;
    border: 1px solid transparent;
    border-radius: var(--_radius);
    background: var(--_raised);
  }

  li.active {
    border-color: var(--_accent);
    background: var(--_hover);
  }

  li .eye {
    flex: none;
    width: 36px;
    min-height: 34px;
    padding: 0;
  }

  li .eye svg {
    display: block;
    margin: auto;
  }

  li.off .name {
    color: var(--_muted);
  }

  li .name {
    flex: 1;
    min-width: 0;
    min-height: 34px;
    padding-left: var(--_space-1);
    overflow: hidden;
    text-align: left;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .empty {
    margin: 0;
    color: var(--_muted);
  }
`;
