import { css } from "lit";

export const lossPlotStyles = css`
  :host {
    display: block;
  }

  .key.training::before,
  .probe.training {
    color: var(--_accent);
  }

  .key.validation::before,
  .probe.validation {
    border-top-style: dashed;
    color: var(--_warning);
  }
`;
