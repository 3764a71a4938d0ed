import { createElement, StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { SlnetPanel } from "./react-panel.js";
import { createViewer } from "./react-viewer.js";

const { host } = await createViewer(document.querySelector<HTMLElement>("#viewer")!);
const panel = createElement(SlnetPanel, {
  host,
  workerUrl: new URL("../slnet.worker.js", document.baseURI),
  // For the console, and for tests that end the viewer in the middle of something.
  onRegister: (registration) => void Object.assign(globalThis, { slnet: registration }),
});
createRoot(document.querySelector<HTMLElement>("#panel")!).render(createElement(StrictMode, null, panel));
