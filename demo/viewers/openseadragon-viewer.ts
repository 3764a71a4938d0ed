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
