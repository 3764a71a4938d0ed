import { css } from "lit";

export const inspectorStyles = css`
  :host {
    gap: var(--_space-4);
  }

  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-2);
  }

  h4 {
    margin: 0;
    font-size: 13px;
    font-weight: 600;
  }

  .note {
    padding: var(--_space-2);
    border-left: 3px solid var(--_warning);
    background: var(--_raised);
  }

  .fields {
    grid-template-columns: repeat(auto-fit, minmax(72px, 1fr));
    align-items: end;
    gap: var(--_space-2);
  }
`;
