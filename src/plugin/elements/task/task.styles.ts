import { css } from "lit";

/** An element that starts pieces of work and shows how they go: its fields, notes and progress. */
export const taskStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
  }

  p {
    margin: 0;
    overflow-wrap: anywhere;
  }

  .task {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-2);
  }

  .fields {
    display: grid;
  }

  label {
    display: grid;
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
`;
