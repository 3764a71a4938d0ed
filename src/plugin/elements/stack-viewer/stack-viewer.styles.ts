import { css } from "lit";

/** Where the parts lie, for any width. */
export const stackViewerStyles = css`
  :host {
    display: block;
    position: relative;
    min-height: 320px;
    container-type: inline-size;
    color-scheme: dark;
    background: var(--_background);
    overflow: clip;
  }

  :host([theme="light"]) {
    color-scheme: light;
  }

  :host([theme="auto"]) {
    color-scheme: light dark;
  }

  .layout {
    display: grid;
    grid-template:
      "layers tools panels" auto
      "layers stage panels" minmax(0, 1fr)
      "layers dims panels" auto
      / 232px minmax(0, 1fr) auto;
    height: 100%;
    gap: 1px;
    background: var(--_border);
  }

  .layers {
    grid-area: layers;
    overflow: auto;
    background: var(--_surface);
  }

  .panels {
    grid-area: panels;
    min-height: 0;
    overflow: auto;
    /* What is scrolled to is not to lie below the status of a panel, which sticks to the top. */
    scroll-padding-top: 112px;
    background: var(--_surface);
  }

  .dock {
    width: 348px;
  }

  slnet-toast-list {
    position: absolute;
    left: 50%;
    bottom: var(--_space-3);
    z-index: 1;
    width: min(440px, calc(100% - 24px));
    transform: translateX(-50%);
  }

  @container (max-width: 980px) {
    .layout {
      grid-template-columns: 196px minmax(0, 1fr) auto;
    }

    .dock {
      width: 304px;
    }
  }

  @container (max-width: 700px) {
    .layout {
      height: auto;
      grid-template:
        "tools" auto
        "stage" min(92cqw, 70vh)
        "dims" auto
        "panels" auto
        "layers" auto
        / minmax(0, 1fr);
    }

    .dims {
      grid-template-columns: auto minmax(60px, 1fr) auto;
    }

    .pace {
      grid-column: 1 / -1;
    }

    .dock {
      width: 100%;
    }

    /* No scrolling of their own, so that the status of a panel can stick to the top of the page. */
    .layers,
    .panels {
      overflow: visible;
    }

    slnet-toast-list {
      position: fixed;
    }
  }
`;
