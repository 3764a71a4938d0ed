import { css } from "lit";

export const layerControlsStyles = css`
  :host {
    display: block;
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

  .contrast-head span {
    flex: 1 0 100%;
  }

  .contrast-head button {
    flex: 1;
    border-color: var(--_border);
  }

  .contrast-head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--_space-1);
    color: var(--_muted);
  }

  .pair {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--_space-2);
  }

  .pair label {
    display: grid;
    gap: 2px;
  }

  /* Its place is kept while its code is loaded. */
  slnet-histogram {
    display: block;
    min-height: 114px;
  }

  .check {
    display: flex;
    align-items: center;
    gap: var(--_space-2);
  }

  .controls .check {
    color: inherit;
  }

  .check input {
    flex: none;
  }

  summary {
    color: var(--_muted);
    cursor: pointer;
  }

  details[open] summary {
    margin-bottom: var(--_space-2);
  }
`;
