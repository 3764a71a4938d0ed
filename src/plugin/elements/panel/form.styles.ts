import { css } from "lit";

/** A form that is the content of a section of the panel. */
export const formStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-3);
  }
`;
