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
    min-width: 84px;
    background: var(--_surface);
    text-align: start;
  }

  tbody th {
    white-space: normal;
  }

  .choice {
    padding-block: 2px;
    text-align: start;
  }

  .choice button {
    width: 7em;
    padding: 0 var(--_space-1);
    color: var(--_accent);
    font-size: 12px;
    line-height: 1.25;
    text-align: start;
    text-decoration: underline;
    white-space: normal;
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
