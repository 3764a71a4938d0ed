import { css } from "lit";

export const localizerStyles = css`
  :host {
    gap: var(--_space-3);
  }

  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-2);
  }

  .fields {
    grid-template-columns: repeat(auto-fit, minmax(130px, 1fr));
    align-items: start;
    gap: var(--_space-2) var(--_space-3);
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
    border-top: 1px solid var(--_border);
    font-weight: 400;
    text-align: end;
    vertical-align: top;
  }

  th:first-child {
    text-align: start;
  }

  thead :is(th, td) {
    border-top: 0;
    color: var(--_muted);
  }

  tbody .muted {
    display: block;
  }
`;
