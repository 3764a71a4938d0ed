import { Deck, OrthographicView } from "@deck.gl/core";
import { AdditiveColormapExtension, ImageLayer } from "@hms-dbmi/viv";

import { createVivHost, type VivHost } from "../../src/plugin/adapters/viv.js";
import { ViewerControls } from "./viewer-controls.js";

/** A picture drawn by Viv, with a frame slider and contrast fields below it. */
export async function createViewer(container: HTMLElement): Promise<VivHost> {
  const root = document.createElement("div");
  Object.assign(root.style, { position: "absolute", inset: "0", display: "flex", flexDirection: "column" });
  const stage = document.createElement("div");
  Object.assign(stage.style, { position: "relative", flex: "1", minHeight: "0" });
  root.append(stage);
  container.append(root);
  const viv = createVivHost({ container: stage, Deck, OrthographicView, ImageLayer, AdditiveColormapExtension });
  root.append(new ViewerControls(viv.host).element);
  viv.host.on("disposed", () => root.remove());
  return viv;
}
