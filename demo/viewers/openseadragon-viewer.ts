import OpenSeadragon from "openseadragon";

import {
  createOpenSeadragonHost,
  openSeadragonStackSettings,
  type OpenSeadragonHost,
} from "../../src/plugin/adapters/openseadragon.js";

/**
 * OpenSeadragon with a bar of this page below it: the viewer has no control for frames.
 *
 * @param settings - of the viewer, besides those that suit stacks
 */
export async function createViewer(
  container: HTMLElement,
  settings: OpenSeadragon.Options = {},
): Promise<{ readonly host: OpenSeadragonHost; readonly viewer: OpenSeadragon.Viewer; dispose(): void }> {
  const picture = document.createElement("div");
  picture.className = "picture";
  const frameInput = document.createElement("input");
  frameInput.type = "range";
  frameInput.ariaLabel = "Frame";
  const number = document.createElement("output");
  const bar = document.createElement("div");
  bar.className = "bar";
  bar.append(frameInput, number);
  container.append(picture, bar);

  keepStyleOut();
  const viewer = OpenSeadragon({ ...openSeadragonStackSettings, ...settings, element: picture });
  const host = createOpenSeadragonHost({ OpenSeadragon, viewer, frameInput });

  const showNumber = (): void => {
    const { step, frames } = host.dims;
    number.value = frames === 0 ? "" : `${step} of ${frames - 1}`;
  };
  host.on("step-changed", showNumber);
  host.on("layers-changed", showNumber);
  for (const [label, name, act] of [
    ["−", "Zoom out", () => viewer.viewport.zoomBy(1 / 1.5)],
    ["+", "Zoom in", () => viewer.viewport.zoomBy(1.5)],
    ["Fit", "Fit the picture into the viewer", () => viewer.viewport.goHome()],
  ] as const) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.ariaLabel = button.title = name;
    button.addEventListener("click", () => {
      act();
      viewer.viewport.applyConstraints();
    });
    bar.append(button);
  }

  return {
    host,
    viewer,
    dispose() {
      viewer.destroy();
      picture.remove();
      bar.remove();
    },
  };
}

/**
 * The viewer writes a style element, with one rule for phones, unless it finds an element of this name and attribute. The
 * policy of the page allows no style element, not even an empty one; this one is of MathML, where the name means nothing.
 */
function keepStyleOut(): void {
  const attribute = "data-openseadragon-mobile-css";
  if (document.querySelector(`style[${attribute}]`)) return;
  const marker = document.createElementNS("http://www.w3.org/1998/Math/MathML", "style");
  marker.setAttribute(attribute, "");
  document.head.append(marker);
}
