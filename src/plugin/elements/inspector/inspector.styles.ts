import { css } from "lit";

export const inspectorStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-4);
  }

  section,
  .task {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-2);
  }

  h4 {
    margin: 0;
    font-size: 13px;
    font-weight: 600;
  }

  p {
    margin: 0;
    overflow-wrap: anywhere;
  }

  .muted {
    color: var(--_muted);
    font-size: 12px;
  }

  .error {
    color: var(--_danger);
  }

  .note {
    padding: var(--_space-2);
    border-left: 3px solid var(--_warning);
    background: var(--_raised);
  }

  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(72px, 1fr));
    align-items: end;
    gap: var(--_space-2);
  }

  label {
    display: grid;
    gap: 2px;
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
