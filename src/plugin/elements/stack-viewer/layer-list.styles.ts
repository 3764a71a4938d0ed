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
