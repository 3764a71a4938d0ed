import { css } from "lit";

export const panelStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    background: var(--_surface);
  }

  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-3);
    padding: var(--_space-4);
    border-bottom: 1px solid var(--_border);
  }

  h3 {
    display: flex;
    align-items: center;
    gap: var(--_space-2);
    margin: 0;
    font-size: 14px;
    font-weight: 600;
  }

  h3 .number {
    display: inline-grid;
    place-items: center;
    width: 20px;
    height: 20px;
    border-radius: 50%;
    background: var(--_raised);
    color: var(--_muted);
    font-size: 12px;
  }

  h3 .number.done {
    background: var(--_accent-fill);
    color: var(--_on-accent);
  }

  p {
    margin: 0;
    overflow-wrap: anywhere;
  }

  .muted {
    color: var(--_muted);
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-2);
  }

  .row > .primary {
    flex: 1;
  }

  .action {
    display: flex;
    align-items: center;
    gap: var(--_space-3);
    min-height: 34px;
  }

  .action button {
    flex: none;
    min-width: 116px;
  }

  .pair {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--_space-2) var(--_space-3);
  }

  .pair label {
    display: grid;
    gap: 2px;
  }

  .check {
    display: flex;
    align-items: center;
    gap: var(--_space-2);
  }

  dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 2px var(--_space-3);
    margin: 0;
  }

  dt {
    color: var(--_muted);
  }

  dd {
    margin: 0;
    text-align: right;
    overflow-wrap: anywhere;
  }

  ul.notices {
    display: grid;
    gap: var(--_space-1);
    margin: 0;
    padding: 0 0 0 var(--_space-4);
    color: var(--_muted);
  }

  ul.notices li::first-letter {
    text-transform: uppercase;
  }

  .message {
    display: flex;
    align-items: flex-start;
    gap: var(--_space-2);
    padding: var(--_space-2) var(--_space-3);
    border-left: 4px solid var(--_warning);
    border-radius: var(--_radius);
    background: var(--_raised);
  }

  .message p {
    flex: 1;
  }

  .message.error {
    border-left-color: var(--_danger);
    background: var(--_danger-fill);
  }

  .warnings,
  .undo {
    display: grid;
    gap: var(--_space-2);
  }

  .undo {
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
  }

  /* They stay in the page to be read out once there is something in them, and take no room until then. */
  :is(.warnings, .undo):not(:has(*)) {
    position: absolute;
  }

  .drop {
    padding: var(--_space-3);
    border: 1px dashed var(--_control-border);
    border-radius: var(--_radius);
    color: var(--_muted);
    text-align: center;
  }

  details > summary {
    padding: var(--_space-1) 0;
    border-radius: var(--_radius);
    color: var(--_accent);
    cursor: pointer;
  }

  details[open] > summary {
    margin-bottom: var(--_space-2);
  }

  .status {
    position: sticky;
    top: 0;
    z-index: 1;
    gap: var(--_space-2);
    padding-block: var(--_space-3);
    background: var(--_surface);
  }

  .status-line {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--_space-2);
    min-height: 30px;
  }

  .status-line strong {
    font-weight: 600;
  }

  .status progress {
    display: block;
    width: 100%;
  }

  .status .figures {
    min-height: 1.45em;
    font-size: 12px;
    color: var(--_muted);
  }

  .badge {
    display: inline-block;
    padding: 1px var(--_space-2);
    border: 1px solid var(--_control-border);
    border-radius: 999px;
    font-size: 12px;
    font-weight: 600;
  }

  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 12px;
  }

  th,
  td {
    padding: 3px 6px 3px 0;
    border-bottom: 1px solid var(--_border);
    text-align: left;
    vertical-align: top;
    font-weight: normal;
  }

  td.time {
    text-align: right;
    white-space: nowrap;
  }

  .purpose button {
    display: block;
    margin-inline-start: calc(-1px - var(--_space-2));
    color: var(--_accent);
    text-align: start;
  }

  .reason {
    color: var(--_muted);
    font-size: 12px;
  }
`;
