import { Deck, OrthographicView } from "@deck.gl/core";
import { AdditiveColormapExtension, ColorPaletteExtension, ImageLayer } from "@hms-dbmi/viv";

import { createVivHost } from "../../src/plugin/adapters/viv.js";
import type { ViewerHost } from "../../src/plugin/host/index.js";
import { ViewerControls } from "./viewer-controls.js";

/** Viv in a deck.gl canvas that the adapter owns, with a frame slider and contrast fields below it. */
export async function createViewer(container: HTMLElement): Promise<{ host: ViewerHost; dispose(): void }> {
  const root = document.createElement("div");
  Object.assign(root.style, { position: "absolute", inset: "0", display: "flex", flexDirection: "column" });
  const stage = document.createElement("div");
  Object.assign(stage.style, { position: "relative", flex: "1", minHeight: "0" });
  root.append(stage);
  container.append(root);
  const viv = createVivHost({
    container: stage,
    Deck,
    OrthographicView,
    ImageLayer,
    ColorPaletteExtension,
    AdditiveColormapExtension,
    capabilities: ["dims-events", "contrast-events"],
  });
  root.append(new ViewerControls(viv.host).element);
  return {
    host: viv.host,
    dispose(): void {
      viv.dispose();
      root.remove();
    },
  };
}
