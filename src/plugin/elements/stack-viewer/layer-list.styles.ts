import { css } from "lit";

export const layerListStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    gap: var(--_space-3);
    padding: var(--_space-3);
    background: var(--_surface);
  }

  h2 {
    margin: 0;
    font-size: 12px;
    font-weight: 600;
    color: var(--_muted);
  }

  ul {
    display: flex;
    flex-direction: column;
    gap: var(--_space-1);
    margin: 0;
    padding: 0;
    list-style: none;
  }

  li {
    display: flex;
    align-items: center;
    border: 1px solid transparent;
    border-radius: var(--_radius);
    background: var(--_raised);
  }

  li.active {
    border-color: var(--_accent);
    background: var(--_hover);
  }

  li .eye {
    flex: none;
    width: 36px;
    min-height: 34px;
    padding: 0;
  }

  li .eye svg {
    display: block;
    margin: auto;
  }

  li.off .name {
    color: var(--_muted);
  }

  li .name {
    flex: 1;
    min-width: 0;
    min-height: 34px;
    padding-left: var(--_space-1);
    overflow: hidden;
    text-align: left;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .empty {
    margin: 0;
    color: var(--_muted);
  }
`;
