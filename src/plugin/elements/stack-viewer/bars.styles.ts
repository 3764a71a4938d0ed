import { css } from "lit";

/** The controls above and below the picture. */
export const barsStyles = css`
  .tools {
    grid-area: tools;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--_space-2) var(--_space-4);
    padding: var(--_space-2) var(--_space-3);
    background: var(--_surface);
  }

  .buttons,
  .choice,
  .pace {
    display: flex;
    align-items: center;
    gap: var(--_space-1);
  }

  .tools button,
  .pace button {
    min-width: 34px;
    padding: var(--_space-1) var(--_space-2);
  }

  .tools svg,
  .pace svg {
    display: block;
    margin: auto;
  }

  button[aria-pressed="true"] {
    border-color: var(--_accent);
    box-shadow: inset 0 0 0 1px var(--_accent);
    background: var(--_hover);
  }

  .zoom {
    min-width: 52px;
    color: var(--_muted);
    text-align: center;
  }

  .choice {
    position: relative;
    gap: 0;
  }

  .choice span {
    display: block;
    min-height: 30px;
    padding: var(--_space-1) var(--_space-2);
    border: 1px solid var(--_control-border);
    background: var(--_raised);
    cursor: pointer;
    white-space: nowrap;
  }

  .choice label + label span {
    border-left: 0;
  }

  .choice label:first-child span {
    border-radius: var(--_radius) 0 0 var(--_radius);
  }

  .choice label:last-child span {
    border-radius: 0 var(--_radius) var(--_radius) 0;
  }

  .choice span:hover {
    background: var(--_hover);
  }

  .choice input:checked + span {
    background: var(--_accent-fill);
    color: var(--_on-accent);
  }

  .choice input:focus-visible + span {
    outline: 2px solid var(--_accent);
    outline-offset: 1px;
  }

  .dims {
    grid-area: dims;
    display: grid;
    grid-template-columns: auto minmax(80px, 1fr) auto auto;
    align-items: center;
    gap: var(--_space-1) var(--_space-3);
    padding: var(--_space-2) var(--_space-3);
    background: var(--_surface);
  }

  .dims .play {
    width: 34px;
    padding: 0;
  }

  .dims .play svg {
    display: block;
    margin: auto;
  }

  .dims .frame {
    display: flex;
    align-items: center;
    gap: var(--_space-1);
    white-space: nowrap;
  }

  .dims .frame input {
    width: 76px;
    text-align: right;
  }

  .dims select {
    width: auto;
  }

  .readout {
    grid-column: 1 / -1;
    min-height: 1.45em;
    overflow: hidden;
    color: var(--_muted);
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  @media (forced-colors: active) {
    .choice input:checked + span,
    button[aria-pressed="true"] {
      outline: 2px solid Highlight;
      outline-offset: -3px;
    }
  }
`;
