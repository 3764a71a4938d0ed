import { css } from "lit";

export const methodComparisonStyles = css`
  :host {
    gap: var(--_space-2);
    padding-top: var(--_space-3);
    border-top: 1px solid var(--_border);
  }

  h4 {
    margin: 0;
    font-size: inherit;
    font-weight: 600;
  }

  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-2);
  }

  .fields label {
    grid-template-columns: auto minmax(0, 90px) minmax(0, 1fr);
    align-items: center;
    gap: var(--_space-2);
  }

  .scroll {
    overflow-x: auto;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
  }

  table {
    border-collapse: separate;
    border-spacing: 0;
    min-width: 100%;
    font-variant-numeric: tabular-nums;
  }

  caption {
    position: sticky;
    inset-inline-start: 0;
    width: fit-content;
    padding: var(--_space-1) var(--_space-2);
    text-align: start;
    font-weight: 600;
  }

  th,
  td {
    padding: var(--_space-1) var(--_space-2);
    border-top: 1px solid var(--_border);
    font-weight: 400;
    text-align: end;
    white-space: nowrap;
  }

  thead th {
    color: var(--_muted);
  }

  /* The name stays in sight while the figures are scrolled. */
  th:first-child {
    position: sticky;
    inset-inline-start: 0;
    z-index: 1;
    border-inline-end: 1px solid var(--_border);
    background: var(--_surface);
    text-align: start;
  }

  tbody th span {
    display: block;
  }

  /* Looks like a link: it changes a form, and starts nothing. */
  tbody th button {
    min-height: 24px;
    padding: 0;
    border: 0;
    background: none;
    color: var(--_accent);
    font-size: 12px;
    text-decoration: underline;
  }

  tbody th button:hover:not(:disabled) {
    background: none;
    text-decoration-thickness: 2px;
  }

  td.failed {
    text-align: start;
    white-space: normal;
    color: var(--_danger);
  }

  summary {
    cursor: pointer;
  }

  dl {
    margin: var(--_space-2) 0 0;
  }

  dt {
    font-weight: 600;
  }

  dd {
    margin: 0 0 var(--_space-1);
    color: var(--_muted);
  }
`;
