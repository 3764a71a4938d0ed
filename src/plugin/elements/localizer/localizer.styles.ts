import { css } from "lit";

export const localizerStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-3);
  }

  p {
    margin: 0;
    overflow-wrap: anywhere;
  }

  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(130px, 1fr));
    align-items: start;
    gap: var(--_space-2) var(--_space-3);
  }

  label,
  form,
  .task {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-2);
  }

  label {
    gap: 2px;
  }

  .muted {
    color: var(--_muted);
    font-size: 12px;
  }

  .error {
    color: var(--_danger);
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--_space-2);
  }

  .row .muted {
    flex: 1;
  }

  progress {
    width: 100%;
  }

  table {
    width: 100%;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }

  caption {
    text-align: start;
    font-weight: 600;
    padding-bottom: var(--_space-1);
  }

  th,
  td {
    padding: 2px var(--_space-2) 2px 0;
    border-top: 1px solid var(--_line);
    font-weight: 400;
    text-align: end;
    vertical-align: top;
  }

  th:first-child {
    text-align: start;
  }

  thead th {
    border-top: 0;
    color: var(--_muted);
  }

  tbody .muted {
    display: block;
  }
`;
