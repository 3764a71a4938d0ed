import { css } from "lit";

/** What the lists of runs, of the queue and of recent files share. */
export const listStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-2);
  }

  ul,
  ol {
    display: grid;
    gap: var(--_space-1);
    margin: 0;
    padding: 0;
    list-style: none;
  }

  ul.long {
    max-height: 320px;
    overflow-y: auto;
  }

  li {
    min-width: 0;
    padding: var(--_space-2);
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
  }

  p {
    margin: 0;
    overflow-wrap: anywhere;
  }

  .muted {
    color: var(--_muted);
    font-size: 12px;
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--_space-2);
  }

  .head {
    display: flex;
    align-items: flex-start;
    gap: var(--_space-2);
  }

  .head input[type="checkbox"] {
    flex: none;
    margin-top: 2px;
  }

  .name {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .badge {
    padding: 0 var(--_space-2);
    border: 1px solid var(--_control-border);
    border-radius: 999px;
    font-size: 12px;
    white-space: nowrap;
  }

  .error {
    color: var(--_danger);
  }

  .note {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--_space-2);
    padding: var(--_space-1) var(--_space-2);
    border-radius: var(--_radius);
    background: var(--_raised);
  }

  summary {
    width: fit-content;
    padding: 2px 0;
    border-radius: var(--_radius);
    color: var(--_accent);
    font-size: 12px;
    cursor: pointer;
  }

  details[open] > .row {
    margin-top: var(--_space-1);
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

  details > slnet-metadata-form {
    margin-top: var(--_space-2);
  }

  .pair .wide {
    grid-column: 1 / -1;
  }

  .check {
    display: flex;
    align-items: center;
    gap: var(--_space-2);
  }

  .scroll {
    overflow-x: auto;
  }

  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 12px;
  }

  caption {
    padding-bottom: var(--_space-1);
    text-align: left;
    font-weight: 600;
  }

  th,
  td {
    padding: 3px 8px 3px 0;
    border-bottom: 1px solid var(--_border);
    text-align: left;
    vertical-align: top;
    font-weight: normal;
    overflow-wrap: anywhere;
  }

  thead th {
    color: var(--_muted);
  }

  textarea {
    width: 100%;
    min-height: 96px;
    padding: var(--_space-2);
    border: 1px solid var(--_control-border);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: inherit;
    font:
      12px/1.4 ui-monospace,
      "Liberation Mono",
      monospace;
    resize: vertical;
  }

  progress {
    display: block;
    width: 100%;
    margin-top: var(--_space-1);
  }
`;
